"""From a model of another program to a checkpoint: with encodings of images, or of draws from its own prior."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from vae.checkpoints import checkpoint
from vae.checkpoints.export import about_another, most_encodings, statistics, write_encoded
from vae.data import ImageSet
from vae.evaluation.bound import encode_split
from vae.evaluation.evaluate import Progress, evaluate_brief
from vae.images import from_output, to_float, to_uint8
from vae.importers.foreign import Foreign, ForeignError
from vae.latent.prior_draws import COUNT, prior_draws
from vae.latent.projection import pca
from vae.models.posterior import Posterior, kl_to_prior
from vae.models.vae import VAE
from vae.models.weights import rounded

SEED = 0  # of the draws
_BATCH = 250
_FIGURES = ("neg_elbo", "rate", "distortion", "kl_per_dim", "active_units")


def export_with_images(
    foreign: Foreign,
    kind: str,
    name: str,
    test: ImageSet,
    path: Path,
    progress: Progress = lambda stage, done, total: None,
) -> dict[str, Any]:
    """Encodes images, measures the model on them as `evaluate_brief` does, and writes the checkpoint.

    Returns:
        the metrics, as in the header.

    Raises:
        ForeignError: the images are of another shape than the model takes.
        CheckpointError: the file cannot be written.
    """
    network, done = rounded(foreign.network), 0
    if test.spec.shape != network.config.shape:
        shapes = {"expected": str(network.config.shape), "actual": str(test.spec.shape)}
        raise ForeignError("foreign.other_images", data=test.spec.title, **shapes)

    def encoding(images: int) -> None:
        nonlocal done
        done += images
        progress("encode", done, 2 * len(test))

    metrics = evaluate_brief(network, test, encoding)
    encoded = encode_split(network, test, progress=encoding)
    write_encoded(path, _about(foreign, network, kind, name, test.name), network, metrics, encoded, test)
    return metrics


def export_with_draws(
    foreign: Foreign, kind: str, name: str, path: Path, progress: Progress = lambda stage, done, total: None
) -> int:
    """Writes the checkpoint of a model that comes without images: draws from the prior are decoded, the pictures are
    encoded again, and these codes are what it holds. No figure is recorded, for all of them are about images.

    Returns:
        how many draws.

    Raises:
        CheckpointError: the file cannot be written.
    """
    network = rounded(foreign.network)
    latents = network.config.latent_dim
    z = torch.from_numpy(prior_draws(SEED, min(COUNT, most_encodings(latents)), latents))
    posterior = encode_draws(network, z, progress)
    data = f"prior draws of {name}"
    about = _about(foreign, network, kind, name, data)
    header = about | {
        "dataset": {"name": data, "version": "1", "sha256": ""},
        "metrics": dict.fromkeys(_FIGURES),
        "draws": {"seed": SEED},
    }
    encodings = {
        "index": torch.arange(len(z), dtype=torch.int32),
        "mu": posterior.mu.half(),
        "logvar": posterior.logvar.half(),
    }
    maps = {"pca": torch.from_numpy(pca(posterior.mu.numpy())).half()}
    stats = statistics(posterior.mu, kl_to_prior(posterior.mu, posterior.logvar))
    checkpoint.save(path, header, network, encodings, maps, stats)
    return len(z)


def encode_draws(network: VAE, z: torch.Tensor, progress: Progress = lambda stage, done, total: None) -> Posterior:
    """Posteriors (N, D) of the pictures, rounded to grey levels as images are, that a network decodes of z (N, D)."""
    parts = []
    with torch.inference_mode():
        for part in z.split(_BATCH):
            pictures = to_uint8(from_output(network.decode(part), network.config.likelihood))
            parts.append(network.encode(to_float(pictures)))
            progress("draw", sum(len(part.mu) for part in parts), len(z))
    return Posterior(*(torch.cat([getattr(part, key) for part in parts]).clone() for key in ("mu", "logvar")))


def _about(foreign: Foreign, network: VAE, kind: str, name: str, data: str) -> dict[str, Any]:
    return about_another(data, network.config, foreign.objective, foreign.training, kind, name, foreign.data)
