"""Per-image variational posterior by gradient descent; measures the amortisation gap of an encoder."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from vae.evaluation.bound import log_likelihood
from vae.models.posterior import Posterior, kl_to_prior
from vae.models.vae import VAE


def neg_elbo(network: VAE, x: Tensor, posterior: Posterior, eps: Tensor) -> Tensor:
    """−ELBO of one image under each noise, (N,) in nats: the same `eps` compares two posteriors fairly.

    Args:
        x: (1, C, H, W) float in [0, 1].
        posterior: mu and logvar (1, D).
        eps: (N, D).
    """
    z = posterior.mu + torch.exp(0.5 * posterior.logvar) * eps
    return kl_to_prior(posterior.mu, posterior.logvar).sum(1) - log_likelihood(network, x, z)


def own_posterior(
    network: VAE, x: Tensor, generator: torch.Generator, samples: int = 16, lr: float = 0.05
) -> Iterator[Posterior]:
    """Stochastic variational inference: Adam on the mu and logvar of one image, the decoder held fixed.

    Begins at the prior and yields q after every step, for as long as the caller asks. The optimiser is built by the
    call itself, not by the first step: the first one of a process imports for a second, which is no gradient step.

    Args:
        x: (1, C, H, W) float in [0, 1].
        samples: z drawn for each step.

    Returns:
        an endless iterator of mu and logvar (1, D), detached.

    Source: Hoffman et al. 2013, arXiv:1206.7051; the gap to an encoder: Cremer et al. 2018, arXiv:1801.03558.
    """
    mu, logvar = torch.zeros(2, 1, network.config.latent_dim, device=x.device).unbind()
    mu, logvar = mu.clone().requires_grad_(), logvar.clone().requires_grad_()
    optimiser = torch.optim.Adam([mu, logvar], lr=lr)

    def steps() -> Iterator[Posterior]:
        while True:
            eps = torch.empty(samples, mu.shape[1], device=x.device).normal_(generator=generator)
            with torch.enable_grad():
                loss = neg_elbo(network, x, Posterior(mu, logvar), eps).mean()
                mu.grad, logvar.grad = torch.autograd.grad(loss, (mu, logvar))
            optimiser.step()
            yield Posterior(mu.detach().clone(), logvar.detach().clone())

    return steps()
