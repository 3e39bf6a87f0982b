"""Data sets that come in files, against second readers: PIL for the digits, gzip for MNIST."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from vae.data import DataError, available, default_root, load


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


@pytest.fixture(scope="module")
def mnist(mnist_root):
    return {split: load("mnist", split, mnist_root, fetch=False) for split in ("train", "test")}


@pytest.mark.parametrize(("split", "name", "size"), [("train", "train", 60_000), ("test", "t10k", 10_000)])
def test_mnist_equals_its_archives(mnist, mnist_root, need, split, name, size):
    archive = mnist_root / "MNIST" / "raw" / f"{name}-images-idx3-ubyte.gz"
    need(archive.is_file(), "the archives of MNIST are not here")
    pixels = np.frombuffer(gzip.decompress(archive.read_bytes()), np.uint8, offset=16)
    labels = archive.with_name(f"{name}-labels-idx1-ubyte.gz")
    data = mnist[split]
    assert len(data) == size
    assert np.array_equal(data.images.numpy().ravel(), pixels)
    assert np.array_equal(data.labels, np.frombuffer(gzip.decompress(labels.read_bytes()), np.uint8, offset=8))


def test_missing_mnist_is_said_and_not_fetched(tmp_path):
    sentence = available("mnist", tmp_path)
    assert "t10k-labels-idx1-ubyte.gz" in sentence
    assert str(tmp_path / "MNIST" / "raw") in sentence
    assert "python -m vae data mnist" in sentence
    with pytest.raises(DataError) as caught:
        load("mnist", "test", tmp_path, fetch=False)
    assert str(caught.value) == sentence
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_absent_is_asked_for(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"):
        (raw / name).touch()
    sentence = available("mnist", tmp_path)
    assert "train-images" not in sentence
    assert "t10k-images" not in sentence
    assert "train-labels-idx1-ubyte.gz" in sentence


HEAD = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (2, 28, 28))


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense" * 50, HEAD, HEAD + bytes(28 * 28), bytes([0, 0, 99, 3]) + HEAD[4:] + bytes(2 * 28 * 28)],
    ids=["empty", "foreign", "no pixels", "half the pixels", "unknown type"],
)
@pytest.mark.filterwarnings("ignore")
def test_damaged_mnist_is_one_sentence(tmp_path, content):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        (raw / f"{part}-images-idx3-ubyte").write_bytes(content)
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(content)
    with pytest.raises(DataError, match="MNIST could not be read"):
        load("mnist", "test", tmp_path, fetch=False)


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
