"""The renderer of the room: every (scale, shape, azimuth) becomes three shaded masks, one per coloured surface.

A floor, two walls that meet in a corner and one object standing in the room's centre, lit by an area light from the
upper left. The camera moves on an arc around the object; the object and the light never move relative to the room,
so that a step of the camera shows for round shapes too: the corner, the shadow and the shaded side all move.

A mask holds coverage times shading of one surface. A picture is the sum of the three masks times three colours, hence
the 480 masks are all that has to be shipped. `python -m vae.data.scene3d_render` writes them again.

The arithmetic keeps to additions, products, quotients, square roots and comparisons in float32, each rounded the same
way on every machine that follows IEEE 754; the few sines and cosines are rounded to nine digits first. Therefore the
shipped file can be compared with a fresh render byte by byte.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from vae.data.mask_file import Bytes, check_view, every_view, write_command
from vae.data.rendering import (
    Array,
    Triple,
    Vector,
    along,
    length,
    occlusion,
    pool,
    screen,
    softened,
    tone,
    turned,
    unit,
)
from vae.system.paths import ASSETS

RESOLUTION = 64
SCALES = tuple(round(0.64 + 0.07 * step, 2) for step in range(8))
SHAPES = ("cube", "cylinder", "sphere", "capsule")
AZIMUTHS = tuple(range(-42, 43, 6))  # degrees
ASSET = ASSETS / "scene3d_masks.npz"
_SIZES = {"scale": len(SCALES), "shape": len(SHAPES), "azimuth": len(AZIMUTHS)}

# Lengths are in units of about one object; the floor is y = 0, the object stands on the origin, and the camera of
# azimuth 0 looks along -z into the corner.
_SUBPIXELS = 6  # per axis
_CAMERA_DISTANCE, _CAMERA_HEIGHT, _TARGET_HEIGHT, _HALF_VIEW = 2.45, 1.28, 0.60, 0.37  # _HALF_VIEW: tangent
_CORNER_DISTANCE = 1.85
_LIGHT = (-2.5, 3.5, 2.1)
_WHITE = 2.2  # light that shows as 255
_PENUMBRA = 0.11  # tangent of the light's apparent half size
_CONTACT = ((0.05, 0.30), (0.12, 0.28), (0.25, 0.24), (0.45, 0.18))  # (height, weight) of how the object darkens planes

# Half extents at scale 1 (half side; radius and half height; radius; radius and half length of the straight part).
# The overall sizes come from a bisection on rendered coverage: all four silhouettes have the same area, averaged over
# scales and azimuths. Otherwise scale and shape would both mean "how much of the picture is object".
_SIZE = {"cube": 0.4353, "cylinder": 0.495, "sphere": 0.5788, "capsule": 0.4839}
_CYLINDER_ASPECT, _CAPSULE_ASPECT = 0.95, 0.34
_ROUNDING = 0.06


def _distance(shape: str, scale: float, x: Array, y: Array, z: Array) -> Array:
    """Signed distance from points to the object's surface, negative inside."""
    size = _SIZE[shape] * scale
    if shape == "sphere":
        return length(x, y - size, z) - size
    if shape == "capsule":
        half = size * _CAPSULE_ASPECT
        above = y - (size + half)
        return length(x, above - np.clip(above, -half, half), z) - size
    rounding = _ROUNDING * scale
    if shape == "cylinder":
        half = size * _CYLINDER_ASPECT
        across = length(x, z) - (size - rounding)
        upright = np.abs(y - half) - (half - rounding)
        outside = length(np.maximum(across, 0), np.maximum(upright, 0))
        return outside + np.minimum(np.maximum(across, upright), 0) - rounding
    root = math.sqrt(0.5)  # the cube stands parallel to the walls: its lit face gives way to its dark one steadily
    a = np.abs((x + z) * root) - (size - rounding)
    b = np.abs((z - x) * root) - (size - rounding)
    c = np.abs(y - size) - (size - rounding)
    outside = length(np.maximum(a, 0), np.maximum(b, 0), np.maximum(c, 0))
    return outside + np.minimum(np.maximum(np.maximum(a, b), c), 0) - rounding


def _bounds(shape: str, scale: float) -> tuple[float, float]:
    """Height of the centre and radius of a sphere around the object."""
    size = _SIZE[shape] * scale
    if shape == "sphere":
        return size, size
    if shape == "capsule":
        return size * (1 + _CAPSULE_ASPECT), size * (1 + _CAPSULE_ASPECT)
    if shape == "cylinder":
        return size * _CYLINDER_ASPECT, size * math.sqrt(1 + _CYLINDER_ASPECT * _CYLINDER_ASPECT)
    return size, size * math.sqrt(3)


