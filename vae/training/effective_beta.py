"""Losses as others write them, translated into the beta that makes ours the same."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vae.config import ConfigError


@dataclass(frozen=True)
class SquaredErrorLoss:
    """A loss as others write it: squared error + kl_weight·KL, the KL summed over the latents.

    `reduction`: is the squared error of an image the "mean" or the "sum" over its values?
    """

    kl_weight: float
    reduction: str = "mean"

    def __post_init__(self) -> None:
        if self.reduction not in ("mean", "sum"):
            raise ConfigError("setting.one_of", name="reduction", choices=["mean", "sum"], value=repr(self.reduction))
        if not 0 <= self.kl_weight < math.inf:
            raise ConfigError("setting.at_least", name="kl_weight", low=0, value=self.kl_weight)


def effective_beta(
    loss: SquaredErrorLoss, pixels: int, pixel_range: tuple[float, float] = (0.0, 1.0), sigma: float = 1.0
) -> float:
    """The beta that makes a Gaussian of standard deviation sigma, plus beta·KL, the same loss up to a factor.

    Mean squared error over P values + w·KL, times P / (2·sigma²), is the negative ELBO with beta = w·P / (2·sigma²)
    but for constants. Only beta·sigma² is identified.

    Args:
        pixels: P, the values of an image, channels included.
        pixel_range: what black and white are in the loss, as (−1, 1).
        sigma: in units of [0, 1], whatever the range.

    Raises:
        ConfigError: no pixels, an empty range, or a sigma that is not positive.
    """
    span = pixel_range[1] - pixel_range[0]
    if pixels < 1 or not span > 0 or not sigma > 0:
        raise ConfigError("setting.no_beta", pixels=pixels, range=str(pixel_range), sigma=sigma)
    values = pixels if loss.reduction == "mean" else 1
    return loss.kl_weight * values / (2 * (sigma * span) ** 2)
