"""The algorithm, watched: the first steps of a small VAE on handwritten digits, trained when somebody asks.

The digits come with scikit-learn, so this works wherever the app does. It is the project's own training loop.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from vae.config import ModelConfig, ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig
from vae.data import ImageSet, load
from vae.images import from_output, to_float, to_uint8
from vae.models.likelihoods import distortion
from vae.models.posterior import Posterior, kl_to_prior
from vae.models.vae import VAE
from vae.training.loop import train
from vae.training.state import TrainState
from vae.ui.kit.pictures import data_uri, sheet

SEEDS = 10  # different beginnings that may be asked for
LATENTS = 6
WATCHED = (3, 4, 5, 7, 8)  # test images whose reconstructions are shown; the first of them number by number
CONFIG = TrainConfig(
    "digits",
    ModelConfig("mlp", (1, 32, 32), latent_dim=LATENTS, hidden=200),
    ObjectiveConfig("vae"),
    ScheduleConfig(warmup_steps=0, decay_fraction=0.3),
    TrainingConfig(steps=200, batch_size=64, lr=5e-3, precision="fp32"),
)


@lru_cache(maxsize=2)
def _digits(split: str) -> ImageSet:
    return load("digits", split)


def first_steps(seed: int) -> dict[str, Any]:
    """A whole short training: what one image becomes before each step, and what the step's batch cost.

    Returns:
        original, a picture; `sheet`, a row of reconstructions (from sampled z) for each of `moments`, which hold mu,
        sigma, eps, z (D,), distortion, rate, and `batch`, the mean loss of the batch that the step then learns from.

    Raises:
        ValueError: no such seed.
    """
    if not 0 <= seed < SEEDS:
        raise ValueError(f"seed must be from 0 to {SEEDS - 1}, not {seed}")
    config = replace(CONFIG, training=replace(CONFIG.training, seed=seed))
    state = TrainState.fresh(config)
    watched = _digits("test").batch(list(WATCHED), "cpu")
    eps = torch.randn(len(WATCHED), LATENTS, generator=torch.Generator().manual_seed(seed))
    moments, pictures = [], []

    def look() -> None:
        moment, shown = _moment(state.model, watched, eps)
        moments.append(moment)
        pictures.append(shown)

    look()
    for event in train(state, _digits("train"), every=1):
        moments[-1]["batch"] = event.loss.item()
        look()
    moments[-1]["batch"] = None
    return {
        "original": data_uri(watched[0].numpy()),
        "originals": sheet(watched, len(watched), quality=90),
        "sheet": sheet(torch.cat(pictures), len(watched), quality=80),
        "columns": len(watched),
        "images": config.training.batch_size,
        "moments": moments,
    }


def _moment(model: VAE, watched: Tensor, eps: Tensor) -> tuple[dict[str, Any], Tensor]:
    """The numbers of the first watched image, and the pictures of all, uint8."""
    model.eval()
    with torch.no_grad():
        x = to_float(watched)
        q: Posterior = model.encode(x)
        sigma = torch.exp(0.5 * q.logvar)
        z = q.mu + sigma * eps
        output = model.decode(z)
        nats, rate = distortion(output, x, model.config), kl_to_prior(q.mu, q.logvar).sum(1)
    row = {name: value[0].tolist() for name, value in {"mu": q.mu, "sigma": sigma, "eps": eps, "z": z}.items()}
    row |= {"distortion": nats[0].item(), "rate": rate[0].item()}
    return row, to_uint8(from_output(output, model.config.likelihood))
