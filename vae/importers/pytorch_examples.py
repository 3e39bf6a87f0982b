"""The VAE of pytorch/examples: a file of its state_dict, for square grey images. Its network is `mlp` here."""

from __future__ import annotations

import math
from pathlib import Path

import torch

from vae.config import ModelConfig
from vae.importers.foreign import Foreign, ForeignError, Kind
from vae.importers.torch_file import state_of
from vae.models.vae import VAE


def read(path: Path, pixels: tuple[float, float] = (0.0, 1.0)) -> Foreign:
    """The model of a file. Raises ForeignError or CheckpointError where it is missing or of another layout."""
    weights = state_of(path)
    hidden, values = weights.shape("fc1.weight", 2)
    latents, side = weights.shape("fc21.weight", 2)[0], math.isqrt(values)
    if side * side != values:
        known = "one value for each pixel of a square grey image"
        raise ForeignError("foreign.value", file=path, name="fc1.weight", known=known, value=values)
    with torch.device("meta"):
        network = VAE(ModelConfig("mlp", (1, side, side), latents, hidden=hidden))
    sizes = {"fc1": (hidden, values), "fc21": (latents, hidden), "fc22": (latents, hidden)}
    sizes |= {"fc3": (hidden, latents), "fc4": (values, hidden)}
    state = {}
    for kind, sides in (("weight", 2), ("bias", 1)):
        found = {name: weights.take(f"{name}.{kind}", *size[:sides]) for name, size in sizes.items()}
        state[f"network.to_latent.1.{kind}"] = found["fc1"]
        state[f"network.to_latent.3.{kind}"] = torch.cat([found["fc21"], found["fc22"]])
        state[f"network.from_latent.0.{kind}"] = found["fc3"]
        state[f"network.from_latent.2.{kind}"] = found["fc4"]
    weights.expect_all_taken()
    network.load_state_dict(state, assign=True)
    return Foreign(network.requires_grad_(False).eval())


KIND = Kind("pytorch-examples", "a state_dict of fc1, fc21, fc22, fc3 and fc4 (pytorch/examples, vae)", read)
