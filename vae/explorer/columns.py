"""What the caller knows of the images: a class, and factors of variation, each as whole numbers with names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from vae.data import Factor
from vae.evaluation.metrics import BINS
from vae.explorer.pictures import ExploreError
from vae.system.messages import Sentence

MOST_VALUES = 256  # of a column that is no range of numbers


@dataclass(frozen=True)
class Column:
    """One value an image: `codes` (N,) int64, numbers of the values of the factor."""

    codes: np.ndarray
    factor: Factor
    binned: bool = False


@dataclass(frozen=True)
class Columns:
    """`classes` by `labels`, and the factors; what was assumed of them."""

    classes: Column | None
    factors: tuple[Column, ...]
    notes: tuple[Sentence, ...]


def read_columns(labels: Any, factors: Any, total: int, rows: np.ndarray) -> Columns:
    """The labels and factors of the images `rows` out of `total`.

    Args:
        labels: (total,) numbers or strings; numbers that are not whole, or too many, become a factor.
        factors: (total, K), (total,), or a mapping of names to (total,).

    Raises:
        ExploreError: they are of another length or shape, or not finite.
    """
    classes, found, notes = None, [], []
    if labels is not None:
        classes = _column("label", labels, total, rows)
        if classes.binned:
            found.append(classes)
            classes = None
    named = _by_name(factors)
    found += [_column(name, values, total, rows) for name, values in named.items()]
    if binned := [column.factor.name for column in found if column.binned]:
        notes.append(Sentence("explore.binned", names=binned, bins=BINS))
    if single := [column.factor.name for column in found if len(column.factor.values) == 1]:
        notes.append(Sentence("explore.single", names=single))
    return Columns(classes, tuple(found), tuple(notes))


def _by_name(factors: Any) -> dict[str, Any]:
    if factors is None:
        return {}
    if isinstance(factors, Mapping):
        return {str(name): values for name, values in factors.items()}
    table = _array("factors", factors)
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2:
        raise ExploreError("explore.factors", shape=str(table.shape))
    return {f"factor {k}": table[:, k] for k in range(table.shape[1])}


def _array(name: str, values: Any) -> np.ndarray:
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    found = np.asarray(values)
    if found.dtype.kind not in "biufUSO":
        raise ExploreError("explore.column_type", name=name, type=str(found.dtype))
    return found


def _column(name: str, values: Any, total: int, rows: np.ndarray) -> Column:
    values = _array(name, values)
    if values.shape != (total,):
        raise ExploreError("explore.length", name=name, shape=str(values.shape), n=total)
    values = values[rows]
    words = values.dtype.kind in "USO"
    if words:
        values = values.astype(str)
    elif values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ExploreError("explore.not_finite", name=name)
    distinct, codes = np.unique(values, return_inverse=True)
    codes = codes.reshape(-1).astype(np.int64)
    if words and len(distinct) > MOST_VALUES:
        raise ExploreError("explore.many_values", name=name, n=len(distinct), most=MOST_VALUES)
    whole = words or (distinct == np.floor(distinct)).all()
    if len(distinct) <= (MOST_VALUES if whole else BINS):
        names = tuple(str(value) if words else f"{value:g}" for value in distinct.tolist())
        return Column(codes, Factor(name, names, ordered=not words))
    edges = np.linspace(float(distinct[0]), float(distinct[-1]), BINS + 1)
    codes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, BINS - 1).astype(np.int64)
    names = tuple(f"{low:.3g} … {high:.3g}" for low, high in zip(edges[:-1], edges[1:], strict=True))
    return Column(codes, Factor(name, names), binned=True)
