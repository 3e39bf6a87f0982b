"""Data sets whose pictures are shaded masks times colours: a few hundred masks are stored, every picture is computed.

A mask holds coverage times shading of one surface, a picture is the sum of the masks times their surfaces' colours.
The colours of a surface lie on a straight line in RGB, a different line for each surface: a straight line needs one
latent, a rainbow gladly takes two. All lines run from dark to light, so the values stay apart for colour-blind eyes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae.data.imageset import DatasetSpec, Factor, FactorGrid, ImageSet, split_grid
from vae.data.mask_file import Bytes

Colour = tuple[int, int, int]

HELD_OUT = 10_000  # pictures for the test


def ramp(start: Colour, end: Colour, count: int) -> Bytes:
    """Evenly spaced colours from `start` to `end`, rounded to uint8 (count, 3)."""
    steps, last = np.arange(count)[:, None], count - 1
    return ((np.array(start) * (last - steps) + np.array(end) * steps + last // 2) // last).astype(np.uint8)


def ramp_names(start: str, end: str, count: int) -> tuple[str, ...]:
    """The values of a ramp: "1 navy", "2", …, "10 ice"."""
    return (f"1 {start}", *(str(step) for step in range(2, count)), f"{count} {end}")


def degrees(angles: tuple[float, ...]) -> tuple[str, ...]:
    return tuple(f"{angle:g}°".replace("-", "−") for angle in angles)


def hexadecimal(colours: Bytes) -> tuple[str, ...]:
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in colours)


def halved(masks: Bytes) -> Bytes:
    """Every 2×2 pixels averaged, rounded down so that what summed to at most 255 still does: (…, H, W) -> half each."""
    wide = masks.astype(np.uint16)
    rows = wide[..., ::2, :] + wide[..., 1::2, :]
    return ((rows[..., ::2] + rows[..., 1::2]) // 4).astype(np.uint8)


def compose(masks: Tensor, colours: Tensor) -> Tensor:
    """Paint the masks: channel c is (sum over surfaces of mask * colour[c] + 127) // 255, the same on every device.

    Args:
        masks: uint8 (B, S, H, W), one for each surface; they sum to at most 255 in every pixel. Or (B, S + 3, H, W):
            the last three are what no colour changes, and are added to the channels red, green and blue.
        colours: uint8 (B, S, 3) on the same device, surface by RGB.

    Returns:
        uint8 (B, 3, H, W).

    Raises:
        ValueError: shapes or dtypes do not fit; the message shows them.
    """
    if masks.dtype != torch.uint8 or colours.dtype != torch.uint8:
        raise ValueError(f"Masks and colours must be uint8, not {masks.dtype} and {colours.dtype}.")
    surfaces = colours.shape[1] if colours.ndim == 3 else 0
    if (
        masks.ndim != 4
        or surfaces == 0
        or masks.shape[1] not in (surfaces, surfaces + 3)
        or colours.shape != (len(masks), surfaces, 3)
    ):
        raise ValueError(
            f"Expected masks (B, S or S + 3, H, W) and colours (B, S, 3), got {tuple(masks.shape)}, "
            f"{tuple(colours.shape)}."
        )
    shaded, paint = masks[:, :surfaces].int(), colours.int()[..., None, None]
    total = shaded[:, 0, None] * paint[:, 0]  # (B, 3 channels, H, W)
    for surface in range(1, surfaces):
        total.addcmul_(shaded[:, surface, None], paint[:, surface])
    total.add_(127)
    # total // 255 as (total + (total >> 8) + 1) >> 8: equal for 0 <= total < 65,535, and half the time of a division.
    quotient = total >> 8
    painted = quotient.add_(total).add_(1).bitwise_right_shift_(8).to(torch.uint8)
    return painted if masks.shape[1] == surfaces else painted.add_(masks[:, surfaces:])


@dataclass(frozen=True)
class MaskedScene:
    """The pictures of factor values: int64 (B, K) on any device -> uint8 (B, 3, H, W) on the same device.

    Attributes:
        masks: gives uint8 (views, S or S + 3, H, W), ordered by the factors of the view, the last one fastest.
        views: (column of the factor, number of its values in the masks), in that order.
        palettes: (column of the factor, uint8 (values, 3)), one for each surface.
    """

    masks: Callable[[], Bytes]
    views: tuple[tuple[int, int], ...]
    palettes: tuple[tuple[int, Bytes], ...]
    _on: dict[torch.device, tuple[Tensor, tuple[Tensor, ...]]] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, factors: Tensor) -> Tensor:
        masks, palettes = self._resident(factors.device)
        view = torch.zeros(len(factors), dtype=torch.int64, device=factors.device)
        for column, size in self.views:
            view = view * size + factors[:, column]
        columns = (column for column, _ in self.palettes)
        paint = [palette[factors[:, column]] for column, palette in zip(columns, palettes, strict=True)]
        return compose(masks[view], torch.stack(paint, dim=1))

    def _resident(self, device: torch.device) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Masks and palettes on a device, moved there once."""
        if device not in self._on:
            palettes = tuple(torch.from_numpy(palette).to(device) for _, palette in self.palettes)
            self._on[device] = torch.from_numpy(self.masks()).to(device), palettes
        return self._on[device]


@lru_cache(maxsize=4)
def _split(total: int) -> dict[str, np.ndarray]:
    return split_grid(total, HELD_OUT)


def masked_spec(
    name: str, title: str, version: str, resolution: int, factors: tuple[Factor, ...], scene: MaskedScene
) -> DatasetSpec:
    """The row of the registry: every combination of the factors, of which 10,000 are held out for the test."""
    total = math.prod(len(factor.values) for factor in factors)

    def load(root: Path, split: str, fetch: bool) -> ImageSet:
        return FactorGrid(spec, split, _split(total)[split], scene)

    spec = DatasetSpec(
        name=name,
        title=title,
        version=version,
        shape=(3, resolution, resolution),
        sizes={"train": total - HELD_OUT, "test": HELD_OUT},
        label_names=None,
        factors=factors,
        likelihood="bernoulli",
        licence="MIT",
        source="computed by this program",
        loader=load,
    )
    return spec


def weights(spec: DatasetSpec, images: int = 400, seed: int = 0) -> dict[str, float]:
    """Half the mean squared change of a picture in [0, 1], summed over its values, when one factor is redrawn alone.

    It is about what a latent for that factor saves in nats of a Gaussian of unit variance, hence which factors wake
    first, and whether all do.
    """
    sizes = [len(factor.values) for factor in spec.factors]
    rng, draw = np.random.default_rng(seed), spec.loader(Path(), "test", False).draw
    before = rng.integers(sizes, size=(images, len(sizes)))

    def pictures(factors: np.ndarray) -> Tensor:
        return draw(torch.from_numpy(factors)).double() / 255

    first, halves = pictures(before), {}
    for column, factor in enumerate(spec.factors):
        after = before.copy()
        after[:, column] = rng.integers(sizes[column], size=images)
        halves[factor.name] = float(0.5 * (pictures(after) - first).square().sum((1, 2, 3)).mean())
    return halves
