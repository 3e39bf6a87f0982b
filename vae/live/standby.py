"""A standby worker: a warm process that answers questions before a run, caches its data, and becomes the next run's."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vae.live import events
from vae.live.events import Command, Event
from vae.live.process import WorkerProcess
from vae.live.run import RunError

log = logging.getLogger(__name__)


class StandbyWorker:
    """At most one worker that waits. Locks are taken in one order: that of the questions, then `_lock`.

    Args:
        data_root: of the data sets.
        patience: seconds that an answer may take.
    """

    def __init__(self, data_root: Path, patience: float) -> None:
        self._data_root, self._patience = data_root, patience
        self._lock, self._asking = threading.Lock(), threading.Lock()  # one question at a time
        self._worker: WorkerProcess | None = None
        self._closed = self._warming = False

    def warm(self) -> None:
        """Has a process ready, so that whoever needs one does not wait for its imports."""
        with self._lock:
            answering = self._asking.locked()  # then it comes back with what it has read
            present = answering or (self._worker is not None and self._worker.alive)
            if present or self._warming or self._closed:
                return
            self._warming = True
        try:
            self.release(WorkerProcess(self._data_root))
        except OSError:  # whoever needs one hears of it
            log.exception("no process in advance")
        finally:
            self._warming = False

    def acquire(self) -> WorkerProcess:
        """The standby worker, or a new one. Raises OSError where there is no memory or no file for one more process."""
        with self._lock:
            worker, self._worker = self._worker, None
        return worker if worker is not None and worker.alive else WorkerProcess(self._data_root)

    @contextmanager
    def after_current_question(self, patience: float) -> Iterator[None]:
        """After the question that is on, if it ends in time; no other begins meanwhile."""
        alone = self._asking.acquire(timeout=patience)
        try:
            yield
        finally:
            if alone:
                self._asking.release()

    def ask(self, command: Command, kind: type, progress: Callable[[Any], None] = lambda event: None) -> Any:
        """A question and its answer, an event of that kind.

        Raises:
            RunError: it says no, gives up, or takes too long.
        """
        answers: list[Event] = []
        done = threading.Event()

        def hear(event: Event) -> None:
            if isinstance(event, (kind, events.Failed)):
                answers.append(event)
                done.set()
            elif isinstance(event, events.Progress):
                progress(event)

        if not self._asking.acquire(timeout=self._patience):
            raise RunError("run.busy")
        try:
            worker = self.acquire()
            worker.hear, worker.gone = hear, lambda status: done.set()
            worker.send(command)
            in_time = done.wait(self._patience)
            if not answers:
                worker.kill()
                raise RunError(("run.no_answer" if worker.ready else "run.no_process") if in_time else "run.slow")
            worker.hear, worker.gone = (lambda event: None), (lambda status: None)
            failed = isinstance(answers[0], events.Failed)
            gave_up = failed and answers[0].key in ("run.torch", "run.memory")  # a device that gave up stays so
            if gave_up:
                worker.close()
            else:
                self.release(worker)
        except OSError as error:
            raise RunError("run.no_process") from error
        finally:
            self._asking.release()
        if failed:
            raise RunError(answers[0].key, **answers[0].values)
        return answers[0]

    def close(self) -> None:
        with self._lock:
            self._closed = True
            worker, self._worker = self._worker, None
        if worker:
            worker.close()

    def release(self, worker: WorkerProcess) -> None:
        """Gives back a worker that is fit for the next question or run."""
        with self._lock:
            if self._worker is not None and not self._worker.alive:
                self._worker = None
            keep = self._worker is None and not self._closed
            if keep:
                self._worker = worker
        if not keep:
            worker.close()
