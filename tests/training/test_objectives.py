"""Losses against torch.distributions, schedules at the points where they bend."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from vae.config import BETA_OBJECTIVES, ConfigError, ModelConfig, ObjectiveConfig, ScheduleConfig, TrainingConfig
from vae.training.aggregate_posterior import total_correlation
from vae.training.objectives import (
    OBJECTIVES,
    Codes,
    ElboTerms,
    Knobs,
    SquaredErrorLoss,
    distortion,
    effective_beta,
    kl_to_prior,
    scheduled,
)

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


@pytest.fixture
def terms():
    """A batch of eight with correlated latents."""
    generator = torch.Generator().manual_seed(0)
    mu = torch.randn(8, 3, generator=generator).cumsum(1).requires_grad_()
    logvar = torch.full((8, 3), -1.0)
    z = mu + (logvar / 2).exp() * torch.randn(8, 3, generator=generator)
    return ElboTerms(torch.tensor(100.0), kl_to_prior(mu, logvar).mean(0), Codes(z, mu, logvar, 8))


def test_beta_tc_weighs_one_of_the_three_parts_of_the_kl(terms):
    """Mutual information + beta·TC + the KLs of the marginals; with beta = 1 the three are the KL."""
    terms = terms.detach()
    at = {beta: float(OBJECTIVES["beta_tc"](terms, knobs(beta=beta))) for beta in (0, 1, 4)}
    correlation = float(total_correlation(terms.codes.z, terms.codes.mu, terms.codes.logvar, 8))
    assert correlation > 0.1
    assert at[1] == pytest.approx(float(OBJECTIVES["vae"](terms, knobs())), abs=1e-4)
    assert at[4] - at[1] == pytest.approx(3 * correlation, abs=1e-4)
    assert at[1] - at[0] == pytest.approx(correlation, abs=1e-4)


def test_beta_tc_pushes_the_codes_and_not_only_the_sample(terms):
    terms.codes.z.retain_grad()
    OBJECTIVES["beta_tc"](terms, knobs(beta=5)).backward()
    assert terms.codes.z.grad.abs().max() > 0
    assert terms.codes.mu.grad.abs().max() > 0


def test_beta_tc_asks_for_the_codes():
    with pytest.raises(ValueError, match="codes"):
        OBJECTIVES["beta_tc"](ElboTerms(torch.tensor(1.0), torch.ones(3)), knobs())


@pytest.mark.parametrize("name", OBJECTIVES)
def test_beta_moves_the_objectives_that_are_said_to_read_it(terms, name):
    low, high = (float(OBJECTIVES[name](terms.detach(), knobs(beta=beta))) for beta in (2, 3))
    assert (low != high) == (name in BETA_OBJECTIVES)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_detached_terms_give_the_same_loss_and_hold_no_graph(terms, name):
    kept = terms.detach()
    assert torch.equal(OBJECTIVES[name](kept, knobs(beta=3)), OBJECTIVES[name](terms, knobs(beta=3)))
    assert not any(tensor.requires_grad for tensor in (kept.recon, kept.kl, kept.codes.z, kept.codes.mu))


MODERN, THEN, PAPER = 0.00025, 144 / 162_770, 128 / (64 * 64)  # three readings of AntixK's M_N


@pytest.mark.parametrize(
    ("weight", "values", "own", "expected"),  # `own`: as the loss's own pixels have it, with a sigma of 1 of their unit
    [
        (1.0, 1024, 512, 512),
        (10 * THEN, 12_288, 54.4, 13.6),
        (THEN, 12_288, 5.44, 1.36),
        (10 * MODERN, 12_288, 15.4, 15.4),
        (MODERN, 12_288, 1.54, 1.54),
        (10 * PAPER, 12_288, 1920, 480),
        (PAPER, 12_288, 192, 48),
    ],
)
def test_effective_betas_of_the_predecessors(weight, values, own, expected):
    loss, wide = SquaredErrorLoss(weight), weight not in (1.0, MODERN, 10 * MODERN)
    limits, unit = ((-1.0, 1.0), 0.5) if wide else ((0.0, 1.0), 1.0)
    assert effective_beta(loss, values, limits) == pytest.approx(expected, rel=4e-3)
    assert effective_beta(loss, values, limits, sigma=unit) == pytest.approx(own, rel=4e-3)


def test_summed_squared_error_is_half_a_nat():
    for sigma in (0.1, 1.0, 3.0):
        beta = effective_beta(SquaredErrorLoss(1.0, "sum"), 784, sigma=sigma)
        assert beta * sigma**2 == pytest.approx(0.5)


@pytest.mark.parametrize("limits", [(0.0, 1.0), (-1.0, 1.0)])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("sigma", [0.2, 1.0])
def test_the_effective_beta_makes_our_loss_theirs(output, x, reduction, limits, sigma):
    """Both written out, with every gradient a fixed multiple of the other's: so Adam takes the same steps."""
    low, high = limits
    output, kl = output.double().requires_grad_(), torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    stretched = ((low + (high - low) * output) - (low + (high - low) * x.double())).square().flatten(1)
    theirs = (stretched.mean(1) if reduction == "mean" else stretched.sum(1)).mean() + 0.7 * kl
    beta = effective_beta(SquaredErrorLoss(0.7, reduction), 30, limits, sigma)
    ours = -Normal(output, sigma).log_prob(x.double()).flatten(1).sum(1).mean() + beta * kl
    a, b = (torch.autograd.grad(loss, (output, kl)) for loss in (ours, theirs))
    factor = a[1] / b[1]
    torch.testing.assert_close(a[0], factor * b[0])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((0,), "0 pixels"), ((9, (1.0, 1.0)), r"\(1.0, 1.0\)"), ((9, (0.0, 1.0), 0.0), "sigma = 0")],
)
def test_no_effective_beta_without_pixels_range_or_sigma(arguments, named):
    with pytest.raises(ConfigError, match=named):
        effective_beta(SquaredErrorLoss(1.0), *arguments)


@pytest.mark.parametrize(("values", "named"), [((1.0, "median"), "median"), ((-1.0,), "-1")])
def test_a_squared_error_loss_that_makes_no_sense_is_refused(values, named):
    with pytest.raises(ConfigError, match=named):
        SquaredErrorLoss(*values)


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
