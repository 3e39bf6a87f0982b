"""The true posterior p(z|x) of a decoder with two latents, on a grid of z, beside a Gaussian q(z|x)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vae.models.posterior import kl_to_prior

PRIOR_REACH = 4.5  # standard deviations of the prior that are searched: beyond lies 1e-5 of it
Q_REACH = 6.0  # of q, which the grid must hold whole
MASS = 1e-5  # of the posterior, which may be left outside
NODES = 24  # of the Gauss–Hermite rule along either latent


@dataclass(frozen=True)
class GridPosterior:
    """p(z|x) and q(z|x) on one grid, in nats.

    Attributes:
        axes: (S,) values of z0 and of z1, rising.
        log_posterior, log_q: (S, S) float64 log densities; row i stands for z1 = axes[1][i].
        log_evidence: log p(x), the integral of p(x|z)·p(z) over the grid.
        elbo: E_q[log p(x|z)] − KL(q ‖ p(z)), not from the grid but by a Gauss–Hermite rule and in closed form.
    """

    axes: tuple[np.ndarray, np.ndarray]
    log_posterior: np.ndarray
    log_q: np.ndarray
    log_evidence: float
    elbo: float

    @property
    def cell(self) -> float:
        return float(np.prod([axis[1] - axis[0] for axis in self.axes]))

    @property
    def gap(self) -> float:
        """KL(q ‖ p(z|x)) on the grid: what the ELBO lacks of log p(x)."""
        return float((np.exp(self.log_q) * (self.log_q - self.log_posterior)).sum() * self.cell)


def true_posterior(
    log_likelihood: Callable[[Tensor], Tensor], mu: Tensor, logvar: Tensor, steps: int = 61
) -> GridPosterior:
    """The posterior by Bayes' rule: the prior times the likelihood, over their integral.

    A first grid over the prior finds where the posterior lies, a second one covers that and q. Both are sums of equal
    cells: for smooth bells that end within the grid their error vanishes as soon as a cell is no wider than a bell.

    Args:
        log_likelihood: z (n, 2) float32 -> log p(x|z) (n,), called with `steps`² points and more at once.
        mu, logvar: (2,) of q.
        steps: S along either axis.

    Raises:
        ValueError: not two latents.
    """
    if mu.shape != (2,) or logvar.shape != (2,):
        raise ValueError(f"a grid needs two latents, not mu {tuple(mu.shape)} and logvar {tuple(logvar.shape)}")
    middle, sigma = mu.double().numpy(), logvar.double().mul(0.5).exp().numpy()
    reach = [(middle[d] - Q_REACH * sigma[d], middle[d] + Q_REACH * sigma[d]) for d in (0, 1)]
    axes = [np.linspace(min(-PRIOR_REACH, low), max(PRIOR_REACH, high), steps) for low, high in reach]
    joint = _log_joint(log_likelihood, axes)
    mass = np.exp(joint - joint.max())
    found = [_ends(axis, mass.sum(axis=d)) for d, axis in enumerate(axes)]
    axes = [np.linspace(min(a, c), max(b, d), steps) for (a, b), (c, d) in zip(found, reach, strict=True)]
    joint = _log_joint(log_likelihood, axes)
    cell = math.prod(axis[1] - axis[0] for axis in axes)
    log_evidence = joint.max() + math.log(np.exp(joint - joint.max()).sum() * cell)
    across, up = (-0.5 * ((axes[d] - middle[d]) / sigma[d]) ** 2 - math.log(sigma[d]) - _HALF_LOG for d in (0, 1))
    elbo = _expected(log_likelihood, middle, sigma) - float(kl_to_prior(mu.double(), logvar.double()).sum())
    return GridPosterior((axes[0], axes[1]), joint - log_evidence, up[:, None] + across, float(log_evidence), elbo)


@dataclass(frozen=True)
class Nearest:
    """The Gaussian with upright axes that is nearest to p(z|x): mu and sigma (2,), and KL(q ‖ p(z|x)) in nats."""

    mu: tuple[float, float]
    sigma: tuple[float, float]
    gap: float


def nearest(grid: GridPosterior) -> Nearest:
    """What any q of this family must lose for the shape of the posterior; what another loses beyond is its own.

    Sought by L-BFGS on the grid, from the moments of the posterior and from those of q, for there may be several
    minima; ten milliseconds.

    Source: the parts of the gap as in Cremer et al. 2018, arXiv:1801.03558.
    """
    axes = [torch.from_numpy(axis) for axis in grid.axes]
    log_target = torch.from_numpy(grid.log_posterior) + math.log(grid.cell)

    def kl(q: Tensor) -> Tensor:
        across, up = (
            torch.log_softmax(-0.5 * (axis - q[d]).square() * torch.exp(-q[d + 2]), 0) for d, axis in enumerate(axes)
        )
        log_q = up[:, None] + across
        return (log_q.exp() * (log_q - log_target)).sum()

    found = [_least(kl, _moments(axes, density)) for density in (grid.log_posterior, grid.log_q)]
    gap, q = min(found, key=lambda each: each[0])
    return Nearest(tuple(q[:2].tolist()), tuple(q[2:].mul(0.5).exp().tolist()), gap)


def _moments(axes: Sequence[Tensor], log_density: np.ndarray) -> Tensor:
    """(4,): the means and the log variances of both latents."""
    mass = torch.from_numpy(np.exp(log_density - log_density.max()))
    both = [mass.sum(d) / mass.sum() for d in (0, 1)]
    mean = [(share * axis).sum() for share, axis in zip(both, axes, strict=True)]
    spread = [(share * (axis - at).square()).sum() for share, axis, at in zip(both, axes, mean, strict=True)]
    return torch.stack([*mean, *(each.log() for each in spread)])


def _least(function: Callable[[Tensor], Tensor], start: Tensor) -> tuple[float, Tensor]:
    """The least value that is found from there, and where."""
    at = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([at], max_iter=100, line_search_fn="strong_wolfe")

    def value() -> Tensor:
        optimiser.zero_grad()
        found = function(at)
        found.backward()
        return found

    optimiser.step(value)
    return function(at).item(), at.detach()


_HALF_LOG = 0.5 * math.log(2 * math.pi)


def _points(across: np.ndarray, up: np.ndarray) -> Tensor:
    """(len(up)·len(across), 2) float32, row by row of the grid."""
    mesh = np.meshgrid(across, up)
    return torch.from_numpy(np.stack([axis.ravel() for axis in mesh], axis=1)).float()


def _log_joint(log_likelihood: Callable[[Tensor], Tensor], axes: Sequence[np.ndarray]) -> np.ndarray:
    """log p(x|z)·p(z) on the grid, (S, S) float64."""
    likelihood = log_likelihood(_points(*axes)).double().numpy().reshape(len(axes[1]), len(axes[0]))
    return likelihood - 0.5 * (axes[0] ** 2 + axes[1][:, None] ** 2) - 2 * _HALF_LOG


def _ends(axis: np.ndarray, mass: np.ndarray) -> tuple[float, float]:
    """The part of an axis between whose ends all but `MASS` on either side lies, and a cell more."""
    share = np.cumsum(mass) / mass.sum()
    low, high = np.searchsorted(share, (MASS, 1 - MASS))
    return axis[max(low - 1, 0)], axis[min(high + 1, len(axis) - 1)]


def _expected(log_likelihood: Callable[[Tensor], Tensor], mu: np.ndarray, sigma: np.ndarray) -> float:
    """E_q[log p(x|z)] by a rule that is exact for polynomials of degree 2·NODES − 1 in each latent."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    values = log_likelihood(_points(mu[0] + sigma[0] * nodes, mu[1] + sigma[1] * nodes)).double().numpy()
    return float(weights @ values.reshape(NODES, NODES) @ weights)
