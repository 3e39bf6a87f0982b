"""The caller's encoder and decoder with the face of a VAE, and what had to be assumed to give them one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn.modules.batchnorm import _BatchNorm

from vae.config import ModelConfig
from vae.explorer.pictures import ExploreError, Pictures
from vae.models.caller_code import called
from vae.models.graph.description import Description, network_of
from vae.models.graph.operations import GraphError
from vae.models.graph.recording import record
from vae.models.posterior import Posterior
from vae.models.vae import VAE, described
from vae.system.limits import CHECKPOINTS
from vae.system.messages import Sentence, cause

OUTPUTS = ("logits", "unit", "signed")  # of a decoder: logits, or pictures in [0, 1] or [-1, 1]
SCALES = ("log variance", "variance", "deviation", "none")
PROBED = 64  # images by which is decided what the functions give
OVERSHOOT = 0.02  # of a decoder's range, by rounding
_MEANS = ("mu", "mean", "loc", "means")
_SCALES = {
    **dict.fromkeys(("logvar", "log_var", "log_variance"), "log variance"),
    **dict.fromkeys(("std", "sigma", "stddev", "scale"), "deviation"),
    **dict.fromkeys(("var", "variance"), "variance"),
}
log = logging.getLogger(__name__)
_TOLERANCE = 1e-4  # of codes of the same images, by the order of sums


@dataclass(frozen=True)
class Functions:
    """What encodes and decodes, with the device and the type of its weights; `modules` are those behind it."""

    encode: Callable[[Tensor], Any]
    decode: Callable[[Tensor], Any]
    modules: tuple[nn.Module, ...]
    device: torch.device
    dtype: torch.dtype
    notes: tuple[Sentence, ...] = ()


def functions_of(model: Any, encode: Any, decode: Any, copy: bool = True, device: Any = None) -> Functions:
    """The caller's functions: on a deep copy in eval mode, or where `copy` is False as they stand.

    Raises:
        ExploreError: there is no encoder or no decoder, it cannot be copied, or it is on in train mode with batch
            normalisation, whose statistics every encoding would change.
    """
    if model is not None:
        encode, decode = encode or getattr(model, "encode", None), decode or getattr(model, "decode", None)
    for name, function in (("encode", encode), ("decode", decode)):
        if not callable(function):
            raise ExploreError("explore.no_function", name=name)
    if copy:
        try:
            encode, decode = deepcopy((encode, decode))
        except Exception as error:  # a tensor in the middle of a graph, a lock, a file
            raise ExploreError("explore.not_copied", why=f"{type(error).__name__}: {cause(error)}") from error
    own = _unique(module for function in (encode, decode) for module in _owners(function))
    behind = _unique(module for function in (encode, decode) for module in _enclosed(function))
    notes = []
    if copy:
        for module in own:
            module.eval()
        if behind:
            notes.append(Sentence("explore.enclosed", names=[type(module).__name__ for module in behind]))
    modules = _unique((*own, *behind))
    trained = [layer for module in modules for layer in module.modules() if layer.training]
    if any(isinstance(layer, _BatchNorm) for layer in trained):
        raise ExploreError("explore.batch_norm")
    weight = next((weight for module in modules for weight in module.parameters()), torch.zeros(1))
    place = torch.device(device) if device is not None else weight.device
    dtype = weight.dtype if weight.is_floating_point() else torch.float32
    return Functions(encode, decode, modules, place, dtype, tuple(notes))


def _owners(function: Any) -> list[nn.Module]:
    """The module that is called, or whose method is."""
    owner = getattr(function, "__self__", function)
    if isinstance(owner, nn.Module):
        return [owner]
    return [value for value in getattr(owner, "__dict__", {}).values() if isinstance(value, nn.Module)]


def _enclosed(function: Any) -> list[nn.Module]:
    """The modules that a plain function reaches by its names."""
    if not isinstance(function, FunctionType):
        return []
    cells = [cell.cell_contents for cell in function.__closure__ or () if cell != type(cell)()]
    named = [function.__globals__.get(name) for name in function.__code__.co_names]
    found = [value for value in (*cells, *named) if not isinstance(value, type)]
    owners = [getattr(value, "__self__", value) for value in found]
    return [value for value in owners if isinstance(value, nn.Module)]


def _unique(modules: Iterable[nn.Module]) -> tuple[nn.Module, ...]:
    return tuple({id(module): module for module in modules}.values())


def _tensors(name: str, output: Any) -> tuple[list[Tensor], str | None]:
    """What an encoder gives: means first, then perhaps a scale, and what that is where its name tells."""
    if isinstance(output, Tensor):
        return [output], None
    if isinstance(output, Distribution):
        return [output.mean, output.stddev], "deviation"
    if isinstance(output, (tuple, list)):
        found = [part for part in output if isinstance(part, Tensor)]
        if found:
            return found, None
        return _tensors(name, output[0]) if output else ([], None)
    value = output.get if isinstance(output, Mapping) else lambda key: getattr(output, key, None)
    mean = next((value(key) for key in _MEANS if isinstance(value(key), Tensor)), None)
    if mean is None:
        inner = value("latent_dist")
        if inner is not None:
            return _tensors(name, inner)
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
        found, _ = _tensors("encode", output)
        return _posterior(found, self.reading)

    def decode(self, z: Tensor) -> Tensor:
        """z: (B, D) -> (B, C, H, W) float32 logits (Bernoulli) or means in [0, 1] (Gaussian). Raises CallerError."""
        z = z.to(self.place.device, self._functions.dtype)
        with self._turn:
            output = _decoded(self._functions.decode, z, self.reading.flat)
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
    return Posterior(mu, _logvar(scale, reading.scale, mu))


def _logvar(scale: Tensor | None, kind: str, mu: Tensor) -> Tensor:
    if scale is None or kind == "none":
        return torch.zeros_like(mu)
    scale = scale.float().expand_as(mu)
    if kind == "log variance":
        return scale
    scale = scale.clamp_min(1e-8)
    return scale.log() if kind == "variance" else 2 * scale.log()


def _decoded(decode: Callable[[Tensor], Any], z: Tensor, flat: int) -> Tensor:
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


@dataclass(frozen=True)
class Probe:
    """What the caller's functions gave of a few images: the network, and what was assumed."""

    network: CallerNetwork
    pictures: Pictures
    notes: tuple[Sentence, ...]


