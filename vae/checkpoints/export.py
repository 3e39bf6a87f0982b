"""From a finished training to a checkpoint, and UMAP coordinates for one that lacks them."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.checkpoints import checkpoint
from vae.config import ModelConfig, ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig
from vae.data import ImageSet, Subset
from vae.evaluation.bound import Encodings, encode_split
from vae.evaluation.evaluate import Progress, evaluate, evaluate_brief
from vae.latent.projection import PROJECTIONS, pca
from vae.models.vae import VAE
from vae.models.weights import rounded
from vae.system import safetensors_file
from vae.system.processor import processor
from vae.training.state import TrainState
from vae.training.step import Config, precision

BRIEF_IMAGES = 2_000
_VERSIONS = ("torch", "torchvision", "safetensors", "numpy", "scikit-learn", "umap-learn")


def export(
    state: TrainState, test: ImageSet, path: Path, progress: Progress = lambda stage, done, total: None
) -> dict[str, Any]:
    """Evaluates the model and writes weights, encodings of test images, their PCA and statistics.

    Args:
        progress: as for `evaluate`.

    Returns:
        the metrics, as in the header.

    Raises:
        CheckpointError: the file cannot be written.
    """
    network = rounded(state.final_model)  # measured is what will be loaded again
    metrics = evaluate(network, test, progress, state.config.training.seed)
    write_encoded(path, _about(state, path), network, metrics, encode_split(network, test), test)
    return metrics


def export_brief(
    state: TrainState, test: ImageSet, path: Path, progress: Progress = lambda stage, done, total: None
) -> dict[str, Any]:
    """As `export`, in seconds: measured on at most 2,000 test images, which `metrics.measured_on` says, and without
    the scores that take minutes. Raises as `export` does.
    """
    network, part = rounded(state.final_model), Subset(test, spread_evenly(test, BRIEF_IMAGES))
    done = 0

    def encoding(images: int) -> None:
        nonlocal done
        done += images
        progress("encode", done, 2 * len(part))

    metrics = evaluate_brief(network, part, encoding)
    encoded = encode_split(network, part, progress=encoding)
    write_encoded(path, _about(state, path), network, metrics, encoded, test, part.rows)
    return metrics


def write_encoded(
    path: Path,
    about: dict[str, Any],
    network: VAE,
    metrics: dict[str, Any],
    encoded: Encodings,
    test: ImageSet,
    among: np.ndarray | None = None,
) -> None:
    """The file of a model with encodings of images; `encoded` are all test images, or those at the indices `among`.

    Args:
        about: of the header what is known of the training, see `_about`.
        network: `rounded`, as it was measured.
        metrics: of `evaluate`.

    Raises:
        CheckpointError: the file cannot be written.
    """
    of = test if among is None else Subset(test, among)
    places = spread_evenly(of, most_encodings(encoded.mu.shape[1]))
    chosen = places if among is None else among[places]
    rows = torch.from_numpy(places)
    encodings = {
        "index": torch.from_numpy(chosen).int(),
        "mu": encoded.mu[rows].half(),
        "logvar": encoded.logvar[rows].half(),
        "distortion": encoded.distortion[rows],
    }
    if test.labels is not None:
        labels = test.labels[chosen]
        fit = 0 <= labels.min() <= labels.max() <= 255
        safetensors_file.expect(fit, path, "encodings.label", "checkpoint.range", low=0, high=255)
        encodings["label"] = torch.from_numpy(labels.astype(np.uint8))
    dataset = {"name": test.name, "version": test.spec.version, "sha256": test.sha256()}
    header = about | {"dataset": dataset, "metrics": metrics}
    maps = {"pca": torch.from_numpy(pca(encoded.mu[rows].numpy())).half()}
    checkpoint.save(path, header, network, encodings, maps, statistics(encoded.mu, encoded.kl))


def _about(state: TrainState, path: Path) -> dict[str, Any]:
    """What a header says of a training."""
    training = state.config.training
    return {
        "format_version": checkpoint.FORMAT_VERSION,
        "name": path.stem,
        "config": state.config.to_json(),
        "steps": state.step,
        "images": state.step * training.batch_size,
        "seconds": round(state.seconds, 1),
        "seed": training.seed,
        **provenance(state.config, state.device),
        "changes": state.changes,
    }


def about_another(
    data: str,
    model: ModelConfig,
    objective: ObjectiveConfig,
    training: TrainingConfig,
    kind: str,
    name: str,
    original: str,
) -> dict[str, Any]:
    """What a header says of a training that nobody watched here: no steps, no time and no machine.

    Args:
        data: the name of the images that are encoded. original: what the training's own files call its data, or "".
        kind: of the files that the model comes from.
    """
    config = TrainConfig(data, model, objective, ScheduleConfig(warmup_steps=0, decay_fraction=0.0), training)
    return {
        "format_version": checkpoint.FORMAT_VERSION,
        "name": name,
        "config": config.to_json(),
        "steps": 0,
        "images": 0,
        "seconds": 0.0,
        "device": "unknown",
        "seed": training.seed,
        "versions": versions(),
        "changes": [],
        "imported": {"kind": kind, "data": original},
    }


def record_metrics(path: Path, metrics: dict[str, Any]) -> None:
    """Puts the figures of `evaluate` into the header of a checkpoint, and under "measured" with what, for that need not
    be what it was trained with; in place, the tensors stay as they are.

    Raises:
        CheckpointError: the file is not a checkpoint, or cannot be written.
    """
    network = checkpoint.load(path).network
    tensors, header = safetensors_file.read(path)
    safetensors_file.write(path, tensors, header | {"metrics": metrics, "measured": _measuring(network)})


def most_encodings(latents: int) -> int:
    """How many encodings a file keeps: 10,000 of up to ten latents, 5,000 of twenty, 500 of two hundred."""
    return min(10_000 if latents <= 32 else 2_000, 100_000 // latents)


def add_map(path: Path, projection: str = "umap") -> None:
    """Adds the coordinates of the stored encodings to a checkpoint, in place.

    Raises:
        CheckpointError: the file is not a checkpoint, or cannot be written.
    """
    model = checkpoint.load(path)
    tensors, header = safetensors_file.read(path)
    tensors[f"map.{projection}"] = torch.from_numpy(PROJECTIONS[projection](model.mu)).half()
    safetensors_file.write(path, tensors, header)


def statistics(mu: Tensor, kl: Tensor) -> dict[str, Tensor]:
    """Of an encoded split (N, D): KL per latent in nats, and mean, deviation and quantiles of mu."""
    quantiles = np.quantile(mu.numpy(), checkpoint.QUANTILES, axis=0).astype(np.float32)
    return {
        "kl": kl.mean(0),
        "mu_mean": mu.mean(0),
        "mu_std": mu.std(0, correction=0),
        "mu_quantiles": torch.from_numpy(quantiles),
    }


def spread_evenly(data: ImageSet, count: int) -> np.ndarray:
    """At most `count` sorted indices (int64), as many of every class as it has; without classes drawn uniformly."""
    if len(data) <= count:
        return np.arange(len(data))
    order = np.random.RandomState(0).permutation(len(data))  # noqa: NPY002  a frozen stream: the same images for ever
    if data.labels is None:
        return np.sort(order[:count])
    labels = data.labels[order]
    by_class = np.argsort(labels, kind="stable")
    rank = np.empty(len(labels), np.int64)  # the how-maniest of its class each image is
    rank[by_class] = np.arange(len(labels)) - np.searchsorted(labels[by_class], labels[by_class])
    return np.sort(order[np.argsort(rank, kind="stable")[:count]])


def device_name(device: torch.device) -> str:
    """What a person calls the device: "NVIDIA H200", "cpu (2 cores)"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"cpu ({torch.get_num_threads()} threads)" if device.type == "cpu" else device.type


def provenance(config: Config, device: torch.device) -> dict[str, Any]:
    """What a training ran on, as headers have it."""
    where = {"device": device_name(device), "processor": processor(), "dtype": _dtype_name(precision(config, device))}
    return where | {"versions": versions()}


def _measuring(network: VAE) -> dict[str, Any]:
    """What the figures were measured with: figures of another processor or type differ in their last digits."""
    weight = next(network.parameters())
    where = {"device": device_name(weight.device), "processor": processor(), "dtype": _dtype_name(weight.dtype)}
    return where | {"versions": versions()}


def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def versions() -> dict[str, str]:
    """Of Python and the packages that a file's numbers come from."""
    return {"python": platform.python_version()} | {name: _version(name) for name in _VERSIONS}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
