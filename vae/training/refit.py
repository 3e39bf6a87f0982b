"""The decoder of a trained VAE fitted anew to the codes of its encoder, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from vae.config import ConfigError, ModelConfig, ScheduleConfig, TrainingConfig, build
from vae.images import to_float
from vae.models.likelihoods import distortion
from vae.models.networks import REFITTED
from vae.models.posterior import kl_to_prior
from vae.models.vae import VAE, initialise
from vae.training.objectives import ElboTerms, Knobs
from vae.training.schedules import learning_rate
from vae.training.state import TrainState
from vae.training.step import Batch, Step, adam, precision, steps_done
from vae.training.weight_average import AVERAGE, averaged, follow

DEFAULTS = TrainingConfig(steps=20_000, batch_size=16, lr=1.5e-3, ema=0.999)
_WARMUP = 200  # steps
_SECTIONS = {"model": ModelConfig, "training": TrainingConfig}


@dataclass(frozen=True)
class RefitConfig:
    """Everything that decides what comes out of a refit.

    Attributes:
        model: the network with the new decoder.
        of: SHA-256 of the file whose encoder it has.
    """

    dataset: str
    model: ModelConfig
    of: str
    training: TrainingConfig = DEFAULTS

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of the images."""
        return self.model.shape

    @property
    def schedule(self) -> ScheduleConfig:
        """A short way up and half a cosine down to nothing."""
        return ScheduleConfig(warmup_steps=min(_WARMUP, self.training.steps // 10) + 1, decay_fraction=1.0)

    def to_json(self) -> dict[str, Any]:
        """A dict of plain JSON values."""
        plain = asdict(self)
        plain["model"]["shape"] = list(self.model.shape)
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> RefitConfig:
        """The inverse of `to_json`, strict about keys and types.

        Raises:
            ConfigError: it is that of another kind of training, or a value is out of range.
        """
        texts = {key: plain.get(key) for key in ("dataset", "of")}
        if set(plain) != {*texts, *_SECTIONS} or not all(isinstance(text, str) for text in texts.values()):
            raise ConfigError("setting.no_refit")
        return cls(**texts, **{key: build(kind, key, plain[key]) for key, kind in _SECTIONS.items()})


class RefitStep(Step):
    """The distortion alone, at one z of q(z|x) an image, moves the decoder alone; the file gets its average.

    It begins with the former pictures: what the decoder has beyond the former one adds nothing before the first step.

    Args:
        before: the network as trained, on any device.

    Raises:
        ConfigError: `before` is no network whose encoder `config.model` has.
    """

    def __init__(self, config: RefitConfig, before: VAE, device: torch.device) -> None:
        if refitted(before.config) != config.model:
            raise ConfigError("setting.other_refit", name=repr(config.model.network))
        seed = config.training.seed
        self._config, self._dtype, self._ema = config.model, precision(config, device), config.training.ema
        model = initialise(VAE(config.model), torch.Generator().manual_seed(seed))
        _take_over(model, before)
        self._model = model.to(device, memory_format=torch.channels_last)
        decoder = _parameters(self._model.network.decoder())
        self._model.requires_grad_(False)
        for parameter in decoder:
            parameter.requires_grad_(True)
        self.knobs = Knobs.on(device)
        self.knobs.lr.fill_(config.training.lr)
        self.generator = torch.Generator(device).manual_seed(seed)
        self.modules = {"model": self._model}
        if self._ema:
            self.modules[AVERAGE] = averaged(self._model)
        self.optimisers = {"decoder": adam(decoder, self.knobs.lr)}

    def scheduled(self, step: int, config: RefitConfig) -> dict[str, float]:
        return {"lr": learning_rate(step, config.schedule, config.training)}

    def __call__(self, batch: Batch) -> tuple[Tensor, ElboTerms]:
        done = super().__call__(batch)
        if self._ema:
            follow(self.modules[AVERAGE], self._model, steps_done(self.optimisers["decoder"]), self._ema)
        return done

    def forward(self, batch: Batch) -> tuple[Tensor, ElboTerms]:
        x = to_float(batch.images).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():  # in float32, as the codes are measured
            posterior = self._model.encode(x)
            z = posterior.sample(self.generator)
        with torch.autocast(x.device.type, self._dtype, enabled=self._dtype != torch.float32):
            output = self._model.decode(z)
        kl = kl_to_prior(posterior.mu, posterior.logvar)
        terms = ElboTerms(distortion(output, x, self._config).mean(), kl.mean(0))
        return terms.recon, terms


def refitted(model: ModelConfig) -> ModelConfig:
    """The same network with the decoder of a refit.

    Raises:
        ConfigError: there is none for it.
    """
    if model.network not in REFITTED:
        raise ConfigError("setting.not_refitted", name=repr(model.network), known=list(REFITTED))
    return replace(model, network=REFITTED[model.network])


def refit_training(config: RefitConfig, before: VAE, device: torch.device | str = "cpu") -> TrainState:
    """A refit before its first step; `train` makes its steps. Raises ConfigError as `RefitStep` does."""
    device = torch.device(device)
    return TrainState(config, device, RefitStep(config, before, device))


def _take_over(model: VAE, before: VAE) -> None:
    """Copies the weights of `before`, all of the encoder's among them."""
    if before.config == model.config:
        model.load_state_dict(before.state_dict())
    else:
        model.network.begin_as(before.network)


def _parameters(layers: Iterable[nn.Module]) -> list[nn.Parameter]:
    return [parameter for layer in layers for parameter in layer.parameters()]
