"""Folders and zips as people have them: each kind is made here, and read from `../shared/data/cases` where that is."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vae.data import DataError
from vae.data.own import decode
from vae.data.own.cache import gather_cached
from vae.data.own.dataset import PICTURES, decode_set, own_images, without_splits
from vae.system.limits import HOST_PICTURES

CASES = Path(__file__).resolve().parents[4] / "shared" / "data" / "cases"


def case(*parts):
    path = CASES.joinpath(*parts)
    return pytest.param(path, marks=pytest.mark.skipif(not path.exists(), reason="no ../shared/data/cases"))


def draw(seed):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8))


def save(path, seed, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    draw(seed).save(path, **options)


def notes(decoded):
    return {note["key"]: note["values"] for note in decoded.report.notes}


# Endings


def test_endings_of_windows_browsers_are_pictures(tmp_path):
    kinds = {"png": "png", "jfif": "jpeg", "jpe": "jpeg", "pgm": "ppm", "avif": "avif", "tif": "tiff", "JPG": "jpeg"}
    for number in range(21):
        ending = list(kinds)[number % len(kinds)]
        save(tmp_path / "in" / f"{number}.{ending}", number, format=kinds[ending])
    assert decode_set(tmp_path / "in", 32).report.used == 21
    assert all(f".{ending.lower()}" in decode.ENDINGS for ending in kinds)


@pytest.mark.parametrize("source", [case("jfif_mixed", "images")])
def test_the_mixed_folder(source):
    assert decode_set(source, 32).report.used == 55


# HEIC


def heic(folder, number):
    folder.mkdir(exist_ok=True)
    for index in range(number):
        (folder / f"IMG_{index:04}.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(400))
    return folder


@pytest.mark.parametrize("source", [None, case("heic_only", "images")])
def test_heic_is_named_with_the_remedy(tmp_path, source, monkeypatch):
    monkeypatch.setattr(decode, "formats", lambda: decode.FORMATS)
    with pytest.raises(DataError, match=r"skipped: 20 HEIC \(save them as JPEG, or pip install pillow-heif\)"):
        decode_set(source or heic(tmp_path / "in", 20), 32)


def test_heic_is_read_where_a_reader_is_installed(tmp_path, monkeypatch):
    """A stand-in that gives its name to another format."""

    def register():
        Image.register_open("HEIF", lambda file, name: draw(7), lambda start: start[4:8] == b"ftyp")

    monkeypatch.setitem(sys.modules, "pillow_heif", types.SimpleNamespace(register_heif_opener=register))
    monkeypatch.setattr(Image, "OPEN", dict(Image.OPEN))
    monkeypatch.setattr(Image, "ID", list(Image.ID))
    decode.formats.cache_clear()
    try:
        found = decode_set(heic(tmp_path / "in", 16), 32)
    finally:
        decode.formats.cache_clear()
    assert found.report.used == 16
    assert np.array_equal(found.images[3], np.asarray(draw(7)).transpose(2, 0, 1))


# Links


@pytest.fixture
def snapshot(tmp_path):
    """A data set as huggingface_hub lays it out: every file is a link into ../../blobs."""
    home = tmp_path / "hub" / "snapshots" / "abc123"
    home.mkdir(parents=True)
    for number in range(24):
        save(tmp_path / "hub" / "blobs" / f"blob{number:02}", number, format="png")
        (home / f"{number:02}.png").symlink_to(f"../../blobs/blob{number:02}")
    return home


def test_links_of_the_hosts_own_folder_are_followed(snapshot, tmp_path):
    home, report = gather_cached(snapshot, 32, tmp_path / "data")
    assert (report["used"], report["skipped"]) == (24, {})
    assert own_images(home)[0].spec.source == "abc123"


def test_links_of_a_strangers_folder_are_not(snapshot):
    with pytest.raises(DataError, match="skipped: 24 outside"):
        decode_set(snapshot, 32, PICTURES)


def test_a_folder_behind_a_link_is_entered_once(snapshot, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    (source / "cats").symlink_to(snapshot)
    (source / "again").symlink_to(snapshot)
    (source / "up").symlink_to(tmp_path)
    (source / "self").symlink_to(source)
    found = decode_set(source, 32, HOST_PICTURES)
    assert found.report.used == 24
    assert {one.reason for one in found.report.skipped} == {"link"}
    first = gather_cached(source, 32, tmp_path / "data")[0]
    save(tmp_path / "hub" / "blobs" / "blob03", 99, format="png")
    os.utime(tmp_path / "hub" / "blobs" / "blob03", (1, 1))
    assert gather_cached(source, 32, tmp_path / "data")[0] != first  # what a link leads to has changed


@pytest.mark.parametrize("source", [case("huggingface_snapshot", "hub")])
def test_the_snapshot_of_the_hub(source, tmp_path):
    """Links come as text where a copy has lost them."""
    shutil.copytree(source, tmp_path / "hub", symlinks=True)
    (home,) = (tmp_path / "hub" / "snapshots").iterdir()
    home.chmod(0o755)
    for path in list(home.iterdir()):
        if not path.is_symlink():
            target = path.read_text()
            path.unlink()
            path.symlink_to(target)
    assert gather_cached(home, 32, tmp_path / "data")[1]["used"] == 24


# Splits


@pytest.mark.parametrize("names", [("train", "val"), ("Train", "Test"), ("training", "validation", "test")])
def test_splits_are_no_classes(tmp_path, names):
    for number in range(24):
        save(tmp_path / "in" / names[number % len(names)] / ("cat", "dog")[number // 12] / f"{number}.png", number)
    found = decode_set(tmp_path / "in", 32)
    assert found.label_names == ["cat", "dog"]
    assert sorted(found.labels) == [0] * 12 + [1] * 12
    assert notes(found)["pictures.splits"] == {"names": sorted(names)}


@pytest.mark.parametrize(
    ("folders", "rest", "names"),
    [
        ([("train",), ("val",)], [(), ()], ["train", "val"]),
        ([("a", "train", "images"), ("a", "val", "images")], [("a", "images")] * 2, ["train", "val"]),
        ([("cat", "train"), ("dog", "val")], None, []),
        ([("train",), ("horse",)], None, []),
        ([("train", "cat"), ("train", "dog")], None, []),
        ([("train",), ()], None, []),
    ],
)
def test_only_folders_side_by_side_that_are_all_called_so(folders, rest, names):
    assert without_splits(folders) == (rest or folders, names)


@pytest.mark.parametrize("source", [case("imagefolder_train_val", "images")])
def test_the_folder_of_train_and_val(source):
    found = decode_set(source, 32)
    assert found.label_names == ["cat", "dog"]
    assert notes(found)["pictures.splits"] == {"names": ["train", "val"]}


# The other kinds of ../shared


@pytest.mark.parametrize("source", [case("cp949_zip", "pictures.zip")])
def test_the_zip_of_a_korean_windows(source):
    assert decode_set(source, 32).label_names == ["강아지", "고양이"]


@pytest.mark.parametrize("source", [case("twelve_bit_tiff", "images")])
def test_the_tiffs_of_twelve_bits(source):
    found = decode_set(source, 32)
    assert found.images.max() > 200
    assert notes(found)["pictures.range"]["white"] == "4095"


@pytest.mark.parametrize("source", [case("float_tiff_overshoot", "images")])
def test_the_tiffs_that_overshoot(source):
    found = decode_set(source, 32)
    tops = found.images.reshape(24, -1).max(1)
    assert tops.min() > 200
    assert notes(found)["pictures.range"]["white"] == "1"


@pytest.mark.parametrize("source", [case("white_on_transparent", "images")])
def test_the_white_icons(source):
    found = decode_set(source, 32)
    assert min(np.ptp(image) for image in found.images) > 200
    assert "pictures.on_black" in notes(found)


# Another process


def test_what_goes_in_and_out_can_be_pickled(tmp_path):
    for number in range(18):
        save(tmp_path / "in" / ("train", "val")[number % 2] / f"{number}.png", number)
    (tmp_path / "in" / "a.txt").write_text("no")
    call = pickle.loads(pickle.dumps((decode_set, tmp_path / "in", 32, PICTURES)))
    found = call[0](*call[1:])
    again = pickle.loads(pickle.dumps(found))
    assert again.report == found.report and np.array_equal(again.images, found.images)
    assert str(again.report.notes[0]) == str(found.report.notes[0])
    data = (tmp_path / "in" / "train" / "0.png").read_bytes()
    one = pickle.loads(pickle.dumps(decode.decode(data, "0.png", 32, 10**6)))
    assert one.decoded == 32 * 32
