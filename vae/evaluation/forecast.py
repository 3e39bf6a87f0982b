"""What to expect before a training starts: the latents that a linear VAE of the same data would wake, their nats."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vae.config import TrainConfig
from vae.training.objectives import OBJECTIVES

FORECAST_IMAGES = 1_500  # of whose covariance a forecast is made: a second for 64×64×3


@dataclass(frozen=True)
class Forecast:
    """What a linear VAE would do.

    Attributes:
        spectrum: eigenvalues of the data's covariance, falling.
        threshold: beta·sigma², which an eigenvalue must exceed.
        rates: (awake,) nats of each latent that wakes, the strongest first.
    """

    spectrum: np.ndarray
    threshold: float
    rates: np.ndarray

    @property
    def awake(self) -> int:
        return len(self.rates)

    @property
    def paying(self) -> int:
        """The directions of the data that would pay for a latent, however many the model has."""
        return int((self.spectrum > self.threshold).sum())

    @property
    def nats(self) -> float:
        return float(self.rates.sum())

    @property
    def largest(self) -> float:
        return float(self.spectrum[0]) if len(self.spectrum) else 0.0


def kl_weight(config: TrainConfig) -> float | None:
    """beta·sigma² at the end of a training, with sigma = 1 under a Bernoulli: what an eigenvalue must exceed.

    None where the objective puts no fixed weight on the whole KL, as with a capacity.
    """
    beta = kl_beta(config)
    return None if beta is None else beta * noise_variance(config)


def kl_beta(config: TrainConfig) -> float | None:
    """The fixed weight of the whole KL; None also for an objective of another version of this project."""
    objective = OBJECTIVES.get(config.objective.name)
    return objective and objective.kl_weight(config.objective)


def noise_variance(config: TrainConfig) -> float:
    """sigma² of a Gaussian likelihood; 1 for a Bernoulli, in the coordinates of `spectrum`."""
    return config.model.sigma**2 if config.model.likelihood == "gaussian" else 1.0


def weight_symbol(config: TrainConfig | None) -> str:
    """What `kl_weight` is called: sigma belongs to a Gaussian alone."""
    return "β" if config is not None and config.model.likelihood == "bernoulli" else "β·σ²"


def forecast_training(config: TrainConfig, spectrum_of: Callable[[str], np.ndarray]) -> Forecast | None:
    """The forecast for a training; None where no fixed weight lies on the whole KL, or none at all.

    Args:
        spectrum_of: the eigenvalues of the data's covariance under a likelihood, see `spectrum`. Called only where they
            are needed, for they take up to a second.
    """
    weight = kl_weight(config)
    if not weight:
        return None
    sigma2 = noise_variance(config)
    return forecast(spectrum_of(config.model.likelihood), weight / sigma2, sigma2, config.model.latent_dim)


def forecast(eigenvalues: np.ndarray, beta: float = 1.0, sigma2: float = 1.0, latents: int | None = None) -> Forecast:
    """How many latents wake, and what they carry, in the best linear VAE of these data.

    The loss |x − x̂|² / (2·sigma²) + beta·KL, times sigma², is |x − x̂|² / 2 + s·KL with s = beta·sigma²: only that
    product counts. Along an eigenvector of the covariance the data are a Gaussian source of variance lambda. R nats
    about it leave the error lambda·exp(−2R) at best, so lambda·exp(−2R) / 2 + s·R is to be minimised: the derivative
    s − lambda·exp(−2R) vanishes at R = ln(lambda / s) / 2. Where lambda <= s that is no positive rate: the latent
    sleeps. A linear VAE reaches this, with decoder weight² = lambda − s and posterior variance s / lambda, whose
    KL(N(mu, s / lambda) ‖ N(0, 1)) is, on average over mu of variance 1 − s / lambda, just that R.

    A network that bends does better: it follows a curved family of images with one latent where the linear model
    needs several. The number of latents is then too high; the nats came out within a third (tests/test_forecast.py).

    Args:
        eigenvalues: of the data's covariance, in any order, see `spectrum`; with their likelihood's sigma².
        latents: how many there are; None: as many as wake.

    Raises:
        ValueError: beta·sigma² is not positive, or eigenvalues are not finite.

    Source: probabilistic PCA, Tipping & Bishop 1999; as a VAE, Lucas et al. 2019, arXiv:1911.02469; the rates are
    those of reverse water-filling, Cover & Thomas, chapter 10.
    """
    threshold = beta * sigma2
    spectrum = np.sort(np.asarray(eigenvalues, np.float64).ravel())[::-1]
    if not 0 < threshold < math.inf:
        raise ValueError(f"beta·sigma² must be positive and finite, not {threshold}")
    if not np.isfinite(spectrum).all():
        raise ValueError("eigenvalues hold values that are not finite")
    awake = spectrum[spectrum > threshold][:latents]
    return Forecast(spectrum, threshold, 0.5 * np.log(awake / threshold))


def spectrum(images: np.ndarray, likelihood: str = "gaussian") -> np.ndarray:
    """Eigenvalues of the covariance of images, falling: what `forecast` needs.

    Under a Bernoulli there is no exact answer. With x̂ = sigmoid(l), −log p(x|l) is expanded to second order around
    the logits of the mean image p: but for a constant it is the sum of p(1 − p) / 2 · (l − l₀ − (x − p) / (p(1 − p)))²,
    a Gaussian of variance 1 for (x − p) / sqrt(p(1 − p)). So every pixel is scaled by that and sigma² is 1. This holds
    near the mean image, hence for latents that just wake, and flatters or slights the strong ones.

    Args:
        images: (N, ...) uint8, or float in [0, 1]; a few thousand are enough where there are more pixels than that.
        likelihood: "gaussian" or "bernoulli".

    Returns:
        (min(N, P),) for P values an image, >= 0; their sum is the whole variance.

    Raises:
        ValueError: no images, or an unknown likelihood.
    """
    if likelihood not in ("gaussian", "bernoulli"):
        raise ValueError(f"likelihood must be gaussian or bernoulli, not {likelihood!r}")
    images = np.asarray(images)
    if not len(images):
        raise ValueError("a spectrum needs images")
    x = images.reshape(len(images), -1).astype(np.float32 if images.dtype == np.uint8 else np.float64)
    if images.dtype == np.uint8:
        x /= 255
    mean = x.mean(axis=0, dtype=np.float64)
    x -= mean
    if likelihood == "bernoulli":
        deviation = np.sqrt(np.clip(mean * (1 - mean), 0, None))
        # a constant pixel tells nothing
        x *= np.divide(1, deviation, where=deviation > 0, out=np.zeros_like(deviation))
    product = x.T @ x if x.shape[1] <= len(x) else x @ x.T  # both have the same eigenvalues but for zeros
    return np.clip(np.linalg.eigvalsh(product.astype(np.float64) / len(x))[::-1], 0, None)
