"""What is remembered of a run: short curves, what a restart needs, and what late or broken events may not do."""

import threading
from itertools import pairwise

import pytest

from vae.data import DATASETS
from vae.live import events
from vae.live.recipe import Recipe, configured
from vae.live.run import COLUMNS, MOST_ROWS, LiveRun, Rows
from vae.system.safetensors_file import CheckpointError

RECIPE = Recipe("digits", latent_dim=2, width=4, batch_size=64, unit="steps", budget=5_000)
KNOBS = {"beta": 1.0, "gamma": 0.0, "capacity": 0.0, "lr": 0.001}


def point(step, kl=(1.0, 2.0), loss=100.0):
    return events.Point(step, 64 * step, step / 100, loss, loss - 3, list(kl), KNOBS)


@pytest.fixture
def run(tmp_path):
    found = LiveRun("r" * 22, "owner", tmp_path, RECIPE)
    config = configured(RECIPE, DATASETS["digits"], 1_437)
    found.absorb(events.Begun(config.to_json(), 0))
    found.absorb(events.State("running", 0))
    return found


def test_a_row_holds_what_its_columns_say(run):
    run.absorb(point(7))
    row = dict(zip(COLUMNS, run.curves.rows[0], strict=True))
    assert row == {"step": 7, "images": 448, "seconds": 0.07, "loss": 100.0, "recon": 97.0, "kl": 3.0} | KNOBS


def test_curves_are_thinned_evenly_and_end_with_the_newest(run):
    for step in range(1, 5 * MOST_ROWS):
        run.absorb(point(step))
        assert len(run.curves.rows) <= MOST_ROWS and step - run.curves.rows[-1][0] < run.curves.stride
    run.absorb(events.State("paused", 5 * MOST_ROWS - 1))
    steps = [row[0] for row in run.curves.rows]
    assert steps[0] == 1 and steps[-1] == 5 * MOST_ROWS - 1
    assert {b - a for a, b in pairwise(steps[:-1])} == {run.curves.stride} and run.curves.stride == 8


def test_a_page_that_follows_by_deltas_holds_what_the_server_holds():
    rows, held, epoch = Rows(), [], -1
    for step in range(2 * MOST_ROWS + 7):
        rows.add([step])
        if step % 3 == 0:  # now and then the page asks, with what it knows
            held = list(rows.rows) if epoch != rows.epoch else held + rows.rows[len(held) :]
            epoch = rows.epoch
            assert held == rows.rows


def test_a_loss_that_is_no_number_takes_no_bars_away(run):
    run.absorb(point(1))
    run.absorb(events.from_line(events.to_line(point(2, (float("nan"), 1.0), float("nan")))))
    assert run.kl == [1.0, 2.0] and run.curves.rows[-1][3] is None


def test_what_a_stopped_worker_still_says_does_not_bring_its_run_back(run):
    run.enter("stopped")
    run.enter("waiting")  # resumed, while the old process saves
    for late in (events.State("stopped", 9), events.Failed("run.torch"), events.Begun(run.config.to_json(), 0)):
        run.absorb_late(late)
    run.absorb_late(events.Saved(9))
    assert run.state == "waiting" and run.saved == 9


def test_a_drag_of_a_knob_is_one_change_a_step_and_shown_at_once(run):
    for step, value in ((5, 2.0), (5, 3.0), (6, 4.0)):
        run.absorb(events.Changed(step, "beta", value))
    assert run.changes == [{"step": 5, "knob": "beta", "value": 3.0}, {"step": 6, "knob": "beta", "value": 4.0}]
    assert run.knobs["beta"] == 4.0


def test_after_a_restart_it_is_stopped_and_a_page_takes_its_curves_anew(run):
    for step in range(1, 9):
        run.absorb(point(step))
    run.absorb(events.Saved(6))
    found = LiveRun.read(run.folder)
    assert found.state == "stopped" and found.reason == {"key": "run.interrupted", "values": {"step": 6}}
    assert found.curves.rows == run.curves.rows and found.curves.epoch != run.curves.epoch
    assert found.recipe == run.recipe and found.config == run.config and not found.resumable  # nothing to go on from


def test_why_a_run_failed_can_still_be_said_after_a_restart(run):
    reason = CheckpointError("checkpoint.no_file", file=run.folder / "last.resume").sentence
    run.absorb(events.from_line(events.to_line(events.Failed("run.refused", {"reason": reason}))))
    again = LiveRun.read(run.folder)
    assert again.state == "failed" and again.reason == run.reason
    assert str(again.reason) == "This cannot be trained: last.resume: there is no such file."


def test_a_checkpoint_that_was_made_is_remembered_and_one_in_the_making_is_not(run):
    for exported in ({"name": "run-r", "dataset": "digits", "step": 7}, {"stage": "encode", "share": 0.5}):
        run.exported = exported
        run.write()
        assert LiveRun.read(run.folder).exported == (exported if "name" in exported else None)


def test_many_threads_may_write_it_down(run):
    threads = [threading.Thread(target=lambda: [run.write() for _ in range(20)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not run.warnings and LiveRun.read(run.folder).recipe == RECIPE
    assert not list(run.folder.glob("*.tmp"))
