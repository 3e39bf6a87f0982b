"""The models at hand while their files change, and while the folder is read."""

import os
import shutil
import threading

import pytest

from vae.data import default_root
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui.compare.endpoints import compare_endpoints
from vae.ui.explore.endpoints import explore_endpoints
from vae.ui.models import catalog as module
from vae.ui.models.catalog import Catalog


@pytest.fixture
def folder(tmp_path):
    shutil.copy(CHECKPOINT_FOLDER / "digits-vae.safetensors", tmp_path / "digits.safetensors")
    return tmp_path


@pytest.mark.parametrize("endpoints", [explore_endpoints, compare_endpoints])
def test_a_page_that_holds_another_file_than_the_one_there_is_told(folder, endpoints):
    """Else an image or a code of the old one would be shown in the eyes of the new one."""
    catalog = Catalog(folder, default_root())
    server = {function.__name__: function for function in endpoints(catalog)}
    explored = endpoints is explore_endpoints

    def pick(model, index):
        return server["pick"]([model, index]) if explored else server["pick_pair"]([model, model, index])

    def opened():
        answer = server["open_model"](["digits"]) if explored else server["compare"](["digits", "digits"])
        return answer["ok"] if explored else answer["ok"]["left"]

    first = opened()
    index = int(catalog.open("digits").model.index[0])
    before = pick(first["handle"], index)["ok"]
    os.utime(folder / "digits.safetensors", (1, 1))  # read again, and the same
    assert pick(first["handle"], index)["ok"] == before and opened()["handle"] == first["handle"]
    shutil.copy(CHECKPOINT_FOLDER / "digits-beta.safetensors", folder / "digits.safetensors")
    refused = pick(first["handle"], index)
    assert refused["key"] == "error.changed" and refused["values"] == {"name": "digits"}
    again = opened()
    assert again["handle"] != first["handle"] and pick(again["handle"], index)["ok"] != before
    assert pick("digits", index)["ok"] == pick(again["handle"], index)["ok"]
    assert pick("digits@" + "0" * 12, index)["key"] == "error.changed"
    assert pick("nothing@" + "0" * 12, index)["values"] == {"name": "nothing"}


def test_while_the_folder_is_read_what_a_model_costs_is_answered_at_once(tmp_path, monkeypatch):
    """The admission of every request asks for it, in the loop that serves everybody."""
    reading, go_on = threading.Event(), threading.Event()

    def slowly(folder):
        reading.set()
        assert go_on.wait(10)
        return []

    monkeypatch.setattr(module, "list_headers", slowly)
    (tmp_path / "new.safetensors").touch()
    catalog = Catalog(tmp_path, tmp_path)
    reader = threading.Thread(target=catalog.entries)
    reader.start()
    assert reading.wait(10)
    costs = []
    asker = threading.Thread(target=lambda: costs.append(catalog.decoding("any")), daemon=True)
    asker.start()
    asker.join(5)
    go_on.set()
    reader.join(10)
    assert len(costs) == 1
