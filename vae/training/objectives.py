"""Losses in one unit, nats per image: sums over pixels and latents, the mean over images last.

Then beta = 1 is the negative evidence lower bound of the stated likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from vae.config import ConfigError, ModelConfig, ObjectiveConfig, ScheduleConfig, TrainingConfig
from vae.models.likelihoods import cross_entropy
from vae.training.aggregate_posterior import total_correlation


def kl_to_prior(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL divergence of each latent's posterior from the prior N(0, 1), in nats.

    Args:
        mu: (B, D) posterior means.
        logvar: (B, D) log variances (not log standard deviations).

    Returns:
        (B, D), >= 0 up to rounding. Nothing is summed here.

    Raises:
        ValueError: the shapes differ; the message shows both.

    Source: Kingma & Welling 2014, arXiv:1312.6114, appendix B.
    """
    if mu.shape != logvar.shape:
        raise ValueError(f"mu is {tuple(mu.shape)} but logvar is {tuple(logvar.shape)}")
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar)


def distortion(output: Tensor, x: Tensor, config: ModelConfig) -> Tensor:
    """−log p(x|z) of each image, in nats, summed over its C·H·W values; constants included.

    Args:
        output: (B, C, H, W) logits (Bernoulli) or means (Gaussian), as `VAE.decode` returns them.
        x: (B, C, H, W) in [0, 1]. Grey values under a Bernoulli are read as probabilities (a cross-entropy).

    Returns:
        (B,) float32.
    """
    output, x = output.float(), x.float()
    if config.likelihood == "bernoulli":
        return cross_entropy(output, x)
    squared = (output - x).square().flatten(1).sum(1)
    constant = 0.5 * math.log(2 * math.pi * config.sigma**2) * x[0].numel()
    return squared / (2 * config.sigma**2) + constant


@dataclass(frozen=True)
class Codes:
    """What a batch was encoded to: `z`, `mu`, `logvar` (B, D); `images` is the size of the data set it comes from."""

    z: Tensor
    mu: Tensor
    logvar: Tensor
    images: int


@dataclass(frozen=True)
class ElboTerms:
    """One batch in nats per image: 0-d `recon`, (D,) `kl_per_dim`; means over the batch.

    `codes` are there for objectives that look at the batch as a whole; nothing is computed from them for the others.
    """

    recon: Tensor
    kl_per_dim: Tensor
    codes: Codes | None = None

    @property
    def kl(self) -> Tensor:
        return self.kl_per_dim.sum()

    def detach(self) -> ElboTerms:
        return self._each(Tensor.detach)

    def clone(self) -> ElboTerms:
        return self._each(Tensor.clone)

    def _each(self, change: Callable[[Tensor], Tensor]) -> ElboTerms:
        held = self.codes
        codes = held and replace(held, z=change(held.z), mu=change(held.mu), logvar=change(held.logvar))
        return ElboTerms(change(self.recon), change(self.kl_per_dim), codes)


@dataclass(frozen=True)
class Knobs:
    """What may change while a training runs, each a 0-d float32 tensor on the device: setting one never waits."""

    beta: Tensor
    gamma: Tensor
    capacity: Tensor
    lr: Tensor

    @classmethod
    def on(cls, device: torch.device) -> Knobs:
        return cls(*(torch.zeros((), device=device) for _ in range(4)))


def vae(terms: ElboTerms, knobs: Knobs) -> Tensor:
    """The negative ELBO. Source: Kingma & Welling 2014, arXiv:1312.6114."""
    return terms.recon + terms.kl


def beta_h(terms: ElboTerms, knobs: Knobs) -> Tensor:
    """recon + beta·KL. Source: Higgins et al. 2017, beta-VAE."""
    return terms.recon + knobs.beta * terms.kl