def _camera(azimuth: int) -> tuple[Triple, Vector]:
    """Position of the camera and its (subpixel rows x columns,) unit rays, as three components."""
    drop = _CAMERA_HEIGHT - _TARGET_HEIGHT
    reach = math.sqrt(_CAMERA_DISTANCE * _CAMERA_DISTANCE - drop * drop)
    right, up = screen(RESOLUTION * _SUBPIXELS, _HALF_VIEW)
    tilt_cos, tilt_sin = reach / _CAMERA_DISTANCE, drop / _CAMERA_DISTANCE
    ahead = tilt_cos + up * tilt_sin  # along the floor, towards the object
    ray = turned((right, up * tilt_cos - tilt_sin, -ahead), azimuth)
    return turned((0.0, _CAMERA_HEIGHT, reach), azimuth), unit(ray)


def _trace(shape: str, scale: float, origin: Triple, ray: Vector) -> Array:
    """Distance along each ray at which it meets the object; infinity where it does not."""
    centre, radius = _bounds(shape, scale)
    to_centre = (-origin[0], centre - origin[1], -origin[2])
    middle = ray[0] * to_centre[0] + ray[1] * to_centre[1] + ray[2] * to_centre[2]
    room = radius * radius - (sum(c * c for c in to_centre) - middle * middle)
    depth = np.full_like(middle, np.inf)
    active = np.flatnonzero(room > 0)
    half = np.sqrt(room[active])
    t, end = middle[active] - half, middle[active] + half
    for _ in range(80):
        d = _distance(shape, scale, *along(origin, tuple(r[active] for r in ray), t))
        hit = d < 2e-4
        depth[active[hit]] = t[hit]
        t = t + d
        going = ~hit & (t < end)
        active, t, end = active[going], t[going], end[going]
        if not len(active):
            break
    return depth


def _normal(shape: str, scale: float, x: Array, y: Array, z: Array) -> Vector:
    step = np.float32(4e-3)
    nx = _distance(shape, scale, x + step, y, z) - _distance(shape, scale, x - step, y, z)
    ny = _distance(shape, scale, x, y + step, z) - _distance(shape, scale, x, y - step, z)
    nz = _distance(shape, scale, x, y, z + step) - _distance(shape, scale, x, y, z - step)
    norm = 1 / np.maximum(length(nx, ny, nz), 1e-9)
    return nx * norm, ny * norm, nz * norm


def _light_from(x: Array, y: Array, z: Array) -> tuple[Vector, Array]:
    """Unit vectors towards the light, and its strength there: 1 at the object, falling off gently rather than truly."""
    dx, dy, dz = _LIGHT[0] - x, _LIGHT[1] - y, _LIGHT[2] - z
    distance = length(dx, dy, dz)
    near = math.sqrt(sum(c * c for c in _LIGHT))
    return (dx / distance, dy / distance, dz / distance), near / distance


def _lit(shape: str, scale: float, point: Vector, light: Vector) -> Array:
    """How much of the area light each point of floor or wall sees past the object, in [0, 1]."""
    centre, radius = _bounds(shape, scale)
    middle = -point[0] * light[0] + (centre - point[1]) * light[1] - point[2] * light[2]
    gap = length(point[0] + middle * light[0], point[1] + middle * light[1] - centre, point[2] + middle * light[2])
    seen = np.ones_like(middle)
    # Beyond the penumbra of a sphere around the object nothing has to be marched.
    near = np.flatnonzero((gap < radius + _PENUMBRA * (np.maximum(middle, 0) + radius)) & (middle > -radius))
    x, y, z, lx, ly, lz = (a[near] for a in (*point, *light))
    t = np.maximum(middle[near] - radius * 1.3, 0.015).astype(np.float32)
    end = middle[near] + radius * 1.3
    openness = np.ones_like(t)
    for _ in range(40):
        d = _distance(shape, scale, x + t * lx, y + t * ly, z + t * lz)
        openness = np.minimum(openness, d / (_PENUMBRA * t))
        t = np.minimum(t + np.clip(d * 0.7, 0.025, 0.2), end)
    seen[near] = softened(openness)
    return seen


def _crease(distance: Array, reach: float) -> Array:
    """Darkening by a plane that is `distance` away and perpendicular: 1/2 in the crease, 0 far off."""
    ratio = distance / reach
    return 0.5 * (1 - ratio / np.sqrt(1 + ratio * ratio))


def _shade_plane(shape: str, scale: float, point: Vector, normal: Triple, creases: Array) -> Array:
    light, strength = _light_from(*point)
    facing = np.clip(light[0] * normal[0] + light[1] * normal[1] + light[2] * normal[2] + 0.06, 0, 1)
    direct = facing * strength * _lit(shape, scale, point, light)
    contact = occlusion(partial(_distance, shape, scale), point, normal, _CONTACT)
    ambient = (1 - 0.75 * contact) * (1 - creases)
    return 0.54 * ambient + 1.62 * direct * (1 - 0.3 * creases)


