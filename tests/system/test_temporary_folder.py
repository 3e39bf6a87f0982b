"""Temporary files lie in a folder of this program's own, wherever the host wants them, for it removes things there."""

import getpass
import os
import tempfile
from pathlib import Path

import pytest

from vae.system.temporary_folder import own_temporary_folder


@pytest.mark.parametrize("chosen", [True, False], ids=["chosen by the host", "the system's"])
def test_it_is_a_folder_of_ones_own_and_stays_the_same(tmp_path, monkeypatch, chosen):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path) if chosen else "")
    folder = own_temporary_folder()
    assert folder.parent == (tmp_path if chosen else Path(tempfile.gettempdir()))
    assert os.environ["GRADIO_TEMP_DIR"] == str(folder)
    assert own_temporary_folder() == folder


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="users have no numbers here")
def test_a_user_needs_no_name(tmp_path, monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(getpass, "getuser", nobody)
    assert own_temporary_folder().name.endswith(f"-{os.getuid()}")
