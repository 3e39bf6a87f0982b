"""The bound against an exactly solvable model: a linear Gaussian decoder, whose log p(x) and posterior are known."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.distributions import Bernoulli, MultivariateNormal, Normal, kl_divergence

from vae.config import ModelConfig
from vae.data import StoredImages
from vae.evaluation.bound import encode_split, importance_weighted_bound
from vae.models.posterior import Posterior

SIGMA = 0.4


class Linear(nn.Module):
    """x = Wz + noise with orthogonal columns: then the posterior is diagonal, N(Wᵀx·s²/σ², s²), s² = 1 / (1 + |w|²/σ²).

    `shift` and `widen` spoil the encoder's answer on purpose.
    """

    def __init__(self, shift: float = 0.0, widen: float = 0.0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        columns = torch.linalg.qr(torch.randn(12, 2, generator=generator))[0] * torch.tensor([1.0, 0.5])
        self.w = nn.Parameter(columns)
        self.shift, self.widen = shift, widen
        self.config = ModelConfig(shape=(3, 2, 2), latent_dim=2, likelihood="gaussian", sigma=SIGMA)

    def encode(self, x: torch.Tensor) -> Posterior:
        variance = 1 / (1 + self.w.square().sum(0) / SIGMA**2)
        mu = x.flatten(1) @ self.w * variance / SIGMA**2
        return Posterior(mu + self.shift, variance.log().expand_as(mu) + self.widen)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return (z @ self.w.T).view(-1, 3, 2, 2)

    def nats(self, x: torch.Tensor) -> torch.Tensor:
        """Exactly −log p(x) = −log N(x; 0, WWᵀ + σ²I)."""
        covariance = self.w @ self.w.T + SIGMA**2 * torch.eye(12)
        return -MultivariateNormal(torch.zeros(12), covariance).log_prob(x.flatten(1)).detach()


@pytest.fixture
def x():
    return torch.rand(20, 3, 2, 2, generator=torch.Generator().manual_seed(0))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("samples", [1, 7])
def test_with_the_true_posterior_both_bounds_are_exact(x, samples):
    model = Linear()
    for bound in importance_weighted_bound(model, x, samples, seeded()):
        torch.testing.assert_close(bound, model.nats(x), rtol=1e-5, atol=1e-4)


def test_many_samples_close_the_gap_of_a_wrong_posterior(x):
    model = Linear(shift=0.3, widen=0.5)
    exact = model.nats(x)
    tight, loose = importance_weighted_bound(model, x, 5000, seeded())
    torch.testing.assert_close(tight, exact, rtol=0, atol=0.05)
    posterior = model.encode(x)
    gap = kl_divergence(  # −ELBO = −log p(x) + KL(q || true posterior)
        Normal(posterior.mu, posterior.logvar.exp().sqrt()),
        Normal(posterior.mu - 0.3, (posterior.logvar - 0.5).exp().sqrt()),
    )
    assert gap.sum(1).min() > 0.2
    torch.testing.assert_close(loose, exact + gap.sum(1).detach(), rtol=0, atol=0.1)


def test_one_sample_makes_the_bounds_equal(x):
    tight, loose = importance_weighted_bound(Linear(shift=0.3), x, 1, seeded())
    torch.testing.assert_close(tight, loose)


def test_the_elbo_is_never_above_the_importance_weighted_bound(trained, digits):
    """Jensen, image by image, on the same samples of a trained model."""
    x = digits["test"].images.float() / 255
    tight, loose = importance_weighted_bound(trained.network, x, 10, seeded())
    assert (loose >= tight - 1e-3).all()
    assert (loose - tight).mean() > 0.1


def stored(spec, x: torch.Tensor) -> StoredImages:
    return StoredImages(spec, "test", (255 * x).round().to(torch.uint8))


def test_a_split_is_measured_as_by_hand(trained, digits):
    """One batch, so that the noise of the split is one draw of the generator."""
    model, data = trained.network, stored(digits["test"].spec, digits["test"].images[:50] / 255)
    encoded = encode_split(model, data, seeded())
    x = data.images.double() / 255
    with torch.no_grad():
        posterior = model.encode(x.float())
        sigma = posterior.logvar.exp().sqrt()
        z = posterior.mu + sigma * torch.empty_like(sigma).normal_(generator=seeded())
        likelihood = Bernoulli(logits=model.decode(z).double(), validate_args=False)
    distortion = -likelihood.log_prob(x).sum((1, 2, 3))
    rate = kl_divergence(Normal(posterior.mu, sigma), Normal(0.0, 1.0))
    torch.testing.assert_close(encoded.distortion.double(), distortion, rtol=1e-5, atol=0)
    torch.testing.assert_close(encoded.kl, rate, rtol=1e-4, atol=1e-5)
    assert encoded.neg_elbo == pytest.approx(float(distortion.mean() + rate.sum(1).mean()), rel=1e-5)


def test_a_split_is_encoded_in_order_and_whole(trained, digits):
    model, seen = trained.network, []
    encoded = encode_split(model, digits["test"], progress=seen.append)
    assert sum(seen) == len(encoded.mu) == 360
    assert len(seen) > 1
    with torch.no_grad():
        alone = model.encode(digits["test"].batch([300]).float() / 255)
    torch.testing.assert_close(encoded.mu[300], alone.mu[0], rtol=1e-4, atol=1e-5)


def test_sampling_costs_what_decoding_the_mean_hides(trained, digits):
    model = trained.network
    flattered = encode_split(model, digits["test"])
    sampled, again = (encode_split(model, digits["test"], seeded()) for _ in range(2))
    assert sampled.neg_elbo == again.neg_elbo
    assert sampled.neg_elbo > flattered.neg_elbo + 0.1
    assert torch.equal(sampled.kl, flattered.kl)
