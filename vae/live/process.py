"""A worker's process, seen from the app: commands to it, events from it, and the news that it has gone."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from vae.config import ConfigError
from vae.live.devices import threads
from vae.live.events import Command, Event, Ready, from_line, to_line
from vae.live.outbox import Outbox
from vae.system.paths import PROJECT

log = logging.getLogger(__name__)


class WorkerProcess:
    """One `python -m vae.live.worker`. No method of it waits for the process, be it that it hangs, or does not read or
    end.

    Attributes:
        hear: is called with every event, in a thread of this process; may be set anew.
        gone: is called once with the exit status, when it has ended and all its events have been heard.
        ready: has it ever said so?
        heard: when it last said anything (monotonic seconds).
        killed: when it was killed, None where it was not.

    Raises:
        OSError: there is no memory, no file or no thread for one more process.
    """

    def __init__(self, data_root: Path) -> None:
        self.hear: Callable[[Event], None] = lambda event: None
        self.gone: Callable[[int], None] = lambda status: None
        self.ready, self.heard, self.killed = False, time.monotonic(), None
        self._outbox = Outbox()
        self._telling, self._told_gone = threading.Lock(), False
        self._process = begin(data_root)
        try:
            for work, name in ((self._write, "to worker"), (self._listen, "worker")):
                threading.Thread(target=work, name=f"{name} {self.pid}", daemon=True).start()
        except RuntimeError as error:  # no more threads
            self._process.kill()
            self._outbox.close()
            raise OSError(str(error)) from error

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, command: Command) -> None:
        """One that has gone hears nothing; whoever waits for it is told by `gone`."""
        if not self._outbox.put(command):
            log.info("worker %d does not hear %s", self.pid, command.name)

    def close(self) -> None:
        """Ends its input: a run keeps its state and the process goes."""
        self._outbox.close()

    def kill(self) -> None:
        """Ends it without a word, once."""
        if self.killed is None:
            self.killed = time.monotonic()
            self._outbox.close()
            self._process.kill()

    def abandon(self) -> None:
        """Takes it for gone: one that hangs in a driver or on a disk does not even end when it is killed."""
        self._tell_gone(-9)

    def _write(self) -> None:
        """What the outbox holds, in a thread that a worker may keep waiting as long as it likes."""
        try:
            while (command := self._outbox.take()) is not None:
                rest = memoryview(to_line(command).encode())
                while rest:
                    rest = rest[self._process.stdin.write(rest) :]
        except OSError:
            log.info("worker %d is gone and does not hear %s", self.pid, command.name)
        finally:
            self._outbox.close()
            self._process.stdin.close()

    def _listen(self) -> None:
        with io.TextIOWrapper(io.BufferedReader(self._process.stdout), "utf-8", errors="replace") as lines:
            for line in lines:
                self.heard = time.monotonic()
                try:
                    event = from_line(line)
                except ConfigError as error:
                    log.warning("%s", error)
                    continue
                self.ready = self.ready or isinstance(event, Ready)
                try:
                    self.hear(event)
                except Exception:  # an event that cannot be taken must not end the listening to all others
                    log.exception("the event %s of worker %d was lost", type(event).__name__, self.pid)
        self.close()
        self._tell_gone(self._process.wait())

    def _tell_gone(self, status: int) -> None:
        with self._telling:
            first, self._told_gone = not self._told_gone, True
        if first:
            self.gone(status)


def begin(data_root: Path) -> subprocess.Popen[bytes]:
    """The process itself; its standard input and output are pipes of lines, unbuffered: a buffer that a thread hangs in
    would be flushed, and so waited for, when the app ends. Raises OSError: there is no room for it.
    """
    path = os.pathsep.join(part for part in (str(PROJECT), os.environ.get("PYTHONPATH")) if part)
    return subprocess.Popen(
        [sys.executable, "-m", "vae.live.worker", "--data", str(Path(data_root).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path, "OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(threads())},
        bufsize=0,
    )