@torch.no_grad()
def probe(
    functions: Functions, pictures: Pictures, scale: str | None = None, outputs: str | None = None, sigma: float = 1.0
) -> Probe:
    """Run the functions on a few images, and read off what they take and give.

    Args:
        scale, outputs: of `SCALES` and `OUTPUTS`; None reads them off.
        sigma: of the Gaussian by which pictures are scored that are no logits.

    Raises:
        CallerError: a function raises.
        ExploreError: it gives what is no code of an image, or no image of a code.
    """
    for name, value, choices in (("scale", scale, SCALES), ("outputs", outputs, OUTPUTS)):
        if value not in (None, *choices):
            raise ExploreError("explore.one_of", name=name, choices=choices, value=repr(value))
    x = pictures.part(slice(0, PROBED)).to(functions.device, functions.dtype)
    reading, mu, notes = _read_encoder(functions, x, scale)
    pixels = pictures.pixels()[: len(mu)].float() / 255
    pixels = pixels.flip(1) if pictures.colours == "BGR" else pixels
    output = _expect_pictures(_decoded(functions.decode, mu.to(functions.dtype), reading.flat), mu, pictures).cpu()
    if outputs is None:
        outputs, note = _read_outputs(output, pixels, pictures.bounds)
        notes.append(note)
    likelihood = "bernoulli" if outputs == "logits" else "gaussian"
    if likelihood == "gaussian":
        notes.append(Sentence("explore.gaussian", sigma=f"{sigma:g}"))
    reading = Reading(reading.places, reading.halves, reading.scale, reading.flat, outputs)
    config = ModelConfig("caller", pictures.shape, mu.shape[1], likelihood=likelihood, sigma=sigma)
    return Probe(CallerNetwork(functions, pictures, reading, config), pictures, tuple(notes))


