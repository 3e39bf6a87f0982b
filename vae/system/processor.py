"""What processor this is, for figures that are to be held against those of another machine."""

from __future__ import annotations

import platform
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")  # Linux's; elsewhere Python asks the system


def processor(cpuinfo: Path = CPUINFO) -> str:
    """The model as the system names it, "AMD EPYC 9R14", else at least its kind, "x86_64"; one line."""
    try:
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Hardware") and value.strip():
                return " ".join(value.split())
    except OSError:  # no Linux
        pass
    return platform.processor() or platform.machine() or "unknown"
