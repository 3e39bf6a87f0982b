"""The least that the pictures of a data set cost under any decoder: the floor under every distortion."""

from __future__ import annotations

import math

import numpy as np
from torch import Tensor

from vae.config import ModelConfig
from vae.data import ImageSet

_BATCH = 256  # images drawn and counted at once; with more, memory takes longer than counting


def floor_of(model: ModelConfig, images: ImageSet | None) -> float | None:
    """The floor under the distortions of a model's likelihood, nats per image; None where it takes missing images."""
    if model.likelihood == "gaussian":
        return gaussian_floor(model.shape, model.sigma)
    return None if images is None else bernoulli_floor(images)


def bernoulli_floor(images: ImageSet) -> float:
    """The mean entropy of a split's images whose grey values are read as probabilities, in nats per image.

    A cross-entropy with grey values costs at least this, whatever is predicted. All images are counted: 10,000 of
    64x64x3 take 0.6 s, those of MNIST 20 ms. A sample would not do, for images differ by hundreds of nats (in the room
    by a standard deviation of 586, hence ± 13 with 2,000 of them) and models by tens.
    """
    counts = np.zeros(256, np.int64)
    for start in range(0, len(images), _BATCH):
        part = images.batch(np.arange(start, min(start + _BATCH, len(images))))
        counts += np.bincount(part.numpy().ravel(), minlength=256)
    return float(counts @ _entropies()) / len(images)


def entropies(images: Tensor) -> np.ndarray:
    """The entropy of each picture, uint8 (N, C, H, W), whose grey values are read as probabilities: (N,) nats."""
    table = _entropies()
    return np.array([table @ np.bincount(image.numpy().ravel(), minlength=256) for image in images])


def gaussian_floor(shape: tuple[int, int, int], sigma: float) -> float:
    """What an exact picture (C, H, W) costs: D / 2 · log(2·pi·sigma²) nats, below 0 where sigma is small."""
    return math.prod(shape) / 2 * math.log(2 * math.pi * sigma**2)


def _entropies() -> np.ndarray:
    """(256,) −p·log(p) − (1 − p)·log(1 − p) of the grey values p = 0 … 255 over 255, in nats."""
    p = np.arange(1, 255) / 255
    return np.pad(-p * np.log(p) - (1 - p) * np.log(1 - p), 1)
