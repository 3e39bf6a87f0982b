"""A container's share of the processor is seen, whichever way Linux says it."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from vae.system.cores import Turns, cores

V1 = ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, 64),
        ({"cpu.max": "max 100000\n"}, 64),
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "5000 100000\n"}, 1),
        ({"cpu.max": "6500000 100000\n"}, 64),
        ({"cpu.max": "nonsense"}, 64),
        (dict(zip(V1, ("300000\n", "100000\n"), strict=True)), 3),
        (dict(zip(V1, ("-1\n", "100000\n"), strict=True)), 64),
    ],
)
def test_no_more_than_the_group_is_given(tmp_path, monkeypatch, files, wanted):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert cores(tmp_path) == wanted


def test_of_this_machine():
    assert 1 <= cores() <= (os.cpu_count() or 1)


def test_as_many_threads_have_a_turn_as_there_are_places():
    turns, pairs, inside, seen = Turns(2, patience=60), threading.Barrier(2), [], []

    def compute(number):
        with turns.turn():
            inside.append(number)
            seen.append(len(inside))
            pairs.wait(60)  # two come in, else it breaks
            time.sleep(0.01)  # for a third
            seen.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(compute, range(6)))
    assert max(seen) == 2


def test_a_turn_that_does_not_end_keeps_nobody_waiting_for_ever():
    turns = Turns(1, patience=0.01)
    with turns.turn(), turns.turn():
        pass
    with turns.turn():  # the place is free again, once
        assert not turns._places.acquire(blocking=False)
