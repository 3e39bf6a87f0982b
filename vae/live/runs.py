"""Everybody's runs: one at a time on a device, the others in a queue, each visible to its owner alone."""

from __future__ import annotations

import hashlib
import hmac
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
from vae.live.deadlines import hangs, time_is_up
from vae.live.devices import devices
from vae.live.events import Command, Event
from vae.live.process import WorkerProcess
from vae.live.recipe import Recipe
from vae.live.record import NAME
from vae.live.run import LiveRun, RunError
from vae.live.session import RESUME
from vae.live.shares import BeginRate, evicted_for, require_place
from vae.live.standby import StandbyWorker
from vae.live.zerogpu import CHUNK_SECONDS, ChunkWorker, Lend
from vae.system.folder_lock import FolderLock, FolderTaken
from vae.system.limits import RUNS, TRAINING, RunLimits
from vae.system.messages import Sentence, cause

REAP_EVERY = 2.0  # seconds between two looks at who watches
SECRET = "address.key"  # with which addresses are hashed: without it a list of all addresses would give them back

log = logging.getLogger(__name__)


class Runs:
    """All runs of this server: one at a time on a device, the others queued, each visible to its owner alone.

    No process starts before `warm` or the first question. Locks are taken in one order: those of the standby worker's
    questions, `_lock`, then that of a run. Under `_lock` nothing waits for a disk or a process.

    Args:
        folder: of the runs.
        data_root: folder of the data sets.
        limits: of runs, see the README.
        lent: devices that are lent for a minute at a time, whose runs are trained in chunks, see `work`.

    Raises:
        RunError: another app uses the folder.
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
        try:
            self._folder_lock = FolderLock(self.folder)
        except FolderTaken as error:
            raise RunError(error.key, **error.values) from error
        self._secret = _secret(self.folder)
        self._lock = threading.RLock()
        self._runs: dict[str, LiveRun] = {}
        self._parted: dict[str, LiveRun] = {}  # over, and nothing learned: why is answered for as long as one asks
        self._rate = BeginRate(limits)
        self._queues: dict[str, list[LiveRun]] = {name: [] for name in self.devices}
        self._active: dict[str, tuple[LiveRun, WorkerProcess | ChunkWorker | None]] = {}  # device -> who trains on it
        self._standby = StandbyWorker(self.data_root, limits.answer)
        self._closed = threading.Event()
        self._take_in()
        threading.Thread(target=self._reap, name="runs", daemon=True).start()

    # What the page asks.

    def warm(self) -> None:
        """Has a process ready, so that the first run or forecast need not wait for its imports; not while a training
        is on, for the imports would take a core from its first pictures.
        """
        with self._lock:
            idle = not self._active
        if idle:
            self._standby.warm()

    def forecast(self, recipe: Recipe, own: str | None = None) -> events.TrainingForecast:
        """How long it would take and how many latents would wake; measured, in a process of its own.

        Raises:
            RunError: it cannot be trained, or the answer takes too long.
        """
        self._require_possible(recipe)
        other = self.training(recipe.device)
        values = {"recipe": recipe.to_json(), "own": own, "measured": recipe.device not in self.lent}
        values |= {"beside": other is not None and not other.over, "longest": self.limits.longest}
        return self._standby.ask(Command("forecast", values), events.TrainingForecast)

    def begin(self, owner: str, recipe: Recipe, own: str | None = None, address: str = "") -> LiveRun:
        """A new run, at the end of its device's queue.

        Args:
            address: of the client, as `owner` stored hashed alone; "" where it is not known.

        Raises:
            RunError: the device is not here, the queue or the client's share of it is full, there is no room for what
                it would learn, the client begins too many, or the disk refuses.
        """
        self._require_possible(recipe)
        ident = secrets.token_urlsafe(16)
        run = LiveRun(ident, self.hashed(owner), self.folder / ident, recipe, own, self._hashed_address(address))
        run.device_name = self.devices[recipe.device]
        with self._lock:
            self._rate.spend(run.owner, run.address, time.monotonic())
        try:
            run.folder.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise RunError("run.no_folder", reason=cause(error)) from error
        try:
            with self._lock:
                self._may_queue(run, recipe.device)
                gone = evicted_for(run.owner, run.address, self._runs.values(), self.limits, time.monotonic())
                for old in gone:
                    del self._runs[old.ident]
                run.number = 1 + max((other.number for other in self._runs.values()), default=0)
                self._runs[ident] = run
                self._queues[recipe.device].append(run)
        except RunError:
            shutil.rmtree(run.folder, ignore_errors=True)
            raise
        self._advance(recipe.device)
        for old in gone:
            self._remove(old)
        run.write()
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
        if action == "stop":
            self._end(run, "stopped", key, values)
            self._settle(run)
            return
        device, resumable = run.recipe.device, action == "resume" and run.resumable
        with self._lock:
            worker, again = self._worker_of(run), resumable and run.over
            if again:
                self._may_queue(run, device)
                run.enter("waiting")
                if not self._launching(run):
                    run.turn = None  # a process that is ending had the last one
                    self._queues[device].append(run)
        if again:
            run.write()
            self._advance(device)
        elif worker and not run.over:
            worker.send(Command(action))

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
            run = self._runs.get(ident) or self._parted.get(ident) if isinstance(ident, str) else None
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
        return sorted(mine, key=lambda run: (-run.number, -run.started))

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
        self._end(run, "stopped")
        with self._lock:
            self._runs.pop(run.ident, None)
            self._parted.pop(run.ident, None)
        self._remove(run)

    def close(self) -> None:
        """Lets all processes go; runs keep their state, and the folder is free for another app."""
        self._closed.set()
        with self._lock:
            workers = [worker for _, worker in self._active.values() if worker]
        for worker in [*workers, self._standby]:
            worker.close()
        self._folder_lock.release()

    @staticmethod
    def hashed(owner: str) -> str:
        return hashlib.sha256(owner.encode()).hexdigest()

    # How it goes on.

    def _hashed_address(self, address: str) -> str:
        return hmac.digest(self._secret, address.encode(), "sha256").hex() if address else ""

    def _require_possible(self, recipe: Recipe) -> None:
        if recipe.device not in self.devices:
            raise RunError("run.no_device", name=recipe.device, known=list(self.devices))
        if recipe.unit == "seconds" and recipe.budget > self.limits.longest:
            values = {"low": TRAINING["seconds"][0], "high": f"{self.limits.longest:g}", "value": f"{recipe.budget:g}"}
            raise RunError("run.refused", reason=Sentence("choice.range", name="seconds", **values))

    def _worker_of(self, run: LiveRun) -> WorkerProcess | ChunkWorker | None:
        with self._lock:
            active = self._active.get(run.recipe.device)
        return active[1] if active and active[0] is run else None

    def _has_device(self, run: LiveRun) -> bool:
        with self._lock:
            active = self._active.get(run.recipe.device)
        return active is not None and active[0] is run

    def _launching(self, run: LiveRun) -> bool:
        """Has it the device, but no process yet?"""
        return self._has_device(run) and self._worker_of(run) is None

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

    def _may_queue(self, run: LiveRun, device: str) -> None:
        """Raises RunError where the queue or the client's share of it is full, or the owner has a run that is on."""
        require_place(run.address, self._queues[device], self.limits.waiting)
        if any(other.owner == run.owner and not other.over for other in self._runs.values()):
            raise RunError("run.one_at_a_time")

    def _take_in(self) -> None:
        """Takes in what an earlier app has left."""
        try:
            folders = [path for path in self.folder.iterdir() if re.fullmatch(r"[\w-]{22}", path.name)]
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("The runs in %s cannot be read: %s", self.folder, cause(error))
            return
        runs = []
        for folder in folders:
            try:
                if not (folder / NAME).is_file():
                    continue
                run = LiveRun.read(folder)
            except (OSError, ConfigError) as error:
                log.warning("The run in %s is passed over: %s", folder, error)
            else:
                if not run.learned:
                    self._remove(run)
                elif run.recipe.device in self.devices:
                    runs.append(run)
        self._runs = {run.ident: run for run in runs}

    def _end(self, run: LiveRun, state: str, key: str | None = None, values: dict[str, Any] | None = None) -> None:
        """Takes a run off its queue or tells its process to stop; `_settle` puts that down. Waits for no process."""
        device = run.recipe.device
        with self._lock:
            worker = self._worker_of(run)
            if run in self._queues[device]:
                self._queues[device].remove(run)
            ends = not run.over
            if ends:
                run.enter(state, key, values)
                if worker:
                    worker.hear = run.absorb_late
        if ends and worker:
            worker.send(Command("stop"))
        self._advance(device)

    def _settle(self, run: LiveRun) -> None:
        """Writes a run down as it stands now. Of one that is over, has no process any more and has learned nothing, no
        more stays than the sentence that says why it ended, for as long as somebody asks for it.
        """
        with self._lock:
            empty = run.over and not run.learned and not self._has_device(run) and run.ident in self._runs
            if empty:
                self._parted[run.ident] = self._runs.pop(run.ident)
                while len(self._parted) > self.limits.most_runs:
                    del self._parted[next(iter(self._parted))]
        if empty:
            self._remove(run)
        else:
            run.write()

    def _remove(self, run: LiveRun) -> None:
        """Takes the files of a forgotten run away; where its process still writes, they go when that has gone."""
        if not self._has_device(run):
            shutil.rmtree(run.folder, ignore_errors=True)

    def _advance(self, device: str) -> None:
        """Gives a free device to the first in its queue."""
        with self._lock:
            if device in self._active or not self._queues[device] or self._closed.is_set():
                return
            run = self._queues[device].pop(0)
            self._active[device] = (run, None)
        try:
            threading.Thread(target=self._launch, args=[device, run], name="launch", daemon=True).start()
        except RuntimeError:  # no more threads
            log.exception("no thread for a run")
            run.enter("failed", "run.no_process")
            self._free(device, run)

    def _launch(self, device: str, run: LiveRun) -> None:
        """Gives the run its process: the standby worker, whose answer to a forecast is worth waiting for, since it has
        then read the images and measured the speed; a new one would have to import torch first.
        """
        lent, worker = device in self.lent, None
        try:
            with self._standby.after_current_question(0 if lent else self.limits.forecast):
                if not run.over:
                    worker = ChunkWorker(self.data_root, run.saved) if lent else self._standby.acquire()
        except OSError:  # no memory or no files for one more process
            log.exception("no process for a run")
            run.enter("failed", "run.no_process")
        with self._lock:
            wanting = worker is not None and not run.over  # else it was stopped meanwhile
            if wanting:
                worker.hear, run.turn = run.absorb, time.monotonic()
                worker.gone = lambda status: self._ended(device, run, status)
                self._active[device] = (run, worker)
        if not wanting:
            if isinstance(worker, WorkerProcess):
                self._standby.release(worker)
            self._free(device, run)
            return
        values = {"folder": str(run.folder), "recipe": run.recipe.to_json(), "own": run.own}
        values |= {"resume": (run.folder / RESUME).is_file(), "longest": self.limits.longest}
        worker.send(Command("begin", values))

    def _ended(self, device: str, run: LiveRun, status: int) -> None:
        """A run's process has gone: as it should, or not."""
        with self._lock:
            again, worker = run in self._queues[device], self._worker_of(run)
        if not run.over and not again:
            said = {"step": run.saved, "status": str(status).replace("-", "−")}
            key = "run.killed" if (run.folder / RESUME).is_file() else "run.killed_early"
            ready = not isinstance(worker, WorkerProcess) or worker.ready
            run.enter("failed", key if ready else "run.no_process", said if ready else None)
        self._free(device, run)
        if not self._closed.is_set():
            self.warm()

    def _free(self, device: str, run: LiveRun) -> None:
        """The device goes to the next, and the files of a run that was forgotten go away."""
        with self._lock:
            self._active.pop(device, None)
            run.turn = None
            forgotten = run.ident not in self._runs
        self._advance(device)
        if forgotten:
            self._remove(run)
        else:
            self._settle(run)

    def _reap(self) -> None:
        """Looks after everybody's runs, every two seconds."""
        before = time.monotonic()
        while not self._closed.wait(REAP_EVERY):
            now = time.monotonic()
            if now - before > 5 * REAP_EVERY:  # the app itself was not on: nobody could watch or be heard meanwhile
                self._excuse(now)
            before = now
            try:
                self._look_after(now)
            except Exception:  # one run that cannot be looked after must not be the end for all others
                log.exception("the runs could not be looked after")

    def _excuse(self, now: float) -> None:
        with self._lock:
            runs, workers = list(self._runs.values()), [worker for _, worker in self._active.values()]
        for run in runs:
            run.watched = now
        for worker in workers:
            if isinstance(worker, WorkerProcess):
                worker.heard = now

    def _look_after(self, now: float) -> None:
        """Ends what has had its time or is not there any more."""
        with self._lock:
            on = [run for run in self._runs.values() if not run.over]
            for ident in [run.ident for run in self._parted.values() if now - run.watched > self.limits.unwatched]:
                del self._parted[ident]
        for run in on:
            waited_for = bool(self._queues[run.recipe.device])
            if (reason := time_is_up(run, waited_for, self.limits, now)) is not None:
                self._end(run, "stopped", *reason)
                aside(self._settle, run)
        with self._lock:
            active = [(run, worker) for run, worker in self._active.values() if isinstance(worker, WorkerProcess)]
        for run, worker in active:
            if worker.killed is not None and now - worker.killed > self.limits.ending:
                worker.abandon()
            if not run.over and (reason := hangs(run, worker, self.limits, now)) is not None:
                self._end(run, "failed", *reason)
                worker.kill()
                aside(self._settle, run)
            ends = run.over or run.turn is None  # or it has been resumed, and this is the process of its last turn
            if ends and now - run.since > self.limits.ending:
                worker.kill()


def aside(work: Callable[..., object], *arguments: object) -> None:
    """Does it in a thread of its own, for a disk that hangs must not keep those who look after all runs."""
    try:
        threading.Thread(target=work, args=arguments, name="disk", daemon=True).start()
    except RuntimeError:  # no more threads
        work(*arguments)


def _secret(folder: Path) -> bytes:
    """The key of a folder's hashes, made where there is none; one that cannot be kept lasts as long as the app."""
    path = folder / SECRET
    try:
        if not path.exists() or not path.stat().st_size:
            path.touch(0o600)
            path.write_bytes(secrets.token_bytes(32))
        return path.read_bytes() or secrets.token_bytes(32)
    except OSError as error:
        log.info("no key is kept in %s: %s", folder, cause(error))
        return secrets.token_bytes(32)


def checked_recipe(plain: Any) -> Recipe:
    """A page's choice. Raises RunError with the sentence."""
    try:
        return Recipe.from_json(plain)
    except ConfigError as error:
        raise RunError("run.refused", reason=error) from error
