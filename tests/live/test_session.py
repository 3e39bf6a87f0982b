"""A driven training against the plain one: the same weights, and every command does what it says."""

import shutil
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from script import Script

from vae.config import TrainConfig
from vae.data import DATASETS
from vae.live import events
from vae.live.events import Command
from vae.live.moments import gallery_of, read_moment, steps_kept
from vae.live.recipe import Recipe, TimeBudget, configured
from vae.live.session import RESUME, session
from vae.system.limits import TRAINING
from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState

TIMED = Recipe("digits", latent_dim=4, width=4, batch_size=64, unit="seconds", budget=60)


def of_kind(kind, told):
    return [event for event in told if isinstance(event, kind)]


def weights(state):
    return torch.cat([parameter.detach().flatten() for parameter in state.model.parameters()])


@pytest.fixture(scope="module")
def uninterrupted(fresh):
    state, images, *_ = fresh()
    for _ in train(state, images, every=1):
        pass
    return weights(state)


def test_a_session_is_the_training_loop(fresh, uninterrupted, tmp_path):
    state, *rest = fresh()
    told = list(session(state, *rest, tmp_path, Script()))
    assert torch.equal(weights(state), uninterrupted)
    assert [event.state for event in of_kind(events.State, told)] == ["running", "finished"]
    points = of_kind(events.Point, told)
    assert points[-1].step == 60 and points[-1].images == 60 * 64
    assert all(a.step < b.step for a, b in pairwise(points))


def test_stopped_and_resumed_it_ends_with_the_very_same_weights(fresh, uninterrupted, tmp_path):
    state, *rest = fresh()
    told = list(session(state, *rest, tmp_path, Script((12, Command("stop")))))
    assert of_kind(events.State, told)[-1].state == "stopped" and 0 < state.step < 60
    assert of_kind(events.Saved, told)[-1].step == state.step
    again = snapshot.load(tmp_path / RESUME)
    told = list(session(again, *rest, tmp_path, Script()))
    assert of_kind(events.Begun, told)[0].step == state.step
    assert torch.equal(weights(again), uninterrupted)


def test_it_writes_down_where_it_is_when_told_to(fresh, uninterrupted, tmp_path):
    state, *rest = fresh()
    told = list(session(state, *rest, tmp_path, Script((12, Command("save")))))
    first, last = of_kind(events.Saved, told)
    assert 0 < first.step < last.step == 60 and torch.equal(weights(state), uninterrupted)


def test_pause_and_single_steps(fresh, uninterrupted, tmp_path):
    state, *rest = fresh()
    script = Script((5, Command("pause")), (0, Command("step")), (0, Command("step")), (0, Command("resume")))
    told = list(session(state, *rest, tmp_path, script))
    states = of_kind(events.State, told)
    assert [event.state for event in states] == ["running", "paused", "paused", "paused", "running", "finished"]
    assert [b.step - a.step for a, b in pairwise(states[1:5])] == [1, 1, 0]
    assert torch.equal(weights(state), uninterrupted)
    assert {event.step for event in states[1:4]} <= {event.step for event in of_kind(events.Moment, told)}


def test_a_knob_turned_while_it_runs_is_told_and_written_down(fresh, uninterrupted, tmp_path):
    state, *rest = fresh(objective="beta_h", beta=1.0)
    turned = Command("turn", {"knob": "beta", "value": 20.0})
    told = list(session(state, *rest, tmp_path, Script((8, turned))))
    (changed,) = of_kind(events.Changed, told)
    assert changed.knob == "beta" and changed.value == 20.0
    assert state.changes == [{"step": changed.step, "knob": "beta", "value": 20.0}]
    assert of_kind(events.Point, told)[-1].knobs["beta"] == 20.0
    assert not torch.equal(weights(state), uninterrupted)


def test_a_knob_that_cannot_be_is_a_warning(fresh, tmp_path):
    state, *rest = fresh()
    told = list(session(state, *rest, tmp_path, Script((3, Command("turn", {"knob": "lr", "value": -1.0})))))
    assert [event.key for event in of_kind(events.Warned, told)] == ["run.knob"]
    assert of_kind(events.State, told)[-1].state == "finished"


