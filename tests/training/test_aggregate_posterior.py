"""The estimate of the aggregate posterior against the exact mixture of the posteriors of a whole data set."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, MultivariateNormal, Normal

from vae.training.aggregate_posterior import dependence, log_aggregate_posterior, total_correlation

IMAGES = 500


@pytest.fixture(scope="module")
def codes():
    """Posteriors of 500 images in four latents, the first two of which are correlated, and a sample of each."""
    generator = torch.Generator().manual_seed(0)
    mu = torch.randn(IMAGES, 4, generator=generator)
    mu[:, 1] += 0.8 * mu[:, 0]
    logvar = torch.randn(IMAGES, 4, generator=generator) - 2
    return mu + (logvar / 2).exp() * torch.randn(IMAGES, 4, generator=generator), mu, logvar


def exact(z, mu, logvar) -> tuple[torch.Tensor, torch.Tensor]:
    """log q(z) and log q(z_d) as torch.distributions computes a mixture, in float64."""
    z, mu, deviation = z.double(), mu.double(), (logvar.double() / 2).exp()
    even = Categorical(torch.ones(len(mu), dtype=torch.float64))
    joint = MixtureSameFamily(even, Independent(Normal(mu, deviation), 1)).log_prob(z)
    marginals = [
        MixtureSameFamily(even, Normal(mu[:, d], deviation[:, d])).log_prob(z[:, d]) for d in range(z.shape[1])
    ]
    return joint, torch.stack(marginals, 1)


def test_the_whole_data_set_as_one_batch_is_exact(codes):
    for found, expected in zip(log_aggregate_posterior(*codes, IMAGES), exact(*codes), strict=True):
        torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=1e-5)
    joint, marginals = exact(*codes)
    assert float(total_correlation(*codes, IMAGES)) == pytest.approx(float((joint - marginals.sum(1)).mean()), abs=1e-5)


def test_a_batch_is_unbiased(codes):
    """The density at one sample, averaged over many batches that hold its image, is the exact one."""
    joint, marginals = (value[0].exp() for value in exact(*codes))
    generator, found = torch.Generator().manual_seed(1), []
    for _ in range(4000):
        others = torch.randperm(IMAGES - 1, generator=generator)[:31] + 1
        batch = torch.cat([torch.zeros(1, dtype=torch.long), others])
        logs = log_aggregate_posterior(*(part[batch] for part in codes), IMAGES)
        found.append(torch.cat([logs[0][:1], logs[1][0]]).double().exp())
    found, expected = torch.stack(found), torch.cat([joint[None], marginals])
    error = found.std(0) / math.sqrt(len(found))
    assert ((found.mean(0) - expected).abs() < 4 * error).all()
    assert (error < 0.05 * expected).all()


def test_total_correlation_of_a_gaussian_is_its_formula():
    """Narrow posteriors around draws of one Gaussian: −log det(R) / 2 of its correlations R, within the sampling."""
    correlation = torch.tensor([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        mu = MultivariateNormal(torch.zeros(3), correlation - 0.1 * torch.eye(3)).sample((2000,))
        z = mu + math.sqrt(0.1) * torch.randn(2000, 3)
    found = float(total_correlation(z, mu, torch.full_like(mu, math.log(0.1)), 2000))
    assert found == pytest.approx(-0.5 * float(torch.logdet(correlation)), abs=0.06)


def test_one_image_alone_is_its_own_posterior(codes):
    joint, marginals = log_aggregate_posterior(*(part[:1] for part in codes), 1)
    torch.testing.assert_close(joint, marginals.sum(1))
    assert math.isfinite(float(total_correlation(*(part[:1] for part in codes), IMAGES)))


def test_the_order_of_the_batch_does_not_matter(codes):
    turned = [part[:64].flip(0) for part in codes]
    straight = [part[:64] for part in codes]
    torch.testing.assert_close(total_correlation(*turned, IMAGES), total_correlation(*straight, IMAGES))


@pytest.mark.parametrize(("rows", "images", "named"), [(3, IMAGES, r"\(3, 4\)"), (5, 4, "4 images.*batch of 5")])
def test_what_does_not_fit_is_named(codes, rows, images, named):
    z, mu, logvar = (part[:5] for part in codes)
    with pytest.raises(ValueError, match=named):
        log_aggregate_posterior(z, mu[:rows], logvar, images)


def test_dependence_is_the_total_correlation_of_all_and_of_every_two(codes):
    found = dependence(*codes)
    assert found.total_correlation == pytest.approx(total_correlation(*codes, IMAGES).item(), rel=1e-4)
    assert found.log_joint == pytest.approx(exact(*codes)[0].mean().item(), rel=1e-4)
    assert torch.equal(found.pairs.diagonal(), torch.zeros(4))
    for i, j in ((0, 1), (3, 1), (2, 3)):
        joint, marginals = exact(*(part[:, [i, j]] for part in codes))
        assert found.pairs[j, i].item() == pytest.approx(found.pairs[i, j].item(), abs=1e-6)
        assert found.pairs[i, j].item() == pytest.approx(float((joint - marginals.sum(1)).mean()), abs=1e-4)
    assert found.pairs.argmax() in (1, 4), "the two that are correlated"
