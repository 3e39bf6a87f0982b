"""Data sets that come in files: scikit-learn's digits, MNIST and Fashion-MNIST."""

from __future__ import annotations

import gzip
import os
import shutil
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from vae.data.imageset import DataError, DatasetSpec, ImageSet, StoredImages
from vae.system.messages import Sentence, cause

_MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_DIGIT_NAMES = tuple(str(digit) for digit in range(10))
_FASHION_NAMES = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def _load_digits(root: Path, split: str, fetch: bool) -> ImageSet:
    from sklearn.datasets import load_digits  # a second to import, and needed for this data set alone

    raw = load_digits()
    small = torch.from_numpy(raw.images).float()[:, None] * (255 / 16)
    pixels = _resized(small)
    order = np.random.RandomState(0).permutation(len(pixels))  # noqa: NPY002  a frozen stream, as for the grids
    chosen = {"train": np.sort(order[:1437]), "test": np.sort(order[1437:])}[split]
    return StoredImages(DIGITS, split, pixels[chosen], raw.target[chosen].astype(np.int64))


@dataclass(frozen=True)
class _Archive:
    """A data set in MNIST's four files; `kind` is both its folder and its class in torchvision."""

    kind: str
    title: str
    name: str
    source: str

    def missing(self, root: Path) -> Sentence | None:
        raw = root / self.kind / "raw"
        absent = [name for name in _MNIST_FILES if not (raw / name).is_file() and not (raw / f"{name}.gz").is_file()]
        if not absent:
            return None
        files = [f"{name}.gz" for name in absent]
        where = {"files": files, "source": self.source, "folder": raw}
        return Sentence("data.not_here", data=self.title, command=self.command, **where)

    @property
    def command(self) -> str:
        return f"python -m vae data {self.name}"

    def read(self, root: Path, split: str, fetch: bool) -> tuple[Tensor, np.ndarray]:
        """uint8 (N, 1, 28, 28) and int64 (N,); raises DataError where the files are missing or damaged."""
        problem = self.missing(root)
        if problem and not fetch:
            raise DataError.of(problem)
        from torchvision import datasets  # a second and a half to import
        from torchvision.datasets.utils import check_integrity

        raw, reader = root / self.kind / "raw", getattr(datasets, self.kind)
        try:
            for archive, md5 in reader.resources:
                if (raw / archive.removesuffix(".gz")).is_file():
                    continue
                if check_integrity(raw / archive, md5):
                    _unpack(raw / archive)
                elif not fetch:  # else it is fetched anew
                    raise DataError("data.damaged", file=raw / archive, command=self.command)
            root.mkdir(parents=True, exist_ok=True)
            files = reader(root, train=split == "train", download=True)  # fetches, and checks what is there already
        except (RuntimeError, OSError, ValueError, AssertionError) as error:  # the last two: damage inside a file
            advice, failed = self.missing(root), {"data": self.title, "why": cause(error)}
            if advice:
                raise DataError("data.unread_not_here", advice=advice, **failed) from error
            raise DataError("data.unread", **failed) from error
        return files.data[:, None], files.targets.numpy().astype(np.int64)


def _unpack(archive: Path) -> None:
    """Beside the archive and whole at once, for the app and the process of a run may both be the first to read it;
    torchvision writes in place.
    """
    temporary = archive.with_name(f"{archive.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with gzip.open(archive) as packed, temporary.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
        temporary.replace(archive.with_name(archive.name.removesuffix(".gz")))
    finally:
        temporary.unlink(missing_ok=True)


_MNIST = _Archive("MNIST", "MNIST", "mnist", "http://yann.lecun.com/exdb/mnist/, fetched by torchvision")
_FASHION = _Archive(
    "FashionMNIST",
    "Fashion-MNIST",
    "fashion_mnist",
    "https://github.com/zalandoresearch/fashion-mnist, fetched by torchvision",
)


def _load_mnist(root: Path, split: str, fetch: bool) -> ImageSet:
    return StoredImages(MNIST, split, *_MNIST.read(root, split, fetch))


def _load_fashion_mnist(root: Path, split: str, fetch: bool) -> ImageSet:
    return StoredImages(FASHION_MNIST, split, *_FASHION.read(root, split, fetch))


def _load_mnist32(root: Path, split: str, fetch: bool) -> ImageSet:
    pixels, labels = _MNIST.read(root, split, fetch)
    return StoredImages(MNIST32, split, torch.cat([_resized(part.float()) for part in pixels.split(5000)]), labels)


def _resized(images: Tensor) -> Tensor:
    """(N, 1, H, W) float in 0 … 255 -> uint8 (N, 1, 32, 32), bilinear, as Pillow enlarges a picture."""
    pixels = interpolate(images, size=(32, 32), mode="bilinear", align_corners=False)
    return pixels.round().clamp(0, 255).to(torch.uint8)


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
    source=_MNIST.source,
    loader=_load_mnist,
    missing=_MNIST.missing,
)

MNIST32 = replace(  # for recipes that come with pictures of this size; everything else takes MNIST as it is
    MNIST,
    name="mnist32",
    title="MNIST resized to 32×32",
    shape=(1, 32, 32),
    source=f"{_MNIST.source}, resized to 32×32 (bilinear)",
    loader=_load_mnist32,
)

FASHION_MNIST = replace(
    MNIST,
    name="fashion_mnist",
    title="Fashion-MNIST",
    label_names=_FASHION_NAMES,
    licence="MIT",
    source=_FASHION.source,
    loader=_load_fashion_mnist,
    missing=_FASHION.missing,
)
