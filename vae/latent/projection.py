"""Two-dimensional maps of codes. UMAP is imported only where it is fitted: it takes seconds, its first fit a minute."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from vae.system.numba_cache import choose_numba_cache


def pca(codes: np.ndarray) -> np.ndarray:
    """Coordinates along the two directions of largest variance.

    Args:
        codes: (N, D) float.

    Returns:
        (N, 2) float32, centred, in the units of the codes; the second column is 0 where D is 1. Signs are fixed so
        that the largest weight of each direction is positive.
    """
    mean, directions = principal_axes(codes)
    return project(codes, mean, directions)


def principal_axes(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean (D,) of codes (N, D) and the two directions of largest variance (D, 2), (D, 1) where D is 1; float64."""
    whole = torch.from_numpy(np.asarray(codes, np.float64))
    mean = whole.mean(0)
    centred = whole - mean
    values, vectors = torch.linalg.eigh(centred.T @ centred)
    directions = vectors[:, torch.argsort(values, descending=True)[:2]]
    largest = directions.abs().argmax(0)
    return mean.numpy(), (directions * directions.gather(0, largest[None]).sign()).numpy()


def project(codes: np.ndarray, mean: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Codes (N, D) on axes of `principal_axes`: (N, 2) float32."""
    flat = ((np.asarray(codes, np.float64) - mean) @ directions).astype(np.float32)
    return np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))


def affine(codes: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The straight map from codes (N, D) to points (N, 2) by least squares: weights (D, 2) and offset (2,), float64.

    For stored coordinates of a PCA it is the very projection that made them, its signs included.
    """
    codes, points = np.asarray(codes, np.float64), np.asarray(points, np.float64)
    mean = codes.mean(0)
    weights = np.linalg.lstsq(codes - mean, points - points.mean(0), rcond=None)[0]
    return weights, points.mean(0) - mean @ weights


def umap(codes: np.ndarray, seed: int = 0) -> np.ndarray:
    """UMAP coordinates, (N, 2) float32 (McInnes et al. 2018, arXiv:1802.03426). Distances between far groups in them
    mean nothing; a seed makes the fit repeatable, on one thread.
    """
    choose_numba_cache()
    from umap import UMAP

    neighbours = min(15, len(codes) - 1)
    fitted = UMAP(n_components=2, n_neighbors=neighbours, min_dist=0.1, random_state=seed, n_jobs=1).fit_transform(
        codes
    )
    return np.asarray(fitted, np.float32)


def explained(points: np.ndarray, values: np.ndarray) -> float:
    """How much a factor orders a map: the share of the points' variance that lies between its values, in [0, 1].

    Args:
        points: (N, 2) float.
        values: (N,) int >= 0.
    """
    points = np.asarray(points, np.float64) - np.mean(points, axis=0, dtype=np.float64)
    sizes = np.maximum(np.bincount(values), 1)
    sums = np.stack([np.bincount(values, weights=column) for column in points.T], axis=1)
    total = (points**2).sum()
    return float(((sums**2).sum(axis=1) / sizes).sum() / total) if total > 0 else 0.0


PROJECTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"umap": umap, "pca": pca}
