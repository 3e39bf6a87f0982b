"""All that a training is between two steps."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from vae.config import ConfigError, TrainConfig
from vae.models.vae import VAE
from vae.training.elbo_step import ElboStep
from vae.training.objectives import KNOBS
from vae.training.step import Config, Step
from vae.training.weight_average import AVERAGE


@dataclass
class TrainState:
    """A step with its modules and optimisers, and how far it is; a snapshot of it resumes to the very same weights.

    Attributes:
        config: a `TrainConfig`, or that of another kind of step.
        update: owns modules, optimisers, knobs and the generator of the noise.
        overrides: knobs taken from the schedule into the user's hand.
        changes: those moments, as they go into the checkpoint: {"step", "knob", "value"}.
    """

    config: Config
    device: torch.device
    update: Step
    step: int = 0
    seconds: float = 0.0
    overrides: dict[str, float] = field(default_factory=dict)
    changes: list[dict[str, float | int | str]] = field(default_factory=list)

    @classmethod
    def fresh(cls, config: TrainConfig, device: torch.device | str = "cpu") -> TrainState:
        """A VAE before its first step. Raises ConfigError as `ElboStep` does."""
        device = torch.device(device)
        return cls(config, device, ElboStep(config, device))

    @property
    def model(self) -> VAE:
        """What a VAE's training is about."""
        return self.update.modules["model"]

    @property
    def final_model(self) -> VAE:
        """What a file gets: the average of the weights, where the training keeps one, else the weights."""
        return self.update.modules.get(AVERAGE, self.model)

    def change(self, knob: str, value: float) -> None:
        """Takes a knob out of the schedule's hand from the next step on, and writes that down.

        Raises:
            ConfigError: there is no such knob, or the value is negative or not finite.
        """
        if knob not in KNOBS:
            raise ConfigError("setting.no_knob", name=repr(knob), known=KNOBS)
        if not 0 <= value < 1e6:
            raise ConfigError("setting.between", name=knob, low=0, high="1,000,000", value=value)
        self.overrides[knob] = float(value)
        self.changes.append({"step": self.step, "knob": knob, "value": float(value)})
