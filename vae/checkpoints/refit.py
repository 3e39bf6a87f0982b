"""From a finished refit to a checkpoint: the former file with another decoder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch

from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import Model
from vae.checkpoints.export import provenance
from vae.data import ImageSet
from vae.evaluation.bound import encode_split, psnr
from vae.evaluation.evaluate import Progress, evaluate, evaluate_decoder
from vae.models.weights import halved, rounded
from vae.system import safetensors_file
from vae.system.safetensors_file import expect
from vae.training.state import TrainState

_PART = "measured_on"  # among metrics that are those of a part of the images


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def expect_images(model: Model, images: ImageSet) -> None:
    """Raises CheckpointError where these are not the test images of a model, whose maps and codes are kept."""
    same = images.sha256() == model.header["dataset"]["sha256"]
    expect(same, model.path, "dataset.sha256", "checkpoint.other_hash")


def export_refit(
    state: TrainState,
    model: Model,
    test: ImageSet,
    path: Path,
    progress: Progress = lambda stage, done, total: None,
) -> dict[str, Any]:
    """Measures the new decoder and writes it with the encoder, codes and maps of the former file, byte for byte.

    What is of the codes alone is carried over: scores, rate, KL, maps. What the decoder moves is measured again.

    Args:
        model: whose encoder the refit has.
        progress: as for `evaluate`.

    Returns:
        the metrics, as in the header.

    Raises:
        CheckpointError: the images are others than those of the model, or the file cannot be written.
    """
    expect_images(model, test)
    tensors, header = safetensors_file.read(model.path)
    former, network = header["metrics"], rounded(state.final_model)
    if _PART in former:
        metrics = evaluate(network, test, progress, header["seed"])
    else:
        metrics = former | evaluate_decoder(network, test, former["rate"], progress)
    decoded = encode_split(network, test).distortion
    config, training = state.config, state.config.training
    refit = {
        "of": {"name": model.path.stem, "sha256": config.of},
        "steps": state.step,
        "images": state.step * training.batch_size,
        "batch_size": training.batch_size,
        "lr": training.lr,
        "seed": training.seed,
        "ema": training.ema,
        "seconds": round(state.seconds, 1),
        "distortion": [former["distortion"], metrics["distortion"]],
        "psnr": [psnr(model.network, test), psnr(network, test)],
        **provenance(config, state.device),
    }
    plain = header["config"] | {"model": config.to_json()["model"]}
    header |= {"name": path.stem, "config": plain, "metrics": metrics, "refit": refit}
    if "seeds" in header:
        header["seeds"] = _without_bounds(header["seeds"])
    tensors = {key: tensor for key, tensor in tensors.items() if not key.startswith("model.")}
    tensors["encodings.distortion"] = decoded[torch.from_numpy(model.index)]
    checkpoint.write(path, header, tensors | halved(network))
    return metrics


def _without_bounds(seeds: Any) -> Any:
    """What `record_runs` has written, without the bounds, for they are of other decoders than this file's."""
    rows = seeds if isinstance(seeds, list) else []
    return [{key: value for key, value in row.items() if key != "neg_elbo"} for row in rows if isinstance(row, dict)]
