"""UDR: one for copies, nothing for noise, and in between as by the paper's formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from vae.evaluation.metrics import udr

KL = np.array([1.0, 2, 0.5, 3])


@pytest.fixture
def latents(rng):
    return rng.normal(size=(5000, 4))


def test_copies_in_any_order_sign_and_bend_agree(latents):
    copies = [latents, -latents[:, [2, 0, 3, 1]], np.exp(latents) * [1, 100, 1e-3, 1]]
    found = udr(copies, [KL, KL[[2, 0, 3, 1]], KL])
    assert found.shape == (3,)
    assert (found > 0.9).all()  # chance correlations of 5,000 rows are all that is missing


def test_strangers_do_not_agree(rng):
    found = udr([rng.normal(size=(5000, 4)) for _ in range(4)], [KL] * 4)
    assert (found < 0.05).all()


def test_rotation_lowers_it(latents, rng):
    turned = latents @ np.linalg.qr(rng.normal(size=(4, 4)))[0]
    found = udr([latents, -latents, latents[:, ::-1], turned], [KL] * 4)
    assert found.argmin() == 3
    assert found[3] < found[0] - 0.3


def test_latents_asleep_do_not_count(latents, rng):
    asleep = np.column_stack([latents, latents[:, :2] + 0.1 * rng.normal(size=(5000, 2))])
    kl = np.append(KL, [0.009, 0])
    np.testing.assert_allclose(udr([asleep, latents], [kl, KL]), udr([latents, latents], [KL, KL]))
    assert udr([latents, latents], [KL, 0 * KL]).tolist() == [0, 0]


def test_by_the_formula_with_ties(rng):
    a = rng.integers(0, 5, (400, 2)).astype(float)
    b = a @ rng.normal(size=(2, 3)) + rng.normal(size=(400, 3))
    similar = np.abs(spearmanr(a, b).statistic[:2, 2:])
    total = sum(max(column) ** 2 / sum(column) for column in similar.T) + sum(max(r) ** 2 / sum(r) for r in similar)
    np.testing.assert_allclose(udr([a, b], [np.ones(2), np.ones(3)]), total / 5)


def test_the_median_over_the_others_is_taken(latents, rng):
    noise = rng.normal(size=(5000, 4))
    found = udr([latents, -latents, latents, noise], [KL] * 4)
    assert (found[:3] > 0.9).all()
    assert found[3] < 0.05


@pytest.mark.parametrize(
    ("shapes", "kl_sizes"),
    [
        ([(9, 2)], [2]),
        ([(9, 2), (8, 2)], [2, 2]),
        ([(9, 2), (9, 2)], [2, 3]),
        ([(9, 2), (9, 2)], [2]),
        ([(9,), (9,)], [9, 9]),
    ],
    ids=["one", "rows", "kl", "kls", "flat"],
)
def test_what_does_not_fit_is_refused(shapes, kl_sizes):
    with pytest.raises(ValueError, match="needed"):
        udr([np.zeros(shape) for shape in shapes], [np.ones(size) for size in kl_sizes])
