"""How a reader learns: from real images, half of them blurred, and from no model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, cross_entropy, interpolate

from vae.config import TrainingConfig
from vae.data import Factor, ImageSet
from vae.evaluation.reader.accuracy import measured
from vae.evaluation.reader.embedding import codes_of, encode_factors, factors_of, places_of, split_by_factor
from vae.evaluation.reader.network import initialised, rounded
from vae.evaluation.reader.reading import Reader
from vae.images import to_float

STEPS = 3_000  # enough for all but sprites, whose shapes take three times as many
_BATCH, _LR = 128, 4e-3

Progress = Callable[[str, int, int], object]


def train_reader(
    train: ImageSet,
    test: ImageSet,
    steps: int = STEPS,
    seed: int = 0,
    progress: Progress = lambda stage, done, total: None,
) -> Reader:
    """Trains a reader on one split and measures it on the other.

    The loss is the squared distance from the truth over the factor's variance, and for probabilities, which would
    learn slowly from that, the cross-entropy over that of a guess: so all factors weigh the same. Half of every batch
    is blurred, because decoded pictures are.

    Args:
        steps: batches of 128 images, drawn with replacement.
        progress: told (data set, steps done, steps).

    Raises:
        ConfigError: steps or seed out of range, or images too small or too large.
        DataError: the images have neither factors nor labels.
    """
    TrainingConfig(steps, _BATCH, _LR, seed)  # its checks are wanted here too
    factors, codes = factors_of(train), codes_of(train)
    truth = encode_factors(factors, codes)
    generator = torch.Generator().manual_seed(seed)
    network = initialised(train.spec.shape, factors, seed).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(network.parameters(), lr=_LR, fused=True)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = _lr(step, steps)
        rows = torch.randint(len(train), (_BATCH,), generator=generator)
        x = _half_blurred(to_float(train.batch(rows))).contiguous(memory_format=torch.channels_last)
        loss = _loss(factors, network(x), [places[rows] for places in truth])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if (step + 1) % 20 == 0 or step + 1 == steps:
            progress(train.name, step + 1, steps)
    network = rounded(network).requires_grad_(False).eval()  # measured is what a file will hold
    found = measured(network, factors, test)
    return Reader(train.name, train.spec.version, train.spec.shape, factors, network, found, steps, seed)


def _loss(factors: Sequence[Factor], output: Tensor, truth: Sequence[Tensor]) -> Tensor:
    """A number that is about the number of factors where nothing is known of any, and 0 where everything is."""
    losses = []
    for factor, part, places in zip(factors, split_by_factor(factors, output), truth, strict=True):
        if factor.kind == "unordered":
            losses.append(cross_entropy(part, places.argmax(1)) / math.log(max(len(factor.values), 2)))
        else:
            variance = places_of(factor).var(0, correction=0).sum().clamp_min(1e-6)  # of one value there is none
            losses.append((part - places).square().sum(1).mean() / variance)
    return torch.stack(losses).sum()


def _lr(step: int, steps: int) -> float:
    """A short way up and half a cosine down to nothing."""
    warm = min(200, steps // 10) + 1
    return _LR * min(1.0, (step + 1) / warm) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _half_blurred(x: Tensor) -> Tensor:
    """The first half of a batch without its finest detail, as decoders paint; the rest as it is."""
    half = len(x) // 2
    coarse = avg_pool2d(x[:half], 2)
    return torch.cat((interpolate(coarse, size=x.shape[2:], mode="bilinear", align_corners=False), x[half:]))
