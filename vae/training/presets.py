"""Whole trainings by name: `python -m vae train --preset NAME --out FILE`.

Among them are the systems that this project grew out of, translated into nats per image: see `describe`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vae.config import ConfigError, ModelConfig, ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig
from vae.training.effective_beta import SquaredErrorLoss, effective_beta
from vae.training.objectives import objective_of


@dataclass(frozen=True)
class Predecessor:
    """A published training: what is to be said of it, and its loss where that is a squared error."""

    words: str
    loss: SquaredErrorLoss | None = None


PREDECESSORS: dict[str, Predecessor] = {
    "kingma-mlp": Predecessor(
        "The VAE of Kingma & Welling as in pytorch/examples: its loss, cross-entropy + KL summed over pixels and "
        "latents, is ours. Theirs is reported while decoding mu, which flatters by 7.5 to 9 nats."
    ),
    "kingma-2d": Predecessor(
        "kingma-mlp with two latents, whose decoded lattice is figure 4 of Kingma & Welling 2014 (on digits)."
    ),
    "conv-mse": Predecessor(
        "Its loss is the mean squared error over 1,024 pixels + KL: times 512 it is ours, a Gaussian of "
        "sigma = 1 with beta = 512, or of the sigma that fits with some 9,000: only beta·sigma² counts. No direction "
        "of MNIST has a variance as large, so every latent falls asleep. "
        "Here Adam keeps its usual momentum (there 0.5).",
        SquaredErrorLoss(kl_weight=1.0),
    ),
    "pytorch-vae-h": Predecessor(
        "BetaVAE of AntixK/PyTorch-VAE, loss H: mean squared error + beta·M_N·KL with beta = 10. M_N = 0.00025 as in "
        "its code today makes beta 15.4 in our units; M_N = batch / images = 144 / 162,770 with pixels in [−1, 1], as "
        "it was, 13.6; M_N = latents / pixels = 128 / 4,096, as the posts about it read it, 480. Here on the room "
        "in place of CelebA, with a cosine in place of ×0.95 an epoch, and means that are not squashed.",
        SquaredErrorLoss(kl_weight=10 * 0.00025),
    ),
    "pytorch-vae-b": Predecessor(
        "BetaVAE of AntixK/PyTorch-VAE, loss B: mean squared error + gamma·M_N·|KL − C| with gamma = 10 and C up to "
        "25 nats over 10,000 steps. Gamma takes the factor that beta takes in pytorch-vae-h: 15.4, 13.6 or 480 by the "
        "reading of M_N.",
        SquaredErrorLoss(kl_weight=10 * 0.00025),
    ),
}

_CONSTANT = ScheduleConfig(warmup_steps=0, decay_fraction=0.0)
_FALLING = ScheduleConfig(warmup_steps=0, decay_fraction=1.0)
_DEEP = ModelConfig("deep_conv", (3, 64, 64), latent_dim=128, likelihood="gaussian", init="pytorch")


def _pair(
    dataset: str, plain: TrainConfig, beta: float, knots: tuple[tuple[int, float], ...] = ()
) -> dict[str, TrainConfig]:
    """A plain VAE and a beta-VAE that differ in nothing but beta and its way there."""
    schedule = replace(plain.schedule, beta_knots=knots)
    heavier = replace(plain, objective=ObjectiveConfig("beta_h", beta=beta), schedule=schedule)
    return {f"{dataset}-vae": plain, f"{dataset}-beta": heavier}


PRESETS: dict[str, TrainConfig] = {
    **_pair(
        "scene3d",
        # Low until every factor has woken a latent, which takes less beta the smaller the batch; high for as long as it
        # takes to turn them apart, for that is a matter of steps; and low again: what the high beta blurred comes back,
        # and stays where it is. High from the start, scale and shape share a latent for good.
        beta=4.0,
        knots=((0, 1.5), (5_000, 1.5), (8_000, 13.0), (62_000, 13.0), (68_000, 4.0)),
        plain=TrainConfig(
            "scene3d",
            ModelConfig(shape=(3, 64, 64), latent_dim=10, width=32),
            ObjectiveConfig("vae"),
            ScheduleConfig(decay_fraction=0.2),
            TrainingConfig(steps=80_000, batch_size=16, lr=1e-3, seed=1),
        ),
    ),
    **_pair(
        "mnist",
        beta=4.0,
        plain=TrainConfig(
            "mnist",
            ModelConfig(shape=(1, 28, 28), latent_dim=10, width=32),
            ObjectiveConfig("vae"),
            ScheduleConfig(decay_fraction=0.5),
            TrainingConfig(steps=7_020, batch_size=128, lr=1.5e-3),
        ),
    ),
    **_pair(
        "digits",
        beta=4.0,
        plain=TrainConfig(
            "digits",
            ModelConfig(shape=(1, 32, 32), latent_dim=10, width=16),
            ObjectiveConfig("vae"),
            ScheduleConfig(decay_fraction=0.5),
            TrainingConfig(steps=3_000, batch_size=64, lr=1e-3),
        ),
    ),
    **_pair(
        "sprites",
        # So high at first that only the two positions wake, and turn until each has a latent of its own, which they do
        # not under a low beta; then scale, and at the end as sharp as may be. Small batches, for it is steps that turn.
        beta=3.0,
        knots=((0, 60.0), (4_000, 60.0), (7_000, 30.0), (20_000, 30.0), (30_000, 3.0)),
        plain=TrainConfig(
            "sprites",
            ModelConfig(shape=(1, 64, 64), latent_dim=10, width=32),
            ObjectiveConfig("vae"),
            ScheduleConfig(decay_fraction=0.25),
            TrainingConfig(steps=36_000, batch_size=16, lr=1e-3, seed=2),
        ),
    ),
    **_pair(
        "fashion_mnist",
        beta=4.0,
        plain=TrainConfig(
            "fashion_mnist",
            ModelConfig(shape=(1, 28, 28), latent_dim=10, width=32, hidden=128),
            ObjectiveConfig("vae"),
            ScheduleConfig(decay_fraction=0.5),
            TrainingConfig(steps=7_020, batch_size=128, lr=1.5e-3),
        ),
    ),
    "mnist-conv20": TrainConfig(  # for the lowest bound: 80 epochs
        "mnist",
        ModelConfig("mnist_conv", shape=(1, 28, 28), latent_dim=20, width=32, hidden=128),
        ObjectiveConfig("vae"),
        ScheduleConfig(decay_fraction=0.5),
        TrainingConfig(steps=80 * 468, batch_size=128, lr=1.5e-3),
    ),
    "kingma-mlp": TrainConfig(
        "mnist",
        ModelConfig("mlp", shape=(1, 28, 28), latent_dim=20, hidden=400, init="pytorch"),
        ObjectiveConfig("vae"),
        _CONSTANT,
        TrainingConfig(steps=50 * 468, batch_size=128, lr=1e-3),
    ),
    "kingma-2d": TrainConfig(
        "mnist",
        ModelConfig("mlp", shape=(1, 28, 28), latent_dim=2, hidden=400, init="pytorch"),
        ObjectiveConfig("vae"),
        _CONSTANT,
        TrainingConfig(steps=50 * 468, batch_size=128, lr=1e-3),
    ),
    "conv-mse": TrainConfig(
        "mnist32",
        ModelConfig("plain_conv", (1, 32, 32), latent_dim=200, likelihood="gaussian", init="pytorch"),
        ObjectiveConfig("beta_h", beta=effective_beta(PREDECESSORS["conv-mse"].loss, 32 * 32)),
        _CONSTANT,
        TrainingConfig(steps=10 * 600, batch_size=100, lr=1e-3),
    ),
    "pytorch-vae-h": TrainConfig(
        "scene3d",
        _DEEP,
        ObjectiveConfig("beta_h", beta=effective_beta(PREDECESSORS["pytorch-vae-h"].loss, 3 * 64 * 64)),
        _FALLING,
        TrainingConfig(steps=50 * 1_130, batch_size=144, lr=5e-4),
    ),
    "pytorch-vae-b": TrainConfig(
        "scene3d",
        _DEEP,
        ObjectiveConfig("beta_b", gamma=effective_beta(PREDECESSORS["pytorch-vae-b"].loss, 3 * 64 * 64), capacity=25.0),
        replace(_FALLING, anneal_steps=10_000),
        TrainingConfig(steps=50 * 1_130, batch_size=144, lr=5e-4),
    ),
}


def describe(name: str) -> str:
    """A recipe in words: where it comes from, its weight of the KL beside its likelihood, and what differs.

    Beta alone says nothing: shown with it are sigma and beta·sigma² (of a Gaussian only these two together are
    identified) and beta·M/N (M latents, N input values), the normalised beta of Higgins et al. 2017.

    Raises:
        ConfigError: there is no such preset.
    """
    if name not in PRESETS:
        raise ConfigError("setting.no_preset", name=repr(name), known=list(PRESETS))
    config = PRESETS[name]
    model, objective = config.model, objective_of(config.objective.name)
    key = objective.reads[0] if objective.reads else "beta"
    weight = getattr(config.objective, key) if objective.reads else objective.beta(config.objective)
    values = math.prod(model.shape)
    words = [f"{config.dataset}, {model.network}, {model.latent_dim} latents, {model.likelihood}"]
    words += [f"sigma = {model.sigma:g}"] if model.likelihood == "gaussian" else []
    words += [f"{key} = {weight:.4g}" + (" at the end" if config.schedule.beta_knots else "")]
    words += [f"{key}·sigma² = {weight * model.sigma**2:.4g}"] if model.likelihood == "gaussian" else []
    words += [f"{key}·M/N = {weight * model.latent_dim / values:.3g}"]
    words += [f"C = {config.objective.capacity:g} nats"] if "capacity" in objective.reads else []
    told = PREDECESSORS.get(name)
    return ", ".join(words) + (f". {told.words}" if told else ".")
