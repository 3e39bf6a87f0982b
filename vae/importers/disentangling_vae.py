"""Models of YannDubs/disentangling-vae: a folder with `model.pt` and `specs.json`, as its `results/` holds them.

Their network is this project's `burgess`, but for the head, whose rows are those of mu and logvar in turn. Their losses
are sums over pixels and means over images, as here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vae.config import ModelConfig, ObjectiveConfig, TrainingConfig
from vae.importers.foreign import UNKNOWN, Foreign, ForeignError, Kind, plain_name
from vae.importers.torch_file import Weights, state_of
from vae.models.vae import VAE
from vae.system.messages import cause

SIDES = (32, 64)
_LOSSES = {  # by its name in specs.json; of another one nothing is said
    "VAE": lambda specs: ObjectiveConfig("vae"),
    "betaH": lambda specs: ObjectiveConfig("beta_h", beta=float(specs["betaH_B"])),
    "betaB": lambda specs: ObjectiveConfig(
        "beta_b", gamma=float(specs["betaB_G"]), capacity=float(specs["betaB_finC"])
    ),
    "btcvae": lambda specs: ObjectiveConfig("beta_tc", beta=float(specs["btcvae_B"])),
}


def read(folder: Path, pixels: tuple[float, float] = (0.0, 1.0)) -> Foreign:
    """The model of a folder.

    Raises:
        ForeignError, CheckpointError: a file is missing or of another layout.
    """
    path = folder / "specs.json"
    specs = _specs(path)
    channels, height, width = _shape(path, specs)
    weights = state_of(folder / "model.pt")
    filters, hidden = weights.shape("encoder.conv1.weight", 4)[0], weights.shape("encoder.lin1.weight", 2)[0]
    latents = weights.shape("decoder.lin1.weight", 2)[1]
    config = ModelConfig("burgess", (channels, height, width), latents, filters, hidden)
    with torch.device("meta"):
        network = VAE(config)
    network.load_state_dict(_moved(weights, config), assign=True)
    weights.expect_all_taken()
    network.requires_grad_(False).eval()
    return Foreign(network, _objective(path, specs), _training(path, specs), plain_name(specs.get("dataset", "")))


def _specs(path: Path) -> dict[str, Any]:
    try:
        specs = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ForeignError("foreign.no_file", file=path) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ForeignError("foreign.unread", file=path, why=type(error).__name__) from error
    if not isinstance(specs, dict):
        raise ForeignError("foreign.unread", file=path, why=type(specs).__name__)
    for name, known in (("model_type", "Burgess"), ("rec_dist", "bernoulli")):
        if specs.get(name) != known:
            raise ForeignError("foreign.value", file=path, name=name, known=known, value=repr(specs.get(name)))
    return specs


def _shape(path: Path, specs: Mapping[str, Any]) -> tuple[int, int, int]:
    shape = specs.get("img_size")
    fits = isinstance(shape, list) and len(shape) == 3 and shape[1] == shape[2] and shape[1] in SIDES
    if not fits or type(shape[0]) is not int:
        known = f"[C, {SIDES[0]}, {SIDES[0]}], [C, {SIDES[1]}, {SIDES[1]}]"
        raise ForeignError("foreign.value", file=path, name="img_size", known=known, value=repr(shape))
    return tuple(shape)


def _moved(weights: Weights, config: ModelConfig) -> dict[str, Tensor]:
    """Theirs by the names of `burgess`."""
    channels, side, _ = config.shape
    w, hidden, d, flat = config.width, config.hidden, config.latent_dim, config.width * 16
    large = side == SIDES[1]
    down = ["conv1", "conv2", "conv3", *(["conv_64"] if large else [])]
    up = [*(["convT_64"] if large else []), "convT1", "convT2", "convT3"]
    found = {}

    def put(name: str, source: str, outputs: int, *weight: int) -> None:
        found[f"network.{name}.weight"] = weights.take(f"{source}.weight", *weight)
        found[f"network.{name}.bias"] = weights.take(f"{source}.bias", outputs)

    for place, name in enumerate(down):
        put(f"convolutions.{2 * place}", f"encoder.{name}", w, w, w if place else channels, 4, 4)
    for place, name in enumerate(up):
        last = place == len(up) - 1
        put(f"deconvolutions.{2 * place}", f"decoder.{name}", channels if last else w, w, channels if last else w, 4, 4)
    put("to_latent.1", "encoder.lin1", hidden, hidden, flat)
    put("to_latent.3", "encoder.lin2", hidden, hidden, hidden)
    put("from_latent.0", "decoder.lin1", hidden, hidden, d)
    put("from_latent.2", "decoder.lin2", hidden, hidden, hidden)
    put("from_latent.4", "decoder.lin3", flat, flat, hidden)
    put("to_latent.5", "encoder.mu_logvar_gen", 2 * d, 2 * d, hidden)
    for name in ("weight", "bias"):  # rows 2i and 2i + 1 are mu and logvar of latent i
        rows = found[f"network.to_latent.5.{name}"]
        found[f"network.to_latent.5.{name}"] = torch.cat([rows[0::2], rows[1::2]])
    return found


def _objective(path: Path, specs: Mapping[str, Any]) -> ObjectiveConfig:
    loss = specs.get("loss")
    try:
        return _LOSSES[loss](specs) if loss in _LOSSES else ObjectiveConfig(plain_name(loss or UNKNOWN))
    except (KeyError, TypeError, ValueError) as error:
        raise ForeignError("foreign.unread", file=path, why=f"loss {loss!r}, {cause(error)}") from error


def _training(path: Path, specs: Mapping[str, Any]) -> TrainingConfig:
    fields = {"batch_size": int, "lr": float, "seed": int}
    try:
        given = {name: kind(specs[name]) for name, kind in fields.items() if name in specs}
        return TrainingConfig(steps=1, **given)
    except (TypeError, ValueError, OverflowError) as error:
        raise ForeignError("foreign.unread", file=path, why=cause(error)) from error


KIND = Kind("disentangling-vae", "a folder of model.pt and specs.json (YannDubs/disentangling-vae)", read)
