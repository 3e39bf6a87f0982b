"""The evidence lower bound of a whole split, and its tighter importance-weighted relative. All in nats per image."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vae.data import ImageSet
from vae.images import from_output, to_float
from vae.models.likelihoods import distortion
from vae.models.posterior import kl_to_prior
from vae.models.vae import VAE

_BATCH = 250
_LEAST_ERROR = 1e-10  # squared: 100 dB, of a picture without any


@dataclass(frozen=True)
class Encodings:
    """A split, encoded: `mu`, `logvar` (N, D); `distortion` (N,) of the z that was decoded. Float32 on the CPU."""

    mu: Tensor
    logvar: Tensor
    distortion: Tensor

    @property
    def kl(self) -> Tensor:
        """(N, D) in nats."""
        return kl_to_prior(self.mu, self.logvar)

    @property
    def neg_elbo(self) -> float:
        """Distortion + rate, the mean over images: the negative ELBO (beta = 1) where z was sampled."""
        return float(self.distortion.mean() + self.kl.sum(1).mean())


def encode_split(
    network: VAE,
    data: ImageSet,
    generator: torch.Generator | None = None,
    progress: Callable[[int], object] = lambda images: None,
) -> Encodings:
    """Encodes every image once, in float32 on the network's device, and decodes mu, or one sample of a `generator`.

    Args:
        generator: on the network's device; None decodes mu, which flatters the bound and is right for pictures.
        progress: called with the number of images just done.
    """
    device = next(network.parameters()).device
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    with torch.inference_mode():
        for start in range(0, len(data), _BATCH):
            x = to_float(data.batch(torch.arange(start, min(start + _BATCH, len(data))), device))
            posterior = network.encode(x)
            z = posterior.mean if generator is None else posterior.sample(generator)
            nats = distortion(network.decode(z), x, network.config)
            parts.append((posterior.mu.cpu(), posterior.logvar.cpu(), nats.cpu()))
            progress(len(x))
    mu, logvar, nats = zip(*parts, strict=True)
    return Encodings(torch.cat(mu), torch.cat(logvar), torch.cat(nats))


def psnr(network: VAE, data: ImageSet) -> float:
    """Peak signal-to-noise ratio of the pictures of mu in decibels, the mean over a split: 10·log10(1 / squared error),
    of which each image has one, over its C·H·W values in [0, 1].
    """
    device, ratios = next(network.parameters()).device, []
    with torch.inference_mode():
        for rows in torch.arange(len(data)).split(_BATCH):
            x = to_float(data.batch(rows, device))
            pictures = from_output(network.decode(network.encode(x).mean), network.config.likelihood)
            ratios.append(-10 * (pictures - x).square().flatten(1).mean(1).clamp_min(_LEAST_ERROR).log10().cpu())
    return float(torch.cat(ratios).mean())


def log_likelihood(network: VAE, x: Tensor, z: Tensor) -> Tensor:
    """log p(x|z) of one image under many z, in nats, constants included; differentiable in z.

    Args:
        x: (1, C, H, W) float in [0, 1], on the network's device as z is.
        z: (N, D).

    Returns:
        (N,) float32.
    """
    return -distortion(network.decode(z), x.expand(len(z), -1, -1, -1), network.config)


def importance_weighted_bound(
    network: VAE, images: Tensor, samples: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """−log of the mean importance weight, and the −ELBO of the same samples; by Jensen never the larger of the two.

    Args:
        images: (B, C, H, W) float in [0, 1] on the network's device.
        samples: number of z drawn for each image.

    Returns:
        two (B,) tensors in nats: the importance-weighted bound, and the −ELBO.

    Source: Burda et al. 2016, arXiv:1509.00519, equation 8.
    """
    with torch.inference_mode():
        posterior = network.encode(images)
        weights = []
        for _ in range(samples):
            z = posterior.sample(generator)
            # log p(z) - log q(z|x); the constants log(2 pi) / 2 cancel
            standard = (z - posterior.mu).square() * (-posterior.logvar).exp()
            log_ratio = 0.5 * (standard + posterior.logvar - z.square()).sum(1)
            weights.append(log_ratio - distortion(network.decode(z), images, network.config))
        log_w = torch.stack(weights)
        return math.log(samples) - log_w.logsumexp(0), -log_w.mean(0)
