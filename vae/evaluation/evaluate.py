"""What a model reaches on the test split: the keys of `python -m vae evaluate --json`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.data import ImageSet
from vae.evaluation.baselines import pca_codes, untrained_posteriors
from vae.evaluation.bound import Encodings, encode_split, importance_weighted_bound
from vae.evaluation.distortion_floor import floor_of
from vae.evaluation.latent_use import awake
from vae.evaluation.metrics import (
    active_units,
    aggregate_posterior,
    beta_vae_score,
    dci,
    factor_vae_score,
    marks,
    mig,
    modularity,
    sap,
)
from vae.evaluation.metrics.information import mig_in_use, sampled
from vae.evaluation.reader import codes_of, reader_of
from vae.evaluation.spill import measure_spill
from vae.evaluation.synthesis import measure_synthesis
from vae.images import from_output, to_float
from vae.models.posterior import Posterior, kl_to_prior
from vae.models.vae import VAE
from vae.system.safetensors_file import CheckpointError

Progress = Callable[[str, int, int], object]
Measure = Callable[[np.ndarray, np.ndarray, int], tuple[float, ...]]

SEEDS = (0, 1, 2)
BESIDE = ("perfect", "rotated", "noise", "pca", "untrained")
_BOUND_IMAGES, _BOUND_SAMPLES, _BOUND_BATCH = 1_000, 64, 250

# Names of scores -> codes (N, D), factors (N, K), seed -> their values; and whether the seed moves them.
MEASURES: dict[tuple[str, ...], tuple[Measure, bool]] = {
    ("mig",): (lambda codes, factors, seed: (mig(codes, factors),), False),
    ("dci_disentanglement", "dci_completeness", "dci_informativeness"): (
        lambda codes, factors, seed: dci(codes, factors, seed=seed),
        True,
    ),
    ("sap",): (lambda codes, factors, seed: (sap(codes, factors, seed=seed),), True),
    ("beta_vae",): (lambda codes, factors, seed: (beta_vae_score(codes, factors, seed=seed),), True),
    ("factor_vae",): (lambda codes, factors, seed: (factor_vae_score(codes, factors, seed=seed),), True),
    ("modularity",): (lambda codes, factors, seed: (modularity(codes, factors),), False),
}
# MIG under the conventions that need a posterior, where `mig` is that of all means; see `mig_conventions`.
CONVENTIONS = ("mig_sampled", "mig_in_use")
SCORES = (*CONVENTIONS, *(name for names in MEASURES for name in names))


def evaluate(
    network: VAE, test: ImageSet, progress: Progress = lambda stage, done, total: None, seed: int | None = 0
) -> dict[str, Any]:
    """Bound, use of the latents, and scores of a model, with what the scores are to be held against.

    `neg_elbo` = `distortion` + `rate` with one z sampled per test image, seed 0, beta = 1 whatever was trained, in
    nats per image. `neg_elbo_decoding_mu` is what many report in its place and no bound: the decoder is spared the
    noise that the rate is measured with. `floor` is what the split's own greys cost under any decoder, or an exact
    picture under a Gaussian: only what `neg_elbo` has above it can be owed to the model. `importance_weighted` see
    `tightened`; `total_correlation` and `mutual_information` see `aggregate_posterior`; `spill` see `measure_spill`,
    None where nothing reads the pictures; `synthesis` see `measure_synthesis`, None where nothing renders them.

    `mig` is that of the posterior means of all latents, as most tables have it; `mig_conventions` has two more.
    A score is the mean over three seeds and `<score>_spread` half their range (0 where there is nothing to draw); the
    marks `_perfect`, `_rotated`, `_noise` and the baselines `_pca` (of the pixels, as many dimensions) and
    `_untrained` (the network before its first step) are those of seed 0. A score is None where the data set has no
    factors, or where it is not defined, as `_untrained` of a network whose first weights nobody knows here.

    Args:
        progress: called with the name of a stage, how much of it is done, and how much there is.
        seed: of the model's training; it gives the untrained network its weights. None where another program drew them.
    """
    encoded, decoded = _decoded(network, test, progress)
    mu = encoded.mu.numpy()
    aggregate = aggregate_posterior(mu, encoded.logvar.numpy())
    found: dict[str, Any] = _bound(network, test, encoded) | decoded
    found |= {"total_correlation": aggregate.total_correlation, "mutual_information": aggregate.mutual_information}
    if test.factors is None:
        return found | dict.fromkeys(score_keys())
    progress("baselines", 0, 2)
    codes = marks(test.factors, mu.shape[1]) | {"pca": pca_codes(test, mu.shape[1])}
    progress("baselines", 1, 2)
    untrained = None if network.graphs or seed is None else untrained_posteriors(network.config, test, seed)
    if untrained is not None:
        codes["untrained"] = untrained.mu.numpy()
    progress("baselines", 2, 2)
    found |= dict.fromkeys(score_keys()) | scores(mu, test.factors, codes, progress)
    for name in codes:  # codes without a posterior are their own sample, and use all they have
        found |= {f"{convention}_{name}": found[f"mig_{name}"] for convention in CONVENTIONS}
    if untrained is not None:
        before = mig_conventions(untrained, test.factors)
        found |= {f"{convention}_untrained": before[convention] for convention in CONVENTIONS}
    return found | mig_conventions(encoded, test.factors)


def evaluate_decoder(
    network: VAE, test: ImageSet, rate: float, progress: Progress = lambda stage, done, total: None
) -> dict[str, Any]:
    """Those figures of `evaluate` that another decoder of the same encoder changes; `rate` is the encoder's, in nats.

    All the others, scores and marks among them, are of the codes alone.
    """
    encoded, decoded = _decoded(network, test, progress)
    distortion = float(encoded.distortion.mean())
    rounding = rate - float(encoded.kl.sum(1).mean())  # another processor sums in another order
    bounds = {key: decoded[key] + rounding for key in ("neg_elbo_decoding_mu", "importance_weighted")}
    return decoded | bounds | {"distortion": distortion, "neg_elbo": distortion + rate}


def _decoded(network: VAE, test: ImageSet, progress: Progress) -> tuple[Encodings, dict[str, Any]]:
    """The split with one z sampled for each image, and what is decoded of it, beside the bound."""
    device, done = next(network.parameters()).device, 0

    def encoding(images: int) -> None:
        nonlocal done
        done += images
        progress("encode", done, 2 * len(test))

    encoded = encode_split(network, test, torch.Generator(device).manual_seed(0), encoding)
    mu, kl = encoded.mu.numpy(), [float(value) for value in encoded.kl.mean(0)]
    found: dict[str, Any] = {
        "neg_elbo_decoding_mu": encode_split(network, test, progress=encoding).neg_elbo,
        "importance_weighted": encoded.neg_elbo - tightened(network, test, progress),
        "spill": spilled(network, test, mu, kl, progress),
        "synthesis": None,
    }
    if test.factors is not None:
        progress("synthesis", 0, 1)
        found["synthesis"] = measure_synthesis(_decoder(network), test, test.spec.factors, mu)
        progress("synthesis", 1, 1)
    return encoded, found


def evaluate_brief(
    network: VAE, test: ImageSet, progress: Callable[[int], object] = lambda images: None
) -> dict[str, Any]:
    """The bound and what it is made of, active units and MIG, without anything that takes longer; see `evaluate`."""
    device = next(network.parameters()).device
    encoded = encode_split(network, test, torch.Generator(device).manual_seed(0), progress)
    mu = encoded.mu.numpy()
    found: dict[str, Any] = _bound(network, test, encoded) | dict.fromkeys(score_keys()) | {"measured_on": len(test)}
    if test.factors is None:
        return found
    return found | {"mig": mig(mu, test.factors)} | mig_conventions(encoded, test.factors)


def mig_conventions(encoded: Encodings | Posterior, factors: np.ndarray) -> dict[str, float | None]:
    """MIG as Chen et al. define it, over one z of each image (`mig_sampled`, the mean over three seeds), and over the
    means of the latents in use alone (`mig_in_use`), each with its spread as in `scores`.

    Args:
        encoded: mu and logvar (N, D). factors: (N, K) int.
    """
    mu, logvar = encoded.mu.numpy(), encoded.logvar.numpy()
    drawn = [mig(sampled(mu, logvar, seed), factors) for seed in SEEDS]
    in_use = mig_in_use(mu, factors, awake(kl_to_prior(encoded.mu, encoded.logvar).mean(0).numpy()))
    found = {"mig_sampled": float(np.mean(drawn)), "mig_sampled_spread": float(np.ptp(drawn) / 2)}
    found |= {"mig_in_use": in_use, "mig_in_use_spread": 0.0}
    return {key: value if math.isfinite(value) else None for key, value in found.items()}


def _bound(network: VAE, test: ImageSet, encoded: Encodings) -> dict[str, Any]:
    return {
        "floor": floor_of(network.config, test),
        "neg_elbo": encoded.neg_elbo,
        "rate": float(encoded.kl.sum(1).mean()),
        "distortion": float(encoded.distortion.mean()),
        "kl_per_dim": [float(value) for value in encoded.kl.mean(0)],
        "active_units": active_units(encoded.mu.numpy()),
    }


def spilled(
    network: VAE, test: ImageSet, mu: np.ndarray, kl: list[float], progress: Progress = lambda stage, done, total: None
) -> dict[str, Any] | None:
    """What each latent changes in decoded pictures, read by the network that knows this data set; None without one."""
    try:
        reader = reader_of(test.name)
    except CheckpointError as error:  # a training has just ended: a damaged reader must not cost it
        warnings.warn(str(error), stacklevel=2)
        return None
    if reader is None or reader.shape != tuple(network.config.shape):
        return None
    codes = codes_of(test).numpy()
    return measure_spill(_decoder(network), reader, mu, np.asarray(kl), progress, codes)


def _decoder(network: VAE) -> Callable[[Tensor], Tensor]:
    """z (m, D) -> pictures (m, C, H, W) in [0, 1], on the CPU."""
    device = next(network.parameters()).device

    def decode(z: Tensor) -> Tensor:
        with torch.inference_mode():
            return from_output(network.decode(z.to(device)), network.config.likelihood).cpu()

    return decode


def score_keys() -> list[str]:
    """The keys that hold a score, None where there are no factors."""
    return [f"{score}{suffix}" for score in SCORES for suffix in ("", "_spread", *(f"_{name}" for name in BESIDE))]


def tightened(network: VAE, test: ImageSet, progress: Progress = lambda stage, done, total: None) -> float:
    """By how much 64 samples instead of one tighten the bound, in nats per image, >= 0; seed 0.

    Measured on at most 1,000 images, spread over the split. The difference of the two bounds varies far less from image
    to image than either, so that it is what is taken from the bound of the whole split.
    """
    device = next(network.parameters()).device
    chosen = torch.linspace(0, len(test) - 1, min(_BOUND_IMAGES, len(test))).round().long()
    generator, gaps = torch.Generator(device).manual_seed(0), []
    for rows in chosen.split(_BOUND_BATCH):
        images = to_float(test.batch(rows, device))
        tight, loose = importance_weighted_bound(network, images, _BOUND_SAMPLES, generator)
        gaps.append((loose - tight).cpu())
        progress("importance-weighted bound", sum(map(len, gaps)), len(chosen))
    return float(torch.cat(gaps).mean())


def scores(
    codes: np.ndarray,
    factors: np.ndarray,
    beside: dict[str, np.ndarray],
    progress: Progress = lambda stage, done, total: None,
) -> dict[str, float | None]:
    """Every score of `codes` over the three seeds with its spread, and of each code `beside` it with the first seed.

    Args:
        codes: (N, D) float. factors: (N, K) int. beside: by name, (N, ·) float each.

    Returns:
        `<score>`, `<score>_spread` and `<score>_<name>` for all names of `beside`; None where it is not defined.
    """
    found: dict[str, float] = {}
    runs = [("", codes, seed) for seed in SEEDS] + [(f"_{name}", code, SEEDS[0]) for name, code in beside.items()]
    for i, (names, (measure, drawn)) in enumerate(MEASURES.items()):
        drawn_values = []
        for j, (suffix, code, seed) in enumerate(runs):
            if suffix or drawn or seed == SEEDS[0]:
                values = measure(code, factors, seed)
                if suffix:
                    found |= {f"{name}{suffix}": value for name, value in zip(names, values, strict=True)}
                else:
                    drawn_values.append(values)
            progress("scores", i * len(runs) + j + 1, len(MEASURES) * len(runs))
        for name, column in zip(names, np.array(drawn_values).T, strict=True):
            found |= {name: float(column.mean()), f"{name}_spread": float(np.ptp(column) / 2)}
    return {key: value if math.isfinite(value) else None for key, value in found.items()}
