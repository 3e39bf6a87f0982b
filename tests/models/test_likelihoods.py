"""The distortion against torch.distributions, and the quick cross-entropy against that of torch."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Bernoulli, Normal
from torch.nn.functional import binary_cross_entropy_with_logits

from vae.config import ModelConfig
from vae.models.likelihoods import cross_entropy, distortion

BERNOULLI = ModelConfig(shape=(2, 5, 3), likelihood="bernoulli")


def gaussian(sigma: float) -> ModelConfig:
    return ModelConfig(shape=(2, 5, 3), likelihood="gaussian", sigma=sigma)


@pytest.fixture
def output():
    return 3 * torch.randn(6, 2, 5, 3, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def x():
    return torch.rand(6, 2, 5, 3, generator=torch.Generator().manual_seed(1))


def test_bernoulli_distortion_equals_torch_distributions(output, x):
    x = (x > 0.5).float()
    expected = -Bernoulli(logits=output.double()).log_prob(x.double()).sum((1, 2, 3))
    torch.testing.assert_close(distortion(output, x, BERNOULLI).double(), expected, rtol=1e-5, atol=0)


def test_grey_values_are_probabilities(output, x):
    """The cross-entropy is the expected −log p of a pixel that is white with probability x."""
    both = Bernoulli(logits=output.double())
    white, black = both.log_prob(torch.ones_like(both.probs)), both.log_prob(torch.zeros_like(both.probs))
    expected = -(x * white + (1 - x) * black).sum((1, 2, 3))
    torch.testing.assert_close(distortion(output, x, BERNOULLI).double(), expected, rtol=1e-5, atol=0)


@pytest.mark.parametrize("sigma", [0.1, 1.0, 2.5])
def test_gaussian_distortion_equals_torch_distributions(output, x, sigma):
    expected = -Normal(output.double(), sigma).log_prob(x.double()).sum((1, 2, 3))
    torch.testing.assert_close(distortion(output, x, gaussian(sigma)).double(), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("config", [BERNOULLI, gaussian(1.0)], ids=["bernoulli", "gaussian"])
def test_distortion_is_computed_in_float32(output, x, config):
    half = output.bfloat16()
    found = distortion(half, x, config)
    assert found.dtype == torch.float32
    assert torch.equal(found, distortion(half.float(), x, config))


def test_huge_logits_stay_finite():
    logits = torch.full((1, 2, 5, 3), 500.0)
    assert float(distortion(logits, torch.zeros(1, 2, 5, 3), BERNOULLI)) == 500 * 30
    assert float(distortion(logits, torch.ones(1, 2, 5, 3), BERNOULLI)) == 0


@pytest.mark.parametrize("shape", [(4, 3, 8, 8), (3, 1, 28, 28), (2, 1, 5, 7), (1, 3, 3, 1)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_cross_entropy_is_that_of_torch(shape, layout):
    generator = torch.Generator().manual_seed(1)
    logits = (30 * torch.randn(shape, generator=generator)).contiguous(memory_format=layout).requires_grad_()
    x, weight = torch.rand(shape, generator=generator), torch.rand(shape[0], generator=generator)
    x = x.round(decimals=1)  # zeros and ones among them
    ours = cross_entropy(logits, x)
    exact = binary_cross_entropy_with_logits(logits.double(), x.double(), reduction="none").sum((1, 2, 3))
    torch.testing.assert_close(ours.double(), exact, rtol=1e-6, atol=1e-5)
    (gradient,) = torch.autograd.grad((ours * weight).sum(), logits)
    (expected,) = torch.autograd.grad((exact * weight).sum(), logits)
    torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-6)


def test_cross_entropy_near_zero_and_far_out():
    """Where all sixteen factors of a product are 2, and where e^−|l| is lost beside one."""
    shape = (1, 1, 4, 8)
    assert cross_entropy(torch.zeros(shape), torch.ones(shape)).item() == pytest.approx(
        32 * torch.log(torch.tensor(2.0)).item()
    )
    assert cross_entropy(torch.full(shape, 1e4), torch.zeros(shape)).item() == pytest.approx(32e4)
    assert cross_entropy(torch.full(shape, -1e4), torch.zeros(shape)).item() == 0
    assert cross_entropy(torch.full(shape, torch.nan), torch.zeros(shape)).isnan().all()
