"""What a data set is: a row of facts about it (`DatasetSpec`) and its images (`ImageSet`), stored or computed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae.system.messages import KeyedError, Sentence

LARGEST_ARRAY = 2**30  # bytes that `ImageSet.images` may take


class DataError(KeyedError):
    """A data set that is unknown, missing or damaged."""


@dataclass(frozen=True)
class Factor:
    """A factor of variation: its values by name; `colours` are "#rrggbb" where the factor is itself a colour.

    `ordered`: the values stand in a row; `cyclic`: the row closes to a ring, on which first and last value coincide.
    """

    name: str
    values: tuple[str, ...]
    colours: tuple[str, ...] | None = None
    ordered: bool = True
    cyclic: bool = False

    @property
    def kind(self) -> str:
        """ "ordered", "cyclic" or "unordered"."""
        return "unordered" if not self.ordered else "cyclic" if self.cyclic else "ordered"


@dataclass(frozen=True)
class DatasetSpec:
    """One row of the registry.

    Attributes:
        shape: (C, H, W) of an image.
        sizes: number of images as published, {"train": …, "test": …}; how many there are is `len` of the images.
        label_names: one per class, or None.
        factors: the factors of variation, empty where none are known.
        likelihood: what its models use unless told otherwise.
        loader: (root folder, split, may it download) -> ImageSet.
        missing: root folder -> None, or the sentence that says what to place where.
    """

    name: str
    title: str
    version: str
    shape: tuple[int, int, int]
    sizes: dict[str, int]
    label_names: tuple[str, ...] | None
    factors: tuple[Factor, ...]
    likelihood: str
    licence: str
    source: str
    loader: Callable[[Path, str, bool], ImageSet]
    missing: Callable[[Path], Sentence | None] = lambda root: None


class ImageSet:
    """Images of one split as uint8 (C, H, W), with their labels, factors or attributes where there are any.

    Subclasses say where the pixels come from. They lie (or are computed) on the device that asks, once.
    """

    def __init__(self, spec: DatasetSpec, split: str) -> None:
        self.spec, self.split = spec, split
        self.labels: np.ndarray | None = None
        self.factors: np.ndarray | None = None
        self.attributes: np.ndarray | None = None  # (N, A) of zeros and ones, named by `attribute_names`
        self.attribute_names: tuple[str, ...] | None = None
        self.draw: Callable[[Tensor], Tensor] | None = None  # where images are computed, see `FactorGrid`

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def label_names(self) -> tuple[str, ...] | None:
        return self.spec.label_names

    @property
    def factor_names(self) -> tuple[str, ...] | None:
        return tuple(factor.name for factor in self.spec.factors) or None

    def __len__(self) -> int:
        raise NotImplementedError

    def batch(self, indices: Tensor | np.ndarray | Sequence[int], device: str | torch.device = "cpu") -> Tensor:
        """The images at `indices` (B,): uint8 (B, C, H, W) on `device`.

        Raises:
            IndexError: an index outside 0 … len(self) - 1 (on a GPU only where the driver reports it), or a mask.
        """
        raise NotImplementedError

    @property
    def images(self) -> Tensor:
        """All images, uint8 (N, C, H, W).

        Raises:
            DataError: they would take more than 1 GiB.
        """
        size = len(self) * int(np.prod(self.spec.shape))
        if size > LARGEST_ARRAY:
            raise DataError("data.too_large", name=self.name, split=self.split, gib=f"{size / 2**30:.1f}")
        return self.batch(torch.arange(len(self)))

    def sha256(self) -> str:
        """Hash of all pixels in order; it names the split in a checkpoint."""
        digest = hashlib.sha256()
        for start in range(0, len(self), 4096):
            digest.update(self.batch(torch.arange(start, min(start + 4096, len(self)))).numpy().tobytes())
        return digest.hexdigest()


class StoredImages(ImageSet):
    """Images that lie in memory. `pixels`: uint8 (N, C, H, W); `labels`: (N,) int or None."""

    def __init__(self, spec: DatasetSpec, split: str, pixels: Tensor, labels: np.ndarray | None = None) -> None:
        super().__init__(spec, split)
        self.labels = labels
        self._pixels = {torch.device("cpu"): pixels.contiguous()}

    def __len__(self) -> int:
        return len(self._pixels[torch.device("cpu")])

    def batch(self, indices: Tensor | np.ndarray | Sequence[int], device: str | torch.device = "cpu") -> Tensor:
        device = torch.device(device)
        if device not in self._pixels:
            self._pixels[device] = self._pixels[torch.device("cpu")].to(device)
        return self._pixels[device][as_indices(indices, device)]


class Subset(ImageSet):
    """Some images of another set, at its indices `rows` (N,) int64. Its hash is that of these images alone."""

    def __init__(self, whole: ImageSet, rows: np.ndarray) -> None:
        super().__init__(whole.spec, whole.split)
        self.rows, self._whole = rows, whole
        self.labels = None if whole.labels is None else whole.labels[rows]
        self.factors = None if whole.factors is None else np.asarray(whole.factors)[rows]
        self.attributes = None if whole.attributes is None else whole.attributes[rows]
        self.attribute_names = whole.attribute_names
        self.draw = whole.draw

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, indices: Tensor | np.ndarray | Sequence[int], device: str | torch.device = "cpu") -> Tensor:
        return self._whole.batch(torch.from_numpy(self.rows)[as_indices(indices, torch.device("cpu"))], device)


class FactorGrid(ImageSet):
    """Every combination of the factors, of which a split holds some; nothing is stored but their numbers.

    Args:
        numbers: int64 (N,) positions in the whole grid, the last factor running fastest.
        draw: factor values int64 (B, K) on any device -> uint8 (B, C, H, W) on the same device.
    """

    def __init__(self, spec: DatasetSpec, split: str, numbers: np.ndarray, draw: Callable[[Tensor], Tensor]) -> None:
        super().__init__(spec, split)
        self.draw = draw
        self._sizes = tuple(len(factor.values) for factor in spec.factors)
        self._numbers = {torch.device("cpu"): torch.from_numpy(numbers)}
        self.factors = np.stack(np.unravel_index(numbers, self._sizes), axis=1).astype(np.int64)

    def __len__(self) -> int:
        return len(self._numbers[torch.device("cpu")])

    def batch(self, indices: Tensor | np.ndarray | Sequence[int], device: str | torch.device = "cpu") -> Tensor:
        device = torch.device(device)
        if device not in self._numbers:
            self._numbers[device] = self._numbers[torch.device("cpu")].to(device)
        numbers = self._numbers[device][as_indices(indices, device)]
        return self.draw(torch.stack(torch.unravel_index(numbers, self._sizes), dim=1))


def as_indices(indices: Tensor | np.ndarray | Sequence[int], device: torch.device) -> Tensor:
    """Indices as int64 on the device; what PyTorch would quietly read otherwise (−1, a mask, 0.7) is an IndexError."""
    indices = torch.as_tensor(indices, device=device)
    if indices.numel() and (indices.is_floating_point() or indices.dtype == torch.bool):
        raise IndexError(f"images are chosen by whole numbers, not by {indices.dtype}")
    if device.type == "cpu" and bool((indices < 0).any()):  # elsewhere it would wait for the device
        raise IndexError(f"images are numbered from 0, so there is no image {int(indices.min())}")
    return indices.long()


def split_grid(total: int, held_out: int) -> dict[str, np.ndarray]:
    """A fixed split of the numbers 0 … total - 1: sorted int64 arrays "train" and "test" (`held_out` of them).

    NumPy's legacy RandomState is used because its stream is frozen for good: the split never moves.
    """
    order = np.random.RandomState(0).permutation(total)  # noqa: NPY002
    return {"test": np.sort(order[:held_out]), "train": np.sort(order[held_out:])}
