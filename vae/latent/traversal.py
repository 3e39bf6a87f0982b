"""Walks through the latent space: where to decode, never how."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def traverse(z: Tensor | np.ndarray, dims: Sequence[int], values: Tensor | np.ndarray) -> Tensor:
    """Latent vectors that differ from `z` in one latent at a time.

    Args:
        z: (D,) the centre.
        dims: R latents, a row each.
        values: (S,) the same values for every row, or (R, S).

    Returns:
        (R, S, D): row r, step s is `z` with latent dims[r] set to its value.

    Raises:
        ValueError: a latent outside 0 … D - 1, or values of another shape.
    """
    z, values = torch.as_tensor(z, dtype=torch.float32), torch.as_tensor(values, dtype=torch.float32)
    if any(not 0 <= dim < len(z) for dim in dims):
        raise ValueError(f"latents must be between 0 and {len(z) - 1}, not {list(dims)}")
    values = values.expand(len(dims), -1) if values.ndim == 1 else values
    if values.ndim != 2 or len(values) != len(dims):
        raise ValueError(f"values must be (S,) or ({len(dims)}, S), not {tuple(values.shape)}")
    grid = z.repeat(len(dims), values.shape[1], 1)
    for row, dim in enumerate(dims):
        grid[row, :, dim] = values[row]
    return grid


def interpolate(a: Tensor | np.ndarray, b: Tensor | np.ndarray, steps: int) -> Tensor:
    """The straight line from one code to another.

    Args:
        a, b: (D,) its ends, both included.
        steps: S points at equal distances, at least 2.

    Returns:
        (S, D), float32.

    Raises:
        ValueError: the shapes differ, or steps is below 2.
    """
    a, b = torch.as_tensor(a, dtype=torch.float32), torch.as_tensor(b, dtype=torch.float32)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"the ends of a line must both be (D,), not {tuple(a.shape)} and {tuple(b.shape)}")
    if steps < 2:
        raise ValueError(f"a line has at least 2 steps, not {steps}")
    return torch.lerp(a, b, torch.linspace(0, 1, steps)[:, None])
