"""Objectives by hand, and what each makes of its knobs."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch

from vae.config import ObjectiveConfig
from vae.models.posterior import kl_to_prior
from vae.training.aggregate_posterior import total_correlation
from vae.training.objectives import KNOBS, NUMBERS, OBJECTIVES, Codes, ElboTerms, Knobs, readers


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
    assert float(OBJECTIVES[name].loss(terms, chosen)) == expected


def test_knobs_are_the_numbers_of_an_objective_and_the_learning_rate():
    assert tuple(f.name for f in fields(ObjectiveConfig) if f.name != "name") == NUMBERS
    assert (*NUMBERS, "lr") == KNOBS
    on = Knobs.on(torch.device("meta"))
    assert all(getattr(on, name).shape == () and getattr(on, name).is_meta for name in KNOBS)


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
    at = {beta: float(OBJECTIVES["beta_tc"].loss(terms, knobs(beta=beta))) for beta in (0, 1, 4)}
    correlation = float(total_correlation(terms.codes.z, terms.codes.mu, terms.codes.logvar, 8))
    assert correlation > 0.1
    assert at[1] == pytest.approx(float(OBJECTIVES["vae"].loss(terms, knobs())), abs=1e-4)
    assert at[4] - at[1] == pytest.approx(3 * correlation, abs=1e-4)
    assert at[1] - at[0] == pytest.approx(correlation, abs=1e-4)


def test_beta_tc_pushes_the_codes_and_not_only_the_sample(terms):
    terms.codes.z.retain_grad()
    OBJECTIVES["beta_tc"].loss(terms, knobs(beta=5)).backward()
    assert terms.codes.z.grad.abs().max() > 0
    assert terms.codes.mu.grad.abs().max() > 0


def test_beta_tc_asks_for_the_codes():
    with pytest.raises(ValueError, match="codes"):
        OBJECTIVES["beta_tc"].loss(ElboTerms(torch.tensor(1.0), torch.ones(3)), knobs())


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_number_moves_the_objectives_that_read_it(terms, name, number):
    low, high = (float(OBJECTIVES[name].loss(terms.detach(), knobs(**{number: value}))) for value in (2, 3))
    assert (low != high) == (number in OBJECTIVES[name].reads) == (name in readers(number))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_weight_of_the_kl_is_the_slope_of_the_loss(name):
    """By finite differences in the KL alone; one that is not fixed is not given."""
    config = ObjectiveConfig(name, beta=3.0, gamma=7.0, capacity=2.0)
    chosen = knobs(config.beta, config.gamma, config.capacity)
    if OBJECTIVES[name].kl_weight(config) is None:
        assert name in ("beta_b", "beta_tc")
        return
    low, high = (OBJECTIVES[name].loss(ElboTerms(torch.tensor(9.0), torch.tensor([kl])), chosen) for kl in (4.0, 5.0))
    assert float(high - low) == OBJECTIVES[name].kl_weight(config)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_detached_terms_give_the_same_loss_and_hold_no_graph(terms, name):
    kept = terms.detach()
    assert torch.equal(OBJECTIVES[name].loss(kept, knobs(beta=3)), OBJECTIVES[name].loss(terms, knobs(beta=3)))
    assert not any(tensor.requires_grad for tensor in (kept.recon, kept.kl, kept.codes.z, kept.codes.mu))
