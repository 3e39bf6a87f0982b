"""Whole trainings by name: `python -m vae train --preset NAME --out FILE`."""

from __future__ import annotations

from dataclasses import replace

from vae.config import ModelConfig, ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig


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
        # Low until every factor has woken a latent, high until they have turned apart, and low again: what the high
        # beta blurred comes back, and stays where it is. High from the start, scale and shape share one for good.
        beta=4.0,
        knots=((4_000, 4.0), (5_500, 13.0), (12_000, 13.0), (15_000, 4.0)),
        plain=TrainConfig(
            "scene3d",
            ModelConfig(shape=(3, 64, 64), latent_dim=10, width=32),
            ObjectiveConfig("vae"),
            ScheduleConfig(decay_fraction=0.15),
            TrainingConfig(steps=24_000, batch_size=64, lr=1e-3, seed=1),
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
}
