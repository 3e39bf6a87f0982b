"""A small network that reads factors off pictures, so that a *decoder* can be held to what its pictures show.

It learns from real images, sharp and blurred ones, and knows nothing of any model. What it says about a factor is a
*reading*: a point in an embedding where distance 1 leads from one end of the factor to the other.

- ordered: one number in [0, 1], the value's place in the row;
- cyclic: (cos, sin) / 2 of the value's angle, whose diameter is 1; nearer to the centre, the less can be told;
- unordered, and classes: the probabilities of the values over the square root of 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, cross_entropy, interpolate

from vae.config import ConfigError, TrainingConfig
from vae.data import DATASETS, DataError, Factor, ImageSet
from vae.images import to_float
from vae.system.paths import READERS
from vae.system.safetensors_file import CheckpointError, expect, expect_keys, expect_tensor, read, read_header, write

STEPS = 3_000  # enough for all but sprites, whose shapes take three times as many

_FORMAT_VERSION = 1
_KEYS = {
    "format_version": int,
    "dataset": dict,
    "shape": list,
    "factors": list,
    "accuracy": list,
    "steps": int,
    "seed": int,
}
_FACTOR = {"name": str, "values": list, "ordered": bool, "cyclic": bool}
_NUMBER = (int, float)
_FIGURES = {"name": str, "kind": str, "accuracy": _NUMBER, "noise": _NUMBER}
_CHANNELS, _HIDDEN = (8, 16, 32, 32), 24  # small, and multiples of what a vector unit takes at once
_BATCH, _LR = 128, 4e-3
_AT_ONCE = 64  # images; their activations stay in a core's cache

Progress = Callable[[str, int, int], object]


class Network(nn.Module):
    """4×4 convolutions of stride 2 until at most 4 pixels are left to a side, and two fully connected layers.

    The second of them also sees mean and maximum of the last but one convolution's maps: what a shape is does not
    depend on where it lies, and places alone take very long to teach that.
    """

    def __init__(self, shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        channels, height, width = shape
        layers = 0
        while max(height, width) > 4:
            height, width, layers = height // 2, width // 2, layers + 1
        if not 1 < layers <= len(_CHANNELS) or min(height, width) < 1:
            raise ConfigError("setting.reader_sides", size=f"{shape[1]}×{shape[2]}")
        sizes = (channels, *_CHANNELS[:layers])
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairwise(sizes))
        self.placed = nn.Linear(sizes[-1] * height * width, _HIDDEN)
        self.anywhere = nn.Linear(2 * sizes[-2], _HIDDEN)
        self.output = nn.Linear(2 * _HIDDEN, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in [0, 1] -> (B, outputs): the embeddings side by side, logits where they are probabilities."""
        for convolution in self.convolutions:
            before, x = x, convolution(x).relu()
        placed = self.placed(x.flatten(1))
        anywhere = self.anywhere(torch.cat((before.mean((2, 3)), before.amax((2, 3))), dim=1))
        return self.output(torch.cat((placed, anywhere), dim=1).relu())


@dataclass(frozen=True)
class Reader:
    """A trained network with what it reaches on images that it has not seen.

    Attributes:
        dataset, version: what it learned from; it reads the pictures of no other.
        shape: (C, H, W) of a picture.
        factors: the K factors in the data set's order, or the one factor "class".
        network: in eval mode, float32 with values that half precision holds.
        accuracy: for each factor {"name", "kind", "r2", "accuracy", "noise"}, see `measured`.
    """

    dataset: str
    version: str
    shape: tuple[int, int, int]
    factors: tuple[Factor, ...]
    network: nn.Module
    accuracy: tuple[dict[str, Any], ...]
    steps: int
    seed: int

    @property
    def noise(self) -> np.ndarray:
        """(K,) mean squared distance of a held-out reading from the truth."""
        return np.array([figure["noise"] for figure in self.accuracy])

    def read(self, images: Tensor) -> list[Tensor]:
        """Readings of pictures.

        Args:
            images: (n, C, H, W) uint8, or float in [0, 1].

        Returns:
            K float32 tensors on the CPU, (n, 1), (n, 2) or (n, number of values).

        Raises:
            ValueError: another shape or type.
        """
        if images.ndim != 4 or tuple(images.shape[1:]) != self.shape:
            raise ValueError(f"the reader of {self.dataset} takes images (n, {self.shape}), not {tuple(images.shape)}")
        return _read(self.network, self.factors, images)

    def values(self, readings: Sequence[Tensor]) -> list[np.ndarray]:
        """The nearest value of each factor: K readings (n, E_k) -> K int64 arrays (n,).

        First and last value of a cyclic factor are the same place and are both called 0.
        """
        return [_nearest(factor, reading) for factor, reading in zip(self.factors, readings, strict=True)]


