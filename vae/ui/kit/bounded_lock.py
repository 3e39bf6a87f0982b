"""A lock that nobody waits for without end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vae.ui.kit.i18n import UserError

PATIENCE = 60.0  # seconds that one waits for what another computes under the same lock


@contextmanager
def bounded(lock: threading.Lock, seconds: float = PATIENCE) -> Iterator[None]:
    """Hold a lock. Raises UserError where somebody else has held it for all of these seconds."""
    if not lock.acquire(timeout=seconds):
        raise UserError("run.busy")
    try:
        yield
    finally:
        lock.release()
