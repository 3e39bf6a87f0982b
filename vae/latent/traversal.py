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


def between_neighbours(
    place: np.ndarray, points: np.ndarray, codes: np.ndarray, count: int = 3
) -> tuple[np.ndarray, np.ndarray, float]:
    """An approximate inverse of a map: the code of an empty place, from those of the points around it. With points and
    codes exchanged, the place of a new code on a map that was fitted without it.

    Args:
        place: (2,) on the map.
        points: (N, 2) the map. codes: (N, D) what lies behind it.
        count: how many nearest points are mixed, with weights 1 / distance.

    Returns:
        the code (D,) float32, the indices of the points used (nearest first), and how far the code lies from the
        nearest of all codes: distances on the map may mean nothing, those in latent space do.
    """
    distances = np.linalg.norm(np.asarray(points, np.float64) - np.asarray(place, np.float64), axis=1)
    nearest = np.argsort(distances, kind="stable")[:count]
    weights = 1 / np.maximum(distances[nearest], 1e-9)
    code = (weights[:, None] * codes[nearest]).sum(0) / weights.sum()
    away = np.sqrt(np.square(codes - code).sum(1).min())
    return code.astype(np.float32), nearest, float(away)