def test_an_exploding_loss_ends_it_and_the_last_good_state_stays(fresh, tmp_path):
    state, *rest = fresh(budget=2_000)
    script = Script((6, Command("pause")), (0, Command("turn", {"knob": "lr", "value": 900.0})), (0, Command("resume")))
    told = list(session(state, *rest, tmp_path, script))
    paused = next(event for event in of_kind(events.State, told) if event.state == "paused")
    last = of_kind(events.State, told)[-1]
    assert last.state == "failed" and last.key in ("run.nan", "run.exploded")
    assert last.values == {"step": state.step}
    good = snapshot.load(tmp_path / RESUME)
    assert good.step == paused.step and torch.isfinite(weights(good)).all()


def test_where_there_is_no_good_state_the_sentence_promises_none(fresh, tmp_path):
    state, *rest = fresh(budget=2_000)
    told = list(session(state, *rest, tmp_path, Script((3, Command("turn", {"knob": "lr", "value": 900.0})))))
    last = of_kind(events.State, told)[-1]
    assert last.state == "failed" and last.key in ("run.nan_early", "run.exploded_early")
    assert not (tmp_path / RESUME).exists()


def test_a_disk_that_refuses_is_told_once_and_costs_no_step(fresh, uninterrupted, tmp_path):
    state, *rest = fresh()
    folder = tmp_path / "run"
    folder.mkdir()

    def gone(wait):
        shutil.rmtree(folder, ignore_errors=True)
        folder.write_text("a file where the folder was") if not folder.exists() else None

    told = list(session(state, *rest, folder, gone))
    assert [event.key for event in of_kind(events.Warned, told)] == ["run.disk"]
    assert of_kind(events.State, told)[-1].state == "finished"
    assert torch.equal(weights(state), uninterrupted)


def test_a_moment_holds_the_model_of_its_step(fresh, digits, tmp_path):
    state, *rest = fresh()
    told = list(session(state, *rest, tmp_path, Script()))
    last = of_kind(events.Moment, told)[-1]
    assert last.step == 60 and steps_kept(tmp_path) == sorted({event.step for event in of_kind(events.Moment, told)})
    network, codes, about = read_moment(tmp_path, 60, state.config)
    x = digits[1].batch(rest[-1].rows).float() / 255
    with torch.no_grad():
        posterior = state.model.eval().encode(x)
    assert about["test"] == last.test
    torch.testing.assert_close(torch.from_numpy(codes), posterior.mu, atol=2e-3, rtol=2e-3)
    torch.testing.assert_close(network.encode(x).mu, posterior.mu, atol=0.05, rtol=0.05)
    kl = 0.5 * (posterior.mu**2 + posterior.logvar.exp() - posterior.logvar - 1).mean(0)
    torch.testing.assert_close(torch.tensor(last.kl), kl, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("guess", [2.0, 20_000.0], ids=["too slow", "too quick"])
def test_a_budget_of_time_is_held_whatever_speed_was_guessed(fresh, digits, tmp_path, guess):
    train_images, test = digits
    recipe = replace(TIMED, budget=1.5, objective="beta_b", way="rises")
    config = configured(recipe, DATASETS["digits"], len(train_images), guess)
    state, gallery = TrainState.fresh(config), gallery_of(test)
    budget = TimeBudget(recipe, DATASETS["digits"], len(train_images))
    told = list(session(state, train_images, test, gallery, tmp_path, Script(), budget=budget))
    assert of_kind(events.State, told)[-1].state == "finished"
    assert 1.3 < state.seconds < 2.6  # a look a second, so that a machine that slows down is seen late
    planned = [TrainConfig.from_json(event.config) for event in of_kind(events.Planned, told)]
    assert planned and planned[-1] == state.config and state.config.training.steps == state.step
    assert state.config.schedule.anneal_steps == int(0.8 * state.step)


def test_a_plan_that_is_near_enough_stays(digits):
    budget = TimeBudget(TIMED, DATASETS["digits"], len(digits[0]))
    config = configured(TIMED, DATASETS["digits"], len(digits[0]), 100.0)
    assert budget.replanned(config, 3000, 30.0, 100.0) is None
    assert budget.replanned(config, 3000, 30.0, 109.0) is None  # 6,270 steps
    assert budget.replanned(config, 3000, 30.0, 50.0).training.steps == 4500
    assert budget.replanned(config, 3000, 61.0, 50.0).training.steps == 3000  # it is over
    assert budget.replanned(config, 3000, 30.0, 1e12).training.steps == TRAINING["steps"][1]
