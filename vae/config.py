"""Frozen descriptions of a model, its objective and its training; JSON in and out.

A configuration is written verbatim into the checkpoint, so that a file explains itself after the code has moved on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

BETA_OBJECTIVES = ("beta_h", "beta_tc")  # those whose loss reads beta, and may have it moved by knots


class ConfigError(ValueError):
    """A value that no model or training can have; the message is one sentence for the user."""


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise ConfigError(sentence)


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
        _require(whole, f"shape must be (C, H, W), each between 1 and 1024, not {self.shape}")
        _require(1 <= self.latent_dim <= 1024, f"latent_dim must be between 1 and 1024, not {self.latent_dim}")
        _require(1 <= self.width <= 1024, f"width must be between 1 and 1024, not {self.width}")
        _require(1 <= self.hidden <= 8192, f"hidden must be between 1 and 8192, not {self.hidden}")
        _require(
            self.likelihood in ("bernoulli", "gaussian"),
            f"likelihood must be bernoulli or gaussian, not {self.likelihood!r}",
        )
        _require(0 < self.sigma < 1e6, f"sigma must be between 0 and a million, not {self.sigma}")
        _require(self.init in ("kaiming", "pytorch"), f"init must be kaiming or pytorch, not {self.init!r}")


def _knots(values: Any) -> tuple[tuple[int, float], ...]:
    """(step, beta) pairs of any sequence, checked: whole steps that rise, betas that a loss can take."""
    whole = all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and all(type(n) in (int, float) for n in pair)
        for pair in values
    )
    _require(whole, f"beta_knots must be pairs of step and beta, not {values!r}")
    knots = tuple((step, float(beta)) for step, beta in values)
    steps = [step for step, _ in knots]
    rises = all(type(step) is int for step in steps) and steps == sorted(set(steps)) and min(steps, default=0) >= 0
    _require(rises, f"the steps of beta_knots must be whole numbers that rise, not {steps}")
    for _, beta in knots:
        _require(0 <= beta < 1e6, f"the betas of beta_knots must be between 0 and a million, not {beta}")
    return knots


@dataclass(frozen=True)
class ObjectiveConfig:
    """The loss by its name in `OBJECTIVES`, and its numbers; all in nats per image.

    `beta` weighs the KL in `beta_h` and the total correlation in `beta_tc`; `gamma` and `capacity` belong to `beta_b`:
    gamma * |KL - C|.
    """

    name: str = "vae"
    beta: float = 1.0
    gamma: float = 100.0
    capacity: float = 25.0

    def __post_init__(self) -> None:
        for key in ("beta", "gamma", "capacity"):
            value = getattr(self, key)
            _require(0 <= value < 1e6, f"{key} must be between 0 and a million, not {value}")


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
        _require(self.anneal_steps >= 0, f"anneal_steps must be >= 0, not {self.anneal_steps}")
        _require(self.warmup_steps >= 0, f"warmup_steps must be >= 0, not {self.warmup_steps}")
        _require(0 <= self.decay_fraction <= 1, f"decay_fraction must be in [0, 1], not {self.decay_fraction}")


@dataclass(frozen=True)
class TrainingConfig:
    """The budget and the optimiser (Adam). `precision`: "auto" is bf16 autocast where the machine is fast at it."""

    steps: int = 10_000
    batch_size: int = 128
    lr: float = 1e-3
    seed: int = 0
    precision: str = "auto"

    def __post_init__(self) -> None:
        _require(1 <= self.steps <= 100_000_000, f"steps must be between 1 and 100,000,000, not {self.steps}")
        _require(1 <= self.batch_size <= 65_536, f"batch_size must be between 1 and 65,536, not {self.batch_size}")
        _require(0 < self.lr <= 1, f"lr must be in (0, 1], not {self.lr}")
        _require(0 <= self.seed < 2**31, f"seed must be between 0 and 2^31 - 1, not {self.seed}")
        _require(
            self.precision in ("auto", "bf16", "fp32"), f"precision must be auto, bf16 or fp32, not {self.precision!r}"
        )


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
        _require(
            not knots or self.objective.name in BETA_OBJECTIVES,
            f"beta_knots needs the objective {' or '.join(BETA_OBJECTIVES)}, not {self.objective.name}",
        )
        _require(not knots or knots[-1][1] == last, f"the last of beta_knots must be beta, {last}, not {knots[-1:]}")

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
        _require(isinstance(plain, dict), f"a configuration must be an object, not {type(plain).__name__}")
        _require(isinstance(plain.get("dataset"), str), "a configuration needs the name of its dataset")
        unknown = set(plain) - set(parts) - {"dataset"}
        _require(not unknown, f"unknown section in the configuration: {', '.join(sorted(unknown))}")
        return cls(plain["dataset"], **{key: _build(kind, key, plain.get(key, {})) for key, kind in parts.items()})


_KINDS: dict[str, tuple[type, ...]] = {  # what JSON may hold for a field of each annotation
    "int": (int,),
    "float": (int, float),
    "str": (str,),
    "tuple[int, int, int]": (list,),
    "tuple[tuple[int, float], ...]": (list,),
}


def _build(kind: type, section: str, values: Any) -> Any:
    _require(isinstance(values, dict), f"section {section} must be an object, not {type(values).__name__}")
    kinds = {f.name: f.type for f in fields(kind)}
    unknown = set(values) - set(kinds)
    _require(not unknown, f"unknown key in section {section}: {', '.join(sorted(unknown))}")
    for key, value in values.items():
        fits = isinstance(value, _KINDS[kinds[key]]) and not isinstance(value, bool)
        _require(fits, f"{key} in section {section} must be {kinds[key]}, not {value!r}")
    return kind(**values)
