"""What a person chooses before a training, checked, and the configuration that it stands for."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from vae.config import (
    ConfigError,
    ModelConfig,
    ObjectiveConfig,
    ScheduleConfig,
    TrainConfig,
    TrainingConfig,
)
from vae.data import DatasetSpec
from vae.system.limits import TRAINING
from vae.training.effective_beta import SquaredErrorLoss, effective_beta
from vae.training.objectives import OBJECTIVES

WAYS = {"beta_knots": "falls", "anneal_steps": "rises"}  # how beta or the capacity moves, by the schedule that it takes
UNITS = ("seconds", "epochs", "steps")
DEVICES = ("cpu", "cuda", "mps")
FALLS_FROM, FALLS_UNTIL = 8.0, 0.6  # beta begins at so many times its end and is there after this part of the steps
OFF_BUDGET = 0.05  # the part of its steps by which a plan may miss a budget of time
RISES_UNTIL = 0.8  # the part of the steps after which the capacity has risen


@dataclass(frozen=True)
class Recipe:
    """One choice of everything that the page offers. Numbers that the objective does not read are kept but unused.

    `preset` is the one that the choice began with, "" where it began with none.
    `unit` and `budget` say how long: "seconds" are turned into steps by the speed that was measured, see `configured`.
    `going_on`: the run goes on when nobody watches.
    """

    dataset: str
    preset: str = "vae"
    objective: str = "vae"
    beta: float = 1.0
    gamma: float = 100.0
    capacity: float = 20.0
    way: str = "constant"
    latent_dim: int = 10
    width: int = 32
    lr: float = 1e-3
    batch_size: int = 64
    unit: str = "seconds"
    budget: float = 60.0
    seed: int = 0
    device: str = "cpu"
    going_on: bool = False

    @classmethod
    def from_json(cls, plain: Any) -> Recipe:
        """The inverse of `to_json`, strict.

        Raises:
            ConfigError: one sentence that names the value that cannot be.
        """
        if not isinstance(plain, dict):
            raise ConfigError("choice.object")
        kinds = {f.name: f.type for f in fields(cls)}
        unknown, absent = set(plain) - set(kinds), set(kinds) - set(plain)
        if unknown or absent:
            raise ConfigError("choice.keys", names=", ".join(sorted(unknown | absent))[:200])
        for key, value in plain.items():
            wanted = {"int": int, "float": (int, float), "str": str, "bool": bool}[kinds[key]]
            if not isinstance(value, wanted) or (isinstance(value, bool) and kinds[key] != "bool"):
                raise ConfigError("choice.kind", name=key, kind=kinds[key], type=type(value).__name__)
        known = {"objective": tuple(OBJECTIVES), "unit": UNITS, "device": DEVICES, "preset": tuple(PRESETS)}
        for key, names in known.items():
            no_preset = key == "preset" and plain[key] == ""
            if plain[key] not in names and not no_preset:
                raise ConfigError("choice.one_of", name=key, choices=names)
        ways = ways_of(plain["objective"])
        if plain["way"] not in ways:
            raise ConfigError("choice.way", name=plain["objective"], ways=ways)
        for key, (low, high) in TRAINING.items():
            value = plain["budget"] if key == plain["unit"] else plain.get(key, low)
            if not low <= value <= high:  # false for NaN too
                raise ConfigError("choice.range", name=key, low=_written(low), high=_written(high), value=value)
        return cls(**plain)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _written(bound: float) -> int | str:
    """A bound as people write it: 2147483647, not 2.14748e+09."""
    return int(bound) if float(bound).is_integer() else f"{bound:g}"


PRESETS: dict[str, dict[str, Any]] = {  # what a click on it sets; all else stays as it was chosen
    "vae": {"objective": "vae", "way": "constant"},
    "beta": {"objective": "beta_h", "beta": 4.0, "way": "constant"},
    "capacity": {"objective": "beta_b", "gamma": 100.0, "capacity": 20.0, "way": "rises"},
    "fall": {"objective": "beta_h", "beta": 2.0, "way": "falls"},
    "tc": {"objective": "beta_tc", "beta": 6.0, "way": "constant"},
    # A mean squared error + KL over 32×32 pixels, read as a likelihood: what conv-mse of the predecessors trains.
    "collapse": {"objective": "beta_h", "beta": effective_beta(SquaredErrorLoss(1.0), 32 * 32), "way": "constant"},
}


def ways_of(objective: str) -> tuple[str, ...]:
    """How the numbers of an objective may move over a training."""
    return ("constant", *(WAYS[schedule] for schedule in OBJECTIVES[objective].schedules))


def likelihood(recipe: Recipe, spec: DatasetSpec) -> str:
    """The data set's own; but the collapse is that of a squared error."""
    return "gaussian" if recipe.preset == "collapse" else spec.likelihood


