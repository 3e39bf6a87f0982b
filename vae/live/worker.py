"""The process of a run: `python -m vae.live.worker --data DIR`. Commands come in as lines, events go out as lines.

It lives for one run (or until its input ends) and may make forecasts and checkpoints before. Whatever goes wrong in
here, a driver, memory, a hang, the app that started it goes on.
"""

from __future__ import annotations

import argparse
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from vae import snapshot
from vae.config import ConfigError, TrainConfig
from vae.data import DataError, ImageSet, load
from vae.data.own import own_images
from vae.doctor import kl_weight, noise_variance
from vae.export import export_brief
from vae.forecast import forecast, spectrum
from vae.live.devices import threads
from vae.live.events import Command, Event, Exported, Failed, Foreseen, Progress, Ready, from_line, to_line
from vae.live.moments import gallery_of
from vae.live.recipe import Recipe, configured
from vae.live.session import RESUME, session
from vae.storage import CheckpointError
from vae.train import TrainState, steps_per_second

FORECAST_IMAGES = 1_500
NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory")
TRIAL_SECONDS = 0.7  # of training, to measure its speed
Say = Callable[[Event], None]

log = logging.getLogger(__name__)


class Worker:
    """Carries out one command after the other.

    Args:
        root: folder of the data sets.
        say: where events go.
    """

    def __init__(self, root: Path, say: Say) -> None:
        self.root, self.say = root, say
        self.inbox: queue.Queue[Command] = queue.Queue()
        self._images: dict[str, tuple[ImageSet, ImageSet]] = {}
        self._spectra: dict[tuple[str, str], Any] = {}
        self._speeds: dict[tuple[str, bool, TrainConfig], float] = {}

    def work(self) -> None:
        """Until the run is over or the input ends."""
        tasks = {"foresee": self.foresee, "begin": self.begin, "export": self.export}
        while (command := self.inbox.get()).name != "stop":
            task = tasks.get(command.name)
            if task is None:  # pause, resume and the like of a run that is over
                continue
            try:
                task(**command.values)
            except (ConfigError, DataError, CheckpointError) as error:
                key = "run.export" if command.name == "export" else "run.refused"
                self.say(Failed(key, {"reason": self.told(error, command)}))
            except MemoryError:
                self.say(Failed("run.memory", {}))
            except RuntimeError as error:  # of torch: a device that is full, a driver that gave up
                log.exception("%s failed", command.name)
                memory = any(words in str(error).lower() for words in NO_MEMORY)
                self.say(Failed("run.memory" if memory else "run.torch", {"reason": str(error).split("\n")[0][:200]}))
            if command.name == "begin":
                return

    def foresee(self, recipe: dict[str, Any], own: str | None = None, beside: bool = False) -> None:
        """Says how long a training would take, measured, and what a linear model would do; `beside` another one?"""
        choice = Recipe.from_json(recipe)
        train_images, _ = self.images(choice.dataset, own)
        config, speed = self.resolved(choice, train_images, beside)
        steps, batch, weight = config.training.steps, config.training.batch_size, kl_weight(config)
        awake = nats = None
        if weight:
            sigma2 = noise_variance(config)
            eigenvalues = self.spectrum(train_images, config.model.likelihood)
            found = forecast(eigenvalues, weight / sigma2, sigma2, config.model.latent_dim)
            awake, nats = found.awake, found.nats
        self.say(Foreseen(steps, steps / speed, speed * batch, awake, nats))

    def begin(self, folder: str, recipe: dict[str, Any], own: str | None = None, resume: bool = False) -> None:
        """Trains, from the start or from where the run in `folder` was left."""
        choice, home = Recipe.from_json(recipe), Path(folder)
        train_images, test = self.images(choice.dataset, own)
        device = torch.device(choice.device)
        gallery = gallery_of(test)
        gallery.save(home)
        if resume:
            state = snapshot.load(home / RESUME, device)
        else:
            state = TrainState.fresh(self.resolved(choice, train_images)[0], device)
        for event in session(state, train_images, test, gallery, home, self.next):
            self.say(event)

    def export(self, folder: str, path: str, own: str | None = None, device: str = "cpu") -> None:
        """Makes a checkpoint of the last snapshot of a run, on the device that it was trained on."""
        state = snapshot.load(Path(folder) / RESUME, torch.device(device))
        _, test = self.images(state.config.dataset, own)

        def progress(stage: str, done: int, total: int) -> None:
            self.say(Progress(stage, done / max(total, 1)))

        export_brief(state, test, Path(path), progress)
        self.say(Exported(path))

    def told(self, error: Exception, command: Command) -> str:
        """The error without the places of this machine, which are nobody's business."""
        text = str(error)
        for key in ("path", "folder", "own"):
            text = text.replace(f"{command.values.get(key)}/", "") if command.values.get(key) else text
        return text

    def next(self, wait: bool) -> Command | None:
        """The inbox of a session."""
        try:
            return self.inbox.get(block=wait)
        except queue.Empty:
            return None

    def images(self, name: str, own: str | None) -> tuple[ImageSet, ImageSet]:
        """Training and test images; kept, so that a training that was foreseen begins at once."""
        key = own or name
        if key not in self._images:
            self._images.clear()
            self._images[key] = (
                own_images(Path(own))
                if own
                else (load(name, "train", self.root, fetch=False), load(name, "test", self.root, fetch=False))
            )
        return self._images[key]

    def resolved(self, choice: Recipe, images: ImageSet, beside: bool = False) -> tuple[TrainConfig, float]:
        """The configuration with its number of steps, and the steps per second measured for it, `beside` another run
        or alone.
        """
        trial = configured(replace(choice, unit="steps", budget=100_000), images.spec, len(images))
        key = (choice.device, beside, trial)
        if key not in self._speeds:
            self._speeds[key] = steps_per_second(trial, images, torch.device(choice.device), TRIAL_SECONDS)
        speed = self._speeds[key]
        return configured(choice, images.spec, len(images), speed), speed

    def spectrum(self, images: ImageSet, likelihood: str) -> Any:
        """Eigenvalues of the covariance, kept: a second of work for 64×64×3."""
        key = (images.name, likelihood)
        if key not in self._spectra:
            rows = torch.linspace(0, len(images) - 1, min(FORECAST_IMAGES, len(images))).long()
            self._spectra[key] = spectrum(images.batch(rows).numpy(), likelihood)
        return self._spectra[key]


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
    torch.set_num_threads(threads())

    def say(event: Event) -> None:
        try:
            out.write(to_line(event))
        except OSError:  # the app is gone; the end of the input says so too
            log.debug("nobody hears %s", type(event).__name__)

    worker = Worker(options.data, say)
    threading.Thread(target=listen, args=[worker], daemon=True).start()
    say(Ready())
    worker.work()


if __name__ == "__main__":
    main()
