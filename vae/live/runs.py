"""Everybody's runs: one at a time on a device, the others in a queue, each visible to its owner alone."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from vae.config import ConfigError
from vae.live import events
from vae.live.devices import devices
from vae.live.events import Command, Event
from vae.live.process import WorkerProcess
from vae.live.recipe import Recipe
from vae.live.run import LiveRun, RunError
from vae.live.session import RESUME
from vae.live.standby import StandbyWorker
from vae.live.zerogpu import CHUNK_SECONDS, ChunkWorker, Lend
from vae.system.limits import RUNS, RunLimits
from vae.system.messages import cause
from vae.system.safetensors_file import CheckpointError

REAP_EVERY = 2.0  # seconds between two looks at who watches

log = logging.getLogger(__name__)


class Runs:
    """All runs of this server: one at a time on a device, the others queued, each visible to its owner alone.

    No process starts before `warm` or the first question. Locks are taken in one order: those of the standby worker's
    questions, `_lock`, then that of a run or a process.

    Args:
        folder: of the runs.
        data_root: folder of the data sets.
        limits: of runs, see the README.
        lent: devices that are lent for a minute at a time, whose runs are trained in chunks, see `work`.
    """

    def __init__(
        self,
        folder: Path,
        data_root: Path,
        limits: RunLimits = RUNS,
        lent: Collection[str] = (),
    ) -> None:
        self.folder, self.data_root, self.limits, self.lent = Path(folder), Path(data_root), limits, tuple(lent)
        self.devices = devices(self.lent)
        self._lock = threading.RLock()
        self._runs: dict[str, LiveRun] = {}
        self._queues: dict[str, list[LiveRun]] = {name: [] for name in self.devices}
        self._active: dict[str, tuple[LiveRun, WorkerProcess | ChunkWorker | None]] = {}  # device -> who trains on it
        self._standby = StandbyWorker(self.data_root, limits.answer)
        self._closed = threading.Event()
        self._found()
        threading.Thread(target=self._reap, name="runs", daemon=True).start()

    # What the page asks.

    def warm(self) -> None:
        """Has a process ready, so that the first run or forecast need not wait for its imports; not while a training
        is on, for the imports would take a core from its first pictures.
        """
        with self._lock:
            if not self._active:
                self._standby.warm()

    def forecast(self, recipe: Recipe, own: str | None = None) -> events.TrainingForecast:
        """How long it would take and how many latents would wake; measured, in a process of its own.

        Raises:
            RunError: it cannot be trained, or the answer takes too long.
        """
        self._known(recipe)
        other = self.training(recipe.device)
        values = {"recipe": recipe.to_json(), "own": own, "measured": recipe.device not in self.lent}
        values["beside"] = other is not None and not other.over
        return self._standby.ask(Command("forecast", values), events.TrainingForecast)

    def begin(self, owner: str, recipe: Recipe, own: str | None = None) -> LiveRun:
        """A new run, at the end of its device's queue.

        Raises:
            RunError: the device is not here, the queue is full, or the disk refuses.
        """
        self._known(recipe)
        with self._lock:
            self._may_queue(self.hashed(owner), recipe.device)
            ident = secrets.token_urlsafe(16)
            folder = self.folder / ident
            try:
                folder.mkdir(parents=True, mode=0o700)
            except OSError as error:
                raise RunError("run.no_folder", reason=cause(error)) from error
            run = LiveRun(ident, self.hashed(owner), folder, recipe, own)
            run.device_name = self.devices[recipe.device]
            self._runs[ident] = run
            self._make_room(run.owner)
            self._queues[recipe.device].append(run)
        run.write()
        self._advance(recipe.device)
        return run

    def drive(self, run: LiveRun, action: str, key: str | None = None, values: dict[str, Any] | None = None) -> None:
        """ "pause", "resume", "step" or "stop". What makes no sense in the run's state is passed over.

        Args:
            key, values: the sentence that says why it stops.

        Raises:
            RunError: an unknown action, or a resumed run that may not queue.
        """
        if action not in ("pause", "resume", "step", "stop"):
            raise RunError("run.action", name=action)
        device = run.recipe.device
        with self._lock:
            active = self._active.get(device)
            worker = active[1] if active and active[0] is run else None
            launching = active is not None and active[0] is run and worker is None
            if action == "stop":
                if run in self._queues[device]:
                    self._queues[device].remove(run)
                if not run.over:
                    run.enter("stopped", key, values)
                    if worker:
                        worker.hear = run.absorb_late
                        worker.send(Command("stop"))
            elif action == "resume" and run.over and run.resumable:
                self._may_queue(run.owner, device)
                run.enter("waiting")
                if not launching:
                    self._queues[device].append(run)
            elif worker and not run.over:
                worker.send(Command(action))
        self._advance(device)

    def turn(self, run: LiveRun, knob: str, value: float) -> None:
        """Takes a knob into the owner's hand. Passed over where the run does not train."""
        worker = self._worker_of(run)
        if worker and not run.over:
            worker.send(Command("turn", {"knob": knob, "value": value}))

    def needs_chunk(self, run: LiveRun) -> bool:
        """Does the run wait for its device to be lent?"""
        worker = self._worker_of(run)
        return isinstance(worker, ChunkWorker) and worker.needs_chunk

    def work(self, run: LiveRun, lend: Lend, seconds: float = CHUNK_SECONDS) -> Iterator[Event]:
        """One chunk of a run on a lent device; nothing where none is needed."""
        worker = self._worker_of(run)
        if isinstance(worker, ChunkWorker):
            yield from worker.work(lend, seconds)

    def unsaved(self, run: LiveRun) -> bool:
        """Has it learned more than its last snapshot holds, and a worker that can write it down?"""
        return run.saved < run.step and self._worker_of(run) is not None

    def export(self, run: LiveRun, path: Path, progress: Callable[[events.Progress], None]) -> int:
        """Makes a checkpoint of a run as it stands, or where its worker has gone, of its last snapshot.

        Returns:
            the step that it holds.

        Raises:
            RunError: it cannot be made.
        """
        self._save(run)
        step = run.saved
        if not (run.folder / RESUME).is_file():
            raise RunError("run.nothing_saved")
        device = "cpu" if run.recipe.device in self.lent else run.recipe.device
        values = {"folder": str(run.folder), "path": str(path), "own": run.own, "device": device}
        self._standby.ask(Command("export", values), events.Exported, progress)
        return step

    def get(self, owner: str, ident: object) -> LiveRun:
        """The run, if it is this owner's.

        Raises:
            RunError: there is no such run for this owner.
        """
        with self._lock:
            run = self._runs.get(ident) if isinstance(ident, str) else None
        if run is None or not secrets.compare_digest(run.owner, self.hashed(owner)):
            raise RunError("run.unknown")
        run.watched = time.monotonic()
        return run

    def all(self) -> list[LiveRun]:
        with self._lock:
            return list(self._runs.values())

    def listed(self, owner: str) -> list[LiveRun]:
        """This owner's runs, the newest first."""
        with self._lock:
            mine = [run for run in self._runs.values() if run.owner == self.hashed(owner)]
        return sorted(mine, key=lambda run: -run.started)

    def place(self, run: LiveRun) -> tuple[int, int]:
        """(2, 3): second of three who wait for the device; (0, n) for one that does not wait."""
        with self._lock:
            queue = self._queues[run.recipe.device]
            return (queue.index(run) + 1 if run in queue else 0), len(queue)

    def busy(self, device: str) -> bool:
        """Does anybody train on the device?"""
        with self._lock:
            return device in self._active

    def training(self, device: str) -> LiveRun | None:
        """The run that has the device."""
        with self._lock:
            active = self._active.get(device)
        return active[0] if active else None

    def forget(self, run: LiveRun) -> None:
        """Stops a run and takes its files away."""
        self.drive(run, "stop")
        with self._lock:
            self._runs.pop(run.ident, None)
            active = self._active.get(run.recipe.device)
            busy = active is not None and active[0] is run
        if not busy:  # else when its process has gone
            shutil.rmtree(run.folder, ignore_errors=True)

    def close(self) -> None:
        """Lets all processes go; runs keep their state."""
        self._closed.set()
        with self._lock:
            workers = [worker for _, worker in self._active.values() if worker]
        for worker in [*workers, self._standby]:
            worker.close()

    @staticmethod
    def hashed(owner: str) -> str:
        return hashlib.sha256(owner.encode()).hexdigest()

    # How it goes on.

    def _known(self, recipe: Recipe) -> None:
        if recipe.device not in self.devices:
            raise RunError("run.no_device", name=recipe.device, known=list(self.devices))

    def _worker_of(self, run: LiveRun) -> WorkerProcess | ChunkWorker | None:
        with self._lock:
            active = self._active.get(run.recipe.device)
        return active[1] if active and active[0] is run else None

    def _save(self, run: LiveRun) -> None:
        """Waits until the step that a run is at is on the disk, as long as its process may take to end: one that is
        over writes its last step by itself, after it has said that it is.
        """
        at, worker = run.step, self._worker_of(run)
        if self.unsaved(run) and not run.over:
            worker.send(Command("save"))
        end = time.monotonic() + self.limits.ending
        while run.saved < at and worker is not None and self._worker_of(run) is worker and time.monotonic() < end:
            time.sleep(0.02)

    def _may_queue(self, owner: str, device: str) -> None:
        """Raises RunError where the queue is full, or the owner (a hash) has a run that is not over."""
        if len(self._queues[device]) >= self.limits.waiting:
            raise RunError("run.queue_full", n=len(self._queues[device]))
        if any(run.owner == owner and not run.over for run in self._runs.values()):
            raise RunError("run.one_at_a_time")

    def _found(self) -> None:
        """Takes in what an earlier app has left."""
        if not self.folder.is_dir():
            return
        for folder in self.folder.iterdir():
            if not re.fullmatch(r"[\w-]{22}", folder.name) or not (folder / "run.json").is_file():
                continue
            try:
                run = LiveRun.read(folder)
            except (OSError, ValueError, KeyError, TypeError, CheckpointError) as error:
                log.warning("The run in %s cannot be read: %s", folder, error)
            else:
                if run.recipe.device in self.devices:
                    self._runs[run.ident] = run

    def _make_room(self, owner: str) -> None:
        """Forgets the oldest runs that are over, of an owner who has too many and of all."""
        over = sorted((run for run in self._runs.values() if run.over), key=lambda run: run.started)
        mine = [run for run in over if run.owner == owner]
        of_owner = sum(run.owner == owner for run in self._runs.values())
        gone = mine[: max(0, of_owner - self.limits.per_owner)]
        rest = [run for run in over if run not in gone]
        gone += rest[: max(0, len(self._runs) - len(gone) - self.limits.most_runs)]
        for run in gone:
            self.forget(run)

    def _advance(self, device: str) -> None:
        """Gives a free device to the first in its queue."""
        with self._lock:
            if device in self._active or not self._queues[device] or self._closed.is_set():
                return
            run = self._queues[device].pop(0)
            self._active[device] = (run, None)
        threading.Thread(target=self._launch, args=[device, run], name="launch", daemon=True).start()

    def _launch(self, device: str, run: LiveRun) -> None:
        """Gives the run its process: the standby worker, whose answer to a forecast is worth waiting for, since it has
        then read the images and measured the speed; a new one would have to import torch first.
        """
        lent, worker = device in self.lent, None
        try:
            with self._standby.after_current_question(0 if lent else self.limits.forecast), self._lock:
                if not run.over:  # else it was stopped meanwhile
                    worker = ChunkWorker(self.data_root, run.saved) if lent else self._standby.acquire()
                    worker.hear = run.absorb
                    worker.gone = lambda status: self._ended(device, run, status)
                    self._active[device] = (run, worker)
        except OSError:  # no memory or no files for one more process
            log.exception("no process for a run")
            run.enter("failed", "run.no_answer")
        if worker is None:
            self._free(device, run)
            return
        values = {"folder": str(run.folder), "recipe": run.recipe.to_json(), "own": run.own}
        worker.send(Command("begin", values | {"resume": (run.folder / RESUME).is_file()}))

    def _ended(self, device: str, run: LiveRun, status: int) -> None:
        """A run's process has gone: as it should, or not."""
        with self._lock:
            again = run in self._queues[device]
        if not run.over and not again:
            early = not (run.folder / RESUME).is_file()
            said = {"step": run.saved, "status": str(status).replace("-", "−")}
            run.enter("failed", "run.killed_early" if early else "run.killed", said)
        self._free(device, run)
        if not self._closed.is_set():
            self.warm()

    def _free(self, device: str, run: LiveRun) -> None:
        """The device goes to the next, and the files of a run that was forgotten go away."""
        with self._lock:
            self._active.pop(device, None)
            forgotten = run.ident not in self._runs
        if forgotten:
            shutil.rmtree(run.folder, ignore_errors=True)
        self._advance(device)

    def _reap(self) -> None:
        """Stops what nobody watches and what is paused while others wait; ends processes that do not end."""
        while not self._closed.wait(REAP_EVERY):
            try:
                self._look_after(time.monotonic())
            except Exception:  # one run that cannot be looked after must not be the end for all others
                log.exception("the runs could not be looked after")

    def _look_after(self, now: float) -> None:
        with self._lock:
            on = [run for run in self._runs.values() if not run.over]
            active = list(self._active.values())
        for run in on:
            waited_for = bool(self._queues[run.recipe.device])
            if not run.recipe.going_on and now - run.watched > self.limits.unwatched:
                key = "run.unwatched" if run.config else "run.unwatched_early"
                self.drive(run, "stop", key, {"minutes": in_minutes(self.limits.unwatched)})
            elif run.state == "paused" and waited_for and now - run.since > self.limits.paused:
                self.drive(run, "stop", "run.gave_way", {"minutes": in_minutes(self.limits.paused)})
        for run, worker in active:
            if worker and run.over and now - run.since > self.limits.ending:
                worker.kill()


def in_minutes(seconds: float) -> str:
    """Minutes as a sentence says them: "3" or "2.5"."""
    return f"{round(seconds / 60, 1):g}"


def checked_recipe(plain: Any) -> Recipe:
    """A page's choice. Raises RunError with the sentence."""
    try:
        return Recipe.from_json(plain)
    except ConfigError as error:
        raise RunError("run.refused", reason=error) from error
