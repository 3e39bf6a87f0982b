"""What the renderers share: arithmetic on points, sums of fixed order, and files that a fresh render is compared with.

Everything keeps to additions, products, quotients, square roots and comparisons in float32, each rounded the same way
on every machine that follows IEEE 754. A point or a direction is three arrays, a distance field a function of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Vector = tuple[Array, Array, Array]
Triple = tuple[float, float, float]
Field = Callable[[Array, Array, Array], Array]


def length(*parts: Array) -> Array:
    """Of vectors given by their components."""
    total = parts[0] * parts[0]
    for part in parts[1:]:
        total = total + part * part
    return np.sqrt(total)


def dot(a: Vector, b: Vector) -> Array:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(vector: Vector) -> Vector:
    """The same directions with length 1; zero stays zero."""
    norm = 1 / np.maximum(length(*vector), 1e-9)
    return vector[0] * norm, vector[1] * norm, vector[2] * norm


def screen(steps: int, half_view: float) -> tuple[Array, Array]:
    """Right and up of the rays through a square of steps x steps subpixels, row by row, one unit before the camera."""
    grid = ((np.arange(steps, dtype=np.float32) + 0.5) * (2 / steps) - 1) * half_view
    return np.broadcast_to(grid, (steps, steps)).ravel(), np.broadcast_to(-grid[:, None], (steps, steps)).ravel()


def turned(vector: Any, azimuth: float) -> Any:
    """A vector, of numbers or of arrays, turned about the upright axis by an angle in degrees, from z towards x."""
    sine, cosine = (round(f(math.radians(azimuth)), 9) for f in (math.sin, math.cos))
    x, y, z = vector
    return x * cosine + z * sine, y, z * cosine - x * sine


def along(origin: Triple, ray: Vector, t: Array) -> Vector:
    x, y, z = (np.float32(o) + t * r for o, r in zip(origin, ray, strict=True))
    return x, y, z


def softened(openness: Array) -> Array:
    """How much of an area light is seen past an edge: `openness` is -1 where all is hidden, 1 where nothing is."""
    openness = np.maximum(openness, -1)
    return 0.25 * (1 + openness) * (1 + openness) * (2 - openness)


def smoothstep(values: Array, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high`, a cubic between them; falling where `low` is the larger one."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def ellipsoid(x: Array, y: Array, z: Array, centre: Triple, radii: Triple) -> Array:
    """About the signed distance to an ellipsoid, exact in its first order at the surface."""
    a, b, c = (x - centre[0]) / radii[0], (y - centre[1]) / radii[1], (z - centre[2]) / radii[2]
    near = length(a, b, c)
    return near * (near - 1) / np.maximum(length(a / radii[0], b / radii[1], c / radii[2]), 1e-6)


def join(a: Array, b: Array, reach: float) -> Array:
    """The union of two fields, smooth where they differ by less than `reach`."""
    near = np.maximum(reach - np.abs(a - b), 0)
    return np.minimum(a, b) - near * near * (0.25 / reach)


def cut(a: Array, b: Array, reach: float) -> Array:
    """The field `a` without what lies in `b`, its new edge rounded by `reach`."""
    return -join(-a, b, reach)


def march(field: Field, origin: Triple, ray: Vector, start: float, end: float) -> Array:
    """Distance along each ray at which it meets the field's surface between `start` and `end`; infinity elsewhere."""
    depth = np.full_like(ray[0], np.inf)
    active, rays = np.arange(len(depth)), ray
    t = np.full_like(depth, start)
    for _ in range(90):
        d = field(*along(origin, rays, t))
        hit = d < 1e-3
        depth[active[hit]] = t[hit]
        t = t + 0.9 * d
        going = ~hit & (t < end)
        active, t, rays = active[going], t[going], tuple(r[going] for r in rays)
        if not len(active):
            break
    return depth


def normals(field: Field, x: Array, y: Array, z: Array, step: float) -> Vector:
    """Unit gradients of a field, from its values at the corners of a tetrahedron of half side `step`."""
    nx, ny, nz = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    for a, b, c in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        d = field(x + a * step, y + b * step, z + c * step)
        nx, ny, nz = nx + a * d, ny + b * d, nz + c * d
    return unit((nx, ny, nz))


def occlusion(field: Field, point: Vector, normal: Vector, weights: tuple[tuple[float, float], ...]) -> Array:
    """How far the room above each point is not free, in [0, 1]; `weights`: (height, weight) of the samples."""
    total = np.zeros_like(point[0])
    for height, weight in weights:
        d = field(*(p + height * n for p, n in zip(point, normal, strict=True)))
        total = total + weight * np.clip(1 - d / height, 0, 1)
    return total


def tone(light: Array, white: float) -> Array:
    """Light with a soft shoulder: highlights approach 1, at `white`, instead of being cut off flat."""
    return light * (1 + light / (white * white)) / (1 + light)


def pool(values: Array, resolution: int, subpixels: int) -> Array:
    """(subpixel rows x columns,) averaged to (resolution, resolution), added in an order that every machine keeps."""
    blocks = values.reshape(resolution, subpixels, resolution, subpixels)
    total = np.zeros((resolution, resolution), dtype=np.float32)
    for i in range(subpixels):
        for j in range(subpixels):
            total = total + blocks[:, i, :, j]
    return total / (subpixels * subpixels)
