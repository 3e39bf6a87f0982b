"""Codes of known worth, to hold every score against."""

from __future__ import annotations

import numpy as np

from vae.evaluation.metrics.arrays import varying

_MOST = 0.6  # of a column's variance; two factors cannot be mixed better than half and half


def marks(factors: np.ndarray, latents: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Three codes to hold every score against, made of the factors themselves: what the scores can and cannot tell.

    Returns:
        "perfect": the standardised factors, a latent each; "rotated": the same, turned at random until no latent owes
        more than 60 % of its variance to one factor (a single factor stays as it is); "noise": `latents` columns that
        know nothing. All (N, ·) float64.
    """
    rng = np.random.default_rng(seed)
    values = np.asarray(factors, np.float64)[:, varying(factors)]
    perfect = (values - values.mean(0)) / values.std(0)
    return {
        "perfect": perfect,
        "rotated": perfect @ _turn(perfect.shape[1], rng),
        "noise": rng.normal(size=(len(values), latents)),
    }


def _turn(size: int, rng: np.random.Generator) -> np.ndarray:
    """An orthogonal matrix drawn evenly from those that mix. One in eight draws of two dimensions does, one in
    fifteen of three, most from six on.
    """
    while True:
        turn, _ = np.linalg.qr(rng.normal(size=(size, size)))
        if size < 2 or (turn**2).max() <= _MOST:
            return turn
