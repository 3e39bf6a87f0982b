"""The registry of data sets: one row here is all that a new one needs."""

from __future__ import annotations

import os
from pathlib import Path

from vae.data import files, scene3d, sprites
from vae.data.imageset import DataError, DatasetSpec, Factor, FactorGrid, ImageSet, StoredImages, Subset

__all__ = [
    "DATASETS",
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
]

DATASETS: dict[str, DatasetSpec] = {
    spec.name: spec
    for spec in (scene3d.SPEC, sprites.SPEC, files.MNIST, files.FASHION_MNIST, files.DIGITS, files.MNIST32)
}


def default_root() -> Path:
    """The folder for downloaded data: $LATENT_EXPLORER_DATA, else one in the user's cache."""
    chosen = os.environ.get("LATENT_EXPLORER_DATA")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(chosen) if chosen else cache / "latent-space-explorer"


def spec_of(name: str) -> DatasetSpec:
    """The registry's row, or a DataError that names the known ones."""
    if name not in DATASETS:
        raise DataError(f"There is no data set {name!r}; known are {', '.join(DATASETS)}.")
    return DATASETS[name]


def available(name: str, root: Path | None = None) -> str | None:
    """None where the images are at hand, else one sentence that says what to do. Never downloads or imports."""
    return spec_of(name).missing(root or default_root())


def load(name: str, split: str = "test", root: str | Path | None = None, fetch: bool = True) -> ImageSet:
    """The images of a split, "train" or "test".

    Args:
        root: folder of downloaded data, `default_root()` unless given.
        fetch: may the data set be downloaded where it is missing?

    Raises:
        DataError: unknown name or split, or files that are missing, damaged or not to be had.
    """
    spec = spec_of(name)
    if split not in spec.sizes:
        raise DataError(f"There is no split {split!r} of {name}; known are {', '.join(spec.sizes)}.")
    return spec.loader(Path(root) if root else default_root(), split, fetch)
