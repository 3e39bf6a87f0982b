"""A stand-in for the start of `python -m vae.live.worker`: a fork of a process that has imported torch already.

It is a process like the real one, with a pid, pipes and an exit status; only the two and a half seconds of its imports
are spent once for all of them, and for what the app confines to a process. Its forecasts take a moment, not three
seconds, for they are of fewer images and steps. And it rests after its steps: a run that a test looks at would else
work at full speed as long as the test lasts.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import wraps
from multiprocessing import connection, forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from vae.live import session, worker
from vae.live.devices import threads
from vae.system import confined
from vae.system.paths import PROJECT

# The last two are those of the digits and, a second of work, of the first optimiser.
PRELOADED = (*confined.PRELOADED, __name__, "sklearn.datasets", "torch._dynamo")
TRIAL_SECONDS = 0.1  # of training, to measure its speed
FORECAST_IMAGES = 200  # whose spectrum the forecast is of
REST = 0.04  # seconds after the steps between two looks at the clock
_ONE_AT_A_TIME = threading.Lock()  # an exit status can be read once only, and a start looks for those of all before it
_ONE_SERVER = threading.Lock()


class ReadyWorker:
    """What `subprocess.Popen` offers of the process of a run, as far as the app asks for it."""

    def __init__(self, data_root: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        commands, ours = context.Pipe(duplex=False)
        heard, events = context.Pipe(duplex=False)
        given = commands, events, dict(os.environ), str(Path(data_root).resolve())
        self._process = context.Process(target=_work, args=given, daemon=True)
        context.set_forkserver_preload(list(PRELOADED))
        with _ONE_AT_A_TIME:
            self._process.start()
        self.pid = self._process.pid
        self.stdin = os.fdopen(os.dup(ours.fileno()), "wb", buffering=0)
        self.stdout = os.fdopen(os.dup(heard.fileno()), "rb", buffering=0)
        for end in (commands, ours, heard, events):
            end.close()

    def poll(self) -> int | None:
        with _ONE_AT_A_TIME:
            return self._process.exitcode

    def wait(self) -> int:
        connection.wait([self._process.sentinel])
        return self.poll()

    def kill(self) -> None:
        self._process.kill()


def end_server() -> None:
    """Waits until the process that is forked has gone: what it and its forks have worked counts as the tests' own."""
    forkserver._forkserver._stop()


def with_ready_imports(ensure_running: Callable[[], None]) -> Callable[[], None]:
    """The start of the server that is forked, with the environment that a worker gets, as far as its imports read it.
    Whoever needs it first starts it, for all: what it lacks, every fork would import for itself.
    """

    def ensure() -> None:
        with _ONE_SERVER, pytest.MonkeyPatch.context() as patch:
            for folder in (PROJECT, Path(__file__).parent):
                patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
            patch.setenv("OMP_WAIT_POLICY", "PASSIVE")
            patch.setenv("OMP_NUM_THREADS", str(threads()))
            ensure_running()

    return ensure


def _work(commands: Connection, events: Connection, environment: dict[str, str], data_root: str) -> None:
    gc.freeze()  # to look through all that is imported for garbage would copy it
    os.environ.update(environment)
    for end, number in ((commands, 0), (events, 1)):
        os.dup2(end.fileno(), number)
        end.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = ["worker", "--data", data_root]
    worker.TRIAL_SECONDS, worker.FORECAST_IMAGES = TRIAL_SECONDS, FORECAST_IMAGES
    session.train = resting(session.train)
    worker.main()


def resting(train: Callable[..., Iterator]) -> Callable[..., Iterator]:
    """The training loop, with a rest after all that it yields."""

    @wraps(train)
    def loop(*arguments: object, **options: object) -> Iterator:
        for event in train(*arguments, **options):
            yield event
            time.sleep(REST)

    return loop
