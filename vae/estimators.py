"""The aggregate posterior q(z), the mean of q(z|x) over all images of a data set, estimated from one batch. In nats."""

from __future__ import annotations

import math

import torch
from torch import Tensor


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
    log_weight, log_density = _weighed(z, mu, logvar, images)
    joint = (log_weight + log_density.sum(2)).logsumexp(1)
    return joint, (log_weight[..., None] + log_density).logsumexp(1)


def _weighed(z: Tensor, mu: Tensor, logvar: Tensor, images: int) -> tuple[Tensor, Tensor]:
    """log of the weight of each image of the batch for each sample (B, B), and log q(z_d|x) of that pair (B, B, D)."""
    batch = len(z)
    if z.shape != mu.shape or z.shape != logvar.shape:
        raise ValueError(f"z is {tuple(z.shape)}, mu {tuple(mu.shape)} and logvar {tuple(logvar.shape)}")
    if images < batch:
        raise ValueError(f"a data set of {images} images cannot give a batch of {batch}")
    z, mu, logvar = z.float()[:, None], mu.float()[None], logvar.float()[None]
    log_density = -0.5 * ((z - mu).square() * torch.exp(-logvar) + logvar + math.log(2 * math.pi))  # (B, B, D)
    other = math.log((images - 1) / (batch - 1) / images) if batch > 1 else 0.0
    return torch.full((batch, batch), other, device=z.device).fill_diagonal_(-math.log(images)), log_density


def total_correlation(z: Tensor, mu: Tensor, logvar: Tensor, images: int) -> Tensor:
    """KL of q(z) from the product of its marginals, 0-d: the mean of log q(z) − Σ_d log q(z_d) over the batch.

    Arguments, errors and source as in `log_aggregate_posterior`.
    """
    joint, marginals = log_aggregate_posterior(z, mu, logvar, images)
    return (joint - marginals.sum(1)).mean()


def pair_information(z: Tensor, mu: Tensor, logvar: Tensor, images: int) -> Tensor:
    """The mutual information of every two latents under q(z): the total correlation of the two alone.

    Arguments, errors and source as in `log_aggregate_posterior`; time and memory grow with B²·D and time with B²·D².

    Returns:
        (D, D), symmetric, in nats; zeros on the diagonal.
    """
    log_weight, log_density = _weighed(z, mu, logvar, images)
    marginal = (log_weight[..., None] + log_density).logsumexp(1).mean(0)
    found = torch.zeros(z.shape[1], z.shape[1])
    for i in range(z.shape[1]):
        for j in range(i):
            joint = (log_weight + log_density[..., i] + log_density[..., j]).logsumexp(1).mean()
            found[i, j] = found[j, i] = joint - marginal[i] - marginal[j]
    return found