def factors_of(data: ImageSet) -> tuple[Factor, ...]:
    """What there is to read: the data set's factors, else its classes as the one factor "class".

    Raises:
        DataError: neither is known.
    """
    if data.spec.factors:
        return data.spec.factors
    if data.labels is None:
        raise DataError("data.nothing_to_read", name=data.name)
    names = data.label_names or tuple(str(label) for label in range(int(data.labels.max()) + 1))
    return (Factor("class", tuple(names), ordered=False),)


def codes_of(data: ImageSet) -> Tensor:
    """The true values that belong to `factors_of`: (N, K) int64."""
    return torch.from_numpy(data.factors if data.spec.factors else data.labels[:, None]).long()


def encode_factors(factors: Sequence[Factor], codes: Tensor | np.ndarray) -> list[Tensor]:
    """Where the readings of known values belong.

    Args:
        codes: (n, K) int, places in the factors' `values`.

    Returns:
        K float32 tensors as `Reader.read` gives them.

    Raises:
        ValueError: another number of columns.
    """
    codes = torch.as_tensor(codes)
    if codes.ndim != 2 or codes.shape[1] != len(factors):
        raise ValueError(f"codes must be (n, {len(factors)}), not {tuple(codes.shape)}")
    return [_places(factor)[column] for factor, column in zip(factors, codes.long().unbind(1), strict=True)]


def _places(factor: Factor) -> Tensor:
    """(V, E) float32, the embedding of each value."""
    count = len(factor.values)
    if factor.kind == "unordered":
        return torch.eye(count) / math.sqrt(2)
    row = torch.arange(count) / max(count - 1, 1)
    if factor.kind == "ordered":
        return row[:, None]
    angle = 2 * math.pi * row
    return torch.stack((angle.cos(), angle.sin()), dim=1) / 2


def _nearest(factor: Factor, reading: Tensor) -> np.ndarray:
    places = _places(factor)
    if factor.kind == "cyclic":
        places = places[:-1]
    return torch.cdist(reading.float(), places).argmin(1).numpy()


def _parts(factors: Sequence[Factor], output: Tensor) -> tuple[Tensor, ...]:
    """The network's output, cut into factors."""
    return output.split([_places(factor).shape[1] for factor in factors], dim=1)


def _read(network: nn.Module, factors: Sequence[Factor], images: Tensor) -> list[Tensor]:
    """Readings, held to where values can lie: the row of an ordered factor, the disc of a cyclic one."""
    if images.dtype != torch.uint8 and not images.is_floating_point():
        raise ValueError(f"images must be uint8 or float in [0, 1], not {images.dtype}")
    device = next(network.parameters()).device
    outputs = [torch.empty(0, sum(_places(factor).shape[1] for factor in factors))]
    with torch.inference_mode():
        for part in images.split(_AT_ONCE):
            outputs.append(network(to_float(part.to(device))).float().cpu())
    parts = _parts(factors, torch.cat(outputs))  # joined out here, so that they are no inference tensors
    return [_held(factor, part) for factor, part in zip(factors, parts, strict=True)]


def _held(factor: Factor, part: Tensor) -> Tensor:
    if factor.kind == "ordered":
        return part.clamp(0, 1)
    if factor.kind == "cyclic":
        return part / (2 * part.norm(dim=1, keepdim=True)).clamp_min(1)
    return part.softmax(1) / math.sqrt(2)


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
    network = _initialised(train.spec.shape, factors, seed).to(memory_format=torch.channels_last)
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
    network = _rounded(network).requires_grad_(False).eval()  # measured is what a file will hold
    found = measured(network, factors, test)
    return Reader(train.name, train.spec.version, train.spec.shape, factors, network, found, steps, seed)


def _loss(factors: Sequence[Factor], output: Tensor, truth: Sequence[Tensor]) -> Tensor:
    """A number that is about the number of factors where nothing is known of any, and 0 where everything is."""
    losses = []
    for factor, part, places in zip(factors, _parts(factors, output), truth, strict=True):
        if factor.kind == "unordered":
            losses.append(cross_entropy(part, places.argmax(1)) / math.log(max(len(factor.values), 2)))
        else:
            variance = _places(factor).var(0, correction=0).sum().clamp_min(1e-6)  # of one value there is none
            losses.append((part - places).square().sum(1).mean() / variance)
    return torch.stack(losses).sum()


