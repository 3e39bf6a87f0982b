"""Codes of empty places on a map, mixed from those of their neighbours."""

from __future__ import annotations

import numpy as np

NEIGHBOURS = 3  # whose codes are mixed


def between_neighbours(
    place: np.ndarray, points: np.ndarray, codes: np.ndarray, count: int = NEIGHBOURS
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
