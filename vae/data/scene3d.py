"""The procedural room: 480,000 pictures of one object in a corner, every one computed from 480 shaded masks.

The colours of a surface lie on a straight line in RGB, a different line for each surface: a straight line needs one
latent, a rainbow gladly takes two. All lines run from dark to light, so the values stay apart for colour-blind eyes.
The room was built so that its factors can be told apart; its scores are not to be set beside those of other data.
"""

from __future__ import annotations

import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae.data.imageset import DataError, DatasetSpec, Factor, FactorGrid, ImageSet, split_grid
from vae.data.scene3d_render import ASSET, AZIMUTHS, RESOLUTION, SCALES, SHAPES
from vae.system.messages import cause

VERSION = "2"  # of pixels and factors together; anything trained or measured belongs to one version

FACTOR_NAMES = ("floor colour", "wall colour", "object colour", "scale", "shape", "azimuth")
FACTOR_SIZES = (10, 10, 10, len(SCALES), len(SHAPES), len(AZIMUTHS))  # the last factor runs fastest


def _ramp(start: tuple[int, int, int], end: tuple[int, int, int]) -> np.ndarray:
    """Ten evenly spaced colours from `start` to `end`, rounded to uint8 (10, 3)."""
    steps = np.arange(10)[:, None]
    return ((np.array(start) * (9 - steps) + np.array(end) * steps + 4) // 9).astype(np.uint8)


FLOOR_COLOURS = _ramp((24, 48, 124), (238, 244, 250))  # navy to ice
WALL_COLOURS = _ramp((0, 92, 98), (255, 234, 204))  # teal to cream
OBJECT_COLOURS = _ramp((152, 4, 92), (255, 224, 84))  # berry to gold: warm, so that it stands out from both


def _steps(start: str, end: str) -> tuple[str, ...]:
    return (f"1 {start}", *(str(step) for step in range(2, 10)), f"10 {end}")


VALUE_NAMES = (
    _steps("navy", "ice"),
    _steps("teal", "cream"),
    _steps("berry", "gold"),
    tuple(f"{scale:.2f}" for scale in SCALES),
    SHAPES,
    tuple(f"{azimuth}°".replace("-", "−") for azimuth in AZIMUTHS),
)


@lru_cache(maxsize=1)
def load_masks() -> np.ndarray:
    """The shaded masks of floor, wall and object for every view; read once and shared, so not to be written to.

    Returns:
        (480, 3, 64, 64) uint8, ordered by scale, then shape, then azimuth, the last one fastest.

    Raises:
        DataError: the file is missing or damaged; the message names it.
    """
    expected = (FACTOR_SIZES[3] * FACTOR_SIZES[4] * FACTOR_SIZES[5], 3, RESOLUTION, RESOLUTION)
    remedy = {"file": ASSET, "command": "python -m vae.data.scene3d_render"}
    try:
        with np.load(ASSET, allow_pickle=False) as archive:
            masks = archive["masks"]
    except FileNotFoundError:
        raise DataError("data.no_masks", **remedy) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError("data.masks_unread", why=cause(error), **remedy) from None
    if masks.shape != expected or masks.dtype != np.uint8:
        what = {"expected": f"uint8 {expected}", "actual": f"{masks.dtype} {masks.shape}"}
        raise DataError("data.masks_other", **what, **remedy)
    return masks


def compose(masks: Tensor, colours: Tensor) -> Tensor:
    """Paint the masks: channel c is (sum over surfaces of mask * colour[c] + 127) // 255, the same on every device.

    Args:
        masks: uint8 (B, 3, H, W), floor, wall and object; the three sum to at most 255 in every pixel.
        colours: uint8 (B, 3, 3) on the same device, surface by RGB.

    Returns:
        uint8 (B, 3, H, W).

    Raises:
        ValueError: shapes or dtypes do not fit; the message shows them.
    """
    if masks.dtype != torch.uint8 or colours.dtype != torch.uint8:
        raise ValueError(f"Masks and colours must be uint8, not {masks.dtype} and {colours.dtype}.")
    if masks.ndim != 4 or masks.shape[1] != 3 or colours.shape != (len(masks), 3, 3):
        raise ValueError(
            f"Expected masks (B, 3, H, W) and colours (B, 3, 3), got {tuple(masks.shape)}, {tuple(colours.shape)}."
        )
    shaded, paint = masks.int(), colours.int()[..., None, None]
    total = shaded[:, 0, None] * paint[:, 0]  # (B, 3 channels, H, W)
    total.addcmul_(shaded[:, 1, None], paint[:, 1]).addcmul_(shaded[:, 2, None], paint[:, 2]).add_(127)
    # total // 255 as (total + (total >> 8) + 1) >> 8: equal for 0 <= total < 65,535, and half the time of a division.
    quotient = total >> 8
    return quotient.add_(total).add_(1).bitwise_right_shift_(8).to(torch.uint8)


def draw(factors: Tensor) -> Tensor:
    """Images of factor values: int64 (B, 6) in the order of `FACTOR_NAMES` -> uint8 (B, 3, 64, 64), same device."""
    masks, palette = _resident(factors.device)
    floor, wall, thing, scale, shape, azimuth = factors.unbind(1)
    views = (scale * FACTOR_SIZES[4] + shape) * FACTOR_SIZES[5] + azimuth
    return compose(masks[views], torch.stack((palette[0, floor], palette[1, wall], palette[2, thing]), dim=1))


@lru_cache(maxsize=4)
def _resident(device: torch.device) -> tuple[Tensor, Tensor]:
    """Masks (480, 3, 64, 64) and colours (surface, value, RGB) on a device, uint8; 6 MB, moved there once."""
    palette = np.stack((FLOOR_COLOURS, WALL_COLOURS, OBJECT_COLOURS))
    return torch.from_numpy(load_masks()).to(device), torch.from_numpy(palette).to(device)


@lru_cache(maxsize=1)
def _split() -> dict[str, np.ndarray]:
    return split_grid(int(np.prod(FACTOR_SIZES)), held_out=10_000)


def _load(root: Path, split: str, fetch: bool) -> ImageSet:
    return FactorGrid(SPEC, split, _split()[split], draw)


def _hex(colours: np.ndarray) -> tuple[str, ...]:
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in colours)


SPEC = DatasetSpec(
    name="scene3d",
    title="Room",
    version=VERSION,
    shape=(3, RESOLUTION, RESOLUTION),
    sizes={"train": 470_000, "test": 10_000},
    label_names=None,
    factors=tuple(
        Factor(name, values, colours, ordered=name != "shape")
        for name, values, colours in zip(
            FACTOR_NAMES,
            VALUE_NAMES,
            (_hex(FLOOR_COLOURS), _hex(WALL_COLOURS), _hex(OBJECT_COLOURS), None, None, None),
            strict=True,
        )
    ),
    likelihood="bernoulli",
    licence="MIT",
    source="computed by this program",
    loader=_load,
)
