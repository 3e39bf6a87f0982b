"""Scores from how well the factors can be predicted from the latents: DCI and SAP."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vae.evaluation.metrics.arrays import halves, scorable, standardised
from vae.evaluation.metrics.boosting import boost

# 24 miss scikit-learn's scores of the shipped models' codes by up to 0.06, 48 and 96 by up to 0.026 and 0.017.
BINS = 48


class DCI(NamedTuple):
    """Each in [0, 1], more is better; NaN where it is not defined."""

    disentanglement: float
    completeness: float
    informativeness: float


def dci(codes: np.ndarray, factors: np.ndarray, train: float = 0.7, seed: int | None = 0) -> DCI:
    """Disentanglement (a latent matters to one factor), completeness (a factor needs one latent), informativeness.

    Gradient boosting predicts each factor from all latents (100 stages of trees of depth 3, as in disentanglement_lib)
    and says how much each latent matters. All rows and stages are used; what makes it quick is that the codes are cut
    into `BINS` bins, see `boosting`. On the codes of the shipped models of the room and of sprites this moves both
    scores by less than 0.03.

    Args:
        codes: (N, D) float. factors: (N, K) int; those with a single value are left out.
        train: share of the rows that train; the rest test.
        seed: shuffles the rows before they are parted, since a grid's rows come in order; None keeps their order.

    Returns:
        disentanglement (NaN with fewer than two factors), completeness (NaN with fewer than two latents) and
        informativeness, the mean share of test rows whose value is predicted (NaN without factors).

    Raises:
        ValueError: the arrays do not fit, or too few rows.

    Source: Eastwood & Williams 2018, A framework for the quantitative evaluation of disentangled representations.
    """
    codes, factors = scorable(codes, factors)
    latents, count = codes.shape[1], factors.shape[1]
    if count == 0:
        return DCI(*[float("nan")] * 3)
    learn, test = halves(len(codes), train, seed)
    fits = [boost((codes[learn], values[learn]), (codes[test], values[test]), bins=BINS) for values in factors.T]
    importance = np.stack([fit.importances for fit in fits], axis=1)
    return DCI(
        _concentration(importance) if count > 1 else float("nan"),
        _concentration(importance.T) if latents > 1 else float("nan"),
        float(np.mean([fit.test_accuracy for fit in fits])),
    )


def _concentration(importance: np.ndarray) -> float:
    """1 - entropy of each row (1: all in one place, 0: evenly spread), weighted by the row's share of everything."""
    total = importance.sum()
    if total == 0:
        return 0.0
    weight = importance.sum(1)
    share = importance / np.where(weight > 0, weight, 1)[:, None]
    entropy = -(share * np.log(np.where(share > 0, share, 1))).sum(1) / np.log(importance.shape[1])
    return float(((1 - entropy) * weight).sum() / total)


def sap(codes: np.ndarray, factors: np.ndarray, train: float = 0.7, seed: int | None = 0) -> float:
    """Separated attribute predictability: the mean over factors of how much better the best latent alone predicts the
    factor's value than the second best; a linear support vector machine for each latent and factor.

    Args:
        codes: (N, D) float, standardised first. factors: (N, K) int; those with a single value are left out.
        train, seed: as in `dci`.

    Returns:
        in [0, 1], in shares of test rows; NaN without factors.

    Source: Kumar et al. 2018, arXiv:1711.00848, section 3, for discrete factors; C = 0.01 and balanced classes as in
    disentanglement_lib.
    """
    codes, factors = scorable(codes, factors)
    if factors.shape[1] == 0:
        return float("nan")
    learn, test = halves(len(codes), train, seed)
    codes = standardised(codes)
    accuracy = np.array([[_separated(x, y, learn, test) for y in factors.T] for x in codes.T])
    ordered = np.sort(accuracy, axis=0)
    return float(np.mean(ordered[-1] - (ordered[-2] if len(ordered) > 1 else 0.0)))


def _separated(code: np.ndarray, values: np.ndarray, learn: np.ndarray, test: np.ndarray) -> float:
    from sklearn.svm import LinearSVC  # seconds to import, and needed by nobody who only shows a page

    if (values[learn] == values[learn[0]]).all():
        return float((values[test] == values[learn[0]]).mean())
    machine = LinearSVC(C=0.01, class_weight="balanced", dual=False).fit(code[learn, None], values[learn])
    return float(machine.score(code[test, None], values[test]))
