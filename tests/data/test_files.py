"""Data sets that come in files, against second readers: PIL for what is resized, gzip for MNIST and its like."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from vae.data import DATASETS, DataError, available, default_root, files, load


def resized(image: np.ndarray) -> np.ndarray:
    """8×8 in 0 … 16 -> 32×32 in 0 … 255, as Pillow does it."""
    picture = Image.fromarray((image * 255 / 16).astype(np.float32))
    return np.asarray(picture.resize((32, 32), Image.Resampling.BILINEAR))


def test_digits_are_scikit_learns_resized_and_split_once(digits):
    """Every image of scikit-learn's is in exactly one split, resized as Pillow does it, under its own label."""
    raw = load_digits()
    expected = torch.from_numpy(np.stack([resized(image) for image in raw.images])).flatten(1)
    found = torch.cat([digits[split].images for split in ("train", "test")]).float().flatten(1)
    labels = np.concatenate([digits[split].labels for split in ("train", "test")])
    origin = torch.cdist(found, expected).argmin(1)
    assert sorted(origin.tolist()) == list(range(1797))
    assert (found - expected[origin]).abs().max() <= 0.51
    assert np.array_equal(labels, raw.target[origin])


ARCHIVES = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST"}  # name and folder
TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}


def unpacked(path: Path, offset: int) -> np.ndarray:
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=offset)


@pytest.mark.parametrize(("split", "part", "size"), [("train", "train", 60_000), ("test", "t10k", 10_000)])
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.data(name)) for name in ARCHIVES])
def test_a_data_set_equals_its_archives(need, name, split, part, size):
    archive = default_root() / ARCHIVES[name] / "raw" / f"{part}-images-idx3-ubyte.gz"
    need(archive.is_file(), f"the archives of {name} are not here")
    data = load(name, split, fetch=False)
    assert len(data) == size
    assert np.array_equal(data.images.numpy().ravel(), unpacked(archive, 16))
    labels = unpacked(archive.with_name(f"{part}-labels-idx1-ubyte.gz"), 8)
    assert np.array_equal(data.labels, labels)
    assert len(set(data.label_names)) == 10


@pytest.mark.data("mnist")
def test_archives_are_unpacked_whole_or_not_at_all(need, tmp_path, monkeypatch):
    """Two processes may be the first to read a folder at the same time: neither meets half a file."""
    names = [f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
    archives = [default_root() / "MNIST" / "raw" / name for name in names]
    need(all(archive.is_file() for archive in archives), "the archives of mnist are not here")
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for archive in archives:
        shutil.copy(archive, raw)
    real, seen = shutil.copyfileobj, []

    def half(packed, file, length):
        file.write(packed.read(length))
        seen.append({path.name for path in raw.iterdir()})
        raise OSError("no space left")

    monkeypatch.setattr(files.shutil, "copyfileobj", half)
    with pytest.raises(DataError, match="no space left"):
        load("mnist", "test", tmp_path, fetch=False)
    assert not seen[0] & {name.removesuffix(".gz") for name in names}
    assert {path.name for path in raw.iterdir()} == set(names)
    monkeypatch.setattr(files.shutil, "copyfileobj", real)
    found, wanted = (load("mnist", "test", root, fetch=False) for root in (tmp_path, None))
    assert torch.equal(found.images, wanted.images) and np.array_equal(found.labels, wanted.labels)
    assert {path.name for path in raw.iterdir()} == {*names, *(name.removesuffix(".gz") for name in names)}


@pytest.mark.data("mnist", "mnist32")
def test_mnist32_is_mnist_resized_as_pillow_does_it():
    small, large = (load(name, "test", fetch=False) for name in ("mnist", "mnist32"))
    assert np.array_equal(small.labels, large.labels)
    for index in range(0, 10_000, 500):
        picture = Image.fromarray(small.batch([index])[0, 0].numpy())
        expected = np.asarray(picture.resize((32, 32), Image.Resampling.BILINEAR)).astype(int)
        assert np.abs(expected - large.batch([index])[0, 0].numpy()).max() <= 1
    pixels = large.images.double() / 255
    assert float(pixels.var(0).mean()) == pytest.approx(0.0568, abs=0.001)


def test_the_classes_of_fashion_mnist_are_torchvisions():
    """Theirs are "T-shirt/top", "Trouser", …: the same words in the same order."""
    from torchvision.datasets import FashionMNIST

    for ours, theirs in zip(DATASETS["fashion_mnist"].label_names, FashionMNIST.classes, strict=True):
        assert theirs.lower().split("/")[0].rstrip("s") in ours.lower()


@pytest.mark.parametrize(("name", "folder"), [*ARCHIVES.items(), ("mnist32", "MNIST")])
def test_missing_files_are_said_and_not_fetched(tmp_path, name, folder):
    sentence = str(available(name, tmp_path))
    assert "t10k-labels-idx1-ubyte.gz" in sentence
    assert str(tmp_path / folder / "raw") in sentence
    assert f"python -m vae data {name.removesuffix('32')}`" in sentence
    with pytest.raises(DataError) as caught:
        load(name, "test", tmp_path, fetch=False)
    assert str(caught.value) == sentence
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_absent_is_asked_for(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"):
        (raw / name).touch()
    sentence = str(available("mnist", tmp_path))
    assert "train-images" not in sentence
    assert "t10k-images" not in sentence
    assert "train-labels-idx1-ubyte.gz" in sentence


HEAD = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (2, 28, 28))


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense" * 50, HEAD, HEAD + bytes(28 * 28), bytes([0, 0, 99, 3]) + HEAD[4:] + bytes(2 * 28 * 28)],
    ids=["empty", "foreign", "no pixels", "half the pixels", "unknown type"],
)
@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.filterwarnings("ignore")
def test_damaged_files_are_one_sentence(tmp_path, name, content):
    raw = tmp_path / ARCHIVES[name] / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        (raw / f"{part}-images-idx3-ubyte").write_bytes(content)
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(content)
    with pytest.raises(DataError, match=f"^{TITLES[name]} could not be read"):
        load(name, "test", tmp_path, fetch=False)


@pytest.mark.parametrize("name", ARCHIVES)
def test_damaged_archives_are_named_and_not_fetched(tmp_path, name):
    raw = tmp_path / ARCHIVES[name] / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        (raw / f"{part}-images-idx3-ubyte.gz").write_bytes(b"nonsense")
        (raw / f"{part}-labels-idx1-ubyte.gz").write_bytes(b"nonsense")
    with pytest.raises(DataError, match=f"ubyte.gz is damaged: `python -m vae data {name}`"):
        load(name, "test", tmp_path, fetch=False)


@pytest.mark.parametrize(
    ("name", "split", "named"), [("imagenet", "test", "imagenet.*digits"), ("digits", "dev", "dev")]
)
def test_unknown_names_are_answered_with_the_known_ones(name, split, named):
    with pytest.raises(DataError, match=named):
        load(name, split)


def test_the_data_folder_is_chosen_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_EXPLORER_DATA", str(tmp_path / "chosen"))
    assert default_root() == tmp_path / "chosen"
    monkeypatch.delenv("LATENT_EXPLORER_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_root() == tmp_path / "cache" / "latent-space-explorer"
