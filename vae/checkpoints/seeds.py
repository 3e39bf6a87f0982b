"""Trainings of one recipe held against each other: UDR among them, and the range of their scores over the seeds.

One training says little: scores of the same recipe differ more from seed to seed than recipes do from each other
(Locatello et al. 2019, arXiv:1811.12359). Who ships or shows one of several says here which there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vae.checkpoints.checkpoint import Model
from vae.evaluation.header_figures import number
from vae.evaluation.metrics import udr
from vae.system import safetensors_file
from vae.system.safetensors_file import CheckpointError

SCORED = ("neg_elbo", "mig_sampled", "mig", "mig_in_use", "dci_disentanglement")  # beside the UDR of each training
LEAST_COMMON = 20  # images that all files must hold codes of


def runs(models: Sequence[Model]) -> list[dict[str, Any]]:
    """Each training with its UDR among all of them and its recorded scores, in the order given.

    The codes compared are those of the test images that all files hold. No factor and no label is looked at.

    Returns:
        for each {"name", "seed", "udr"} and the figures `SCORED`, None where its file has none.

    Raises:
        CheckpointError: fewer than two models, the same one twice, or models of different images or of none.
    """
    if len(models) < 2:
        raise CheckpointError("checkpoint.udr_alone", file=models[0].path if models else "udr")
    for model in models:
        if model.draws is not None:  # each draws from its own prior, whatever the files call their data
            raise CheckpointError("checkpoint.no_images", file=model.path)
    first = models[0]
    index = first.index
    for model in models[1:]:
        for key in ("name", "version"):
            if model.header["dataset"][key] != first.header["dataset"][key]:
                raise CheckpointError("checkpoint.udr_data", file=model.path, other=first.path.name)
        index = np.intersect1d(index, model.index, assume_unique=True)
    if len(index) < LEAST_COMMON:
        raise CheckpointError("checkpoint.udr_data", file=models[-1].path, other=first.path.name)
    paths = [model.path.resolve() for model in models]
    for path in paths:
        if paths.count(path) > 1:
            raise CheckpointError("checkpoint.udr_twice", file=path)
    codes = [model.mu[np.searchsorted(model.index, index)] for model in models]
    ranking = udr(codes, [model.stats["kl"] for model in models])
    return [
        {"name": model.path.stem, "seed": model.header["seed"], "udr": round(float(score), 4)}
        | {key: model.header["metrics"].get(key) for key in SCORED}
        for model, score in zip(models, ranking, strict=True)
    ]


def record_runs(paths: Sequence[Path], found: list[dict[str, Any]]) -> None:
    """Writes what `runs` has found into the header of each file, under "seeds"; tensors stay as they are.

    Raises:
        CheckpointError: a file cannot be written.
    """
    for path in paths:
        tensors, header = safetensors_file.read(path)
        safetensors_file.write(path, tensors, header | {"seeds": found})


def spread_over_seeds(header: dict[str, Any], key: str) -> tuple[float, float] | None:
    """Lowest and highest figure of the recorded trainings of this recipe; None where fewer than two are recorded."""
    found = header.get("seeds")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    values = [value for row in rows if (value := number(row.get(key))) is not None]
    return (float(min(values)), float(max(values))) if len(values) > 1 else None
