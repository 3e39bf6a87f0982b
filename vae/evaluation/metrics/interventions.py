"""Scores that hold one factor still and ask which latent keeps still with it: the beta-VAE and FactorVAE scores.

A simulator would draw images with a factor of a given value; here rows of the given sample that share it are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vae.evaluation.metrics.arrays import scorable, standardised

PRUNED = 0.05  # standard deviation over all images below which disentanglement_lib leaves a latent out
_AT_ONCE = 256  # batches gathered together: 13 MB for ten latents


def beta_vae_score(
    codes: np.ndarray, factors: np.ndarray, train: int = 2_000, test: int = 1_000, batch: int = 64, seed: int = 0
) -> float:
    """How often a linear classifier tells which factor two images share, from |z1 - z2| averaged over a batch of pairs.

    A rotated code scores nearly as high as a perfect one: never look at this score alone.

    Args:
        codes: (N, D) float, standardised first.
        factors: (N, K) int; those with a single value, or with no value that two rows share, are left out.
        train, test: number of batches. batch: pairs in each; every pair shares a value of its own.

    Returns:
        share of test batches told rightly, about 1 / K by guessing; NaN with fewer than two factors.

    Raises:
        ValueError: the arrays do not fit.

    Source: Higgins et al. 2017, beta-VAE, section 3; sizes as in disentanglement_lib.
    """
    from sklearn.linear_model import LogisticRegression  # seconds to import, needed by nobody who only shows a page

    codes, groups = standardised(scorable(codes, factors)[0]), _groups(scorable(codes, factors)[1])
    if len(groups) < 2:
        return float("nan")
    rng = np.random.default_rng(seed)
    answers = rng.integers(len(groups), size=train + test)
    asked = np.empty((train + test, codes.shape[1]))
    for k, chosen in _by_factor(answers):
        first, second = groups[k].pairs(rng, (len(chosen), batch))
        asked[chosen] = np.abs(codes[first] - codes[second]).mean(1)
    machine = LogisticRegression(max_iter=1000).fit(asked[:train], answers[:train])
    return float(machine.score(asked[train:], answers[train:]))


def factor_vae_score(
    codes: np.ndarray,
    factors: np.ndarray,
    train: int = 5_000,
    test: int = 2_500,
    batch: int = 64,
    seed: int = 0,
    prune: float = PRUNED,
) -> float:
    """How often the latent that varies least over a batch sharing one factor's value tells which factor that is.

    Args:
        codes: (N, D) float, posterior means beside a prior of deviation 1. Variances are relative to those over all
            rows, so that the scale of a latent matters no further than for `prune`.
        prune: columns whose standard deviation is below it are left out, for they have collapsed to the prior: they
            would be the least varying of a batch by chance. Constant columns always are; 0 prunes nothing else.
        factors: (N, K) int; those with a single value, or with no value that two rows share, are left out.
        train, test: number of batches that teach each latent its factor, and that ask. batch: rows in each, drawn with
            replacement. Latents that tie share their vote.

    Returns:
        share of test batches told rightly, about 1 / K by guessing; NaN with fewer than two factors.

    Raises:
        ValueError: the arrays do not fit.

    Source: Kim & Mnih 2018, arXiv:1802.05983, section 4; sizes half of, pruning as in disentanglement_lib.
    """
    codes, values = scorable(codes, factors)
    groups = _groups(values)
    if len(groups) < 2:
        return float("nan")
    codes = standardised(codes[:, codes.std(0) >= prune])
    codes = codes[:, codes.any(0)]
    if codes.shape[1] == 0:
        return 0.0
    rng = np.random.default_rng(seed)
    answers = rng.integers(len(groups), size=train + test)
    votes = np.empty((train + test, codes.shape[1]))
    for k, chosen in _by_factor(answers):
        variance = codes[groups[k].sharing(rng, (len(chosen), batch))].var(1)
        least = variance <= variance.min(1, keepdims=True) + 1e-9  # rounding does not decide between equals
        votes[chosen] = least / least.sum(1, keepdims=True)
    meaning = (votes[:train].T @ np.eye(len(groups))[answers[:train]]).argmax(1)
    right = meaning == answers[train:, None]
    return float((votes[train:] * right).sum(1).mean())


class _Groups:
    """The rows of a sample by the value of one factor; values that only one row has are left out."""

    def __init__(self, values: np.ndarray) -> None:
        size = np.bincount(values)[values]
        order = np.argsort(values, kind="stable")
        self.rows = order[size[order] > 1]  # those of equal value lie side by side
        self.size = size[self.rows]
        self.start = np.searchsorted(values[self.rows], values[self.rows])

    def sharing(self, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        """Rows (batches, batch): those of a batch share one value, drawn as often as it occurs."""
        place = rng.integers(len(self.rows), size=(shape[0], 1))
        return self.rows[self.start[place] + (rng.random(shape) * self.size[place]).astype(np.int64)]

    def pairs(self, rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Two different rows of equal value for each place of `shape`; every pair has a value of its own."""
        place = rng.integers(len(self.rows), size=shape)
        start, size = self.start[place], self.size[place]
        further = 1 + (rng.random(shape) * (size - 1)).astype(np.int64)
        return self.rows[place], self.rows[start + (place - start + further) % size]


def _groups(factors: np.ndarray) -> list[_Groups]:
    return [groups for groups in map(_Groups, factors.T) if len(groups.rows)]


def _by_factor(answers: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The batches that hold factor k still, a few at a time."""
    for k in range(answers.max() + 1):
        chosen = np.flatnonzero(answers == k)
        for start in range(0, len(chosen), _AT_ONCE):
            yield k, chosen[start : start + _AT_ONCE]
