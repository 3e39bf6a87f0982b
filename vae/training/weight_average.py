"""An exponential moving average of a network's weights, which wanders less than the weights themselves."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

AVERAGE = "average"  # the name of such a module among those of a step


def averaged(model: nn.Module) -> nn.Module:
    """A copy of a network before its first step, to which `follow` is to be applied after every step."""
    return deepcopy(model).requires_grad_(False)


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, steps: Tensor, decay: float) -> None:
    """Moves an average towards the weights of a network, in place; what is no parameter is taken as it is.

    The decay rises to its value over the first steps, so that the weights of the beginning count for nothing soon.

    Args:
        steps: that the optimiser has made, 0-d; a tensor on the device, so that nothing waits for it.
        decay: in [0, 1), what is left of the average at each step.

    Source: Polyak & Juditsky 1992; the rise is that of TensorFlow's ExponentialMovingAverage.
    """
    for ours, theirs in zip(average.parameters(), model.parameters(), strict=True):
        count = steps.to(theirs.device)
        ours.lerp_(theirs, 1 - ((1 + count) / (10 + count)).clamp_max(decay))
    for ours, theirs in zip(average.buffers(), model.buffers(), strict=True):
        ours.copy_(theirs)
