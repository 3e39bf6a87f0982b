"""Snapshots: all of a state comes back, and a damaged file is refused with its name and the key."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from vae.system import safetensors_file
from vae.system.safetensors_file import CheckpointError
from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState


@pytest.fixture
def interrupted(tiny, digits):
    """A state after ten of its forty steps, with a knob in the user's hand."""
    state = TrainState.fresh(tiny())
    state.change("beta", 3.0)
    next(train(state, digits["train"], every=10))
    return state


def test_all_of_a_state_comes_back(interrupted, tmp_path):
    path = tmp_path / "a.resume"
    snapshot.save(interrupted, path)
    again = snapshot.load(path)
    for key in ("config", "step", "seconds", "overrides", "changes"):
        assert getattr(again, key) == getattr(interrupted, key), key
    assert torch.equal(again.update.generator.get_state(), interrupted.update.generator.get_state())
    before, after = (s.update.optimisers["model"].state_dict()["state"] for s in (interrupted, again))
    assert before.keys() == after.keys()
    for number, moments in before.items():
        for name, tensor in moments.items():
            assert torch.equal(after[number][name], tensor)
            assert after[number][name].stride() == tensor.stride()  # fused Adam walks memory without looking
    for key, tensor in interrupted.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[key], tensor), key


def test_a_training_before_its_first_step_can_be_kept(tiny, finished, digits, tmp_path):
    snapshot.save(TrainState.fresh(tiny()), tmp_path / "a.resume")
    resumed = snapshot.load(tmp_path / "a.resume")
    for _ in train(resumed, digits["train"]):
        pass
    expected = finished(tiny(), digits["train"]).model.state_dict()
    assert all(torch.equal(tensor, expected[key]) for key, tensor in resumed.model.state_dict().items())


def test_a_snapshot_of_version_1_is_read(interrupted, tmp_path):
    """It had one module and one optimiser, whose parameters had no names in front."""
    new, old = tmp_path / "new.resume", tmp_path / "old.resume"
    snapshot.save(interrupted, new)
    tensors, header = safetensors_file.read(new)
    tensors = {key.replace("optimiser.model.model.", "optimiser."): tensor for key, tensor in tensors.items()}
    assert MOMENT not in tensors and WEIGHT in tensors
    safetensors_file.write(old, tensors, header | {"snapshot_version": 1})
    snapshot.save(snapshot.load(old), tmp_path / "again.resume")
    assert (tmp_path / "again.resume").read_bytes() == new.read_bytes()


def test_weights_that_are_not_finite_never_replace_a_good_snapshot(interrupted, tmp_path):
    path = tmp_path / "a.resume"
    snapshot.save(interrupted, path)
    good = path.read_bytes()
    with torch.no_grad():
        next(interrupted.model.parameters()).fill_(float("nan"))
    with pytest.raises(CheckpointError, match=r"a\.resume: model\..*finite"):
        snapshot.save(interrupted, path)
    assert path.read_bytes() == good


WEIGHT = "model.network.to_latent.1.weight"
MOMENT = "optimiser.model.model.network.to_latent.1.weight.exp_avg"


def setting(**values):
    return lambda tensors, header: header.update(values)


def model_setting(**values):
    return lambda tensors, header: header["config"]["model"].update(values)


def without(key):
    return lambda tensors, header: tensors.pop(key) if key in tensors else header.pop(key)


def replaced(key, change):
    return lambda tensors, header: tensors.update({key: change(tensors[key])})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (setting(snapshot_version=3), "snapshot_version should be 2, not 3"),
        (setting(step="ten"), "step has the wrong type"),
        (setting(overrides={"momentum": 1.0}), "overrides.*momentum"),
        (setting(overrides={"beta": "much"}), "overrides.*much"),
        (setting(overrides={"beta": None}), "overrides"),
        (setting(config={}), "config.*dataset"),
        (without("changes"), "changes is missing"),
        (without("config"), "config is missing"),
        (without("generator"), "generator is missing"),
        (without(WEIGHT), f"{WEIGHT} is missing"),
        (without(MOMENT), f"{MOMENT} is missing"),
        (replaced(WEIGHT, torch.t), rf"{WEIGHT} should have shape \(16, 64\), not \(64, 16\)"),
        (replaced(MOMENT, torch.Tensor.double), f"{MOMENT} should be torch.float32, not torch.float64"),
        (replaced(MOMENT, lambda t: t.fill_(float("inf"))), f"{MOMENT} holds values that are not finite"),
        (replaced("generator", lambda t: t[:16]), "generator is not the state of one on cpu"),
        (lambda tensors, header: tensors.update(more=torch.zeros(1)), "more belongs to no part"),
        (model_setting(network="resnet"), "resnet"),
        (model_setting(latent_dim=10**9), "latent_dim"),
        (model_setting(hidden=8192, width=1024), "should have shape"),
    ],
)
def test_damage_is_named(interrupted, tmp_path, monkeypatch, change, named):
    path = tmp_path / "damaged.resume"
    snapshot.save(interrupted, path)
    tensors, header = safetensors_file.read(path)
    change(tensors, header)
    safetensors_file.write(path, tensors, header)
    allocated = []
    monkeypatch.setattr(nn.Linear, "reset_parameters", lambda layer: allocated.append(layer.weight))
    with pytest.raises(CheckpointError, match=rf"damaged\.resume: .*{named}"):
        snapshot.load(path)
    assert all(weight.is_meta or weight.numel() < 10_000 for weight in allocated)


def test_a_checkpoint_is_no_snapshot(trained):
    with pytest.raises(CheckpointError, match=r"tiny\.safetensors: snapshot_version"):
        snapshot.load(trained.path)


@pytest.mark.parametrize("content", [None, b"", b"\x80\x04K\x01.", "foreign"])
def test_foreign_files_are_refused(tmp_path, content):
    path = tmp_path / "a.resume"
    if content == "foreign":
        save_file({"weight": torch.zeros(2)}, path)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"a\.resume: "):
        snapshot.load(path)
