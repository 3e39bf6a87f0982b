"""Networks and posteriors against their definitions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import pad

from vae.config import ConfigError, ModelConfig
from vae.model import NETWORKS, VAE, Posterior, initialise

SHAPES = [(1, 28, 28), (1, 32, 32), (3, 64, 64)]


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def fresh(seed: int = 0, **config) -> VAE:
    return initialise(VAE(ModelConfig(**config)), seeded(seed))


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes_and_types(network, shape):
    model = fresh(network=network, shape=shape, latent_dim=3, width=4, hidden=8)
    posterior = model.encode(torch.rand(2, *shape))
    output = model.decode(posterior.mean)
    assert posterior.mu.shape == posterior.logvar.shape == (2, 3)
    assert output.shape == (2, *shape)
    assert posterior.mu.dtype == posterior.logvar.dtype == output.dtype == torch.float32


@pytest.mark.parametrize(("shape", "layers"), list(zip(SHAPES, (3, 3, 4), strict=True)), ids=str)
def test_burgess_is_made_of_the_layers_of_the_paper(shape, layers):
    modules = list(VAE(ModelConfig(shape=shape)).network.modules())
    for kind in (nn.Conv2d, nn.ConvTranspose2d):
        found = [module for module in modules if isinstance(module, kind)]
        assert len(found) == layers
        assert all(m.kernel_size == (4, 4) and m.stride == (2, 2) for m in found)
    assert sum(isinstance(module, nn.Linear) for module in modules) == 6


def test_28_pixels_are_32_padded_and_cropped():
    small, large = (fresh(shape=(1, n, n), latent_dim=3, width=4, hidden=8) for n in (28, 32))
    large.load_state_dict(small.state_dict())
    x, z = torch.rand(2, 1, 28, 28), torch.randn(2, 3)
    padded = large.encode(pad(x, (2, 2, 2, 2)))
    torch.testing.assert_close(small.encode(x).mu, padded.mu)
    torch.testing.assert_close(small.encode(x).logvar, padded.logvar)
    torch.testing.assert_close(small.decode(z), large.decode(z)[:, :, 2:30, 2:30])


@pytest.mark.parametrize(("config", "named"), [({"network": "resnet"}, "resnet"), ({"shape": (3, 48, 48)}, "48×48")])
def test_what_cannot_be_built_is_named(config, named):
    with pytest.raises(ConfigError, match=named):
        VAE(ModelConfig(**config))


def test_outputs_are_float32_under_autocast():
    model = fresh(shape=(1, 28, 28), width=4, hidden=8)
    with torch.autocast("cpu", torch.bfloat16):
        posterior = model.encode(torch.rand(2, 1, 28, 28))
        output = model.decode(posterior.mean)
    assert {posterior.mu.dtype, posterior.logvar.dtype, output.dtype} == {torch.float32}


def test_a_sample_has_the_moments_of_the_posterior():
    mu, logvar = torch.tensor([[-2.0, 0.0, 3.0]]), torch.tensor([[-3.0, 0.0, 1.0]])
    n = 40_000
    samples = Posterior(mu.expand(n, -1), logvar.expand(n, -1)).sample(seeded(0))
    sigma = logvar.exp().sqrt()[0]
    assert ((samples.mean(0) - mu[0]).abs() < 5 * sigma / math.sqrt(n)).all()
    torch.testing.assert_close(samples.std(0), sigma, rtol=0.02, atol=0)


def test_sampling_is_decided_by_its_generator_alone():
    posterior = Posterior(torch.zeros(2, 3), torch.zeros(2, 3))
    first, again, other = (posterior.sample(seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert posterior.mean is posterior.mu


def test_gradients_reach_both_moments_through_a_sample():
    """z = mu + sigma·eps: dz/dmu = 1 and dz/dlogvar = (z − mu) / 2."""
    mu, logvar = torch.randn(4, 3, requires_grad=True), torch.randn(4, 3, requires_grad=True)
    z = Posterior(mu, logvar).sample(seeded(0))
    by_mu, by_logvar = torch.autograd.grad(z.sum(), (mu, logvar))
    torch.testing.assert_close(by_mu, torch.ones_like(mu))
    torch.testing.assert_close(by_logvar, (z - mu).detach() / 2)


def fed_by(module: nn.Module) -> float:
    """How many inputs feed one output: what comes out when all weights and all inputs are one (away from borders)."""
    if isinstance(module, nn.Linear):
        return module.in_features
    ones = type(module)(module.in_channels, 1, 4, 2, 1, bias=False)
    nn.init.ones_(ones.weight)
    return float(ones(torch.ones(1, module.in_channels, 16, 16)).detach()[0, 0, 4, 4])


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_are_kaiming_and_the_head_is_a_tenth(network):
    model = fresh(network=network, shape=(3, 64, 64), latent_dim=10)
    layers = {n: m for n, m in model.named_modules() if isinstance(m, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d))}
    heads = [name for name, m in layers.items() if isinstance(m, nn.Linear) and m.out_features == 20]
    assert len(heads) == 1
    for name, module in layers.items():
        assert not module.bias.any()
        expected = math.sqrt(2 / fed_by(module)) * (0.1 if name in heads else 1)
        deviation = 5 / math.sqrt(2 * module.weight.numel())
        assert float(module.weight.detach().std()) == pytest.approx(expected, rel=deviation), name


def test_the_seed_decides_the_weights():
    first, again, other = (fresh(seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)