def _read_encoder(functions: Functions, x: Tensor, scale: str | None) -> tuple[Reading, Tensor, list[Sentence]]:
    """How the encoder's output is read, the means of the images, and what was assumed."""
    first, kind = _tensors("encode", called("encode", functions.encode, x))
    again, _ = _tensors("encode", called("encode", functions.encode, x))
    for tensor in first:
        if not bool(torch.isfinite(tensor).all()):
            raise ExploreError("explore.nan", name="encode")
    notes, steady = [], [place for place, pair in enumerate(zip(first, again, strict=True)) if _close(*pair)]
    if 0 not in steady:
        if len(steady) < 2:
            raise ExploreError("explore.samples")
        notes.append(Sentence("explore.sampled_first"))
    places = tuple(steady[:2]) if 0 not in steady else tuple(range(min(2, len(first))))
    if not set(places) <= set(steady):
        raise ExploreError("explore.samples")
    mu = first[places[0]]
    if mu.ndim < 2 or len(mu) != len(x):
        raise ExploreError("explore.codes", shape=str(tuple(mu.shape)), n=len(x))
    if any(side != 1 for side in mu.shape[2:]):
        raise ExploreError("explore.grid", shape=str(tuple(mu.shape[1:])))
    fewer = _tensors("encode", called("encode", functions.encode, x[: max(2, len(x) // 2)]))[0][places[0]]
    if not _close(fewer, mu[: len(fewer)], 10 * _TOLERANCE):
        raise ExploreError("explore.batch")
    reading = Reading(places, flat=mu.ndim - 2)
    if len(places) == 1:
        halves = kind is None and scale != "none" and _is_two_halves(functions, mu)
        mu, other = mu.flatten(1).chunk(2, 1) if halves else (mu.flatten(1), None)
    else:
        halves, mu, other = False, mu.flatten(1), first[places[1]].flatten(1)
        if other.shape != mu.shape and other.shape[1] != 1:
            raise ExploreError("explore.scale_shape", mu=str(tuple(mu.shape)), scale=str(tuple(other.shape)))
    if mu.shape[1] > CHECKPOINTS.most_latents:
        raise ExploreError("explore.latents", n=mu.shape[1], most=CHECKPOINTS.most_latents)
    if scale is None:
        scale, note = (kind, None) if kind else _read_scale(mu.float(), other)
        notes += [note] if note else []
    return Reading(places, halves, scale, reading.flat), mu.float(), notes


def _close(left: Tensor, right: Tensor, tolerance: float = _TOLERANCE) -> bool:
    size = max(1.0, float(left.float().abs().max())) if left.numel() else 1.0
    return left.shape == right.shape and float((left.float() - right.float()).abs().max()) <= tolerance * size


def _is_two_halves(functions: Functions, mu: Tensor) -> bool:
    """Is one tensor means and scales? It is where the decoder takes half of it, and not the whole."""
    if mu.shape[1] % 2:
        return False
    return not _takes(functions.decode, mu) and _takes(functions.decode, mu.chunk(2, dim=1)[0])


def _takes(decode: Callable[[Tensor], Any], z: Tensor) -> bool:
    """Does a decoder take codes of this width? What it raises is told with its line when it is asked in earnest."""
    try:
        decode(z)
    except Exception as error:  # the caller's code may raise anything
        log.debug("decode does not take %d latents: %r", z.shape[1], error)
        return False
    return True


def _read_scale(mu: Tensor, scale: Tensor | None) -> tuple[str, Sentence]:
    """What a second output is: a logarithm where any of it is negative, else what makes the aggregate posterior more
    like the prior, whose second moment is 1.
    """
    if scale is None:
        return "none", Sentence("explore.no_scale")
    scale = scale.float().expand_as(mu)
    if bool((scale < 0).any()):
        return "log variance", Sentence("explore.log_variance", least=f"{float(scale.min()):.3g}")
    moments = {kind: float((mu.square() + _logvar(scale, kind, mu).exp()).mean()) for kind in ("deviation", "variance")}
    kind = min(moments, key=lambda each: abs(moments[each] - 1))
    values = {name: f"{value:.3g}" for name, value in moments.items()}
    if kind == "deviation":
        return kind, Sentence("explore.deviation", **values)
    return kind, Sentence("explore.variance", **values)


def _expect_pictures(output: Tensor, mu: Tensor, pictures: Pictures) -> Tensor:
    expected = (len(mu), *pictures.shape)
    if tuple(output.shape) != expected:
        raise ExploreError("explore.decoded", actual=str(tuple(output.shape)), expected=str(expected))
    if not bool(torch.isfinite(output).all()):
        raise ExploreError("explore.nan", name="decode")
    return output


def _read_outputs(output: Tensor, pixels: Tensor, bounds: tuple[float, float]) -> tuple[str, Sentence]:
    """What a decoder gives: a picture where it stays within [0, 1], or within [-1, 1] as the images do; else what is
    nearest to the images.
    """
    seen = {"least": f"{float(output.min()):.3g}", "most": f"{float(output.max()):.3g}"}
    if float(output.min()) >= 0 and float(output.max()) <= 1:
        return "unit", Sentence("explore.unit", **seen)
    if bounds == (-1.0, 1.0) and float(output.abs().max()) <= 1:
        return "signed", Sentence("explore.signed", **seen)
    shown = {"logits": output.sigmoid(), "unit": output.clamp(0, 1)}
    if float(output.abs().max()) <= 1 + OVERSHOOT:
        shown["signed"] = (output + 1) / 2
    errors = {kind: float((picture - pixels).square().mean()) for kind, picture in shown.items()}
    kind = min(errors, key=errors.get)
    compared = [[name, f"{255 * error**0.5:.1f}"] for name, error in errors.items()]
    return kind, Sentence("explore.outputs_by_error", **seen, kind=kind, errors=compared)
