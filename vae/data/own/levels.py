"""The grey levels of a set of pictures: which of their numbers are black and white, and what shows through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vae.system.messages import Sentence

_USUAL = {"whole": tuple(2**bits - 1 for bits in (8, 10, 12, 14, 16)), "real": (1, 255)}
_BEYOND = {"whole": 1 / 32, "real": 1 / 8}  # of a range: what resizing (bicubic, Lanczos) adds at sharp edges
_REACHED = 1 / 8  # of a range: less would be nearly black, so that the numbers are of another one
GROUNDS = {"white": 255, "black": 0, "grey": 128}  # the first that keeps contrast is taken
GROUND_CONTRAST = 48.0  # levels between what is painted and the ground, as a root of the mean square
_NEARLY = 32  # levels from black or white
_EVEN = 2  # levels within a picture of one colour
_NAMED = 3


@dataclass(frozen=True)
class Numbers:
    """A picture of more than 8 bits: `values` float32 (1 or 3, size, size) after resizing, and the least and greatest
    number of the whole picture before.
    """

    kind: Literal["whole", "real"]
    values: np.ndarray
    low: float
    high: float


@dataclass(frozen=True)
class Range:
    """The numbers that are black and white; what lies beyond is cut off."""

    black: float
    white: float


def range_of(kind: Literal["whole", "real"], low: float, high: float) -> Range:
    """The range of numbers between `low` and `high`: the smallest usual one that holds them (8, 10, 12, 14 or 16 bits;
    of real numbers 0 to 1 or 0 to 255), a slight overshoot aside; else from the least to the greatest.
    """
    for white in _USUAL[kind]:
        beyond = _BEYOND[kind] * white
        if -beyond <= low and high <= white + beyond:
            if high >= _REACHED * white or high <= 0:
                return Range(0.0, float(white))
            break
    return Range(low, high) if high > low else Range(0.0, max(2.0 * high, 1.0))


def scaled(pictures: Sequence[Numbers]) -> tuple[list[np.ndarray], list[Sentence]]:
    """Pictures of more than 8 bits as uint8 (3, size, size), all whole numbers by one range and all real ones by one,
    and the sentences that say which.
    """
    ranges, notes = {}, []
    for kind in dict.fromkeys(picture.kind for picture in pictures):
        own = [picture for picture in pictures if picture.kind == kind]
        low, high = min(one.low for one in own), max(one.high for one in own)
        ranges[kind] = range_of(kind, low, high)
        black, white = (f"{bound:g}" for bound in (ranges[kind].black, ranges[kind].white))
        values = {"low": f"{low:g}", "high": f"{high:g}", "black": black, "white": white}
        notes.append(Sentence("pictures.range", n=f"{len(own):,}", **values))
    return [_in_bytes(picture.values, ranges[picture.kind]) for picture in pictures], notes


def _in_bytes(values: np.ndarray, numbers: Range) -> np.ndarray:
    levels = (values - numbers.black) * (255 / (numbers.white - numbers.black)) + 0.5
    return np.broadcast_to(levels.clip(0, 255).astype(np.uint8), (3, *values.shape[1:]))


def composed(pixels: Sequence[np.ndarray], alphas: Sequence[np.ndarray]) -> tuple[list[np.ndarray], list[Sentence]]:
    """Transparent pictures on one ground for all: white, or where some would vanish on it black, else grey.

    Args:
        pixels: each uint8 (3, size, size), multiplied by its alpha.
        alphas: each uint8 (size, size).

    Returns:
        uint8 (3, size, size) each, and the sentence that names the ground.
    """
    contrasts = np.array([_contrasts(*pair) for pair in zip(pixels, alphas, strict=True)])
    worst = np.where(np.isnan(contrasts), 255.0, contrasts).min(0)  # what is transparent all over counts nowhere
    names = list(GROUNDS)
    name = next(
        (name for name, least in zip(names, worst, strict=True) if least >= GROUND_CONTRAST), names[worst.argmax()]
    )
    clear = [(255 - alpha.astype(np.uint16)) * GROUNDS[name] for alpha in alphas]
    placed = [
        np.minimum(picture + (through + 127) // 255, 255).astype(np.uint8)
        for picture, through in zip(pixels, clear, strict=True)
    ]
    return placed, [Sentence(f"pictures.on_{name}", n=f"{len(placed):,}")]


def _contrasts(pixels: np.ndarray, alpha: np.ndarray) -> list[float]:
    """How far what a picture paints is from each ground, in levels; NaN where it paints nothing."""
    weight = alpha.astype(np.float64) / 255
    if weight.sum() < 0.5:
        return [np.nan] * len(GROUNDS)
    painted = pixels / np.maximum(weight, 1 / 255)
    apart = [np.abs(painted - ground).max(0) ** 2 for ground in GROUNDS.values()]
    return [float(np.sqrt((square * weight).sum() / weight.sum())) for square in apart]


def oddities(pixels: np.ndarray, names: Sequence[str]) -> list[Sentence]:
    """The sentences that count and name pictures of one colour, nearly black or nearly white ones.

    Args:
        pixels: uint8 (N, C, size, size).
        names: of the files.
    """
    flat = pixels.reshape(*pixels.shape[:2], -1)
    low, high = flat.min(2), flat.max(2)
    even = ((high - low) <= _EVEN).all(1)
    dark, light = ~even & (high.max(1) < _NEARLY), ~even & (low.min(1) >= 256 - _NEARLY)
    kinds = {"pictures.even": even, "pictures.dark": dark, "pictures.light": light}
    notes = []
    for key, rows in kinds.items():
        if rows.any():
            few = [names[row] for row in np.flatnonzero(rows)[:_NAMED]]
            notes.append(Sentence(key, n=f"{rows.sum():,}", total=f"{len(pixels):,}", names=few))
    return notes
