"""Plain findings about a model, each with its evidence and a remedy.

Findings are keys of sentences with their values; whoever shows them brings the words. Nothing is guessed: what was not
measured is not spoken of.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from vae.config import TrainConfig
from vae.evaluation.forecast import Forecast, kl_beta, kl_weight, noise_variance, weight_symbol
from vae.evaluation.latent_use import asleep, awake, followed, owners, sharing_latents
from vae.training.objectives import OBJECTIVES
from vae.training.schedules import Turn

# Steps of a training before which nothing is known: with a fixed weight of the KL digits, MNIST and the room had left
# the mean image by 180. MNIST had not at 2.5 nats of a rising capacity, nor at seven times the beta to which one falls.
EARLY = 250
LEAST_CAPACITY = 5.0
NEAR = 2.0
STUCK = 0.5  # part of the nats of a linear model below which a network has not found what pays for itself
SAME_PICTURE = 2.0  # grey levels (of 255) by which no pixel changes in a decoder that ignores z
NO_BETTER = 0.02  # share of the pixels' variance that a reconstruction recovers when it is but the mean image
WORSE = -0.1  # the same, where it is not even that; the mean of a few dozen images stands for that of all
CAPACITY_SLACK = (0.5, 0.05)  # nats and part of C by which the KL may miss it
SYMBOLS = {"beta": "β", "gamma": "γ", "capacity": "C"}  # in every language
GAP = (1.0, 0.1)  # nats and part of the rate by which test images may cost more than training images


@dataclass(frozen=True)
class Finding:
    """`key` of a sentence, the `values` in it (plain JSON: the evidence), and the key of a `remedy` where one helps."""

    key: str
    values: dict[str, Any]
    remedy: str | None = None


@dataclass(frozen=True)
class Evidence:
    """What is known of a model. Only `kl` is needed; where the rest is None it is not looked at. Nats per image.

    Attributes:
        kl: (D,) mean KL divergence of each latent from the prior.
        config: the training with the numbers of its loss as they are in force, see `config_in_force`.
        name: of the model; one that ends in "-beta" promises a KL that weighs more than in the bound.
        neg_elbo, train_neg_elbo: the bound on test images, and measured in the same way on training images.
        spread: largest standard deviation of a pixel over the decoded codes of different images, in grey levels.
        recovered: see `recovered`.
        plain_rate: what a plain VAE of the same data carries, a bar for a capacity.
        forecast: the forecast for this training.
        information: (D, K) mutual information of latent and factor, as a share of the factor's entropy.
        factors: the K names.
        turns: the numbers that were turned by hand.
        steps: of the training; before `until` of them nothing is held against a model, see `too_early_until`.
        floor: the least that the pictures of `neg_elbo` cost under any decoder, see `distortion_floor`.
    """

    kl: np.ndarray
    config: TrainConfig | None = None
    name: str = ""
    neg_elbo: float | None = None
    train_neg_elbo: float | None = None
    spread: float | None = None
    recovered: float | None = None
    plain_rate: float | None = None
    forecast: Forecast | None = None
    information: np.ndarray | None = None
    factors: Sequence[str] = ()
    turns: Sequence[Turn] = ()
    steps: int | None = None
    until: int = EARLY
    floor: float | None = None

    @property
    def awake(self) -> np.ndarray:
        """The latents in use."""
        return awake(self.kl)

    @property
    def rate(self) -> float:
        return float(np.sum(self.kl))


def findings(evidence: Evidence) -> list[Finding]:
    """All that can be said, the gravest first; one finding only where the numbers are no numbers.

    A latent that sleeps while others work is pruned: what it could say costs more than it saves. That is collapse only
    where nothing is left, or where the network carries far less than a linear model would under the same weight.
    """
    broken = _broken(evidence)
    if broken:
        return broken
    if evidence.steps is not None and evidence.steps < evidence.until:
        early = Finding("finding.early", {"step": evidence.steps, "until": evidence.until})
        return [*_in_use(evidence), *_turned(evidence), early]
    checks = (_collapsed, _dead, _in_use, _above_floor, _capacity, _pushed, _overfitted, _factors, _turned, _forecast)
    return [finding for check in checks for finding in check(evidence)]


def too_early_until(config: TrainConfig) -> int:
    """The step of a training before which nothing can be known of its model.

    A network that works has left the mean image by `EARLY` steps; one that is let speak only slowly cannot before a
    capacity that rises from 0 is `LEAST_CAPACITY`, or a beta that falls is near its end.
    """
    rising, capacity = config.schedule.anneal_steps, config.objective.capacity
    if rising and _holds_capacity(config) and capacity > 0:
        return max(EARLY, math.ceil(rising * min(1.0, LEAST_CAPACITY / capacity)))
    return max(EARLY, _falls_until(config.schedule.beta_knots))


def _falls_until(knots: Sequence[tuple[int, float]]) -> int:
    """The last step at which beta is more than `NEAR` times its end; 0 where it never is."""
    for (step, beta), (after, lower) in reversed(list(pairwise(knots))):
        near = NEAR * knots[-1][1]
        if beta > near:
            return math.ceil(step + (after - step) * (beta - near) / (beta - lower))
    return 0


def _holds_capacity(config: TrainConfig) -> bool:
    """Is there a penalty gamma·|KL − C|?"""
    objective = OBJECTIVES.get(config.objective.name)
    return objective is not None and {"gamma", "capacity"} <= set(objective.reads)


def recovered(images: np.ndarray, reconstructions: np.ndarray) -> float:
    """Share of the images' variance that their reconstructions recover: 1 when exact, 0 for the mean image.

    Args:
        images, reconstructions: (n, ...) of one range.
    """
    images, reconstructions = np.asarray(images, np.float64), np.asarray(reconstructions, np.float64)
    whole = np.square(images - images.mean(axis=0)).sum()
    return float(1 - np.square(images - reconstructions).sum() / whole) if whole > 0 else 0.0


def _broken(evidence: Evidence) -> list[Finding]:
    numbers = {"kl": evidence.kl, "neg_elbo": evidence.neg_elbo, "train_neg_elbo": evidence.train_neg_elbo}
    bad = [name for name, value in numbers.items() if value is not None and not np.isfinite(value).all()]
    return [Finding("finding.nan", {"numbers": ", ".join(bad)}, "remedy.nan")] if bad else []


def _collapsed(evidence: Evidence) -> list[Finding]:
    kl, config, forecast = np.asarray(evidence.kl), evidence.config, evidence.forecast
    weight = None if config is None else kl_weight(config)
    sleeping = asleep(kl)
    values = {"total": len(kl), "latents": _listed(sleeping)}
    if len(evidence.awake):
        stuck = forecast and len(evidence.awake) < forecast.awake and evidence.rate < STUCK * forecast.nats
        if not stuck or not len(sleeping):
            return []
        values |= {"rate": _plain(evidence.rate), "nats": _plain(forecast.nats)}
        return [Finding("finding.stuck", values, "remedy.stuck")]
    if weight is None:
        return [Finding("finding.collapse", values, "remedy.collapse")]
    # Where even the strongest direction of the data does not pay, only the weight is to blame; else the training is.
    remedy = "remedy.stuck" if forecast and forecast.awake else "remedy.collapse"
    values |= {"beta": _plain(weight / noise_variance(config)), "weight": _plain(weight)}
    if config.model.likelihood == "gaussian":
        return [Finding("finding.collapse_gaussian", values | {"sigma": _plain(config.model.sigma)}, remedy)]
    return [Finding("finding.collapse_bernoulli", values, remedy)]


def _dead(evidence: Evidence) -> list[Finding]:
    same = evidence.spread is not None and evidence.spread < SAME_PICTURE
    values = {"rate": _plain(evidence.rate)}
    if len(evidence.awake):
        if same:
            return [Finding("finding.dead_constant", values, "remedy.dead")]
        if evidence.recovered is not None and evidence.recovered < NO_BETTER:
            return [Finding("finding.dead_mean", values, "remedy.dead")]
    elif evidence.recovered is not None and evidence.recovered < WORSE:
        return [Finding("finding.dead", {}, "remedy.dead")]
    elif evidence.recovered is not None and evidence.recovered < NO_BETTER:
        return [Finding("finding.mean_image", {})]  # what a collapsed decoder does, no fault of its own
    return []


def _in_use(evidence: Evidence) -> list[Finding]:
    used, total = len(evidence.awake), len(evidence.kl)
    return [Finding("finding.active", {"n": used, "total": total})] if used else []


def _above_floor(evidence: Evidence) -> list[Finding]:
    """What the bound has above what the data's own greys cost: all that a model can be better or worse by."""
    if evidence.floor is None or evidence.neg_elbo is None:
        return []
    values = {"above": round(evidence.neg_elbo - evidence.floor, 1), "rate": round(evidence.rate, 1)}
    return [Finding("finding.above_floor", values | {"floor": round(evidence.floor, 1)})]


