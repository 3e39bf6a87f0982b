"""What is painted on the head's surface: eyes, brows, mouth and a blush, all moved by one number, the smile."""

from __future__ import annotations

import numpy as np

from vae.data.rendering import Array, Triple, length, smoothstep

_EDGE = 0.016  # over which a painted edge fades, on both sides; half a pixel
_DARK = (0.075, 0.045, 0.04)
_IRIS, _PUPIL = (0.36, 0.22, 0.13), (0.05, 0.03, 0.03)
_EYE_WHITE, _TEETH = (0.95, 0.94, 0.92), (0.97, 0.95, 0.91)
_MOUTH, _TONGUE = (0.25, 0.07, 0.08), (0.68, 0.35, 0.35)
_LIP, _BLUSH = (0.14, 0.02, 0.035), (0.13, 0.025, 0.025)


class Paint:
    """The share of skin and of hair colour in each point's own colour, and its fixed colour; all (N,) in [0, 1].

    `shine`: what the light does not shade, as the glint in an eye. `even`: how far a point is shaded less than others.
    """

    def __init__(self, count: int) -> None:
        self.skin = np.ones(count, np.float32)
        self.hair = np.zeros(count, np.float32)
        self.fixed = [np.zeros(count, np.float32) for _ in range(3)]
        self.shine = np.zeros(count, np.float32)
        self.even = np.zeros(count, np.float32)

    def over(self, cover: Array, fixed: Triple, skin: float = 0.0, hair: float = 0.0, even: float = 0.0) -> None:
        """Lay a colour over what is there, as far as `cover` says."""
        rest = 1 - cover
        self.skin, self.hair = self.skin * rest + cover * skin, self.hair * rest + cover * hair
        self.fixed = [old * rest + cover * new for old, new in zip(self.fixed, fixed, strict=True)]
        self.even, self.shine = self.even * rest + cover * even, self.shine * rest


def _inside(distance: Array, edge: float = _EDGE) -> Array:
    return smoothstep(distance, edge, -edge)


def paint(smile: float, x: Array, y: Array, z: Array) -> Paint:
    """The colours of the head's points; `smile` in [0, 1] runs from a little sad to broad."""
    made = Paint(len(x))
    front = smoothstep(z, 0.10, 0.25)
    _paint_cheeks(made, smile, x, y, front)
    _paint_mouth(made, smile, x, y, front)
    _paint_nostrils(made, x, y, front)
    _paint_eyes(made, smile, x, y, front)
    _paint_brows(made, smile, x, y, front)
    return made


def _paint_cheeks(made: Paint, smile: float, x: Array, y: Array, front: Array) -> None:
    side = np.abs(x)
    spot = length((side - 0.42) / 0.24, (y + 0.24 - 0.08 * smile) / 0.17)
    made.over(front * (0.20 + 0.65 * smile) * smoothstep(spot, 1.0, 0.1), _BLUSH, skin=0.86)


def _paint_nostrils(made: Paint, x: Array, y: Array, front: Array) -> None:
    hole = length((np.abs(x) - 0.062) / 0.040, (y + 0.262) / 0.022) - 1
    made.over(front * 0.45 * smoothstep(hole, 0.5, -0.6), (0.06, 0.015, 0.015), skin=0.35)


