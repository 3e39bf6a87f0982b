"""Numbers that need no factors: which latents are in use, and what the codes of all images look like together."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch

_VALUES = 1_000_000  # log densities held at once


def active_units(mu: np.ndarray) -> int:
    """Number of latents whose posterior mean varies over the data: Var(mu) > 0.01.

    Args:
        mu: (N, D) posterior means.

    Source: Burda et al. 2016, arXiv:1509.00519, section 5.
    """
    return int((np.var(np.asarray(mu, np.float64), axis=0) > 0.01).sum())


class Aggregate(NamedTuple):
    """The three parts of the rate, in nats: mutual information + total correlation + dimension-wise KL."""

    total_correlation: float
    mutual_information: float
    dimension_wise_kl: float


def aggregate_posterior(mu: np.ndarray, logvar: np.ndarray, samples: int = 2_000, seed: int = 0) -> Aggregate:
    """Takes the rate of these N images apart, with their own aggregate posterior q(z) = 1/N sum of q(z|x_n).

    I(x; z) = E[log q(z|x) - log q(z)], TC = E[log q(z) - sum log q(z_j)], and E[sum log q(z_j) - log p(z_j)]. Densities
    are exact sums over all N images; expectations are means over `samples` z, one each of images drawn evenly.

    Both are about these N images, not about all that could be: the mutual information never exceeds log N (9.2 nats
    for 10,000 images), and where the posteriors hardly overlap it reaches that, the rest of the rate being counted as
    total correlation. Compare models by them only on the same images.

    Args:
        mu, logvar: (N, D) float, arrays or tensors.

    Raises:
        ValueError: the shapes differ or are not (N, D), or values are not finite.

    Source: Chen et al. 2018, arXiv:1802.04942, equation 2.
    """
    mu, logvar = (torch.as_tensor(values).detach().cpu().double() for values in (mu, logvar))
    if mu.ndim != 2 or mu.shape != logvar.shape or len(mu) == 0:
        raise ValueError(f"mu and logvar (N, D) are needed, not {tuple(mu.shape)} and {tuple(logvar.shape)}")
    if not (mu.isfinite().all() and logvar.isfinite().all()):
        raise ValueError("mu or logvar hold values that are not finite")
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randperm(len(mu), generator=generator)[:samples]
    eps = torch.randn((len(rows), mu.shape[1]), generator=generator, dtype=mu.dtype)
    z = mu[rows] + (0.5 * logvar[rows]).exp() * eps
    own = -0.5 * (eps.square() + logvar[rows]).sum(1)  # log 2 pi / 2 of each latent cancels everywhere
    prior = -0.5 * z.square().sum(1)
    joint, marginal = torch.empty(len(rows)), torch.empty(len(rows))
    mu, inverse, logvar = mu.T.float(), (-0.5 * logvar).exp().T.float(), logvar.T.float()  # (D, N)
    mu, inverse, logvar = (values.contiguous() for values in (mu, inverse, logvar))
    for part in torch.arange(len(rows)).split(max(1, _VALUES // mu.numel())):
        scaled = (z[part].float()[:, :, None] - mu) * inverse
        log_density = scaled.square_().add_(logvar).mul_(-0.5)  # (part, D, N)
        joint[part] = log_density.sum(1).logsumexp(1) - math.log(mu.shape[1])
        marginal[part] = (log_density.logsumexp(2) - math.log(mu.shape[1])).sum(1)
    return Aggregate(float((joint - marginal).mean()), float((own - joint).mean()), float((marginal - prior).mean()))