def _capacity(evidence: Evidence) -> list[Finding]:
    if evidence.config is None or not _holds_capacity(evidence.config):
        return []
    objective, rate = evidence.config.objective, evidence.rate
    plain = evidence.plain_rate
    if plain is not None and objective.capacity >= plain:
        values = {"capacity": _plain(objective.capacity), "rate": _plain(plain)}
        return [Finding("finding.capacity_loose", values, "remedy.push_capacity")]
    slack = _allowance(CAPACITY_SLACK, objective.capacity)
    if abs(rate - objective.capacity) <= slack:
        return []
    side = "short" if rate < objective.capacity else "exceeded"
    values = {"rate": _plain(rate), "capacity": _plain(objective.capacity), "gamma": _plain(objective.gamma)}
    return [Finding(f"finding.capacity_{side}", values, f"remedy.capacity_{side}")]


def _pushed(evidence: Evidence) -> list[Finding]:
    """A KL that nothing holds below a plain VAE's."""
    if evidence.config is None:
        return []
    objective = evidence.config.objective
    if _holds_capacity(evidence.config):
        if objective.gamma <= 1:  # the slope of the penalty, so beta never was above that
            return [Finding("finding.not_pushed", {"beta": _plain(objective.gamma)}, "remedy.push")]
        return []
    beta = kl_beta(evidence.config)
    if evidence.name.endswith("-beta") and beta is not None and beta <= 1:
        return [Finding("finding.not_pushed", {"beta": _plain(beta)}, "remedy.push")]
    return []


