"""Matching: a copy is found latent for latent, strangers are not, and moving along and back leads home."""

from __future__ import annotations

import numpy as np
import pytest
from alignment import align
from scipy.stats import spearmanr

from vae.checkpoints.checkpoint import QUANTILES
from vae.evaluation.matching import CORRELATED, Exchange, Pair, Side, match, match_exchanged
from vae.evaluation.metrics import mutual_information
from vae.evaluation.metrics.agreement import rank_correlation


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def factors(rng):
    return np.stack([rng.integers(0, n, 4000) for n in (4, 8, 10)], axis=1)


@pytest.fixture
def codes(rng, factors):
    """Two latents follow a factor each, one mixes two, two follow nothing."""
    noise = rng.normal(size=(4000, 5))
    f = factors / factors.max(0)
    clean = [f[:, 0], f[:, 1], f[:, 1] + f[:, 2], 0 * f[:, 0], 0 * f[:, 0]]
    return np.stack(clean, axis=1) + [0.05, 0.1, 0.1, 1, 1] * noise


def side(mu, factors=None, asleep=()):
    awake = tuple(dim for dim in range(mu.shape[1]) if dim not in asleep)
    return Side(mu, awake, None if factors is None else mutual_information(mu, factors))


@pytest.mark.parametrize("known", [True, False])
def test_a_permuted_flipped_and_rescaled_copy_is_matched_latent_for_latent(codes, factors, rng, known):
    order, signs, scales = rng.permutation(5), np.array([1, -1, -1, 1, -1]), np.array([1, 30, 0.1, 2, 5])
    copy = (codes * signs * scales)[:, order]
    given = factors if known else None
    pairs = match(side(codes, given), side(copy, given))
    assert sorted(pair.left for pair in pairs) == list(range(5))
    for pair in pairs:
        assert order[pair.right] == pair.left
        assert pair.sign == signs[pair.left]
        assert pair.strength > 0.99 or pair.factor is not None
    # the latent that mixes two factors follows neither, so its codes join it and not a factor
    assert {pair.left for pair in pairs if pair.factor is not None} == ({0, 1} if known else set())


def test_the_factor_decides_before_the_correlation(rng):
    factor = rng.integers(0, 10, (4000, 1))
    # The left latent knows the factor by its distance from the middle: no correlation with the one that rises with it.
    bent = np.abs(factor[:, 0] - 4.5) * rng.choice([-1, 1], 4000)
    left = np.stack([rng.normal(size=4000), bent], axis=1)
    right = np.stack([left[:, 1] + rng.normal(size=4000), factor[:, 0] + 0.01 * rng.normal(size=4000)], axis=1)
    pairs = match(side(left, factor), side(right, factor))
    assert (pairs[0].left, pairs[0].right, pairs[0].factor) == (1, 1, 0)
    without = match(side(left), side(right))
    assert (without[0].left, without[0].right, without[0].factor) == (1, 0, None)


def test_strangers_and_sleepers_stand_alone(codes, rng):
    stranger = rng.normal(size=(4000, 2))
    pairs = match(side(codes, asleep=(0, 1)), side(stranger, asleep=(1,)))
    assert pairs == (Pair(2, None), Pair(3, None), Pair(4, None), Pair(None, 0))
    assert match(side(codes, asleep=range(5)), side(codes, asleep=range(5))) == ()


def test_different_images_or_factors_are_refused(codes, factors):
    with pytest.raises(ValueError, match="4000 and 9"):
        match(side(codes), side(codes[:9]))
    with pytest.raises(ValueError, match="3 and 2"):
        match(side(codes, factors), side(codes, factors[:, :2]))


