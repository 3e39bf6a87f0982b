"""The step of a VAE: one module, one optimiser, and the loss that its objective makes of the bound's terms."""

from __future__ import annotations

import torch
from torch import Tensor

from vae.config import TrainConfig
from vae.images import to_float
from vae.models.likelihoods import distortion
from vae.models.posterior import kl_to_prior
from vae.models.vae import VAE, initialise
from vae.training.objectives import Codes, ElboTerms, Knobs, objective_of
from vae.training.schedules import scheduled
from vae.training.step import Batch, Step, adam, precision, steps_done
from vae.training.weight_average import AVERAGE, averaged, follow


class ElboStep(Step):
    """Optimiser step of a VAE: one module, one Adam, the objective's loss.

    The same seed gives the same weights on every device.

    Raises:
        ConfigError: unknown network or objective, a network that cannot take these images, or knots of a beta that the
            objective does not read.
    """

    def __init__(self, config: TrainConfig, device: torch.device) -> None:
        objective, seed = objective_of(config.objective.name), config.training.seed
        objective.check(config)
        self._config, self._loss_of, self._dtype = config.model, objective.loss, precision(config, device)
        self._model = initialise(VAE(config.model), torch.Generator().manual_seed(seed))
        self._model = self._model.to(device, memory_format=torch.channels_last)
        self.knobs = Knobs.on(device)
        self.knobs.lr.fill_(config.training.lr)
        self.generator = torch.Generator(device).manual_seed(seed)
        self.modules = {"model": self._model}
        self.optimisers = {"model": adam(self._model.parameters(), self.knobs.lr)}
        self._ema = config.training.ema
        if self._ema:
            self.modules[AVERAGE] = averaged(self._model)

    def scheduled(self, step: int, config: TrainConfig) -> dict[str, float]:
        return scheduled(step, config.objective, config.schedule, config.training)

    def __call__(self, batch: Batch) -> tuple[Tensor, ElboTerms]:
        done = super().__call__(batch)
        if self._ema:
            follow(self.modules[AVERAGE], self._model, steps_done(self.optimisers["model"]), self._ema)
        return done

    def forward(self, batch: Batch) -> tuple[Tensor, ElboTerms]:
        x = to_float(batch.images).contiguous(memory_format=torch.channels_last)
        with torch.autocast(x.device.type, self._dtype, enabled=self._dtype != torch.float32):
            posterior = self._model.encode(x)
            z = posterior.sample(self.generator)
            output = self._model.decode(z)
        kl = kl_to_prior(posterior.mu, posterior.logvar)
        codes = Codes(z, posterior.mu, posterior.logvar, batch.total)
        terms = ElboTerms(distortion(output, x, self._config).mean(), kl.mean(0), codes)
        return self._loss_of(terms, self.knobs), terms
