"""Losses of others beside ours, written out."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal

from vae.config import ConfigError
from vae.training.effective_beta import SquaredErrorLoss, effective_beta

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
def test_the_effective_beta_makes_our_loss_theirs(reduction, limits, sigma):
    """Both written out, with every gradient a fixed multiple of the other's: so Adam takes the same steps."""
    low, high = limits
    generator = torch.Generator().manual_seed(0)
    output, x = 3 * torch.randn(6, 2, 5, 3, generator=generator), torch.rand(6, 2, 5, 3, generator=generator)
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
