"""Snapshots: all of a training in a file, every module and optimiser by name, from which it goes on as if nothing had
happened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vae.config import TrainConfig
from vae.models.weights import expect_weights
from vae.system.messages import KeyedError, cause
from vae.system.safetensors_file import CheckpointError, expect, expect_keys, expect_tensor, read, write
from vae.training.state import TrainState

_FORMAT_VERSION = 2  # 1 had one module and one optimiser, whose parameters had no names in front
_KEYS = {"config": dict, "step": int, "seconds": (int, float), "overrides": dict, "changes": list}
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def path_beside(checkpoint: Path) -> Path:
    """Where the snapshot of a training that ends in `checkpoint` is kept."""
    return checkpoint.with_suffix(".resume")


def save(state: TrainState, path: Path) -> None:
    """Writes weights, optimisers, random state and step count.

    Raises:
        CheckpointError: something is not finite any more, so that a good snapshot stays, or the disk refuses.
    """
    tensors = _weights(state)
    for key, optimiser, parameter in _moved(state):
        moments = optimiser.state.get(parameter, {})  # empty before the first step
        tensors |= {f"{key}.{name}": moments[name] for name in _MOMENTS if moments}
    for key, tensor in tensors.items():
        expect(bool(tensor.isfinite().all()), path, key, "checkpoint.diverged")
    tensors["generator"] = state.update.generator.get_state()
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
    """The training of a VAE as it was saved.

    Args:
        going_on: False where only the model is wanted and what led to it, on any device: the state of the random
            numbers belongs to the one that it was saved on.

    Raises:
        CheckpointError: no such file, or not a snapshot, or one whose parts do not fit its configuration.
    """
    tensors, header = _read(path)
    try:
        config = TrainConfig.from_json(header["config"])
        expect_weights(path, config.model, tensors)  # before the network of an absurd configuration is made
        state = TrainState.fresh(config, device)
    except (ValueError, TypeError) as error:  # ConfigError is a ValueError
        raise _not_valid(path, "config", error) from error
    _fill(state, path, tensors, header, going_on)
    return state


def read_config(path: Path) -> dict[str, Any]:
    """The configuration in a snapshot, as its training wrote it. Raises CheckpointError where it is none."""
    return _read(path)[1]["config"]


def restore(state: TrainState, path: Path) -> None:
    """Writes a snapshot into a training of the same configuration, whatever it trains, before its first step.

    Raises:
        CheckpointError: no such file, or not a snapshot, or one of other parts.
    """
    _fill(state, path, *_read(path))


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    tensors, header = read(path)
    version = header.get("snapshot_version")
    if version == 1:
        tensors = {_renamed(key): tensor for key, tensor in tensors.items()}
    else:
        same = version == _FORMAT_VERSION
        expect(same, path, "snapshot_version", "checkpoint.other", expected=_FORMAT_VERSION, actual=repr(version))
    expect_keys(path, header, _KEYS)
    return tensors, header


def _not_valid(path: Path, entry: str, error: Exception) -> CheckpointError:
    reason = error if isinstance(error, KeyedError) else cause(error)
    return CheckpointError("checkpoint.not_valid", file=path, entry=entry, reason=reason)


def _renamed(key: str) -> str:
    """A key of version 1 as it is today."""
    return f"optimiser.model.model.{key.removeprefix('optimiser.')}" if key.startswith("optimiser.") else key


def _weights(state: TrainState) -> dict[str, Tensor]:
    """All that the modules hold, by the name of the module and their own."""
    modules = state.update.modules.items()
    return {f"{name}.{key}": tensor for name, module in modules for key, tensor in module.state_dict().items()}


def _moved(state: TrainState) -> list[tuple[str, torch.optim.Adam, Tensor]]:
    """Each parameter that an optimiser moves: the beginning of its keys in a file, the optimiser, and the parameter."""
    names = {parameter: name for name, parameter in state.update.parameters()}
    return [
        (f"optimiser.{name}.{names[parameter]}", optimiser, parameter)
        for name, optimiser in state.update.optimisers.items()
        for group in optimiser.param_groups
        for parameter in group["params"]
    ]


def _fill(
    state: TrainState, path: Path, tensors: dict[str, Tensor], header: dict[str, Any], going_on: bool = True
) -> None:
    """Writes a file's tensors and numbers into a state before its first step."""
    weights = _weights(state)
    for key, tensor in weights.items():
        expect_tensor(path, tensors, key, tuple(tensor.shape), tensor.dtype)
    for key in tensors:
        belongs = key in weights or key == "generator" or key.startswith("optimiser.")
        expect(belongs, path, key, "checkpoint.no_part")
    for name, module in state.update.modules.items():
        module.load_state_dict({key: tensors[f"{name}.{key}"] for key in module.state_dict()})
    try:
        for knob, value in header["overrides"].items():
            state.change(knob, float(value))
    except (ValueError, TypeError) as error:
        raise _not_valid(path, "overrides", error) from error
    state.step, state.seconds, state.changes = header["step"], header["seconds"], header["changes"]
    if not going_on:
        return
    expect_tensor(path, tensors, "generator", (-1,), torch.uint8)
    try:
        state.update.generator.set_state(tensors["generator"])
    except RuntimeError as error:
        of = {"entry": "generator", "device": state.device}
        raise CheckpointError("checkpoint.generator", file=path, why=cause(error), **of) from error
    for key, optimiser, parameter in _moved(state) if state.step else ():
        moments = {}
        for name in _MOMENTS:
            # in memory they must lie as their weights do (channels last): fused Adam walks through both blindly
            like = torch.empty((), device=parameter.device) if name == "step" else parameter.detach()
            expect_tensor(path, tensors, f"{key}.{name}", tuple(like.shape), torch.float32)
            moments[name] = torch.empty_like(like).copy_(tensors[f"{key}.{name}"])
        optimiser.state[parameter] = moments
