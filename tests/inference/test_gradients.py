"""Both estimators against the gradient itself, which is known where the decoder is linear, and against each other."""

import pytest
import torch

from vae.evaluation.bound import log_likelihood
from vae.inference.gradients import reparameterised, score_function, slopes
from vae.models.posterior import Posterior


@pytest.fixture(scope="module")
def seen(trained, digits):
    """An image of the digits with its posterior under the trained model."""
    x = digits["test"].batch([7], "cpu").float() / 255
    with torch.no_grad():
        posterior = trained.network.encode(x)
    return trained.network, x, posterior


def sampled(network, x, posterior, count, seed=0):
    eps = torch.randn(count, posterior.mu.shape[1], generator=torch.Generator().manual_seed(seed))
    found, slope = slopes(network, x, posterior.mu + torch.exp(0.5 * posterior.logvar) * eps)
    logvar = posterior.logvar[0]
    both = reparameterised(slope, logvar, eps), score_function(found, logvar, eps)
    return *both, score_function(found, logvar, eps, baseline=True)


def z_scores(samples, truth):
    """How many standard errors the mean of (N, D) samples lies from the truth (D,)."""
    return (samples.mean(0) - truth).abs() / (samples.std(0) / len(samples) ** 0.5)


def test_both_estimate_the_gradient_of_a_linear_decoder(linear):
    """E_q of −|x − W·z|² / 2 is −|x − W·mu|² / 2 − Σ_d sigma_d²·(WᵀW)_dd / 2 but for constants."""
    posterior = Posterior(torch.tensor([[0.3, -0.7]]), torch.tensor([[-1.0, -2.0]]))
    w, x = linear.weight, linear.image.flatten()
    truth_mu = (x - w @ posterior.mu[0]) @ w
    truth_logvar = -0.5 * posterior.logvar[0].exp() * (w.T @ w).diagonal()
    estimates = sampled(linear, linear.image, posterior, 40_000)
    for samples in estimates:
        assert (z_scores(samples.mu, truth_mu) < 4).all()
        assert (z_scores(samples.logvar, truth_logvar) < 4).all()
    assert truth_mu.abs().min() > 0.1  # a mean of 0 would prove little
    spread = [samples.mu.std(0) for samples in estimates]
    assert (spread[0] < spread[2]).all() and (spread[2] < spread[1]).all()


def test_both_agree_on_a_trained_model(seen):
    pathwise, score, based = sampled(*seen, 4_000)
    for name in ("mu", "logvar"):
        a = getattr(pathwise, name)
        for other in (getattr(score, name), getattr(based, name)):
            error = (a.var(0) / len(a) + other.var(0) / len(other)).sqrt()
            assert ((a.mean(0) - other.mean(0)).abs() < 4.5 * error).all()
            assert (other.var(0) > a.var(0)).all()
    assert (based.mu.var(0) < score.mu.var(0)).all()


def test_slopes_are_those_of_finite_differences_and_touch_no_weight(seen):
    network, x, posterior = seen
    z = posterior.mu.clone()
    found, slope = slopes(network, x, z)
    assert torch.allclose(found, log_likelihood(network, x, z))
    step = 2e-3  # a smaller one drowns in the rounding of float32, a larger one crosses the kinks of the ReLUs
    for dim in range(z.shape[1]):
        moved = torch.zeros_like(z)
        moved[0, dim] = step
        with torch.no_grad():
            measured = (log_likelihood(network, x, z + moved) - log_likelihood(network, x, z - moved)) / (2 * step)
        assert slope[0, dim].item() == pytest.approx(measured.item(), rel=0.02, abs=0.15)
    assert all(weight.grad is None for weight in network.parameters())


def test_the_baseline_is_the_mean_of_all_others(linear):
    found, eps = torch.tensor([1.0, 4.0, 10.0]), torch.tensor([[1.0], [2.0], [-1.0]])
    others = torch.tensor([7.0, 5.5, 2.5])
    expected = (found - others)[:, None] * eps
    assert torch.allclose(score_function(found, torch.zeros(1), eps, baseline=True).mu, expected)
