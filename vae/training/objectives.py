"""Losses in one unit, nats per image: sums over pixels and latents, the mean over images last.

Then beta = 1 is the negative evidence lower bound of the stated likelihood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from vae.config import ConfigError, ObjectiveConfig, TrainConfig
from vae.training.aggregate_posterior import total_correlation


@dataclass(frozen=True)
class Codes:
    """What a batch was encoded to: `z`, `mu`, `logvar` (B, D); `images` is the size of the data set it comes from."""

    z: Tensor
    mu: Tensor
    logvar: Tensor
    images: int


@dataclass(frozen=True)
class ElboTerms:
    """One batch in nats per image: 0-d `recon`, (D,) `kl_per_dim`; means over the batch.

    `codes` are there for objectives that look at the batch as a whole; nothing is computed from them for the others.
    """

    recon: Tensor
    kl_per_dim: Tensor
    codes: Codes | None = None

    @property
    def kl(self) -> Tensor:
        return self.kl_per_dim.sum()

    def detach(self) -> ElboTerms:
        return self._each(Tensor.detach)

    def clone(self) -> ElboTerms:
        return self._each(Tensor.clone)

    def _each(self, change: Callable[[Tensor], Tensor]) -> ElboTerms:
        held = self.codes
        codes = held and replace(held, z=change(held.z), mu=change(held.mu), logvar=change(held.logvar))
        return ElboTerms(change(self.recon), change(self.kl_per_dim), codes)


@dataclass(frozen=True)
class Knobs:
    """What may change while a training runs, each a 0-d float32 tensor on the device: setting one never waits."""

    beta: Tensor
    gamma: Tensor
    capacity: Tensor
    lr: Tensor

    @classmethod
    def on(cls, device: torch.device) -> Knobs:
        return cls(*(torch.zeros((), device=device) for _ in KNOBS))


KNOBS = tuple(f.name for f in fields(Knobs))


def vae(terms: ElboTerms, knobs: Knobs) -> Tensor:
    """The negative ELBO. Source: Kingma & Welling 2014, arXiv:1312.6114."""
    return terms.recon + terms.kl


def beta_h(terms: ElboTerms, knobs: Knobs) -> Tensor:
    """recon + beta·KL. Source: Higgins et al. 2017, beta-VAE."""
    return terms.recon + knobs.beta * terms.kl


def beta_b(terms: ElboTerms, knobs: Knobs) -> Tensor:
    """recon + gamma·|KL − C|, C in nats. Source: Burgess et al. 2018, arXiv:1804.03599."""
    return terms.recon + knobs.gamma * (terms.kl - knobs.capacity).abs()


def beta_tc(terms: ElboTerms, knobs: Knobs) -> Tensor:
    """recon + KL + (beta − 1)·TC: of the three parts of the KL, beta weighs the total correlation alone.

    Source: Chen et al. 2018, arXiv:1802.04942, equation 4 with alpha = gamma = 1.
    """
    codes = terms.codes
    if codes is None:
        raise ValueError("beta_tc needs the codes of the batch")
    correlation = total_correlation(codes.z, codes.mu, codes.logvar, codes.images)
    return terms.recon + terms.kl + (knobs.beta - 1) * correlation


NUMBERS = tuple(name for name in KNOBS if name != "lr")  # that a loss may read; lr belongs to the optimiser
SCHEDULES = {"beta": "beta_knots", "capacity": "anneal_steps"}  # what moves a number, in `ScheduleConfig`


@dataclass(frozen=True)
class Objective:
    """A loss, and all that flags, forms, doctor and forecast derive from it; to add one is a row in `OBJECTIVES`.

    Attributes:
        name: in a configuration, on the command line and in links.
        loss: 0-d, nats per image, of a batch's terms under the knobs.
        title, formula: in English; the page's catalogue may have other words, see `words`.
        reads: those of `NUMBERS` that move the loss, the weight of its penalty first.
        kl_weight: weight of the whole KL in the loss at the end of a training; None where the loss has no fixed one, as
            with a capacity, or where beta weighs a part of the KL alone.
    """

    name: str
    loss: Callable[[ElboTerms, Knobs], Tensor]
    title: str
    formula: str
    reads: tuple[str, ...] = ()
    kl_weight: Callable[[ObjectiveConfig], float | None] = lambda config: None

    def __post_init__(self) -> None:
        if not set(self.reads) <= set(NUMBERS):
            raise ValueError(f"{self.name} reads {', '.join(self.reads)}; there are {', '.join(NUMBERS)}")

    @property
    def schedules(self) -> tuple[str, ...]:
        """The fields of `ScheduleConfig` that move a number which this loss reads."""
        return tuple(SCHEDULES[number] for number in self.reads if number in SCHEDULES)

    def check(self, config: TrainConfig) -> None:
        """Raises ConfigError where beta has knots and the loss reads none: they would promise what does not happen."""
        if config.schedule.beta_knots and "beta_knots" not in self.schedules:
            raise ConfigError("setting.knots_objective", objectives=readers("beta"), value=self.name)

    @property
    def adjustable(self) -> tuple[str, ...]:
        """The knobs that may be turned while a training runs."""
        return (*self.reads, "lr")

    @property
    def words(self) -> dict[str, str]:
        """Keys of the page's catalogue -> the English that stands in for an entry which it lacks."""
        return {f"train.objective.{self.name}": self.title, f"train.objective.{self.name}_about": self.formula}

    def beta(self, config: ObjectiveConfig) -> float | None:
        """The number that is called beta, 1 in the bound itself; None where the loss has none."""
        return config.beta if "beta" in self.reads else self.kl_weight(config)


OBJECTIVES: dict[str, Objective] = {
    objective.name: objective
    for objective in (
        Objective("vae", vae, "VAE", "reconstruction + KL", kl_weight=lambda config: 1.0),
        Objective("beta_h", beta_h, "β-VAE", "reconstruction + β · KL", ("beta",), lambda config: config.beta),
        Objective("beta_b", beta_b, "β-VAE with capacity", "reconstruction + γ · |KL − C|", ("gamma", "capacity")),
        Objective("beta_tc", beta_tc, "β-TC-VAE", "reconstruction + KL, its total correlation weighed by β", ("beta",)),
    )
}


def readers(number: str) -> tuple[str, ...]:
    """The objectives whose loss reads one of `NUMBERS`."""
    return tuple(name for name, objective in OBJECTIVES.items() if number in objective.reads)


def objective_of(name: str) -> Objective:
    """The objective of a name. Raises ConfigError where there is none."""
    if name not in OBJECTIVES:
        raise ConfigError("setting.no_objective", name=repr(name), known=list(OBJECTIVES))
    return OBJECTIVES[name]
