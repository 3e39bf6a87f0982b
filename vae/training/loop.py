"""The only training loop: a generator of typed events, whatever is trained and whoever watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import torch
from torch import Tensor

from vae.config import TrainConfig
from vae.data import DataError, ImageSet
from vae.training.replay import step_of
from vae.training.state import TrainState
from vae.training.step import Batch, Config, Terms

T = TypeVar("T", bound=Terms)


@dataclass(frozen=True)
class TrainEvent(Generic[T]):
    """What happened up to an optimiser step.

    Tensors are detached and lie on the device, so that yielding one waits for nothing; reading them does.

    Attributes:
        step: optimiser steps done.
        images: images seen.
        seconds: time spent training, over all resumptions.
        loss: 0-d, as optimised; of a VAE in nats per image.
        terms: what the loss was made of, for a VAE `ElboTerms`: reconstruction, KL per latent and codes of the batch.
        knobs: values of the scheduled knobs at this step: of a VAE beta, gamma, capacity and lr, of others lr alone.
    """

    step: int
    images: int
    seconds: float
    loss: Tensor
    terms: T
    knobs: dict[str, float]


def steps_per_epoch(config: Config, data: ImageSet) -> int:
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
    config, device, training = state.config, state.device, state.config.training
    if data.name != config.dataset or tuple(data.spec.shape) != config.shape:
        expected, actual = f"{config.dataset} {config.shape}", f"{data.name} {data.spec.shape}"
        raise DataError("data.other_model", expected=expected, actual=actual)
    per_epoch = steps_per_epoch(config, data)
    step = step_of(state)
    epoch, order = -1, torch.empty(0)
    _to_training(state)
    started = time.perf_counter() - state.seconds
    while state.step < training.steps:
        if state.step // per_epoch != epoch:
            epoch = state.step // per_epoch
            shuffle = torch.Generator().manual_seed(training.seed * 1_000_003 + epoch)
            order = torch.randperm(len(data), generator=shuffle).to(device)
        at = state.step % per_epoch * training.batch_size
        values = state.update.scheduled(state.step, config) | state.overrides
        for name, value in values.items():
            getattr(state.update.knobs, name).fill_(value)

        rows = order[at : at + training.batch_size]
        loss, terms = step(Batch(data.batch(rows, device), rows, len(data)))

        state.step += 1
        if state.step % every == 0 or state.step == training.steps:
            state.seconds = time.perf_counter() - started
            yield TrainEvent(
                state.step, state.step * training.batch_size, state.seconds, loss.clone(), terms.clone(), values
            )
            started = time.perf_counter() - state.seconds  # what the caller did meanwhile is not training
            _to_training(state)  # the caller may have evaluated meanwhile


def _to_training(state: TrainState) -> None:
    for module in state.update.modules.values():
        module.train()


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
