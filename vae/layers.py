"""Layers in a form that a processor computes quickly; their weights are those of the layers that they stand for."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

FEW = 4  # output channels, of which a transposed convolution on a CPU makes poor use


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
    (batch, _, height, width), (channels, out) = x.shape, weight.shape[:2]
    # Row k of the kernel puts input row i into output row 2i + k − 1, that is into row k % 2 of block i + k // 2, where
    # blocks begin one pixel outside. So a block sums over two inputs: k // 2 is the place in a 2×2 kernel, flipped.
    blocks = weight.reshape(channels, out, 2, 2, 2, 2).permute(3, 5, 1, 0, 2, 4)
    y = conv2d(x, blocks.reshape(4 * out, channels, 2, 2).flip(2, 3), bias.repeat(4), padding=1)
    y = y.permute(0, 2, 3, 1).reshape(batch, height + 1, width + 1, 2, 2, out)
    y = y.permute(0, 1, 3, 2, 4, 5).reshape(batch, 2 * height + 2, 2 * width + 2, out)
    return y[:, 1:-1, 1:-1].permute(0, 3, 1, 2)
