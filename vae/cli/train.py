"""`python -m vae train`: train a model and write its checkpoint."""

from __future__ import annotations

import argparse
import json
import textwrap
from argparse import Namespace
from pathlib import Path

from vae.checkpoints.export import export
from vae.cli.arguments import configured, with_budget, with_fitting_batch
from vae.cli.options import (
    add_command,
    add_data_folder,
    add_device,
    add_json,
    add_out,
    add_own_pictures,
    data_folder,
    out_file,
)
from vae.cli.own_pictures import dataset_names, resolve_dataset
from vae.cli.report import summary
from vae.cli.training_run import device_of, train_and_write
from vae.data import load
from vae.models.vae import NETWORKS
from vae.training import snapshot
from vae.training.objectives import OBJECTIVES, readers
from vae.training.presets import PREDECESSORS, PRESETS, describe
from vae.training.state import TrainState


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "train", "Train a model and write its checkpoint.", run)
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = "presets of other systems:\n" + "\n".join(_described(name) for name in PREDECESSORS)
    command.add_argument("--dataset", choices=dataset_names(), help="folder: one's own pictures, see --images")
    add_own_pictures(command)
    command.add_argument("--objective", choices=OBJECTIVES)
    command.add_argument("--preset", choices=PRESETS, help="a whole recipe; other arguments change it")
    command.add_argument("--network", choices=NETWORKS)
    command.add_argument("--likelihood", choices=("bernoulli", "gaussian"))
    command.add_argument("--sigma", type=float, help="standard deviation of the Gaussian likelihood, fixed")
    command.add_argument("--beta", type=float, help=f"weight of the KL or of a part of it: {_readers('beta')}")
    command.add_argument("--beta-from", type=float, metavar="B0", help="beta at the start, moved linearly to --beta")
    command.add_argument("--anneal-steps", type=int, metavar="S", help="steps over which beta or the capacity moves")
    help_knots = "beta at some steps with straight lines between, as 0:4,5000:12,9000:2"
    command.add_argument("--beta-knots", type=_knots, metavar="STEP:BETA,…", help=help_knots)
    help_capacity = f"KL to be held at the end, in nats per image: {_readers('capacity')}"
    command.add_argument("--gamma", type=float, help=f"weight of the distance from the capacity: {_readers('gamma')}")
    command.add_argument("--capacity", type=float, metavar="C", help=help_capacity)
    command.add_argument("--latent-dim", type=int, metavar="K")
    command.add_argument("--width", type=int, help="channels of the convolutions")
    budget = command.add_mutually_exclusive_group()
    budget.add_argument("--steps", type=int, metavar="N")
    budget.add_argument("--epochs", type=float, metavar="E")
    budget.add_argument("--seconds", type=float, metavar="S", help="as many steps as fit, measured before the start")
    command.add_argument("--batch-size", type=int)
    command.add_argument("--lr", type=float)
    command.add_argument("--seed", type=int)
    command.add_argument("--ema", type=float, metavar="DECAY", help="average the weights over the steps, say 0.999")
    add_device(command)
    command.add_argument("--resume", metavar="FILE", help="go on from a snapshot; only the budget may change")
    add_out(command)
    add_json(command, "print the final metrics as one JSON object")
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    out = out_file(arguments)
    device = device_of(arguments.device)
    resumed = snapshot.load(Path(arguments.resume), device) if arguments.resume else None
    arguments.dataset = resolve_dataset(arguments, arguments.dataset, data_folder(arguments))
    config = configured(arguments, resumed.config if resumed else None)
    data = load(config.dataset, "train", data_folder(arguments))
    test = load(config.dataset, "test", data_folder(arguments))
    if not resumed:
        config = with_fitting_batch(arguments, config, len(data))
    config = with_budget(arguments, config, data, device, resumed.step if resumed else 0)
    state = resumed or TrainState.fresh(config, device)
    state.config = config
    metrics = train_and_write(state, data, out, lambda stages: export(state, test, out, stages))
    print(json.dumps(metrics) if arguments.json else f"{out}: {summary(metrics)}")


def _described(preset: str) -> str:
    return textwrap.fill(f"{preset}: {describe(preset)}", 100, initial_indent="  ", subsequent_indent="    ")


def _readers(number: str) -> str:
    """The losses that read a number."""
    return "; ".join(f"{name}: {OBJECTIVES[name].formula}" for name in readers(number))


def _knots(text: str) -> tuple[tuple[int, float], ...]:
    try:
        pairs = [pair.split(":") for pair in text.split(",")]
        return tuple((int(step), float(beta)) for step, beta in pairs)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not STEP:BETA,STEP:BETA,…") from None