def _shade_object(shape: str, scale: float, point: Vector, ray: Vector) -> Array:
    nx, ny, nz = _normal(shape, scale, *point)
    light, strength = _light_from(*point)
    cosine = nx * light[0] + ny * light[1] + nz * light[2]
    wrapped = np.clip((cosine + 0.18) / 1.18, 0, 1)  # an area light reaches a little around the terminator
    direct = wrapped * (0.3 + 0.7 * wrapped) * strength
    hx, hy, hz = (a - r for a, r in zip(light, ray, strict=True))
    glint = np.clip((nx * hx + ny * hy + nz * hz) / length(hx, hy, hz), 0, 1)
    for _ in range(6):
        glint = glint * glint  # to the power of 64
    rise = np.clip(point[1] / (0.45 * scale), 0, 1)
    ambient = (0.55 + 0.45 * ny) * (0.45 + 0.55 * rise) + 0.25 * (1 - ny) * rise * 0.5
    rim = 1 + (nx * ray[0] + ny * ray[1] + nz * ray[2])
    return 0.62 * ambient + 1.22 * direct + 1.25 * glint + 0.20 * rim * rim * rim * rise


def render(scale_index: int, shape_index: int, azimuth_index: int) -> Bytes:
    """Render one view of the room; nothing is cached, and the same indices always give the same bytes.

    Args:
        scale_index, shape_index, azimuth_index: places in `SCALES`, `SHAPES` and `AZIMUTHS`.

    Returns:
        (3, 64, 64) uint8: coverage times shading of floor, wall and object, 255 for a whole pixel in full light.
        The three never sum to more than 255.

    Raises:
        IndexError: an index is out of range.
    """
    check_view(_SIZES, (scale_index, shape_index, azimuth_index))
    scale, shape, azimuth = SCALES[scale_index], SHAPES[shape_index], AZIMUTHS[azimuth_index]
    position, ray = _camera(azimuth)
    count = len(ray[0])
    depth = _trace(shape, scale, position, ray)

    root = math.sqrt(0.5)
    wall_offset = _CORNER_DISTANCE * root
    normals = ((0.0, 1.0, 0.0), (root, 0.0, root), (-root, 0.0, root))
    offsets = (0.0, wall_offset, wall_offset)  # a plane's points p satisfy p . normal = -offset
    plane_depth = []
    for normal, offset in zip(normals, offsets, strict=True):
        speed = -(ray[0] * normal[0] + ray[1] * normal[1] + ray[2] * normal[2])
        gap = position[0] * normal[0] + position[1] * normal[1] + position[2] * normal[2] + offset
        plane_depth.append(np.where(speed > 1e-6, gap / np.maximum(speed, 1e-6), np.inf).astype(np.float32))
    nearest = np.argmin(np.stack(plane_depth), axis=0)

    hit = np.isfinite(depth)
    shade = np.zeros(count, dtype=np.float32)
    surface = np.where(hit, 2, np.where(nearest == 0, 0, 1))
    for plane, normal in enumerate(normals):
        here = np.flatnonzero(~hit & (nearest == plane))
        point = along(position, tuple(r[here] for r in ray), plane_depth[plane][here])
        creases = np.zeros(len(here), dtype=np.float32)
        for other in range(3):
            if other != plane:
                n = normals[other]
                distance = point[0] * n[0] + point[1] * n[1] + point[2] * n[2] + offsets[other]
                creases = creases + _crease(np.maximum(distance, 0), 0.35)
        shade[here] = _shade_plane(shape, scale, point, normal, creases)
    here = np.flatnonzero(hit)
    rays = tuple(r[here] for r in ray)
    shade[here] = _shade_object(shape, scale, along(position, rays, depth[here]), rays)

    # Colours are in sRGB: the square root turns light into about what a screen needs (and is exact everywhere).
    shade = np.sqrt(np.clip(tone(shade, _WHITE), 0, 1))
    masks = np.stack([pool(np.where(surface == s, shade, np.float32(0)), RESOLUTION, _SUBPIXELS) for s in range(3)])
    return np.floor(masks * 255).astype(np.uint8)  # rounded down: the sum of three must stay within 255


def render_all(progress: bool = False) -> Bytes:
    """Render all 480 views, in about twelve seconds on one core.

    Args:
        progress: write a line that counts up to the error stream.

    Returns:
        (480, 3, 64, 64) uint8, ordered by scale, then shape, then azimuth, the last one fastest.
    """
    return every_view(_SIZES, render, progress)


if __name__ == "__main__":
    write_command("python -m vae.data.scene3d_render", ASSET, render_all)
