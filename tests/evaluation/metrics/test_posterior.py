"""Active units, and the parts of the rate against Gaussians whose parts are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vae.evaluation.metrics import active_units, aggregate_posterior
from vae.models.posterior import kl_to_prior


def test_active_units_count_variances_above_a_hundredth():
    wave = np.tile([1.0, -1.0], 500)[:, None]  # its variance is exactly 1
    assert active_units(5 + wave * np.sqrt([0.0, 0.0099, 0.0101, 4.0])) == 2


def test_a_gaussian_aggregate_posterior_has_known_parts(rng):
    """mu ~ N(0, S) and q(z|x) = N(mu, s): q(z) = N(0, S + s), whose entropy and total correlation are determinants."""
    between, within = np.array([[1.0, 0.8, 0], [0.8, 1, 0], [0, 0, 0.5]]), np.array([0.4, 0.5, 0.3])
    mu = rng.multivariate_normal(np.zeros(3), between, size=4000)
    found = aggregate_posterior(mu, np.log(np.tile(within, (4000, 1))), samples=4000)
    whole = between + np.diag(within)
    logdet = np.linalg.slogdet(whole)[1]
    assert found.mutual_information == pytest.approx(0.5 * (logdet - np.log(within).sum()), abs=0.06)
    assert found.total_correlation == pytest.approx(0.5 * (np.log(np.diag(whole)).sum() - logdet), abs=0.04)
    variances = np.diag(whole)
    assert found.dimension_wise_kl == pytest.approx(0.5 * (variances - 1 - np.log(variances)).sum(), abs=0.06)


def test_the_parts_sum_to_the_rate(rng):
    mu, logvar = rng.normal(size=(300, 4)), rng.normal(size=(300, 4)) - 1
    found = aggregate_posterior(mu, logvar, samples=300)
    rate = kl_to_prior(torch.from_numpy(mu), torch.from_numpy(logvar)).sum(1).mean()
    assert sum(found) == pytest.approx(float(rate), abs=0.15)  # the z are drawn once; the rate is exact


def test_images_far_apart_tell_all_that_they_can(rng):
    mu = 100 * rng.normal(size=(200, 2))
    found = aggregate_posterior(mu, np.full((200, 2), -6.0))
    assert found.mutual_information == pytest.approx(np.log(200), abs=1e-3)
    assert found.mutual_information <= np.log(200) + 1e-4


def test_the_prior_has_no_parts():
    found = aggregate_posterior(np.zeros((50, 3)), np.zeros((50, 3)))
    np.testing.assert_allclose(found, 0, atol=1e-5)


def test_against_a_plain_double_loop(rng):
    """Independent: every density written out with scipy, on the same z."""
    from scipy.special import logsumexp
    from scipy.stats import norm

    mu, logvar = rng.normal(size=(40, 2)), rng.normal(size=(40, 2)) - 1
    generator = torch.Generator().manual_seed(3)
    rows = torch.randperm(40, generator=generator).numpy()
    z = mu[rows] + np.exp(0.5 * logvar[rows]) * torch.randn((40, 2), generator=generator, dtype=torch.float64).numpy()
    log = norm.logpdf(z[:, None], mu, np.exp(0.5 * logvar))
    joint = logsumexp(log.sum(2), axis=1) - np.log(40)
    marginal = (logsumexp(log, axis=1) - np.log(40)).sum(1)
    found = aggregate_posterior(mu, logvar, seed=3)
    assert found.total_correlation == pytest.approx((joint - marginal).mean(), abs=1e-5)
    own = norm.logpdf(z, mu[rows], np.exp(0.5 * logvar[rows])).sum(1)
    assert found.mutual_information == pytest.approx((own - joint).mean(), abs=1e-5)
    assert found.dimension_wise_kl == pytest.approx((marginal - norm.logpdf(z).sum(1)).mean(), abs=1e-5)


def test_seeded_and_deaf_to_the_global_generator(rng):
    mu, logvar = rng.normal(size=(3000, 2)), np.full((3000, 2), -2.0)
    first = aggregate_posterior(mu, logvar)
    torch.manual_seed(5)
    assert aggregate_posterior(torch.from_numpy(mu), torch.from_numpy(logvar)) == first
    assert aggregate_posterior(mu, logvar, seed=1) != first


@pytest.mark.parametrize(
    ("mu", "logvar"), [((3, 2), (3, 1)), ((3,), (3,)), ((0, 2), (0, 2))], ids=["differ", "flat", "empty"]
)
def test_shapes_that_do_not_fit_are_refused(mu, logvar):
    with pytest.raises(ValueError, match="needed"):
        aggregate_posterior(np.zeros(mu), np.zeros(logvar))


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite"):
        aggregate_posterior(np.zeros((3, 2)), np.full((3, 2), np.nan))
