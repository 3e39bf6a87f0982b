"""`python -m vae train`: train a model and write its checkpoint."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import signal
import sys
import tempfile
import textwrap
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import torch
from tqdm import tqdm

from vae.checkpoints.export import export
from vae.cli.arguments import configured, with_budget, with_fitting_batch
from vae.cli.options import (
    add_command,
    add_data_folder,
    add_json,
    add_out,
    add_own_pictures,
    data_folder,
    out_file,
)
from vae.cli.own_pictures import dataset_names, resolve_dataset
from vae.cli.report import Stages, summary
from vae.config import ConfigError
from vae.data import ImageSet, load
from vae.models.vae import NETWORKS
from vae.system.limits import MB
from vae.system.messages import cause
from vae.system.safetensors_file import CheckpointError
from vae.training import snapshot
from vae.training.loop import train
from vae.training.objectives import OBJECTIVES, readers
from vae.training.presets import PREDECESSORS, PRESETS, describe
from vae.training.state import TrainState

_SNAPSHOT_SECONDS = 60
_EVERY = 50  # steps between two looks at the training, and until it hears Ctrl-C
_DEVICE = re.compile(r"cpu|mps|cuda(:\d+)?", re.ASCII)


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
    command.add_argument("--device", help="cpu, cuda, cuda:1, mps; default: the fastest that is here")
    command.add_argument("--resume", metavar="FILE", help="go on from a snapshot; only the budget may change")
    add_out(command)
    add_json(command, "print the final metrics as one JSON object")
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    out = out_file(arguments)
    device = _device(arguments.device)
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
    saved_at = snapshot.path_beside(out)
    _expect_room(state, out)
    saved_at = _train(state, data, saved_at)
    try:
        with Stages() as stages:
            metrics = export(state, test, out, stages)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_goes_on(state, saved_at)) from None
    except CheckpointError as error:
        raise CheckpointError("checkpoint.trained", reason=error, kept=saved_at) from error
    print(json.dumps(metrics) if arguments.json else f"{out}: {summary(metrics)}")


def _train(state: TrainState, data: ImageSet, saved_at: Path) -> Path:
    """Trains to the end with a progress bar, keeping a snapshot every minute, when it is stopped, and at the end. One
    that cannot be kept on the way is told, and does not end the training.

    Returns:
        where the last snapshot lies.

    Raises:
        CheckpointError: the loss stopped being finite; the last good snapshot is named. Or the last snapshot could be
            kept nowhere.
        KeyboardInterrupt: it was stopped; the argument says what is kept.
    """
    training, saved = state.config.training, time.monotonic()
    bar = tqdm(total=training.steps, initial=state.step, desc=state.config.dataset, unit=" steps")
    with bar, _stops() as asked:
        for event in train(state, data, every=_EVERY):
            loss, recon, kl = (float(value) for value in (event.loss, event.terms.recon, event.terms.kl))
            if not math.isfinite(loss):
                if saved_at.is_file():
                    raise CheckpointError("checkpoint.loss_saved", loss=loss, step=event.step, kept=saved_at)
                raise CheckpointError("checkpoint.loss", loss=loss, step=event.step)
            bar.set_postfix_str(f"recon {recon:.1f} KL {kl:.1f} nats, {event.images / event.seconds:,.0f} img/s")
            bar.update(event.step - bar.n)
            if asked.is_set():
                raise KeyboardInterrupt(_goes_on(state, _keep_last(state, saved_at)))
            if event.step == training.steps:
                saved_at = _keep_last(state, saved_at)
            elif time.monotonic() - saved > _SNAPSHOT_SECONDS:
                try:
                    snapshot.save(state, saved_at)
                except CheckpointError as error:
                    if error.key != "checkpoint.unwritten":
                        raise
                    tqdm.write(f"no snapshot of step {state.step:,}: {error}", file=sys.stderr)
                saved = time.monotonic()
    return saved_at


@contextmanager
def _stops() -> Iterator[threading.Event]:
    """Ctrl-C sets the event, so that a training ends between two steps; pressed again it interrupts at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # signals are heard there alone
        yield asked
        return
    before = signal.getsignal(signal.SIGINT)

    def hear(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt("at once; no snapshot was taken of these last steps")
        asked.set()
        tqdm.write("stopping after these steps; Ctrl-C again stops at once", file=sys.stderr)

    signal.signal(signal.SIGINT, hear)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _keep_last(state: TrainState, saved_at: Path) -> Path:
    """The snapshot of the last step, where there is room for it: beside the result, else among the temporary files."""
    try:
        snapshot.save(state, saved_at)
    except CheckpointError as error:
        if error.key != "checkpoint.unwritten":
            raise
        elsewhere = Path(tempfile.gettempdir()) / f"{saved_at.stem}-{os.getpid()}{saved_at.suffix}"
        tqdm.write(f"{error} It goes to {elsewhere}.", file=sys.stderr)
        snapshot.save(state, elsewhere)
        return elsewhere
    return saved_at


def _goes_on(state: TrainState, saved_at: Path) -> str:
    return f"step {state.step:,} is kept: go on with --resume {saved_at}"


def _expect_room(state: TrainState, out: Path) -> None:
    """Raises ConfigError where the disk has no room for a snapshot while another takes its place, and the result."""
    weights = sum(value.numel() * value.element_size() for value in state.model.state_dict().values())
    needed = 7 * weights + MB  # a snapshot holds the weights and two moments of each
    free = shutil.disk_usage(out.absolute().parent).free
    if free < needed:
        mb = {"free": f"{free / MB:,.1f}", "needed": f"{needed / MB:,.1f}"}
        raise ConfigError("command.no_room", folder=out.absolute().parent, **mb)


def _device(name: str | None) -> torch.device:
    if name is None:
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if not _DEVICE.fullmatch(name):  # PyTorch has forty others, which no training was tried on
        raise ConfigError("command.no_device", name=name)
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, ImportError, NotImplementedError) as error:
        raise ConfigError("command.device", name=name, why=cause(error)) from error
    return device


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
