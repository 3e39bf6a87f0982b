"""What the shipped readers read off the test images, measured anew, and off reconstructions; asserts nothing.

PYTHONPATH=. python tests/bench/reading.py [--data DIR] [--images 2000]

A reader learned from real images, sharp and blurred. Reconstructions are neither: where their row falls far below that
of the test images, either the model lost the factor or the reader does not see through its blur.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae.checkpoints import checkpoint
from vae.data import DATASETS, DataError, ImageSet, default_root, load, scene3d, sprites
from vae.evaluation.reader import Reader, measured, reader_of
from vae.evaluation.spill import spill

DRAWN = {"scene3d": scene3d.draw, "sprites": sprites.draw}
RECONSTRUCTED = ("scene3d-beta", "scene3d-vae")
STARTS, STEPS = 200, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=default_root())
    parser.add_argument("--images", type=int, default=2000, help="of which reconstructions are read")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'pictures':<28}{'factor':<14}{'R²':>8}{'right':>8}{'noise':>10}")
    for name in DATASETS:
        reader = reader_of(name)
        if reader is None:
            continue
        try:
            test = load(name, "test", arguments.data, fetch=False)
        except DataError as error:
            print(error)
            continue
        started = time.process_time()
        report(f"{name} test", reader, test, range(len(test)), lambda images: images)
        print(
            f"{len(test) / (time.process_time() - started):,.0f} images read in a second of one core, drawing included"
        )
    for name, draw in DRAWN.items():
        rendered(name, draw, load(name, "test", arguments.data))
    for name in RECONSTRUCTED:
        compare(name, load("scene3d", "test", arguments.data), arguments.images)


def compare(name: str, test: ImageSet, count: int) -> None:
    """A model's reconstructions, and its spill with the time that it takes."""
    model, reader = checkpoint.load(name), reader_of(test.name)
    rows = model.index[np.linspace(0, len(model.index) - 1, count).astype(int)]  # they come in order of the factors
    report(f"{name} reconstructed", reader, test, rows, lambda images: model.decode(model.encode(images)[0]))
    dims = np.flatnonzero(model.stats["kl"] > 0.1)
    values = model.stats["mu_quantiles"][::2, dims].T  # at the levels of vae.evaluation.spill
    spilt(name, model.decode, reader, _evenly(model.mu), dims, values)


def rendered(name: str, draw: Callable[[Tensor], Tensor], test: ImageSet) -> None:
    """A decoder without any spill: latent k is the place of factor k in its row."""
    last = torch.tensor([len(factor.values) - 1 for factor in test.spec.factors])
    starts, dims = _evenly(test.factors) / last.numpy(), np.arange(len(last))
    values = np.tile(np.linspace(0, 1, STEPS), (len(dims), 1))
    spilt(f"{name}, rendered", lambda z: draw((z * last).round().long()), reader_of(name), starts, dims, values)


def spilt(
    title: str,
    decode: Callable[[Tensor], Tensor],
    reader: Reader,
    starts: np.ndarray,
    dims: np.ndarray,
    values: np.ndarray,
) -> None:
    started = time.process_time()
    found = spill(decode, reader, starts, dims, values)
    seconds, pictures = time.process_time() - started, len(starts) * values.size
    print(
        f"{title}: {found.overall:.1%} ± {found.overall_spread:.1%} of what a latent changes is one factor; "
        f"{pictures:,} pictures in {seconds:.1f} s of one core"
    )


def _evenly(rows: np.ndarray) -> np.ndarray:
    return rows[np.linspace(0, len(rows) - 1, STARTS).astype(int)]


def report(
    title: str, reader: Reader, test: ImageSet, rows: Sequence[int], through: Callable[[Tensor], Tensor]
) -> None:
    for row in measured(reader.network, reader.factors, test, torch.as_tensor(rows), through):
        r2 = "–" if row["r2"] is None else f"{row['r2']:.4f}"
        print(f"{title:<28}{row['name']:<14}{r2:>8}{row['accuracy']:>8.4f}{row['noise']:>10.2g}")


if __name__ == "__main__":
    main()
