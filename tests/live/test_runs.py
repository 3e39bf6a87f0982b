"""Real processes: a run's life, the queue, ownership, and what is left after a kill or a restart."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vae.data import default_root
from vae.live import process
from vae.live.devices import threads
from vae.live.recipe import Recipe
from vae.live.run import LiveRun, RunError
from vae.live.runs import Runs
from vae.live.session import RESUME
from vae.live.worker import NICE
from vae.system.limits import RUNS, RunLimits
from vae.training import snapshot

BEGIN = process.begin  # `python -m vae.live.worker` itself; while tests run it is a fork (tests/conftest.py)
ADA, BOB = "a" * 32, "b" * 32
LONG = Recipe("digits", latent_dim=4, width=4, batch_size=64, unit="steps", budget=1_000_000)
SHORT = replace(LONG, budget=40)


def until(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def pid_of(runs, run):
    """The process that trains a run."""
    return runs._worker_of(run).pid


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    found = Runs(tmp_path_factory.mktemp("runs"), default_root(), replace(RUNS, unwatched=1e4))
    yield found
    found.close()


@pytest.fixture(scope="module")
def begun(runs):
    """A run of Ada's that goes on for ever; the tests of this module drive it, the last of them kills it."""
    run = runs.begin(ADA, LONG)
    runs.warm()
    until(lambda: run.state == "running" and run.step > 3)
    return run


def test_pause_step_resume(runs, begun):
    runs.drive(begun, "pause")
    until(lambda: begun.state == "paused")
    at = begun.step
    runs.drive(begun, "step")
    until(lambda: begun.step == at + 1)
    time.sleep(0.3)
    assert begun.step == at + 1 and begun.state == "paused"
    runs.drive(begun, "resume")
    until(lambda: begun.step > at + 5 and begun.state == "running")


def test_a_knob_is_turned_while_it_runs(runs, begun):
    runs.turn(begun, "lr", 0.004)
    until(lambda: begun.changes and begun.knobs.get("lr") == 0.004)
    assert begun.changes[0]["knob"] == "lr" and begun.changes[0]["value"] == 0.004


@pytest.mark.skipif(not hasattr(os, "setpriority"), reason="no priorities here")
def test_a_training_gives_way_and_what_a_person_waits_for_does_not(runs, begun):
    def niceness(pid):
        tasks = Path(f"/proc/{pid}/task")
        tasks = [int(path.name) for path in tasks.iterdir()] if tasks.is_dir() else [pid]
        return {os.getpriority(os.PRIO_PROCESS, task) for task in tasks}

    mine = os.getpriority(os.PRIO_PROCESS, 0)
    training = pid_of(runs, begun)
    until(lambda: niceness(training) == {max(mine, NICE)})
    runs.forecast(SHORT)  # answered by the process that would make a checkpoint, too
    assert niceness(runs._standby._worker.pid) == {mine}


def test_one_owner_has_one_training_at_a_time(runs, begun):
    with pytest.raises(RunError) as caught:
        runs.begin(ADA, SHORT)
    assert caught.value.key == "run.one_at_a_time"


def test_a_run_is_its_owners_alone(runs, begun):
    assert runs.get(ADA, begun.ident) is begun and begun in runs.listed(ADA)
    for stranger in (BOB, ADA[:-1] + "b"):
        with pytest.raises(RunError, match="There is no such run of yours"):
            runs.get(stranger, begun.ident)
        assert begun not in runs.listed(stranger)
    with pytest.raises(RunError, match="There is no such run of yours"):
        runs.get(ADA, "x" * 22)
    assert ADA not in (begun.folder / "run.json").read_text()


def test_others_wait_are_told_their_place_and_the_device_goes_to_the_next(runs, begun, tmp_path):
    forecast = runs.forecast(replace(SHORT, unit="seconds", budget=5.0))
    assert forecast.speed > 0 and forecast.seconds == pytest.approx(5, rel=0.2) and 0 < forecast.awake <= 4
    second, third = runs.begin(BOB, SHORT), runs.begin("c" * 32, SHORT)
    assert [runs.place(run) for run in (begun, second, third)] == [(0, 2), (1, 2), (2, 2)]
    runs.drive(second, "stop")
    assert second.state == "stopped" and runs.place(third) == (1, 1)
    pid = pid_of(runs, begun)
    os.kill(pid, signal.SIGSTOP)  # it cannot answer
    runs.drive(begun, "stop")
    assert begun.state == "stopped" and runs.training("cpu") is begun
    os.kill(pid, signal.SIGCONT)
    until(lambda: third.state == "finished" and third.saved == 40 and third.moments[-1] == 40)
    assert third.curves.rows[-1][0] == 40 and third.moments[0] == 0
    stages = []
    runs.export(third, tmp_path / "digits.safetensors", stages.append)
    assert (tmp_path / "digits.safetensors").is_file() and stages[-1].share == pytest.approx(1)
    until(lambda: not runs.busy("cpu"))
    runs.forget(third)
    assert not third.folder.exists()


