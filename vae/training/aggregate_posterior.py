"""The aggregate posterior q(z), the mean of q(z|x) over all images of a data set, estimated from one batch. In nats."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

_TOGETHER = 32  # samples held against all images at once: 10,000 images and ten latents are then 13 MB


def log_aggregate_posterior(z: Tensor, mu: Tensor, logvar: Tensor, images: int) -> tuple[Tensor, Tensor]:
    """log q(z) of each sample and log q(z_d) of each of its latents, by stratified sampling.

    The image that a sample was drawn from is known to be one of all `images` and weighs 1/N; each of the others in the
    batch stands for (N − 1)/(B − 1) of those left. Unbiased for q, and exact where the batch is the whole data set.

    Args:
        z: (B, D), one sample of each posterior, in the same order.
        mu, logvar: (B, D) of a batch drawn without replacement.
        images: N >= B, the size of the data set.

    Returns:
        (B,) and (B, D).

    Raises:
        ValueError: the shapes differ, or the data set is smaller than the batch.

    Source: Chen et al. 2018, arXiv:1802.04942, appendix C.2, averaged over the order of the batch.
    """
    batch = len(z)
    if z.shape != mu.shape or z.shape != logvar.shape:
        raise ValueError(f"z is {tuple(z.shape)}, mu {tuple(mu.shape)} and logvar {tuple(logvar.shape)}")
    if images < batch:
        raise ValueError(f"a data set of {images} images cannot give a batch of {batch}")
    z, mu, logvar = z.float()[:, None], mu.float()[None], logvar.float()[None]
    log_density = -0.5 * ((z - mu).square() * torch.exp(-logvar) + logvar + math.log(2 * math.pi))  # (B, B, D)
    other = math.log((images - 1) / (batch - 1) / images) if batch > 1 else 0.0
    log_weight = torch.full((batch, batch), other, device=z.device).fill_diagonal_(-math.log(images))
    joint = (log_weight + log_density.sum(2)).logsumexp(1)
    return joint, (log_weight[..., None] + log_density).logsumexp(1)


def total_correlation(z: Tensor, mu: Tensor, logvar: Tensor, images: int) -> Tensor:
    """KL of q(z) from the product of its marginals, 0-d: the mean of log q(z) − Σ_d log q(z_d) over the batch.

    Arguments, errors and source as in `log_aggregate_posterior`.
    """
    joint, marginals = log_aggregate_posterior(z, mu, logvar, images)
    return (joint - marginals.sum(1)).mean()


@dataclass(frozen=True)
class Dependence:
    """How far q(z) is from the product of its marginals, in nats: of all latents, and (D, D) of every two of them.

    `pairs` is the mutual information, symmetric, with zeros on its diagonal; `log_joint` the mean of log q(z).
    """

    total_correlation: float
    pairs: Tensor
    log_joint: float


def dependence(z: Tensor, mu: Tensor, logvar: Tensor) -> Dependence:
    """The total correlation of q(z), the mixture of the posteriors of all N images, and that of every two latents.

    Exact but for the choice of the S samples: every one is held against every posterior, S·N·D densities in all.

    Args:
        z: (S, D) samples of the mixture.
        mu, logvar: (N, D).
    """
    joint, marginals, pairs = [], [], []
    for part in z.float().split(_TOGETHER):
        log_density = -0.5 * ((part[:, None] - mu).square() * torch.exp(-logvar) + logvar + math.log(2 * math.pi))
        joint.append(log_density.sum(2).logsumexp(1) - math.log(len(mu)))
        density = log_density.exp_()
        marginals.append(density.mean(1).log())
        pairs.append((density.transpose(1, 2) @ density / len(mu)).log())  # the mean over images of q(z_i|x)·q(z_j|x)
    joint, marginals, pairs = (torch.cat(each) for each in (joint, marginals, pairs))
    found = (pairs - marginals[:, :, None] - marginals[:, None]).mean(0)
    total = (joint - marginals.sum(1)).mean().item()
    return Dependence(total, found.fill_diagonal_(0), joint.mean().item())
