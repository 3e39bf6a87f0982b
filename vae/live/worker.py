"""The process of a run: `python -m vae.live.worker --data DIR`. Commands come in as lines, events go out as lines.

It lives for one run (or until its input ends) and may make forecasts and checkpoints before. Whatever goes wrong in
here, a driver, memory, a hang, the app that started it goes on.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import queue
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from vae.checkpoints.export import export_brief
from vae.config import ConfigError, TrainConfig
from vae.data import ImageSet, load
from vae.data.own.dataset import own_images
from vae.evaluation.forecast import FORECAST_IMAGES, forecast_training, spectrum
from vae.live.devices import threads
from vae.live.events import (
    Begun,
    Command,
    Event,
    Exported,
    Failed,
    Progress,
    Ready,
    State,
    TrainingForecast,
    Warned,
    from_line,
    to_line,
)
from vae.live.moments import Gallery, gallery_of
from vae.live.recipe import Recipe, TimeBudget, configured, within
from vae.live.session import RESUME, Inbox, session
from vae.system.messages import KeyedError, cause
from vae.system.safetensors_file import CheckpointError
from vae.training import snapshot
from vae.training.loop import steps_per_second
from vae.training.state import TrainState

NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "can't start new thread")
NICE = 10  # of 19: how far a training gives way; forecasts, checkpoints and its first picture are waited for and do not
TRIAL_SECONDS = 0.7  # of training, to measure its speed
# A file that is being written: with the number of its process, or as safetensors names it. The app's own have neither.
HALF = re.compile(r".+\.\d+\.tmp|\.tmp\w{6}")
BEAT = 5.0  # seconds between two signs of life while a run is paused
FAULTS = (KeyedError, MemoryError, RuntimeError, OSError)  # RuntimeError: of torch and its drivers
Say = Callable[[Event], None]
Splits = tuple[ImageSet, ImageSet]

log = logging.getLogger(__name__)


class Worker:
    """Carries out one command after the other.

    Args:
        root: folder of the data sets.
        say: where events go.
        read: gives the images, see `read_images`.
    """

    def __init__(self, root: Path, say: Say, read: Callable[..., Splits] | None = None) -> None:
        self.root, self.say, self.read = root, say, read or read_images
        self.inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()  # a signal may put into it at any moment
        self._images: dict[str, Splits] = {}
        self._spectra: dict[tuple[str, str], Any] = {}
        self._speeds: dict[tuple[str, bool, TrainConfig], float] = {}

    def work(self) -> None:
        """Until the run is over or the input ends."""
        tasks = {"forecast": self.forecast, "begin": self.begin, "export": self.export}
        while (command := self.inbox.get()).name != "stop":
            task = tasks.get(command.name)
            if task is None:  # pause, resume and the like of a run that is over
                continue
            try:
                task(**command.values)
            except FAULTS as error:
                self.say(failure(error, command))
            if command.name == "begin":
                return

    def forecast(
        self,
        recipe: dict[str, Any],
        own: str | None = None,
        beside: bool = False,
        measured: bool = True,
        longest: float = math.inf,
    ) -> None:
        """Says how long a training would take and what a linear model would do.

        Args:
            beside: another training.
            measured: on the device; else its time, or its steps, stay open.
            longest: seconds that it may take: no more steps are made than fit.
        """
        choice = Recipe.from_json(recipe)
        train_images, _ = self.images(choice.dataset, own)
        longest = math.inf if beside else longest  # alone it will be faster than now
        resolved = self.resolved(choice, train_images, beside, longest) if measured else None
        config, speed = resolved or (trial(choice, train_images), None)
        linear = forecast_training(config, lambda likelihood: self.spectrum(train_images, likelihood))
        awake, nats = (linear.awake, linear.nats) if linear else (None, None)
        if speed is not None:
            steps = config.training.steps
            self.say(TrainingForecast(steps, steps / speed, speed * config.training.batch_size, awake, nats, beside))
        elif choice.unit == "seconds":
            self.say(TrainingForecast(None, choice.budget, None, awake, nats, beside))
        else:
            steps = configured(choice, train_images.spec, len(train_images)).training.steps
            self.say(TrainingForecast(steps, None, None, awake, nats, beside))

    def begin(self, **values: Any) -> None:
        """Trains, see `training`, and tells of it. Once it is under way the process gives way, until it ends."""
        for event in self.training(**values, inbox=self.next):
            self.say(event)
            if isinstance(event, State) and event.state == "running":
                give_way()

    def training(
        self,
        folder: str,
        recipe: dict[str, Any],
        inbox: Inbox,
        own: str | None = None,
        resume: bool = False,
        paused: bool = False,
        longest: float = math.inf,
    ) -> Iterator[Event]:
        """Trains, from the start or from where the run in `folder` was left.

        Args:
            longest: seconds that it may take: of a new run no more steps are made than fit, and that is told.

        Raises:
            DataError, CheckpointError: what it needs cannot be read, or its folder not be written to.
        """
        choice, home = Recipe.from_json(recipe), Path(folder)
        train_images, test = self.images(choice.dataset, own)
        device = torch.device(choice.device)
        sweep_up(home)
        fewer = None
        if resume:
            state = snapshot.load(home / RESUME, device)
        else:
            config, speed = self.resolved(choice, train_images, longest=longest)
            state = TrainState.fresh(config, device)
            fewer = self.fewer(choice, config, speed, train_images)
        timed = choice.unit == "seconds"
        budget = TimeBudget(choice, train_images.spec, len(train_images)) if timed else None
        for event in session(state, train_images, test, gallery_in(home, test), home, inbox, paused, budget):
            yield event
            if isinstance(event, Begun) and fewer is not None:
                yield fewer

    def export(self, folder: str, path: str, own: str | None = None, device: str = "cpu") -> None:
        """Makes a checkpoint of the last snapshot of a run."""
        state = snapshot.load(Path(folder) / RESUME, torch.device(device), going_on=False)
        _, test = self.images(state.config.dataset, own)

        def progress(stage: str, done: int, total: int) -> None:
            self.say(Progress(stage, done / max(total, 1)))

        export_brief(state, test, Path(path), progress)
        self.say(Exported(path))

    def next(self, wait: bool) -> Command | None:
        """The inbox of a session; it waits for a beat at most."""
        try:
            return self.inbox.get(block=wait, timeout=BEAT)
        except queue.Empty:
            return None

    def images(self, name: str, own: str | None) -> Splits:
        """Training and test images; kept, so that a training that was forecast begins at once."""
        key = own or name
        if key not in self._images:
            self._images.clear()
            self._images[key] = self.read(self.root, name, own)
        return self._images[key]

    def resolved(
        self, choice: Recipe, images: ImageSet, beside: bool = False, longest: float = math.inf
    ) -> tuple[TrainConfig, float]:
        """The configuration with its number of steps, as many as fit into `longest` seconds, and the steps per second
        measured for it, `beside` another run or alone.
        """
        tried = trial(choice, images)
        key = (choice.device, beside, tried)
        if key not in self._speeds:
            self._speeds[key] = steps_per_second(tried, images, torch.device(choice.device), TRIAL_SECONDS)
        speed = self._speeds[key]
        config = configured(choice, images.spec, len(images), speed)
        fits = within(choice, config.training.steps, speed, longest)
        return (config if fits is choice else configured(fits, images.spec, len(images), speed)), speed

    def fewer(self, choice: Recipe, config: TrainConfig, speed: float, images: ImageSet) -> Warned | None:
        """Tells that a training makes fewer steps than were chosen; None where it does not."""
        asked, steps = configured(choice, images.spec, len(images), speed).training.steps, config.training.steps
        if steps >= asked:
            return None
        minutes = f"{asked / speed / 60:,.0f}"
        return Warned("run.fewer_steps", {"asked": f"{asked:,}", "minutes": minutes, "steps": f"{steps:,}"})

    def spectrum(self, images: ImageSet, likelihood: str) -> Any:
        """Eigenvalues of the covariance, kept: a second of work for 64×64×3."""
        key = (images.name, likelihood)
        if key not in self._spectra:
            rows = torch.linspace(0, len(images) - 1, min(FORECAST_IMAGES, len(images))).long()
            self._spectra[key] = spectrum(images.batch(rows).numpy(), likelihood)
        return self._spectra[key]


def read_images(root: Path, name: str, own: str | None) -> Splits:
    """Training and test images of a data set, or of a folder of one's `own`. Raises DataError."""
    if own:
        return own_images(Path(own))
    return load(name, "train", root, fetch=False), load(name, "test", root, fetch=False)


