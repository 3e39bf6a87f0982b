"""The face: 368,640 pictures of a stylised head, every one computed from 720 shaded masks.

It was built so that its factors can be told apart: none changes the picture five times as much as another, which
`masked.weights` measures, and they are independent, unlike those of real faces. Its scores are not to be set beside
those of other data.

`faces3d_subtle` lacks the broadest smiles, so that the smile changes the picture half as much: small factors are what a
beta-VAE forgets first. `faces3d32` is the face at 32×32, for quick trainings.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from vae.data.faces3d_render import ASSET, AZIMUTHS, LENGTHS, RESOLUTION, SMILES, undone
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

VERSION = "1"  # of pixels and factors together; anything trained or measured belongs to one version
SUBTLE_SMILES = 5  # of the eight, from the saddest on

SKIN_COLOURS = ramp((98, 60, 42), (255, 216, 188), 8)
HAIR_COLOURS = ramp((26, 20, 22), (238, 188, 112), 8)
BACKGROUND_COLOURS = ramp((48, 90, 124), (188, 222, 218), 8)

LAYERS = 6  # skin, hair, background; and red, green and blue of what has no colour to choose: eyes, teeth, shirt, shine


@lru_cache(maxsize=1)
def load_masks() -> Bytes:
    """The masks of every view; read once and shared, so not to be written to.

    Returns:
        (720, 6, 64, 64) uint8: skin, hair, background, and the fixed red, green and blue; ordered by azimuth, then
        smile, then hair length, the last one fastest.

    Raises:
        DataError: the file is missing or damaged; the message names it.
    """
    shape = (len(AZIMUTHS), SMILES, LENGTHS, LAYERS, RESOLUTION, RESOLUTION)
    steps = read_masks(ASSET, shape, "python -m vae.data.faces3d_render")
    return undone(steps).reshape(-1, *shape[3:])


_FACTORS = (
    Factor("azimuth", degrees(AZIMUTHS)),
    Factor("smile", ramp_names("sad", "broad", SMILES)),
    Factor("hair length", ramp_names("short", "long", LENGTHS)),
    Factor("skin tone", ramp_names("deep", "light", 8), hexadecimal(SKIN_COLOURS)),
    Factor("hair colour", ramp_names("black", "blond", 8), hexadecimal(HAIR_COLOURS)),
    Factor("background", ramp_names("dusk", "mist", 8), hexadecimal(BACKGROUND_COLOURS)),
)
_VIEWS = ((0, len(AZIMUTHS)), (1, SMILES), (2, LENGTHS))
_PALETTES = ((3, SKIN_COLOURS), (4, HAIR_COLOURS), (5, BACKGROUND_COLOURS))
_SUBTLE = tuple(
    replace(factor, values=ramp_names("sad", "mild", SUBTLE_SMILES)) if factor.name == "smile" else factor
    for factor in _FACTORS
)

draw = MaskedScene(load_masks, _VIEWS, _PALETTES)
draw_32 = MaskedScene(lambda: halved(load_masks()), _VIEWS, _PALETTES)

SPEC = masked_spec("faces3d", "Face", VERSION, RESOLUTION, _FACTORS, draw)
SPEC_SUBTLE = masked_spec("faces3d_subtle", "Face, subtle smile", VERSION, RESOLUTION, _SUBTLE, draw)
SPEC_32 = masked_spec("faces3d32", "Face 32×32", VERSION, RESOLUTION // 2, _FACTORS, draw_32)
