"""The procedural room: 480,000 pictures of one object in a corner, every one computed from 480 shaded masks.

The room was built so that its factors can be told apart; its scores are not to be set beside those of other data.
`scene3d32` is the same room at 32×32, for quick trainings: its masks are those of the large one, averaged.
"""

from __future__ import annotations

from functools import lru_cache

from vae.data.imageset import Factor
from vae.data.mask_file import Bytes, read_masks
from vae.data.masked import (
    MaskedScene,
    degrees,
    halved,
    hexadecimal,
    masked_spec,
    ramp,
    ramp_names,
)
from vae.data.scene3d_render import ASSET, AZIMUTHS, RESOLUTION, SCALES, SHAPES

VERSION = "2"  # of pixels and factors together; anything trained or measured belongs to one version
VERSION_32 = "1"

FACTOR_NAMES = ("floor colour", "wall colour", "object colour", "scale", "shape", "azimuth")
FACTOR_SIZES = (10, 10, 10, len(SCALES), len(SHAPES), len(AZIMUTHS))  # the last factor runs fastest

FLOOR_COLOURS = ramp((24, 48, 124), (238, 244, 250), 10)  # navy to ice
WALL_COLOURS = ramp((0, 92, 98), (255, 234, 204), 10)  # teal to cream
OBJECT_COLOURS = ramp((152, 4, 92), (255, 224, 84), 10)  # berry to gold: warm, so that it stands out from both

VALUE_NAMES = (
    ramp_names("navy", "ice", 10),
    ramp_names("teal", "cream", 10),
    ramp_names("berry", "gold", 10),
    tuple(f"{scale:.2f}" for scale in SCALES),
    SHAPES,
    degrees(AZIMUTHS),
)


@lru_cache(maxsize=1)
def load_masks() -> Bytes:
    """The shaded masks of floor, wall and object for every view; read once and shared, so not to be written to.

    Returns:
        (480, 3, 64, 64) uint8, ordered by scale, then shape, then azimuth, the last one fastest.

    Raises:
        DataError: the file is missing or damaged; the message names it.
    """
    views = FACTOR_SIZES[3] * FACTOR_SIZES[4] * FACTOR_SIZES[5]
    return read_masks(ASSET, (views, 3, RESOLUTION, RESOLUTION), "python -m vae.data.scene3d_render")


_VIEWS = ((3, len(SCALES)), (4, len(SHAPES)), (5, len(AZIMUTHS)))
_PALETTES = ((0, FLOOR_COLOURS), (1, WALL_COLOURS), (2, OBJECT_COLOURS))
_COLOURS = (*(hexadecimal(colours) for _, colours in _PALETTES), None, None, None)
_FACTORS = tuple(
    Factor(name, values, colours, ordered=name != "shape")
    for name, values, colours in zip(FACTOR_NAMES, VALUE_NAMES, _COLOURS, strict=True)
)
draw = MaskedScene(load_masks, _VIEWS, _PALETTES)
draw_32 = MaskedScene(lambda: halved(load_masks()), _VIEWS, _PALETTES)

SPEC = masked_spec("scene3d", "Room", VERSION, RESOLUTION, _FACTORS, draw)
SPEC_32 = masked_spec("scene3d32", "Room 32×32", VERSION_32, RESOLUTION // 2, _FACTORS, draw_32)
