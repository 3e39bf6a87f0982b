"""The spill meter: how much of what a latent changes in the decoded pictures is one factor, and how much is others.

The usual scores of disentanglement look at the encoder, at codes of given images. This one looks at the decoder: each
latent is swept, its pictures are read by a network that knows the factors (see `reader`), and what moved is counted.

A share by itself rewards omission: a decoder that moves one factor with one latent and leaves out all others spills
nothing. So the *coverage* stands beside it: the part of the factors that the latents move at all.

It sees no more than the reader does. Where a factor often cannot be told, as the orientation of a square, the noise
that is taken off is large, and what spills into that factor goes mostly unseen. How well the reader does on the
model's own reconstructions is measured along, for they are no real images; and what a fitted real image cannot
explain of them is seen by `synthesis`.
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
from vae.evaluation.reader import Reader, held_against, variance_of
from vae.latent.traversal import traverse

READABLE = 0.01  # summed change below which a sweep shows nothing; 1 is a factor that takes all its values
MOVED = 0.1  # change, of all latents together, from which a factor counts as moved
STARTS = 200  # images that a model's latents are swept from
STOPS = 9  # of a sweep: both `ENDS`, and between them one at random in each of as many equal parts
ENDS = (0.01, 0.99)  # quantiles of all codes
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
        change: (R, K) mean squared change of each factor's reading along the sweep, the reader's noise taken off, over
            that of a factor that takes all its values (the `scales` of `spill`); mean over the start images.
        share: (R,) the part of all change that lies in `factor`, mean over the start images that show any: 1 where a
            latent moves one factor, 1/K where all move alike. NaN where nothing readable changes, and throughout where
            there is but one factor (the class), of which any change would be all.
        spread: (R,) standard deviation of that part over the start images; NaN where share is.
        factor: (R,) the factor with the largest change, -1 where nothing readable changes.
        overall: mean share over the latents that have one; NaN where none has.
        overall_spread: standard deviation over the start images of their own mean share over these latents.
        moved: (K,) the change of each factor by all latents together.
        coverage: the part of the factors whose change reaches `MOVED`; without it the shares mean little.
    """

    dims: np.ndarray
    change: np.ndarray
    share: np.ndarray
    spread: np.ndarray
    factor: np.ndarray
    overall: float
    overall_spread: float
    moved: np.ndarray
    coverage: float


def spill(
    decode: Callable[[Tensor], Tensor],
    reader: Reads,
    starts: Tensor | np.ndarray,
    dims: Sequence[int],
    values: Tensor | np.ndarray,
    progress: Progress = lambda stage, done, total: None,
    scales: np.ndarray | None = None,
) -> Spill:
    """Sweeps each latent from every start and counts what the reader sees change.

    Args:
        decode: (m, D) float32 -> pictures (m, C, H, W), float in [0, 1] or uint8, as `Model.decode`.
        starts: (n, D) latent vectors, best the encodings of real images: sweeps elsewhere leave the data behind.
        dims: R latents.
        values: (S,), (R, S) or (n, R, S), where each latent is put, from each start; at least two.
        progress: told ("spill", pictures done, pictures in all).
        scales: (K,) what a change of 1 is for each factor; without them every factor counts as it is embedded.

    Raises:
        ValueError: no start, no latent, fewer than two values, or shapes that do not fit.
    """
    starts = torch.as_tensor(starts, dtype=torch.float32)
    dims = np.asarray(dims, dtype=np.int64)
    values = torch.as_tensor(values, dtype=torch.float32)
    values = values.expand(len(dims), -1) if values.ndim == 1 else values
    values = values.expand(len(starts), -1, -1) if values.ndim == 2 else values
    if starts.ndim != 2 or not len(starts) or not len(dims):
        raise ValueError(f"needed are starts (n, D) and latents, not {tuple(starts.shape)} and {len(dims)} latents")
    if values.ndim != 3 or values.shape[2] < 2 or len(values) != len(starts):
        raise ValueError(f"a sweep needs at least two values, not {tuple(values.shape)}")
    changes = np.concatenate(list(_changes(decode, reader, starts, dims, values, progress)))
    return summary(dims, changes if scales is None else changes / scales)


