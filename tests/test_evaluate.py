"""What `evaluate` says: the contract's keys, an ELBO that adds up, scores only where factors are known."""

from __future__ import annotations

import json

import pytest
import torch

from vae.bound import encode_split
from vae.config import ModelConfig
from vae.data import load
from vae.evaluate import evaluate
from vae.model import VAE, initialise

SCORES = ["mig", "dci_disentanglement", "dci_completeness", "dci_informativeness", "sap", "beta_vae", "factor_vae"]
SCORES.append("modularity")
KEYS = {"neg_elbo", "rate", "distortion", "kl_per_dim", "active_units"}
KEYS |= {f"{score}{mark}" for score in SCORES for mark in ("", "_perfect", "_rotated", "_noise")}


def test_the_elbo_adds_up(trained):
    found = trained.metrics
    assert found.keys() == KEYS
    assert found["neg_elbo"] == pytest.approx(found["distortion"] + found["rate"], rel=1e-6)
    assert found["rate"] == pytest.approx(sum(found["kl_per_dim"]), rel=1e-5)
    assert len(found["kl_per_dim"]) == 6
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_measuring_again_gives_the_same(trained, digits):
    torch.manual_seed(12345)  # the global generator must not matter
    assert evaluate(trained.state.model, digits["test"]) == trained.metrics


def test_one_z_is_sampled_with_seed_nought(trained, digits):
    model = trained.state.model
    sampled = encode_split(model, digits["test"], torch.Generator().manual_seed(0))
    assert trained.metrics["neg_elbo"] == pytest.approx(sampled.neg_elbo, rel=1e-6)
    assert trained.metrics["neg_elbo"] > encode_split(model, digits["test"]).neg_elbo + 0.1


def test_without_factors_there_are_no_scores(trained):
    assert {key for key, value in trained.metrics.items() if value is None} == KEYS - set(list(trained.metrics)[:5])


def test_with_factors_the_marks_stand_beside_the_score(toy):
    model = initialise(VAE(ModelConfig(shape=(1, 32, 32), latent_dim=4, width=4, hidden=8)), torch.Generator())
    found = evaluate(model, load("toy", "test"))
    assert 0 <= found["mig"] <= 1
    assert found["mig_perfect"] > found["mig_rotated"] > 0


def test_units_that_are_off_are_not_counted(digits):
    """With a zero head every posterior is the prior: nothing is active, and the rate is nought."""
    model = initialise(VAE(ModelConfig(shape=(1, 32, 32), latent_dim=4, width=4, hidden=8)), torch.Generator())
    torch.nn.init.zeros_(model.network.to_latent[-1].weight)
    found = evaluate(model, digits["test"])
    assert found["active_units"] == 0
    assert found["rate"] == 0
    assert found["neg_elbo"] == found["distortion"]
