"""What a checkpoint holds of a caller's network, in memory: codes, map and figures; or in a file, where one can be."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.checkpoints.checkpoint import Model
from vae.checkpoints.export import about_another, statistics, write_encoded
from vae.config import ObjectiveConfig, TrainConfig, TrainingConfig
from vae.data import Factor, ImageSet, Subset
from vae.evaluation.bound import encode_split
from vae.evaluation.evaluate import evaluate_brief, mig_conventions, score_keys
from vae.evaluation.metrics import mig
from vae.explorer.columns import Columns
from vae.explorer.network import CallerNetwork
from vae.explorer.pictures import ExploreError, Pictures, even
from vae.latent.projection import pca
from vae.models.graph.operations import GraphError
from vae.models.posterior import Posterior, kl_to_prior
from vae.models.vae import VAE
from vae.models.weights import rounded

KIND = "a model in memory"
UNKNOWN = "unknown"  # its objective
MEASURED = 500  # images that are decoded for the bound: a decoder may be slow, and the map waits for it
_BATCH = 250


def encode_pictures(network: CallerNetwork, pictures: Pictures) -> Posterior:
    """Posteriors of all images, (N, D) on the CPU, in batches.

    Raises:
        CallerError: the encoder raises.
        ExploreError: a code is not finite.
    """
    parts = []
    with torch.no_grad():
        for rows in torch.arange(len(pictures.rows)).split(_BATCH):
            posterior = network.encode_values(pictures.part(rows))
            parts.append((posterior.mu.cpu(), posterior.logvar.cpu()))
    mu, logvar = (torch.cat(part) for part in zip(*parts, strict=True))
    if not bool(torch.isfinite(mu).all() and torch.isfinite(logvar).all()):
        raise ExploreError("explore.nan", name="encode")
    return Posterior(mu, logvar)


def model_of(
    name: str, network: CallerNetwork, posterior: Posterior, images: ImageSet, index: np.ndarray, root: Path
) -> Model:
    """What a checkpoint would hold of a network.

    Args:
        posterior: of the images at `index` (N,) of `images`, which hold labels and factors.
        root: of the data; where readers of pictures are looked for.
    """
    mu, logvar = posterior.mu, posterior.logvar
    kl = kl_to_prior(mu, logvar)
    metrics = _measured(network, Subset(images, index), posterior)
    about = _about(network, name, images)
    header = about | {
        "dataset": {"name": images.name, "version": images.spec.version, "sha256": _hash(mu)},
        "metrics": metrics,
    }
    stats = {key: value.numpy() for key, value in statistics(mu, kl).items()}
    labels = None if images.labels is None else np.asarray(images.labels)[index].astype(np.int64)
    return Model(
        path=root / f"{KIND}.safetensors",
        header=header,
        config=TrainConfig.from_json(header["config"]),
        network=network,
        index=index,
        mu=mu.numpy(),
        logvar=logvar.numpy(),
        label=labels,
        distortion=None,
        maps={"pca": pca(mu.numpy())},
        stats=stats,
    )


def with_columns(images: ImageSet, pictures: Pictures, columns: Columns) -> ImageSet:
    """The images with the caller's labels and factors, where there are any."""
    if columns.classes is None and not columns.factors:
        return images
    specs: tuple[Factor, ...] = tuple(column.factor for column in columns.factors)
    names = columns.classes and columns.classes.factor.values
    spec = replace(images.spec, label_names=names or images.spec.label_names, factors=specs or images.spec.factors)
    found = images if pictures.origin is None else Subset(images, pictures.rows)
    found.spec = spec
    if columns.classes is not None:
        found.labels = columns.classes.codes
    if columns.factors:
        found.factors = np.stack([column.codes for column in columns.factors], axis=1)
    return found


def write(path: Path, name: str, network: CallerNetwork, images: ImageSet, index: np.ndarray) -> dict[str, Any]:
    """The checkpoint of a network that can be described, measured as an imported one.

    Returns:
        the metrics.

    Raises:
        ExploreError: no nodes stand for it.
        CheckpointError: the file cannot be written.
    """
    part = Subset(images, index)
    x = part.batch(torch.arange(min(4, len(part)))).float() / 255
    try:
        whole = rounded(network.described(x))
    except GraphError as error:
        raise ExploreError("explore.unsaved", reason=error) from error
    metrics = evaluate_brief(whole, part)
    about = _about(whole, name, images)
    write_encoded(path, about, whole, metrics, encode_split(whole, part), images, index)
    return metrics


def _about(network: CallerNetwork | VAE, name: str, images: ImageSet) -> dict[str, Any]:
    training = TrainingConfig(steps=1)
    return about_another(images.name, network.config, ObjectiveConfig(UNKNOWN), training, KIND, name, images.spec.title)


def _measured(network: CallerNetwork, images: ImageSet, posterior: Posterior) -> dict[str, Any]:
    """The bound on a few images, and the scores that take no minutes on all of them."""
    few = Subset(images, even(len(images), MEASURED))
    bound = evaluate_brief(network, few)
    kl = kl_to_prior(posterior.mu, posterior.logvar).mean(0)
    found = bound | dict.fromkeys(score_keys()) | {"kl_per_dim": kl.tolist()}
    if images.factors is None:
        return found
    return found | {"mig": mig(posterior.mu.numpy(), images.factors)} | mig_conventions(posterior, images.factors)


def _hash(mu: Tensor) -> str:
    return hashlib.sha256(np.ascontiguousarray(mu.numpy())).hexdigest()
