"""What the tests of `vae.system.confined` run in a process of its own."""

import os
import signal
import time

import torch

from vae.data.own.archive import Unusable
from vae.system.messages import KeyedError


def doubled(number):
    return 2 * number


def process_number():
    return os.getpid()


def allocated(megabytes):
    return len(bytearray(megabytes * 2**20))


def asleep(path):
    path.write_text(str(os.getpid()))
    time.sleep(600)


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def refused():
    raise KeyedError("data.unknown", name="x", known=["y"])


def broken():
    raise ZeroDivisionError("by nothing")


def unusable():
    raise Unusable("huge")


def spun():
    while True:
        pass


def of_torch(megabytes):
    return torch.empty(megabytes, 2**20, dtype=torch.uint8).numel()
