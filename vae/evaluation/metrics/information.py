"""Scores from the mutual information between binned latents and factors: MIG and modularity."""

from __future__ import annotations

import numpy as np

from vae.evaluation.metrics.arrays import checked, scorable, varying

BINS = 20


def mutual_information(codes: np.ndarray, factors: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Mutual information of each latent with each factor, as a share of the factor's entropy.

    Args:
        codes: (N, D) float; each column is cut into `bins` bins of equal width.
        factors: (N, K) int.

    Returns:
        (D, K) in [0, 1]; 0 for a factor with a single value.

    Raises:
        ValueError: the arrays have different lengths or are not two-dimensional, or codes are not finite.
    """
    codes, factors = checked(codes, factors)
    entropies = np.array([_entropy(np.bincount(column) / len(column)) for column in factors.T])
    shares = _nats(codes, factors, bins) / np.where(entropies > 0, entropies, 1.0)
    return np.clip(shares, 0.0, 1.0)


def mig(codes: np.ndarray, factors: np.ndarray, bins: int = BINS) -> float:
    """Mutual information gap: the mean over factors of best minus second best latent. Higher is more disentangled.

    Args:
        codes: (N, D) float, D >= 2. factors: (N, K) int; those with a single value are left out.

    Which codes are given decides what it means: Chen et al. take one z of each posterior (see `sampled`),
    disentanglement_lib and most tables its mean. Means magnify latents that sleep; see `mig_in_use`.

    Returns:
        in [0, 1]; NaN where no factor has two values.

    Source: Chen et al. 2018, arXiv:1802.04942, equation 6, with the histogram of disentanglement_lib.
    """
    found = gaps(codes, factors, bins)
    return float(found.mean()) if len(found) else float("nan")


def mig_in_use(codes: np.ndarray, factors: np.ndarray, in_use: np.ndarray, bins: int = BINS) -> float:
    """`mig` of the latents in use alone; 0 where none is, for then nothing is told of any factor.

    A latent that sleeps has means that hardly move, which bins of equal width magnify: it seems to know of a factor,
    and takes that off the gap, though the decoder never hears of it.

    Args:
        in_use: the columns of `codes` to look at, see `latent_use.awake`.
    """
    codes, factors = checked(codes, factors)
    if not varying(factors).any():
        return float("nan")
    return mig(codes[:, np.asarray(in_use, np.int64)], factors, bins) if len(in_use) else 0.0


def sampled(mu: np.ndarray, logvar: np.ndarray, seed: int = 0) -> np.ndarray:
    """One z of each posterior, (N, D) float64: the code that the decoder hears, and that Chen et al. score.

    Args:
        mu, logvar: (N, D) posterior means and log variances.
    """
    mu, logvar = np.asarray(mu, np.float64), np.asarray(logvar, np.float64)
    return mu + np.exp(0.5 * logvar) * np.random.default_rng(seed).normal(size=mu.shape)


def gaps(codes: np.ndarray, factors: np.ndarray, bins: int = BINS) -> np.ndarray:
    """The gap of each factor that has more than one value, (K',)."""
    shares = mutual_information(codes, factors, bins)
    ordered = np.sort(shares[:, varying(factors)], axis=0)
    second = ordered[-2] if len(ordered) > 1 else 0.0
    return ordered[-1] - second


def modularity(codes: np.ndarray, factors: np.ndarray, bins: int = BINS) -> float:
    """How little each latent knows beside the one factor that it knows best. Says nothing of how much it knows at all:
    a code of pure noise reaches two thirds.

    Args:
        codes: (N, D) float. factors: (N, K) int; those with a single value are left out.

    Returns:
        in [0, 1], the mean over latents (a latent that knows nothing counts 0); NaN with fewer than two factors.

    Source: Ridgeway & Mozer 2018, arXiv:1802.05312, section 3, with the histogram of disentanglement_lib.
    """
    codes, factors = scorable(codes, factors)
    if factors.shape[1] < 2:
        return float("nan")
    squared = _nats(codes, factors, bins) ** 2
    best = squared.max(1)
    knows = best > 1e-24  # below it lies the rounding of a constant latent
    rest = (squared.sum(1) - best) / np.where(knows, best, 1.0) / (factors.shape[1] - 1)
    return float(np.where(knows, 1 - rest, 0.0).mean())


def _nats(codes: np.ndarray, factors: np.ndarray, bins: int) -> np.ndarray:
    """(D, K) mutual information in nats; `factors` numbered from 0."""
    found = np.zeros((codes.shape[1], factors.shape[1]))
    for i, column in enumerate(codes.T):
        binned = _binned(column, bins)
        for k, value in enumerate(factors.T):
            joint = np.bincount(binned * (value.max() + 1) + value, minlength=bins * (value.max() + 1))
            joint = joint.reshape(bins, -1) / len(column)
            found[i, k] = _entropy(joint.sum(1)) + _entropy(joint.sum(0)) - _entropy(joint.ravel())
    return np.maximum(found, 0.0)


def _binned(column: np.ndarray, bins: int) -> np.ndarray:
    """Number of each value's bin of equal width. The millionth of a bin lifts values that lie on an edge, or would but
    for rounding, always to the same side: otherwise rescaling a code of few values would change its scores.
    """
    low, width = column.min(), np.ptp(column) / bins
    if width <= 1e-12 * np.abs(column).max():
        return np.zeros(len(column), np.int64)
    return np.minimum(((column - low) / width + 1e-6).astype(np.int64), bins - 1)


def _entropy(probabilities: np.ndarray) -> float:
    positive = probabilities[probabilities > 0]
    return float(-(positive * np.log(positive)).sum())