def _paint_mouth(made: Paint, smile: float, x: Array, y: Array, front: Array) -> None:
    width, lift = 0.23 + 0.21 * smile, -0.062 + 0.240 * smile
    wide = max(smile - 0.12, 0) / 0.88
    gap = 0.37 * wide
    u = x / width
    bow = np.maximum(1 - u * u, 0)
    upper = -0.515 - 0.015 * smile + lift * u * u
    lower = upper - gap * bow * (1 + 0.6 * u * u)
    ends = (np.abs(u) - 1) * width
    lip = 0.026 + 0.030 * bow
    lips = np.maximum(np.maximum(y - upper - 0.9 * lip, lower - 1.15 * lip - y), ends - 0.02)
    made.over(front * _inside(lips, 0.026), _LIP, skin=0.68)
    made.over(front * _inside(np.abs(y - upper) - 0.012 + np.maximum(ends, 0)), _DARK, skin=0.2)
    if not wide:
        return
    hole = np.maximum(np.maximum(y - upper, lower - y), ends)
    made.over(front * _inside(hole), _MOUTH)
    tongue = length(x / (0.62 * width), (y - (-0.56 - 0.015 * smile - gap)) / (0.55 * gap)) - 1
    made.over(front * _inside(hole + 0.012) * _inside(0.1 * tongue, 0.02), _TONGUE)
    teeth = np.maximum(hole + 0.012, upper - 0.56 * gap * (0.5 + 0.5 * bow) - 0.02 - y)
    made.over(front * _inside(np.maximum(teeth, (np.abs(u) - 0.90) * width)), _TEETH, even=0.7)


def _paint_eyes(made: Paint, smile: float, x: Array, y: Array, front: Array) -> None:
    side, right = np.abs(x), np.where(x < 0, np.float32(-1), np.float32(1))
    u = (side - 0.325) / 0.225
    bow = np.maximum(1 - u * u, 0)
    sad = max(0.35 - smile, 0) / 0.35
    level = 0.115 + 0.012 * smile + (0.012 - 0.030 * sad) * u  # the outer corner sinks a little in sadness
    upper = level + (0.173 - 0.022 * sad - 0.036 * smile) * bow
    lower = level - (0.115 - 0.117 * smile) * bow
    ball = np.maximum(np.maximum(y - upper, lower - y), (np.abs(u) - 1) * 0.225)
    lid = np.maximum(np.abs(y - upper - 0.055) - 0.012, (np.abs(u) - 0.85) * 0.225)
    made.over(front * 0.30 * _inside(lid, 0.025), (0.03, 0.01, 0.01), skin=0.55)
    seen = front * _inside(ball)
    made.over(seen, _EYE_WHITE, even=0.75)
    made.over(seen * 0.35 * smoothstep(y, -0.09, 0.0) * smoothstep(upper - y, 0.09, 0.0), (0.45, 0.42, 0.42), even=0.75)
    across, up = side - 0.315, y - 0.125
    iris = length(across, up)
    made.over(seen * _inside(iris - 0.134), (0.15, 0.08, 0.05), even=0.6)
    made.over(seen * _inside(iris - 0.114), _IRIS, even=0.8)
    made.over(seen * 0.6 * smoothstep(up, -0.01, -0.09) * _inside(iris - 0.110), (0.58, 0.38, 0.22), even=0.8)
    made.over(seen * _inside(iris - 0.063), _PUPIL, even=0.8)
    lash = np.maximum(np.abs(y - upper - 0.008) - 0.020 - 0.006 * u, (np.abs(u) - 1.05) * 0.225)
    made.over(front * _inside(lash), _DARK, skin=0.06)
    under = np.maximum(np.abs(y - lower) - 0.007, (np.abs(u) - 0.92) * 0.225)
    made.over(front * 0.25 * _inside(under), _DARK, skin=0.35)
    glint = length(x - right * 0.315 + 0.042, up - 0.042) - 0.038
    small = length(x - right * 0.315 - 0.045, up + 0.050) - 0.018
    made.shine = np.maximum(made.shine, seen * np.maximum(_inside(glint), 0.6 * _inside(small)))


def _paint_brows(made: Paint, smile: float, x: Array, y: Array, front: Array) -> None:
    v = (np.abs(x) - 0.325) / 0.235
    middle = 0.415 + 0.100 * smile - (0.045 - 0.030 * smile) * v + (0.018 + 0.016 * smile) * (1 - v * v)
    thick = 0.044 - 0.014 * np.maximum(v, -0.2)
    brow = np.maximum(np.abs(y - middle) - thick, (np.abs(v) - 1) * 0.235)
    made.over(front * 0.92 * _inside(brow, 0.022), (0.03, 0.02, 0.02), skin=0.08, hair=0.62)