def test_rank_correlation_is_spearmans(codes, factors):
    other = np.column_stack([codes[:, ::-1], factors[:, 0]])
    expected = spearmanr(codes, other).statistic[:5, 5:]
    assert np.allclose(rank_correlation(codes, other), expected, atol=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_aligned_values_stand_at_the_same_share_of_the_codes(rng, sign):
    x = rng.normal(size=20_000) ** 3
    y = sign * (5 * x + 2)
    here, there = np.quantile(x, QUANTILES), np.quantile(y, QUANTILES)
    values = np.linspace(-60, 60, 41)
    assert np.allclose(align(values, here, there, sign), sign * (5 * values + 2), atol=0.01)
    assert np.allclose(align(align(values, here, there, sign), there, here, sign), values, atol=1e-6)


def test_a_latent_that_never_moves_leaves_the_other_in_its_middle():
    assert align(3.0, np.zeros(9), np.arange(9.0), 1) == 4


def exchanged(z, turned, matrix, noise, rng, awake):
    """Draws of a linear model whose encoder undoes its decoder up to noise, and which another model encodes with
    `turned`: pictures are z itself, times `matrix`.
    """
    pictures = z @ matrix + noise * rng.normal(size=z.shape)
    return Exchange(z, pictures, turned(pictures), awake)


def test_draws_match_a_permuted_and_flipped_copy_latent_for_latent_both_ways(rng):
    order, signs = rng.permutation(5), np.array([1, -1, -1, 1, -1])
    eye = np.eye(5)
    left = exchanged(rng.normal(size=(500, 5)), lambda x: (x * signs)[:, order], eye, 0.1, rng, tuple(range(5)))
    back = np.argsort(order)
    right = exchanged(rng.normal(size=(500, 5)), lambda x: x[:, back] * signs, eye, 0.1, rng, tuple(range(5)))
    pairs = match_exchanged(left, right)
    assert sorted(pair.left for pair in pairs) == list(range(5))
    for pair in pairs:
        assert order[pair.right] == pair.left and pair.sign == signs[pair.left] and pair.factor is None
        ceilings = left.ceilings[pair.left], right.ceilings[pair.right]
        assert (
            pair.ceilings == ceilings
            and pair.strength == pytest.approx(min(ceilings), abs=0.01)
            and min(ceilings) > 0.98
        )
    assert [pair.strength for pair in pairs] == sorted((pair.strength for pair in pairs), reverse=True)
    turned = match_exchanged(right, left)
    assert {(pair.right, pair.left, pair.sign) for pair in turned} == {(p.left, p.right, p.sign) for p in pairs}


def test_a_latent_that_its_decoder_ignores_matches_nothing(rng):
    """Also where noise makes it each other's best; and one that its encoder ignores has no row."""
    dead = np.diag([1.0, 1.0, 0.0])
    sides = [exchanged(rng.normal(size=(500, 3)), lambda x: x, dead, 0.1, rng, (0, 1, 2)) for _ in range(2)]
    pairs = match_exchanged(*sides)
    assert [(pair.left, pair.right) for pair in pairs[2:]] == [(2, None), (None, 2)]
    assert {(pair.left, pair.right) for pair in pairs[:2]} == {(0, 0), (1, 1)}
    assert pairs[2].ceilings[0] < CORRELATED and pairs[2].ceilings[1] is None
    asleep = Exchange(sides[0].z, sides[0].own, sides[0].other, ())
    assert all(pair.left is None for pair in match_exchanged(asleep, sides[1]))


def test_draws_that_match_one_way_alone_are_no_pair(rng):
    """The right model's z0 mixes both of the left: the left's z1 answers to it, but it answers more to z0; and two ways
    that run against each other are none.
    """
    z = rng.normal(size=(500, 2))
    mixed = np.stack([z[:, 0] + 0.7 * z[:, 1], rng.normal(size=500)], axis=1)
    left = Exchange(z, z, mixed, (0, 1))
    w = rng.normal(size=(500, 2))
    right = Exchange(w, w, np.stack([w[:, 0], 0.7 * w[:, 0] + rng.normal(size=500)], axis=1), (0,))
    assert [(pair.left, pair.right) for pair in match_exchanged(left, right)] == [(0, 0), (1, None)]
    against = Exchange(w, w, -right.other, (0,))
    assert all(None in (pair.left, pair.right) for pair in match_exchanged(left, against))
