"""Self-describing checkpoints: weights, encodings of test images and their maps, in one safetensors file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.config import ConfigError, TrainConfig
from vae.images import from_output, to_float
from vae.latent.prior_draws import MOST_SEED, prior_draws
from vae.models.described import DESCRIBED, Graphs
from vae.models.graph.operations import GraphError
from vae.models.posterior import Posterior, kl_to_prior
from vae.models.vae import VAE
from vae.models.weights import expect_weights, halved, network_of
from vae.system import safetensors_file
from vae.system.messages import Sentence
from vae.system.paths import CHECKPOINT_FOLDER
from vae.system.safetensors_file import (
    HOST,
    CheckpointError,
    HeaderLimits,
    expect,
    expect_keys,
    expect_tensor,
    read,
    read_types,
)
from vae.training.objectives import OBJECTIVES
from vae.training.schedules import Turn, config_in_force, turns

__all__ = ["CheckpointError", "Entry", "Model", "list_headers", "load", "save"]

FORMAT_VERSION = 2  # 1 had weights and maps of 32 bits, indices and labels of 64
QUANTILES = (0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99)
_FLOAT = (int, float)
_KEYS = {
    "format_version": int,
    "name": str,
    "config": dict,
    "dataset": dict,
    "metrics": dict,
    "steps": int,
    "images": int,
    "seconds": _FLOAT,
    "device": str,
    "seed": int,
    "versions": dict,
    "changes": list,
}
_METRICS = {"neg_elbo": _FLOAT, "rate": _FLOAT, "distortion": _FLOAT, "kl_per_dim": list, "active_units": int}
_REFIT = {
    "of": dict,
    "steps": int,
    "images": int,
    "batch_size": int,
    "lr": _FLOAT,
    "seed": int,
    "ema": _FLOAT,
    "seconds": _FLOAT,
    "distortion": list,
    "psnr": list,
    "device": str,
    "processor": str,
    "dtype": str,
    "versions": dict,
}
_OPTIONAL = ("encodings.label", "encodings.distortion", "map.umap")
_OF_IMAGES = ("encodings.label", "encodings.distortion")
_BATCH = 256


@dataclass(frozen=True)
class Model:
    """A trained model with what its file tells about it.

    Attributes:
        header: the file's header, see the README; of `draws` every figure in it is None.
        network: the torch module in eval mode, float32 (float16 in the file); its `decode` gives logits or means.
        index: (N,) int64, the test images whose encodings are stored; of a model that came without any the numbers of
            its `draws`, from 0.
        mu, logvar: (N, D) float32, their posteriors (float16 in the file).
        label: (N,) int64 or None, their classes.
        distortion: (N,) float32 or None, −log p(x|z = mu) of each in nats.
        maps: (N, 2) float32 coordinates by the name of the projection, "pca" and perhaps "umap" (float16 in the file).
        stats: "kl", "mu_mean", "mu_std" (D,) and "mu_quantiles" (9, D), at the levels `QUANTILES`.
    """

    path: Path
    header: dict[str, Any]
    config: TrainConfig
    network: VAE
    index: np.ndarray
    mu: np.ndarray
    logvar: np.ndarray
    label: np.ndarray | None
    distortion: np.ndarray | None
    maps: dict[str, np.ndarray]
    stats: dict[str, np.ndarray]

    @property
    def name(self) -> str:
        return self.header["name"]

    @property
    def config_in_force(self) -> TrainConfig:
        """The configuration in force at the end of the training: see `in_force`."""
        return in_force(self.header)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was turned by hand while it was trained."""
        return turns(self.config, self.header["steps"], self.header["changes"])

    @property
    def imported(self) -> bool:
        """Was it trained by another program? Then its steps and its schedule are not known."""
        return "imported" in self.header

    @property
    def draws(self) -> np.ndarray | None:
        """(N, D) z drawn from the prior, whose decoded pictures are what was encoded; None where images were."""
        if "draws" not in self.header:
            return None
        return prior_draws(self.header["draws"]["seed"], int(self.index.max()) + 1, self.mu.shape[1])[self.index]

    @property
    def kl(self) -> np.ndarray:
        """(N, D) KL of each stored posterior to the prior, in nats."""
        return kl_to_prior(torch.from_numpy(self.mu), torch.from_numpy(self.logvar)).numpy()

    def encode(self, images: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
        """Posteriors of images.

        Args:
            images: (N, C, H, W) uint8, or float in [0, 1].

        Returns:
            mu and logvar, (N, D) float32 on the CPU.

        Raises:
            ValueError: another shape or type, or floats outside [0, 1].
        """
        images = torch.as_tensor(images)
        if images.ndim != 4 or tuple(images.shape[1:]) != self.config.model.shape:
            raise ValueError(f"{self.name} takes images (N, {self.config.model.shape}), not {tuple(images.shape)}")
        if images.dtype != torch.uint8 and not images.is_floating_point():
            raise ValueError(f"images must be uint8 or float in [0, 1], not {images.dtype}")
        if images.is_floating_point() and images.numel() and not bool(((images >= 0) & (images <= 1)).all()):
            raise ValueError("float images must lie in [0, 1]")
        posteriors = [_posterior(self.network, part) for part in images.split(_BATCH)]
        empty = torch.empty(0, self.config.model.latent_dim)
        mu, logvar = (torch.cat([empty, *(getattr(p, key) for p in posteriors)]) for key in ("mu", "logvar"))
        return mu, logvar

    def decode(self, z: Tensor | np.ndarray) -> Tensor:
        """Pictures of latent vectors: z (N, D) -> (N, C, H, W) float32 on the CPU, in [0, 1].

        Raises:
            ValueError: another shape.
        """
        z = torch.as_tensor(z, dtype=torch.float32)
        if z.ndim != 2 or z.shape[1] != self.config.model.latent_dim:
            raise ValueError(f"{self.name} takes z (N, {self.config.model.latent_dim}), not {tuple(z.shape)}")
        device = next(self.network.parameters()).device
        with torch.inference_mode():
            outputs = [self.network.decode(part.to(device)).cpu() for part in z.split(_BATCH)]
        # joined out here, because nobody may write into a tensor that was made in inference mode
        output = torch.cat([torch.empty(0, *self.config.model.shape), *outputs])
        return from_output(output, self.config.model.likelihood)


@dataclass(frozen=True)
class Entry:
    """A file in a folder of checkpoints: its header, or the sentence that says why it cannot be used."""

    name: str
    path: Path
    header: dict[str, Any] | None
    error: Sentence | None


def in_force(header: dict[str, Any]) -> TrainConfig:
    """What a checked header says of the training, with the numbers of its loss as they stood at its end."""
    return config_in_force(TrainConfig.from_json(header["config"]), header["steps"], header["changes"])


def list_headers(folder: str | Path = CHECKPOINT_FOLDER, limits: HeaderLimits = HOST) -> list[Entry]:
    """All *.safetensors of a folder by name, without reading a weight. A missing folder is an empty one."""
    entries = []
    for path in sorted(Path(folder).glob("*.safetensors")):
        name = path.stem.encode("utf-8", "replace").decode()  # a file's name may hold bytes that no page can show
        try:
            types, header = read_types(path, limits)
            header, _, _ = _checked(path, header, limits)
            _check_types(path, types)
            entries.append(Entry(name, path, header, None))
        except CheckpointError as error:
            entries.append(Entry(name, path, None, error.sentence))
    return entries


def load(name_or_path: str | Path, limits: HeaderLimits = HOST) -> Model:
    """Reads a model by its name in the project's `checkpoints/`, wherever the caller stands, or by its path.

    Args:
        limits: to the file's header; those of a stranger's file are narrow.

    Raises:
        CheckpointError: no such file, a foreign or damaged one, one beyond the limits, or one whose parts do not fit.
    """
    path = Path(name_or_path)
    if path.suffix != ".safetensors" and not path.is_file():
        path = CHECKPOINT_FOLDER / f"{name_or_path}.safetensors"
        if not path.is_file():
            known = [entry.name for entry in list_headers()]
            if not known:
                raise CheckpointError("checkpoint.no_models", name=name_or_path)
            raise CheckpointError("checkpoint.no_model", name=name_or_path, known=known)
    types, header = read_types(path, limits)
    header, config, graphs = _checked(path, header, limits)
    _check_types(path, types)
    tensors, _ = read(path, limits)
    _check_arrays(path, tensors, config.model.latent_dim, "draws" in header)
    array = {key: tensor.numpy() for key, tensor in tensors.items() if not key.startswith("model.")}
    return Model(
        path=path,
        header=header,
        config=config,
        network=network_of(path, config.model, tensors, graphs),
        index=array["encodings.index"].astype(np.int64),
        mu=array["encodings.mu"].astype(np.float32),
        logvar=array["encodings.logvar"].astype(np.float32),
        label=array["encodings.label"].astype(np.int64) if "encodings.label" in array else None,
        distortion=array.get("encodings.distortion"),
        maps={
            key.removeprefix("map."): value.astype(np.float32) for key, value in array.items() if key.startswith("map.")
        },
        stats={key.removeprefix("stats."): value for key, value in array.items() if key.startswith("stats.")},
    )


def _check_types(path: Path, types: dict[str, str]) -> None:
    """The weights must be of half precision, so that a list offers nothing that does not open.

    Args:
        types: of all tensors by name, as safetensors writes them.
    """
    for key, found in types.items():
        if key.startswith("model.") and found[:1] != "I":  # whole numbers, as a batch normalisation counts its batches
            expect(found == "F16", path, key, "checkpoint.other", expected=torch.float16, actual=found)


def _check_arrays(path: Path, tensors: dict[str, Tensor], d: int, drawn: bool) -> None:
    """All that is no weight: what must be there, what may be, and nothing else.

    Args:
        d: latents. drawn: are the encodings those of draws from the prior, which are numbered without a gap?
    """
    expect_tensor(path, tensors, "encodings.index", (-1,), torch.int32)
    n = len(tensors["encodings.index"])
    wanted = {
        "encodings.index": ((n,), torch.int32),
        "encodings.mu": ((n, d), torch.float16),
        "encodings.logvar": ((n, d), torch.float16),
        "encodings.distortion": ((n,), torch.float32),
        "encodings.label": ((n,), torch.uint8),
        "map.pca": ((n, 2), torch.float16),
        "map.umap": ((n, 2), torch.float16),
        "stats.kl": ((d,), torch.float32),
        "stats.mu_mean": ((d,), torch.float32),
        "stats.mu_std": ((d,), torch.float32),
        "stats.mu_quantiles": ((len(QUANTILES), d), torch.float32),
    }
    for key, (shape, dtype) in wanted.items():
        if key in tensors or key not in _OPTIONAL:
            expect_tensor(path, tensors, key, shape, dtype)
    index = tensors["encodings.index"]
    expect(n > 0, path, "encodings.index", "checkpoint.empty")
    expect(bool(index[0] >= 0 and (index.diff() > 0).all()), path, "encodings.index", "checkpoint.rising")
    expect(not drawn or int(index[-1]) == n - 1, path, "encodings.index", "checkpoint.counted")
    for key in _OF_IMAGES:
        expect(not drawn or key not in tensors, path, key, "checkpoint.of_images")
    for key in tensors:
        expect(key in wanted or key.startswith("model."), path, key, "checkpoint.unknown_entry")


def save(
    path: Path,
    header: dict[str, Any],
    network: VAE,
    encodings: dict[str, Tensor],
    maps: dict[str, Tensor],
    stats: dict[str, Tensor],
) -> None:
    """Writes a checkpoint; the keys of the last three are those of the file without their prefix, their types its own.

    Args:
        network: its weights are stored in half precision, so that measuring it before `rounded` flatters or wrongs it.

    Raises:
        CheckpointError: header or arrays are not what `load` would take, or the file cannot be written.
    """
    parts = {"encodings": encodings, "map": maps, "stats": stats}
    tensors = halved(network)
    tensors |= {f"{part}.{key}": tensor for part, within in parts.items() for key, tensor in within.items()}
    if network.graphs is not None:
        header = header | {"graphs": network.graphs.to_json()}
    write(path, header, tensors)


def write(path: Path, header: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Writes a checkpoint whose tensors have the names and types of the file. Raises CheckpointError as `save` does."""
    _, config, graphs = _checked(path, header)
    expect_weights(path, config.model, tensors, torch.float16, graphs)
    _check_arrays(path, tensors, config.model.latent_dim, "draws" in header)
    safetensors_file.write(path, tensors, header)


def _checked(
    path: Path, header: dict[str, Any], limits: HeaderLimits = HOST
) -> tuple[dict[str, Any], TrainConfig, Graphs | None]:
    """The header with its configuration complete, keys that an older version did not know included; and the networks
    that it describes, which stand beside the configuration under "graphs".
    """
    version = header.get("format_version")
    same = version == FORMAT_VERSION
    expect(same, path, "format_version", "checkpoint.other", expected=FORMAT_VERSION, actual=repr(version))
    expect_keys(path, header, _KEYS)
    expect_keys(path, header["dataset"], {"name": str, "version": str, "sha256": str})
    _check_origin(path, header)
    if "draws" in header:
        for key in (*_METRICS, *header["metrics"]):
            expect(key in header["metrics"], path, f"metrics.{key}", "checkpoint.header_lacks")
            expect(header["metrics"][key] is None, path, f"metrics.{key}", "checkpoint.of_images")
    else:
        _check_bound(path, header["metrics"])
    for key in ("mig", "mig_sampled", "mig_in_use", "floor"):
        figure = header["metrics"].get(key)
        expect(figure is None or _countable(figure), path, f"metrics.{key}", "checkpoint.number_or_null")
    try:
        config = TrainConfig.from_json(header["config"])
        if (objective := OBJECTIVES.get(config.objective.name)) is not None:  # a model of another objective opens too
            objective.check(config)
    except ConfigError as error:
        raise CheckpointError("checkpoint.not_valid", file=path, entry="config", reason=error) from error
    for turned in header["changes"]:
        expect(_is_change(turned), path, "changes", "checkpoint.changes")
    if "refit" in header:
        _check_refit(path, header["refit"])
    same = header["dataset"]["name"] == config.dataset
    expect(same, path, "dataset.name", "checkpoint.should_be", expected=repr(config.dataset))
    return header | {"config": config.to_json()}, config, _graphs(path, header, config, limits)


def _check_bound(path: Path, metrics: dict[str, Any]) -> None:
    expect_keys(path, metrics, _METRICS)
    for key in ("neg_elbo", "rate", "distortion", "active_units"):
        expect(_countable(metrics[key]), path, f"metrics.{key}", "checkpoint.number")
    expect(all(_countable(value) for value in metrics["kl_per_dim"]), path, "metrics.kl_per_dim", "checkpoint.numbers")


def _check_origin(path: Path, header: dict[str, Any]) -> None:
    """What a file of another program tells beside: "imported", with the kind of the file and what it calls its data,
    and where there were no images the seed of the "draws" that stand for them.
    """
    if "imported" in header:
        expect_keys(path, header, {"imported": dict})
        expect_keys(path, header["imported"], {"kind": str, "data": str})
    if "draws" in header:
        expect_keys(path, header, {"imported": dict, "draws": dict})
        seed = header["draws"].get("seed")
        fits = type(seed) is int and 0 <= seed <= MOST_SEED
        expect(fits, path, "draws.seed", "checkpoint.range", low=0, high=MOST_SEED)


def _graphs(path: Path, header: dict[str, Any], config: TrainConfig, limits: HeaderLimits) -> Graphs | None:
    """The networks that a header describes, held to the limits and to the configuration; none is made to find out."""
    if config.model.network != DESCRIBED:
        return None
    try:
        graphs = Graphs.from_json(header.get("graphs"), limits.graphs)
        graphs.expect_fit(config.model)
    except (GraphError, ConfigError) as error:
        raise CheckpointError("checkpoint.not_valid", file=path, entry="graphs", reason=error) from error
    return graphs


def _check_refit(path: Path, refit: Any) -> None:
    """How the decoder was fitted anew: these keys and no others, before and after of what the decoder moves."""
    expect(isinstance(refit, dict), path, "refit", "checkpoint.no_object", type=type(refit).__name__)
    for key in refit:
        expect(key in _REFIT, path, f"refit.{key}", "checkpoint.unknown_entry")
    expect_keys(path, refit, _REFIT)
    expect_keys(path, refit["of"], {"name": str, "sha256": str})
    for key, kind in _REFIT.items():
        expect(kind not in (int, _FLOAT) or _countable(refit[key]), path, f"refit.{key}", "checkpoint.number")
    for key in ("distortion", "psnr"):
        two = len(refit[key]) == 2 and all(_countable(value) and math.isfinite(value) for value in refit[key])
        expect(two, path, f"refit.{key}", "checkpoint.numbers")


def _countable(value: Any) -> bool:
    """A number that arrays take: JSON knows integers of any length, and Python calls true one."""
    return isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53)


def _is_change(turned: Any) -> bool:
    """A knob turned at a step to a value that it can have, as `TrainState.change` writes it down."""
    if not isinstance(turned, dict) or set(turned) != {"step", "knob", "value"}:
        return False
    step, value = turned["step"], turned["value"]
    whole = isinstance(step, int) and _countable(step) and step >= 0
    return whole and isinstance(turned["knob"], str) and _countable(value) and 0 <= value < 1e6


def _posterior(network: VAE, images: Tensor) -> Posterior:
    device = next(network.parameters()).device
    with torch.inference_mode():
        posterior = network.encode(to_float(images.to(device)))
    return Posterior(posterior.mu.cpu(), posterior.logvar.cpu())