def test_a_killed_process_loses_nothing_that_was_saved(runs, begun):
    if not begun.over:
        runs.drive(begun, "pause")
    until(lambda: begun.saved > 0)
    saved = begun.saved
    runs.drive(begun, "resume")
    until(lambda: begun.state == "running" and begun.step > saved + 3)
    pid = pid_of(runs, begun)
    os.kill(pid, signal.SIGKILL)
    until(lambda: begun.state == "failed")
    saved = begun.saved
    assert begun.reason["key"] == "run.killed" and begun.reason["values"]["step"] == saved and begun.resumable
    until(lambda: not runs.busy("cpu"))
    runs.drive(begun, "resume")
    until(lambda: begun.state == "running" and begun.step > saved + 3)
    runs.drive(begun, "stop")
    steps = [row[0] for row in begun.curves.rows]
    assert steps == sorted(set(steps))  # what had come after the snapshot was taken back


def test_after_a_restart_the_run_is_found_and_goes_on(tmp_path, monkeypatch):
    first = Runs(tmp_path, default_root())
    with monkeypatch.context() as patch:
        patch.setattr(process, "begin", BEGIN)
        run = first.begin(ADA, replace(LONG, budget=200))  # not over before it is closed
        until(lambda: run.step > 5)
    first.close()  # as when the app ends: the worker hears no more, saves and goes
    until(lambda: run.saved > 0)
    until(lambda: not first.busy("cpu"))
    state = snapshot.load(run.folder / RESUME)
    second = Runs(tmp_path, default_root())
    found = second.get(ADA, run.ident)
    assert found.state == "stopped" and found.resumable and found.curves.rows and found.moments
    second.drive(found, "resume")
    until(lambda: found.state == "finished")
    until(lambda: found.saved == 200)
    second.close()
    straight, data = snapshot.TrainState.fresh(state.config), None
    from vae.data import load
    from vae.training.loop import train

    data = load("digits", "train")
    torch.set_num_threads(threads())  # as the worker does
    for _ in train(straight, data, every=200):
        pass
    torch.set_num_threads(1)
    resumed = snapshot.load(found.folder / RESUME)
    assert all(torch.equal(a, b) for a, b in zip(straight.model.parameters(), resumed.model.parameters(), strict=True))


def test_a_run_that_nobody_watches_stops_unless_it_was_started_to_go_on(tmp_path):
    lonely = Runs(tmp_path, default_root(), RunLimits(unwatched=0.5))
    kept = lonely.begin(BOB, replace(LONG, going_on=True))
    left = lonely.begin(ADA, LONG)
    until(lambda: left.state == "stopped", 30)
    assert left.reason["key"] == "run.unwatched_early" and kept.state in ("running", "waiting")
    assert str(left.reason).startswith("Nobody had watched for 0 minutes, ")
    lonely.drive(kept, "stop")
    lonely.close()


@pytest.mark.parametrize("waited_for", [False, True])
def test_minutes_are_said_as_a_person_says_them(tmp_path, waited_for):
    """Without a process: a run that waits, or one that is paused, and time that has gone by."""
    idle = Runs(tmp_path, default_root(), RunLimits(unwatched=1e4 if waited_for else 180.0, paused=150.0))
    run = LiveRun("x" * 22, Runs.hashed(ADA), tmp_path, LONG)
    run.enter("paused" if waited_for else "waiting")
    idle._runs[run.ident] = run
    if waited_for:
        idle._queues["cpu"].append(LiveRun("y" * 22, Runs.hashed(BOB), tmp_path, LONG))
        idle._active["cpu"] = (run, None)
    idle._look_after(time.monotonic() + 200)
    says = "It was paused for 2.5 minutes while" if waited_for else "Nobody had watched for 3 minutes, so"
    assert run.state == "stopped" and str(run.reason).startswith(says)
    idle.close()


def test_what_cannot_be_trained_fails_with_a_sentence(runs, tmp_path):
    with pytest.raises(RunError, match="There is no .* on this machine: choose .*cpu"):
        runs.begin(ADA, replace(LONG, device="mps" if "mps" not in runs.devices else "cuda"))
    elsewhere = Runs(tmp_path / "runs", tmp_path / "no-data")
    run = elsewhere.begin(ADA, replace(SHORT, dataset="mnist"))
    until(lambda: run.state == "failed")
    assert run.reason["key"] == "run.refused" and run.reason["values"]["reason"]["key"] == "data.not_here"
    elsewhere.close()
