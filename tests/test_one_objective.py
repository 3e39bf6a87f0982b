"""An objective is one row of its registry: flags, form, live knobs, doctor and forecast follow from the record.

The one that is added halves the KL and then weighs it with beta, so that with twice the beta it must do to the bit what
beta_h does.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest
import torch
from script import Script

from vae.checkpoints import checkpoint
from vae.cli.main import main
from vae.config import ConfigError, ObjectiveConfig, ScheduleConfig, TrainConfig
from vae.data import DATASETS, default_root
from vae.evaluation.doctor import Evidence, findings
from vae.evaluation.forecast import kl_weight
from vae.live.events import Changed, Command, Point, TrainingForecast
from vae.live.moments import gallery_of
from vae.live.recipe import Recipe, configured
from vae.live.run import LiveRun
from vae.live.session import session
from vae.live.worker import Worker
from vae.system.paths import CHECKPOINT_FOLDER
from vae.training.objectives import OBJECTIVES, Objective
from vae.training.state import TrainState
from vae.ui.kit.i18n import TEXTS
from vae.ui.kit.part import words
from vae.ui.models.shared import Shared
from vae.ui.server.api import described
from vae.ui.train.choices import train_payload

pytestmark = pytest.mark.usefixtures("few_samples")
NAME = "half_kl"
TINY = ["train", "--dataset", "digits", "--width", "4", "--latent-dim", "3", "--batch-size", "64"]
TINY += ["--steps", "4", "--out"]
RECIPE = Recipe("digits", objective=NAME, preset="", beta=4.0, latent_dim=4, width=4, unit="steps", budget=30)


@pytest.fixture(autouse=True)
def row(monkeypatch):
    """The one row."""
    objective = Objective(
        NAME,
        lambda terms, knobs: terms.recon + knobs.beta * (terms.kl / 2),
        "Half of it",
        "reconstruction + β · KL / 2",
        ("beta",),
        lambda config: config.beta / 2,
    )
    monkeypatch.setitem(OBJECTIVES, NAME, objective)


@pytest.fixture
def offered(tmp_path):
    """What the Train tab's page is sent."""
    shared = Shared.of(CHECKPOINT_FOLDER, default_root(), tmp_path)
    yield json.loads(json.dumps(train_payload(shared)))
    shared.training.close()


def test_the_command_line_trains_it(tmp_path):
    files = [tmp_path / f"{name}.safetensors" for name in ("ours", "theirs")]
    for path, name, beta in zip(files, (NAME, "beta_h"), ("4", "2"), strict=True):
        assert main([*TINY, str(path), "--objective", name, "--beta", beta]) == 0
    ours, theirs = (checkpoint.load(path).network.state_dict() for path in files)
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


@pytest.mark.parametrize("flags", [["--gamma", "3"], ["--capacity", "3"], ["--anneal-steps", "3"]])
def test_a_number_that_it_does_not_read_is_refused(tmp_path, capsys, flags):
    assert main([*TINY, str(tmp_path / "a.safetensors"), "--objective", NAME, *flags]) == 2
    assert flags[0] in capsys.readouterr().err


def test_its_beta_moves_by_knots_and_is_named_where_another_has_none(tmp_path, capsys):
    out = str(tmp_path / "a.safetensors")
    assert main([*TINY, out, "--objective", NAME, "--beta-knots", "0:8,3:2"]) == 0
    assert checkpoint.load(out).config.schedule.beta_knots == ((0, 8.0), (3, 2.0))
    assert main([*TINY, out, "--objective", "vae", "--beta", "3"]) == 2
    assert NAME in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    assert NAME in capsys.readouterr().out


def test_a_recipe_takes_its_ways(digits):
    train_images = digits["train"]
    recipe = Recipe.from_json(replace(RECIPE, way="falls").to_json())
    config = configured(recipe, DATASETS["digits"], len(train_images))
    assert config.schedule.beta_knots[-1][1] == 4 < config.schedule.beta_knots[0][1]
    with pytest.raises(ConfigError, match="constant, falls"):
        Recipe.from_json(replace(RECIPE, way="rises").to_json())


def test_it_is_adjusted_live(digits, tmp_path):
    run = LiveRun("r", "owner", tmp_path, RECIPE)
    assert run.adjustable == ("beta", "lr")
    state = TrainState.fresh(configured(RECIPE, DATASETS["digits"], len(digits["train"])))
    script = Script((3, Command("turn", {"knob": "beta", "value": 9.0})))
    told = list(session(state, digits["train"], digits["test"], gallery_of(digits["test"]), tmp_path, script))
    for event in told:
        run.absorb(event)
    assert [(event.knob, event.value) for event in told if isinstance(event, Changed)] == [("beta", 9.0)]
    assert [event.knobs["beta"] for event in told if isinstance(event, Point)][-1] == run.knobs["beta"] == 9.0


