"""Data sets that come in files: scikit-learn's digits and MNIST."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from vae.data.imageset import DataError, DatasetSpec, ImageSet, StoredImages

_MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_DIGIT_NAMES = tuple(str(digit) for digit in range(10))


def _load_digits(root: Path, split: str, fetch: bool) -> ImageSet:
    from sklearn.datasets import load_digits  # a second to import, and needed for this data set alone

    raw = load_digits()
    small = torch.from_numpy(raw.images).float()[:, None] * (255 / 16)
    pixels = interpolate(small, size=(32, 32), mode="bilinear", align_corners=False).round().clamp(0, 255)
    order = np.random.RandomState(0).permutation(len(pixels))  # noqa: NPY002  a frozen stream, as for the grids
    chosen = {"train": np.sort(order[:1437]), "test": np.sort(order[1437:])}[split]
    return StoredImages(DIGITS, split, pixels[chosen].to(torch.uint8), raw.target[chosen].astype(np.int64))


def _missing_mnist(root: Path) -> str | None:
    raw = root / "MNIST" / "raw"
    absent = [name for name in _MNIST_FILES if not (raw / name).is_file() and not (raw / f"{name}.gz").is_file()]
    if not absent:
        return None
    return (
        f"MNIST's images are not here: `python -m vae data mnist` fetches them, or place "
        f"{', '.join(f'{name}.gz' for name in absent)} ({MNIST.source}) into {raw}."
    )


def _load_mnist(root: Path, split: str, fetch: bool) -> ImageSet:
    problem = _missing_mnist(root)
    if problem and not fetch:
        raise DataError(problem)
    from torchvision.datasets import MNIST as Files  # a second and a half to import
    from torchvision.datasets.utils import check_integrity

    raw = root / "MNIST" / "raw"
    for archive, md5 in Files.resources:
        # torchvision would fetch a damaged archive anew
        if not fetch and not (raw / archive.removesuffix(".gz")).is_file() and not check_integrity(raw / archive, md5):
            raise DataError(f"{raw / archive} is damaged: `python -m vae data mnist` fetches it anew.")
    try:
        root.mkdir(parents=True, exist_ok=True)
        files = Files(root, train=split == "train", download=True)  # unpacks and checks what is there already
    except (RuntimeError, OSError, ValueError, AssertionError) as error:  # the last two: damage inside a file
        raise DataError(
            f"MNIST could not be read or fetched ({error}). {_missing_mnist(root) or ''}".strip()
        ) from error
    pixels: Tensor = files.data[:, None]
    return StoredImages(MNIST, split, pixels, files.targets.numpy().astype(np.int64))


DIGITS = DatasetSpec(
    name="digits",
    title="Digits 8×8 (scikit-learn)",
    version="1",
    shape=(1, 32, 32),
    sizes={"train": 1437, "test": 360},
    label_names=_DIGIT_NAMES,
    factors=(),
    likelihood="bernoulli",
    licence="CC BY 4.0",
    source="https://archive.ics.uci.edu/dataset/80 (inside scikit-learn), resized to 32×32",
    loader=_load_digits,
)

MNIST = DatasetSpec(
    name="mnist",
    title="MNIST",
    version="1",
    shape=(1, 28, 28),
    sizes={"train": 60_000, "test": 10_000},
    label_names=_DIGIT_NAMES,
    factors=(),
    likelihood="bernoulli",
    licence="CC BY-SA 3.0",
    source="http://yann.lecun.com/exdb/mnist/, fetched by torchvision",
    loader=_load_mnist,
    missing=_missing_mnist,
)
