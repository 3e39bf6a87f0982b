"""Losses against torch.distributions, schedules at the points where they bend."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from vae.config import ModelConfig, ObjectiveConfig, ScheduleConfig, TrainingConfig
from vae.objective import OBJECTIVES, ElboTerms, Knobs, distortion, kl_to_prior, scheduled

BERNOULLI = ModelConfig(shape=(2, 5, 3), likelihood="bernoulli")


def gaussian(sigma: float) -> ModelConfig:
    return ModelConfig(shape=(2, 5, 3), likelihood="gaussian", sigma=sigma)


@pytest.fixture
def output():
    return 3 * torch.randn(6, 2, 5, 3, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def x():
    return torch.rand(6, 2, 5, 3, generator=torch.Generator().manual_seed(1))


def test_kl_equals_torch_distributions():
    generator = torch.Generator().manual_seed(0)
    mu, logvar = (2 * torch.randn(50, 7, generator=generator) for _ in range(2))
    expected = kl_divergence(Normal(mu.double(), logvar.double().exp().sqrt()), Normal(0.0, 1.0))
    torch.testing.assert_close(kl_to_prior(mu, logvar).double(), expected, rtol=1e-5, atol=1e-6)


def test_kl_of_the_prior_itself_is_zero():
    assert not kl_to_prior(torch.zeros(3, 2), torch.zeros(3, 2)).any()


def test_kl_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(3, 1\)"):
        kl_to_prior(torch.zeros(3, 2), torch.zeros(3, 1))


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


def knobs(beta: float = 1, gamma: float = 1, capacity: float = 0, lr: float = 0) -> Knobs:
    return Knobs(*(torch.tensor(float(value)) for value in (beta, gamma, capacity, lr)))


@pytest.mark.parametrize(
    ("name", "chosen", "expected"),
    [
        ("vae", knobs(beta=7, gamma=7, capacity=7), 100 + 6),
        ("beta_h", knobs(beta=1), 100 + 6),
        ("beta_h", knobs(beta=4), 100 + 4 * 6),
        ("beta_h", knobs(beta=0), 100),
        ("beta_b", knobs(gamma=10, capacity=0), 100 + 10 * 6),
        ("beta_b", knobs(gamma=10, capacity=4), 100 + 10 * 2),
        ("beta_b", knobs(gamma=10, capacity=9), 100 + 10 * 3),
        ("beta_b", knobs(gamma=0, capacity=9), 100),
    ],
)
def test_objectives_by_hand(name, chosen, expected):
    terms = ElboTerms(torch.tensor(100.0), torch.tensor([1.0, 2.0, 3.0]))
    assert float(terms.kl) == 6
    assert float(OBJECTIVES[name](terms, chosen)) == expected


TRAINING = TrainingConfig(steps=100, lr=1e-2)
FLAT = ScheduleConfig(warmup_steps=0, decay_fraction=0.0)
KNOTS = ScheduleConfig(beta_knots=((10, 8.0), (30, 8.0), (50, 12.0), (60, 4.0)))
BENT = ScheduleConfig(warmup_steps=10, decay_fraction=0.4)  # 60 … 100 is the decay


@pytest.mark.parametrize(
    ("knob", "objective", "schedule", "step", "expected"),
    [
        *[("lr", ObjectiveConfig(), FLAT, step, 1e-2) for step in (0, 50, 99)],
        ("lr", ObjectiveConfig(), BENT, 0, 1e-3),
        ("lr", ObjectiveConfig(), BENT, 4, 5e-3),
        ("lr", ObjectiveConfig(), BENT, 9, 1e-2),
        ("lr", ObjectiveConfig(), BENT, 60, 1e-2),
        ("lr", ObjectiveConfig(), BENT, 70, 1e-2 * (1 + math.sqrt(0.5)) / 2),
        ("lr", ObjectiveConfig(), BENT, 80, 5e-3),
        ("lr", ObjectiveConfig(), BENT, 100, 0.0),
        ("lr", ObjectiveConfig(), BENT, 1000, 0.0),
        ("beta", ObjectiveConfig("beta_h", beta=4.0), FLAT, 0, 4.0),
        *[
            ("beta", ObjectiveConfig("beta_h", beta=4.0), KNOTS, step, beta)
            for step, beta in [(0, 8.0), (10, 8.0), (20, 8.0), (30, 8.0), (40, 10.0), (50, 12.0), (55, 8.0), (60, 4.0)]
        ],
        ("beta", ObjectiveConfig("beta_h", beta=4.0), KNOTS, 99, 4.0),
        *[
            ("capacity", ObjectiveConfig("beta_b", capacity=25.0), ScheduleConfig(anneal_steps=50), step, capacity)
            for step, capacity in [(0, 0.0), (10, 5.0), (50, 25.0), (99, 25.0)]
        ],
        ("capacity", ObjectiveConfig("beta_b", capacity=25.0), FLAT, 0, 25.0),
        ("gamma", ObjectiveConfig("beta_b", gamma=30.0), ScheduleConfig(anneal_steps=50), 10, 30.0),
    ],
)
def test_schedule_where_it_bends(knob, objective, schedule, step, expected):
    assert scheduled(step, objective, schedule, TRAINING)[knob] == pytest.approx(expected, rel=1e-12, abs=1e-15)
