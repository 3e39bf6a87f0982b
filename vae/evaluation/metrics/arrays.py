"""What every score does with its arrays first: check them, leave out what cannot be scored, split and standardise."""

from __future__ import annotations

import numpy as np


def checked(codes: np.ndarray, factors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The arrays as float64 (N, D) and int64 (N, K), the values of each factor renumbered 0, 1, … in their order.

    Raises:
        ValueError: the arrays have different lengths, are empty or not two-dimensional, or codes are not finite.
    """
    codes, factors = np.asarray(codes, np.float64), np.asarray(factors)
    if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors) or codes.size == 0:
        raise ValueError(f"codes (N, D) and factors (N, K) are needed, not {codes.shape} and {factors.shape}")
    if not np.isfinite(codes).all():
        raise ValueError("codes hold values that are not finite")
    numbers = np.empty(factors.shape, np.int64)
    for k, column in enumerate(factors.T):
        numbers[:, k] = np.unique(column, return_inverse=True)[1]
    return codes, numbers


def varying(factors: np.ndarray) -> np.ndarray:
    """(K,) bool: the factors that have more than one value. The others cannot be scored and are left out."""
    return np.array([(column != column[0]).any() for column in np.asarray(factors).T], bool)


def scorable(codes: np.ndarray, factors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`checked`, without the factors of a single value: (N, D) and (N, K'), K' may be 0."""
    codes, factors = checked(codes, factors)
    return codes, factors[:, varying(factors)]


def standardised(codes: np.ndarray, like: np.ndarray | None = None) -> np.ndarray:
    """Columns of mean 0 and deviation 1, measured on `like` (codes themselves unless given); constant ones become 0."""
    like = codes if like is None else like
    centre, deviation = like.mean(0), like.std(0)
    constant = deviation <= 1e-12 * np.abs(like).max(0)  # what rounding leaves of a column of equal values
    return np.where(constant, 0.0, (codes - centre) / np.where(constant, 1.0, deviation))


def halves(rows: int, train: float, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to train and to test on, shuffled by `seed`; None keeps the order: the first rows train.

    Raises:
        ValueError: one of the two would be empty.
    """
    order = np.arange(rows) if seed is None else np.random.default_rng(seed).permutation(rows)
    cut = round(train * rows)
    if not 0 < cut < rows:
        raise ValueError(f"train must leave rows on both sides, but {train} of {rows} is {cut}")
    return order[:cut], order[cut:]