def _initialised(shape: tuple[int, int, int], factors: Sequence[Factor], seed: int) -> Network:
    """Weights that keep the size of what runs through, as He et al. 2015, arXiv:1502.01852, draw them."""
    network = _blank(shape, factors).to_empty(device="cpu")
    generator = torch.Generator().manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(layer.bias)
    return network


def _blank(shape: tuple[int, int, int], factors: Sequence[Factor]) -> Network:
    """A network without weights: nothing is allocated, and nobody's random numbers are drawn."""
    outputs = sum(_places(factor).shape[1] for factor in factors)  # not on "meta", where `eye` imports for a second
    with torch.device("meta"):
        return Network(shape, outputs)


def _lr(step: int, steps: int) -> float:
    """A short way up and half a cosine down to nothing."""
    warm = min(200, steps // 10) + 1
    return _LR * min(1.0, (step + 1) / warm) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _half_blurred(x: Tensor) -> Tensor:
    """The first half of a batch without its finest detail, as decoders paint; the rest as it is."""
    half = len(x) // 2
    coarse = avg_pool2d(x[:half], 2)
    return torch.cat((interpolate(coarse, size=x.shape[2:], mode="bilinear", align_corners=False), x[half:]))


def _rounded(network: nn.Module) -> nn.Module:
    """With weights that survive half precision, laid out as those of a file, so that both read the very same."""
    network = network.to(memory_format=torch.contiguous_format)
    network.load_state_dict({key: value.half().float() for key, value in network.state_dict().items()})
    return network


def measured(
    network: nn.Module,
    factors: Sequence[Factor],
    test: ImageSet,
    rows: Tensor | None = None,
    through: Callable[[Tensor], Tensor] = lambda images: images,
) -> tuple[dict[str, Any], ...]:
    """What readings of known images are worth.

    Args:
        rows: (n,) the images to be read, all of them unless given.
        through: what is done to the images (n, C, H, W) uint8 before they are read, say a reconstruction.

    Returns:
        for each factor: "name"; "kind"; "r2", the share of the truth's variance that the readings explain, None where
        the factor is unordered; "accuracy", the share of images whose nearest value is the right one; "noise", the mean
        squared distance of the reading from the truth.
    """
    rows = torch.arange(len(test)) if rows is None else rows
    parts = [_read(network, factors, through(test.batch(part))) for part in rows.split(500)]
    readings = [torch.cat(column) for column in zip(*parts, strict=True)]
    codes = codes_of(test)[rows]
    truth = encode_factors(factors, codes)
    return tuple(
        _figures(factor, reading, places) for factor, reading, places in zip(factors, readings, truth, strict=True)
    )


def _figures(factor: Factor, reading: Tensor, truth: Tensor) -> dict[str, Any]:
    noise = float((reading - truth).double().square().sum(1).mean())
    variance = float(truth.double().var(0, correction=0).sum())
    right = _nearest(factor, reading) == _nearest(factor, truth)
    return {
        "name": factor.name,
        "kind": factor.kind,
        "r2": None if factor.kind == "unordered" or variance == 0 else 1 - noise / variance,
        "accuracy": float(right.mean()),
        "noise": noise,
    }


def save_reader(reader: Reader, path: Path) -> None:
    """Writes a reader in half precision, which its weights already have.

    Raises:
        CheckpointError: the file cannot be written.
    """
    tensors = {f"reader.{key}": tensor.half() for key, tensor in reader.network.state_dict().items()}
    header = {
        "format_version": _FORMAT_VERSION,
        "dataset": {"name": reader.dataset, "version": reader.version},
        "shape": list(reader.shape),
        "factors": [
            {key: value for key, value in asdict(factor).items() if value is not None} for factor in reader.factors
        ],
        "accuracy": list(reader.accuracy),
        "steps": reader.steps,
        "seed": reader.seed,
    }
    write(path, tensors, header)


def load_reader(path: str | Path) -> Reader:
    """Reads a reader back.

    Raises:
        CheckpointError: no such file, a foreign or damaged one, one whose parts do not fit each other, or one that
            learned from a data set that is not here in that version.
    """
    path = Path(path)
    tensors, header = read(path)
    factors = _checked(path, header)
    name, version = header["dataset"]["name"], header["dataset"]["version"]
    known = list(DATASETS)
    expect(name in known, path, "dataset.name", "checkpoint.one_of", expected=known, actual=repr(name))
    spec = DATASETS[name]
    versions = {"expected": repr(spec.version), "actual": repr(version)}
    expect(version == spec.version, path, "dataset.version", "checkpoint.other", **versions)
    shapes = {"expected": str(list(spec.shape)), "actual": str(header["shape"])}
    expect(header["shape"] == list(spec.shape), path, "shape", "checkpoint.other", **shapes)
    expect(not spec.factors or factors == spec.factors, path, "factors", "checkpoint.other_factors", name=name)
    network = _network(path, spec.shape, factors, tensors)
    return Reader(
        name, version, spec.shape, factors, network, tuple(header["accuracy"]), header["steps"], header["seed"]
    )


def reader_of(dataset: str, folder: Path | None = None) -> Reader | None:
    """The reader of a data set from a folder, `READERS` unless given; None where there is none for this version of it.

    Raises:
        CheckpointError: the file is foreign or damaged.
    """
    path = (folder or READERS) / f"{dataset}.safetensors"
    if not path.is_file() or dataset not in DATASETS:
        return None
    header = read_header(path)
    _checked(path, header)
    same = header["dataset"]["name"] == dataset
    expect(same, path, "dataset.name", "checkpoint.should_be", expected=repr(dataset))
    return load_reader(path) if header["dataset"]["version"] == DATASETS[dataset].version else None


def _checked(path: Path, header: dict[str, Any]) -> tuple[Factor, ...]:
    """The factors of a header in which everything is there and of its kind."""
    version = header.get("format_version")
    same = version == _FORMAT_VERSION
    expect(same, path, "format_version", "checkpoint.other", expected=_FORMAT_VERSION, actual=repr(version))
    expect_keys(path, header, _KEYS)
    expect_keys(path, header["dataset"], {"name": str, "version": str})
    expect(len(header["factors"]) > 0, path, "factors", "checkpoint.empty")
    factors = tuple(_factor(path, found) for found in header["factors"])
    found = header["accuracy"]
    rows = {"expected": len(factors), "actual": len(found)}
    expect(len(found) == len(factors), path, "accuracy", "checkpoint.rows", **rows)
    for figure, factor in zip(found, factors, strict=True):
        expect(isinstance(figure, dict), path, "accuracy", "checkpoint.objects")
        expect_keys(path, figure, _FIGURES)
        expect(figure["name"] == factor.name, path, "accuracy.name", "checkpoint.should_be", expected=repr(factor.name))
        expect(figure["kind"] == factor.kind, path, "accuracy.kind", "checkpoint.should_be", expected=repr(factor.kind))
        for key in ("accuracy", "noise"):
            expect(0 <= figure[key] <= 1, path, f"accuracy.{key}", "checkpoint.share", actual=figure[key])
        r2 = figure.get("r2")
        expect(r2 is None or (isinstance(r2, _NUMBER) and r2 <= 1), path, "accuracy.r2", "checkpoint.at_most_one")
    return factors


def _factor(path: Path, found: Any) -> Factor:
    expect(isinstance(found, dict), path, "factors", "checkpoint.objects")
    expect_keys(path, found, _FACTOR)
    values, colours = found["values"], found.get("colours")
    expect(len(values) > 0, path, "factors.values", "checkpoint.empty")
    for name, texts in (("values", values), ("colours", colours or [])):
        whole = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
        expect(whole, path, f"factors.{name}", "checkpoint.texts")
    return Factor(found["name"], tuple(values), tuple(colours) if colours else None, found["ordered"], found["cyclic"])


def _network(
    path: Path, shape: tuple[int, int, int], factors: Sequence[Factor], tensors: dict[str, Tensor]
) -> nn.Module:
    """The network with the file's weights as float32, in eval mode."""
    try:
        network = _blank(shape, factors)
    except ConfigError as error:
        raise CheckpointError("checkpoint.not_valid", file=path, entry="shape", reason=error) from error
    wanted = network.state_dict()
    for key, tensor in wanted.items():
        expect_tensor(path, tensors, f"reader.{key}", tuple(tensor.shape), torch.float16)
    for key in tensors:
        expect(key.removeprefix("reader.") in wanted, path, key, "checkpoint.no_part")
    network.load_state_dict({key: tensors[f"reader.{key}"].float() for key in wanted}, assign=True)
    return network.requires_grad_(False).eval()
