"""What readings are worth, on images whose factors are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vae.data import Factor, ImageSet
from vae.evaluation.reader.embedding import codes_of, encode_factors, nearest
from vae.evaluation.reader.reading import read_off


def measured(
    network: nn.Module,
    factors: Sequence[Factor],
    test: ImageSet,
    rows: Tensor | None = None,
    through: Callable[[Tensor], Tensor] = lambda images: images,
) -> tuple[dict[str, Any], ...]:
    """What readings of known images are worth.

    Args:
        rows: (n,) the images to be read, all of them unless given.
        through: what is done to the images (n, C, H, W) uint8 before they are read, say a reconstruction.

    Returns:
        for each factor: "name"; "kind"; "r2", the share of the truth's variance that the readings explain, None where
        the factor is unordered; "accuracy", the share of images whose nearest value is the right one; "noise", the mean
        squared distance of the reading from the truth.
    """
    rows = torch.arange(len(test)) if rows is None else rows
    parts = [read_off(network, factors, through(test.batch(part))) for part in rows.split(500)]
    readings = [torch.cat(column) for column in zip(*parts, strict=True)]
    return held_against(factors, readings, codes_of(test)[rows])


def held_against(
    factors: Sequence[Factor], readings: Sequence[Tensor], codes: Tensor | np.ndarray
) -> tuple[dict[str, Any], ...]:
    """The figures of `measured` for readings, K tensors (n, E_k), of pictures whose true values are codes (n, K)."""
    truth = encode_factors(factors, codes)
    return tuple(
        _figures(factor, reading, places) for factor, reading, places in zip(factors, readings, truth, strict=True)
    )


def _figures(factor: Factor, reading: Tensor, truth: Tensor) -> dict[str, Any]:
    noise = float((reading - truth).double().square().sum(1).mean())
    variance = float(truth.double().var(0, correction=0).sum())
    right = nearest(factor, reading) == nearest(factor, truth)
    return {
        "name": factor.name,
        "kind": factor.kind,
        "r2": None if factor.kind == "unordered" or variance == 0 else 1 - noise / variance,
        "accuracy": float(right.mean()),
        "noise": noise,
    }
