"""From pixels to numbers in [0, 1] and back, and many pictures on one sheet."""

from __future__ import annotations

import torch
from torch import Tensor


def from_output(output: Tensor, likelihood: str) -> Tensor:
    """What a decoder says, logits under a Bernoulli and means under a Gaussian, as pictures in [0, 1]; may reuse it."""
    return output.sigmoid_() if likelihood == "bernoulli" else output.clamp_(0, 1)


def to_float(images: Tensor) -> Tensor:
    """(…, C, H, W) uint8 -> float32 in [0, 1]; floats are in it already and only become float32."""
    x = images.float()
    return x.div_(255) if images.dtype == torch.uint8 else x


def to_uint8(pictures: Tensor) -> Tensor:
    """(…, C, H, W) float in [0, 1] -> uint8, rounded to the nearest."""
    return pictures.mul(255).add_(0.5).clamp_(0, 255).to(torch.uint8)


def tile(pictures: Tensor, columns: int) -> Tensor:
    """Puts pictures on one sheet, row by row; cells that are left over stay black.

    Args:
        pictures: (N, C, H, W) uint8.

    Returns:
        (C, rows·H, columns·W) uint8.
    """
    n, c, h, w = pictures.shape
    rows = -(-n // columns)
    sheet = pictures.new_zeros(rows * columns, c, h, w)
    sheet[:n] = pictures
    return sheet.view(rows, columns, c, h, w).permute(2, 0, 3, 1, 4).reshape(c, rows * h, columns * w)
