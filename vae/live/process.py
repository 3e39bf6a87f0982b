"""A worker's process, seen from the app: commands to it, events from it, and the news that it has gone."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from vae.config import ConfigError
from vae.live.devices import threads
from vae.live.events import Command, Event, from_line, to_line
from vae.system.paths import PROJECT

log = logging.getLogger(__name__)


class WorkerProcess:
    """One `python -m vae.live.worker`.

    Attributes:
        hear: is called with every event, in a thread of this process; may be set anew.
        gone: is called with the exit status once it has ended and all its events have been heard.
    """

    def __init__(self, data_root: Path) -> None:
        self.hear: Callable[[Event], None] = lambda event: None
        self.gone: Callable[[int], None] = lambda status: None
        self._process = begin(data_root)
        self._writing = threading.Lock()
        threading.Thread(target=self._listen, name=f"worker {self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, command: Command) -> None:
        """One that has gone hears nothing; whoever waits for it is told by `gone`."""
        try:
            with self._writing:
                self._process.stdin.write(to_line(command))
                self._process.stdin.flush()
        except (OSError, ValueError):  # ValueError: closed by `close`
            log.info("worker %d is gone and does not hear %s", self.pid, command.name)

    def close(self) -> None:
        """Ends its input: a run keeps its state and the process goes."""
        with self._writing:
            try:
                self._process.stdin.close()
            except OSError:
                log.info("worker %d was gone already", self.pid)

    def kill(self) -> None:
        self._process.kill()

    def _listen(self) -> None:
        for line in self._process.stdout:
            try:
                event = from_line(line)
            except ConfigError as error:
                log.warning("%s", error)
                continue
            try:
                self.hear(event)
            except Exception:  # an event that cannot be taken must not end the listening to all others
                log.exception("the event %s of worker %d was lost", type(event).__name__, self.pid)
        self._process.stdout.close()  # neither end waits for the garbage collector
        self.close()
        self.gone(self._process.wait())


def begin(data_root: Path) -> subprocess.Popen[str]:
    """The process itself; its standard input and output are pipes of lines. Raises OSError: there is no room for it."""
    path = os.pathsep.join(part for part in (str(PROJECT), os.environ.get("PYTHONPATH")) if part)
    return subprocess.Popen(
        [sys.executable, "-m", "vae.live.worker", "--data", str(Path(data_root).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path, "OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(threads())},
        text=True,
        encoding="utf-8",
        errors="replace",
        bufsize=1,
    )
