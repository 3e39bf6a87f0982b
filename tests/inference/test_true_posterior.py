"""The grid against the exact posterior of a linear decoder, and log p(x) − ELBO = KL(q ‖ p(z|x)) on a trained one."""

import math

import pytest
import torch

from vae.checkpoints.checkpoint import load
from vae.evaluation.bound import log_likelihood
from vae.inference.true_posterior import nearest, true_posterior


def likelihood_of(network, x):
    def found(z):
        with torch.inference_mode():
            return torch.cat([log_likelihood(network, x, part) for part in z.split(512)])

    return found


@pytest.mark.parametrize(
    "mu, logvar", [([0.0, 0.0], [0.0, 0.0]), ([0.4, -0.2], [-3.0, -1.0]), ([2.5, 2.0], [-4.0, 0.5])]
)
def test_a_linear_decoder_has_a_gaussian_posterior(linear, mu, logvar):
    """Precision I + WᵀW; evidence N(x; 0, I + W·Wᵀ); the KL of two Gaussians in closed form."""
    mu, logvar = torch.tensor(mu), torch.tensor(logvar)
    grid = true_posterior(likelihood_of(linear, linear.image), mu, logvar)
    w, x = linear.weight.double(), linear.image.flatten().double()
    evidence = torch.distributions.MultivariateNormal(torch.zeros(len(x)).double(), torch.eye(len(x)) + w @ w.T)
    precision = torch.eye(2).double() + w.T @ w
    exact = torch.distributions.MultivariateNormal(torch.linalg.solve(precision, w.T @ x), precision_matrix=precision)
    q = torch.distributions.MultivariateNormal(mu.double(), torch.diag(logvar.double().exp()))
    assert grid.log_evidence == pytest.approx(evidence.log_prob(x).item(), abs=1e-3)
    assert grid.gap == pytest.approx(torch.distributions.kl_divergence(q, exact).item(), abs=2e-3)
    assert grid.elbo == pytest.approx(grid.log_evidence - grid.gap, abs=2e-3)
    across, up = (torch.from_numpy(axis) for axis in grid.axes)
    points = torch.stack(torch.meshgrid(across, up, indexing="xy"), -1)
    near = exact.log_prob(points) > -8
    assert near.sum() > 50
    assert torch.allclose(torch.from_numpy(grid.log_posterior)[near], exact.log_prob(points)[near], atol=2e-3)
    assert torch.allclose(torch.from_numpy(grid.log_q), q.log_prob(points))
    # Bishop 2006, section 10.1.2: the best factors keep the mean and the diagonal of the precision.
    best, diagonal = nearest(grid), precision.diagonal()
    shape = 0.5 * (diagonal.log().sum() - torch.logdet(precision))
    assert best.mu == pytest.approx(exact.mean.tolist(), abs=5e-3)
    assert best.sigma == pytest.approx(diagonal.rsqrt().tolist(), rel=2e-2)
    assert best.gap == pytest.approx(shape.item(), abs=5e-3) and best.gap <= grid.gap


def sampled(likelihood, mu, logvar, samples=10_000, kernels=64, width=0.1):
    """log p(x) and the ELBO without a grid. The first by importance sampling: of a sample of the prior some points are
    drawn by their likelihood, and around them the sample that counts. Around q alone it would miss what q misses.
    """
    prior, q = torch.distributions.Normal(0.0, 1.0), torch.distributions.Normal(mu, (logvar / 2).exp())
    generator = torch.Generator().manual_seed(0)
    rough = torch.randn(samples, 2, generator=generator)
    drawn = torch.multinomial(likelihood(rough).double().softmax(0), kernels, replacement=True, generator=generator)
    around = torch.distributions.Normal(rough[drawn], width)
    noise = torch.randn(samples, 2, generator=generator)
    z = rough[drawn][torch.randint(kernels, (samples,), generator=generator)] + width * noise
    proposal = around.log_prob(z[:, None]).sum(2).logsumexp(1) - math.log(kernels)
    log_weight = likelihood(z) + prior.log_prob(z).sum(1) - proposal
    elbo = likelihood(mu + q.stddev * noise).mean() - torch.distributions.kl_divergence(q, prior).sum()
    return log_weight.double().logsumexp(0).item() - math.log(samples), elbo.item()


def test_what_the_elbo_lacks_is_the_kl_to_the_true_posterior(flat, digits):
    model = load(flat)
    gaps = []
    for index in (0, 5, 9):
        x = digits["test"].batch([index], "cpu").float() / 255
        mu, logvar = model.encode(x)
        grid = true_posterior(likelihood_of(model.network, x), mu[0], logvar[0], steps=81)
        assert math.exp(grid.log_evidence) == pytest.approx(math.exp(grid.elbo + grid.gap), rel=0.03)
        evidence, elbo = sampled(likelihood_of(model.network, x), mu[0], logvar[0])
        assert grid.log_evidence == pytest.approx(evidence, abs=0.05)
        assert grid.elbo == pytest.approx(elbo, abs=0.5)
        gaps.append(grid.gap)
    assert min(gaps) >= 0 and max(gaps) > 0.01


def test_more_latents_have_no_grid():
    with pytest.raises(ValueError, match="two latents"):
        true_posterior(lambda z: z.sum(1), torch.zeros(3), torch.zeros(3))
