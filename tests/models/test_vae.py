"""Networks and posteriors against their definitions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from vae.config import ConfigError, ModelConfig
from vae.models.networks import NETWORKS
from vae.models.posterior import Posterior
from vae.models.vae import VAE, initialise


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def fresh(seed: int = 0, **config) -> VAE:
    return initialise(VAE(ModelConfig(**config)), seeded(seed))


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
    """How many inputs feed one output: what comes out on average, inside, when all weights and inputs are one."""
    if isinstance(module, nn.Linear):
        return module.in_features
    kind = nn.Conv2d if isinstance(module, nn.Conv2d) else nn.ConvTranspose2d
    ones = kind(module.in_channels, 1, module.kernel_size, module.stride, module.padding, bias=False)
    nn.init.ones_(ones.weight)
    return float(ones(torch.ones(1, module.in_channels, 16, 16)).detach()[0, 0, 2:6, 2:6].mean())


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_are_kaiming_and_the_head_is_a_tenth(network):
    model = fresh(network=network, shape=(3, 64, 64), latent_dim=10, width=16)
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


@pytest.mark.parametrize("network", NETWORKS)
def test_pytorchs_own_initialisation_is_pytorchs_own(network):
    """Drawn from one seed, layer after layer, it is what `reset_parameters` of each draws."""
    config = ModelConfig(network=network, shape=(1, 32, 32), latent_dim=3, width=4, hidden=8, init="pytorch")
    model = VAE(config)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        for module in model.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
                module.reset_parameters()
    expected = model.state_dict()
    found = initialise(VAE(config), seeded(5)).state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[key], expected[key]) for key in found)