def config(name, beta):
    return TrainConfig("digits", objective=ObjectiveConfig(name, beta=beta))


@pytest.mark.parametrize("kl", [[0.0, 0.0], [3.0, 0.0]])
def test_the_doctor_speaks_of_it_as_of_its_like(kl):
    assert kl_weight(config(NAME, 4.0)) == 2.0
    ours, theirs = (
        findings(Evidence(np.array(kl), config(name, beta), "digits-beta"))
        for name, beta in ((NAME, 4.0), ("beta_h", 2.0))
    )
    assert ours == theirs
    assert any(finding.values.get("beta") == 2 for finding in ours) == (not any(kl))


def test_it_is_forecast():
    told = []
    worker = Worker(default_root(), told.append)
    for name, beta in ((NAME, 4.0), ("beta_h", 2.0)):
        worker.forecast(replace(RECIPE, objective=name, beta=beta).to_json(), measured=False)
    assert isinstance(told[0], TrainingForecast) and told[0].awake > 0
    assert told[0] == told[1]


def test_a_weight_that_nobody_gives_is_not_forecast(monkeypatch):
    monkeypatch.setitem(OBJECTIVES, NAME, replace(OBJECTIVES[NAME], kl_weight=lambda config: None))
    told = []
    Worker(default_root(), told.append).forecast(RECIPE.to_json(), measured=False)
    assert told[0].awake is None is told[0].nats
    assert [f.key for f in findings(Evidence(np.zeros(2), config(NAME, 4.0)))] == ["finding.collapse"]


def test_the_api_lists_its_beta(tmp_path, trained):
    path = tmp_path / "a.safetensors"
    assert main([*TINY, str(path), "--objective", NAME, "--beta", "5"]) == 0
    (entry,) = checkpoint.list_headers(tmp_path)
    assert (described(entry)["objective"], described(entry)["beta"]) == (NAME, 5.0)


def test_a_catalogue_without_it_speaks_its_english():
    keys = (f"train.objective.{NAME}", f"train.objective.{NAME}_about")
    assert not set(keys) & set(TEXTS["en"])
    for language in ("en", "ko"):
        assert [words(language)["texts"][key] for key in keys] == ["Half of it", "reconstruction + β · KL / 2"]
    assert words("ko")["texts"]["train.objective.beta_b"] == TEXTS["ko"]["train.objective.beta_b"]


def test_the_form_offers_it_with_its_numbers(offered, root, need):
    """The page's own module, run by node on what the server sends."""
    need(shutil.which("node"), "node runs the page's modules")
    module = "data:text/javascript," + quote((root / "vae/ui/train/objectives.js").read_text(encoding="utf-8"))
    program = f"""
        const {{reads, fitted, pressed}} = await import({json.dumps(module)});
        const {{objectives, presets, numbers}} = {json.dumps(offered)};
        const told = objectives.map(one => [one.key, {{
          numbers: numbers.filter(number => number.of_a_loss && reads(one, number)).map(({{key}}) => key),
          always: numbers.every(number => number.of_a_loss || reads(one, number)),
          from: fitted({{preset: 'capacity', way: 'rises'}}, one, presets),
          pressed: pressed({{preset: '', objective: one.key}}, presets)?.key ?? null,
        }}]);
        console.log(JSON.stringify(Object.fromEntries(told)));
    """
    done = subprocess.run(["node", "--input-type=module", "-e", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    form = json.loads(done.stdout)
    assert list(form) == list(OBJECTIVES)
    assert {key: row["numbers"] for key, row in form.items()} == {
        "vae": [],
        "beta_h": ["beta"],
        "beta_b": ["gamma", "capacity"],
        "beta_tc": ["beta"],
        NAME: ["beta"],
    }
    assert all(row["always"] and row["pressed"] is None for row in form.values())
    assert form["beta_b"]["from"] == {"way": "rises", "preset": "capacity"}
    assert form["beta_h"]["from"] == {"way": "constant", "preset": "beta"}
    assert form[NAME]["from"] == {"way": "constant", "preset": ""}  # which the server takes, see RECIPE
    assert Recipe.from_json(RECIPE.to_json()) == RECIPE


def test_knots_of_a_beta_that_is_not_read_are_refused():
    for name in ("vae", "beta_b"):
        bad = replace(config(name, 4.0), schedule=ScheduleConfig(beta_knots=((0, 4.0),)))
        with pytest.raises(ConfigError, match=f"beta_h, beta_tc, {NAME}, not {name}"):
            TrainState.fresh(bad)
    TrainState.fresh(replace(config(NAME, 4.0), schedule=ScheduleConfig(beta_knots=((0, 4.0),))))


def test_a_record_reads_only_what_there_is():
    with pytest.raises(ValueError, match="delta"):
        replace(OBJECTIVES[NAME], reads=("delta",))
