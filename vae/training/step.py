"""The face of an optimiser step: what the loop, snapshots and recordings know of what is trained."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from vae.config import TrainingConfig
from vae.training.objectives import Knobs

T = TypeVar("T")


class Config(Protocol):
    """What the loop must know of a training: its images, its budget, and how it is written down."""

    dataset: str
    training: TrainingConfig

    @property
    def shape(self) -> tuple[int, int, int]: ...

    def to_json(self) -> dict[str, Any]: ...


class Terms(Protocol):
    """Tensors that a loss is made of; what a step tells beside the loss."""

    def detach(self: T) -> T: ...

    def clone(self: T) -> T: ...


@dataclass(frozen=True)
class Batch:
    """Images (B, C, H, W) uint8 on the device, and their rows (B,) int64 in a data set of `total` images."""

    images: Tensor
    rows: Tensor
    total: int

    def clone(self) -> Batch:
        return Batch(self.images.clone(), self.rows.clone(), self.total)

    def copy_(self, other: Batch) -> None:
        """Overwrites the tensors, in place."""
        self.images.copy_(other.images)
        self.rows.copy_(other.rows)


class Step(ABC):
    """Forward, backward and update of the modules that it owns.

    One loss moves all of them here; networks that play against each other override `__call__`.

    Attributes:
        modules: by the names under which snapshots keep them.
        optimisers: by name; each moves parameters of any of the modules, at the learning rate in the knobs.
        knobs: what may change from step to step, on the device.
        generator: draws all noise of the steps; on the device.
    """

    modules: dict[str, nn.Module]
    optimisers: dict[str, torch.optim.Adam]
    knobs: Knobs
    generator: torch.Generator

    @abstractmethod
    def scheduled(self, step: int, config: Any) -> dict[str, float]:
        """The knobs at a step (0 is the first) of a training, by name; pure."""

    @abstractmethod
    def forward(self, batch: Batch) -> tuple[Tensor, Terms]:
        """The loss of a batch, 0-d, and what it is made of."""

    def __call__(self, batch: Batch) -> tuple[Tensor, Terms]:
        """Updates the weights; loss and terms of before, detached. They may be written over by the next step."""
        loss, terms = self.forward(batch)
        for optimiser in self.optimisers.values():
            optimiser.zero_grad(set_to_none=True)
        loss.backward()
        for optimiser in self.optimisers.values():
            optimiser.step()
        return loss.detach(), terms.detach()

    def parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """All parameters by the name of their module and their own, joined by a dot."""
        for name, module in self.modules.items():
            for key, parameter in module.named_parameters():
                yield f"{name}.{key}", parameter


def adam(parameters: Iterable[nn.Parameter], lr: Tensor) -> torch.optim.Adam:
    """The optimiser of all trainings; its learning rate is a tensor on the device, so that setting it never waits."""
    return torch.optim.Adam(parameters, lr=lr, fused=True, capturable=lr.device.type == "cuda")


def steps_done(optimiser: torch.optim.Adam) -> Tensor:
    """How many steps an optimiser has made, 0-d, as it counts them itself: a recorded step counts on, too."""
    return next(iter(optimiser.state.values()))["step"]


def precision(config: Config, device: torch.device) -> torch.dtype:
    """The type that matrix products run in: bfloat16 where asked for, or where the machine is fast at it."""
    if config.training.precision != "auto":
        return torch.bfloat16 if config.training.precision == "bf16" else torch.float32
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    fast = device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if fast else torch.float32
