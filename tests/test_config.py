"""Configurations: JSON and back without loss, and a sentence for whatever no model can have."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace

import pytest

from vae.config import ConfigError, ModelConfig, ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig
from vae.training.presets import PRESETS

ODD = TrainConfig(
    "digits",
    ModelConfig(shape=(2, 28, 28), latent_dim=3, likelihood="gaussian", sigma=0.1),
    ObjectiveConfig("beta_b", beta=0.5, gamma=3.0, capacity=7.5),
    ScheduleConfig(anneal_steps=9, warmup_steps=0, decay_fraction=0.0),
    TrainingConfig(steps=3, batch_size=7, lr=0.5, seed=11, precision="bf16"),
)


BENT = TrainConfig(
    "scene3d", objective=ObjectiveConfig("beta_h", beta=2.0), schedule=ScheduleConfig(beta_knots=((0, 4), (7, 2.0)))
)


CORRELATED = replace(BENT, objective=ObjectiveConfig("beta_tc", beta=2.0))


@pytest.mark.parametrize(
    "config", [ODD, BENT, CORRELATED, *PRESETS.values()], ids=["odd", "bent", "correlated", *PRESETS]
)
def test_json_and_back_is_the_same(config):
    again = TrainConfig.from_json(json.loads(json.dumps(config.to_json(), allow_nan=False)))
    assert again == config
    assert hash(again) == hash(config)


def test_absent_sections_and_keys_take_their_defaults():
    config = TrainConfig.from_json({"dataset": "digits", "model": {"latent_dim": 5}})
    assert config == TrainConfig("digits", ModelConfig(latent_dim=5))


def test_nothing_can_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        ODD.training.steps = 4


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("model", "latent_dim", 0),
        ("model", "latent_dim", 10**9),
        ("model", "latent_dim", 2.5),
        ("model", "latent_dim", True),
        ("model", "width", "32"),
        ("model", "hidden", 10**6),
        ("model", "shape", [64, 64]),
        ("model", "shape", [1, 32, 32.0]),
        ("model", "shape", [10**9, 64, 64]),
        ("model", "shape", 64),
        ("model", "network", ["burgess"]),
        ("model", "likelihood", "laplace"),
        ("model", "init", "zeros"),
        ("model", "sigma", 0),
        ("model", "sigma", float("inf")),
        ("objective", "name", None),
        ("objective", "beta", -1),
        ("objective", "beta", float("nan")),
        ("objective", "gamma", float("inf")),
        ("objective", "capacity", "25"),
        ("schedule", "beta_knots", 3),
        ("schedule", "beta_knots", [[0, 4, 2]]),
        ("schedule", "beta_knots", [[0, "4"]]),
        ("schedule", "beta_knots", [[0.5, 4]]),
        ("schedule", "beta_knots", [[-1, 4]]),
        ("schedule", "beta_knots", [[5, 4], [5, 2]]),
        ("schedule", "beta_knots", [[0, -4]]),
        ("schedule", "beta_knots", [[0, True]]),
        ("schedule", "anneal_steps", -1),
        ("schedule", "warmup_steps", -1),
        ("schedule", "decay_fraction", 1.1),
        ("training", "steps", 0),
        ("training", "batch_size", 10**6),
        ("training", "lr", 0),
        ("training", "lr", float("nan")),
        ("training", "seed", -1),
        ("training", "precision", "fp8"),
    ],
)
def test_impossible_values_are_named(section, key, value):
    with pytest.raises(ConfigError, match=key):
        TrainConfig.from_json({"dataset": "digits", section: {key: value}})


@pytest.mark.parametrize(
    ("plain", "named"),
    [
        ([], "list"),
        ({}, "dataset"),
        ({"dataset": 3}, "dataset"),
        ({"dataset": "digits", "optimizer": {}}, "optimizer"),
        ({"dataset": "digits", "model": {"latents": 3}}, "latents"),
        ({"dataset": "digits", "model": [3]}, "model"),
        ({"dataset": "digits", "objective": {"name": "beta_h"}, "schedule": {"beta_knots": [[0, 4.0]]}}, "the last"),
    ],
)
def test_foreign_structures_are_named(plain, named):
    with pytest.raises(ConfigError, match=named):
        TrainConfig.from_json(plain)
