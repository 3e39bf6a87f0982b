"""A square lattice over two latents whose cells are equally probable under the prior."""

from __future__ import annotations

import torch
from torch import Tensor


def lattice(steps: int) -> tuple[Tensor, Tensor]:
    """A square lattice over the prior of two latents, whose cells stand for equal shares of its probability.

    Args:
        steps: S cells along either axis, at least 1.

    Returns:
        the values of one axis (S,), rising: the inverse normal CDF of (i + 1/2) / S, the median of each share; and z
        (S, S, 2) in the order of a picture: row 0 has the highest z1, for up is up, and column 0 the lowest z0.

    Raises:
        ValueError: steps is below 1.

    Source: Kingma & Welling 2014, arXiv:1312.6114, figure 4.
    """
    if steps < 1:
        raise ValueError(f"a lattice has at least 1 step, not {steps}")
    shares = (torch.arange(steps, dtype=torch.float64) + 0.5) / steps
    values = torch.special.ndtri(shares).float()
    up, across = torch.meshgrid(values.flip(0), values, indexing="ij")
    return values, torch.stack((across, up), dim=-1)
