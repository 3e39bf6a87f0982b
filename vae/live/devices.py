"""Where a training can run, by the name that a person gives it."""

from __future__ import annotations

import os
from collections.abc import Collection

import torch

from vae.config import TrainConfig
from vae.system.cores import cores
from vae.system.messages import Sentence
from vae.training.step import precision

LENT_NAME = "ZeroGPU"


def threads() -> int:
    """Of a training on the CPU: one core is left to whoever looks at the page, where there is more than one."""
    return max(1, cores() - 1)


def device_name(device: torch.device) -> str | Sentence:
    """Such as "NVIDIA H200, bf16" or "2 CPU cores, bf16"."""
    dtype = "bf16" if precision(TrainConfig("any"), device) == torch.bfloat16 else "fp32"
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}, {dtype}"
    if device.type == "mps":
        return f"Apple GPU, {dtype}"
    n = cores()
    return Sentence("device.cpu_cores" if n > 1 else "device.cpu_core", n=n, dtype=dtype)


def devices(lent: Collection[str] = ()) -> dict[str, str | Sentence]:
    """What this machine has, the fastest first: "cuda", "mps" or "cpu" -> its name.

    Args:
        lent: those that are there only while they are lent; nothing here touches them.
    """
    found = ["cuda"] if torch.cuda.is_available() else []
    found += ["mps"] if torch.backends.mps.is_available() else []
    here = {name: device_name(torch.device(name)) for name in [*found, "cpu"] if name not in lent}
    return dict.fromkeys(lent, LENT_NAME) | here


def lent_devices() -> tuple[str, ...]:
    """Devices that this process gets for a minute at a time: the GPU of a Space with ZeroGPU."""
    return ("cuda",) if os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true") else ()
