"""The knobs over the steps of a training: pure functions of the step and of the configuration."""

from __future__ import annotations

import math

import numpy as np

from vae.config import ObjectiveConfig, ScheduleConfig, TrainingConfig


def scheduled(
    step: int, objective: ObjectiveConfig, schedule: ScheduleConfig, training: TrainingConfig
) -> dict[str, float]:
    """The values of the knobs at `step` (0 is the first), by name. Pure: a resumed run sees the same."""
    done = min(step / schedule.anneal_steps, 1.0) if schedule.anneal_steps else 1.0
    return {
        "beta": _between(schedule.beta_knots, step) if schedule.beta_knots else objective.beta,
        "gamma": objective.gamma,
        "capacity": objective.capacity * done,
        "lr": learning_rate(step, schedule, training),
    }


def learning_rate(step: int, schedule: ScheduleConfig, training: TrainingConfig) -> float:
    """A straight way up over the warm-up, and half a cosine down to 0 over the decay."""
    warm = min((step + 1) / schedule.warmup_steps, 1.0) if schedule.warmup_steps else 1.0
    tail = schedule.decay_fraction * training.steps
    late = max(0.0, step - (training.steps - tail)) / tail if tail else 0.0
    return training.lr * warm * 0.5 * (1 + math.cos(math.pi * min(late, 1.0)))


def _between(knots: tuple[tuple[int, float], ...], step: int) -> float:
    """The value at `step` on the straight lines between (step, value) knots; constant before and after them."""
    steps, values = zip(*knots, strict=True)
    return float(np.interp(step, steps, values))
