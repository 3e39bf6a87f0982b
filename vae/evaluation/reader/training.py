"""How a reader learns: from real images, half of them blurred, and from no model; in the one training loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, cross_entropy, interpolate

from vae.config import ScheduleConfig, TrainingConfig
from vae.data import Factor, ImageSet
from vae.evaluation.reader.accuracy import measured
from vae.evaluation.reader.embedding import codes_of, encode_factors, factors_of, places_of, split_by_factor
from vae.evaluation.reader.network import initialised, rounded
from vae.evaluation.reader.reading import Reader
from vae.images import to_float
from vae.training.loop import TrainEvent, train
from vae.training.objectives import Knobs
from vae.training.schedules import learning_rate
from vae.training.state import TrainState
from vae.training.step import Batch, Step, adam

STEPS = 3_000  # enough for all but sprites, whose shapes take three times as many
_BATCH, _LR = 128, 4e-3

Progress = Callable[[str, int, int], object]


@dataclass(frozen=True)
class ReaderConfig:
    """The training of a reader: the data set that it is for, and its budget."""

    dataset: str
    shape: tuple[int, int, int]
    training: TrainingConfig

    @property
    def schedule(self) -> ScheduleConfig:
        """A short way up and half a cosine down to nothing."""
        return ScheduleConfig(warmup_steps=min(200, self.training.steps // 10) + 1, decay_fraction=1.0)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values."""
        return asdict(self) | {"shape": list(self.shape)}


@dataclass(frozen=True)
class ReaderTerms:
    """(K,) the loss of each factor: about 1 where nothing is known of it, and 0 where everything is."""

    per_factor: Tensor

    def detach(self) -> ReaderTerms:
        return ReaderTerms(self.per_factor.detach())

    def clone(self) -> ReaderTerms:
        return ReaderTerms(self.per_factor.clone())


class ReaderStep(Step):
    """The network and where its readings belong.

    The loss is the squared distance from the truth over the factor's variance, and for probabilities, which would
    learn slowly from that, the cross-entropy over that of a guess: so all factors weigh the same. Half of every batch
    is blurred, because decoded pictures are.

    Raises:
        ConfigError: images too small or too large.
        DataError: the images have neither factors nor labels.
    """

    def __init__(self, config: ReaderConfig, data: ImageSet, device: torch.device) -> None:
        self.factors = factors_of(data)
        self._truth = [places.to(device) for places in encode_factors(self.factors, codes_of(data))]
        self._scales = [_scale(factor) for factor in self.factors]
        self.network = initialised(config.shape, self.factors, config.training.seed)
        self.network = self.network.to(device, memory_format=torch.channels_last)
        self.knobs = Knobs.on(device)
        self.generator = torch.Generator(device).manual_seed(config.training.seed)
        self.modules = {"reader": self.network}
        self.optimisers = {"reader": adam(self.network.parameters(), self.knobs.lr)}

    def scheduled(self, step: int, config: ReaderConfig) -> dict[str, float]:
        return {"lr": learning_rate(step, config.schedule, config.training)}

    def forward(self, batch: Batch) -> tuple[Tensor, ReaderTerms]:
        x = _half_blurred(to_float(batch.images)).contiguous(memory_format=torch.channels_last)
        parts = split_by_factor(self.factors, self.network(x))
        truth = [places[batch.rows] for places in self._truth]
        columns = zip(self.factors, self._scales, parts, truth, strict=True)
        losses = torch.stack([_distance(factor, part, places) / scale for factor, scale, part, places in columns])
        return losses.sum(), ReaderTerms(losses)


def reader_training(data: ImageSet, steps: int = STEPS, seed: int = 0) -> TrainState:
    """The training of a reader before its first step, in batches of 128 images; `train` makes its steps.

    Raises:
        ConfigError, DataError: steps or seed out of range, or as `ReaderStep` does.
    """
    training = TrainingConfig(steps, min(_BATCH, len(data)), _LR, seed, "fp32")
    config, device = ReaderConfig(data.name, tuple(data.spec.shape), training), torch.device("cpu")
    return TrainState(config, device, ReaderStep(config, data, device))


def finished(state: TrainState, data: ImageSet, test: ImageSet) -> Reader:
    """Round the trained weights to half precision and measure the reader on test images.

    A file holds weights of half precision, so that its accuracy is that of what will be loaded.
    """
    step, training = state.update, state.config.training
    network = rounded(step.network).requires_grad_(False).eval()
    accuracy = measured(network, step.factors, test)
    shape, version = data.spec.shape, data.spec.version
    return Reader(data.name, version, shape, step.factors, network, accuracy, training.steps, training.seed)


def train_reader(
    data: ImageSet,
    test: ImageSet,
    steps: int = STEPS,
    seed: int = 0,
    progress: Progress = lambda stage, done, total: None,
) -> Reader:
    """Trains a reader on one split and measures it on the other.

    Args:
        progress: told (data set, steps done, steps).

    Raises:
        ConfigError, DataError: as `reader_training` does.
    """
    state = reader_training(data, steps, seed)
    events: Iterator[TrainEvent[ReaderTerms]] = train(state, data, every=20)
    for event in events:
        progress(data.name, event.step, steps)
    return finished(state, data, test)


def _distance(factor: Factor, part: Tensor, places: Tensor) -> Tensor:
    """How far a factor's part (B, E) of the output is from the truth, 0-d."""
    if factor.kind == "unordered":
        return cross_entropy(part, places.argmax(1))
    return (part - places).square().sum(1).mean()


def _scale(factor: Factor) -> float:
    """The distance of a reader that knows nothing of the factor."""
    if factor.kind == "unordered":
        return math.log(max(len(factor.values), 2))
    return max(float(places_of(factor).var(0, correction=0).sum()), 1e-6)  # of one value there is none


def _half_blurred(x: Tensor) -> Tensor:
    """The first half of a batch without its finest detail, as decoders paint; the rest as it is."""
    half = len(x) // 2
    coarse = avg_pool2d(x[:half], 2)
    return torch.cat((interpolate(coarse, size=x.shape[2:], mode="bilinear", align_corners=False), x[half:]))
