"""What visitors have brought is kept, but not for ever."""

import os
from pathlib import Path

import pytest

from vae.ui.models.visitor_models import evict_oldest, folder_of


@pytest.fixture
def folder(tmp_path):
    """Folders 0 … 5, each a little younger, and a file that is none of them."""
    for number in range(6):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "file").touch()
        os.utime(tmp_path / str(number), (number, number))
    (tmp_path / "run.json").touch()
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def test_the_oldest_go(folder):
    evict_oldest(folder, 4)
    assert names(folder) == ["2", "3", "4", "5"]
    evict_oldest(folder, 10)
    assert names(folder) == ["2", "3", "4", "5"] and (folder / "run.json").exists()


def test_those_in_use_stay_and_younger_ones_go_for_them(folder):
    evict_oldest(folder, 3, {"0", "1", "4"})
    assert names(folder) == ["0", "1", "4"]
    evict_oldest(folder, 1, {"0", "1", "4"})
    assert names(folder) == ["0", "1", "4"]


def test_one_that_vanishes_meanwhile_is_no_fault(folder, monkeypatch):
    (folder / "run.json").unlink()
    listed, gone = Path.iterdir, [folder / "gone"]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", lambda path: [*gone, *listed(path)] if path == folder else listed(path))
        patch.setattr(Path, "is_dir", lambda path: True)  # it was there a moment ago
        evict_oldest(folder, 5)
    assert names(folder) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("name", ["up-scaled", "run-1", f"digits-{'x' * 22}", f"up-{'x' * 23}", f"up-{'ä' * 22}"])
def test_a_hosts_own_file_is_no_visitors(tmp_path, name):
    """The page asks the same of a name, kit/js/link.test.js."""
    assert folder_of(tmp_path, name) is None
    assert folder_of(tmp_path, f"up-{'Ab3_-' * 4}xx") is not None