def _overfitted(evidence: Evidence) -> list[Finding]:
    if evidence.neg_elbo is None or evidence.train_neg_elbo is None:
        return []
    gap = evidence.neg_elbo - evidence.train_neg_elbo
    if gap <= _allowance(GAP, evidence.rate):  # the bound itself holds the data's entropy and is no scale for this
        return []
    values = {"gap": _plain(gap), "train": _plain(evidence.train_neg_elbo), "test": _plain(evidence.neg_elbo)}
    return [Finding("finding.overfit", values, "remedy.overfit")]


def _factors(evidence: Evidence) -> list[Finding]:
    """Who follows what among the latents in use: one latent per factor, or which factors share or lack one."""
    awake, names = evidence.awake, list(evidence.factors)
    if evidence.information is None or not names or not len(awake):
        return []
    information = evidence.information
    leader, has_follower = owners(information, awake), followed(information, awake)
    own = leader >= 0
    crowded = [int(dim) for dim in np.unique(leader[own]) if (leader == dim).sum() > 1]
    if own.all() and not crowded:
        return [Finding("finding.follows", {"n": len(names)})]
    found = []
    for dim in crowded:
        together = [name for name, first in zip(names, leader, strict=True) if first == dim]
        found.append(Finding("finding.together", {"dim": dim, "factors": together}, "remedy.entangled"))
    spread = has_follower & ~own
    if spread.any():
        parts = [[names[k], _listed(sharing_latents(information, awake, k))] for k in np.flatnonzero(spread)]
        found.append(Finding("finding.spread", {"factors": parts}, "remedy.entangled"))
    if not has_follower.all():
        lost = [names[k] for k in np.flatnonzero(~has_follower)]
        found.append(Finding("finding.unfollowed", {"factors": lost}, "remedy.unfollowed"))
    return found


def _turned(evidence: Evidence) -> list[Finding]:
    """Numbers of the loss that were turned by hand: what was trained first is not what was trained last."""
    objective = evidence.config and OBJECTIVES.get(evidence.config.objective.name)
    found = []
    for turn in evidence.turns:
        if objective is None or turn.number not in objective.reads:
            continue
        values = {"number": SYMBOLS[turn.number], "before": _plain(turn.before), "value": _plain(turn.value)}
        values |= {"step": turn.step, "n": turn.times}
        found.append(Finding("finding.turned" if turn.times == 1 else "finding.turned_often", values))
    return found


def _forecast(evidence: Evidence) -> list[Finding]:
    forecast = evidence.forecast
    if forecast is None:
        return []
    values = {"awake": forecast.awake, "nats": forecast.nats, "weight": forecast.threshold}
    values |= {"largest": forecast.largest, "used": len(evidence.awake), "rate": evidence.rate}
    values |= {"paying": forecast.paying, "total": len(evidence.kl)}
    values = {key: _plain(value) for key, value in values.items()} | {"symbol": weight_symbol(evidence.config)}
    crowded = forecast.paying > len(evidence.kl)
    return [Finding("finding.forecast_crowded" if crowded else "finding.forecast", values)]


def _allowance(limits: tuple[float, float], scale: float) -> float:
    nats, part = limits
    return max(nats, part * scale)


def _plain(value: float) -> int | float:
    """A number as a sentence says it: four significant digits."""
    short = float(f"{value:.4g}")
    return int(short) if short.is_integer() else short


def _listed(dims: Iterable[int]) -> str:
    """Latents by name, runs drawn together: "z0, z4–z9"."""
    runs = [[int(dim) for _, dim in run] for _, run in groupby(enumerate(dims), lambda place: place[1] - place[0])]
    parts = [f"z{run[0]}–z{run[-1]}" if len(run) > 2 else ", ".join(f"z{dim}" for dim in run) for run in runs]
    return ", ".join(parts)
