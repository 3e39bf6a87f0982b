"""One optimiser step; on CUDA recorded once and replayed, so that Python does not wait between hundreds of kernels."""

from __future__ import annotations

import logging

import torch
from torch import Tensor

from vae.config import TrainConfig
from vae.images import to_float
from vae.models.likelihoods import distortion
from vae.models.posterior import kl_to_prior
from vae.training.objectives import Codes, ElboTerms, objective_of
from vae.training.state import TrainState

WARM_UP = 3  # eager steps before the recording: libraries choose their algorithms and make their workspaces in them
AGREES = 0.02  # the part of a loss by which a replay in bfloat16 may differ from the eager step

log = logging.getLogger(__name__)


def precision(config: TrainConfig, device: torch.device) -> torch.dtype:
    """The type that matrix products run in: bfloat16 where asked for, or where the machine is fast at it."""
    if config.training.precision != "auto":
        return torch.bfloat16 if config.training.precision == "bf16" else torch.float32
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    fast = device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if fast else torch.float32


class Step:
    """Forward, backward and update of a state.

    Args:
        images: in the data set, which the objectives that look at a whole batch must know.
        dtype: of matrix products.
    """

    def __init__(self, state: TrainState, images: int, dtype: torch.dtype) -> None:
        self._state, self._images, self._dtype = state, images, dtype
        self._loss_of = objective_of(state.config.objective.name).loss

    def forward(self, batch: Tensor) -> tuple[Tensor, ElboTerms]:
        """The loss of a batch, uint8 (B, C, H, W), and its terms."""
        state = self._state
        x = to_float(batch).contiguous(memory_format=torch.channels_last)
        with torch.autocast(state.device.type, self._dtype, enabled=self._dtype != torch.float32):
            posterior = state.model.encode(x)
            z = posterior.sample(state.generator)
            output = state.model.decode(z)
        kl = kl_to_prior(posterior.mu, posterior.logvar)
        codes = Codes(z, posterior.mu, posterior.logvar, self._images)
        terms = ElboTerms(distortion(output, x, state.config.model).mean(), kl.mean(0), codes)
        return self._loss_of(terms, state.knobs), terms

    def __call__(self, batch: Tensor) -> tuple[Tensor, ElboTerms]:
        """Updates the weights; loss and terms of before, detached. They may be written over by the next step."""
        loss, terms = self.forward(batch)
        self._state.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._state.optimiser.step()
        return loss.detach(), terms.detach()


class ReplayedStep(Step):
    """The same as one CUDA graph, from the fourth step on.

    What does not belong to the graph is written into its inputs before each replay: the batch, and the knobs, which lie
    on the device anyway. A step that cannot be recorded, or whose first replay has another loss than the eager step, is
    said once and the training goes on eagerly.

    Source: the CUDA graphs section of PyTorch's CUDA semantics.
    """

    def __init__(self, state: TrainState, images: int, dtype: torch.dtype) -> None:
        super().__init__(state, images, dtype)
        self._warm, self._gave_up = 0, False
        self._graph: torch.cuda.CUDAGraph | None = None
        self._batch = torch.empty(0)
        self._told: tuple[Tensor, ElboTerms] | None = None

    def __call__(self, batch: Tensor) -> tuple[Tensor, ElboTerms]:
        if self._gave_up:
            return super().__call__(batch)
        if self._warm < WARM_UP:
            self._warm += 1
            return self._aside(batch)
        if self._graph is None:
            try:
                self._record(batch)
            except RuntimeError as error:
                log.warning("a step is not recorded as a CUDA graph, so training is slower: %s", error)
                self._gave_up = True
                return super().__call__(batch)
            return self._first_replay(batch)
        self._batch.copy_(batch)
        self._graph.replay()
        return self._told

    def _aside(self, batch: Tensor) -> tuple[Tensor, ElboTerms]:
        """An eager step on a stream of its own, as a recording asks for."""
        here, aside = torch.cuda.current_stream(), torch.cuda.Stream()
        aside.wait_stream(here)
        with torch.cuda.stream(aside):
            told = super().__call__(batch)
        here.wait_stream(aside)
        return told

    def _record(self, batch: Tensor) -> None:
        """Records a step without doing it."""
        self._batch = batch.clone()
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self._state.generator)
        self._state.optimiser.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            self._told = super().__call__(self._batch)
        self._graph = graph

    def _first_replay(self, batch: Tensor) -> tuple[Tensor, ElboTerms]:
        """Held against the eager loss of the same batch and the same noise; layers that keep statistics of their
        batches count this one twice.
        """
        generator = self._state.generator
        noise = generator.get_state()
        with torch.no_grad():
            expected, _ = self.forward(batch)
        generator.set_state(noise)
        self._graph.replay()
        loss, terms = self._told
        found, wanted = float(loss), float(expected)
        if not abs(found - wanted) <= AGREES * abs(wanted):  # NaN is within no distance
            log.warning("a recorded step has the loss %g and not %g: training goes on without it", found, wanted)
            loss, terms = loss.clone(), terms.clone()
            self._gave_up, self._graph, self._told = True, None, None
        return loss, terms


def step_of(state: TrainState, images: int, dtype: torch.dtype) -> Step:
    """The quickest form of a step on the state's device."""
    return (ReplayedStep if state.device.type == "cuda" else Step)(state, images, dtype)
