"""Layers in a form that a processor computes quickly; their weights are those of the layers that they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import conv2d, pad

FEW = 4  # output channels, of which a transposed convolution on a CPU makes poor use


class Pad(nn.Module):
    """Zeros around an image.

    Args:
        margins: rows above and below, columns to the left and to the right.
    """

    def __init__(self, margins: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.margins = margins

    def forward(self, x: Tensor) -> Tensor:
        top, bottom, left, right = self.margins
        return pad(x, (left, right, top, bottom)) if any(self.margins) else x


class Crop(nn.Module):
    """Takes away what `Pad` has added."""

    def __init__(self, margins: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.margins = margins

    def forward(self, x: Tensor) -> Tensor:
        top, bottom, left, right = self.margins
        return x[..., top : x.shape[-2] - bottom, left : x.shape[-1] - right] if any(self.margins) else x


class Residual(nn.Sequential):
    """The input plus what its layers make of it, which has the same shape. Source: He et al. 2016, arXiv:1603.05027."""

    def forward(self, x: Tensor) -> Tensor:
        return x + super().forward(x)


class Sum(nn.Module):
    """What several layers make of one input, added up."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        first, *others = (part(x) for part in self.parts)
        return sum(others, first)


class Doubling(nn.ConvTranspose2d):
    """A 4×4 transposed convolution with stride 2 and padding 1: twice the height and width.

    On a CPU it is computed as a 2×2 convolution to four times the channels, one for each pixel of a 2×2 block: the same
    sums in another order. With one or three output channels that takes a third of the time, in bfloat16 it helps with
    any number (see tests/bench).
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        cpu = x.device.type == "cpu"
        if cpu and (self.out_channels <= FEW or torch.is_autocast_enabled("cpu")):
            return doubled(x, self.weight, self.bias)
        return super().forward(x)


def doubled(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """What `conv_transpose2d(x, weight, bias, stride=2, padding=1)` gives.

    Args:
        x: (B, C, H, W). weight: (C, O, 4, 4). bias: (O,).

    Returns:
        (B, O, 2H, 2W), a view whose channels come last in memory.
    """
    channels, out = weight.shape[:2]
    # Row k of the kernel puts input row i into output row 2i + k − 1, that is into row k % 2 of block i + k // 2, where
    # blocks begin one pixel outside. So a block sums over two inputs: k // 2 is the place in a 2×2 kernel, flipped.
    blocks = weight.reshape(channels, out, 2, 2, 2, 2).permute(3, 5, 1, 0, 2, 4)
    y = conv2d(x, blocks.reshape(4 * out, channels, 2, 2).flip(2, 3), bias.repeat(4), padding=1)
    return _Unblocked.apply(y.permute(0, 2, 3, 1).contiguous()).permute(0, 3, 1, 2)


class _Unblocked(torch.autograd.Function):
    """(B, H + 1, W + 1, 4O) -> (B, 2H, 2W, O): pixels out of their blocks, without the outermost ones.

    By hand, for reshaping and slicing write every gradient three times.
    """

    @staticmethod
    def forward(ctx: Any, y: Tensor) -> Tensor:
        batch, height, width, values = y.shape
        pixels = y.new_empty(batch, height - 1, 2, width - 1, 2, values // 4)
        for pixel, block in _corners(pixels, y):
            pixel.copy_(block)
        return pixels.view(batch, 2 * height - 2, 2 * width - 2, values // 4)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        batch, height, width, out = gradient.shape
        y = gradient.new_zeros(batch, height // 2 + 1, width // 2 + 1, 4 * out)
        for pixel, block in _corners(gradient.reshape(batch, height // 2, 2, width // 2, 2, out), y):
            block.copy_(pixel)
        return y


def _corners(pixels: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """The same values in both, once for each of the four pixels of a block."""
    (_, height, _, width, _, _), blocks = pixels.shape, y.unflatten(3, (2, 2, -1))
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        block = blocks[:, row : row + height, column : column + width, 1 - row, 1 - column]
        yield pixels[:, :, row, :, column], block
