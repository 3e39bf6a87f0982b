"""The page's own rules: who may import whom, what is written down only once, and no style that nothing wears."""

import re

import pytest

from vae.ui import TABS
from vae.ui.kit.bundle import UI, imports, module_files, style_sheets
from vae.ui.kit.constants import constants
from vae.ui.kit.part import made_modules

SOURCES = {name: path.read_text(encoding="utf-8") for name, path in module_files(UI).items()}
FOLDERS = {name.partition("/")[0] for name in SOURCES}
# Folder -> those that its modules may import besides it.
BELOW = {"kit": set(), "models": {"kit"}} | {tab: {"kit", "models"} for tab in ("header", *(tab.key for tab in TABS))}
BELOW |= {"page": {"kit", "models", "header", "explore", "compare"}}  # tabs as a file
# Numbers that are the same by chance.
OTHERS = {("header/tour-guide", "PATIENCE"), ("learn/layers", "COLUMNS")}


def test_every_folder_has_its_place():
    assert BELOW.keys() == FOLDERS


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_imports_only_from_below(name):
    folder = name.partition("/")[0]
    others = {target.partition("/")[0] for target in imports(name, SOURCES[name])} - {folder}
    assert others <= BELOW[folder]


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("models/")])
def test_what_lies_beside_the_models_is_for_several_tabs(name):
    """What one tab alone uses lies in its own folder, and so does what is mounted there."""
    users = {other.partition("/")[0] for other, source in SOURCES.items() if name in imports(other, source)}
    assert len(users) > 1 and not re.search(r"^export function mount", SOURCES[name], re.MULTILINE)


def test_every_constant_is_used():
    module = "kit/js/constants"
    assert module in made_modules("en")
    takes = [source for name, source in SOURCES.items() if module in imports(name, source)]
    for constant in constants():
        assert any(re.search(rf"import \{{[^}}]*\b{constant}\b", source) for source in takes), constant


def written_numbers(source):
    """(name or "", value) of what looks like a threshold: a constant's value, a comparison, the length of a slice."""
    for name, text in re.findall(r"^const (\w+) = ([\d._]+(?:e\d+)?);", source, re.MULTILINE):
        yield name, float(text.replace("_", ""))
    for text in re.findall(r"(?:[<>]=? |slice\(0, )(\d[\d._]*)(?![\d._]| \*)", source):
        yield "", float(text.replace("_", ""))


def test_thresholds_are_seen():
    source = "const LIMIT = 20; // far\nconst MOST = 20_000;\nif (kl < 0.1) rows.slice(0, 64);\n"
    assert list(written_numbers(source)) == [("LIMIT", 20.0), ("MOST", 20_000.0), ("", 0.1), ("", 64.0)]


@pytest.mark.parametrize("name", SOURCES)
def test_no_constant_of_python_is_written_again(name):
    values = {value for value in constants().values() if isinstance(value, (int, float))}
    copies = [(key, value) for key, value in written_numbers(SOURCES[name]) if value in values]
    assert [copy for copy in copies if (name, copy[0]) not in OTHERS] == []


def sheet_of(folder):
    return (UI / folder / "style.css").read_text(encoding="utf-8")


def test_every_sheet_is_served_and_the_kit_comes_first():
    sheets = style_sheets()
    assert sorted(sheets) == sorted(UI.rglob("*.css"))
    assert [sheet.parent.name for sheet in sheets[:2]] == ["kit", "models"]


def written_in(sources, name):
    """Is the class written in one of these, or put together there, as `lse-key-${side}` with a "left" beside it?"""
    if any(re.search(rf"(?<![\w-]){name}(?![\w-])", source) for source in sources):
        return True
    parts = name.split("-")
    ends = [("-".join(parts[:i]) + "-${", "-".join(parts[i:])) for i in range(1, len(parts))]
    return any(begin in source and re.search(rf"['\"]{end}['\"]", source) for source in sources for begin, end in ends)


def test_a_class_that_is_put_together_counts_as_written():
    sources = ["make(`lse-key-${name}`)", "keys('best')", "className: 'lse-key-true', mark(`lse-row-${n}`, 'even')"]
    assert written_in(sources, "lse-key-true") and written_in(sources, "lse-row-even")
    assert not written_in(sources, "lse-key-best") and not written_in(sources, "lse-key")


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_no_rule_is_for_a_class_that_nothing_wears(folder):
    sources = [
        *SOURCES.values(),
        *(path.read_text(encoding="utf-8") for end in ("py", "html") for path in UI.rglob(f"*.{end}")),
    ]
    classes = sorted(set(re.findall(r"\.(lse-[\w-]+)", sheet_of(folder))))
    assert classes
    assert [name for name in classes if not written_in(sources, name)] == []


@pytest.mark.parametrize("folder", ["kit", "models"])
def test_a_sheet_for_several_tabs_names_none(folder):
    names = "|".join(BELOW.keys() - {"kit", "models"})
    assert re.findall(rf"[.#](?:lse-)?(?:{names})\b(?!-)", sheet_of(folder)) == []
