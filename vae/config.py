"""Frozen descriptions of a model, its objective and its training; JSON in and out.

A configuration is written verbatim into the checkpoint, so that a file explains itself after the code has moved on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from vae.system.messages import KeyedError


class ConfigError(KeyedError, ValueError):
    """A value that no model or training can have."""


def _require(condition: bool, key: str, **values: object) -> None:
    if not condition:
        raise ConfigError(key, **values)


def _require_between(name: str, low: int, value: Any, high: int) -> None:
    _require(low <= value <= high, "setting.between", name=name, low=low, high=f"{high:,}", value=value)


def _require_below_a_million(name: str, value: Any) -> None:
    _require(0 <= value < 1e6, "setting.between", name=name, low=0, high="1,000,000", value=value)


def _require_one_of(name: str, value: Any, choices: tuple[str, ...]) -> None:
    _require(value in choices, "setting.one_of", name=name, choices=choices, value=repr(value))


@dataclass(frozen=True)
class ModelConfig:
    """What is needed to build the network. `shape` is (C, H, W); `sigma` belongs to the Gaussian likelihood alone.

    `width` counts channels and `hidden` the units of fully connected layers, as far as the network has them. `init`
    is how the weights are drawn, "kaiming" or "pytorch" (the defaults of its layers): see `model.initialise`.
    """

    network: str = "burgess"
    shape: tuple[int, int, int] = (3, 64, 64)
    latent_dim: int = 10
    width: int = 32
    hidden: int = 256
    likelihood: str = "bernoulli"
    sigma: float = 1.0
    init: str = "kaiming"

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))
        whole = len(self.shape) == 3 and all(isinstance(n, int) and 1 <= n <= 1024 for n in self.shape)
        _require(whole, "setting.shape", value=str(self.shape))
        for key, most in (("latent_dim", 1024), ("width", 1024), ("hidden", 8192)):
            _require_between(key, 1, getattr(self, key), most)
        _require_one_of("likelihood", self.likelihood, ("bernoulli", "gaussian"))
        _require(0 < self.sigma < 1e6, "setting.interval", name="sigma", interval="(0, 1000000)", value=self.sigma)
        _require_one_of("init", self.init, ("kaiming", "pytorch"))


def _knots(values: Any) -> tuple[tuple[int, float], ...]:
    """(step, beta) pairs of any sequence, checked: whole steps that rise, betas that a loss can take."""
    whole = all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and all(type(n) in (int, float) for n in pair)
        for pair in values
    )
    _require(whole, "setting.knots", value=repr(values))
    knots = tuple((step, float(beta)) for step, beta in values)
    steps = [step for step, _ in knots]
    rises = all(type(step) is int for step in steps) and steps == sorted(set(steps)) and min(steps, default=0) >= 0
    _require(rises, "setting.knot_steps", value=str(steps))
    for _, beta in knots:
        _require_below_a_million("beta_knots", beta)
    return knots


@dataclass(frozen=True)
class ObjectiveConfig:
    """The loss by its name in `OBJECTIVES`, and its numbers; all in nats per image.

    Which of them the loss reads stands in its record. `beta` weighs the KL in `beta_h` and the total correlation in
    `beta_tc`; `gamma` and `capacity` belong to `beta_b`: gamma * |KL - C|.
    """

    name: str = "vae"
    beta: float = 1.0
    gamma: float = 100.0
    capacity: float = 25.0

    def __post_init__(self) -> None:
        for number in fields(self)[1:]:  # all but the name
            _require_below_a_million(number.name, getattr(self, number.name))


@dataclass(frozen=True)
class ScheduleConfig:
    """How the numbers move over the steps.

    `beta_knots`: beta at some steps, ((step, beta), …), with straight lines between them; empty: it is constant.
    `anneal_steps`: the capacity rises linearly from 0 over so many steps (0: it is constant).
    `warmup_steps`: the learning rate rises linearly from 0; over the last `decay_fraction` of all steps it falls to 0
    along a half cosine.
    """

    beta_knots: tuple[tuple[int, float], ...] = ()
    anneal_steps: int = 0
    warmup_steps: int = 100
    decay_fraction: float = 0.5

    def __post_init__(self) -> None:
        object.__setattr__(self, "beta_knots", _knots(self.beta_knots))
        for key in ("anneal_steps", "warmup_steps"):
            _require(getattr(self, key) >= 0, "setting.at_least", name=key, low=0, value=getattr(self, key))
        _require_between("decay_fraction", 0, self.decay_fraction, 1)


@dataclass(frozen=True)
class TrainingConfig:
    """The budget and the optimiser (Adam). `precision`: "auto" is bf16 autocast where the machine is fast at it.

    `ema`: decay of an exponential moving average of the weights, which is then what a file gets; 0: the last weights.
    """

    steps: int = 10_000
    batch_size: int = 128
    lr: float = 1e-3
    seed: int = 0
    precision: str = "auto"
    ema: float = 0.0

    def __post_init__(self) -> None:
        _require_between("steps", 1, self.steps, 100_000_000)
        _require_between("batch_size", 1, self.batch_size, 65_536)
        _require(0 < self.lr <= 1, "setting.interval", name="lr", interval="(0, 1]", value=self.lr)
        _require_between("seed", 0, self.seed, 2**31 - 1)
        _require_one_of("precision", self.precision, ("auto", "bf16", "fp32"))
        _require(0 <= self.ema < 1, "setting.interval", name="ema", interval="[0, 1)", value=self.ema)


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides what comes out of a training."""

    dataset: str
    model: ModelConfig = field(default_factory=ModelConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)

    def __post_init__(self) -> None:
        knots, last = self.schedule.beta_knots, self.objective.beta
        ends = not knots or knots[-1][1] == last
        _require(ends, "setting.knots_end", beta=last, value=str(knots[-1:]))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of the images."""
        return self.model.shape

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values."""
        plain = asdict(self)
        plain["model"]["shape"] = list(self.model.shape)
        plain["schedule"]["beta_knots"] = [list(knot) for knot in self.schedule.beta_knots]
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> TrainConfig:
        """The inverse of `to_json`, strict about keys and types.

        Raises:
            ConfigError: naming the section and the key that is unknown, or the value that is out of range.
        """
        parts = {"model": ModelConfig, "objective": ObjectiveConfig, "schedule": ScheduleConfig}
        parts["training"] = TrainingConfig
        _require(isinstance(plain, dict), "setting.object", type=type(plain).__name__)
        _require(isinstance(plain.get("dataset"), str), "setting.no_dataset")
        unknown = set(plain) - set(parts) - {"dataset"}
        _require(not unknown, "setting.unknown_section", names=sorted(unknown))
        return cls(plain["dataset"], **{key: build(kind, key, plain.get(key, {})) for key, kind in parts.items()})


_KINDS: dict[str, tuple[type, ...]] = {  # what JSON may hold for a field of each annotation
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "tuple[int, int, int]": (list,),
    "tuple[tuple[int, float], ...]": (list,),
}


def build(kind: type, section: str, values: Any) -> Any:
    _require(isinstance(values, dict), "setting.section", section=section, type=type(values).__name__)
    kinds = {f.name: f.type for f in fields(kind)}
    unknown = set(values) - set(kinds)
    _require(not unknown, "setting.unknown_key", section=section, names=sorted(unknown))
    for key, value in values.items():
        fits = isinstance(value, _KINDS[kinds[key]]) and not isinstance(value, bool)
        _require(fits, "setting.kind", name=key, section=section, kind=kinds[key], value=repr(value))
    return kind(**values)
