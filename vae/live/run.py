"""One run: what has been heard of it, in memory for the page and on disk for the time after a restart."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vae.config import TrainConfig
from vae.live import events
from vae.live.events import Event
from vae.live.moments import steps_kept
from vae.live.recipe import Recipe
from vae.live.record import COLUMNS, NAME, OVER, RunRecord
from vae.live.session import RESUME
from vae.system.messages import KeyedError, Sentence, cause
from vae.system.safetensors_file import CheckpointError, read_header
from vae.training.objectives import KNOBS, OBJECTIVES

__all__ = ["COLUMNS", "OVER", "LiveRun", "Rows", "RunError"]

MOST_ROWS = 2_000  # of the curves; beyond it every other one goes
MOST_CHANGES = 1_000
log = logging.getLogger(__name__)


class RunError(KeyedError):
    """What cannot be done with a run."""


@dataclass
class Rows:
    """Rows that grow, evenly: where they would be too many every other one goes, and from then on only every other of
    the new ones is kept. `epoch` rises whenever rows that somebody may hold have gone: they are taken anew.
    """

    rows: list[list[float | None]] = field(default_factory=list)
    epoch: int = 0
    stride: int = 1
    _passed: list[list[float | None]] = field(default_factory=list)  # since the last one that was kept

    def add(self, row: list[float | None]) -> None:
        self._passed.append(row)
        if len(self._passed) >= self.stride:
            self.flush()

    def flush(self) -> None:
        """Keeps the newest row, as at the end of a run."""
        if self._passed:
            self.rows.append(self._passed[-1])
            self._passed = []
        if len(self.rows) > MOST_ROWS:
            self.rows, self.epoch, self.stride = self.rows[::2], self.epoch + 1, 2 * self.stride

    def cut_after(self, step: int) -> None:
        kept = [row for row in self.rows if row[0] <= step]
        self._passed = []
        if len(kept) != len(self.rows):
            self.rows, self.epoch = kept, self.epoch + 1


class LiveRun:
    """A run of one owner. Events come from a thread of its worker, questions from the server's: all under `lock`.

    Attributes:
        state: waiting, running, paused, stopped, finished or failed.
        exported: the checkpoint that was made of it, or is in the making: its "name", "dataset" and "step", or the
            "stage" and its "share", or the "error" that came of it.
        number: the later of two runs has the larger one, whatever the clock does between them.
        started: by the clock, for people.
        watched, since: when somebody last asked for it, and when its state last changed (monotonic seconds).
        turn: since when it has had its device (monotonic seconds), None where it has not.
    """

    def __init__(
        self, ident: str, owner: str, folder: Path, recipe: Recipe, own: str | None = None, address: str = ""
    ) -> None:
        self.ident, self.owner, self.folder, self.recipe, self.own = ident, owner, folder, recipe, own
        self.address, self.number = address, 0
        self.lock, self._writing = threading.RLock(), threading.Lock()
        self._unwritten = False
        self.state = "waiting"
        self.reason: Sentence | None = None
        self.config: TrainConfig | None = None
        self.curves, self.bounds = Rows(), Rows()
        self.kl: list[float] | None = None
        self.knobs: dict[str, float] = {}
        self.moments: list[int] = []
        self.changes: list[dict[str, Any]] = []
        self.warnings: list[Sentence] = []
        self.exported: dict[str, Any] | None = None
        self.device_name: str | Sentence = recipe.device
        self.step, self.seconds, self.speed, self.saved = 0, 0.0, 0.0, 0
        self.started = time.time()
        self.watched = self.since = time.monotonic()
        self.turn: float | None = None

    @property
    def adjustable(self) -> tuple[str, ...]:
        """The knobs that may be turned while it runs."""
        return OBJECTIVES[self.recipe.objective].adjustable

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def resumable(self) -> bool:
        return self.state in ("stopped", "failed") and (self.folder / RESUME).is_file()

    @property
    def learned(self) -> bool:
        """Has it made a step that is worth keeping?"""
        return self.step > 0 or self.saved > 0

    @property
    def has_checkpoint(self) -> bool:
        """Or is one in the making?"""
        exported = self.exported or {}
        return "name" in exported or "stage" in exported

    def enter(self, state: str, key: str | None = None, values: dict[str, Any] | None = None) -> None:
        """Goes into a state, with the key of the sentence that says why; `write` puts that down."""
        with self.lock:
            self.state, self.since = state, time.monotonic()
            self.reason = Sentence(key, **(values or {})) if key else None

    def absorb_late(self, event: Event) -> None:
        """Takes in what the worker of a stopped run still says; whether the run is on is no more its business."""
        if not isinstance(event, (events.State, events.Failed, events.Begun, events.Planned)):
            self.absorb(event)

    def absorb(self, event: Event) -> None:
        """Takes in what the worker says."""
        moments = steps_kept(self.folder) if isinstance(event, events.Moment) else []  # no disk is asked under the lock
        with self.lock:
            match event:
                case events.Begun():
                    self._on_begun(event)
                case events.Planned():
                    self.config = TrainConfig.from_json(event.config)
                case events.Point():
                    self._on_point(event)
                case events.Moment():
                    self._on_moment(event, moments)
                case events.Saved():
                    self.saved = event.step
                case events.Changed():
                    self._on_changed(event)
                case events.Warned():
                    self._on_warned(event)
                case events.State():
                    self._on_state(event)
                case events.Failed():
                    self._on_failed(event)
                case events.Alive() | events.Ready():
                    pass
                case events.TrainingForecast() | events.Progress() | events.Exported():
                    pass  # answers, of which nothing stays with the run
                case _:
                    raise TypeError(f"a run takes in no {type(event).__name__}")
        if isinstance(event, (events.State, events.Saved, events.Begun, events.Planned, events.Failed)):
            self.write()

    def _on_begun(self, event: events.Begun) -> None:
        self.config = TrainConfig.from_json(event.config)
        self.step = event.step
        self.curves.cut_after(event.step)
        self.bounds.cut_after(event.step - 1)  # the moment of this very step is made once more
        self.changes = [change for change in self.changes if change["step"] <= event.step]
        self.moments = [step for step in self.moments if step <= event.step]

    def _on_point(self, event: events.Point) -> None:
        if self.curves.rows and event.seconds > self.seconds:
            rate = (event.step - self.step) * self.config.training.batch_size / (event.seconds - self.seconds)
            self.speed = rate if not self.speed else 0.9 * self.speed + 0.1 * rate
        self.step, self.seconds, self.knobs = event.step, event.seconds, event.knobs
        if None not in event.kl:  # a loss that is no number ends the run; what it had stays on the page
            self.kl = event.kl
        finite = [value for value in event.kl if value is not None]
        knobs = [event.knobs.get(name) for name in KNOBS]
        self.curves.add([event.step, event.images, event.seconds, event.loss, event.recon, sum(finite), *knobs])

    def _on_moment(self, event: events.Moment, moments: list[int]) -> None:
        self.bounds.add([event.step, event.train, event.test, event.mig, event.active])
        self.moments = moments

    def _on_changed(self, event: events.Changed) -> None:
        self.knobs = self.knobs | {event.knob: event.value}
        change = {"step": event.step, "knob": event.knob, "value": event.value}
        if self.changes and all(self.changes[-1][key] == change[key] for key in ("step", "knob")):
            self.changes[-1] = change
        elif len(self.changes) < MOST_CHANGES:
            self.changes.append(change)

    def _on_warned(self, event: events.Warned) -> None:
        warning = Sentence(event.key, **event.values)
        if warning not in self.warnings:
            self.warnings.append(warning)

    def _on_state(self, event: events.State) -> None:
        self.state, self.since, self.step = event.state, time.monotonic(), event.step
        if event.state != "running":
            self.curves.flush()
        self.reason = Sentence(event.key, **event.values) if event.key else None

    def _on_failed(self, event: events.Failed) -> None:
        self.state, self.reason = "failed", Sentence(event.key, **event.values)
        self.since = time.monotonic()

    def write(self) -> None:
        """Puts down what a restarted app needs. A disk that refuses is a warning, no end of the run; one that hangs
        keeps one thread: another that comes meanwhile leaves its news to that one.
        """
        self._unwritten = True
        while self._unwritten and self._writing.acquire(blocking=False):
            try:
                self._unwritten = False
                self._write()
            finally:
                self._writing.release()

    def _write(self) -> None:
        record = self._record()
        try:
            record.write(self.folder)
        except OSError as error:
            if self.folder.is_dir():  # else it was forgotten meanwhile
                with self.lock:
                    reason = Sentence("checkpoint.unwritten", file="run.json", why=cause(error))
                    self._on_warned(events.Warned("run.disk", {"reason": reason}))

    def _record(self) -> RunRecord:
        with self.lock:
            return RunRecord(
                owner=self.owner,
                recipe=self.recipe,
                own=self.own,
                state=self.state,
                reason=self.reason,
                config=self.config,
                curves=list(self.curves.rows),
                bounds=list(self.bounds.rows),
                kl=self.kl,
                changes=list(self.changes),
                kept=self.exported if self.exported and "name" in self.exported else None,
                step=self.step,
                seconds=self.seconds,
                saved=self.saved,
                started=self.started,
                device_name=self.device_name,
                address=self.address,
                number=self.number,
            )

    @classmethod
    def read(cls, folder: Path) -> LiveRun:
        """A run as an earlier app left it; one that was on is stopped.

        Raises:
            ConfigError: there is none that can be read.
        """
        record = RunRecord.read(folder)
        run = cls(folder.name, record.owner, folder, record.recipe, record.own, record.address)
        epoch = secrets.randbelow(2**31)  # a page that is still open holds rows of the earlier app: it takes these anew
        run.curves, run.bounds = Rows(record.curves, epoch), Rows(record.bounds, epoch)
        for key in ("config", "kl", "changes", "step", "seconds", "saved", "started", "number", "device_name"):
            setattr(run, key, getattr(record, key))
        run.state, run.reason, run.exported = record.state, record.reason, record.kept
        run.moments = steps_kept(folder)
        run.since -= _age(folder)
        if (folder / RESUME).is_file():  # the worker may have saved once more after the app had gone
            try:
                run.saved = int(read_header(folder / RESUME).get("step", run.saved))
            except (CheckpointError, ValueError, TypeError) as error:  # to resume it will say so to its owner
                log.warning("The run in %s cannot go on: %s", folder, error)
        if run.state not in OVER:
            run.state, run.reason = "stopped", Sentence("run.interrupted", step=run.saved)
        return run


def _age(folder: Path) -> float:
    """Seconds since a run was last written down; 0 where the clock has been put back since."""
    return max(0.0, time.time() - (folder / NAME).stat().st_mtime)
