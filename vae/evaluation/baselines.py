"""Codes that a model has to beat: what a straight projection of the pixels gives, and what its own network gives
before the first step.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from vae.config import ModelConfig
from vae.data import ImageSet
from vae.images import to_float
from vae.models.posterior import Posterior
from vae.models.vae import VAE, initialise

_BATCH = 500
_EXTRA = 10  # directions carried along; they make the iteration converge
_ROUNDS = 6


def pca_codes(data: ImageSet, latents: int) -> np.ndarray:
    """The images' first principal components, (N, min(latents, N, pixels)) float32; those without variance are 0.

    Subspace iteration from a seeded start, a batch of images at a time, so that the pixels never lie in memory at once.

    Source: Halko, Martinsson & Tropp 2011, arXiv:0909.4061, algorithm 4.4.
    """
    pixels = int(np.prod(data.spec.shape))
    size = min(latents + _EXTRA, len(data), pixels)
    mean = sum(x.sum(0, dtype=torch.float64) for x in _pixels(data)) / len(data)
    mean = mean.float()
    directions = torch.randn((pixels, size), generator=torch.Generator().manual_seed(0))
    for _ in range(_ROUNDS):
        directions = torch.linalg.qr(directions)[0]
        directions = sum((x - mean).T @ ((x - mean) @ directions) for x in _pixels(data))
    directions = torch.linalg.qr(directions)[0]
    codes = torch.cat([(x - mean) @ directions for x in _pixels(data)])
    values, turn = torch.linalg.eigh((codes.T @ codes).double())
    order = values.argsort(descending=True)[: min(latents, size)]
    codes = codes @ turn[:, order].float()
    codes[:, values[order] <= 1e-6 * values.max()] = 0  # no variance but that of rounding
    return codes.numpy()


def untrained_codes(config: ModelConfig, data: ImageSet, seed: int) -> np.ndarray:
    """Posterior means (N, D) float32 of the network with the weights that a training of this seed starts from."""
    return untrained_posteriors(config, data, seed).mu.numpy()


def untrained_posteriors(config: ModelConfig, data: ImageSet, seed: int) -> Posterior:
    """Posteriors (N, D) float32 on the CPU of the network that `untrained_codes` speaks of."""
    network = initialise(VAE(config), torch.Generator().manual_seed(seed)).eval()
    with torch.inference_mode():
        parts = [network.encode(x.view(-1, *config.shape)) for x in _pixels(data)]
        return Posterior(*(torch.cat([getattr(part, key) for part in parts]) for key in ("mu", "logvar")))


def _pixels(data: ImageSet) -> Iterator[Tensor]:
    """Batches (B, C * H * W) float32 in [0, 1]."""
    for rows in torch.arange(len(data)).split(_BATCH):
        yield to_float(data.batch(rows)).flatten(1)
