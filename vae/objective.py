"""Losses in one unit, nats per image: sums over pixels and latents, the mean over images last.

Then beta = 1 is the negative evidence lower bound of the stated likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from vae.config import ModelConfig, ObjectiveConfig, ScheduleConfig, TrainingConfig


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
        return binary_cross_entropy_with_logits(output, x, reduction="none").flatten(1).sum(1)
    squared = (output - x).square().flatten(1).sum(1)
    constant = 0.5 * math.log(2 * math.pi * config.sigma**2) * x[0].numel()
    return squared / (2 * config.sigma**2) + constant


@dataclass(frozen=True)
class ElboTerms:
    """One batch in nats per image: 0-d `recon`, (D,) `kl_per_dim`; means over the batch."""

    recon: Tensor
    kl_per_dim: Tensor

    @property
    def kl(self) -> Tensor:
        return self.kl_per_dim.sum()

    def detach(self) -> ElboTerms:
        return ElboTerms(self.recon.detach(), self.kl_per_dim.detach())


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


OBJECTIVES: dict[str, Callable[[ElboTerms, Knobs], Tensor]] = {"vae": vae, "beta_h": beta_h, "beta_b": beta_b}


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