def beta_b(terms: ElboTerms, knobs: Knobs) -> Tensor:
    """recon + gamma·|KL − C|, C in nats. Source: Burgess et al. 2018, arXiv:1804.03599."""
    return terms.recon + knobs.gamma * (terms.kl - knobs.capacity).abs()


def beta_tc(terms: ElboTerms, knobs: Knobs) -> Tensor:
    """recon + KL + (beta − 1)·TC: of the three parts of the KL, beta weighs the total correlation alone.

    Source: Chen et al. 2018, arXiv:1802.04942, equation 4 with alpha = gamma = 1.
    """
    codes = terms.codes
    if codes is None:
        raise ValueError("beta_tc needs the codes of the batch")
    correlation = total_correlation(codes.z, codes.mu, codes.logvar, codes.images)
    return terms.recon + terms.kl + (knobs.beta - 1) * correlation


OBJECTIVES: dict[str, Callable[[ElboTerms, Knobs], Tensor]] = {
    "vae": vae,
    "beta_h": beta_h,
    "beta_b": beta_b,
    "beta_tc": beta_tc,
}


def scheduled(
    step: int, objective: ObjectiveConfig, schedule: ScheduleConfig, training: TrainingConfig
) -> dict[str, float]:
    """The values of the knobs at `step` (0 is the first), by name. Pure: a resumed run sees the same."""
    done = min(step / schedule.anneal_steps, 1.0) if schedule.anneal_steps else 1.0
    warm = min((step + 1) / schedule.warmup_steps, 1.0) if schedule.warmup_steps else 1.0
    tail = schedule.decay_fraction * training.steps
    late = max(0.0, step - (training.steps - tail)) / tail if tail else 0.0
    return {
        "beta": _between(schedule.beta_knots, step) if schedule.beta_knots else objective.beta,
        "gamma": objective.gamma,
        "capacity": objective.capacity * done,
        "lr": training.lr * warm * 0.5 * (1 + math.cos(math.pi * min(late, 1.0))),
    }


def _between(knots: tuple[tuple[int, float], ...], step: int) -> float:
    """The value at `step` on the straight lines between (step, value) knots; constant before and after them."""
    steps, values = zip(*knots, strict=True)
    return float(np.interp(step, steps, values))


@dataclass(frozen=True)
class SquaredErrorLoss:
    """A loss as others write it: squared error + kl_weight·KL, the KL summed over the latents.

    `reduction`: is the squared error of an image the "mean" or the "sum" over its values?
    """

    kl_weight: float
    reduction: str = "mean"

    def __post_init__(self) -> None:
        if self.reduction not in ("mean", "sum"):
            raise ConfigError("setting.one_of", name="reduction", choices=["mean", "sum"], value=repr(self.reduction))
        if not 0 <= self.kl_weight < math.inf:
            raise ConfigError("setting.at_least", name="kl_weight", low=0, value=self.kl_weight)


def effective_beta(
    loss: SquaredErrorLoss, pixels: int, pixel_range: tuple[float, float] = (0.0, 1.0), sigma: float = 1.0
) -> float:
    """The beta that makes a Gaussian of standard deviation sigma, plus beta·KL, the same loss up to a factor.

    Mean squared error over P values + w·KL, times P / (2·sigma²), is the negative ELBO with beta = w·P / (2·sigma²)
    but for constants. Only beta·sigma² is identified.

    Args:
        pixels: P, the values of an image, channels included.
        pixel_range: what black and white are in the loss, as (−1, 1).
        sigma: in units of [0, 1], whatever the range.

    Raises:
        ConfigError: no pixels, an empty range, or a sigma that is not positive.
    """
    span = pixel_range[1] - pixel_range[0]
    if pixels < 1 or not span > 0 or not sigma > 0:
        raise ConfigError("setting.no_beta", pixels=pixels, range=str(pixel_range), sigma=sigma)
    values = pixels if loss.reduction == "mean" else 1
    return loss.kl_weight * values / (2 * (sigma * span) ** 2)
