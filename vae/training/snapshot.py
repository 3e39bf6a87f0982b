"""Snapshots: a whole `TrainState` in a file, from which training goes on as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import torch

from vae.config import TrainConfig
from vae.models.weights import expect_weights
from vae.system.messages import KeyedError, cause
from vae.system.safetensors_file import CheckpointError, expect, expect_keys, expect_tensor, read, write
from vae.training.state import TrainState

_FORMAT_VERSION = 1
_KEYS = {"config": dict, "step": int, "seconds": (int, float), "overrides": dict, "changes": list}
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def path_beside(checkpoint: Path) -> Path:
    """Where the snapshot of a training that ends in `checkpoint` is kept."""
    return checkpoint.with_suffix(".resume")


def save(state: TrainState, path: Path) -> None:
    """Writes weights, optimiser, random state and step count.

    Raises:
        CheckpointError: something is not finite any more, so that a good snapshot stays, or the disk refuses.
    """
    tensors = {f"model.{key}": tensor for key, tensor in state.model.state_dict().items()}
    for key, moments in zip(_parameter_names(state), state.optimiser.state_dict()["state"].values(), strict=False):
        tensors |= {f"optimiser.{key}.{name}": moments[name] for name in _MOMENTS}
    for key, tensor in tensors.items():
        expect(bool(tensor.isfinite().all()), path, key, "checkpoint.diverged")
    tensors["generator"] = state.generator.get_state()
    header = {
        "snapshot_version": _FORMAT_VERSION,
        "config": state.config.to_json(),
        "step": state.step,
        "seconds": state.seconds,
        "overrides": state.overrides,
        "changes": state.changes,
    }
    write(path, tensors, header)


def load(path: Path, device: torch.device | str = "cpu", going_on: bool = True) -> TrainState:
    """The training as it was saved.

    Args:
        going_on: False where only the model is wanted and what led to it, on any device: the state of the random
            numbers belongs to the one that it was saved on.

    Raises:
        CheckpointError: no such file, or not a snapshot, or one whose parts do not fit its configuration.
    """
    tensors, header = read(path)
    version = header.get("snapshot_version")
    same = version == _FORMAT_VERSION
    expect(same, path, "snapshot_version", "checkpoint.other", expected=_FORMAT_VERSION, actual=repr(version))
    expect_keys(path, header, _KEYS)
    try:
        config = TrainConfig.from_json(header["config"])
        weights = expect_weights(path, config.model, tensors)  # before the network of an absurd configuration is made
        state = TrainState.fresh(config, device)
        for knob, value in header["overrides"].items():
            state.change(knob, float(value))
    except (ValueError, TypeError) as error:  # ConfigError is a ValueError
        reason = error if isinstance(error, KeyedError) else cause(error)
        raise CheckpointError("checkpoint.not_valid", file=path, entry="config or overrides", reason=reason) from error
    state.model.load_state_dict(weights)
    state.step, state.seconds, state.changes = header["step"], header["seconds"], header["changes"]
    if not going_on:
        return state
    expect_tensor(path, tensors, "generator", (-1,), torch.uint8)
    try:
        state.generator.set_state(tensors["generator"])
    except RuntimeError as error:
        of = {"entry": "generator", "device": device}
        raise CheckpointError("checkpoint.generator", file=path, why=cause(error), **of) from error
    if state.step:
        plain = state.optimiser.state_dict()
        for number, (key, parameter) in enumerate(state.model.named_parameters()):
            plain["state"][number] = {}
            for name in _MOMENTS:
                like = torch.empty(()) if name == "step" else parameter
                moment = f"optimiser.{key}.{name}"
                expect_tensor(path, tensors, moment, tuple(like.shape), torch.float32)
                # in memory they must lie as their weights do (channels last): fused Adam walks through both blindly
                plain["state"][number][name] = torch.empty_like(like).copy_(tensors[moment])
        state.optimiser.load_state_dict(plain)
        state.optimiser.param_groups[0]["lr"] = state.knobs.lr  # loading put a copy in its place
    return state


def _parameter_names(state: TrainState) -> list[str]:
    return [name for name, _ in state.model.named_parameters()]