def network(spec: DatasetSpec) -> str:
    """Two convolutions where the images are small and grey, as MNIST's; the network of Burgess et al. elsewhere."""
    return "mnist_conv" if spec.shape == (1, 28, 28) else "burgess"


def configured(recipe: Recipe, spec: DatasetSpec, train_images: int, speed: float | None = None) -> TrainConfig:
    """The training that a choice stands for.

    Args:
        train_images: how many the data set has; a batch is never larger.
        speed: steps per second, needed where the budget is in seconds.

    Raises:
        ConfigError: a budget in seconds without a speed, or values that no training can have.
    """
    batch = min(recipe.batch_size, train_images)
    steps = {
        "steps": lambda: int(recipe.budget),
        "epochs": lambda: math.ceil(recipe.budget * (train_images // batch)),
        "seconds": lambda: int(recipe.budget * (speed or 0)),
    }[recipe.unit]()
    if recipe.unit == "seconds" and speed is None:
        raise ConfigError("choice.no_speed")
    steps = max(1, min(steps, int(TRAINING["steps"][1])))
    way = recipe.way if recipe.way in ways_of(recipe.objective) else "constant"
    falling = ((0, FALLS_FROM * recipe.beta), (max(1, int(FALLS_UNTIL * steps)), recipe.beta))
    return TrainConfig(
        spec.name,
        ModelConfig(network(spec), spec.shape, recipe.latent_dim, recipe.width, likelihood=likelihood(recipe, spec)),
        ObjectiveConfig(recipe.objective, recipe.beta, recipe.gamma, recipe.capacity),
        ScheduleConfig(
            beta_knots=falling if way == "falls" else (),
            anneal_steps=max(1, int(RISES_UNTIL * steps)) if way == "rises" else 0,
            warmup_steps=min(100, steps // 10),
            decay_fraction=0.9,  # a short training gains most from a learning rate that falls almost from its start
        ),
        TrainingConfig(steps, batch, recipe.lr, recipe.seed),
    )


@dataclass(frozen=True)
class TimeBudget:
    """A budget in seconds, held by planning the steps anew while a training runs: how quick it is shows only there."""

    recipe: Recipe
    spec: DatasetSpec
    train_images: int

    def replanned(self, config: TrainConfig, step: int, seconds: float, speed: float) -> TrainConfig | None:
        """The training with as many steps as fit, its schedules stretched with them; None where it is near enough.

        Args:
            step, seconds: done so far.
            speed: steps per second, of late.
        """
        left = max(0.0, self.recipe.budget - seconds)
        found = replace(self.recipe, unit="steps", budget=step + int(speed * left))
        planned = configured(found, self.spec, self.train_images)
        off = abs(planned.training.steps - config.training.steps)
        return planned if off > OFF_BUDGET * config.training.steps else None


def within(recipe: Recipe, steps: int, speed: float, longest: float) -> Recipe:
    """The choice with as many steps as fit into `longest` seconds at `speed` a second; itself where its `steps` do. So
    what falls or rises over a training comes to its end within it. A budget in seconds is bounded as it is chosen.
    """
    if recipe.unit == "seconds" or steps <= longest * speed:
        return recipe
    return replace(recipe, unit="steps", budget=max(1, int(longest * speed)))


def suggested(spec: DatasetSpec, train_images: int, device: str = "cpu") -> Recipe:
    """What the page offers first for a data set: a plain VAE that shows something within a minute of one core.

    On 28×28 a narrow network with a high learning rate sees more images and is ahead of a wider one: 101.3 nats of
    MNIST (20 latents) after 67 s of one thread, where 32 channels reach 103.4 after 84 s.
    """
    if network(spec) == "mnist_conv":
        sizes = {"width": 12, "lr": 4e-3, "batch_size": 96, "budget": 60.0}
    elif spec.shape[1] > 32:
        sizes = {"width": 16 if device == "cpu" else 32, "lr": 1e-3, "batch_size": 64, "budget": 180.0}
    else:
        sizes = {"width": 32, "lr": 2e-3, "batch_size": 128, "budget": 60.0}
    sizes["batch_size"] = min(sizes["batch_size"], train_images)
    return Recipe(spec.name, device=device, **sizes)
