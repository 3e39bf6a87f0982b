"""A q of one image's own: to the exact optimum where that is known, and never below what log p(x) allows."""

from itertools import islice

import pytest
import torch

from vae.inference.per_image_posterior import neg_elbo, own_posterior
from vae.models.likelihoods import distortion
from vae.models.posterior import Posterior, kl_to_prior


def test_steps_lead_to_the_best_gaussian_of_a_linear_decoder(linear):
    """The best diagonal q has the mean of the posterior and the inverse of its precision's diagonal as variance."""
    w, x = linear.weight, linear.image.flatten()
    precision = torch.eye(2) + w.T @ w
    steps = list(islice(own_posterior(linear, linear.image, torch.Generator().manual_seed(0), 64, 0.02), 600))
    late = Posterior(*(torch.stack([getattr(q, key) for q in steps[-200:]]).mean(0) for key in ("mu", "logvar")))
    assert torch.allclose(late.mu[0], torch.linalg.solve(precision, w.T @ x), atol=0.02)
    assert torch.allclose(late.logvar[0].exp(), 1 / precision.diagonal(), rtol=0.06)
    assert not steps[0].mu.requires_grad and steps[0].mu.shape == (1, 2)


def test_the_negative_elbo_is_distortion_plus_rate(trained, digits):
    x = digits["test"].batch([3], "cpu").float() / 255
    network = trained.network
    with torch.no_grad():
        posterior = network.encode(x)
        eps = torch.randn(5, posterior.mu.shape[1])
        found = neg_elbo(network, x, posterior, eps)
        for nats, noise in zip(found, eps, strict=True):
            z = posterior.mu + noise * posterior.logvar.mul(0.5).exp()
            by_hand = distortion(network.decode(z), x, network.config) + kl_to_prior(
                posterior.mu, posterior.logvar
            ).sum(1)
            assert nats.item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_an_image_of_a_trained_model_gains_by_a_q_of_its_own(trained, digits):
    x = digits["test"].batch([3], "cpu").float() / 255
    own = next(islice(own_posterior(trained.network, x, torch.Generator().manual_seed(0), lr=0.1), 250, None))
    eps = torch.randn(400, own.mu.shape[1], generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        ours = neg_elbo(trained.network, x, own, eps).mean()
        encoders = neg_elbo(trained.network, x, trained.network.encode(x), eps).mean()
        start = neg_elbo(trained.network, x, Posterior(torch.zeros_like(own.mu), torch.zeros_like(own.mu)), eps).mean()
    assert ours < encoders < start
    assert all(weight.grad is None for weight in trained.network.parameters())
