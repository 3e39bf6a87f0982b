"""Schedules at the points where they bend."""

from __future__ import annotations

import math

import pytest

from vae.config import ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig
from vae.training.schedules import Turn, config_in_force, scheduled, turns

TRAINING = TrainingConfig(steps=100, lr=1e-2)
FLAT = ScheduleConfig(warmup_steps=0, decay_fraction=0.0)
KNOTS = ScheduleConfig(beta_knots=((10, 8.0), (30, 8.0), (50, 12.0), (60, 4.0)))
BENT = ScheduleConfig(warmup_steps=10, decay_fraction=0.4)  # 60 … 100 is the decay


@pytest.mark.parametrize(
    ("knob", "objective", "schedule", "step", "expected"),
    [
        *[("lr", ObjectiveConfig(), FLAT, step, 1e-2) for step in (0, 50, 99)],
        ("lr", ObjectiveConfig(), BENT, 0, 1e-3),
        ("lr", ObjectiveConfig(), BENT, 4, 5e-3),
        ("lr", ObjectiveConfig(), BENT, 9, 1e-2),
        ("lr", ObjectiveConfig(), BENT, 60, 1e-2),
        ("lr", ObjectiveConfig(), BENT, 70, 1e-2 * (1 + math.sqrt(0.5)) / 2),
        ("lr", ObjectiveConfig(), BENT, 80, 5e-3),
        ("lr", ObjectiveConfig(), BENT, 100, 0.0),
        ("lr", ObjectiveConfig(), BENT, 1000, 0.0),
        ("beta", ObjectiveConfig("beta_h", beta=4.0), FLAT, 0, 4.0),
        *[
            ("beta", ObjectiveConfig("beta_h", beta=4.0), KNOTS, step, beta)
            for step, beta in [(0, 8.0), (10, 8.0), (20, 8.0), (30, 8.0), (40, 10.0), (50, 12.0), (55, 8.0), (60, 4.0)]
        ],
        ("beta", ObjectiveConfig("beta_h", beta=4.0), KNOTS, 99, 4.0),
        *[
            ("capacity", ObjectiveConfig("beta_b", capacity=25.0), ScheduleConfig(anneal_steps=50), step, capacity)
            for step, capacity in [(0, 0.0), (10, 5.0), (50, 25.0), (99, 25.0)]
        ],
        ("capacity", ObjectiveConfig("beta_b", capacity=25.0), FLAT, 0, 25.0),
        ("gamma", ObjectiveConfig("beta_b", gamma=30.0), ScheduleConfig(anneal_steps=50), 10, 30.0),
    ],
)
def test_schedule_where_it_bends(knob, objective, schedule, step, expected):
    assert scheduled(step, objective, schedule, TRAINING)[knob] == pytest.approx(expected, rel=1e-12, abs=1e-15)


def turned(step: int, value: float, knob: str = "beta") -> dict[str, object]:
    return {"step": step, "knob": knob, "value": value}


CONSTANT = TrainConfig("digits", objective=ObjectiveConfig("beta_h", beta=4.0), training=TRAINING, schedule=FLAT)
MOVING = TrainConfig("digits", objective=ObjectiveConfig("beta_h", beta=4.0), training=TRAINING, schedule=KNOTS)
RISING = TrainConfig(
    "digits",
    objective=ObjectiveConfig("beta_b", capacity=20.0),
    training=TRAINING,
    schedule=ScheduleConfig(anneal_steps=80),
)


@pytest.mark.parametrize(
    ("config", "steps", "changes", "beta"),
    [
        (CONSTANT, 100, [], 4.0),
        (CONSTANT, 100, [turned(52, 40.0)], 40.0),
        (CONSTANT, 100, [turned(10, 2.0), turned(52, 40.0), turned(52, 41.0)], 41.0),
        (CONSTANT, 100, [turned(100, 40.0)], 4.0),  # after the last step: never trained with
        (CONSTANT, 100, [turned(52, 40.0, "lr"), turned(53, 7.0, "momentum")], 4.0),
        (MOVING, 100, [], 4.0),
        (MOVING, 20, [], 8.0),  # stopped while it moved
        (MOVING, 100, [turned(20, 1.0)], 1.0),
        (MOVING, 10**400, [], 4.0),
    ],
)
def test_the_last_turn_decides_what_is_in_force(config, steps, changes, beta):
    end = config_in_force(config, steps, changes)
    assert end.objective.beta == beta
    assert scheduled(0, end.objective, end.schedule, end.training)["beta"] == beta
    assert (end.model, end.training, end.objective.name) == (config.model, config.training, config.objective.name)


def test_a_capacity_on_its_way_is_the_one_of_now():
    assert [config_in_force(RISING, step).objective.capacity for step in (0, 20, 80, 100)] == [0.0, 5.0, 20.0, 20.0]
    assert config_in_force(RISING, 90, [turned(30, 12.5, "capacity")]).objective.capacity == 12.5


def test_turns_say_what_stood_before():
    changes = [turned(20, 9.0), turned(20, 9.5), turned(52, 40.0), turned(60, 5.0, "gamma"), turned(99, 1e-3, "lr")]
    assert turns(MOVING, 100, changes) == (Turn("beta", 8.0, 40.0, 52, 2), Turn("gamma", 100.0, 5.0, 60, 1))
    assert turns(MOVING, 52, changes) == (Turn("beta", 8.0, 9.5, 20, 1),)
    assert turns(MOVING, 100) == ()
