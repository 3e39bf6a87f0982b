"""The page's modules in one file: Node's own reading of them is the second implementation where it is at hand."""

import json
import re
import shutil
import subprocess
from graphlib import CycleError

import pytest

from vae.ui.kit.bundle import bundle, written
from vae.ui.kit.i18n import LANGUAGES, TEXTS
from vae.ui.kit.part import script

SOURCES = {
    "a": "import {three, Box as Case} from './b.js';\nimport {\n  twice,\n} from './deep/c.js';\n\n"
    "export const six = twice(three);\nexport function boxed() {\n  return new Case(six).value;\n}\n",
    "b": "import {twice} from './deep/c.js';\n\nconst hidden = 1;\nexport const three = twice(hidden) + 1;\n"
    "export class Box {\n  constructor(value) {\n    this.value = value;\n  }\n}\n",
    "deep/c": "let hidden = 0; // the same name as in b\nexport const twice = value => 2 * value + hidden;\n",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep").mkdir()
    for name, source in SOURCES.items():
        (tmp_path / f"{name}.js").write_text(source)
    return tmp_path


def test_a_bundle_says_what_its_modules_say(folder, need):
    need(shutil.which("node"), "no Node.js")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "all.mjs").write_text(bundle(folder))
    ask = "console.log(JSON.stringify([m.a.six, m.a.boxed(), m.b.three, Object.keys(m['deep/c'])]))"
    script = f"import {{modules as m}} from './all.mjs'; {ask}"
    apart = f"const m = {{}}; for (const n of ['a', 'b', 'deep/c']) m[n] = await import(`./${{n}}.js`); {ask}"
    answers = [
        json.loads(subprocess.check_output(["node", "--input-type=module", "-e", code], cwd=folder))
        for code in (script, apart)
    ]
    assert answers[0] == answers[1] == [6, 6, 3, ["twice"]]


def test_each_language_has_a_bundle_that_says_its_strings():
    for language in LANGUAGES:
        text = script(language).read_text(encoding="utf-8")
        found = re.search(r"^const texts = (.*);$", text, re.MULTILINE)
        assert json.loads(found[1]) == TEXTS[language] and f'const language = "{language}";' in text


def test_a_text_that_is_added_later_is_in_the_next_bundle(monkeypatch):
    before = script("en")
    assert script("en") == before
    monkeypatch.setitem(TEXTS["en"], "tab.later", "A later tab")
    assert "A later tab" in script("en").read_text(encoding="utf-8")
    monkeypatch.undo()
    assert script("en") == before


def test_a_written_bundle_is_named_by_its_content(folder):
    first = written(folder)
    assert first.read_text() == bundle(folder)
    assert written(folder) == first
    (folder / "deep/c.js").write_text("export const twice = value => value + value;\n")
    assert written(folder) != first


@pytest.mark.parametrize(
    "line", ["import './b.js';", "import * as b from './b.js';", "export default 3;", "export {twice};"]
)
def test_another_style_is_refused_by_name(folder, line):
    (folder / "deep/c.js").write_text(f"{line}\n")
    with pytest.raises(ValueError, match=r"c\.js"):
        bundle(folder)


def test_modules_that_import_each_other_are_refused(folder):
    (folder / "deep/c.js").write_text("import {three} from '../b.js';\nexport const twice = three;\n")
    with pytest.raises(CycleError):
        bundle(folder)
