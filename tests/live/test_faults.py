"""What may go wrong around a run: a process that hangs or cannot start, a disk that refuses, damaged files, a signal at
the wrong moment. It is told in one sentence, and everybody else goes on.
"""

import errno
import json
import os
import shlex
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from script import Script

from vae.data import DATASETS, default_root
from vae.live import events, process
from vae.live.events import Command
from vae.live.moments import Gallery, gallery_of, steps_kept
from vae.live.recipe import Recipe, configured, within
from vae.live.run import RunError
from vae.live.runs import Runs
from vae.live.session import RESUME, session
from vae.live.worker import Worker, sweep_up
from vae.live.zerogpu import Mailbox
from vae.system import safetensors_file
from vae.system.limits import RUNS
from vae.training import snapshot

BEGIN = process.begin  # the real start; while tests run it is a fork (tests/conftest.py)
ADA, BOB = "a" * 32, "b" * 32
LONG = Recipe("digits", latent_dim=2, width=4, unit="steps", budget=1_000_000, going_on=True)


def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def interpreter(monkeypatch, path, line):
    """Runs every worker as a line of a shell."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    monkeypatch.setattr(process.sys, "executable", str(path))
    monkeypatch.setattr(process, "begin", BEGIN)


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Workers that only pretend to train."""
    config = configured(LONG, DATASETS["digits"], 1_437).to_json()
    monkeypatch.setenv("STAND_IN_CONFIG", json.dumps(config))
    program = Path(__file__).with_name("stand_in_worker.py")
    interpreter(monkeypatch, tmp_path / "python", f"exec {shlex.quote(sys.executable)} {shlex.quote(str(program))}")


@pytest.fixture
def runs(tmp_path, stand_in):
    found = Runs(tmp_path / "runs", default_root())
    yield found
    for _, worker in list(found._active.values()):
        if worker:
            worker.kill()
    found.close()


def on(runs, owner=ADA):
    run = runs.begin(owner, LONG)
    until(lambda: run.state == "running" and run.step > 0)
    return run


needs_signals = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no such signals here")


@needs_signals
def test_a_process_that_stops_reading_keeps_nobody_waiting_and_is_ended(runs):
    run, other = on(runs), runs.begin(BOB, LONG)
    worker = runs._worker_of(run)
    os.kill(worker.pid, signal.SIGSTOP)
    began = time.monotonic()
    for i in range(5_000):  # a pipe holds some 800 of them
        runs.turn(run, "lr", i / 1e6)
    runs.drive(run, "pause")
    assert runs.listed(ADA) == [run] and runs.place(other) == (1, 1)
    assert time.monotonic() - began < 5
    runs._look_after(time.monotonic() + RUNS.silent - 1)
    assert not run.over
    runs._look_after(time.monotonic() + RUNS.silent + 1)
    assert run.state == "failed" and run.reason["key"] == "run.silent_early"
    assert str(run.reason).startswith("The process of this training said nothing for 60 seconds")
    until(lambda: not worker.alive and other.state == "running")


@needs_signals
def test_a_run_is_stopped_at_once_though_its_process_does_not_read(runs):
    run = on(runs)
    worker = runs._worker_of(run)
    os.kill(worker.pid, signal.SIGSTOP)
    for i in range(3_000):
        runs.turn(run, "lr", i / 1e6)
    began = time.monotonic()
    runs.drive(run, "stop")
    assert run.state == "stopped" and time.monotonic() - began < 2
    runs._look_after(time.monotonic() + RUNS.ending + 1)
    until(lambda: not runs.busy("cpu"))


def test_of_many_turns_a_worker_hears_the_newest(runs):
    run = on(runs)
    for i in range(1, 2_001):
        runs.turn(run, "lr", i / 1e6)
    until(lambda: run.knobs.get("lr") == 0.002 or (run.changes and run.changes[-1]["value"] == 0.002))


