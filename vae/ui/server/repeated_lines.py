"""A log that strangers cannot fill: what is repeated is said once a minute, with how often."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from time import monotonic

EVERY = 60.0  # seconds
LOGGERS = ("asyncio", "uvicorn.error")  # say what a client does to a connection, however often it does it
_REMEMBERED = 200


class RepeatedLines(logging.Filter):
    """Lets the first of like lines through, and the next one once `every` seconds have passed.

    Lines are alike that begin alike and come of the same kind of exception.
    """

    def __init__(self, every: float = EVERY) -> None:
        super().__init__()
        self._every, self._lock = every, threading.Lock()
        self._passed: OrderedDict[tuple[object, ...], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        key = (record.name, record.levelno, record.getMessage().partition("\n")[0][:80], kind)
        now = monotonic()
        with self._lock:
            last, more = self._passed.pop(key, (-self._every, 0))
            passes = now - last >= self._every
            self._passed[key] = (now, 0) if passes else (last, more + 1)
            while len(self._passed) > _REMEMBERED:
                self._passed.popitem(last=False)
        if passes and more:
            record.msg, record.args = f"{record.getMessage()} ({more:,} more since the last time)", None
        return passes


def bound_logs() -> None:
    """Bounds what clients can make the server say. Once is enough; again does nothing."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(present, RepeatedLines) for present in logger.filters):
            logger.addFilter(RepeatedLines())
