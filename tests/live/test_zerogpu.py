"""A run on a device that is lent: forked children, everything pickled, and the same weights as in one stretch."""

import os
import signal
import threading
import time
from dataclasses import replace

import pytest
import torch
from forked import forked

from vae.data import DATASETS, default_root
from vae.live import events
from vae.live.events import Command
from vae.live.moments import steps_kept
from vae.live.recipe import Recipe, configured
from vae.live.runs import Runs
from vae.live.session import RESUME
from vae.live.zerogpu import ChunkWorker, Mailbox, train_chunk
from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState

ADA = "a" * 32
SHORT = Recipe("digits", latent_dim=4, width=4, batch_size=64, unit="steps", budget=6)
LONG = replace(SHORT, budget=1_000_000)


@pytest.fixture(autouse=True)
def one_thread():
    """As in the app, from whose process the children are forked; sums of more threads have another order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def runs(tmp_path):
    found = Runs(tmp_path, default_root(), lent=("cpu",))
    yield found
    found.close()


def begun(runs, recipe):
    run = runs.begin(ADA, recipe)
    until(lambda: runs.needs_chunk(run))
    return run


def until(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.01)


def work(runs, run, seconds=30.0, lend=None):
    """One chunk, to its end, in a thread as of the server's queue."""
    chunk = threading.Thread(target=lambda: list(runs.work(run, lend or forked(train_chunk), seconds)), daemon=True)
    chunk.start()
    return chunk


def test_pieces_give_the_very_same_weights_as_one_stretch(runs, digits):
    run = begun(runs, SHORT)
    chunks = 0
    while not run.over:
        assert runs.needs_chunk(run) and runs.busy("cpu")
        told = list(runs.work(run, forked(train_chunk), 0.0))
        chunks += 1
        assert isinstance(told[0], events.Begun) and run.saved >= run.step
    assert run.state == "finished" and run.step == SHORT.budget and chunks > 1
    state = TrainState.fresh(configured(SHORT, DATASETS["digits"], len(digits[0])))
    for _ in train(state, digits[0], every=1):
        pass
    kept = snapshot.load(run.folder / RESUME)
    for ours, theirs in zip(kept.model.parameters(), state.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    steps = [row[0] for row in run.curves.rows]
    assert steps == sorted(set(steps)) and steps[-1] == SHORT.budget
    assert run.moments == steps_kept(run.folder) and run.moments[-1] == SHORT.budget
    until(lambda: not runs.busy("cpu"))


def test_it_is_driven_from_outside_through_the_disk(runs):
    run = begun(runs, LONG)
    chunk = work(runs, run)
    until(lambda: run.step > 5)
    runs.turn(run, "lr", 0.002)
    until(lambda: run.knobs.get("lr") == 0.002)
    assert list(runs.work(run, forked(train_chunk), 1)) == []  # one chunk at a time
    runs.drive(run, "pause")
    chunk.join(60)
    assert run.state == "paused" and not chunk.is_alive() and not runs.needs_chunk(run)  # nobody's minute is wasted
    at = run.step
    runs.drive(run, "step")
    assert runs.needs_chunk(run)
    work(runs, run).join(60)
    assert run.state == "paused" and run.step == at + 1
    assert run.knobs["lr"] == 0.002
    runs.drive(run, "resume")
    children = []
    chunk = work(runs, run, lend=forked(train_chunk, children))
    until(lambda: run.step > at + 5 and run.state == "running")
    os.kill(children[0], signal.SIGSTOP)  # it cannot answer
    runs.drive(run, "stop")
    assert run.state == "stopped" and chunk.is_alive()
    os.kill(children[0], signal.SIGCONT)
    chunk.join(60)
    until(lambda: not runs.busy("cpu"))
    assert run.saved > at + 5 and not runs.needs_chunk(run)


def test_stopped_between_two_pieces_it_gives_the_device_free(runs):
    run = begun(runs, LONG)
    list(runs.work(run, forked(train_chunk), 0.1))
    assert run.state == "running" and runs.needs_chunk(run)
    runs.drive(run, "stop")
    until(lambda: not runs.busy("cpu"))
    assert run.resumable


def test_a_child_that_is_killed_leaves_a_run_to_resume(runs):
    run, children = begun(runs, LONG), []
    list(runs.work(run, forked(train_chunk), 0.2))
    saved = run.saved
    chunk = work(runs, run, lend=forked(train_chunk, children))
    until(lambda: run.step > saved + 3)
    os.kill(children[0], signal.SIGKILL)
    chunk.join(60)
    assert run.state == "stopped" and run.reason["key"] == "run.not_lent"
    assert run.reason["values"] == {"reason": "GPU task aborted", "step": saved}
    until(lambda: not runs.busy("cpu"))
    runs.drive(run, "resume")
    until(lambda: runs.needs_chunk(run))

    def refused(chunk):
        raise RuntimeError("You have exceeded your GPU quota")

    assert list(runs.work(run, refused, 0.1)) == []
    assert run.state == "stopped" and run.reason["values"]["step"] == run.step == saved and run.resumable
    until(lambda: not runs.busy("cpu"))
    runs.drive(run, "resume")
    until(lambda: runs.needs_chunk(run))
    told = list(runs.work(run, forked(train_chunk), 0.1))
    assert told[0].step == saved and run.state == "running"


def test_a_page_that_goes_away_loses_nothing(runs):
    run = begun(runs, LONG)
    list(runs.work(run, forked(train_chunk), 0.1))
    saved = run.saved
    chunk = runs.work(run, forked(train_chunk), 30)
    until(lambda: next(chunk).step > saved)
    chunk.close()  # the server closes the generator of a client that has gone
    assert runs.needs_chunk(run)
    told = list(runs.work(run, forked(train_chunk), 0.1))
    assert told[0].step == saved


def test_what_cannot_be_trained_says_why(tmp_path):
    runs = Runs(tmp_path / "runs", tmp_path / "no data", lent=("cpu",))
    run = begun(runs, replace(LONG, dataset="mnist"))
    list(runs.work(run, forked(train_chunk), 1))
    assert run.state == "failed" and run.reason["key"] == "run.refused"
    until(lambda: not runs.busy("cpu"))
    runs.close()


def test_what_comes_before_the_beginning_is_passed_over(tmp_path):
    gone = []
    worker = ChunkWorker(tmp_path, gone=gone.append)
    worker.send(Command("pause"))
    assert not worker.needs_chunk and gone == []
    worker.send(Command("stop"))
    worker.send(Command("begin", {"folder": str(tmp_path), "recipe": SHORT.to_json(), "own": None, "resume": False}))
    assert gone == [0] and not worker.needs_chunk


def test_a_mailbox_keeps_the_order_and_passes_over_rubbish(tmp_path):
    mailbox = Mailbox(tmp_path)
    assert mailbox.take() is None
    for name in ("pause", "step", "stop"):
        mailbox.put(Command(name))
    (tmp_path / "commands" / "0.json").write_text("no command")
    assert [mailbox.take().name for _ in range(3)] == ["pause", "step", "stop"]
    mailbox.put(Command("stop"))
    mailbox.clear()
    assert mailbox.take() is None
