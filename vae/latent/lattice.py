"""Square lattices over two latents: of cells that are equally probable under the prior, or of equal steps."""

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
    _require_steps(steps, 1)
    shares = (torch.arange(steps, dtype=torch.float64) + 0.5) / steps
    return _laid_out(torch.special.ndtri(shares).float())


def even_lattice(steps: int, reach: float) -> tuple[Tensor, Tensor]:
    """A square lattice of equal steps from -reach to reach, laid out as `lattice`.

    Raises:
        ValueError: steps is below 2.
    """
    _require_steps(steps, 2)
    return _laid_out(torch.linspace(-reach, reach, steps))


def prior_share(values: Tensor) -> float:
    """The share of the prior of two latents between the ends of a lattice's values."""
    low, high = torch.special.ndtr(values[[0, -1]].double()).tolist()
    return (high - low) ** 2


def _require_steps(steps: int, least: int) -> None:
    if steps < least:
        raise ValueError(f"a lattice has at least {least} step{'s' if least > 1 else ''}, not {steps}")


def _laid_out(values: Tensor) -> tuple[Tensor, Tensor]:
    up, across = torch.meshgrid(values.flip(0), values, indexing="ij")
    return values, torch.stack((across, up), dim=-1)
