"""The command line: what it writes, what it prints, and one sentence with exit code 2 for whatever is wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from described_files import put_description

from vae.checkpoints import checkpoint
from vae.cli import train as train_command
from vae.cli import training_run
from vae.cli.arguments import configured
from vae.cli.main import parser
from vae.cli.report import summary
from vae.data import DATASETS
from vae.evaluation.evaluate import SCORES
from vae.evaluation.reader import load_reader
from vae.latent.projection import PROJECTIONS
from vae.system import safetensors_file
from vae.training import snapshot
from vae.training.loop import steps_per_second, train
from vae.training.objectives import OBJECTIVES
from vae.training.presets import PRESETS
from vae.training.state import TrainState

pytestmark = pytest.mark.usefixtures("few_samples")
TINY = ["--dataset", "digits", "--width", "4", "--latent-dim", "3", "--batch-size", "64"]


def assert_same(found, metrics):
    assert found.keys() == metrics.keys()
    for key, value in metrics.items():
        if key == "spill" and value is not None:
            changes = [[row["change"] for row in spill["dims"]] for spill in (found[key], value)]
            assert np.allclose(*changes, atol=2e-3), key
            continue
        assert found[key] == (value if value is None else pytest.approx(value, rel=1e-5, abs=1e-4)), key


def contents(folder):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_train_writes_a_checkpoint_and_a_snapshot(run, tmp_path):
    code, out, _ = run("train", *TINY, "--steps", 30, "--seed", 3, "--lr", 0.002, "--out", "a.safetensors")
    assert code == 0
    assert "a.safetensors: -ELBO" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.resume", "a.safetensors"]
    model = checkpoint.load("a.safetensors")
    assert model.header["steps"] == 30
    assert model.header["seed"] == 3
    assert model.config.training.lr == 0.002
    assert model.config.model.latent_dim == 3
    assert model.mu.shape == (360, 3)
    assert model.maps.keys() == {"pca"}
    assert snapshot.load(tmp_path / "a.resume").step == 30


def test_train_is_repeatable(run):
    weights = []
    for name in ("a", "b"):
        assert run("train", *TINY, "--steps", 10, "--out", f"{name}.safetensors")[0] == 0
        weights.append(checkpoint.load(f"{name}.safetensors").network.state_dict())
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])


GIVEN = {"beta_h": {"beta": 3}, "beta_b": {"gamma": 9, "capacity": 2}, "beta_tc": {"beta": 3}}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_objectives_are_configured(run, name):
    given = GIVEN.get(name, {})
    arguments = ["--objective", name, *(word for key, value in given.items() for word in (f"--{key}", value))]
    assert run("train", *TINY, *arguments, "--steps", 1, "--out", "a.safetensors")[0] == 0
    objective = checkpoint.load("a.safetensors").header["config"]["objective"]
    assert {key: objective[key] for key in ("name", *given)} == {"name": name, **given}


@pytest.mark.parametrize(
    ("arguments", "knots"),
    [
        (["--beta", 2, "--beta-from", 8, "--anneal-steps", 5], ((0, 8.0), (5, 2.0))),
        (["--beta-knots", "0:4,3:9,5:2"], ((0, 4.0), (3, 9.0), (5, 2.0))),
        (["--beta-knots", "0:4,5:2.5", "--beta", 2.5], ((0, 4.0), (5, 2.5))),
    ],
)
def test_a_schedule_is_configured(run, arguments, knots):
    assert run("train", *TINY, "--objective", "beta_h", *arguments, "--steps", 1, "--out", "a.safetensors")[0] == 0
    config = checkpoint.load("a.safetensors").config
    assert config.schedule.beta_knots == knots
    assert config.objective.beta == knots[-1][1]


def test_another_objective_leaves_the_path_of_beta_behind():
    given = parser().parse_args(["train", "--preset", "scene3d-beta", "--objective", "vae", *map(str, OUT)])
    config = configured(given, None)
    assert config.objective.name == "vae"
    assert config.schedule == PRESETS["scene3d-vae"].schedule


def test_a_preset_is_the_recipe_and_arguments_change_it(run):
    code, _, _ = run("train", "--preset", "digits-beta", "--steps", 1, "--width", 4, "--out", "a.safetensors")
    assert code == 0
    found, recipe = checkpoint.load("a.safetensors").config.to_json(), PRESETS["digits-beta"].to_json()
    recipe["training"]["steps"], recipe["model"]["width"] = 1, 4
    assert found == recipe


def test_epochs_count_whole_passes(run):
    assert run("train", *TINY, "--epochs", 0.5, "--out", "a.safetensors")[0] == 0
    assert checkpoint.load("a.safetensors").header["steps"] == 11  # half of 1437 // 64, rounded up


def test_resume_goes_on_from_the_snapshot(run):
    assert run("train", *TINY, "--steps", 12, "--out", "a.safetensors")[0] == 0
    assert run("train", "--resume", "a.resume", "--steps", 30, "--out", "b.safetensors")[0] == 0
    half, whole = (checkpoint.load(f"{name}.safetensors").header for name in "ab")
    assert (half["steps"], whole["steps"]) == (12, 30)
    assert whole["seconds"] >= half["seconds"]
    assert whole["config"]["model"] == half["config"]["model"]


def test_an_interrupted_command_resumes_to_the_same_weights(run, tmp_path, monkeypatch):
    """Ctrl-C after the second snapshot, then --resume: as if nothing had happened."""
    monkeypatch.setattr(training_run, "_SNAPSHOT_SECONDS", 0)
    monkeypatch.setattr(training_run, "_EVERY", 10)
    assert run("train", *TINY, "--steps", 40, "--out", "whole.safetensors")[0] == 0
    real, saves = snapshot.save, []

    def interrupting(state, path):
        real(state, path)
        saves.append(state.step)
        if len(saves) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(snapshot, "save", interrupting)
    before = signal.getsignal(signal.SIGINT)
    code, _, err = run("train", *TINY, "--steps", 40, "--out", "half.safetensors")
    assert code == 130
    assert "stopped; step 30 is kept: go on with --resume half.resume" in err
    assert saves == [10, 20, 30]
    assert signal.getsignal(signal.SIGINT) is before
    assert not (tmp_path / "half.safetensors").exists()
    assert run("train", "--resume", "half.resume", "--out", "half.safetensors")[0] == 0
    whole, half = (checkpoint.load(f"{name}.safetensors").network.state_dict() for name in ("whole", "half"))
    assert all(torch.equal(whole[key], half[key]) for key in whole)


def interrupted(monkeypatch, times):
    """Presses Ctrl-C so often before the first step."""
    real = training_run.train

    def training(*given, **options):
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
        yield from real(*given, **options)

    monkeypatch.setattr(training_run, "train", training)


def test_ctrl_c_in_the_first_minute_keeps_a_snapshot(run, tmp_path, monkeypatch):
    monkeypatch.setattr(training_run, "_EVERY", 5)
    interrupted(monkeypatch, 1)
    code, _, err = run("train", *TINY, "--steps", 200, "--out", "a.safetensors")
    assert code == 130 and "step 5 is kept: go on with --resume a.resume" in err
    assert snapshot.load(tmp_path / "a.resume").step == 5


def test_ctrl_c_twice_stops_at_once_and_says_that_nothing_was_kept(run, tmp_path, monkeypatch):
    interrupted(monkeypatch, 2)
    code, _, err = run("train", *TINY, "--steps", 200, "--out", "a.safetensors")
    assert code == 130 and "stopped; at once; no snapshot was taken" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a" * 244 + ".safetensors", "a" * 300 + ".safetensors", "folder.safetensors"])
def test_an_out_that_cannot_be_written_is_said_before_the_training(run, tmp_path, monkeypatch, name):
    monkeypatch.setattr(training_run, "train", lambda *given, **options: pytest.fail("trained"))
    (tmp_path / "folder.safetensors").mkdir()
    code, _, err = run("train", *TINY, "--steps", 5, "--out", name)
    assert code == 2 and "--out" in err and "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["folder.safetensors"]


def test_a_folder_that_is_read_only_is_said_before_the_training(run, monkeypatch):
    """Even root writes into most of them, so that the refusal is played."""

    def refused(path, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.touch", refused)
    code, _, err = run("train", *TINY, "--steps", 5, "--out", "a.safetensors")
    assert code == 2 and "--out a.safetensors cannot be written (Permission denied)" in err


def test_a_full_disk_is_said_before_the_training(run, monkeypatch):
    monkeypatch.setattr(training_run, "train", lambda *given, **options: pytest.fail("trained"))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=100_000))
    code, _, err = run("train", *TINY, "--steps", 5, "--out", "a.safetensors")
    assert code == 2 and re.search(r"has 0.1 MB free, and this training needs \d+\.\d MB", err)


def full(*given, **options):
    raise safetensors_file.CheckpointError("checkpoint.unwritten", file="a", why="No space left on device")


def test_a_disk_that_fills_up_loses_no_training(run, tmp_path, monkeypatch):
    """A snapshot on the way is missed; the last one goes elsewhere; a result that cannot be written is made from it."""
    monkeypatch.setattr(training_run, "_SNAPSHOT_SECONDS", 0)
    monkeypatch.setattr(training_run, "_EVERY", 5)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    real = snapshot.save
    monkeypatch.setattr(snapshot, "save", lambda state, path: (full if path.parent == Path() else real)(state, path))
    real_export = train_command.export
    monkeypatch.setattr(train_command, "export", full)
    code, _, err = run("train", *TINY, "--steps", 10, "--out", "a.safetensors")
    assert code == 2
    assert "no snapshot of step 5: a: could not be written (No space left on device)" in err
    (left,) = (tmp_path / "elsewhere").iterdir()
    assert f"The training itself is kept: go on with --resume {left}" in err
    monkeypatch.setattr(snapshot, "save", real)
    monkeypatch.setattr(train_command, "export", real_export)
    assert run("train", "--resume", left, "--out", "b.safetensors")[0] == 0
    assert checkpoint.load("b.safetensors").header["steps"] == 10


@pytest.mark.parametrize(("decoded", "words"), [(1.0, "flatters"), (3.0, "is no bound")])
def test_decoding_mu_flatters_where_it_does(decoded, words):
    metrics = dict.fromkeys(
        ("distortion", "rate", "importance_weighted", "mutual_information", "total_correlation"), 1.0
    )
    metrics |= {"neg_elbo": 2.0, "neg_elbo_decoding_mu": decoded, "active_units": 1, "spill": None, "synthesis": None}
    assert f"({decoded:.2f} decoding mu, which {words})" in summary(metrics | dict.fromkeys(SCORES))


def test_seconds_become_the_steps_that_fit_and_the_output_stays_json(run, monkeypatch):
    monkeypatch.setattr("vae.cli.arguments.steps_per_second", partial(steps_per_second, seconds=0.2))  # by itself 3
    started = time.perf_counter()
    code, out, err = run("train", *TINY, "--seconds", 1, "--json", "--out", "a.safetensors")
    elapsed = time.perf_counter() - started
    assert code == 0
    assert json.loads(out)["active_units"] >= 0
    header = checkpoint.load("a.safetensors").header
    told = re.search(r"([\d,]+) steps fit into 1 s", err)[1]
    assert header["steps"] == int(told.replace(",", "")) > 0  # how long they take is up to the machine
    assert header["seconds"] < elapsed


def test_seconds_on_resuming_are_counted_from_now(run, monkeypatch):
    monkeypatch.setattr("vae.cli.arguments.steps_per_second", lambda *arguments: 10.0)
    assert run("train", *TINY, "--steps", 12, "--out", "a.safetensors")[0] == 0
    assert run("train", "--resume", "a.resume", "--seconds", 1.5, "--out", "a.safetensors")[0] == 0
    assert checkpoint.load("a.safetensors").header["steps"] == 12 + 15


def test_a_loss_that_explodes_is_said_and_nothing_is_written(run, tmp_path, monkeypatch):
    exploding = replace(OBJECTIVES["vae"], loss=lambda terms, knobs: terms.recon * float("inf"))
    monkeypatch.setitem(OBJECTIVES, "vae", exploding)
    code, _, err = run("train", *TINY, "--steps", 60, "--out", "a.safetensors")
    assert code == 2
    assert "The loss became" in err.splitlines()[-1]
    assert "at step 50" in err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_evaluate_measures_and_never_writes(run, all_samples, trained, tmp_path):
    shutil.copy(trained.path, tmp_path / "a.safetensors")
    before = contents(tmp_path)
    code, out, _ = run("evaluate", "a.safetensors", "--json")
    assert code == 0
    assert_same(json.loads(out), trained.metrics)
    code, out, _ = run("evaluate", "a.safetensors")
    assert code == 0
    assert f"-ELBO {trained.metrics['neg_elbo']:.2f}" in out
    assert contents(tmp_path) == before


def test_a_described_model_is_measured_as_any_other(run, all_samples, trained, damaged):
    """And stays described where the figures are recorded."""
    path = damaged(lambda tensors, header: put_description(tensors, header, trained.path))
    code, out, _ = run("evaluate", path, "--write", "--json")
    assert code == 0
    found, model = json.loads(out), checkpoint.load(path)
    for key in ("neg_elbo", "rate", "distortion", "importance_weighted"):
        assert found[key] == pytest.approx(trained.metrics[key], rel=1e-4), key
    assert model.header["metrics"] == found and model.network.graphs is not None


def test_evaluate_records_on_request_and_leaves_every_tensor(run, all_samples, trained, tmp_path):
    """Of a file whose figures are of before: they are those of now, with what they were measured on."""
    path = tmp_path / "old.safetensors"
    tensors, header = safetensors_file.read(trained.path)
    known = ("neg_elbo", "rate", "distortion", "kl_per_dim", "active_units")
    old = {key: value for key, value in header.items() if key not in ("measured", "processor", "dtype")}
    safetensors_file.write(path, tensors, old | {"metrics": {key: header["metrics"][key] for key in known}})
    assert run("evaluate", path, "--write", "--json")[0] == 0
    again, written = safetensors_file.read(path)
    assert again.keys() == tensors.keys()
    assert all(torch.equal(again[key], tensors[key]) and again[key].dtype == tensors[key].dtype for key in tensors)
    assert_same(written["metrics"], header["metrics"])
    assert written["measured"].keys() == {"device", "processor", "dtype", "versions"}
    assert written["measured"]["dtype"] == "float32" and written["measured"]["processor"]
    rest = {key: value for key, value in written.items() if key not in ("metrics", "measured")}
    assert rest == {key: value for key, value in old.items() if key != "metrics"}


def test_udr_ranks_and_records_on_request(run, trained, tmp_path):
    for name in ("a", "b", "c"):
        shutil.copy(trained.path, tmp_path / f"{name}.safetensors")
    tensors, header = safetensors_file.read(tmp_path / "c.safetensors")
    drawn = torch.randn(tensors["encodings.mu"].shape, generator=torch.Generator().manual_seed(0)).half()
    safetensors_file.write(tmp_path / "c.safetensors", tensors | {"encodings.mu": drawn}, header | {"seed": 7})
    before = contents(tmp_path)
    files = [f"{name}.safetensors" for name in ("a", "b", "c")]
    code, out, _ = run("udr", *files, "--json")
    found = json.loads(out)
    assert code == 0 and contents(tmp_path) == before
    assert [row["name"] for row in found] == ["a", "b", "c"] and found[2]["seed"] == 7
    assert found[0]["udr"] == found[1]["udr"] > found[2]["udr"]
    code, out, _ = run("udr", *files, "--write")
    assert code == 0 and out.splitlines()[-1].startswith("c ")
    for name in files:
        again, written = safetensors_file.read(tmp_path / name)
        assert written["seeds"] == found
        checkpoint.load(tmp_path / name)
    assert all(torch.equal(again[key], value) for key, value in (tensors | {"encodings.mu": drawn}).items())


def test_a_new_data_set_needs_its_row_alone(run, toy):
    arguments = ["--dataset", "toy", "--width", 4, "--batch-size", 10, "--steps", 5]
    code, out, _ = run("train", *arguments, "--json", "--out", "toy.safetensors")
    assert code == 0
    assert {f"mig{mark}" for mark in ("", "_perfect", "_rotated", "_noise")} <= {
        key for key, value in json.loads(out).items() if value is not None
    }
    assert "MIG" in run("evaluate", "toy.safetensors")[1]
    code, out, _ = run("data", "toy")
    assert code == 0
    assert "toy test: 20 images" in out


def test_list_says_what_is_there(run, trained, tmp_path):
    shutil.copy(trained.path, tmp_path / "good.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    code, out, _ = run("list", "--checkpoints", tmp_path, "--json")
    assert code == 0
    broken, good = json.loads(out)
    assert broken["name"] == "broken"
    assert broken["header"] is None
    assert "broken.safetensors" in broken["error"]
    assert good == {"name": "good", "header": checkpoint.load(trained.path).header, "error": None}
    code, out, _ = run("list", "--checkpoints", tmp_path)
    assert code == 0
    assert f"{trained.metrics['neg_elbo']:.2f}" in out
    assert "broken.safetensors" in out


def test_embed_adds_umap_in_place(run, trained, tmp_path, monkeypatch):
    monkeypatch.setitem(PROJECTIONS, "umap", lambda codes: codes[:, :2])
    shutil.copy(trained.path, tmp_path / "a.safetensors")
    assert run("embed", "a.safetensors")[0] == 0
    assert safetensors_file.read(tmp_path / "a.safetensors")[0]["map.umap"].shape == (360, 2)


@pytest.mark.slow
def test_embed_really_fits_umap(run, trained, tmp_path):
    shutil.copy(trained.path, tmp_path / "a.safetensors")
    assert run("embed", "a.safetensors")[0] == 0
    assert checkpoint.load(tmp_path / "a.safetensors").maps["umap"].std() > 0


def test_reader_writes_a_reader_and_says_what_it_reaches(run, tmp_path):
    code, out, err = run("reader", "digits", "--steps", 40, "--seed", 2, "--json", "--out", "digits.safetensors")
    assert code == 0
    assert "digits: 100%" in err
    reader = load_reader(tmp_path / "digits.safetensors")
    assert (reader.steps, reader.seed) == (40, 2)
    assert json.loads(out) == list(reader.accuracy)
    code, out, _ = run("reader", "digits", "--steps", 40, "--seed", 2, "--out", "again.safetensors")
    assert code == 0
    (class_row,) = (line.split() for line in out.splitlines()[1:])
    assert class_row[:3] == ["class", "–", f"{reader.accuracy[0]['accuracy']:.3f}"]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["again.safetensors", "digits.safetensors"]
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "digits.safetensors").read_bytes()


@pytest.mark.parametrize("command", [[], ["list"], ["data"], ["train"], ["evaluate"], ["embed"], ["reader"]], ids=str)
def test_help_is_everywhere(run, command):
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert out.startswith("usage: python -m vae")


def test_choices_come_from_the_registries(run):
    out = run("train", "--help")[1]
    assert all(name in out for name in (*DATASETS, *OBJECTIVES, *PRESETS))


def test_help_says_what_a_number_is_before_it_gives_the_losses_that_read_it(run):
    out = " ".join(run("train", "--help")[1].split())
    for words in (
        "--beta BETA weight of the KL or of a part of it: beta_h: reconstruction + β · KL; beta_tc: ",
        "--gamma GAMMA weight of the distance from the capacity: beta_b: reconstruction + γ · |KL − C|",
        "--capacity C KL to be held at the end, in nats per image: beta_b: ",
    ):
        assert words in out


OUT = ["--out", "a.safetensors"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "list | data | train"),
        (["trane"], "trane"),
        (["list", "--jsn"], "--jsn"),
        (["train", *TINY, "--steps", "-5", *OUT], "steps must be between 1 and 100,000,000, not -5"),
        (["data", "imagenet"], "imagenet"),
        (["evaluate"], "FILE"),
        (["evaluate", "missing.safetensors"], "missing.safetensors"),
        (["evaluate", "no-such-model"], "no-such-model"),
        (["evaluate", "x" * 5000], "too long"),
        (["evaluate", "foreign.safetensors"], "foreign.safetensors"),
        (["embed", "no-such-model"], "no-such-model"),
        (["embed", "foreign.safetensors"], "foreign.safetensors"),
        (["reader", *OUT], "DATASET"),
        (["reader", "imagenet", *OUT], "imagenet"),
        (["reader", "digits"], "--out"),
        (["reader", "digits", "--out", "a.pt"], "a.pt"),
        (["reader", "digits", "--steps", "0", *OUT], "steps"),
        (["reader", "digits", "--seed", "-1", *OUT], "seed"),
        (["train", "--dataset", "digits"], "--out"),
        (["train", *OUT], "--dataset"),
        (["train", "--dataset", "imagenet", *OUT], "imagenet"),
        (["train", "--dataset", "digits", "--objective", "gan", *OUT], "gan"),
        (["train", "--dataset", "digits", "--network", "resnet", *OUT], "resnet"),
        (["train", "--preset", "best", *OUT], "best"),
        (["train", "--preset", "mnist-vae", "--dataset", "digits", *OUT], "mnist-vae"),
        (["train", *TINY, "--out", "a.pt"], "a.pt"),
        (["train", *TINY, "--out", "missing/a.safetensors"], "missing"),
        (["train", *TINY, "--steps", "0", *OUT], "steps"),
        (["train", *TINY, "--steps", "many", *OUT], "many"),
        (["train", *TINY, "--epochs", "nan", *OUT], "epochs"),
        (["train", *TINY, "--epochs", "-1", *OUT], "epochs"),
        (["train", *TINY, "--seconds", "0", *OUT], "seconds"),
        (["train", *TINY, "--seconds", "inf", *OUT], "seconds"),
        (["train", *TINY, "--steps", "5", "--epochs", "5", *OUT], "--epochs"),
        (["train", *TINY, "--batch-size", "5000", *OUT], "5000"),
        (["train", *TINY, "--batch-size", "5000", "--epochs", "1", *OUT], "5000"),
        (["train", *TINY, "--latent-dim", "0", *OUT], "latent_dim"),
        (["train", *TINY, "--width", "-4", *OUT], "width"),
        (["train", *TINY, "--lr", "nan", *OUT], "lr"),
        (["train", *TINY, "--seed", "-1", *OUT], "seed"),
        (["train", *TINY, "--device", "quantum", *OUT], "quantum"),
        *(
            (["train", *TINY, "--device", name, *OUT], f"cpu, cuda, cuda:1 (the second of several) or mps, not {name}")
            for name in ("meta", "hpu", "vulkan", "xla", "mkldnn", "cpu:", "cuda:x", "CPU", "privateuseone")
        ),
        (["train", *TINY, "--beta", "4", *OUT], "--beta needs --objective beta_h"),
        (["train", *TINY, "--objective", "beta_h", "--beta", "-4", *OUT], "beta"),
        (["train", *TINY, "--objective", "beta_h", "--beta", "nan", *OUT], "beta"),
        (["train", *TINY, "--objective", "beta_h", "--beta-from", "9", *OUT], "--anneal-steps"),
        (["train", *TINY, "--objective", "beta_h", "--beta-from", "-9", "--anneal-steps", "5", *OUT], "beta_knots"),
        (["train", *TINY, "--anneal-steps", "5", *OUT], "--beta-from"),
        (["train", *TINY, "--objective", "beta_h", "--beta-knots", "0:4:5", *OUT], "STEP:BETA"),
        (["train", *TINY, "--objective", "beta_h", "--beta-knots", "5:4,5:2", *OUT], "beta_knots"),
        (["train", *TINY, "--objective", "beta_h", "--beta-knots", "0:4,9:2", "--beta", "3", *OUT], "beta_knots"),
        (["train", *TINY, "--beta-knots", "0:4,9:2", *OUT], "--beta-knots needs --objective beta_h"),
        (["train", "--preset", "scene3d-beta", "--beta", "3", *OUT], "--beta-knots"),
        (["train", *TINY, "--objective", "beta_h", "--capacity", "9", *OUT], "--capacity needs --objective beta_b"),
        (["train", "--resume", "missing.resume", *OUT], "missing.resume"),
        (["train", "--resume", "foreign.safetensors", *OUT], "foreign.safetensors"),
        (["train", "--resume", "good.resume", "--lr", "0.1", *OUT], "--lr"),
        (["train", "--resume", "good.resume", "--steps", "3", *OUT], "4"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
def test_what_is_wrong_is_one_sentence(run, tiny, digits, tmp_path, arguments, named):
    (tmp_path / "foreign.safetensors").write_bytes(b"\x80\x04K\x01.")
    if "good.resume" in arguments:
        state = TrainState.fresh(tiny(steps=4))
        list(train(state, digits["train"]))
        snapshot.save(state, tmp_path / "good.resume")
    before = contents(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2
    assert named in err
    assert out == ""
    assert err.startswith("python -m vae")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert contents(tmp_path) == before


def test_missing_data_are_one_sentence(run, tmp_path, monkeypatch):
    """Where MNIST can't be fetched, the sentence says what to place where. The network is cut off for this test."""
    import urllib.request

    def unreachable(*arguments, **named):
        raise OSError("the network cannot be reached")

    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    code, _, err = run("data", "mnist", "--data", tmp_path / "data")
    assert code == 2
    sentence = err.splitlines()[-1]
    assert "train-images-idx3-ubyte.gz" in sentence
    assert str(tmp_path / "data" / "MNIST" / "raw") in sentence


def test_the_real_command_in_another_folder(run, all_samples, root, tmp_path):
    """python -m vae as people call it: trains, measures what another process measures, and leaves its files where it
    was called.
    """
    environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "vae", "train", *TINY, "--steps", "5", "--json", "--out", "a.safetensors"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "digits: 100%" in done.stderr
    assert_same(json.loads(run("evaluate", "a.safetensors", "--json")[1]), json.loads(done.stdout))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.resume", "a.safetensors"]
