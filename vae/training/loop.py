"""The only training loop: a generator of typed events that CLI, page and tests all run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from vae.config import TrainConfig
from vae.data import DataError, ImageSet
from vae.training.objectives import ElboTerms
from vae.training.schedules import scheduled
from vae.training.state import TrainState
from vae.training.step import precision, step_of


@dataclass(frozen=True)
class TrainEvent:
    """What happened up to an optimiser step.

    Tensors are detached and lie on the device, so that yielding one waits for nothing; reading them does.

    Attributes:
        step: optimiser steps done.
        images: images seen.
        seconds: time spent training, over all resumptions.
        loss: 0-d, nats per image, as optimised.
        terms: reconstruction, KL per latent and codes of the batch: what the objective made the loss of.
        knobs: what beta, gamma, capacity and lr were in this step.
    """

    step: int
    images: int
    seconds: float
    loss: Tensor
    terms: ElboTerms
    knobs: dict[str, float]


def steps_per_epoch(config: TrainConfig, data: ImageSet) -> int:
    """Whole batches in the data set; raises DataError where there is not even one."""
    steps = len(data) // config.training.batch_size
    if steps == 0:
        values = {"n": len(data), "split": data.split, "size": config.training.batch_size}
        raise DataError("data.small_set", name=data.name, **values)
    return steps


def train(state: TrainState, data: ImageSet, every: int = 100) -> Iterator[TrainEvent]:
    """Trains `state` in place to its last step, yielding after every `every` steps and after the last one.

    Between two events nothing waits for the device. The order of the images is a pure function of seed and epoch and
    the noise comes from the state's own generator, so stopping anywhere and going on changes nothing.

    Raises:
        DataError: the data set is not the one of the configuration, or has fewer images than a batch.
    """
    config, device, model = state.config, state.device, state.model
    training, dtype = config.training, precision(config, device)
    if data.name != config.dataset or tuple(data.spec.shape) != config.model.shape:
        expected, actual = f"{config.dataset} {config.model.shape}", f"{data.name} {data.spec.shape}"
        raise DataError("data.other_model", expected=expected, actual=actual)
    per_epoch = steps_per_epoch(config, data)
    step = step_of(state, len(data), dtype)
    epoch, order = -1, torch.empty(0)
    model.train()
    started = time.perf_counter() - state.seconds
    while state.step < training.steps:
        if state.step // per_epoch != epoch:
            epoch = state.step // per_epoch
            shuffle = torch.Generator().manual_seed(training.seed * 1_000_003 + epoch)
            order = torch.randperm(len(data), generator=shuffle).to(device)
        at = state.step % per_epoch * training.batch_size
        values = scheduled(state.step, config.objective, config.schedule, training) | state.overrides
        for name, value in values.items():
            getattr(state.knobs, name).fill_(value)

        loss, terms = step(data.batch(order[at : at + training.batch_size], device))

        state.step += 1
        if state.step % every == 0 or state.step == training.steps:
            state.seconds = time.perf_counter() - started
            yield TrainEvent(
                state.step, state.step * training.batch_size, state.seconds, loss.clone(), terms.clone(), values
            )
            started = time.perf_counter() - state.seconds  # what the caller did meanwhile is not training
            model.train()  # the caller may have evaluated meanwhile


def steps_per_second(config: TrainConfig, data: ImageSet, device: torch.device, seconds: float = 3.0) -> float:
    """Measured on a training that is thrown away: its first steps warm up, the rest of `seconds` counts."""
    trial = TrainState.fresh(replace(config, training=replace(config.training, steps=1_000_000)), device)
    marks: list[tuple[int, float]] = []
    for event in train(trial, data, every=2):
        event.loss.item()  # waits for the device
        marks.append((event.step, time.perf_counter()))
        if len(marks) > 2 and marks[-1][1] - marks[0][1] > seconds:
            break
    return (marks[-1][0] - marks[0][0]) / (marks[-1][1] - marks[0][1])
