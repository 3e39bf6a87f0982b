"""The line of vae/ui/compare/align.js a second time, in numpy."""

from __future__ import annotations

import numpy as np


def align(value: float | np.ndarray, quantiles: np.ndarray, other: np.ndarray, sign: int) -> np.ndarray:
    """Where the other model's latent stands when this one stands at `value`: at the same share of its codes.

    Straight lines between the quantiles; beyond them the slope from end to end goes on, so the way back is the inverse.

    Args:
        value: of this latent, any shape.
        quantiles, other: (Q,) of this latent and of the other, rising, at the same levels, even around 1/2.
        sign: -1 turns the other one round.

    Returns:
        the shape of `value`.
    """
    value, here, there = np.asarray(value, float), np.asarray(quantiles, float), np.asarray(other, float)
    there = there if sign > 0 else there[::-1]
    if here[-1] <= here[0]:  # this latent never moves, so nothing follows from where it stands
        return np.full(value.shape, there[len(there) // 2])
    slope = (there[-1] - there[0]) / (here[-1] - here[0])
    beyond = np.minimum(value - here[0], 0) + np.maximum(value - here[-1], 0)
    return np.interp(value, here, there) + slope * beyond
