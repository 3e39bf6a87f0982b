"""Analysis by synthesis: the rendered image that fits a decoded picture best, and what it leaves unexplained.

A reader answers whatever it is shown. A cross-fade of two images, a ghost or a smear still get a reading, as if they
were pictures of something. Where the renderer of a data set is at hand, every picture can be held against all that it
could be: the best fit says which values the factors have, and its residual how far the picture is from being any image
at all, in grey levels. An exact image leaves 0. What a picture between two images leaves depends on the data, and is
measured as a mark: a decoder that fades from image to image can do no better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.data import Factor, ImageSet
from vae.images import to_float

IMAGES = 100  # of a data set, whose reconstructions are fitted
FADES = 25  # cross-fades of two of them, for a mark
_ROUNDS = 4  # through all factors; most fits stand still after two
_AT_ONCE = 64  # rendered images held together for one picture


def best_fit(
    draw: Callable[[Tensor], Tensor], sizes: Sequence[int], pictures: Tensor, starts: Tensor
) -> tuple[Tensor, Tensor]:
    """The factor values whose rendered image is next to each picture in the mean square, by coordinate descent.

    One factor after the other takes the best of all its values while the others stay, until nothing gets better. That
    may end in a place that is best along each factor alone; a start that is nearly right, as a reader's, is needed.

    Args:
        draw: factor values int64 (m, K) -> uint8 (m, C, H, W).
        sizes: how many values each of the K factors has.
        pictures: (n, C, H, W) float in [0, 1] or uint8.
        starts: (n, K) int64, where each descent begins.

    Returns:
        (n, K) int64, and the residual (n,) float32: the root of the mean squared difference, in grey levels of 255.
    """
    pictures = to_float(pictures)
    found, error = starts.clone(), torch.empty(len(pictures))
    for row, picture in enumerate(pictures):
        best = found[row]
        error[row] = _errors(draw, picture, best[None])[0]
        for _ in range(_ROUNDS):
            before = error[row].item()
            for factor, size in enumerate(sizes):
                tried = best.repeat(size, 1)
                tried[:, factor] = torch.arange(size)
                errors = _errors(draw, picture, tried)
                if errors.min() < error[row]:
                    best, error[row] = tried[errors.argmin()], errors.min()
            if error[row].item() >= before:
                break
        found[row] = best
    return found, 255 * error.sqrt()


def _errors(draw: Callable[[Tensor], Tensor], picture: Tensor, codes: Tensor) -> Tensor:
    """The mean squared difference of a picture (C, H, W) from the images of codes (m, K): (m,)."""
    parts = [(to_float(draw(part)) - picture).square().flatten(1).mean(1) for part in codes.split(_AT_ONCE)]
    return torch.cat(parts)


def measure_synthesis(
    decode: Callable[[Tensor], Tensor], test: ImageSet, factors: Sequence[Factor], mu: np.ndarray
) -> dict[str, Any] | None:
    """What best fits say of a model's reconstructions, of 100 test images; None where nothing renders these data.

    Args:
        decode: as for `spill`. test: the images whose posterior means are mu (N, D).

    Returns:
        "residual" and "residual_spread", mean and standard deviation in grey levels; "fade", the mean residual of
        cross-fades of two of these images, half and half; "right": for each factor the
        share of reconstructions whose best fit has the image's own value, which starts from that of the image, so that
        it is what the picture still shows and no reader's mistake.
    """
    if test.draw is None or test.factors is None:
        return None
    rows = np.unique(np.linspace(0, len(mu) - 1, IMAGES).round().astype(int))
    truth = torch.from_numpy(np.asarray(test.factors)[rows]).long()
    pictures = decode(torch.from_numpy(mu[rows]).float())
    found, residual = best_fit(test.draw, [len(factor.values) for factor in factors], pictures, truth)
    # compared as images, not as numbers: 0° and 360° are the same orientation, and a square turned by a quarter, too
    right = []
    for factor in range(len(factors)):
        one = truth.clone()
        one[:, factor] = found[:, factor]
        same = (test.draw(one) == test.draw(truth)).flatten(1).all(1)
        right.append(round(float(same.float().mean()), 4))
    images = to_float(test.draw(truth[:FADES]))
    fades = (images + images.roll(1, 0)) / 2
    _, faded = best_fit(test.draw, [len(factor.values) for factor in factors], fades, truth[:FADES])
    return {
        "fade": round(float(faded.mean()), 4),
        "residual": round(float(residual.mean()), 4),
        "residual_spread": round(float(residual.std(correction=0)), 4),
        "right": right,
    }
