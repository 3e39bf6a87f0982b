"""A trained reader, and what it reads off pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vae.data import Factor
from vae.evaluation.reader.embedding import confined, nearest, split_by_factor, width_of
from vae.images import to_float

_AT_ONCE = 64  # images; their activations stay in a core's cache


@dataclass(frozen=True)
class Reader:
    """A trained network with what it reaches on images that it has not seen.

    Attributes:
        dataset, version: what it learned from; it reads the pictures of no other.
        shape: (C, H, W) of a picture.
        factors: the K factors in the data set's order, or the one factor "class".
        network: in eval mode, float32 with values that half precision holds.
        accuracy: for each factor {"name", "kind", "r2", "accuracy", "noise"}, see `accuracy.measured`.
    """

    dataset: str
    version: str
    shape: tuple[int, int, int]
    factors: tuple[Factor, ...]
    network: nn.Module
    accuracy: tuple[dict[str, Any], ...]
    steps: int
    seed: int

    @property
    def noise(self) -> np.ndarray:
        """(K,) mean squared distance of a held-out reading from the truth."""
        return np.array([figure["noise"] for figure in self.accuracy])

    def read(self, images: Tensor) -> list[Tensor]:
        """Readings of pictures.

        Args:
            images: (n, C, H, W) uint8, or float in [0, 1].

        Returns:
            K float32 tensors on the CPU, (n, 1), (n, 2) or (n, number of values).

        Raises:
            ValueError: another shape or type.
        """
        if images.ndim != 4 or tuple(images.shape[1:]) != self.shape:
            raise ValueError(f"the reader of {self.dataset} takes images (n, {self.shape}), not {tuple(images.shape)}")
        return read_off(self.network, self.factors, images)

    def values(self, readings: Sequence[Tensor]) -> list[np.ndarray]:
        """The nearest value of each factor: K readings (n, E_k) -> K int64 arrays (n,).

        First and last value of a cyclic factor are the same place and are both called 0.
        """
        return [nearest(factor, reading) for factor, reading in zip(self.factors, readings, strict=True)]


def read_off(network: nn.Module, factors: Sequence[Factor], images: Tensor) -> list[Tensor]:
    """Readings, held to where values can lie: the row of an ordered factor, the disc of a cyclic one."""
    if images.dtype != torch.uint8 and not images.is_floating_point():
        raise ValueError(f"images must be uint8 or float in [0, 1], not {images.dtype}")
    device = next(network.parameters()).device
    outputs = [torch.empty(0, sum(map(width_of, factors)))]
    with torch.inference_mode():
        for part in images.split(_AT_ONCE):
            outputs.append(network(to_float(part.to(device))).float().cpu())
    parts = split_by_factor(factors, torch.cat(outputs))  # joined out here, so that they are no inference tensors
    return [confined(factor, part) for factor, part in zip(factors, parts, strict=True)]