def gallery_in(home: Path, test: ImageSet) -> Gallery:
    """The images that a run is looked at with: those in its folder, for a disk may refuse to take them once more."""
    gallery = gallery_of(test)
    try:
        Gallery.load(home)
    except CheckpointError:
        gallery.save(home)
    return gallery


def sweep_up(home: Path) -> None:
    """Takes away halves of files, which a process leaves that is killed while it writes."""
    for folder in (home, home / "moments"):
        for path in folder.glob("*"):
            if HALF.fullmatch(path.name):
                with suppress(OSError):  # a disk that refuses is told of when something is written
                    path.unlink()


def give_way() -> None:
    """Whoever drags a slider comes first, where the two share a core."""
    tasks = Path("/proc/self/task")
    if not hasattr(os, "setpriority"):
        return
    # Linux keeps a priority for every thread: torch's own ones would keep theirs.
    for task in [int(path.name) for path in tasks.iterdir()] if tasks.is_dir() else [0]:
        with suppress(ProcessLookupError):  # a thread that has ended since
            os.setpriority(os.PRIO_PROCESS, task, max(NICE, os.getpriority(os.PRIO_PROCESS, task)))


def trial(choice: Recipe, images: ImageSet) -> TrainConfig:
    """The configuration of a choice as far as it does not depend on how long is trained."""
    return configured(replace(choice, unit="steps", budget=100_000), images.spec, len(images))


