"""The posterior q(z|x) of a batch of images, and its distance from the prior."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Posterior:
    """q(z|x) = N(mu, exp(logvar)), one row an image; both (B, D), float32."""

    mu: Tensor
    logvar: Tensor

    @property
    def mean(self) -> Tensor:
        return self.mu

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """z = mu + sigma * eps, (B, D), by the reparameterisation of Kingma & Welling 2014, section 2.4."""
        eps = torch.empty_like(self.mu).normal_(generator=generator)
        return self.mu + torch.exp(0.5 * self.logvar) * eps


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
