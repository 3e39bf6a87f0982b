"""Which latent of one model corresponds to which of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from vae.evaluation.latent_use import FOLLOWED
from vae.evaluation.metrics.agreement import rank_correlation

SHARED = 0.1  # normalised mutual information that the weaker of two latents must have of a factor that joins them
CORRELATED = 0.3  # rank correlation from which two latents say the same where no factor joins them
_TIE = 1e-3  # weight of the correlation among pairs that share as much of a factor


@dataclass(frozen=True)
class Side:
    """One of two models, as far as matching needs it.

    Attributes:
        mu: (N, D) posterior means of images that are the same on both sides, in the same order.
        awake: the latents that are in use; the others have no counterpart and no row.
        information: (D, K) normalised mutual information with the factors, or None.
    """

    mu: np.ndarray
    awake: tuple[int, ...]
    information: np.ndarray | None = None


@dataclass(frozen=True)
class Pair:
    """A row of a comparison: a latent of either side, or of one alone.

    Attributes:
        left, right: the latents; None where that side has no counterpart.
        factor: the number of the factor that joins them, which at least one of them follows; None where their codes
            join them, or nothing.
        strength: mutual information of the weaker side with that factor, else the rank correlation, else 0.
        sign: -1 where one rises as the other falls.
        ceilings: of pairs by exchanged draws the rank correlation that either latent reaches with itself, decoded and
            encoded again; None where that side has no counterpart, and of all other pairs.
    """

    left: int | None
    right: int | None
    factor: int | None = None
    strength: float = 0.0
    sign: int = 1
    ceilings: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Exchange:
    """The draws of one of two models that have no images in common, through both encoders.

    Attributes:
        z: (N, D) draws from the prior, which this model decodes.
        own: (N, D) posterior means that its own encoder gives the decoded pictures.
        other: (N, E) those that the encoder of the other model gives them.
        awake: this model's latents that are in use; the others have no counterpart and no row.
    """

    z: np.ndarray
    own: np.ndarray
    other: np.ndarray
    awake: tuple[int, ...]

    @property
    def ceilings(self) -> np.ndarray:
        """(D,) size of the rank correlation of each latent with itself, decoded and encoded again."""
        return np.abs(np.diagonal(rank_correlation(self.z, self.own)))


_Matched = TypeVar("_Matched", Side, Exchange)


def match(left: Side, right: Side) -> tuple[Pair, ...]:
    """Pairs up the latents in use: by the factor that joins them, the rest by the rank correlation of their codes.

    Each step is the assignment of largest sum (Hungarian method), so no latent stands in two pairs. A copy of a model
    whose latents are permuted, flipped and rescaled is matched latent for latent: no other assignment is worth as much
    as every latent's own best factor, or a correlation of 1.

    Returns:
        pairs by factor in the order of the factors, then those by correlation, the strongest first, then what has no
        counterpart, left before right.

    Raises:
        ValueError: the two sides are not of the same images, or not of the same factors.
    """
    if len(left.mu) != len(right.mu):
        raise ValueError(f"both sides need the codes of the same images, not {len(left.mu)} and {len(right.mu)}")
    correlation = rank_correlation(left.mu, right.mu)
    pairs: list[Pair] = []
    if left.information is not None and right.information is not None:
        shared = shared_information(left.information, right.information)
        strength, factor = shared.max(axis=2, initial=0.0), shared.argmax(axis=2)
        for i, j in _assigned(strength + _TIE * np.abs(correlation), left.awake, right.awake):
            if strength[i, j] >= SHARED:
                pairs.append(Pair(i, j, int(factor[i, j]), float(strength[i, j]), _sign(correlation[i, j])))
        pairs.sort(key=lambda pair: (pair.factor, -pair.strength))
    free = [_without(side.awake, {getattr(pair, name) for pair in pairs}) for side, name in _sides(left, right)]
    joined = [(abs(float(correlation[i, j])), i, j) for i, j in _assigned(np.abs(correlation), *free)]
    for strength_, i, j in sorted(joined, reverse=True):
        if strength_ >= CORRELATED:
            pairs.append(Pair(i, j, None, strength_, _sign(correlation[i, j])))
    left_over = [_without(side.awake, {getattr(pair, name) for pair in pairs}) for side, name in _sides(left, right)]
    pairs += [Pair(dim, None) for dim in left_over[0]]
    return (*pairs, *(Pair(None, dim) for dim in left_over[1]))


def match_exchanged(left: Exchange, right: Exchange) -> tuple[Pair, ...]:
    """Pairs up the latents in use of two models that have no images in common, by each one's draws.

    A latent's best match is the one of the other model that rises or falls most with it where the other model encodes
    what this one has decoded. Only latents that are each other's best match are a pair, and only where both ways agree
    on the sign and even the weaker one reaches `CORRELATED`; its rank correlation is the strength.

    Returns:
        pairs, the strongest first, then what has no counterpart, left before right.
    """
    there = rank_correlation(left.z, left.other)
    back = rank_correlation(right.z, right.other).T  # (D_left, D_right) as well
    weaker = np.minimum(np.abs(there), np.abs(back))
    ceilings = [[float(value) for value in side.ceilings] for side in (left, right)]
    pairs = []
    for i, j in _mutual(np.abs(there), np.abs(back), left.awake, right.awake):
        if weaker[i, j] >= CORRELATED and there[i, j] * back[i, j] > 0:
            reached = (ceilings[0][i], ceilings[1][j])
            pairs.append(Pair(i, j, None, float(weaker[i, j]), _sign(there[i, j]), reached))
    pairs.sort(key=lambda pair: -pair.strength)
    alone = [_without(side.awake, {getattr(pair, name) for pair in pairs}) for side, name in _sides(left, right)]
    pairs += [Pair(dim, None, ceilings=(ceilings[0][dim], None)) for dim in alone[0]]
    return (*pairs, *(Pair(None, dim, ceilings=(None, ceilings[1][dim])) for dim in alone[1]))


def _mutual(
    there: np.ndarray, back: np.ndarray, rows: tuple[int, ...], columns: tuple[int, ...]
) -> list[tuple[int, int]]:
    """The pairs of a row and a column among these of which each is the other's largest: the row's in `there`, the
    column's in `back`, both (D, E).
    """
    if not rows or not columns:
        return []
    best_column = there[np.ix_(rows, columns)].argmax(axis=1)
    best_row = back[np.ix_(rows, columns)].argmax(axis=0)
    return [(rows[i], columns[j]) for i, j in enumerate(best_column) if best_row[j] == i]


def shared_information(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(D_left, K) and (D_right, K) -> (D_left, D_right, K): what the weaker of two latents knows of each factor that
    at least one of them follows, and 0 of the others.

    Raises:
        ValueError: the numbers of factors differ.
    """
    left, right = np.asarray(left, float), np.asarray(right, float)
    if left.shape[1] != right.shape[1]:
        raise ValueError(f"both sides need the same factors, not {left.shape[1]} and {right.shape[1]}")
    return np.where(np.maximum(left[:, None], right[None]) >= FOLLOWED, np.minimum(left[:, None], right[None]), 0.0)


def _assigned(values: np.ndarray, rows: tuple[int, ...], columns: tuple[int, ...]) -> list[tuple[int, int]]:
    """The assignment of largest sum among these latents."""
    from scipy.optimize import linear_sum_assignment  # here and not above: who compares nothing need not wait for it

    found = linear_sum_assignment(values[np.ix_(rows, columns)], maximize=True)
    return [(rows[i], columns[j]) for i, j in zip(*found, strict=True)]


def _sides(left: _Matched, right: _Matched) -> tuple[tuple[_Matched, str], tuple[_Matched, str]]:
    return (left, "left"), (right, "right")


def _without(dims: tuple[int, ...], taken: set[int | None]) -> tuple[int, ...]:
    return tuple(dim for dim in dims if dim not in taken)


def _sign(correlation: float) -> int:
    return -1 if correlation < 0 else 1
