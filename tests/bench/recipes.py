"""The search for a recipe: the same number of tries for the VAE and for the beta-VAE, on seeds that nothing ships.

PYTHONPATH=. nice -n 19 python tests/bench/recipes.py DATASET --out FILE [--only NAME …] [--seeds 100 101 102]

Trains every recipe on the training images but 10,000, and measures it on those. A line of JSON each goes to --out; what
stands there is not trained again, and a training that was interrupted goes on from the snapshot beside it. Prints the
medians of what is there.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from vae.config import ModelConfig, ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig
from vae.data import DATASETS, ImageSet, Subset, load
from vae.evaluation.bound import encode_split
from vae.evaluation.metrics.information import gaps, mig
from vae.evaluation.metrics.information import mutual_information as information
from vae.models.weights import rounded
from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState

HELD_BACK = 10_000  # training images on which recipes are compared
SHARES = (0, 0.0625, 0.1, 0.775, 0.85)  # of all steps, at which beta's path bends: the room's


def plain(dataset: str, steps: int, batch: int = 16, lr: float = 1e-3, decay: float = 0.2) -> TrainConfig:
    """A VAE."""
    return TrainConfig(
        dataset,
        ModelConfig(shape=DATASETS[dataset].shape, latent_dim=10, width=32),
        ObjectiveConfig("vae"),
        ScheduleConfig(decay_fraction=decay),
        TrainingConfig(steps=steps, batch_size=batch, lr=lr),
    )


def path(base: TrainConfig, low: float, high: float, end: float, shares: tuple[float, ...] = SHARES) -> TrainConfig:
    """A beta-VAE whose beta is low until factors have woken latents, high for turning them apart, and low again."""
    steps = [round(share * base.training.steps) for share in shares]
    knots = tuple(zip(steps, (low, low, high, high, end), strict=True))
    schedule = replace(base.schedule, beta_knots=knots)
    return replace(base, objective=ObjectiveConfig("beta_h", beta=end), schedule=schedule)


def constant(base: TrainConfig, beta: float) -> TrainConfig:
    return replace(base, objective=ObjectiveConfig("beta_h", beta=beta))


def recipes(dataset: str, steps: int) -> dict[str, TrainConfig]:
    """By name, as many for "vae" as for "beta". A beta counts for as much at 32×32 as four times that at 64×64."""
    base, scale = plain(dataset, steps), math.prod(DATASETS[dataset].shape[1:]) / 64**2
    late = (0, 0.2, 0.25, 0.775, 0.85)
    return {
        "vae": base,
        "vae, lr 0.0005": plain(dataset, steps, lr=5e-4),
        "vae, half the steps of 32": plain(dataset, steps // 2, batch=32),
        "vae, decay 0.5": plain(dataset, steps, decay=0.5),
        "beta 1.5, 13, 4": path(base, 1.5 * scale, 13 * scale, 4 * scale),
        "beta 2.4, 16, 5": path(base, 2.4 * scale, 16 * scale, 5 * scale),
        "beta 1.5, 24, 4": path(base, 1.5 * scale, 24 * scale, 4 * scale),
        "beta 1.5, 13, 4, woken longer": path(base, 1.5 * scale, 13 * scale, 4 * scale, late),
    }


def constants(dataset: str, steps: int) -> dict[str, TrainConfig]:
    """The rows of the README that no path belongs to."""
    scale = math.prod(DATASETS[dataset].shape[1:]) / 64**2
    return {f"constant {beta}": constant(plain(dataset, steps), beta * scale) for beta in (2, 4, 8, 16)}


def trained(config: TrainConfig, data: ImageSet, resume: Path) -> TrainState:
    """A finished training; it leaves a snapshot every minute."""
    state = snapshot.load(resume) if resume.exists() else TrainState.fresh(config)
    saved = time.monotonic()
    for _ in train(state, data, every=500):
        if time.monotonic() - saved > 60:
            snapshot.save(state, resume)
            saved = time.monotonic()
    return state


def measured(state: TrainState, held_back: ImageSet) -> dict[str, object]:
    """What the choice is made by, and what else is worth a look."""
    encoded = encode_split(rounded(state.model), held_back, torch.Generator().manual_seed(0))
    codes, factors = encoded.mu.numpy(), held_back.factors
    shared = information(codes, factors)
    order = np.sort(shared, axis=0)[::-1]
    names = [factor.name for factor in held_back.spec.factors]
    own = len(set(shared.argmax(0).tolist())) == len(names)
    return {
        "mig": mig(codes, factors),
        "gaps": dict(zip(names, np.round(gaps(codes, factors), 3).tolist(), strict=True)),
        "owner": dict(zip(names, shared.argmax(0).tolist(), strict=True)),
        "second": dict(zip(names, np.round(order[1] / np.maximum(order[0], 1e-9), 3).tolist(), strict=True)),
        "own latents": bool(own and (order[1] < 0.5 * order[0]).all()),
        "neg_elbo": encoded.neg_elbo,
        "kl_per_dim": np.round(encoded.kl.mean(0).numpy(), 3).tolist(),
        "seconds": round(state.seconds),
    }


def lines(out: Path) -> Iterator[dict]:
    yield from (json.loads(line) for line in out.read_text().splitlines()) if out.exists() else ()


def report(out: Path) -> None:
    found: dict[str, list[dict]] = {}
    for line in lines(out):
        found.setdefault(line["recipe"], []).append(line)
    for name, runs in found.items():
        migs = [run["mig"] for run in runs]
        bound = statistics.median(run["neg_elbo"] for run in runs)
        apart = sum(run["own latents"] for run in runs)
        print(
            f"{name}: MIG median {statistics.median(migs):.3f} ({', '.join(f'{each:.3f}' for each in migs)}), −ELBO "
            f"{bound:,.1f}, every factor on a latent of its own in {apart} of {len(runs)}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", choices=[name for name, spec in DATASETS.items() if spec.factors])
    parser.add_argument("--steps", type=int, default=40_000, help="of 16 images")
    parser.add_argument("--seeds", type=int, nargs="*", default=[100, 101, 102])
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--constants", action="store_true", help="constant betas in place of the recipes")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    whole = load(arguments.dataset, "train")
    order = np.random.default_rng(0).permutation(len(whole))
    learned, held_back = Subset(whole, np.sort(order[HELD_BACK:])), Subset(whole, np.sort(order[:HELD_BACK]))
    tried = (constants if arguments.constants else recipes)(arguments.dataset, arguments.steps)
    for seed in arguments.seeds:
        for name, config in tried.items():
            key = {"dataset": arguments.dataset, "recipe": name, "seed": seed, "steps": arguments.steps}
            there = any(all(line[part] == value for part, value in key.items()) for line in lines(arguments.out))
            if there or (arguments.only and name not in arguments.only):
                continue
            config = replace(config, training=replace(config.training, seed=seed))
            resume = arguments.out.with_suffix(f".{len(list(lines(arguments.out)))}.resume")
            state = trained(config, learned, resume)
            with arguments.out.open("a") as file:
                file.write(json.dumps(key | measured(state, held_back)) + "\n")
            resume.unlink(missing_ok=True)
    report(arguments.out)


if __name__ == "__main__":
    main()
