"""`python -m vae refit`: fit a decoder anew to the codes of a trained model, whose encoder stays as it is."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import torch

from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import Model
from vae.checkpoints.refit import expect_images, export_refit, file_hash
from vae.cli.arguments import option
from vae.cli.options import (
    add_command,
    add_data_folder,
    add_device,
    add_json,
    add_out,
    data_folder,
    expect_version,
    out_file,
)
from vae.cli.report import refit_words, summary
from vae.cli.training_run import device_of, train_and_write
from vae.config import ConfigError, TrainingConfig
from vae.data import load
from vae.system.safetensors_file import CheckpointError
from vae.training import snapshot
from vae.training.refit import DEFAULTS, RefitConfig, refit_training, refitted
from vae.training.state import TrainState

_NUMBERS = ("batch_size", "lr", "seed", "ema")


def add(commands: argparse._SubParsersAction) -> None:
    about = "Fit a decoder anew to the codes of a trained model, whose encoder, codes and scores stay as they are."
    command = add_command(commands, "refit", about, run)
    command.add_argument("file", metavar="FILE", help="a path, or the name of a shipped model")
    command.add_argument("--steps", type=int, metavar="N", help=f"default: {DEFAULTS.steps:,}")
    command.add_argument("--batch-size", type=int, help=f"default: {DEFAULTS.batch_size}")
    command.add_argument("--lr", type=float, help=f"default: {DEFAULTS.lr:g}")
    command.add_argument("--seed", type=int, help=f"default: {DEFAULTS.seed}")
    command.add_argument("--ema", type=float, metavar="DECAY", help=f"of averaged weights; default: {DEFAULTS.ema:g}")
    add_device(command)
    command.add_argument("--resume", metavar="SNAPSHOT", help="go on from a snapshot; only --steps may change")
    add_out(command)
    add_json(command, "print the final metrics as one JSON object")
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    out, device = out_file(arguments), device_of(arguments.device)
    model = checkpoint.load(arguments.file)
    expect_version(model)
    state = _resumed(arguments, model, device) if arguments.resume else _begun(arguments, model, device)
    data, test = (load(model.config.dataset, split, data_folder(arguments)) for split in ("train", "test"))
    expect_images(model, test)  # before the training, too
    metrics = train_and_write(state, data, out, lambda stages: export_refit(state, model, test, out, stages))
    words = refit_words(checkpoint.load(out).header["refit"])
    print(json.dumps(metrics) if arguments.json else f"{out}: {words}; {summary(metrics)}")


def _begun(arguments: Namespace, model: Model, device: torch.device) -> TrainState:
    given = {key: getattr(arguments, key) for key in ("steps", *_NUMBERS)}
    training = replace(DEFAULTS, **{key: value for key, value in given.items() if value is not None})
    return refit_training(_config(model, training), model.network, device)


def _resumed(arguments: Namespace, model: Model, device: torch.device) -> TrainState:
    """The refit of a snapshot.

    Raises:
        CheckpointError: it is none, or one of another file.
        ConfigError: something other than the budget is to change, or that is used up.
    """
    changed = [key for key in _NUMBERS if getattr(arguments, key) is not None]
    if changed:
        raise ConfigError("command.resumed", option=option(changed[0]))
    path = Path(arguments.resume)
    try:
        config = RefitConfig.from_json(snapshot.read_config(path))
    except ConfigError as error:
        raise CheckpointError("checkpoint.not_valid", file=path, entry="config", reason=error) from error
    if config != _config(model, config.training):
        raise CheckpointError("checkpoint.refit_of", file=path, other=model.path.name)
    state = refit_training(config, model.network, device)
    snapshot.restore(state, path)
    if arguments.steps is not None:
        if arguments.steps < state.step:
            raise ConfigError("command.steps_done", done=f"{state.step:,}", steps=f"{arguments.steps:,}")
        state.config = replace(config, training=replace(config.training, steps=arguments.steps))
    return state


def _config(model: Model, training: TrainingConfig) -> RefitConfig:
    return RefitConfig(model.config.dataset, refitted(model.config.model), file_hash(model.path), training)
