"""The page's own rules: who may import whom."""

import pytest

from vae.ui import TABS
from vae.ui.kit.bundle import imports, module_files
from vae.ui.kit.part import UI

SOURCES = {name: path.read_text(encoding="utf-8") for name, path in module_files(UI).items()}
FOLDERS = {name.partition("/")[0] for name in SOURCES}
# Folder -> those that its modules may import besides it.
BELOW = {"kit": set(), "models": {"kit"}} | {tab: {"kit", "models"} for tab in ("header", *(tab.key for tab in TABS))}


def test_every_folder_has_its_place():
    assert BELOW.keys() == FOLDERS


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_imports_only_from_below(name):
    folder = name.partition("/")[0]
    others = {target.partition("/")[0] for target in imports(name, SOURCES[name])} - {folder}
    assert others <= BELOW[folder]
