"""dSprites from a small file of the same format, against NumPy's own reading of it."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import small_files
import torch

from vae.cli.main import main
from vae.data import DATASETS, DataError, available, dsprites, load, sprites

TOTAL = int(np.prod(small_files.GRID))


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path_factory):
    """The row of the registry for the small grid; no test leaves anything in the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    spec = dsprites.spec_of(small_files.GRID)
    monkeypatch.setitem(DATASETS, "dsprites", spec)
    return spec


def test_the_row_of_the_registry_is_the_published_grid(monkeypatch):
    monkeypatch.undo()
    spec = DATASETS["dsprites"]
    assert tuple(len(factor.values) for factor in spec.factors) == (3, 6, 40, 32, 32)
    assert sum(spec.sizes.values()) == 737_280
    assert [factor.name for factor in spec.factors] == ["shape", "scale", "orientation", "x", "y"]
    assert spec.factors == sprites.SPEC.factors


def test_pictures_and_factors_are_those_of_the_file(tmp_path):
    path = small_files.write_dsprites(tmp_path)
    with np.load(path, allow_pickle=False) as file:
        images, classes = file["imgs"], file["latents_classes"]
    seen = []
    for split in ("train", "test"):
        data = load("dsprites", split, tmp_path, fetch=False)
        numbers = np.ravel_multi_index(data.factors.T, small_files.GRID)
        assert np.array_equal(data.factors, classes[numbers][:, 1:])
        assert np.array_equal(data.images[:, 0].numpy(), 255 * images[numbers])
        seen.append(set(numbers.tolist()))
    train, test = seen
    assert not train & test
    assert len(test) == TOTAL // 10
    equal = {
        number for number in range(TOTAL) if number not in test for one in test if (images[number] == images[one]).all()
    }
    assert equal  # otherwise there is nothing to leave out
    assert train == set(range(TOTAL)) - test - equal


def test_the_file_may_lie_in_a_folder_of_its_own(tmp_path):
    (tmp_path / "dsprites").mkdir()
    small_files.write_dsprites(tmp_path / "dsprites")
    assert available("dsprites", tmp_path) is None
    assert len(load("dsprites", "test", tmp_path, fetch=False)) == TOTAL // 10


def test_the_pickle_is_never_read(tmp_path, monkeypatch):
    small_files.write_dsprites(tmp_path)
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, lambda *arguments, **options: pytest.fail("unpickled"))
    assert len(load("dsprites", "train", tmp_path, fetch=False)) > 0


def test_bits_are_packed_once(tmp_path, monkeypatch):
    small_files.write_dsprites(tmp_path)
    first = load("dsprites", "test", tmp_path, fetch=False).images
    (bits,) = (tmp_path / "dsprites").iterdir()
    assert bits.stat().st_size < TOTAL * 512 + 200
    monkeypatch.setattr(dsprites, "_pack", lambda *arguments: pytest.fail("packed again"))
    assert torch.equal(load("dsprites", "test", tmp_path, fetch=False).images, first)


def other(**changes):
    return changes


GREY = small_files.sprites()
GREY[100, 5, 5] = 2
SWAPPED = small_files.dsprites_arrays()["latents_classes"]
SWAPPED[[3, 4]] = SWAPPED[[4, 3]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"imgs": GREY}, "zeros and ones"),
        ({"imgs": small_files.sprites()[:-1]}, "imgs should be uint8"),
        ({"imgs": small_files.sprites().astype(np.int64)}, "imgs should be uint8"),
        ({"imgs": None}, "imgs.npy"),
        ({"latents_classes": None}, "latents_classes.npy"),
        ({"latents_classes": SWAPPED}, "full grid 2×3×4×5×6"),
        ({"latents_classes": SWAPPED.astype(np.float64)}, "latents_classes should be int64"),
        ({"latents_classes": SWAPPED[:, 1:]}, "latents_classes should be int64"),
        ({"imgs": np.array([{}], dtype=object)}, "imgs should be uint8"),
    ],
    ids=["grey", "too few", "wide", "no images", "no classes", "other order", "real classes", "no colour", "pickle"],
)
def test_another_file_is_one_sentence(tmp_path, changes, said):
    small_files.write_dsprites(tmp_path, **changes)
    with pytest.raises(DataError, match=said) as caught:
        load("dsprites", "test", tmp_path, fetch=False)
    assert dsprites.FILE in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", [0, 100, 3000])
def test_a_cut_file_is_one_sentence(tmp_path, size):
    path = small_files.write_dsprites(tmp_path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match="is damaged or not the published file"):
        load("dsprites", "test", tmp_path, fetch=False)


def test_flipped_bytes_are_one_sentence(tmp_path):
    path = small_files.write_dsprites(tmp_path)
    content = bytearray(path.read_bytes())
    middle = content.index(b"imgs.npy") + 300
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match="is damaged or not the published file"):
        load("dsprites", "test", tmp_path, fetch=False)


def test_what_is_missing_is_said(tmp_path, monkeypatch, capsys):
    sentence = str(available("dsprites", tmp_path))
    assert dsprites.FILE in sentence
    assert f"into {tmp_path}." in sentence
    with pytest.raises(DataError) as caught:
        load("dsprites", "test", tmp_path, fetch=False)
    assert str(caught.value) == sentence

    def offline(url, path):
        raise OSError("Name or service not known")

    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    assert main(["data", "dsprites", "--data", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "could not be fetched (Name or service not known)" in said
    assert f"into {tmp_path}." in said
    monkeypatch.setattr(torch.hub, "download_url_to_file", lambda url, path: small_files.write_dsprites(tmp_path))
    assert main(["data", "dsprites", "--data", str(tmp_path)]) == 0
    assert f"dsprites test: {TOTAL // 10} images (1, 64, 64)" in capsys.readouterr().out