@needs_signals
def test_a_process_that_outlives_its_end_does_not_keep_the_device(runs, monkeypatch):
    run, other = on(runs), runs.begin(BOB, LONG)
    worker = runs._worker_of(run)
    os.kill(worker.pid, signal.SIGSTOP)
    monkeypatch.setattr(worker._process, "kill", lambda: None)  # as one that hangs in a driver
    runs.drive(run, "stop")
    runs._look_after(time.monotonic() + RUNS.ending + 1)
    assert runs.training("cpu") is run
    runs._look_after(time.monotonic() + 2 * RUNS.ending + 2)
    until(lambda: other.state == "running")
    monkeypatch.undo()
    worker._process.kill()


def test_a_run_that_never_gets_to_its_first_step_is_ended(runs, monkeypatch):
    monkeypatch.setenv("STAND_IN_CONFIG", "no configuration")  # its listening dies
    run = runs.begin(ADA, LONG)
    until(lambda: runs._worker_of(run) is not None and runs._worker_of(run).ready)
    runs._look_after(time.monotonic() + RUNS.answer - 5)
    assert not run.over
    runs._look_after(time.monotonic() + RUNS.answer + 1)
    assert run.state == "failed" and run.reason["key"] == "run.slow"
    until(lambda: not runs.busy("cpu"))


@pytest.mark.parametrize("waited_for", [False, True])
def test_a_training_has_its_device_for_a_limited_time(runs, waited_for):
    run = on(runs)
    other = runs.begin(BOB, LONG) if waited_for else None
    limit, key = (RUNS.longest_waited, "run.gave_turn") if waited_for else (RUNS.longest, "run.longest")
    ends = run.turn + limit
    runs.limits = replace(RUNS, silent=1e9)
    runs._look_after(ends - 1)
    assert run.state == "running"
    runs._look_after(ends + 1)
    assert run.state == "stopped" and run.reason["key"] == key
    assert f"{limit / 60:g} minutes" in str(run.reason)
    until(lambda: other.state == "running" if waited_for else not runs.busy("cpu"))


def test_an_app_that_slept_blames_nobody(runs):
    run = on(runs)
    run.watched = runs._worker_of(run).heard = time.monotonic() - 1e4
    now = time.monotonic()
    runs._excuse(now)
    assert run.watched == now and runs._worker_of(run).heard >= now


def test_a_clock_that_jumps_changes_no_limit_and_no_speed(runs, monkeypatch):
    run = on(runs)
    for jump in (-1e9, 1e9):
        monkeypatch.setattr("time.time", lambda jump=jump: 1.7e9 + jump)
        at = run.step
        runs._look_after(time.monotonic())
        until(lambda at=at: run.step > at + 5)
        assert run.state == "running" and 64 * 40 < run.speed < 64 * 60  # 50 steps a second, as its worker says


def test_commands_keep_their_order_when_the_clock_is_put_back(tmp_path, monkeypatch):
    times = iter(range(10, 0, -1))
    monkeypatch.setattr("time.time_ns", lambda: next(times))
    mailbox = Mailbox(tmp_path)
    for name in ("pause", "step", "resume", "stop"):
        mailbox.put(Command(name))
    assert [mailbox.take().name for _ in range(4)] == ["pause", "step", "resume", "stop"]


def test_a_mailbox_holds_the_newest_turns_and_few_commands(tmp_path):
    mailbox = Mailbox(tmp_path)
    for i in range(300):
        mailbox.put(Command("turn", {"knob": "lr", "value": i / 1e6}))
    assert len(list((tmp_path / "commands").iterdir())) == 1 and mailbox.take().values["value"] == 299 / 1e6
    for _ in range(100):
        mailbox.put(Command("step"))
    mailbox.put(Command("stop"))
    names = [command.name for command in iter(mailbox.take, None)]
    assert len(names) == 65 and names[-1] == "stop"


