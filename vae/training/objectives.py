"""Losses in one unit, nats per image: sums over pixels and latents, the mean over images last.

Then beta = 1 is the negative evidence lower bound of the stated likelihood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from vae.training.aggregate_posterior import total_correlation


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