def _changes(
    decode: Callable[[Tensor], Tensor],
    reader: Reads,
    starts: Tensor,
    dims: np.ndarray,
    values: Tensor,
    progress: Progress,
) -> Iterator[np.ndarray]:
    """(b, R, K) for some starts after the other: how far readings stray along each sweep, noise taken off."""
    per_start, done = values[0].numel(), 0
    at_once = max(1, _AT_ONCE // per_start)
    for part, places in zip(starts.split(at_once), values.split(at_once), strict=True):
        sweeps = [traverse(start, dims.tolist(), stops) for start, stops in zip(part, places, strict=True)]
        z = torch.stack(sweeps)  # (b, R, S, D)
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
    moved = change.sum(0)
    return Spill(
        dims=dims,
        change=change,
        share=mean,
        spread=spread,
        factor=np.where(readable, factor, -1),
        overall=float(mean[told].mean()) if told.any() else float("nan"),
        overall_spread=float(per_start.std()) if told.any() else float("nan"),
        moved=moved,
        coverage=float((moved >= MOVED).mean()),
    )


def stops(mu: np.ndarray, dims: Sequence[int], starts: int, seed: int = 0) -> np.ndarray:
    """Where each latent is put from each start, (starts, R, STOPS) float32, rising: quantiles of all codes mu (N, D).

    Those between the ends are drawn anew for each start. Fixed ones are blind to what returns between them, as the
    sprite that turns by a right angle from one stop to the next.
    """
    inner, (low, high) = STOPS - 2, ENDS
    drawn = np.random.default_rng(seed).random((starts, len(dims), inner))
    levels = np.pad(
        (np.arange(inner) + drawn) / inner, ((0, 0), (0, 0), (1, 1)), constant_values=((0, 0), (0, 0), (0, 1))
    )
    levels = low + (high - low) * levels
    columns = [np.quantile(mu[:, dim], levels[:, row]) for row, dim in enumerate(dims)]
    return np.stack(columns, axis=1).astype(np.float32)


def measure_spill(
    decode: Callable[[Tensor], Tensor],
    reader: Reader,
    mu: np.ndarray,
    kl: np.ndarray,
    progress: Progress = lambda stage, done, total: None,
    codes: np.ndarray | None = None,
) -> dict[str, Any] | None:
    """The spill of a model's latents in use as plain values, from 200 of its codes and from 1 % to 99 % of all of them.

    Args:
        mu: (N, D) posterior means of test images. kl: (D,) mean KL of each latent in nats.
        codes: (N, K) the true values of the factors of these images, where they are at hand.

    Returns:
        "overall", "overall_spread" and "coverage"; "factors": for each {"name", "moved", "accuracy", "r2"}, the last
        two those of the reader on the model's own reconstructions of the 200 images, see `reader.measured`, None
        without `codes`; and "dims": for each latent {"dim", "share", "spread", "factor", "change"}, where `factor` is
        its name. None stands for what is not defined. None altogether where no latent is in use.
    """
    dims = awake(kl).tolist()
    if not dims:
        return None
    rows = np.unique(np.linspace(0, len(mu) - 1, STARTS).round().astype(int))
    scales = np.array([max(variance_of(factor), 1e-6) for factor in reader.factors])  # of one value there is none
    found = spill(decode, reader, mu[rows], dims, stops(mu, dims, len(rows)), progress, scales)
    names = [factor.name for factor in reader.factors]
    worth: Sequence[dict[str, Any]] = [{}] * len(names)
    if codes is not None:
        worth = held_against(reader.factors, reader.read(decode(torch.from_numpy(mu[rows]).float())), codes[rows])
    columns = zip(found.dims, found.share, found.spread, found.factor, found.change, strict=True)
    return {
        "overall": _plain(found.overall),
        "overall_spread": _plain(found.overall_spread),
        "coverage": _plain(found.coverage),
        "factors": [
            {"name": name, "moved": _plain(moved), **{key: _plain(figures.get(key)) for key in ("accuracy", "r2")}}
            for name, moved, figures in zip(names, found.moved, worth, strict=True)
        ],
        "dims": [
            {
                "dim": int(dim),
                "share": _plain(share),
                "spread": _plain(spread),
                "factor": None if factor < 0 else names[factor],
                "change": [_plain(value) for value in change],
            }
            for dim, share, spread, factor, change in columns
        ],
    }


NOTHING_MOVES: dict[str, Any] = {"overall": None, "overall_spread": None, "coverage": 0.0, "factors": [], "dims": []}


def is_recorded(found: Any, dims: int, factors: Sequence[str]) -> bool:
    """Is it what `measure_spill` gives for a model with so many latents? A file may claim anything, or be an old one:
    then it is measured anew.
    """

    def number(value: Any) -> bool:
        return value is None or (isinstance(value, float) and np.isfinite(value)) or value in (0, 1)

    def latent(row: Any) -> bool:
        whole = isinstance(row, dict) and set(row) == {"dim", "share", "spread", "factor", "change"}
        whole = whole and type(row["dim"]) is int and 0 <= row["dim"] < dims and isinstance(row["change"], list)
        named = whole and (row["factor"] is None or row["factor"] in factors) and len(row["change"]) == len(factors)
        return named and all(map(number, (row["share"], row["spread"], *row["change"])))

    def moved(row: Any, name: str) -> bool:
        whole = isinstance(row, dict) and set(row) == {"name", "moved", "accuracy", "r2"} and row["name"] == name
        return whole and all(number(row[key]) for key in ("moved", "accuracy", "r2"))

    figures = {"overall", "overall_spread", "coverage"}
    if not isinstance(found, dict) or set(found) != figures | {"factors", "dims"}:
        return False
    rows, moves = found["dims"], found["factors"]
    if not isinstance(rows, list) or not isinstance(moves, list) or len(rows) > dims or len(moves) != len(factors):
        return False
    good = all(number(found[key]) for key in figures) and all(latent(row) for row in rows)
    return good and all(moved(row, name) for row, name in zip(moves, factors, strict=True))


def _plain(value: float | None) -> float | None:
    """Four decimals; None for what is no number."""
    return round(float(value), 4) if value is not None and np.isfinite(value) else None
