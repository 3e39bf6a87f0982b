"""A refit: the decoder alone moves, by the distortion alone, and what is kept is its average."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from vae.config import ConfigError, ModelConfig, TrainingConfig
from vae.images import to_float
from vae.models.likelihoods import distortion
from vae.models.networks import REFITTED
from vae.models.vae import VAE, initialise
from vae.training import snapshot
from vae.training.loop import train
from vae.training.refit import RefitConfig, refit_training, refitted
from vae.training.step import Batch

BEFORE = ModelConfig(shape=(1, 32, 32), latent_dim=3, width=4, hidden=16)
TRAINING = TrainingConfig(steps=40, batch_size=64, lr=5e-3, precision="fp32", ema=0.9)
CONFIG = RefitConfig("digits", refitted(BEFORE), "0" * 64, TRAINING)


@pytest.fixture
def before():
    return initialise(VAE(BEFORE), torch.Generator().manual_seed(3)).eval()


def fresh(before, **training):
    return refit_training(replace(CONFIG, training=replace(TRAINING, **training)), before)


def test_the_decoder_alone_moves(before, digits):
    state = fresh(before)
    own = {key: tensor.clone() for key, tensor in state.model.state_dict().items()}
    for _ in train(state, digits["train"]):
        pass
    frozen = {key for key in own if ".convolutions." in key or ".to_latent." in key}
    assert len(frozen) == 12
    for model in (state.model, state.final_model):
        for key, tensor in model.state_dict().items():
            assert torch.equal(tensor, own[key]) == (key in frozen), key
    for key in frozen:
        assert torch.equal(before.state_dict()[key], own[key])


def test_the_loss_is_the_distortion_of_one_sample_an_image(before, digits):
    state = fresh(before)
    rows = torch.arange(64)
    batch = Batch(digits["train"].batch(rows), rows, len(digits["train"]))
    x = to_float(batch.images)
    z = before.encode(x).sample(torch.Generator().manual_seed(0))
    expected = distortion(state.model.decode(z), x, CONFIG.model).mean().item()
    loss, terms = state.update(batch)
    assert float(loss) == pytest.approx(expected, rel=1e-5) == float(terms.recon)
    assert float(terms.kl) > 0


def test_a_refit_begins_with_the_pictures_of_before(before, digits):
    z = torch.randn(4, 3)
    begun = fresh(before)
    torch.testing.assert_close(begun.model.decode(z), before.decode(z))
    for _ in train(begun, digits["train"]):
        pass
    again = refit_training(CONFIG, begun.model)
    torch.testing.assert_close(again.model.decode(z), begun.model.decode(z))
    assert not torch.allclose(again.model.decode(z), before.decode(z), atol=1e-2)


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_the_file_gets_the_average_of_the_weights(before, digits, ema):
    state = fresh(before, ema=ema, steps=5)
    key = "network.residuals.4.weight"
    expected = state.model.state_dict()[key].clone()
    for event in train(state, digits["train"], every=1):
        decay = min(ema, (1 + event.step) / (10 + event.step))
        expected = decay * expected + (1 - decay) * state.model.state_dict()[key]
    torch.testing.assert_close(state.final_model.state_dict()[key], expected if ema else state.model.state_dict()[key])


def test_a_resumed_refit_is_the_uninterrupted_one(before, digits, tmp_path):
    whole, half = fresh(before), fresh(before)
    for _ in train(whole, digits["train"]):
        pass
    next(train(half, digits["train"], every=15))
    snapshot.save(half, tmp_path / "a.resume")
    config = RefitConfig.from_json(snapshot.read_config(tmp_path / "a.resume"))
    assert config == half.config
    resumed = refit_training(config, before)
    snapshot.restore(resumed, tmp_path / "a.resume")
    assert resumed.step == 15
    for _ in train(resumed, digits["train"]):
        pass
    for ours, theirs in ((resumed.model, whole.model), (resumed.final_model, whole.final_model)):
        expected = theirs.state_dict()
        assert all(torch.equal(tensor, expected[key]) for key, tensor in ours.state_dict().items())


def test_a_configuration_is_json_and_back(tiny):
    plain = json.loads(json.dumps(CONFIG.to_json()))
    assert RefitConfig.from_json(plain) == CONFIG
    for other in ({}, plain | {"more": 1}, plain | {"of": 3}, tiny().to_json()):
        with pytest.raises(ConfigError):
            RefitConfig.from_json(other)


@pytest.mark.parametrize("network", ["mlp", "deep_conv"])
def test_networks_without_another_decoder_are_named(network):
    with pytest.raises(ConfigError, match=network):
        refitted(replace(BEFORE, network=network))
    assert network not in REFITTED


def test_the_encoder_must_be_that_of_the_model(before):
    with pytest.raises(ConfigError, match="burgess_residual"):
        refit_training(replace(CONFIG, model=replace(CONFIG.model, latent_dim=5)), before)
