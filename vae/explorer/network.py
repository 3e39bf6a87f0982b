"""The caller's encoder and decoder with the face of a VAE."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from vae.config import ModelConfig
from vae.explorer.functions import Functions
from vae.explorer.pictures import ExploreError, Pictures
from vae.models.caller_code import called
from vae.models.graph.description import Description, network_of
from vae.models.graph.operations import GraphError
from vae.models.graph.recording import record
from vae.models.posterior import Posterior
from vae.models.vae import VAE, described

OUTPUTS = ("logits", "unit", "signed")  # of a decoder: logits, or pictures in [0, 1] or [-1, 1]
SCALES = ("log variance", "variance", "deviation", "none")
_MEANS = ("mu", "mean", "loc", "means")
_SCALES = {
    **dict.fromkeys(("logvar", "log_var", "log_variance"), "log variance"),
    **dict.fromkeys(("std", "sigma", "stddev", "scale"), "deviation"),
    **dict.fromkeys(("var", "variance"), "variance"),
}
log = logging.getLogger(__name__)


def tensors_of(name: str, output: Any) -> tuple[list[Tensor], str | None]:
    """What an encoder gives: means first, then perhaps a scale, and what that is where its name tells."""
    if isinstance(output, Tensor):
        return [output], None
    if isinstance(output, Distribution):
        return [output.mean, output.stddev], "deviation"
    if isinstance(output, (tuple, list)):
        found = [part for part in output if isinstance(part, Tensor)]
        if found:
            return found, None
        return tensors_of(name, output[0]) if output else ([], None)
    value = output.get if isinstance(output, Mapping) else lambda key: getattr(output, key, None)
    mean = next((value(key) for key in _MEANS if isinstance(value(key), Tensor)), None)
    if mean is None:
        inner = value("latent_dist")
        if inner is not None:
            return tensors_of(name, inner)
        raise ExploreError("explore.output", name=name, type=type(output).__name__)
    for key, kind in _SCALES.items():
        if isinstance(value(key), Tensor):
            return [mean, value(key)], kind
    return [mean], None


@dataclass(frozen=True)
class Reading:
    """How the outputs of the caller's functions are read.

    Attributes:
        places: of the means and of the scale among what the encoder gives; one number where there is no scale.
        halves: is one tensor means and scale side by side?
        scale: of `SCALES`.
        flat: sides of length one behind the latents, which the decoder takes again.
        outputs: of `OUTPUTS`.
    """

    places: tuple[int, ...] = (0,)
    halves: bool = False
    scale: str = "none"
    flat: int = 0
    outputs: str = "unit"


class CallerNetwork(nn.Module):
    """The caller's functions as a network of this project: float32 images in [0, 1] -> posterior, z -> logits or means.

    One call at a time, for nobody knows what they write to.
    """

    graphs = None

    def __init__(self, functions: Functions, pictures: Pictures, reading: Reading, config: ModelConfig) -> None:
        super().__init__()
        self.config, self.reading = config, reading
        self.place = nn.Parameter(torch.zeros(1, device=functions.device), requires_grad=False)
        self._functions, self._turn = functions, threading.Lock()
        self._bounds, self._flipped = pictures.bounds, pictures.colours == "BGR" and pictures.shape[0] == 3
        self.network = _Parts(self)

    def encode(self, x: Tensor) -> Posterior:
        """x: (B, C, H, W) float in [0, 1] -> posterior over (B, D), float32. Raises CallerError."""
        low, high = self._bounds
        return self.encode_values(low + (high - low) * (x.flip(1) if self._flipped else x))

    def encode_values(self, values: Tensor) -> Posterior:
        """The same of images as the caller has them. Raises CallerError."""
        with self._turn:
            output = called("encode", self._functions.encode, values.to(self.place.device, self._functions.dtype))
        found, _ = tensors_of("encode", output)
        return _posterior(found, self.reading)

    def decode(self, z: Tensor) -> Tensor:
        """z: (B, D) -> (B, C, H, W) float32 logits (Bernoulli) or means in [0, 1] (Gaussian). Raises CallerError."""
        z = z.to(self.place.device, self._functions.dtype)
        with self._turn:
            output = decoded(self._functions.decode, z, self.reading.flat)
        output = (output + 1) / 2 if self.reading.outputs == "signed" else output
        return output.flip(1) if self._flipped else output

    def described(self, x: Tensor) -> VAE:
        """The same network as nodes, encoder and decoder.

        Args:
            x: (B, C, H, W), two or more different images in [0, 1].

        Raises:
            GraphError: an operation of it has no node that stands for it.
        """
        encoder = record(lambda images: _joined(self.encode(images)), x.to(self.place.device))
        decoder = self.network.description
        if decoder is None:
            raise GraphError("graph.end")
        return described(self.config, encoder, decoder)


def _joined(posterior: Posterior) -> Tensor:
    return torch.cat([posterior.mu, posterior.logvar], dim=1)


class _Parts:
    """What the page asks a network for: its decoder as layers."""

    def __init__(self, network: CallerNetwork) -> None:
        latents, device = network.config.latent_dim, network.place.device
        z = torch.randn(4, latents, generator=torch.Generator().manual_seed(0)).to(device)
        self.description: Description | None
        try:
            self.description = record(network.decode, z)
            self._layers: tuple[nn.Module, ...] = (network_of(self.description),)
        except Exception as error:  # whatever a foreign function does under a recorder: its process decodes
            log.info("The decoder has no graph: %s", error)
            self.description, self._layers = None, (_Opaque(),)

    def decoder(self) -> Iterator[nn.Module]:
        return iter(self._layers)


class _Opaque(nn.Module):
    """A decoder that only its caller's process can run."""


def _posterior(found: list[Tensor], reading: Reading) -> Posterior:
    if reading.halves:
        mu, scale = found[0].flatten(1).chunk(2, dim=1)
    else:
        mu = found[reading.places[0]].flatten(1)
        scale = found[reading.places[1]].flatten(1) if len(reading.places) > 1 else None
    mu = mu.float()
    return Posterior(mu, logvar_of(scale, reading.scale, mu))


def logvar_of(scale: Tensor | None, kind: str, mu: Tensor) -> Tensor:
    """The log variance (B, D) that a scale of a kind of `SCALES` stands for; 0 where there is none."""
    if scale is None or kind == "none":
        return torch.zeros_like(mu)
    scale = scale.float().expand_as(mu)
    if kind == "log variance":
        return scale
    scale = scale.clamp_min(1e-8)
    return scale.log() if kind == "variance" else 2 * scale.log()


def decoded(decode: Callable[[Tensor], Any], z: Tensor, flat: int) -> Tensor:
    """What a decoder gives for z (B, D), as float32: the first tensor in it, or the mean of a distribution.

    Raises:
        CallerError: it raises. ExploreError: there is no tensor in it.
    """
    output = called("decode", decode, z.reshape(*z.shape, *[1] * flat) if flat else z)
    while isinstance(output, (tuple, list)) and output:
        output = output[0]
    if isinstance(output, Distribution):
        output = output.mean
    if not isinstance(output, Tensor):
        output = next((getattr(output, key) for key in ("sample", "recon", "x") if hasattr(output, key)), output)
    if not isinstance(output, Tensor):
        raise ExploreError("explore.output", name="decode", type=type(output).__name__)
    return output.float()
