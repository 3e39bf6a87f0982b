"""Averaged weights: the arithmetic by hand, and a training that keeps them through files."""

from __future__ import annotations

import torch
from torch import nn

from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState
from vae.training.weight_average import averaged, follow


def test_an_average_by_hand():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    average, expected = averaged(model), model[0].weight.detach().clone()
    assert not any(parameter.requires_grad for parameter in average.parameters())
    for step, decay in ((1, 2 / 11), (2, 3 / 12), (100, 0.5)):  # it rises to 0.5
        with torch.no_grad():
            model[0].weight.add_(1)
            model[1].running_mean.add_(1)
        follow(average, model, torch.tensor(float(step)), 0.5)
        expected = decay * expected + (1 - decay) * model[0].weight.detach()
        torch.testing.assert_close(average[0].weight, expected)
    assert torch.equal(average[1].running_mean, model[1].running_mean)


def test_a_training_without_an_average_is_what_it_was(tiny, digits):
    state = TrainState.fresh(tiny(steps=2))
    assert list(state.update.modules) == ["model"] and state.final_model is state.model


def test_an_averaging_training_moves_as_the_plain_one_and_resumes_to_the_same_average(tiny, finished, digits, tmp_path):
    plain = finished(tiny(steps=12), digits["train"])
    config = tiny(steps=12, training={"ema": 0.9})
    whole, half = TrainState.fresh(config), TrainState.fresh(config)
    for _ in train(whole, digits["train"]):
        pass
    next(train(half, digits["train"], every=5))
    snapshot.save(half, tmp_path / "a.resume")
    resumed = snapshot.load(tmp_path / "a.resume")
    for _ in train(resumed, digits["train"]):
        pass
    key = "network.to_latent.1.weight"
    for state in (whole, resumed):
        assert torch.equal(state.model.state_dict()[key], plain.model.state_dict()[key])
        assert not torch.equal(state.final_model.state_dict()[key], state.model.state_dict()[key])
    average = whole.final_model.state_dict()
    assert all(torch.equal(tensor, average[name]) for name, tensor in resumed.final_model.state_dict().items())
