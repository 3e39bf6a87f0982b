"""From the arguments of a training on the command line to its configuration."""

from __future__ import annotations

import math
import sys
from argparse import Namespace
from dataclasses import replace
from typing import Any

import torch
from tqdm import tqdm

from vae.cli.options import data_folder
from vae.config import ConfigError, TrainConfig
from vae.data import DATASETS, ImageSet, load
from vae.data.own.dataset import PREFIX
from vae.training.loop import steps_per_epoch, steps_per_second
from vae.training.objectives import NUMBERS, readers
from vae.training.presets import PRESETS

_SECTIONS = {
    "model": ("network", "likelihood", "sigma", "latent_dim", "width"),
    "objective": NUMBERS,
    "schedule": ("beta_knots", "anneal_steps"),
    "training": ("batch_size", "lr", "seed", "ema"),
}


def configured(arguments: Namespace, resumed: TrainConfig | None) -> TrainConfig:
    """The recipe that the arguments ask for: preset or defaults, changed by what was given.

    Raises:
        ConfigError: no data set, a value out of range, or something other than the budget changed on resuming.
    """
    given = {key: value for key, value in vars(arguments).items() if value is not None}
    if resumed:
        fixed = [key for keys in _SECTIONS.values() for key in keys] + ["beta_from", "dataset", "objective", "preset"]
        changed = [key for key in fixed if key in given]
        if changed:
            raise ConfigError("command.resumed", option=option(changed[0]))
        return resumed
    if "preset" in given:
        base = PRESETS[given["preset"]]
        if given.get("dataset", base.dataset) != base.dataset:
            names = {"preset": given["preset"], "dataset": given["dataset"]}
            raise ConfigError("command.preset_data", expected=base.dataset, **names)
    elif "dataset" in given:
        own = given["dataset"].startswith(PREFIX)
        spec = load(given["dataset"], "test", data_folder(arguments)).spec if own else DATASETS[given["dataset"]]
        base = TrainConfig(spec.name)
        base = replace(base, model=replace(base.model, shape=spec.shape, likelihood=spec.likelihood))
    else:
        raise ConfigError("command.no_data")
    given["objective"] = given.get("objective", base.objective.name)
    flags = dict.fromkeys(("beta_from", "beta_knots"), "beta") | {number: number for number in NUMBERS}
    for key, objectives in {flag: readers(number) for flag, number in flags.items()}.items():
        if key in given and given["objective"] not in objectives:
            names = {"objectives": " | ".join(objectives), "value": given["objective"]}
            raise ConfigError("command.objective", option=option(key), **names)
    given |= _annealing(given, base)
    parts = {
        section: replace(getattr(base, section), **{key: given[key] for key in keys if key in given})
        for section, keys in _SECTIONS.items()
    }
    parts["objective"] = replace(parts["objective"], name=given["objective"])
    return replace(base, **parts)


def option(key: str) -> str:
    """An argument as it is written on the command line."""
    return f"--{key.replace('_', '-')}"


def _annealing(given: dict[str, Any], base: TrainConfig) -> dict[str, Any]:
    """What --beta-from, --beta-knots and --anneal-steps mean for the schedule and for the beta to end with.

    Raises:
        ConfigError: one of them is missing or has nothing to move.
    """
    if "beta_from" in given:
        if "beta_knots" in given:
            raise ConfigError("command.beta_twice")
        if given.get("anneal_steps", 0) < 1:
            raise ConfigError("command.beta_from")
        beta = given.get("beta", base.objective.beta)
        return {"beta_knots": ((0, given["beta_from"]), (given["anneal_steps"], beta)), "anneal_steps": 0}
    if "anneal_steps" in given and given["objective"] not in readers("capacity"):
        raise ConfigError("command.anneal_steps", objectives=" | ".join(readers("capacity")))
    if "beta_knots" in given:
        return {"beta": given.get("beta", given["beta_knots"][-1][1])}
    if given["objective"] not in readers("beta"):
        return {"beta_knots": ()}  # an objective without a beta has no path of it either
    if base.schedule.beta_knots and "beta" in given:
        raise ConfigError("command.preset_knots", preset=given["preset"])
    return {}


def with_fitting_batch(arguments: Namespace, config: TrainConfig, images: int) -> TrainConfig:
    """The configuration with a batch that is no larger than the data set, unless --batch-size asks for another; then
    standard error says so.
    """
    size = config.training.batch_size
    if arguments.batch_size is not None or size <= images:
        return config
    tqdm.write(f"batches of {images:,}, for there are no more images: {config.dataset}", file=sys.stderr)
    return replace(config, training=replace(config.training, batch_size=images))


def with_budget(
    arguments: Namespace, config: TrainConfig, data: ImageSet, device: torch.device, done: int = 0
) -> TrainConfig:
    """The configuration with its number of steps: --steps and --epochs count from the very start, --seconds from now.

    Raises:
        ConfigError: a budget that is not a positive number, or is used up by the steps already `done`.
        DataError: the data set has fewer images than a batch.
    """
    per_epoch, steps = steps_per_epoch(config, data), arguments.steps
    for key in ("epochs", "seconds"):
        value = getattr(arguments, key)
        if value is not None and not 0 < value < math.inf:
            raise ConfigError("command.positive", option=option(key), value=value)
    if arguments.epochs is not None:
        steps = math.ceil(arguments.epochs * per_epoch)
    if arguments.seconds is not None:
        more = max(1, int(arguments.seconds * steps_per_second(config, data, device)))
        tqdm.write(f"{more:,} steps fit into {arguments.seconds:.0f} s", file=sys.stderr)
        steps = done + more
    if steps is None:
        return config
    training = replace(config.training, steps=steps)
    if steps < done:
        raise ConfigError("command.steps_done", done=f"{done:,}", steps=f"{steps:,}")
    return replace(config, training=training)