def failure(error: Exception, command: Command) -> Failed:
    """What is told of one of the `FAULTS`."""
    if isinstance(error, KeyedError):
        return Failed("run.export" if command.name == "export" else "run.refused", {"reason": error.sentence})
    log.error("%s failed", command.name, exc_info=error)
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in NO_MEMORY):
        return Failed("run.memory", {})
    if isinstance(error, OSError):
        return Failed("run.system", {"reason": cause(error)})
    return Failed("run.torch", {"reason": cause(error)})


def listen(worker: Worker) -> None:
    """Commands from the standard input; its end, when the app is gone, stops the run, which keeps its state."""
    for line in sys.stdin:
        try:
            command = from_line(line)
        except ConfigError as error:
            log.warning("%s", error)
            continue
        if isinstance(command, Command):
            worker.inbox.put(command)
    worker.inbox.put(Command("stop", {"key": "run.app_gone"}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    # Events have a stream of their own: a library that prints must not end up between them.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # as the app writes, whatever the terminal's encoding is
    torch.set_num_threads(threads())

    def say(event: Event) -> None:
        try:
            out.write(to_line(event))
        except OSError:  # the app is gone; the end of the input says so too
            log.debug("nobody hears %s", type(event).__name__)

    worker = Worker(options.data, say)

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # whoever asks twice is not kept waiting
        worker.inbox.put(Command("stop", {"key": "run.terminated"}))

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the app's, whose end ends the input
    threading.Thread(target=listen, args=[worker], daemon=True).start()
    say(Ready())
    worker.work()


if __name__ == "__main__":
    main()
