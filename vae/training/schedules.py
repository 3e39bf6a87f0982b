"""The knobs over the steps of a training: pure functions of the step and of the configuration."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from vae.config import ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig

_NUMBERS = tuple(number.name for number in fields(ObjectiveConfig) if number.name != "name")


@dataclass(frozen=True)
class Turn:
    """A number of the loss that was turned by hand while a training ran.

    Attributes:
        before: its value when it was first turned; `value`: the last one, in force from `step` on.
        times: at how many steps it was turned.
    """

    number: str
    before: float
    value: float
    step: int
    times: int


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


def config_in_force(config: TrainConfig, steps: int, changes: Iterable[Mapping[str, Any]] = ()) -> TrainConfig:
    """The same training with the numbers that its loss has after `steps` steps, as constants.

    This alone says which beta, gamma or capacity a model was trained with at last: a schedule may have been on its way,
    and a number that was turned by hand has left the schedule for good.

    Args:
        steps: optimiser steps done; what a file claims beyond the training's own end counts as that end.
        changes: as a checkpoint keeps them, {"step", "knob", "value"}; one after the last step changed nothing.
    """
    done = min(max(steps, 0), config.training.steps)
    numbers = _numbers(config, done)
    numbers |= {turned["knob"]: turned["value"] for turned in changes if _counts(turned, steps)}
    constant = replace(config.schedule, beta_knots=(), anneal_steps=0)
    return replace(config, objective=replace(config.objective, **numbers), schedule=constant)


def turns(config: TrainConfig, steps: int, changes: Iterable[Mapping[str, Any]] = ()) -> tuple[Turn, ...]:
    """The numbers that were turned within `steps` steps, in the order of their first turn; see `config_in_force`."""
    of: dict[str, list[Mapping[str, Any]]] = {}
    for turned in changes:
        if _counts(turned, steps):
            of.setdefault(turned["knob"], []).append(turned)
    found = []
    for number, moved in of.items():
        first = min(moved[0]["step"], config.training.steps)
        last, times = moved[-1], len({turned["step"] for turned in moved})
        found.append(Turn(number, _numbers(config, first)[number], float(last["value"]), last["step"], times))
    return tuple(found)


def _counts(turned: Mapping[str, Any], steps: int) -> bool:
    return turned["knob"] in _NUMBERS and turned["step"] < steps


def _numbers(config: TrainConfig, step: int) -> dict[str, float]:
    """The numbers of the loss as the schedule has them."""
    values = scheduled(step, config.objective, config.schedule, config.training)
    return {number: values[number] for number in _NUMBERS}


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
