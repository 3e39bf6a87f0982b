"""The shipped recipes: they fit their data, and the two of a pair differ in nothing but the weight of the KL."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from vae.config import ObjectiveConfig
from vae.data import DATASETS
from vae.model import VAE
from vae.objective import OBJECTIVES
from vae.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fits_its_data(name):
    config = PRESETS[name]
    spec = DATASETS[config.dataset]
    assert config.model.shape == spec.shape
    assert config.model.likelihood == spec.likelihood
    assert config.objective.name in OBJECTIVES
    assert config.training.batch_size <= spec.sizes["train"]
    with torch.device("meta"):
        VAE(config.model)


@pytest.mark.parametrize("dataset", ["scene3d", "mnist", "digits"])
def test_a_pair_differs_in_the_weight_of_the_kl_alone(dataset):
    plain, heavier = PRESETS[f"{dataset}-vae"], PRESETS[f"{dataset}-beta"]
    assert plain.dataset == heavier.dataset == dataset
    assert plain.objective == ObjectiveConfig("vae")
    assert heavier.objective.name in ("beta_h", "beta_b")
    assert heavier.objective.beta > 1
    assert replace(heavier, objective=plain.objective, schedule=plain.schedule) == plain
