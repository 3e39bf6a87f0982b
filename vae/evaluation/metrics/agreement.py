"""Choosing among models without factors: those that disentangle find the same latents again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_AWAKE = 0.01  # nats


def udr(codes_by_model: Sequence[np.ndarray], kl_by_model: Sequence[np.ndarray]) -> np.ndarray:
    """Unsupervised disentanglement ranking: how far the latents of each model are those of the others, one for one.

    Args:
        codes_by_model: for each of M >= 2 models its codes (N, D_m) float of the same N images in the same order.
        kl_by_model: for each model the mean KL of its latents (D_m,) in nats; those below 0.01 sleep and are left out.

    Returns:
        (M,) in [0, 1]: the median over the other models; 1 where they hold the same latents in any order and sign, and
        these are uncorrelated. 0 for a pair of which one has no latent awake.

    Raises:
        ValueError: fewer than two models, or arrays that do not fit.

    Source: Duan et al. 2020, arXiv:1905.12614, equation 2, with Spearman's rank correlation (UDR_S).
    """
    if len(codes_by_model) < 2 or len(codes_by_model) != len(kl_by_model):
        raise ValueError(f"two models or more are needed, not {len(codes_by_model)} codes, {len(kl_by_model)} KLs")
    ranks = []
    for codes, kl in zip(codes_by_model, kl_by_model, strict=True):
        codes, kl = np.asarray(codes, np.float64), np.asarray(kl, np.float64)
        if codes.ndim != 2 or kl.shape != codes.shape[1:] or len(codes) != len(codes_by_model[0]):
            raise ValueError(f"codes (N, D) of the same images and KL (D,) are needed, not {codes.shape}, {kl.shape}")
        if not np.isfinite(codes).all():
            raise ValueError("codes hold values that are not finite")
        ranks.append(_unit_ranks(codes[:, kl > _AWAKE]))
    count = len(ranks)
    pairs = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            pairs[i, j] = pairs[j, i] = _matched(np.abs(ranks[i].T @ ranks[j]))
    return np.array([np.median(np.delete(pairs[i], i)) for i in range(count)])


def rank_correlation(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Spearman's correlation of each column of (N, A) with each of (N, B): (A, B) in [-1, 1], 0 for a constant."""
    return np.clip(_unit_ranks(np.asarray(left, np.float64)).T @ _unit_ranks(np.asarray(right, np.float64)), -1, 1)


def _unit_ranks(codes: np.ndarray) -> np.ndarray:
    """Centred ranks of unit length, so that products are rank correlations; equal values share their mean rank."""
    ranks = np.empty(codes.shape)
    for i, column in enumerate(codes.T):
        _, value, count = np.unique(column, return_inverse=True, return_counts=True)
        ranks[:, i] = (count.cumsum() - (count + 1) / 2)[value]
    ranks -= ranks.mean(0)
    length = np.linalg.norm(ranks, axis=0)
    return ranks / np.where(length > 0, length, 1.0)


def _matched(similar: np.ndarray) -> float:
    """(D_a, D_b) in [0, 1] -> 1 where every latent has one like it and no other: best² / sum, the mean over latents."""
    if similar.size == 0:
        return 0.0
    scores = [np.max(rows, 1) ** 2 / np.maximum(rows.sum(1), 1e-12) for rows in (similar, similar.T)]
    return float(np.concatenate(scores).mean())
