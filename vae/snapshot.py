"""Snapshots: a whole `TrainState` in a file, from which training goes on as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import torch

from vae.config import ConfigError, TrainConfig
from vae.storage import CheckpointError, expect, expect_tensor, read, write
from vae.train import TrainState

_FORMAT_VERSION = 1
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def path_beside(checkpoint: Path) -> Path:
    """Where the snapshot of a training that ends in `checkpoint` is kept."""
    return checkpoint.with_suffix(".resume")


def save(state: TrainState, path: Path) -> None:
    """Writes weights, optimiser, random state and step count; raises CheckpointError where the disk refuses."""
    tensors = {f"model.{key}": tensor for key, tensor in state.model.state_dict().items()}
    for key, moments in zip(_parameter_names(state), state.optimiser.state_dict()["state"].values(), strict=False):
        tensors |= {f"optimiser.{key}.{name}": moments[name] for name in _MOMENTS}
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


def load(path: Path, device: torch.device | str = "cpu") -> TrainState:
    """The training as it was saved.

    Raises:
        CheckpointError: no such file, or not a snapshot, or one whose parts do not fit its configuration.
    """
    tensors, header = read(path)
    version = header.get("snapshot_version")
    expect(version == _FORMAT_VERSION, path, "snapshot_version", f"should be {_FORMAT_VERSION}, not {version!r}")
    try:
        state = TrainState.fresh(TrainConfig.from_json(header.get("config", {})), device)
    except ConfigError as error:
        raise CheckpointError(f"{path}: config is not valid ({error}).") from error
    for key, wanted in state.model.state_dict().items():
        expect_tensor(path, tensors, f"model.{key}", tuple(wanted.shape), wanted.dtype)
    state.model.load_state_dict({key: tensors[f"model.{key}"] for key in state.model.state_dict()})
    for key in ("step", "seconds", "overrides", "changes"):
        expect(key in header, path, key, "is missing from the header")
        setattr(state, key, header[key])
    expect("generator" in tensors, path, "generator", "is missing")
    state.generator.set_state(tensors["generator"])
    if state.step:
        plain = state.optimiser.state_dict()
        for number, (key, parameter) in enumerate(state.model.named_parameters()):
            for name in _MOMENTS:
                shape = () if name == "step" else tuple(parameter.shape)
                expect_tensor(path, tensors, f"optimiser.{key}.{name}", shape, torch.float32)
            plain["state"][number] = {name: tensors[f"optimiser.{key}.{name}"] for name in _MOMENTS}
        state.optimiser.load_state_dict(plain)
        state.optimiser.param_groups[0]["lr"] = state.knobs.lr  # loading put a copy in its place
    return state


def _parameter_names(state: TrainState) -> list[str]:
    return [name for name, _ in state.model.named_parameters()]
