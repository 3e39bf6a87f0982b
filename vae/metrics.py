"""Numbers about codes: which latents are in use, and which factor each of them follows.

Everything takes arrays, so that codes of other people's models can be measured too.
"""

from __future__ import annotations

import numpy as np

BINS = 20


def active_units(mu: np.ndarray) -> int:
    """Number of latents whose posterior mean varies over the data: Var(mu) > 0.01.

    Args:
        mu: (N, D) posterior means.

    Source: Burda et al. 2016, arXiv:1509.00519, section 5.
    """
    return int((np.var(np.asarray(mu, np.float64), axis=0) > 0.01).sum())


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
    codes, factors = np.asarray(codes, np.float64), np.asarray(factors)
    if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors):
        raise ValueError(f"codes (N, D) and factors (N, K) are needed, not {codes.shape} and {factors.shape}")
    if not np.isfinite(codes).all():
        raise ValueError("codes hold values that are not finite")
    shares = np.zeros((codes.shape[1], factors.shape[1]))
    values = [np.unique(column, return_inverse=True)[1] for column in factors.T]
    for i, column in enumerate(codes.T):
        edges = np.histogram_bin_edges(column, bins)
        binned = np.digitize(column, edges[1:-1])
        for k, value in enumerate(values):
            joint = np.bincount(binned * (value.max() + 1) + value, minlength=bins * (value.max() + 1))
            joint = joint.reshape(bins, -1) / len(column)
            information = _entropy(joint.sum(1)) + _entropy(joint.sum(0)) - _entropy(joint.ravel())
            entropy = _entropy(joint.sum(0))
            shares[i, k] = information / entropy if entropy > 0 else 0.0
    return np.clip(shares, 0.0, 1.0)


def mig(codes: np.ndarray, factors: np.ndarray, bins: int = BINS) -> float:
    """Mutual information gap: the mean over factors of best minus second best latent. Higher is more disentangled.

    Args:
        codes: (N, D) float, D >= 2. factors: (N, K) int; those with a single value are left out.

    Source: Chen et al. 2018, arXiv:1802.04942, equation 6, with the histogram of disentanglement_lib.
    """
    return float(np.mean(gaps(codes, factors, bins))) if _varying(factors).any() else float("nan")


def gaps(codes: np.ndarray, factors: np.ndarray, bins: int = BINS) -> np.ndarray:
    """The gap of each factor that has more than one value, (K',)."""
    ordered = np.sort(mutual_information(codes, factors, bins)[:, _varying(factors)], axis=0)
    second = ordered[-2] if len(ordered) > 1 else 0.0
    return ordered[-1] - second


def marks(factors: np.ndarray, latents: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Three codes to hold every score against, made of the factors themselves: what the scores can and cannot tell.

    Returns:
        "perfect": the standardised factors, a latent each; "rotated": the same, turned at random, so that no latent
        follows one factor; "noise": `latents` columns that know nothing. All (N, ·) float64.
    """
    rng = np.random.default_rng(seed)
    varying = np.asarray(factors, np.float64)[:, _varying(factors)]
    perfect = (varying - varying.mean(0)) / varying.std(0)
    turn, _ = np.linalg.qr(rng.normal(size=(perfect.shape[1],) * 2))
    return {"perfect": perfect, "rotated": perfect @ turn, "noise": rng.normal(size=(len(factors), latents))}


def _varying(factors: np.ndarray) -> np.ndarray:
    return np.ptp(factors, axis=0) > 0


def _entropy(probabilities: np.ndarray) -> float:
    positive = probabilities[probabilities > 0]
    return float(-(positive * np.log(positive)).sum())
