"""Networks as files: the page is given those that it computes quickly."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from described_files import put_description

from vae.data import default_root
from vae.system import safetensors_file
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui.kit import bundle
from vae.ui.models import network_files
from vae.ui.models.catalog import Catalog
from vae.ui.models.network_files import decoder_file, reader_file


@pytest.fixture
def opened():
    """Of images that a reader reads."""
    return Catalog(CHECKPOINT_FOLDER, default_root()).open("digits-beta")


def test_a_file_lies_where_the_page_may_fetch_it(opened):
    found = decoder_file(opened)
    assert Path(found["file"]).parent == Path(bundle._folder().name) and Path(found["file"]).is_file()
    assert decoder_file(opened) == found and found["cost"] > 0


def test_what_is_too_dear_stays_with_the_server(opened, monkeypatch):
    cost = decoder_file(opened)["cost"]
    for most, there in ((cost, True), (cost - 1, False)):
        monkeypatch.setattr(network_files, "GRAPHS", replace(network_files.GRAPHS, most_cost_in_page=most))
        assert (decoder_file(opened) is not None) is there


def test_the_page_is_sent_the_decoder_of_a_described_model(opened, tmp_path):
    """The very nodes and weights that it is sent of the model that was described."""
    source = opened.model.path
    tensors, header = safetensors_file.read(source)
    put_description(tensors, header, source)
    safetensors_file.write(tmp_path / "same.safetensors", tensors, header)
    same = Catalog(tmp_path, default_root()).open("same")
    assert decoder_file(same) == decoder_file(opened) is not None


def test_there_is_a_file_of_the_reader_where_there_is_a_reader(opened):
    assert Path(reader_file(opened)["file"]).is_file() and reader_file(opened)["file"] != decoder_file(opened)["file"]
    opened.spill_meter.__dict__["reader"] = None
    assert reader_file(opened) is None


def test_a_full_disk_leaves_decoding_to_the_server(opened, monkeypatch, caplog):
    def full(kind, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(network_files, "page_file", full)
    assert decoder_file(opened) is None and "No space left" in caplog.text


def test_the_newest_files_stay(monkeypatch):
    monkeypatch.setattr(bundle, "MOST_FILES", 2)
    paths = []
    for number in range(3):
        paths.append(bundle.page_file("some", bytes([number])))
        os.utime(paths[-1], ns=(number, number))  # on a disk whose clock is coarse too
    assert bundle.page_file("some", bytes([1])) == paths[1]
    assert [path.exists() for path in paths] == [False, True, True] and paths[1].read_bytes() == b"\x01"
    assert not list(paths[0].parent.glob("coming-*"))
    other = bundle.page_file("other", b"0")
    assert other.read_bytes() == b"0" and other != paths[1]
