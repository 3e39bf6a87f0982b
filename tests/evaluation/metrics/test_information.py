"""MIG and modularity against scikit-learn, disentanglement_lib's figures, and what they must not depend on."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score

from vae.evaluation.latent_use import awake
from vae.evaluation.metrics import gaps, mig, modularity, mutual_information
from vae.evaluation.metrics.information import mig_in_use, sampled
from vae.models.posterior import kl_to_prior


def test_mutual_information_equals_scikit_learn(grid, codes):
    found = mutual_information(codes, grid)
    assert found.shape == (4, 3)
    for i, k in product(range(4), range(3)):
        low, high = codes[:, i].min(), codes[:, i].max()
        binned = np.minimum((20 * (codes[:, i] - low) / (high - low)).astype(int), 19)
        expected = mutual_info_score(binned, grid[:, k]) / entropy(np.bincount(grid[:, k]))
        assert found[i, k] == pytest.approx(expected, abs=1e-9)


def test_mig_by_its_definition(grid, codes):
    shares = np.sort(mutual_information(codes, grid), axis=0)
    np.testing.assert_allclose(gaps(codes, grid), shares[-1] - shares[-2])
    assert mig(codes, grid) == pytest.approx(np.mean(shares[-1] - shares[-2]))


def test_a_code_that_is_the_factors_scores_one(grid):
    assert mig(grid.astype(float), grid) == pytest.approx(1)
    np.testing.assert_allclose(mutual_information(grid.astype(float), grid), np.eye(3), atol=1e-9)


@pytest.mark.parametrize("name", ["aligned", "two_rotated", "rotated"])
def test_mig_equals_disentanglement_lib(reference, name):
    expected = reference.scores[name]["mig"]["discrete_mig"]
    assert mig(reference.codes[name], reference.factors) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    "change",
    [
        lambda codes, rng: codes[:, [2, 0, 3, 1]],
        lambda codes, rng: codes * [1e-3, -5, 1e4, 1],
        lambda codes, rng: codes + [100, -1, 0, 1e-3],
        lambda codes, rng: codes / 3 + 0.1,
        lambda codes, rng: np.column_stack([codes, np.full(len(codes), 0.1)]),
    ],
    ids=["permuted", "rescaled", "shifted", "both", "with a dead latent"],
)
def test_mig_does_not_depend_on(grid, codes, rng, change):
    assert mig(change(codes, rng), grid) == pytest.approx(mig(codes, grid), abs=1e-9)


def test_mig_does_not_depend_on_the_order_of_factors_values_and_images(grid, codes, rng):
    expected = mig(codes, grid)
    order = rng.permutation(len(grid))
    assert mig(codes[order], grid[order]) == pytest.approx(expected)
    assert mig(codes, grid[:, ::-1]) == pytest.approx(expected)
    assert mig(codes, np.array([3, 1, 4, 0, 2])[grid]) == pytest.approx(expected)


def test_factors_with_one_value_are_left_out(grid, codes):
    constant = np.column_stack([grid, np.full(len(grid), 7)])
    assert mig(codes, constant) == pytest.approx(mig(codes, grid))
    assert not mutual_information(codes, constant)[:, 3].any()
    assert np.isnan(mig(codes, constant[:, 3:]))


def test_one_latent_has_no_second_best(grid):
    assert mig(grid[:, :1].astype(float), grid[:, :1]) == pytest.approx(1)


def by_definition(information):
    """Ridgeway & Mozer's modularity of an information matrix (D, K), latent by latent."""
    scores = []
    for row in information:
        best = max(row)
        template = np.where(row == best, best, 0)
        scores.append(1 - ((row - template) ** 2).sum() / (best**2 * (len(row) - 1)) if best > 0 else 0)
    return np.mean(scores)


def test_modularity_by_its_definition(grid, codes):
    entropies = [entropy(np.bincount(column)) for column in grid.T]
    assert modularity(codes, grid) == pytest.approx(by_definition(mutual_information(codes, grid) * entropies))


@pytest.mark.parametrize(
    "change", [lambda x: x[:, [2, 0, 3, 1]], lambda x: x * [1e-3, -5, 1e4, 1] + 7], ids=["permuted", "rescaled"]
)
def test_modularity_does_not_depend_on_order_and_scale(grid, codes, change):
    assert modularity(change(codes), grid) == pytest.approx(modularity(codes, grid), abs=1e-9)


def test_modularity_knows_only_how_pure_a_latent_is(grid, rng):
    pure = grid[:, [0, 0, 0]].astype(float)  # it says nothing of two factors, and is modular all the same
    assert modularity(pure, grid) == pytest.approx(1)
    both = (grid[:, 0] + 3 * grid[:, 1]).astype(float)[:, None]
    information = np.log([3, 4])
    assert modularity(both, grid[:, :2]) == pytest.approx(1 - (information[0] / information[1]) ** 2)
    assert modularity(np.column_stack([both, 0 * both]), grid[:, :2]) == pytest.approx(
        modularity(both, grid[:, :2]) / 2
    )
    assert np.isnan(modularity(pure, grid[:, :1]))


def asleep_yet_informed(grid, rng):
    """Posteriors of four latents: three carry a factor each; the last sleeps (mean of deviation 0.01, variance 1), and
    its means are the first factor all the same.
    """
    mu = np.column_stack([2.0 * grid, 0.01 * grid[:, 0]]).astype(float)
    mu[:, :3] += 0.02 * rng.normal(size=(len(grid), 3))
    return mu, np.log(np.tile([0.01, 0.01, 0.01, 1.0], (len(grid), 1)))


def test_a_latent_that_sleeps_takes_nothing_off_the_gap(grid, rng):
    """Bins of equal width magnify its means, and with them a factor's gap is gone; the decoder hears of none."""
    mu, logvar = asleep_yet_informed(grid, rng)
    np.testing.assert_array_equal(awake(kl_to_prior(torch.from_numpy(mu), torch.from_numpy(logvar)).mean(0)), [0, 1, 2])
    assert mig(mu, grid) < 0.7
    assert mig_in_use(mu, grid, np.array([0, 1, 2])) > 0.99
    assert mig(sampled(mu, logvar), grid) > 0.97


def test_mig_of_latents_in_use_at_its_ends(grid, codes):
    assert mig_in_use(codes, grid, np.arange(codes.shape[1])) == mig(codes, grid)
    assert mig_in_use(codes, grid, np.array([], int)) == 0
    assert mig_in_use(grid[:, :1].astype(float), grid[:, :1], [0]) == pytest.approx(1)
    assert np.isnan(mig_in_use(codes, np.full((len(grid), 1), 7), [0]))


def test_a_sample_has_the_moments_of_its_posterior(rng):
    mu, logvar = np.array([[1.0, -2.0]]), np.array([[0.0, -3.0]])
    drawn = sampled(np.tile(mu, (40_000, 1)), np.tile(logvar, (40_000, 1)))
    np.testing.assert_allclose(drawn.mean(0), mu[0], atol=0.02)
    np.testing.assert_allclose(drawn.var(0), np.exp(logvar[0]), rtol=0.03)
    np.testing.assert_array_equal(sampled(mu, logvar, 3), sampled(mu, logvar, 3))
    assert (sampled(mu, logvar, 3) != sampled(mu, logvar, 4)).all()
