"""A step as a CUDA graph: recorded once and replayed, so that Python does not wait between hundreds of kernels."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor

from vae.training.state import TrainState
from vae.training.step import Batch, Step, Terms

WARM_UP = 3  # eager steps before the recording: libraries choose their algorithms and make their workspaces in them
AGREES = 0.02  # the part of a loss by which a replay in bfloat16 may differ from the eager step

log = logging.getLogger(__name__)


class ReplayedStep:
    """The same as `step`, as one CUDA graph from the fourth batch on.

    What does not belong to the graph is written into its inputs before each replay: the batch, and the knobs, which lie
    on the device anyway. A step that cannot be recorded, or whose first replay has another loss than the eager step, is
    said once and the training goes on eagerly.

    Source: the CUDA graphs section of PyTorch's CUDA semantics.
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._warm, self._gave_up = 0, False
        self._graph: torch.cuda.CUDAGraph | None = None
        self._batch: Batch | None = None
        self._told: tuple[Tensor, Terms] | None = None

    def __call__(self, batch: Batch) -> tuple[Tensor, Terms]:
        if self._gave_up:
            return self._step(batch)
        if self._warm < WARM_UP:
            self._warm += 1
            return self._aside(batch)
        if self._graph is None:
            try:
                self._record(batch)
            except RuntimeError as error:
                log.warning("a step is not recorded as a CUDA graph, so training is slower: %s", error)
                self._gave_up = True
                return self._step(batch)
            return self._first_replay(batch)
        self._batch.copy_(batch)
        self._graph.replay()
        return self._told

    def _aside(self, batch: Batch) -> tuple[Tensor, Terms]:
        """An eager step on a stream of its own, as a recording asks for."""
        here, aside = torch.cuda.current_stream(), torch.cuda.Stream()
        aside.wait_stream(here)
        with torch.cuda.stream(aside):
            told = self._step(batch)
        here.wait_stream(aside)
        return told

    def _record(self, batch: Batch) -> None:
        """Records a step without doing it."""
        self._batch = batch.clone()
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self._step.generator)
        for optimiser in self._step.optimisers.values():
            optimiser.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            self._told = self._step(self._batch)
        self._graph = graph

    def _first_replay(self, batch: Batch) -> tuple[Tensor, Terms]:
        """Held against the eager loss of the same batch and the same noise; layers that keep statistics of their
        batches count this one twice.
        """
        generator = self._step.generator
        noise = generator.get_state()
        with torch.no_grad():
            expected, _ = self._step.forward(batch)
        generator.set_state(noise)
        self._graph.replay()
        loss, terms = self._told
        found, wanted = float(loss), float(expected)
        if not abs(found - wanted) <= AGREES * abs(wanted):  # NaN is within no distance
            log.warning("a recorded step has the loss %g and not %g: training goes on without it", found, wanted)
            loss, terms = loss.clone(), terms.clone()
            self._gave_up, self._graph, self._told = True, None, None
        return loss, terms


def step_of(state: TrainState) -> Callable[[Batch], tuple[Tensor, Terms]]:
    """The quickest form of the state's step on its device."""
    return ReplayedStep(state.update) if state.device.type == "cuda" else state.update
