"""The head as distance fields: ellipsoids joined smoothly, and a shell of hair from which the face is cut.

Coordinates belong to the head: x to the right of who looks at it, y up, z towards the camera of azimuth 0; a head is
about two units high. Left and right are alike but for the parting, so most parts are computed once for |x|.
"""

from __future__ import annotations

import numpy as np

from vae.data.rendering import Array, cut, ellipsoid, join, length

HEMS = (0.18, -0.20, -0.46, -0.72, -0.98, -1.26)  # heights at which the hair ends, one for each length
PARTING = (0.34, -0.10)  # x and z of the upright axis around which strands fall


def head(smile: float, x: Array, y: Array, z: Array) -> Array:
    """Skull, face, ears and neck; `smile` in [0, 1] raises the cheeks and lowers the chin."""
    side = np.abs(x)
    d = ellipsoid(side, y, z, (0, 0.24, -0.10), (0.79, 0.80, 0.86))
    d = join(d, ellipsoid(side, y, z, (0, -0.26 - 0.03 * smile, 0.16), (0.66, 0.66, 0.60)), 0.30)
    d = join(d, ellipsoid(side, y, z, (0, -0.75 - 0.08 * smile, 0.42), (0.24, 0.17, 0.20)), 0.30)
    cheek = (0.36 + 0.03 * smile, -0.25 + 0.08 * smile, 0.50 + 0.02 * smile)
    d = join(d, ellipsoid(side, y, z, cheek, (0.26, 0.22, 0.22 + 0.03 * smile)), 0.24)
    d = cut(d, ellipsoid(side, y, z, (0.32, 0.13, 1.02), (0.28, 0.18, 0.25)), 0.26)
    d = join(d, ellipsoid(side, y, z, (0, -0.04, 0.70), (0.075, 0.22, 0.13)), 0.20)
    d = join(d, ellipsoid(side, y, z, (0, -0.185, 0.83), (0.120, 0.100, 0.12)), 0.14)
    d = join(d, ellipsoid(side, y, z, (0.085, -0.20, 0.77), (0.07, 0.06, 0.08)), 0.09)
    d = join(d, _ear(side, y, z), 0.06)
    return join(d, _neck(side, y, z), 0.10)


def _ear(side: Array, y: Array, z: Array) -> Array:
    d = ellipsoid(side, y, z, (0.805, 0.00, -0.08), (0.09, 0.22, 0.15))
    return cut(d, ellipsoid(side, y, z, (0.895, 0.02, 0.00), (0.07, 0.12, 0.08)), 0.05)


def _neck(side: Array, y: Array, z: Array) -> Array:
    wider = 1 + 0.5 * np.clip(-1.05 - y, 0, 1)  # towards the shoulders
    return np.maximum(length(side, z + 0.16) - 0.31 * wider, y - 0.1)


def shirt(x: Array, y: Array, z: Array) -> Array:
    """Shoulders in a shirt with a round collar."""
    side = np.abs(x)
    d = ellipsoid(side, y, z, (0, -1.78, -0.20), (1.24, 0.60, 0.52))
    d = join(d, ellipsoid(side, y, z, (0, -1.30, -0.20), (0.48, 0.20, 0.40)), 0.30)
    return cut(d, ellipsoid(side, y, z, (0, -1.00, 0.06), (0.42, 0.28, 0.56)), 0.04)


def hair(hem: float, x: Array, y: Array, z: Array) -> Array:
    """The hair down to the height `hem`: a cap, and a curtain around back and sides, both open in front."""
    side = np.abs(x)
    grown = (HEMS[0] - hem) / (HEMS[0] - HEMS[-1])
    d = ellipsoid(side, y, z, (0, 0.27, -0.12), (0.87 + 0.05 * grown, 0.87, 0.95 + 0.03 * grown))
    # Below the ear's top the cap ends, lower at the nape than at the temples.
    d = cut(d, y - (max(hem, -0.2) + 0.50 * np.clip(z + 0.10, -1, 0) - 0.80 * np.clip(z - 0.04, 0, 0.35)), 0.10)
    if hem < 0:
        ring = ellipsoid(side, np.zeros_like(y), z, (0, 0, -0.22), (0.925 + 0.015 * grown, 1, 0.79))
        across = ring + 0.16
        along = np.abs(y - (hem + 0.3) / 2) - ((0.3 - hem) / 2 - 0.16)
        inside = np.minimum(np.maximum(across, along), 0)
        d = join(d, length(np.maximum(across, 0), np.maximum(along, 0)) + inside - 0.16, 0.14)
    return cut(d, _opening(x, y, z), 0.09)


def _opening(x: Array, y: Array, z: Array) -> Array:
    """What the face looks out of: an arch that rises towards the parting, and a tunnel below it."""
    across = x - 0.16 * np.clip(y - 0.1, 0, 0.6)
    above = np.maximum(y - 0.05 - 0.14 * x, 0)
    return ellipsoid(across, above, z, (0, 0, 1.02), (0.74, 0.67, 1.00))


def strand(x: Array, z: Array) -> Array:
    """Locks as a zigzag in [0, 1] around the parting: 0 between two locks, 1 in the middle of one."""
    a, b = x - PARTING[0], z - PARTING[1]
    turn = a / np.maximum(np.abs(a) + np.abs(b), 1e-6) * 5.0  # in place of the angle: a quotient alone
    return np.abs(turn - 2 * np.floor(turn * 0.5 + 0.5))
