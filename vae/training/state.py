"""All that a training is between two steps."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import torch

from vae.config import ConfigError, TrainConfig
from vae.models.vae import VAE, initialise
from vae.training.objectives import Knobs, objective_of, readers


@dataclass
class TrainState:
    """All that a training is between two steps; a snapshot of it resumes to the very same weights.

    Attributes:
        generator: draws the eps of every sample; lies on the device.
        overrides: knobs taken from the schedule into the user's hand.
        changes: those moments, as they go into the checkpoint: {"step", "knob", "value"}.
    """

    config: TrainConfig
    device: torch.device
    model: VAE
    optimiser: torch.optim.Adam
    knobs: Knobs
    generator: torch.Generator
    step: int = 0
    seconds: float = 0.0
    overrides: dict[str, float] = field(default_factory=dict)
    changes: list[dict[str, float | int | str]] = field(default_factory=list)

    @classmethod
    def fresh(cls, config: TrainConfig, device: torch.device | str = "cpu") -> TrainState:
        """A training before its first step. The same seed gives the same weights on every device.

        Raises:
            ConfigError: unknown network or objective, a network that cannot take these images, or knots of a beta that
                the objective does not read.
        """
        objective = objective_of(config.objective.name)
        if config.schedule.beta_knots and "beta_knots" not in objective.schedules:
            raise ConfigError("setting.knots_objective", objectives=readers("beta"), value=objective.name)
        device, seed = torch.device(device), config.training.seed
        model = initialise(VAE(config.model), torch.Generator().manual_seed(seed))
        model = model.to(device, memory_format=torch.channels_last)
        knobs = Knobs.on(device)
        knobs.lr.fill_(config.training.lr)
        optimiser = torch.optim.Adam(model.parameters(), lr=knobs.lr, fused=True, capturable=device.type == "cuda")
        return cls(config, device, model, optimiser, knobs, torch.Generator(device).manual_seed(seed))

    def change(self, knob: str, value: float) -> None:
        """Takes a knob out of the schedule's hand from the next step on, and writes that down.

        Raises:
            ConfigError: there is no such knob, or the value is negative or not finite.
        """
        names = [f.name for f in fields(Knobs)]
        if knob not in names:
            raise ConfigError("setting.no_knob", name=repr(knob), known=names)
        if not 0 <= value < 1e6:
            raise ConfigError("setting.between", name=knob, low=0, high="1,000,000", value=value)
        self.overrides[knob] = float(value)
        self.changes.append({"step": self.step, "knob": knob, "value": float(value)})
