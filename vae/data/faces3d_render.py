"""The renderer of the face: every (azimuth, smile, hair length) becomes shaded masks of skin, hair and background.

A head with hair and shoulders, under a soft light from the upper left, before a plain wall. The head turns, camera and
light stay. What has a colour of its own whatever is chosen (eyes, teeth, shirt, the sheen of hair) goes into three
further layers, red, green and blue, that are added to the painted masks; lips, blush and brows are shades of the skin
and of the hair, warmed by a little of the fixed red. So the 720 views are all that has to be shipped.
`python -m vae.data.faces3d_render` writes them again.

The arithmetic is that of `rendering`, so the shipped file can be compared with a fresh render.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from vae.data.faces3d_paint import paint
from vae.data.faces3d_shape import HEMS, hair, head, shirt, strand
from vae.data.mask_file import Bytes, check_view, every_view, write_command
from vae.data.rendering import (
    Array,
    Field,
    Triple,
    Vector,
    along,
    dot,
    march,
    normals,
    occlusion,
    pool,
    screen,
    smoothstep,
    softened,
    tone,
    turned,
    unit,
)
from vae.system.paths import ASSETS

RESOLUTION = 64
AZIMUTHS = tuple(4.5 * step for step in range(-7, 8))  # degrees
SMILES, LENGTHS = 8, len(HEMS)
ASSET = ASSETS / "faces3d_masks.npz"
_SIZES = {"azimuth": len(AZIMUTHS), "smile": SMILES, "length": LENGTHS}

_SUBPIXELS = 4  # per axis
_CAMERA_DISTANCE, _CAMERA_HEIGHT, _HALF_VIEW = 7.0, -0.06, 0.172  # _HALF_VIEW: tangent
_REACH = 1.7  # nothing but background lies further from the middle, along a ray
_LIGHT = (-2.4, 3.0, 4.2)
_WHITE = 2.1  # light that shows as 255
_PENUMBRA = 0.20  # tangent of the light's apparent half size
_SHIRT = (0.93, 0.91, 0.87)


@dataclass(frozen=True)
class Shading:
    """What light does to points: `shade` of a matt surface, `sheen` of strands that hang down, `gloss` of skin."""

    shade: Array
    sheen: Array
    gloss: Array


def _body(smile: float, x: Array, y: Array, z: Array) -> Array:
    return np.minimum(head(smile, x, y, z), shirt(x, y, z))


def _figure(smile: float, hem: float, x: Array, y: Array, z: Array) -> Array:
    return np.minimum(_body(smile, x, y, z), hair(hem, x, y, z))


@lru_cache(maxsize=1)
def _camera(azimuth: float) -> tuple[Triple, Vector, Triple]:
    """Position of the camera, its (subpixel rows x columns,) unit rays and the light, as the turned head sees them."""
    right, up = screen(RESOLUTION * _SUBPIXELS, _HALF_VIEW)
    ray = unit((right, up, np.full_like(right, -1)))
    return turned((0.0, _CAMERA_HEIGHT, _CAMERA_DISTANCE), azimuth), turned(ray, azimuth), turned(_LIGHT, azimuth)


def _depth(field: Field, azimuth: float) -> Array:
    position, ray, _ = _camera(azimuth)
    return march(field, position, ray, _CAMERA_DISTANCE - _REACH, _CAMERA_DISTANCE + _REACH)


@lru_cache(maxsize=1)  # lengths run fastest
def _body_depth(azimuth: float, smile: float) -> Array:
    return _depth(partial(_body, smile), azimuth)


@lru_cache(maxsize=LENGTHS)
def _hair_depth(azimuth: float, hem: float) -> Array:
    return _depth(partial(hair, hem), azimuth)


def _power(values: Array, doublings: int) -> Array:
    """To the power of 2 ** doublings, in products alone."""
    for _ in range(doublings):
        values = values * values
    return values


def _shadow(field: Field, point: Vector, normal: Vector, light: Vector) -> Array:
    """How much of the area light each point sees, in [0, 1]."""
    start = tuple(p + 0.02 * n for p, n in zip(point, normal, strict=True))
    openness, t = np.ones_like(point[0]), np.full_like(point[0], 0.05)
    for _ in range(14):
        d = field(*(s + t * ray for s, ray in zip(start, light, strict=True)))
        openness = np.minimum(openness, d / (_PENUMBRA * t))
        t = t + np.clip(0.8 * d, 0.05, 0.25)
    return softened(openness)


def _shading(field: Field, point: Vector, normal: Vector, ray: Vector, lamp: Triple) -> Shading:
    light = unit(tuple(k - p for k, p in zip(lamp, point, strict=True)))
    cosine, facing = dot(normal, light), -dot(normal, ray)
    lit = _shadow(field, point, normal, light)
    free = 1 - 0.75 * occlusion(field, point, normal, ((0.05, 0.2), (0.12, 0.25), (0.25, 0.3), (0.45, 0.25)))
    wrapped = np.clip((cosine + 0.30) / 1.30, 0, 1)  # an area light reaches a little around the terminator
    direct = wrapped * (0.35 + 0.65 * wrapped) * (0.25 + 0.75 * lit) * (0.5 + 0.5 * free)
    rim = np.clip(1 - facing, 0, 1)
    bright = 0.95 * (0.64 + 0.36 * normal[1]) * free + 2.10 * direct + 0.30 * rim * rim * rim * free
    half = unit(tuple(a - r for a, r in zip(light, ray, strict=True)))
    # A strand hangs down along the surface; it shines where it is perpendicular to the half vector.
    fall = unit((normal[1] * normal[0], normal[1] * normal[1] - 1, normal[1] * normal[2]))
    across = dot(fall, half)
    sheen = _power(np.clip(1 - across * across, 0, 1), 4) * np.clip(facing, 0, 1) * smoothstep(cosine, -0.2, 0.5)
    return Shading(
        # Colours are in sRGB: the square root turns light into about what a screen needs (and is exact everywhere).
        shade=np.sqrt(np.clip(tone(bright, _WHITE), 0, 1)),
        sheen=0.26 * sheen * (0.3 + 0.7 * lit) * free,
        gloss=0.09 * _power(np.clip(dot(normal, half), 0, 1), 5) * lit,
    )


def _background() -> Array:
    """A wall that darkens a little towards the edges."""
    right, up = screen(RESOLUTION * _SUBPIXELS, 1.0)
    a, b = right + 0.25, up - 0.2
    return 0.98 - 0.13 * (a * a + b * b)


def layers_of(azimuth: float, smile: float, hem: float) -> list[Array]:
    """Skin, hair, background, red, green and blue of every subpixel, (subpixel rows x columns,) each, in [0, 1]."""
    position, ray, lamp = _camera(azimuth)
    body, strands = _body_depth(azimuth, smile), _hair_depth(azimuth, hem)
    depth = np.minimum(body, strands)
    here = np.flatnonzero(np.isfinite(depth))
    rays = tuple(r[here] for r in ray)
    point = along(position, rays, depth[here])
    on_hair = (strands < body)[here]
    normal = normals(partial(_body, smile), *point, 0.006)
    for old, new in zip(normal, normals(partial(hair, hem), *(p[on_hair] for p in point), 0.02), strict=True):
        old[on_hair] = new
    light = _shading(partial(_figure, smile, hem), point, normal, rays, lamp)

    on_shirt = ~on_hair & (shirt(*point) < head(smile, *point))
    on_skin = ~on_hair & ~on_shirt
    made = paint(smile, *point)
    shade = light.shade + 0.55 * made.even * (1 - light.shade)
    lock = strand(point[0], point[2])
    shine = np.where(on_hair, light.sheen * (0.45 + 0.85 * lock), np.where(on_skin, light.gloss + made.shine, 0))
    fixed = []
    for own, cloth in zip(made.fixed, _SHIRT, strict=True):
        colour = np.where(on_skin, own * shade, 0) + np.where(on_shirt, cloth * light.shade, 0)
        fixed.append(colour + (1 - colour) * np.clip(shine, 0, 1))
    room = 1 - np.maximum(np.maximum(fixed[0], fixed[1]), fixed[2])
    skin = np.minimum(np.where(on_skin, made.skin * shade, 0), room)
    hairy = np.where(on_hair, light.shade * (0.86 + 0.14 * lock), np.where(on_skin, made.hair * light.shade, 0))

    layers = [np.zeros_like(depth) for _ in range(6)]
    layers[2] = np.where(np.isfinite(depth), np.float32(0), _background())
    for layer, values in zip((0, 1, 3, 4, 5), (skin, np.minimum(hairy, room - skin), *fixed), strict=True):
        layers[layer][here] = values
    return layers


def render(azimuth_index: int, smile_index: int, length_index: int) -> Bytes:
    """Render one view of the face; the same indices always give the same bytes.

    Args:
        azimuth_index, smile_index, length_index: places in `AZIMUTHS`, below `SMILES`, and in `HEMS`.

    Returns:
        (6, 64, 64) uint8: coverage times shading of skin, hair and background, 255 for a whole pixel in full light, and
        the fixed red, green and blue. The first three and any one of the others never sum to more than 255.

    Raises:
        IndexError: an index is out of range.
    """
    check_view(_SIZES, (azimuth_index, smile_index, length_index))
    layers = layers_of(AZIMUTHS[azimuth_index], smile_index / (SMILES - 1), HEMS[length_index])
    masks = np.stack([pool(layer, RESOLUTION, _SUBPIXELS) for layer in layers])
    return np.floor(masks * 255).astype(np.uint8)  # rounded down: the sums must stay within 255


def steps_of(masks: Bytes) -> Bytes:
    """What a file holds: (azimuth, smile, length, …) as differences to the smile before, and to the length before.

    Hair and wall do not change with the smile, nor most of the face with the hair: the file takes a third of the bytes.
    """
    for axis in (1, 2):
        masks = np.diff(masks, axis=axis, prepend=np.zeros_like(masks.take([0], axis)))
    return masks


def undone(steps: Bytes) -> Bytes:
    """The masks again, exactly: uint8 runs over from 255 to 0."""
    return np.cumsum(np.cumsum(steps, axis=2, dtype=np.uint8), axis=1, dtype=np.uint8)


def render_all(progress: bool = False) -> Bytes:
    """Render all 720 views, in some minutes on one core.

    Args:
        progress: write a line that counts up to the error stream.

    Returns:
        (15, 8, 6, 6, 64, 64) uint8 as `steps_of` gives them: azimuth, smile, length, layer, row, column.
    """
    masks = every_view(_SIZES, render, progress)
    return steps_of(masks.reshape(*_SIZES.values(), *masks.shape[1:]))


if __name__ == "__main__":
    write_command("python -m vae.data.faces3d_render", ASSET, render_all)
