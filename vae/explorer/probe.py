"""What the caller's functions give of a few images, and what had to be assumed to read it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from vae.config import ModelConfig
from vae.explorer.functions import Functions
from vae.explorer.network import OUTPUTS, SCALES, CallerNetwork, Reading, decoded, logvar_of, tensors_of
from vae.explorer.pictures import ExploreError, Pictures
from vae.models.caller_code import called
from vae.system.limits import CHECKPOINTS
from vae.system.messages import Sentence

PROBED = 64  # images by which is decided what the functions give
OVERSHOOT = 0.02  # of a decoder's range, by rounding
_TOLERANCE = 1e-4  # of codes of the same images, by the order of sums
log = logging.getLogger(__name__)


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
    output = _expect_pictures(decoded(functions.decode, mu.to(functions.dtype), reading.flat), mu, pictures).cpu()
    if outputs is None:
        outputs, note = _read_outputs(output, pixels, pictures.bounds)
        notes.append(note)
    likelihood = "bernoulli" if outputs == "logits" else "gaussian"
    if likelihood == "gaussian":
        notes.append(Sentence("explore.gaussian", sigma=f"{sigma:g}"))
    reading = replace(reading, outputs=outputs)
    config = ModelConfig("caller", pictures.shape, mu.shape[1], likelihood=likelihood, sigma=sigma)
    return Probe(CallerNetwork(functions, pictures, reading, config), pictures, tuple(notes))


def _read_encoder(functions: Functions, x: Tensor, scale: str | None) -> tuple[Reading, Tensor, list[Sentence]]:
    """How the encoder's output is read, the means of the images, and what was assumed."""
    first, kind = tensors_of("encode", called("encode", functions.encode, x))
    again, _ = tensors_of("encode", called("encode", functions.encode, x))
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
    fewer = tensors_of("encode", called("encode", functions.encode, x[: max(2, len(x) // 2)]))[0][places[0]]
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
    moments = {
        kind: float((mu.square() + logvar_of(scale, kind, mu).exp()).mean()) for kind in ("deviation", "variance")
    }
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
