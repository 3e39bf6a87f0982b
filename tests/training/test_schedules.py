"""Schedules at the points where they bend."""

from __future__ import annotations

import math

import pytest

from vae.config import ObjectiveConfig, ScheduleConfig, TrainingConfig
from vae.training.schedules import scheduled

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
