"""−log p(x|z) of images: the Gaussian, and the Bernoulli by a cross-entropy that costs a core little."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from vae.config import ModelConfig

TOGETHER = 16  # factors, each in (1, 2], of a product that is far from the largest float


def distortion(output: Tensor, x: Tensor, config: ModelConfig) -> Tensor:
    """−log p(x|z) of each image, in nats, summed over its C·H·W values; constants included.

    Args:
        output: (B, C, H, W) logits (Bernoulli) or means (Gaussian), as `VAE.decode` returns them.
        x: (B, C, H, W) in [0, 1]. Grey values under a Bernoulli are read as probabilities (a cross-entropy).

    Returns:
        (B,) float32.
    """
    output, x = output.float(), x.float()
    if config.likelihood == "bernoulli":
        return cross_entropy(output, x)
    squared = (output - x).square().flatten(1).sum(1)
    constant = 0.5 * math.log(2 * math.pi * config.sigma**2) * x[0].numel()
    return squared / (2 * config.sigma**2) + constant


def cross_entropy(logits: Tensor, x: Tensor) -> Tensor:
    """−log p(x) of each image in nats, summed over its values: log(1 + e^l) − x·l.

    The same as `binary_cross_entropy_with_logits`, to the rounding of float32, in a third of its time on a CPU: there
    every value has a logarithm of its own, here sixteen share the logarithm of their product. Differentiable once, in
    the logits.

    Args:
        logits, x: (B, C, H, W) float32; x in [0, 1].

    Returns:
        (B,) float32.
    """
    return _CrossEntropy.apply(logits, x)


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, x: Tensor) -> Tensor:
        ctx.save_for_backward(logits, x)
        factors = logits.abs().neg_().exp_().add_(1)  # log(1 + e^l) = max(l, 0) + log(1 + e^−|l|)
        rows = factors.permute(0, 2, 3, 1).flatten(1)  # a view where the channels come last in memory
        logs = rows.unflatten(1, (-1, math.gcd(rows.shape[1], TOGETHER))).prod(2).log_().sum(1)
        return logs + (logits.clamp_min(0) - x * logits).sum((1, 2, 3))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        logits, x = ctx.saved_tensors
        return torch.sigmoid(logits).sub_(x).mul_(gradient.view(-1, 1, 1, 1)), None
