"""A training on the command line: with a progress bar, stopped by Ctrl-C, and kept on the way."""

from __future__ import annotations

import math
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from tqdm import tqdm

from vae.cli.report import Stages
from vae.config import ConfigError
from vae.data import ImageSet
from vae.system.limits import MB
from vae.system.messages import cause
from vae.system.safetensors_file import CheckpointError
from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState

_SNAPSHOT_SECONDS = 60
_EVERY = 50  # steps between two looks at the training, and until it hears Ctrl-C
_DEVICE = re.compile(r"cpu|mps|cuda(:\d+)?", re.ASCII)


def train_and_write(
    state: TrainState, data: ImageSet, out: Path, write: Callable[[Stages], dict[str, Any]]
) -> dict[str, Any]:
    """Trains to the end and writes the result, with a bar for each stage of its measuring.

    Args:
        out: the result, beside which snapshots are kept.
        write: measures and writes it; its figures are returned.

    Raises:
        ConfigError: there is no room on the disk.
        CheckpointError: the loss stopped being finite, or something could not be written; what is kept is named.
        KeyboardInterrupt: it was stopped; the argument says what is kept.
    """
    _expect_room(state, out)
    saved_at = _run_to_end(state, data, snapshot.path_beside(out))
    try:
        with Stages() as stages:
            return write(stages)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_goes_on(state, saved_at)) from None
    except CheckpointError as error:
        raise CheckpointError("checkpoint.trained", reason=error, kept=saved_at) from error


def device_of(name: str | None) -> torch.device:
    """The device of a name, the fastest where none is given. Raises ConfigError where it is not to be had."""
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


def _run_to_end(state: TrainState, data: ImageSet, saved_at: Path) -> Path:
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
    modules = state.update.modules.values()
    weights = sum(value.numel() * value.element_size() for module in modules for value in module.state_dict().values())
    needed = 7 * weights + MB  # a snapshot holds the weights and two moments of each
    free = shutil.disk_usage(out.absolute().parent).free
    if free < needed:
        mb = {"free": f"{free / MB:,.1f}", "needed": f"{needed / MB:,.1f}"}
        raise ConfigError("command.no_room", folder=out.absolute().parent, **mb)
