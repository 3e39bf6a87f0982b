"""A file of the program's own that something has been at: it is named, and costs no run but its own."""

import json
import logging
import os
from dataclasses import replace

import pytest

from vae.config import ConfigError
from vae.data import DATASETS, default_root
from vae.live import events
from vae.live.recipe import Recipe, configured
from vae.live.record import NAME, RunRecord
from vae.live.run import LiveRun
from vae.live.runs import Runs

ADA = "a" * 32
RECIPE = Recipe("digits", latent_dim=2, width=4, unit="steps", budget=50)
KNOBS = {"beta": 1.0, "gamma": 0.0, "capacity": 0.0, "lr": 0.001}


def finished(folder, ident, number=1):
    """A run of Ada's that is over, on the disk."""
    home = folder / ident
    home.mkdir(parents=True)
    run = LiveRun(ident, Runs.hashed(ADA), home, RECIPE)
    run.number = number
    run.absorb(events.Begun(configured(RECIPE, DATASETS["digits"], 1_437).to_json(), 0))
    run.absorb(events.Point(50, 3_200, 1.5, 90.0, 80.0, [9.0, 1.0], KNOBS))
    run.absorb(events.Changed(20, "beta", 2.0))
    run.absorb(events.State("finished", 50))
    return run


def damaged(run, **values):
    path = run.folder / NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_what_is_written_is_read(tmp_path):
    run = finished(tmp_path, "r" * 22)
    record = RunRecord.read(run.folder)
    assert record == run._record() and record.changes == run.changes and record.config == run.config


def test_a_run_of_an_earlier_version_is_read(tmp_path):
    run = finished(tmp_path, "r" * 22)
    plain = json.loads((run.folder / NAME).read_text())
    del plain["address"], plain["number"]
    (run.folder / NAME).write_text(json.dumps(plain))
    assert RunRecord.read(run.folder) == replace(run._record(), address="", number=0)


WRONG = {
    "owner": [None, 7, []],
    "recipe": [None, {}, [], {"dataset": 3}],
    "own": [7, {}],
    "state": [None, "asleep", 3, []],
    "reason": ["why", {"key": "run.nan"}, {"key": "no.such", "values": {}}, {"key": [], "values": {}}],
    "config": [7, {"dataset": 7}, []],
    "curves": [None, 7, [None], [[]], [[1, 2]], [["1"] * 10], [[None] * 10], [[float("nan")] * 10], {"a": 1}],
    "bounds": [None, [[1, 2, 3, 4, 5, 6]], [[1, "x", None, None, None]]],
    "kl": ["x", [None], [float("inf")], [[1.0]]],
    "changes": [None, [7], [{"step": 1}], [{"step": 1, "knob": 3, "value": 2.0}]],
    "kept": [7, {}, {"name": 3, "dataset": "digits", "step": 1}],
    "step": [None, -1, 1.5, "7", True],
    "seconds": [None, "1", float("nan")],
    "saved": [None, -3, 1e400],
    "started": [None, "today", float("inf"), []],
    "device_name": [None, 7, {"key": "no.such", "values": {}}],
    "address": [None, 7],
    "number": [None, -1, "1"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_named(tmp_path, name, value):
    run = finished(tmp_path, "r" * 22)
    damaged(run, **{name: value})
    with pytest.raises(ConfigError, match=name):
        LiveRun.read(run.folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", "\x00", "[" * 100_000, '{"owner": "a"}', b"\xff\xfe"])
def test_a_file_that_is_no_record_is_refused(tmp_path, text):
    (tmp_path / NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError):
        LiveRun.read(tmp_path)


def test_a_damaged_run_is_passed_over_once_and_costs_the_others_nothing(tmp_path, caplog):
    good, bad = finished(tmp_path, "g" * 22), finished(tmp_path, "b" * 22)
    damaged(bad, started=None)
    (tmp_path / ("f" * 22)).mkdir()
    (tmp_path / ("f" * 22) / NAME).mkdir()  # a folder where the file should be
    with caplog.at_level(logging.WARNING):
        runs = Runs(tmp_path, default_root(), lent=("cpu",))
    try:
        assert [message for message in caplog.messages if "passed over" in message] == [
            f"The run in {bad.folder} is passed over: started is not what run.json may hold"
        ]
        assert [run.ident for run in runs.listed(ADA)] == [good.ident]
        begun = runs.begin("b" * 32, RECIPE)
        assert runs.place(begun) == (0, 0) and runs.get(ADA, good.ident).resumable is False
        assert bad.folder.is_dir()  # the host may mend it
    finally:
        runs.close()


def test_the_order_of_runs_and_their_age_follow_no_clock(tmp_path, monkeypatch):
    first, second = finished(tmp_path, "1" * 22, 1), finished(tmp_path, "2" * 22, 2)
    damaged(first, started=4e9)  # the clock was put back between the two
    os.utime(first.folder / NAME, (4e9, 4e9))  # long after now
    os.utime(second.folder / NAME, (1e9, 1e9))  # long before
    runs = Runs(tmp_path, default_root(), lent=("cpu",))
    try:
        assert [run.ident for run in runs.listed(ADA)] == [second.ident, first.ident]
        ages = {run.ident: run.watched - run.since for run in runs.listed(ADA)}
        assert ages[first.ident] == pytest.approx(0, abs=5) and ages[second.ident] > 1e8
        monkeypatch.setattr("time.time", lambda: 0.0)
        third = runs.begin(ADA, RECIPE)
        assert [run.ident for run in runs.listed(ADA)] == [third.ident, second.ident, first.ident]
    finally:
        runs.close()
