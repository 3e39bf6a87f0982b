"""The caller's images, whatever they come as: values for the encoder, and pixels for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.data import DATASETS, DatasetSpec, ImageSet, StoredImages, Subset, load
from vae.data.own.dataset import decode_set
from vae.images import to_uint8
from vae.models.caller_code import called
from vae.system.limits import HOST_PICTURES
from vae.system.messages import KeyedError, Sentence

MOST = 10_000  # images that are encoded, an even choice
RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))  # of float images, the usual one first
LAYOUTS = ("NCHW", "NHWC")
COLOURS = ("RGB", "BGR")
_CHANNELS = (1, 3)


class ExploreError(KeyedError, ValueError):
    """What was given to `vae.explore` cannot be shown; the message says what was expected."""


@dataclass(frozen=True)
class Pictures:
    """Images as the caller has them.

    Attributes:
        values: (N, C, H, W), uint8 or float32, in the caller's own units and order of colours.
        bounds: the values that stand for black and white; of uint8 what they are brought to for the encoder.
        rows: (N,) int64, which of the caller's images they are.
        total: how many the caller has.
        labels: (total,) that came with the images, or None.
        origin: the data set that they are of, or None.
        notes: what was assumed.
    """

    values: Tensor
    bounds: tuple[float, float]
    rows: np.ndarray
    total: int
    colours: str = "RGB"
    labels: np.ndarray | None = None
    origin: ImageSet | None = None
    notes: tuple[Sentence, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        return tuple(self.values.shape[1:])

    def part(self, rows: slice | Tensor) -> Tensor:
        """Some of them as the encoder takes them, float32."""
        values, (low, high) = self.values[rows], self.bounds
        return values.float() if values.dtype != torch.uint8 else low + (high - low) / 255 * values.float()

    def pixels(self) -> Tensor:
        """uint8 (N, C, H, W), red before blue."""
        values, (low, high) = self.values, self.bounds
        if values.dtype != torch.uint8:
            parts = [to_uint8((part - low) / (high - low)) for part in values.split(500)]
            values = torch.cat(parts)
        return values.flip(1) if self.colours == "BGR" and values.shape[1] == 3 else values

    def image_set(self, title: str) -> tuple[ImageSet, np.ndarray]:
        """As a page asks for them: a set, and the index of each in it (N,)."""
        if self.origin is not None:
            return self.origin, self.rows
        spec = DatasetSpec(
            name=f"images of {title}",
            title=title,
            version="1",
            shape=self.shape,
            sizes={"train": 0, "test": len(self.values)},
            label_names=None,
            factors=(),
            likelihood="gaussian",
            licence="as the images themselves",
            source="memory",
            loader=partial(_gone, title),
        )
        return StoredImages(spec, "test", self.pixels()), np.arange(len(self.values))


def _gone(title: str, root: Path, split: str, fetch: bool) -> ImageSet:
    raise ExploreError("explore.in_memory", name=title)


def read_pictures(
    images: Any,
    layout: str | None = None,
    bounds: tuple[float, float] | None = None,
    colours: str = "RGB",
    size: int = 64,
) -> Pictures:
    """The images that a caller has, at most `MOST` of them.

    Args:
        images: (N, C, H, W), (N, H, W) or (N, H, W, C), uint8 or float; a torch Dataset; a folder or zip; a name of
            `DATASETS`; or an `ImageSet`.
        layout: of `LAYOUTS`; None reads it off the shape.
        bounds: the values of black and white; None reads them off float values, and is 0 and 1 for uint8.
        colours: of `COLOURS`.
        size: of a folder's images, 32 or 64.

    Raises:
        ExploreError: they are none, one, of a shape that is no image's, or not finite.
        DataError: a data set or folder cannot be read.
    """
    if layout not in (None, *LAYOUTS):
        raise ExploreError("explore.one_of", name="layout", choices=LAYOUTS, value=repr(layout))
    if colours not in COLOURS:
        raise ExploreError("explore.one_of", name="colours", choices=COLOURS, value=repr(colours))
    found = _source(images, size)
    values, notes = _laid_out(found.values, layout)
    if values.dtype == torch.uint8:
        low, high = bounds or (0.0, 1.0)
        if bounds is None:
            notes.append(Sentence("explore.bytes"))
    else:
        if not bool(torch.isfinite(values).all()):
            raise ExploreError("explore.not_finite", name="images")
        (low, high), note = (bounds, None) if bounds else _bounds(values)
        notes += [note] if note else []
    if not low < high:
        raise ExploreError("explore.bounds", low=low, high=high)
    if values.shape[1] == 3 and found.origin is None:
        notes.append(Sentence("explore.colours", colours=colours))
    if len(values) < found.total:
        notes.append(Sentence("explore.choice", n=f"{len(values):,}", total=f"{found.total:,}"))
    if bool((values == values[:1]).all()):
        notes.append(Sentence("explore.constant"))
    return replace(
        found, values=values, bounds=(float(low), float(high)), colours=colours, notes=(*found.notes, *notes)
    )


def even(total: int, most: int = MOST) -> np.ndarray:
    """At most so many of the numbers 0 … total - 1, evenly out of all, rising."""
    return np.arange(total) if total <= most else np.linspace(0, total - 1, most).astype(np.int64)


def _source(images: Any, size: int) -> Pictures:
    if isinstance(images, (str, Path)):
        if str(images) in DATASETS:
            return _of_set(load(str(images), "test"))
        limits = replace(HOST_PICTURES, most_images=MOST, fewest_images=2)
        decoded = decode_set(Path(images), size, limits)
        labels = None
        if decoded.labels is not None:
            labels = np.array(decoded.label_names)[decoded.labels]
        count, notes = len(decoded.images), tuple(decoded.report.notes)
        return Pictures(torch.from_numpy(decoded.images), (0, 1), np.arange(count), count, labels=labels, notes=notes)
    if isinstance(images, ImageSet):
        return _of_set(images)
    if isinstance(images, (np.ndarray, Tensor)):
        count = len(images) if images.ndim else 0
        _require_several(count)
        rows = even(count)
        values = torch.as_tensor(images[torch.from_numpy(rows) if isinstance(images, Tensor) else rows])
        return Pictures(values.detach().cpu(), (0, 1), rows, count)
    if hasattr(images, "__len__") and hasattr(images, "__getitem__"):
        return _of_items(images)
    raise ExploreError("explore.images", type=type(images).__name__)


def _require_several(count: int) -> None:
    if count < 2:
        raise ExploreError("explore.few", n=count)


def _of_set(images: ImageSet) -> Pictures:
    """Of a data set of this project. What is chosen of it stays a part of it, its own factors with it."""
    _require_several(len(images))
    rows = even(len(images))
    whole = images if len(rows) == len(images) else Subset(images, rows)
    values = torch.cat([whole.batch(part) for part in torch.arange(len(rows)).split(1_000)])
    return Pictures(values, (0, 1), rows, len(images), origin=images)


def _of_items(items: Sequence[Any]) -> Pictures:
    """Of a Dataset or a list: each item is an image, or begins with one and goes on with its label."""
    _require_several(len(items))
    rows, values, labels = even(len(items)), [], []
    for row in rows.tolist():
        item = called("images", items.__getitem__, row)
        image, label = (*item, None)[:2] if isinstance(item, (tuple, list)) else (item, None)
        values.append(torch.as_tensor(image if isinstance(image, Tensor) else np.array(image)).detach().cpu())
        labels.append(label)
    shapes = sorted({tuple(value.shape) for value in values})
    if len(shapes) > 1:
        raise ExploreError("explore.shapes", shapes=[str(shape) for shape in shapes[:5]])
    found = None  # a label of some images alone would take reading all of them
    if len(rows) == len(items) and all(isinstance(label, (int, str, np.integer)) for label in labels):
        found = np.array(labels)
    return Pictures(torch.stack(values), (0, 1), rows, len(items), labels=found)


def _laid_out(values: Tensor, layout: str | None) -> tuple[Tensor, list[Sentence]]:
    """(N, C, H, W), uint8 or float32, and what was assumed of the layout."""
    if values.ndim == 3:
        values = values[:, None]
        layout = "NCHW"
    shape, notes = tuple(values.shape), []
    if values.ndim != 4 or 0 in shape:
        raise ExploreError("explore.layout", shape=str(shape))
    if layout is None:
        first, last = shape[1] in _CHANNELS, shape[3] in _CHANNELS
        if not first and not last:
            raise ExploreError("explore.channels", shape=str(shape))
        layout = "NCHW" if first else "NHWC"
        notes.append(Sentence("explore.read_as", shape=str(shape), layout=layout))
    values = values.permute(0, 3, 1, 2) if layout == "NHWC" else values
    if values.shape[1] not in _CHANNELS:
        raise ExploreError("explore.channels", shape=str(shape))
    if values.dtype == torch.bool:
        return values.float().contiguous(), notes
    if values.is_complex() or (not values.is_floating_point() and values.dtype != torch.uint8):
        raise ExploreError("explore.type", type=str(values.dtype).removeprefix("torch."))
    return (values if values.dtype == torch.uint8 else values.float()).contiguous(), notes


def _bounds(values: Tensor) -> tuple[tuple[float, float], Sentence]:
    """What black and white are, by the extremes of the values."""
    least, most = float(values.min()), float(values.max())
    seen = {"least": f"{least:.3g}", "most": f"{most:.3g}"}
    for low, high in RANGES:
        if low <= least and most <= high:
            return (low, high), Sentence("explore.bounds_read", **seen, low=f"{low:g}", high=f"{high:g}")
    high = most if most > least else least + 1
    return (least, high), Sentence("explore.bounds_own", **seen)
