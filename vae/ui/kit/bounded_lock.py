"""A lock for heavy requests with a bounded queue: each that waits holds one of the few threads that decode pictures."""

from __future__ import annotations

import threading

from vae.ui.kit.i18n import UserError


class BoundedLock:
    """A lock for `with`, that sends away who would wait too long.

    Args:
        most_waiting: beside the one whose turn it is. Gradio has 40 threads, for all that is asked.
        patience: seconds that one waits.

    Raises:
        UserError: so many wait already, or the turn did not come in time.
    """

    def __init__(self, most_waiting: int = 8, patience: float = 60.0) -> None:
        self._places, self._lock, self._patience = threading.Semaphore(most_waiting + 1), threading.Lock(), patience

    def __enter__(self) -> None:
        if not self._places.acquire(blocking=False):
            raise UserError("run.busy")
        if not self._lock.acquire(timeout=self._patience):
            self._places.release()
            raise UserError("run.busy")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        self._places.release()
