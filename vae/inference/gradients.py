"""Two estimators of the gradient of E_q[log p(x|z)] in mu and logvar: reparameterised, and by the score function.

Both are unbiased, and both are looked at one sample at a time: what differs is how far the samples scatter.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vae.evaluation.bound import log_likelihood
from vae.models.vae import VAE


@dataclass(frozen=True)
class GradientSamples:
    """One estimate for every sample: `mu` and `logvar`, both (N, D), in nats per unit of mu and of logvar."""

    mu: Tensor
    logvar: Tensor


def slopes(network: VAE, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """log p(x|z) of each sample and its gradient in z; the network's own gradients are left alone.

    Args:
        x: (1, C, H, W) float in [0, 1].
        z: (N, D).

    Returns:
        (N,) in nats and (N, D).
    """
    z = z.detach().requires_grad_()
    with torch.enable_grad():
        found = log_likelihood(network, x, z)
        (slope,) = torch.autograd.grad(found.sum(), z)
    return found.detach(), slope


def reparameterised(slope: Tensor, logvar: Tensor, eps: Tensor) -> GradientSamples:
    """With z = mu + sigma·eps the gradient passes through z: dz/dmu = 1 and dz/dlogvar = sigma·eps / 2.

    Args:
        slope: (N, D), d log p(x|z) / dz at z = mu + sigma·eps, see `slopes`.
        logvar: (D,) of q; eps: (N, D) the noise.

    Source: Kingma & Welling 2014, arXiv:1312.6114, section 2.4.
    """
    return GradientSamples(slope, slope * torch.exp(0.5 * logvar) * eps / 2)


def score_function(found: Tensor, logvar: Tensor, eps: Tensor, baseline: bool = False) -> GradientSamples:
    """log p(x|z) times the gradient of log q(z): it needs no slope of the decoder, only its values.

    d log q / dmu = eps / sigma, and d log q / dlogvar = (eps² − 1) / 2.

    Args:
        found: (N,) log p(x|z) in nats, N >= 2 with a baseline.
        logvar: (D,) of q; eps: (N, D) the noise.
        baseline: subtract from each value the mean of all others, which leaves the mean of the estimate as it is, for
            the score has the mean 0, and takes most of its variance.

    Source: Williams 1992 (REINFORCE); the baseline: Mnih & Rezende 2016, arXiv:1602.06725.
    """
    if baseline:
        found = (found - found.mean()) * len(found) / (len(found) - 1)
    weight = found[:, None]
    return GradientSamples(weight * eps * torch.exp(-0.5 * logvar), weight * (eps.square() - 1) / 2)
