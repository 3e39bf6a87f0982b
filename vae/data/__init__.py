"""The registry of data sets: one row here is all that a new one needs."""

from __future__ import annotations

from pathlib import Path

from vae.data import celeba, dsprites, faces3d, files, scene3d, sprites
from vae.data.imageset import DataError, DatasetSpec, Factor, FactorGrid, ImageSet, StoredImages, Subset
from vae.data.own.cache import load_gathered
from vae.data.own.dataset import PREFIX
from vae.system.messages import Sentence
from vae.system.paths import default_root

__all__ = [
    "DATASETS",
    "SPLITS",
    "DataError",
    "DatasetSpec",
    "Factor",
    "FactorGrid",
    "ImageSet",
    "StoredImages",
    "Subset",
    "available",
    "default_root",
    "load",
    "spec_of",
]

DATASETS: dict[str, DatasetSpec] = {
    spec.name: spec
    for spec in (
        *(scene3d.SPEC, faces3d.SPEC, sprites.SPEC, files.MNIST, files.FASHION_MNIST, files.DIGITS, files.MNIST32),
        *(scene3d.SPEC_32, faces3d.SPEC_32, faces3d.SPEC_SUBTLE, celeba.SPEC, dsprites.SPEC),
    )
}
SPLITS = ("train", "test")


def spec_of(name: str) -> DatasetSpec:
    """The registry's row, or a DataError that names the known ones."""
    if name not in DATASETS:
        raise DataError("data.unknown", name=repr(name), known=list(DATASETS))
    return DATASETS[name]


def available(name: str, root: Path | None = None) -> Sentence | None:
    """None where the images are at hand, else the sentence that says what to do. Never downloads or imports."""
    return spec_of(name).missing(root or default_root())


def load(name: str, split: str = "test", root: str | Path | None = None, fetch: bool = True) -> ImageSet:
    """The images of a split, "train" or "test".

    Args:
        name: of a row of `DATASETS`, or "own-…" of images that `python -m vae data folder` has gathered.
        root: folder of downloaded data, `default_root()` unless given.
        fetch: may the data set be downloaded where it is missing?

    Raises:
        DataError: unknown name or split, or files that are missing, damaged or not to be had.
    """
    if split not in SPLITS:
        raise DataError("data.no_split", split=repr(split), name=name, known=SPLITS)
    root = Path(root) if root else default_root()
    return load_gathered(name, split, root) if name.startswith(PREFIX) else spec_of(name).loader(root, split, fetch)
