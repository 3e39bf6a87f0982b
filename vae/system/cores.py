"""How many cores this process may use, and turns at them."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")  # Linux's control groups; a container sees its own here


def cores(groups: Path = GROUPS) -> int:
    """Those that it may run on, and of them no more than its container has the time of: `--cpus=2` leaves all in sight.

    Args:
        groups: of version 2, or of version 1.
    """
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(here, math.ceil(_quota(groups))))


def _quota(groups: Path) -> float:
    """Cores' worth of time; as many as there are where nothing limits it."""
    for names in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            quota, period = " ".join((groups / name).read_text() for name in names).split()
            if int(quota) > 0:
                return int(quota) / int(period)
        except (OSError, ValueError, ZeroDivisionError):  # not here, or "max"
            continue
    return os.cpu_count() or 1


class Turns:
    """A few threads at a time for short computations. Who has waited for `patience` seconds goes on all the same."""

    def __init__(self, places: int, patience: float) -> None:
        self._places, self._patience = threading.BoundedSemaphore(places), patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = self._places.acquire(timeout=self._patience)
        try:
            yield
        finally:
            if mine:
                self._places.release()
