"""A training in chunks, for a device that is lent for a minute at a time, as the GPU of a Space with ZeroGPU is.

A chunk runs in a forked child: what it is given and what it tells is pickled, and nothing else is shared but the disk.
So it begins and ends with a snapshot, tells its events as lines, and gets its commands as files.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from vae.config import ConfigError
from vae.live.events import Command, Event, Failed, Saved, State, from_line, to_line
from vae.live.outbox import MOST_WAITING
from vae.live.run import OVER
from vae.live.session import RESUME
from vae.live.worker import FAULTS, Worker, failure, read_images

CHUNK_SECONDS = 45.0  # of training

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chunk:
    """What a child is told. `values` are the arguments of `Worker.training`: folder, recipe and own."""

    data_root: str
    values: dict[str, Any]
    seconds: float
    paused: bool = False


inherited_images = lru_cache(maxsize=2)(read_images)
Lend = Callable[[Chunk], Iterator[str]]  # runs `train_chunk` where the device is


def train_chunk(chunk: Chunk) -> Iterator[str]:
    """Trains for `seconds`, or until it is told to stop or to pause; gives lines of events.

    The time counts from the first step, so that every chunk does some.
    """
    torch.set_num_threads(1)  # a forked child of a process that has computed must not use its threads
    home = Path(chunk.values["folder"])
    mailbox, ends = Mailbox(home), None

    def inbox(wait: bool) -> Command | None:
        nonlocal ends
        ends = ends or time.monotonic() + chunk.seconds
        command = mailbox.take()
        if command is None and (wait or time.monotonic() > ends):
            return Command("rest")
        return command

    worker = Worker(Path(chunk.data_root), lambda event: None, inherited_images)
    resume = (home / RESUME).is_file()
    try:
        for event in worker.training(**chunk.values, inbox=inbox, resume=resume, paused=chunk.paused):
            yield to_line(event)
    except FAULTS as error:
        yield to_line(failure(error, Command("begin", chunk.values)))


def prepare(data_root: Path, dataset: str, own: str | None) -> None:
    """Does in the parent what every child would do anew in the time that it was lent: reads the images, and has torch
    import what its optimisers need, which takes seconds.
    """
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    with suppress(*FAULTS):  # the chunk says so
        inherited_images(data_root, dataset, own)


class Mailbox:
    """Commands in a folder, a file each: taken in the order in which they were put, once. As in an `Outbox`, of the
    turns of one knob only the newest waits, and there are never too many.
    """

    def __init__(self, run_folder: Path) -> None:
        self._folder = run_folder / "commands"

    def put(self, command: Command) -> None:
        """Raises OSError where the disk refuses."""
        self._folder.mkdir(exist_ok=True)
        files, turned = self._files(), f"-{command.values['knob']}" if command.name == "turn" else ""
        for older in files if turned else ():
            if older.stem.endswith(turned):
                older.unlink(missing_ok=True)
        if len(files) >= MOST_WAITING and command.name != "stop":
            log.info("too many commands wait: %s is passed over", command.name)
            return
        path = self._folder / f"{time.monotonic_ns():020d}{turned}.json"  # the clock may be put back between two
        temporary = path.with_suffix(".tmp")
        temporary.write_text(to_line(command), encoding="utf-8")
        temporary.replace(path)

    def take(self) -> Command | None:
        for path in self._files():
            try:
                line = path.read_text(encoding="utf-8")
                path.unlink()
            except FileNotFoundError:  # a newer turn has taken its place
                continue
            try:
                return from_line(line)
            except ConfigError as error:
                log.warning("%s", error)
        return None

    def clear(self) -> None:
        for path in self._files():
            path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix == ".json")
        except FileNotFoundError:
            return []


@dataclass
class ChunkWorker:
    """A worker without a process of its own: it works whenever somebody lends it the device.

    Attributes:
        saved: the step of the last snapshot, from which the run goes on.
        hear, gone: as of a `WorkerProcess`.
    """

    data_root: Path
    saved: int = 0
    hear: Callable[[Event], None] = lambda event: None
    gone: Callable[[int], None] = lambda status: None
    _values: dict[str, Any] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _working: bool = False
    _paused: bool = False
    _called: bool = False  # out of its pause
    _stopping: bool = False
    _over: bool = False

    @property
    def needs_chunk(self) -> bool:
        """Is there a chunk to work on, and nobody at it?"""
        resting = self._paused and not self._called
        return self._values is not None and not (self._working or resting or self._over)

    def send(self, command: Command) -> None:
        if command.name == "begin":
            values = {key: value for key, value in command.values.items() if key != "resume"}
            Mailbox(Path(values["folder"])).clear()
            self._values = values
            return
        with self._lock:
            idle = not self._working
            self._called = self._called or command.name in ("resume", "step")
            self._stopping = self._stopping or command.name == "stop"
        if command.name == "stop" and idle:
            self._end(0)
        if self._values is None or self._over:  # what comes before its beginning or after its end is passed over
            return
        try:
            Mailbox(Path(self._values["folder"])).put(command)
        except OSError as error:
            log.warning("the command %s is lost: %s", command.name, error)

    def close(self) -> None:
        """The app ends: a chunk keeps its state."""
        self.send(Command("stop", {"key": "run.app_gone"}))

    def kill(self) -> None:
        self._end(-9)

    def work(self, lend: Lend, seconds: float) -> Iterator[Event]:
        """One chunk, event by event; nothing where none is needed. Closed early, it is begun again from its last
        snapshot.
        """
        with self._lock:
            if not self.needs_chunk:
                return
            self._working, self._called = True, False
        over = False
        try:
            prepare(self.data_root, self._values["recipe"]["dataset"], self._values["own"])
            for line in lend(Chunk(str(self.data_root), self._values, seconds, self._paused)):
                event = from_line(line)
                self.hear(event)
                over = over or self._ends(event)
                yield event
                if self._over:  # killed
                    break
        except Exception as error:  # a spent allowance, a lender's queue, a child that was killed: it says which
            log.warning("a chunk of a run ended early", exc_info=error)
            reason = str(getattr(error, "message", "") or error)[:200]
            self.hear(State("stopped", self.saved, "run.not_lent", {"reason": reason, "step": self.saved}))
            over = True
        finally:
            with self._lock:
                self._working = False
            if over or self._stopping:  # stopped: perhaps too late for the chunk to hear of it
                self._end(0)

    def _ends(self, event: Event) -> bool:
        if isinstance(event, Saved):
            self.saved = event.step
        if isinstance(event, State):
            self._paused = event.state == "paused"
        return isinstance(event, Failed) or (isinstance(event, State) and event.state in OVER)

    def _end(self, status: int) -> None:
        with self._lock:
            first, self._over = not self._over, True
        if first:
            self.gone(status)
