"""Node.js runs the tests that lie beside the page's modules, `*.test.js`, and what Python checks of a module."""

import json
import re
import zipfile

import numpy as np
import pytest

from vae.evaluation.forecast import forecast
from vae.ui.kit.bundle import UI, module_files


def test_modules_by_themselves(node):
    """A file that puts something into the global object has a process of its own; all others share one."""
    files = sorted(UI.rglob("*.test.js"))
    alone = [path for path in files if "globalThis" in path.read_text(encoding="utf-8")]
    together = [path.as_uri() for path in files if path not in alone]
    imports = f"for (const address of {json.dumps(together)}) await import(address);"
    for number, options in ((len(alone), ["--test", *alone]), (len(together), ["--input-type=module", "-e", imports])):
        report = node("--test-reporter=tap", *options)
        passed, failed = (int(re.search(rf"^# {word} (\d+)$", report, re.MULTILINE)[1]) for word in ("pass", "fail"))
        assert passed >= number > 0 and failed == 0


def test_zip_is_read_by_another_program(node, tmp_path):
    contents = {"a.png": bytes(range(256)) * 50, "folder/empty": b"", "폴더/ü.txt": "한글".encode()}
    script = f"""
        import {{writeFileSync}} from 'node:fs';
        import {{zipped}} from '{(UI / "train/zip.js").as_uri()}';
        const contents = {json.dumps({name: list(content) for name, content in contents.items()})};
        const file = bytes => new Blob([Uint8Array.from(bytes)]);
        const entries = Object.entries(contents).map(([path, bytes]) => ({{path, file: file(bytes)}}));
        writeFileSync('made.zip', new Uint8Array(await (await zipped(entries)).arrayBuffer()));
    """
    node("--input-type=module", "-e", script, cwd=tmp_path)
    with zipfile.ZipFile(tmp_path / "made.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == contents


@pytest.mark.parametrize("threshold", [1e-3, 0.5, 1.0, 40.0])
def test_the_slider_of_a_lesson_forecasts_what_python_does(node, threshold):
    values = [30.0, 4.0, 1.0, 0.5, 0.01]
    ask = f"import {{forecast}} from '{(UI / 'learn/forecast.js').as_uri()}';"
    ask += f"console.log(JSON.stringify(forecast({values}, {threshold})))"
    answer, python = json.loads(node("--input-type=module", "-e", ask)), forecast(np.array(values), threshold)
    assert answer["count"] == python.awake and answer["nats"] == pytest.approx(python.nats)


def test_every_import_is_exported(node):
    """In the page's one file a name that its module does not export would be undefined, and no error."""
    addresses = [path.as_uri() for path in module_files(UI).values()]
    script = f"""
        const element = new Proxy(function () {{}}, {{get: () => element, apply: () => element}});
        Object.assign(globalThis, {{document: element, location: {{search: ''}}}});
        for (const address of {json.dumps(addresses)}) await import(address);
        console.log('all');
    """
    assert node("--input-type=module", "-e", script).strip() == "all"
