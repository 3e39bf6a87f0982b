"""What a model reaches on the test split: the keys of `python -m vae evaluate --json`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from vae.bound import encode_split
from vae.data import ImageSet
from vae.metrics import active_units, marks, mig
from vae.model import VAE

_SCORES = ("mig", "dci_disentanglement", "dci_completeness", "dci_informativeness", "sap")
_SCORES += ("beta_vae", "factor_vae", "modularity")
_MARKS = ("", "_perfect", "_rotated", "_noise")


def evaluate(
    network: VAE, test: ImageSet, progress: Callable[[int], object] = lambda images: None
) -> dict[str, float | int | list[float] | None]:
    """Bound and scores of a model.

    `neg_elbo` = `distortion` + `rate` with one z sampled per test image, seed 0, beta = 1 whatever was trained, in
    nats per image. A score is None where the data set has no factors or where it is not computed yet.
    """
    device = next(network.parameters()).device
    encoded = encode_split(network, test, torch.Generator(device).manual_seed(0), progress)
    found: dict[str, Any] = {
        "neg_elbo": encoded.neg_elbo,
        "rate": float(encoded.kl.sum(1).mean()),
        "distortion": float(encoded.distortion.mean()),
        "kl_per_dim": [float(value) for value in encoded.kl.mean(0)],
        "active_units": active_units(encoded.mu.numpy()),
    }
    found |= {f"{score}{mark}": None for score in _SCORES for mark in _MARKS}
    if test.factors is not None:
        codes: dict[str, np.ndarray] = {"": encoded.mu.numpy()}
        codes |= {f"_{name}": code for name, code in marks(test.factors, encoded.mu.shape[1]).items()}
        found |= {f"mig{mark}": mig(code, test.factors) for mark, code in codes.items()}
    return found
