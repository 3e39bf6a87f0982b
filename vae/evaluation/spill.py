"""The spill meter: how much of what a latent changes in the decoded pictures is one factor, and how much is others.

The usual scores of disentanglement look at the encoder, at codes of given images. This one looks at the decoder: each
latent is swept, its pictures are read by a network that knows the factors (see `reader`), and what moved is counted.

It sees no more than the reader does. Where a factor often cannot be told, as the orientation of a square, the noise
that is taken off is large, and what spills into that factor goes mostly unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from vae.data import Factor
from vae.evaluation.latent_use import awake
from vae.latent.traversal import traverse

READABLE = 1e-3  # summed change below which a sweep shows nothing; a factor's whole row has about 0.1
STARTS = 200  # images that a model's latents are swept from
LEVELS = (0.01, 0.15, 0.5, 0.85, 0.99)  # quantiles of all codes that a sweep stops at
_AT_ONCE = 64  # pictures decoded together: large batches fall out of a core's cache

Progress = Callable[[str, int, int], object]


class Reads(Protocol):
    """What is asked of a reader."""

    @property
    def factors(self) -> Sequence[Factor]: ...

    @property
    def noise(self) -> np.ndarray: ...

    def read(self, images: Tensor) -> list[Tensor]: ...


@dataclass(frozen=True)
class Spill:
    """What R swept latents change of K factors.

    Attributes:
        dims: (R,) the latents.
        change: (R, K) mean squared change of each factor's reading along the sweep, the reader's noise taken off; mean
            over the start images.
        share: (R,) the part of all change that lies in `factor`, mean over the start images that show any: 1 where a
            latent moves one factor, 1/K where all move alike. NaN where nothing readable changes, and throughout where
            there is but one factor (the class), of which any change would be all.
        spread: (R,) standard deviation of that part over the start images; NaN where share is.
        factor: (R,) the factor with the largest change, -1 where nothing readable changes.
        overall: mean share over the latents that have one; NaN where none has.
        overall_spread: standard deviation over the start images of their own mean share over these latents.
    """

    dims: np.ndarray
    change: np.ndarray
    share: np.ndarray
    spread: np.ndarray
    factor: np.ndarray
    overall: float
    overall_spread: float


def spill(
    decode: Callable[[Tensor], Tensor],
    reader: Reads,
    starts: Tensor | np.ndarray,
    dims: Sequence[int],
    values: Tensor | np.ndarray,
    progress: Progress = lambda stage, done, total: None,
) -> Spill:
    """Sweeps each latent from every start and counts what the reader sees change.

    Args:
        decode: (m, D) float32 -> pictures (m, C, H, W), float in [0, 1] or uint8, as `Model.decode`.
        starts: (n, D) latent vectors, best the encodings of real images: sweeps elsewhere leave the data behind.
        dims: R latents.
        values: (S,) or (R, S), where each latent is put; at least two.
        progress: told ("spill", pictures done, pictures in all).

    Raises:
        ValueError: no start, no latent, fewer than two values, or shapes that do not fit.
    """
    starts = torch.as_tensor(starts, dtype=torch.float32)
    dims = np.asarray(dims, dtype=np.int64)
    values = torch.as_tensor(values, dtype=torch.float32)
    values = values.expand(len(dims), -1) if values.ndim == 1 else values
    if starts.ndim != 2 or not len(starts) or not len(dims):
        raise ValueError(f"needed are starts (n, D) and latents, not {tuple(starts.shape)} and {len(dims)} latents")
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError(f"a sweep needs at least two values, not {tuple(values.shape)}")
    return summary(dims, np.concatenate(list(_changes(decode, reader, starts, dims, values, progress))))


def _changes(
    decode: Callable[[Tensor], Tensor],
    reader: Reads,
    starts: Tensor,
    dims: np.ndarray,
    values: Tensor,
    progress: Progress,
) -> Iterator[np.ndarray]:
    """(b, R, K) for some starts after the other: how far readings stray along each sweep, noise taken off."""
    per_start = values.numel()
    parts, done = starts.split(max(1, _AT_ONCE // per_start)), 0
    for part in parts:
        z = torch.stack([traverse(start, dims.tolist(), values) for start in part])  # (b, R, S, D)
        readings = [reader.read(decode(few)) for few in z.flatten(0, 2).split(_AT_ONCE)]
        whole = [torch.cat(factor).unflatten(0, z.shape[:3]) for factor in zip(*readings, strict=True)]
        yield strayed(whole, reader.noise)
        done += len(part) * per_start
        progress("spill", done, len(starts) * per_start)


def strayed(readings: Sequence[Tensor], noise: np.ndarray) -> np.ndarray:
    """Variance of readings along a sweep, without the part that a reader's error alone would make.

    Errors that differ from picture to picture have (S - 1) / S of their mean square as variance over S pictures;
    errors that stay the same along a sweep have none, so that this takes off rather too much than too little.

    Args:
        readings: K tensors (..., S, E_k). noise: (K,) mean squared distance of a reading from the truth.

    Returns:
        (..., K) float64, at least 0.
    """
    variance = [reading.double().var(-2, correction=0).sum(-1).numpy() for reading in readings]
    steps = readings[0].shape[-2]
    return np.maximum(np.stack(variance, axis=-1) - np.asarray(noise) * (steps - 1) / steps, 0)


def summary(dims: np.ndarray, changes: np.ndarray) -> Spill:
    """The figures of `Spill` from the changes (n, R, K) of every start, noise already taken off."""
    change, total = changes.mean(0), changes.sum(2)
    readable = change.sum(1) >= READABLE  # (R,)
    counts = (total >= READABLE) & readable & (changes.shape[2] > 1)  # (n, R)
    factor = change.argmax(1)  # one for all starts: a latent that moves another factor from each start spills, too
    own = changes[:, np.arange(len(dims)), factor]
    share = np.where(counts, own / np.where(counts, total, 1), np.nan)
    told = counts.any(0)
    mean, spread = (np.full(len(dims), np.nan) for _ in range(2))
    mean[told], spread[told] = np.nanmean(share[:, told], axis=0), np.nanstd(share[:, told], axis=0)
    per_start = np.nanmean(share[counts.any(1)], axis=1)
    return Spill(
        dims=dims,
        change=change,
        share=mean,
        spread=spread,
        factor=np.where(readable, factor, -1),
        overall=float(mean[told].mean()) if told.any() else float("nan"),
        overall_spread=float(per_start.std()) if told.any() else float("nan"),
    )


def measure_spill(
    decode: Callable[[Tensor], Tensor],
    reader: Reads,
    mu: np.ndarray,
    kl: np.ndarray,
    progress: Progress = lambda stage, done, total: None,
) -> dict[str, Any] | None:
    """The spill of a model's latents in use as plain values, from 200 of its codes and from 1 % to 99 % of all of them.

    Args:
        mu: (N, D) posterior means of test images. kl: (D,) mean KL of each latent in nats.

    Returns:
        "overall" and "overall_spread", and "dims": for each latent {"dim", "share", "spread", "factor", "change"},
        where `factor` is its name; None stands for what is not defined. None where no latent is in use.
    """
    dims = awake(kl).tolist()
    if not dims:
        return None
    starts = mu[np.unique(np.linspace(0, len(mu) - 1, STARTS).round().astype(int))]
    values = np.quantile(mu, LEVELS, axis=0)[:, dims].T.astype(np.float32)
    found = spill(decode, reader, starts, dims, values, progress)
    names = [factor.name for factor in reader.factors]
    rows = zip(found.dims, found.share, found.spread, found.factor, found.change, strict=True)
    return {
        "overall": _plain(found.overall),
        "overall_spread": _plain(found.overall_spread),
        "dims": [
            {
                "dim": int(dim),
                "share": _plain(share),
                "spread": _plain(spread),
                "factor": None if factor < 0 else names[factor],
                "change": [_plain(value) for value in change],
            }
            for dim, share, spread, factor, change in rows
        ],
    }


def is_recorded(found: Any, dims: int, factors: Sequence[str]) -> bool:
    """Is it what `measure_spill` gives for a model with so many latents? A file may claim anything."""

    def share(value: Any) -> bool:
        return value is None or (isinstance(value, float) and np.isfinite(value)) or value in (0, 1)

    def row(each: Any) -> bool:
        whole = isinstance(each, dict) and set(each) == {"dim", "share", "spread", "factor", "change"}
        whole = whole and type(each["dim"]) is int and 0 <= each["dim"] < dims and isinstance(each["change"], list)
        known = whole and (each["factor"] is None or each["factor"] in factors) and len(each["change"]) == len(factors)
        return known and all(share(value) for value in (each["share"], each["spread"], *each["change"]))

    whole = isinstance(found, dict) and set(found) == {"overall", "overall_spread", "dims"}
    rows = found["dims"] if whole else None
    good = whole and share(found["overall"]) and share(found["overall_spread"])
    return good and isinstance(rows, list) and len(rows) <= dims and all(row(each) for each in rows)


def _plain(value: float) -> float | None:
    """Four decimals; None for what is no number."""
    return round(float(value), 4) if np.isfinite(value) else None
