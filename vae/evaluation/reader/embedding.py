"""Where the values of a factor lie: points of an embedding whose ends are at distance 1.

- ordered: one number in [0, 1], the value's place in the row;
- cyclic: (cos, sin) / 2 of the value's angle, whose diameter is 1; nearer to the centre, the less can be told;
- unordered, and classes: the probabilities of the values over the square root of 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from vae.data import DataError, Factor, ImageSet


def factors_of(data: ImageSet) -> tuple[Factor, ...]:
    """What there is to read: the data set's factors, else its classes as the one factor "class".

    Raises:
        DataError: neither is known.
    """
    if data.spec.factors:
        return data.spec.factors
    if data.labels is None:
        raise DataError("data.nothing_to_read", name=data.name)
    names = data.label_names or tuple(str(label) for label in range(int(data.labels.max()) + 1))
    return (Factor("class", tuple(names), ordered=False),)


def codes_of(data: ImageSet) -> Tensor:
    """The true values that belong to `factors_of`: (N, K) int64."""
    return torch.from_numpy(data.factors if data.spec.factors else data.labels[:, None]).long()


def encode_factors(factors: Sequence[Factor], codes: Tensor | np.ndarray) -> list[Tensor]:
    """Where the readings of known values belong.

    Args:
        codes: (n, K) int, places in the factors' `values`.

    Returns:
        K float32 tensors as `Reader.read` gives them.

    Raises:
        ValueError: another number of columns.
    """
    codes = torch.as_tensor(codes)
    if codes.ndim != 2 or codes.shape[1] != len(factors):
        raise ValueError(f"codes must be (n, {len(factors)}), not {tuple(codes.shape)}")
    return [places_of(factor)[column] for factor, column in zip(factors, codes.long().unbind(1), strict=True)]


def places_of(factor: Factor) -> Tensor:
    """(V, E) float32, the embedding of each value."""
    count = len(factor.values)
    if factor.kind == "unordered":
        return torch.eye(count) / math.sqrt(2)
    row = torch.arange(count) / max(count - 1, 1)
    if factor.kind == "ordered":
        return row[:, None]
    angle = 2 * math.pi * row
    return torch.stack((angle.cos(), angle.sin()), dim=1) / 2


def variance_of(factor: Factor) -> float:
    """The variance of readings when all values of the factor are as likely: what a whole turn of it moves."""
    return float(places_of(factor).double().var(0, correction=0).sum())


def width_of(factor: Factor) -> int:
    """How many numbers a reading of the factor has."""
    return places_of(factor).shape[1]


def nearest(factor: Factor, reading: Tensor) -> np.ndarray:
    """The value next to each reading (n, E), int64 (n,); both ends of a cyclic factor are 0."""
    places = places_of(factor)
    if factor.kind == "cyclic":
        places = places[:-1]
    return torch.cdist(reading.float(), places).argmin(1).numpy()


def split_by_factor(factors: Sequence[Factor], output: Tensor) -> tuple[Tensor, ...]:
    """The network's output, cut into factors."""
    return output.split([width_of(factor) for factor in factors], dim=1)


def confined(factor: Factor, part: Tensor) -> Tensor:
    """A factor's part (n, E) of the output, held to where values can lie: the row, the disc, or probabilities."""
    if factor.kind == "ordered":
        return part.clamp(0, 1)
    if factor.kind == "cyclic":
        return part / (2 * part.norm(dim=1, keepdim=True)).clamp_min(1)
    return part.softmax(1) / math.sqrt(2)
