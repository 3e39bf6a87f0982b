"""A function in a process of its own: its answer, its errors, and its bounds."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import confined_work as work
import pytest

from vae.data.own.archive import Unusable
from vae.system.confined import Exceeded, confined
from vae.system.messages import KeyedError

ROOM = {"seconds": 60, "memory": 200 * 2**20}


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_answer_comes_from_another_process():
    assert confined(work.doubled, 21, **ROOM) == 42
    assert confined(work.process_number, **ROOM) != os.getpid()


def test_an_error_of_this_project_comes_as_it_was_raised_and_any_other_by_its_name():
    with pytest.raises(KeyedError) as refused:
        confined(work.refused, **ROOM)
    assert refused.value.key == "data.unknown" and refused.value.values == {"name": "x", "known": ["y"]}
    with pytest.raises(Unusable) as skipped:
        confined(work.unusable, **ROOM)
    assert skipped.value.reason == "huge"
    with pytest.raises(RuntimeError, match="ZeroDivisionError: by nothing"):
        confined(work.broken, **ROOM)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux alone")
@pytest.mark.parametrize("allocated", [work.allocated, work.of_torch])
def test_memory_is_bounded(allocated):
    assert confined(allocated, 100, **ROOM) == 100 * 2**20
    with pytest.raises(Exceeded) as told:
        confined(allocated, 400, **ROOM)
    assert told.value.key == "confined.memory" and "200" in str(told.value)


def test_one_that_dies_is_told():
    with pytest.raises(Exceeded) as told:
        confined(work.killed, **ROOM)
    assert told.value.key == "confined.died"


@pytest.mark.parametrize("how", ["seconds", "abandoned"])
def test_who_takes_too_long_or_is_abandoned_is_killed(tmp_path, how):
    path, left = tmp_path / "pid", threading.Event()
    bounds = {"seconds": 600 if how == "abandoned" else 3, "memory": ROOM["memory"]}
    if how == "abandoned":

        def leave():
            while not path.exists():
                time.sleep(0.01)
            left.set()

        threading.Thread(target=leave).start()
    with pytest.raises(Exceeded) as told:
        confined(work.asleep, path, abandoned=left.is_set, **bounds)
    assert told.value.key == f"confined.{how}"
    assert not is_alive(int(path.read_text()))


def test_the_script_that_asks_is_not_run_again(root, tmp_path):
    """Also where it asks outside of any `if __name__ == "__main__"`, as one that calls `vae.explore` may."""
    script = tmp_path / "script.py"
    script.write_text(
        "import os, vae.system.confined as module\n"
        "print('run')\n"
        "module.PRELOADED = ()  # for speed\n"
        "print(module.confined(os.path.basename, 'a/name', seconds=60, memory=2**28))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["run", "name"], done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="time of cores is bounded on Linux alone")
def test_one_that_nobody_looks_after_ends_by_itself(monkeypatch):
    """As where the app was killed: the process bounds its own time of all cores, too."""
    monkeypatch.setattr("vae.system.confined.time.monotonic", lambda: 0.0)  # this side's clock stands still
    with pytest.raises(Exceeded) as told:
        confined(work.spun, seconds=0.1, memory=ROOM["memory"])
    assert told.value.key == "confined.died"
