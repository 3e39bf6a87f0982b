"""Checkpoints of the kind `described`, made of those of a network of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from vae.checkpoints.checkpoint import load
from vae.models.described import DESCRIBED
from vae.models.graph.description import describe
from vae.models.vae import VAE, described
from vae.models.weights import halved


def described_twin(path: Path) -> VAE:
    """The network of a checkpoint as a description."""
    model = load(path)
    network, config = model.network.network, model.config.model
    parts = describe(network.encoder(), config.shape), describe(network.decoder(), (config.latent_dim,))
    return described(config, *parts)


def put_description(tensors: dict[str, Tensor], header: dict[str, Any], path: Path) -> None:
    """Change what was read of the checkpoint at `path` into the same model, described."""
    network = described_twin(path)
    for key in [key for key in tensors if key.startswith("model.")]:
        del tensors[key]
    tensors |= halved(network)
    header["config"]["model"]["network"] = DESCRIBED
    header["graphs"] = network.graphs.to_json()
