"""The dSprites factor grid, computed: one white square, ellipse or heart on black, 737,280 binary pictures.

The grid is the published one without its single colour: 3 shapes, 6 scales, 40 orientations over [0, 2 pi] with both
ends, 32 × 32 positions, the last factor running fastest. The outlines are this program's own (equal areas of about 505
pixels at scale 1), so pictures resemble the published ones but do not equal them pixel by pixel.

A shape of some scale and orientation is rendered once, 720 stencils in all. Positions are whole pixels apart, so a
picture is a window of its stencil, and twins can be counted: 0 and 2 pi are the same orientation, and a small square
turned by nearly a quarter falls onto the same pixels.

Source of the grid: Matthey et al. 2017, dSprites: disentanglement testing sprites dataset.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae.data.imageset import DatasetSpec, Factor, FactorGrid, ImageSet, split_grid

VERSION = "1"  # of pixels and factors together; anything trained or measured belongs to one version

RESOLUTION = 64
SHAPES = ("square", "ellipse", "heart")
SCALES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
TURN = 39  # steps of a whole turn: orientation 39 is orientation 0 again
POSITIONS = 32
FACTOR_NAMES = ("shape", "scale", "orientation", "x", "y")
FACTOR_SIZES = (len(SHAPES), len(SCALES), TURN + 1, POSITIONS, POSITIONS)

_REACH = 16  # pixels from a sprite's centre to the edge of its stencil; centres run from 16 to 47
_HALF_SIDE, _HALF_AXES, _HEART = 11.27, (15.8, 10.2), 11.8  # pixels at scale 1; no edge meets a centre of a pixel
_HEART_CENTRE = 0.2935  # height of its centre of mass above the origin of its curve, in its units


@lru_cache(maxsize=1)
def stencils() -> np.ndarray:
    """Every shape, scale and orientation at the centre of a square; shared, so not to be written to.

    A pixel is white where its centre lies inside the outline. The arithmetic keeps to sums, products and quotients,
    which every machine rounds the same way, of sines and cosines rounded to nine digits: so the pixels are the same
    everywhere.

    Returns:
        (3, 6, 40, 33, 33) uint8, 0 or 255.
    """
    angles = [2 * math.pi * (step % TURN) / TURN for step in range(TURN + 1)]  # clockwise, as rows run downwards
    cos, sin = (np.array([round(f(a), 9) for a in angles])[:, None, None] for f in (math.cos, math.sin))
    scale = np.array(SCALES)[:, None, None, None]
    grid = np.arange(-_REACH, _REACH + 1, dtype=float)
    x, y = grid[None, :], grid[:, None]
    right, down = (cos * x + sin * y) / scale, (cos * y - sin * x) / scale  # (6, 40, 33, 33), as the sprite sees it

    square = (np.abs(right) <= _HALF_SIDE) & (np.abs(down) <= _HALF_SIDE)
    a, b = right / _HALF_AXES[0], down / _HALF_AXES[1]
    ellipse = a * a + b * b <= 1
    a, b = right / _HEART, _HEART_CENTRE - down / _HEART
    ring = a * a + b * b - 1
    heart = ring * ring * ring <= a * a * b * b * b
    return np.stack((square, ellipse, heart)).astype(np.uint8) * 255


def draw(factors: Tensor) -> Tensor:
    """Images of factor values: int64 (B, 5) in the order of `FACTOR_NAMES` -> uint8 (B, 1, 64, 64), same device."""
    shape, scale, orientation, x, y = factors.unbind(1)
    last = POSITIONS - 1
    return _windows(factors.device)[shape, scale, orientation, last - y, last - x][:, None]


@lru_cache(maxsize=4)
def _windows(device: torch.device) -> Tensor:
    """(3, 6, 40, 32, 32, 64, 64) view of 6 MB: every window of 64×64 in which a whole stencil is seen.

    The first window along an axis has the stencil at its far end, so it belongs to the last position.
    """
    margin = POSITIONS - 1
    field = np.pad(stencils(), ((0, 0),) * 3 + ((margin, margin),) * 2)
    return torch.from_numpy(field).to(device).unfold(3, RESOLUTION, 1).unfold(4, RESOLUTION, 1)


def _pictures(numbers: np.ndarray) -> np.ndarray:
    """A number for each picture of the grid, equal where all pixels are: (N,) int64 -> (N,) int64.

    Pictures are equal where the stencils are, once their empty borders are cut off, and lie in the same place.
    """
    kinds: dict[tuple[tuple[int, ...], bytes], int] = {}
    cropped = []  # (kind, top, left) of each stencil
    for stencil in stencils().reshape(-1, 2 * _REACH + 1, 2 * _REACH + 1):
        rows, columns = (np.flatnonzero(stencil.any(axis)) for axis in (1, 0))
        found = stencil[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        cropped.append((kinds.setdefault((found.shape, found.tobytes()), len(kinds)), rows[0], columns[0]))
    stencil, position = np.divmod(numbers, POSITIONS * POSITIONS)
    x, y = np.divmod(position, POSITIONS)
    kind, top, left = np.array(cropped).T[:, stencil]
    return (kind * RESOLUTION + top + y) * RESOLUTION + left + x


@lru_cache(maxsize=1)
def _split() -> dict[str, np.ndarray]:
    """10,000 fixed pictures for the test, and for the training all others that equal none of them."""
    split = split_grid(math.prod(FACTOR_SIZES), held_out=10_000)
    seen = np.isin(_pictures(split["train"]), _pictures(split["test"]))
    return {"test": split["test"], "train": split["train"][~seen]}


def _load(root: Path, split: str, fetch: bool) -> ImageSet:
    return FactorGrid(SPEC, split, _split()[split], draw)


_PLACES = tuple(f"{step / (POSITIONS - 1):.2f}" for step in range(POSITIONS))
_VALUES = (
    SHAPES,
    tuple(f"{scale:.1f}" for scale in SCALES),
    tuple(f"{360 * step / TURN:.1f}°" for step in range(TURN + 1)),
    _PLACES,
    _PLACES,
)

SPEC = DatasetSpec(
    name="sprites",
    title="Sprites",
    version=VERSION,
    shape=(1, RESOLUTION, RESOLUTION),
    sizes={"train": 726_136, "test": 10_000},
    label_names=None,
    factors=tuple(
        Factor(name, values, ordered=name != "shape", cyclic=name == "orientation")
        for name, values in zip(FACTOR_NAMES, _VALUES, strict=True)
    ),
    likelihood="bernoulli",
    licence="MIT",
    source="computed by this program, on the factor grid of dSprites (Matthey et al. 2017)",
    loader=_load,
)
