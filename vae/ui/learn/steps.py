"""The steps of the Learn tab: their order, and which of the models at hand each of them shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vae.checkpoints.checkpoint import Entry
from vae.config import ModelConfig, TrainConfig
from vae.data import DATASETS
from vae.data.own.cache import find_gathered
from vae.training.effective_beta import SquaredErrorLoss, effective_beta

_MNIST = ("mnist-kingma", "mnist-vae", "digits-vae")  # small images: samples by the hundred take no time


@dataclass(frozen=True)
class Step:
    """One step: `key` begins its strings and ends its id, `#learn-<key>`.

    `models`: the shipped ones that show it best, in this order; after them any for which `fits`, smallest images first.
    None where a step brings its own model or needs none. Those whose images are here come before all others, unless a
    step does without.
    """

    key: str
    models: tuple[str, ...] | None
    fits: Callable[[ModelConfig], bool] = lambda model: True
    needs_images: bool = True


STEPS = (
    Step("vae", ("scene3d-beta", "scene3d-vae")),
    Step("layers", ("scene3d-beta", "scene3d-vae"), needs_images=False),
    Step("algorithm", None),
    Step("amortised", _MNIST),
    Step("gradients", _MNIST),
    Step("posterior", ("mnist-2d",), lambda model: model.latent_dim == 2),
    Step("elbo", _MNIST),
    Step("bernoulli", ("mnist-vae", "mnist-kingma", "digits-vae"), lambda model: model.likelihood == "bernoulli"),
    Step("beta", ()),
    Step("prior", ("mnist-2d", "scene3d-beta", "scene3d-vae"), lambda model: model.latent_dim > 1, False),
    Step("collapse", ("mnist-collapsed",), lambda model: model.likelihood == "gaussian"),
    Step("losses", None),
)

# A loss of another repository -> its squared error's KL weight, the values of an image, and the pixels' range.
_OTHERS = {
    "conv": (1.0, 32 * 32, (0.0, 1.0)),
    "today": (10 * 0.00025, 3 * 64 * 64, (0.0, 1.0)),
    "then": (10 * 144 / 162_770, 3 * 64 * 64, (-1.0, 1.0)),
    "posts": (10 * 128 / 4_096, 3 * 64 * 64, (-1.0, 1.0)),
}


def chosen(entries: Sequence[Entry], data_root: Path) -> dict[str, Any]:
    """Step -> name of its model, or None where none is fit.

    For `beta` two names, the plain VAE first; for `prior` up to three to choose from.
    """
    found: dict[str, Any] = {}
    entries = [entry for entry in entries if "draws" not in entry.header]  # its words are about images
    lacks = {entry.name: not _has_images(entry, data_root) for entry in entries}
    for step in STEPS:
        if step.models is None:
            continue
        fit = [entry for entry in entries if step.fits(TrainConfig.from_json(entry.header["config"]).model)]
        fit.sort(key=lambda entry, step=step: (step.needs_images and lacks[entry.name], *_rank(entry, step.models)))
        found[step.key] = fit[0].name if fit else None
        if step.key == "prior":
            found["prior"] = [entry.name for entry in fit[:3]] or None
    return found | {"beta": pair(sorted(entries, key=lambda entry: lacks[entry.name]))}


def pair(entries: Sequence[Entry]) -> list[str] | None:
    """Two models of the same data, `<dataset>-vae` and `<dataset>-beta` before any others; else None."""
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(entry.header["dataset"]["name"], []).append(entry.name)
    for dataset, names in groups.items():
        if {f"{dataset}-vae", f"{dataset}-beta"} <= set(names):
            return [f"{dataset}-vae", f"{dataset}-beta"]
    return next((names[:2] for names in groups.values() if len(names) > 1), None)


def others() -> list[dict[str, Any]]:
    """The effective beta of other repositories' losses, in our units and at sigma = 1: see `effective_beta`."""
    rows = [{"key": "examples", "pixels": 28 * 28, "weight": None, "beta": 1.0}]
    for key, (weight, pixels, span) in _OTHERS.items():
        beta = effective_beta(SquaredErrorLoss(weight), pixels, span)
        rows.append({"key": key, "pixels": pixels, "weight": weight, "beta": beta})
    return rows


def _has_images(entry: Entry, data_root: Path) -> bool:
    """As far as can be told without opening the model."""
    recorded = entry.header["dataset"]
    spec = DATASETS.get(recorded["name"])
    if spec is None:
        return find_gathered(recorded["name"], data_root) is not None
    return spec.version == recorded["version"] and spec.missing(data_root) is None


def _rank(entry: Entry, models: tuple[str, ...]) -> tuple[int, int]:
    place = models.index(entry.name) if entry.name in models else len(models)
    return place, math.prod(entry.header["config"]["model"]["shape"])