def test_a_process_that_cannot_start_is_told(tmp_path, monkeypatch):
    """As where `ulimit -v` leaves too little for PyTorch: the import fails."""
    interpreter(monkeypatch, tmp_path / "python", f'ulimit -v 400000\nexec {shlex.quote(sys.executable)} "$@"')
    runs = Runs(tmp_path / "runs", default_root())
    try:
        run = runs.begin(ADA, LONG)
        until(lambda: run.state == "failed")
        assert run.reason["key"] == "run.no_process" and "could not start" in str(run.reason)
        until(lambda: not runs.busy("cpu"))
        with pytest.raises(RunError) as caught:
            runs.forecast(LONG)
        assert caught.value.key == "run.no_process"
    finally:
        runs.close()


def test_where_there_is_no_thread_for_a_run_it_fails_and_the_device_stays_free(tmp_path, monkeypatch):
    runs = Runs(tmp_path / "runs", default_root())

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr("threading.Thread.start", refuse)
        run = runs.begin(ADA, LONG)
    assert run.state == "failed" and run.reason["key"] == "run.no_process" and not runs.busy("cpu")
    runs.close()


# Of the disk.


@pytest.fixture
def full_disk(monkeypatch):
    """full_disk(): from now on nothing can be written."""

    def refuse(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    return lambda: monkeypatch.setattr(safetensors_file, "save_file", refuse)


def test_a_disk_that_fills_up_is_told_once_and_costs_no_step(fresh, tmp_path, full_disk):
    state, *rest = fresh(budget=30)
    said = []
    for event in session(state, *rest, tmp_path, Script((3, Command("save")), (6, Command("save")))):
        said.append(event)
        if isinstance(event, events.State) and event.state == "running":
            full_disk()
    warned = [event for event in said if isinstance(event, events.Warned)]
    assert [event.key for event in warned] == ["run.disk"] and "No space left" in str(warned[0].values["reason"])
    assert [event.state for event in said if isinstance(event, events.State)] == ["running", "finished"]
    assert state.step == 30 and not (tmp_path / RESUME).exists()


@pytest.mark.parametrize("name", ["unlink", "mkdir"])
def test_a_folder_that_cannot_be_changed_costs_no_step(fresh, tmp_path, monkeypatch, name):
    state, *rest = fresh(budget=20)
    (tmp_path / "moments").mkdir()
    (tmp_path / "moments" / "000000099.safetensors").write_bytes(b"of a step that is trained once more")

    def refuse(*arguments, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(f"pathlib.Path.{name}", refuse)
        patch.setattr("vae.live.moments.MOST_MOMENTS", 2)
        said = list(session(state, *rest, tmp_path, Script()))
    assert [event.key for event in said if isinstance(event, events.Warned)] == ["run.disk"]
    assert [event.state for event in said if isinstance(event, events.State)][-1] == "finished"


def told_by(worker, **values):
    """What a worker says of a run, until that is over."""
    worker.inbox.put(Command("begin", {"recipe": replace(LONG, budget=12).to_json(), **values}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vae.live.worker.give_way", lambda: None)  # the process is that of the tests
        worker.work()


def test_a_run_goes_on_though_the_disk_is_full(tmp_path, digits, fresh, full_disk):
    gallery_of(digits[1]).save(tmp_path)
    snapshot.save(fresh(budget=12)[0], tmp_path / RESUME)
    full_disk()
    said = []
    told_by(Worker(default_root(), said.append), folder=str(tmp_path), resume=True)
    assert [event.state for event in said if isinstance(event, events.State)] == ["running", "finished"]
    assert [event.key for event in said if isinstance(event, (events.Warned, events.Failed))] == ["run.disk"]


def test_a_damaged_gallery_is_made_anew(tmp_path):
    (tmp_path / "gallery.safetensors").write_bytes(b"half of one")
    told_by(Worker(default_root(), lambda event: None), folder=str(tmp_path))
    assert len(Gallery.load(tmp_path).originals) == 32


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"cut short"])
def test_a_damaged_snapshot_ends_its_run_in_one_sentence(tmp_path, content):
    (tmp_path / RESUME).write_bytes(content)
    said = []
    told_by(Worker(default_root(), said.append), folder=str(tmp_path), resume=True)
    assert [type(event) for event in said] == [events.Failed]
    assert said[0].key == "run.refused" and said[0].values["reason"]["values"]["file"] == RESUME


def test_what_a_killed_process_left_half_written_goes(tmp_path):
    (tmp_path / "moments").mkdir()
    gone = [tmp_path / "last.resume.4711.tmp", tmp_path / "moments" / "000000007.safetensors.12.tmp"]
    gone.append(tmp_path / "moments" / ".tmpaB3_x9")
    stays = [tmp_path / "run.json.tmp", tmp_path / "run.json"]  # the app may be at it
    for path in (*gone, *stays):
        path.write_bytes(b"x")
    sweep_up(tmp_path)
    assert [path.exists() for path in (*gone, *stays)] == [False, False, False, True, True]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_process_that_is_told_to_end_while_it_saves_leaves_a_whole_snapshot(tmp_path, fresh):
    state, *_ = fresh()
    path = tmp_path / RESUME
    steps = []
    for attempt in range(8):
        child = os.fork()
        if child == 0:  # saves one step after the other until it is ended
            try:
                while True:
                    state.step += 1
                    snapshot.save(state, path)
            finally:
                os._exit(1)
        until(path.is_file)
        time.sleep(0.011 * (attempt + 1))
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        steps.append(snapshot.load(path, going_on=False).step)
    sweep_up(tmp_path)
    assert min(steps) >= 1 and [path.name for path in tmp_path.iterdir()] == [RESUME]


@needs_signals
@pytest.mark.slow
def test_a_training_that_the_machine_tells_to_end_is_kept(tmp_path):
    runs = Runs(tmp_path, default_root())
    run = on(runs)
    worker = runs._worker_of(run)
    os.kill(worker.pid, signal.SIGINT)  # Ctrl-C in the terminal of the app
    at = run.step
    until(lambda: run.step > at + 5)
    os.kill(worker.pid, signal.SIGTERM)
    until(lambda: run.over and not runs.busy("cpu"))
    assert run.state == "stopped" and run.reason["key"] == "run.terminated"
    assert run.saved >= at + 5 and run.resumable
    runs.close()


# Of time.


@pytest.mark.parametrize(("unit", "budget"), [("steps", 1_000_000), ("epochs", 1_000)])
def test_a_training_makes_as_many_steps_as_it_has_time_for_and_says_so(tmp_path, monkeypatch, unit, budget):
    monkeypatch.setattr("vae.live.worker.steps_per_second", lambda *arguments: 10.0)
    recipe = replace(LONG, unit=unit, budget=budget).to_json()
    said = []
    worker = Worker(default_root(), said.append)
    worker.forecast(recipe, longest=100.0)
    assert (said[0].steps, said[0].seconds) == (1_000, 100.0)
    training = worker.training(str(tmp_path), recipe, lambda wait: None, longest=100.0)
    begun, warned = next(training), next(training)
    training.close()
    assert begun.config["training"]["steps"] == 1_000
    asked, minutes = ("1,000,000", "1,667") if unit == "steps" else ("22,000", "37")
    assert warned == events.Warned("run.fewer_steps", {"asked": asked, "minutes": minutes, "steps": "1,000"})


def test_what_fits_into_the_time_is_left_alone():
    assert within(LONG, 1_000, 10.0, 100.0) is LONG
    assert within(LONG, 1_001, 10.0, 100.0).budget == 1_000
    assert within(LONG, 7, 1e-9, 100.0).budget == 1
    seconds = replace(LONG, unit="seconds", budget=60.0)
    assert within(seconds, 10**6, 10.0, 100.0) is seconds


def test_a_worker_that_waits_shows_that_it_is_there(fresh, tmp_path):
    state, *rest = fresh()
    commands = iter([Command("pause"), None, None, Command("stop")])
    said = list(session(state, *rest, tmp_path, lambda wait: next(commands)))
    kinds = [type(event) for event in said]
    assert kinds.count(events.Alive) == 2
    first = kinds.index(events.Alive)
    assert [event.state for event in said[:first] if isinstance(event, events.State)] == ["running", "paused"]
    assert torch.isfinite(torch.tensor(state.seconds)) and steps_kept(tmp_path)[-1] == state.step
