"""The shipped recipes: they fit their data, and the two of a pair differ in nothing but the weight of the KL."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from vae.config import ConfigError, ObjectiveConfig
from vae.data import DATASETS, load
from vae.models.likelihoods import distortion
from vae.models.vae import VAE
from vae.training.loop import train
from vae.training.objectives import OBJECTIVES, ElboTerms, Knobs
from vae.training.presets import PREDECESSORS, PRESETS, describe
from vae.training.schedules import scheduled
from vae.training.state import TrainState


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fits_its_data(name):
    config = PRESETS[name]
    spec = DATASETS[config.dataset]
    assert config.model.shape == spec.shape
    assert config.model.likelihood == spec.likelihood or name in PREDECESSORS
    assert config.objective.name in OBJECTIVES
    assert config.training.batch_size <= spec.sizes["train"]
    with torch.device("meta"):
        VAE(config.model)


@pytest.mark.parametrize("dataset", ["scene3d", "sprites", "mnist", "fashion_mnist", "digits"])
def test_a_pair_differs_in_the_weight_of_the_kl_alone(dataset):
    plain, heavier = PRESETS[f"{dataset}-vae"], PRESETS[f"{dataset}-beta"]
    assert plain.dataset == heavier.dataset == dataset
    assert plain.objective == ObjectiveConfig("vae")
    assert heavier.objective.name in ("beta_h", "beta_b")
    assert heavier.objective.beta > 1
    assert replace(heavier, objective=plain.objective, schedule=plain.schedule) == plain


def test_predecessors_are_presets():
    assert PREDECESSORS.keys() <= PRESETS.keys()


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("kingma-mlp", ["beta = 1,", "beta·M/N = 0.0255", "cross-entropy"]),
        ("kingma-2d", ["2 latents", "beta = 1,"]),
        ("conv-mse", ["sigma = 1", "beta = 512", "beta·sigma² = 512", "beta·M/N = 100"]),
        ("pytorch-vae-h", ["beta = 15.36", "beta·sigma² = 15.36", "beta·M/N = 0.16", "15.4", "13.6", "480"]),
        ("pytorch-vae-b", ["gamma = 15.36", "gamma·sigma² = 15.36", "C = 25 nats", "15.4", "13.6", "480"]),
        ("scene3d-beta", ["at the end", "bernoulli"]),
    ],
)
def test_a_recipe_is_said_in_words(name, numbers):
    words = describe(name)
    assert all(number in words for number in numbers), words


@pytest.mark.parametrize("name", PRESETS)
def test_every_recipe_can_be_said(name):
    assert PRESETS[name].dataset in describe(name)
    assert describe(name).endswith(".")


def test_an_unknown_recipe_is_named():
    with pytest.raises(ConfigError, match="vq-vae.*kingma-mlp"):
        describe("vq-vae")


@pytest.mark.parametrize("name", ["conv-mse", "pytorch-vae-h", "pytorch-vae-b"])
def test_a_translated_loss_is_the_published_one(name):
    """Written out in their units, mean squared error + weighted KL: ours is a multiple of it, but for a constant."""
    config = PRESETS[name]
    generator = torch.Generator().manual_seed(0)
    x, capacity = torch.rand(4, *config.model.shape, generator=generator), 25.0
    found = []
    for output, kl in [(torch.rand_like(x), 30.0), (torch.zeros_like(x), 2.0), (x.clone(), 60.0)]:
        kls = torch.full((config.model.latent_dim,), kl / config.model.latent_dim)
        values = scheduled(20_000, config.objective, config.schedule, config.training)
        knobs = Knobs(*(torch.tensor(values[key]) for key in ("beta", "gamma", "capacity", "lr")))
        terms = ElboTerms(distortion(output, x, config.model).mean(), kls)
        weight = {"conv-mse": kl, "pytorch-vae-h": 10 * 0.00025 * kl}.get(name, 10 * 0.00025 * abs(kl - capacity))
        theirs = float((output - x).square().mean()) + weight
        found.append((float(OBJECTIVES[config.objective.name].loss(terms, knobs)), theirs))
    (a, p), (b, q), (c, r) = found
    assert (a - b) / (p - q) == pytest.approx(x[0].numel() / 2, rel=1e-4)
    assert (a - c) / (p - r) == pytest.approx(x[0].numel() / 2, rel=1e-4)


@pytest.mark.parametrize("name", ["kingma-mlp", "conv-mse", "pytorch-vae-h", "pytorch-vae-b"])
def test_predecessors_are_what_they_were(name):
    """Sizes, optimiser and schedule as `numbers.md` has them from the sources."""
    config = PRESETS[name]
    latents, batch, lr = {
        "kingma-mlp": (20, 128, 1e-3),
        "conv-mse": (200, 100, 1e-3),
        "pytorch-vae-h": (128, 144, 5e-4),
        "pytorch-vae-b": (128, 144, 5e-4),
    }[name]
    assert (config.model.latent_dim, config.training.batch_size, config.training.lr) == (latents, batch, lr)
    assert config.model.init == "pytorch"
    rates = [scheduled(step, config.objective, config.schedule, config.training)["lr"] for step in (0, 3000)]
    assert rates[0] == lr
    assert (rates[1] == lr) == (not name.startswith("pytorch"))
    if name == "pytorch-vae-b":
        capacities = [
            scheduled(step, config.objective, config.schedule, config.training)["capacity"]
            for step in (0, 5_000, 10_000, 50_000)
        ]
        assert capacities == [0, 12.5, 25, 25]


@pytest.mark.data("mnist32")
def test_conv_mse_collapses_within_an_epoch():
    """Fifty steps as the preset says: no latent carries a hundredth of a nat, and all pictures are one."""
    preset = PRESETS["conv-mse"]
    config = replace(preset, training=replace(preset.training, steps=50, precision="fp32"))
    state = TrainState.fresh(config)
    *_, event = train(state, load("mnist32", "test", fetch=False), every=50)
    assert float(event.terms.kl) < 0.5
    assert float(event.terms.kl_per_dim.max()) < 0.01
    data = load("mnist32", "test", fetch=False)
    with torch.no_grad():
        x = data.batch(range(200)).float() / 255
        model = state.model.eval()
        pictures = model.decode(model.encode(x).mean)
    assert pictures.var(0).sum() < 0.01 * x.var(0).sum()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pytorch-vae-h", "pytorch-vae-b"])
def test_a_large_predecessor_learns_on_the_room(name):
    """The first hundred steps, in small batches, of a training that wants a GPU: most of the way to the mean image."""
    preset = PRESETS[name]
    config = replace(preset, training=replace(preset.training, batch_size=16))
    data = load("scene3d", "train")
    events = list(islice(train(TrainState.fresh(config), data, every=10), 10))
    x = data.batch(range(500)).double() / 255
    deviation = (x - x.mean(0)).square().sum((1, 2, 3)).mean()
    constant = float(deviation / 2 + 0.5 * np.log(2 * np.pi) * x[0].numel())
    first, last = (float(event.terms.recon) - constant for event in (events[0], events[-1]))
    assert last < 0.4 * first
    assert np.isfinite([float(event.loss) for event in events]).all()
