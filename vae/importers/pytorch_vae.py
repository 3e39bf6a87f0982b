"""VanillaVAE and BetaVAE of AntixK/PyTorch-VAE: a checkpoint of Lightning, or the state_dict in it.

Their network is described: 3×3 convolutions with batch normalisation, which is folded into them, and a decoder that
ends with tanh. Its squared error is read as a Gaussian of sigma 1; which weight the KL had beside it, no file tells.
"""

from __future__ import annotations

from itertools import count, pairwise, takewhile
from pathlib import Path

import torch
from torch import nn

from vae.config import ModelConfig
from vae.importers.foreign import Foreign, Kind
from vae.importers.torch_file import Weights, state_of
from vae.models.graph.description import Description, Writer
from vae.models.vae import described

CORNER = 2  # rows and columns of the smallest layer
PIXELS = ((0.0, 1.0), (-1.0, 1.0))


def read(path: Path, pixels: tuple[float, float] = PIXELS[0]) -> Foreign:
    """The model of a file.

    Args:
        pixels: the range of the values that it was trained with. The file does not tell: the program's first versions
            took −1 to 1, later ones 0 to 1, and the decoder ends with tanh in all of them.

    Raises:
        ForeignError, CheckpointError: it is missing or of another layout.
    """
    weights = state_of(path, "model.")
    names = takewhile(lambda name: name in weights, (f"encoder.{i}.0.weight" for i in count()))
    shapes = [weights.shape(name, 4) for name in names] or [weights.shape("encoder.0.0.weight", 4)]
    widths, side = [shape[0] for shape in shapes], CORNER * 2 ** len(shapes)
    latents = weights.shape("fc_mu.weight", 2)[0]
    config = ModelConfig(shape=(shapes[0][1], side, side), latent_dim=latents, likelihood="gaussian")
    encoder, decoder = _encoder(weights, config, widths, pixels), _decoder(weights, config, widths, pixels)
    weights.expect_all_taken()
    return Foreign(described(config, encoder, decoder))


def _encoder(weights: Weights, config: ModelConfig, widths: list[int], pixels: tuple[float, float]) -> Description:
    writer = Writer(config.shape)
    low, high = pixels
    if pixels != (0.0, 1.0):
        _scale(writer, high - low, low)
    for i, (before, after) in enumerate(pairwise([config.shape[0], *widths])):
        _normalised(writer, weights, nn.Conv2d(before, after, 3, 2, 1), f"encoder.{i}")
    writer.module(nn.Flatten())
    flat, latents = widths[-1] * CORNER**2, config.latent_dim
    heads = [weights.fill(nn.Linear(flat, latents), name).state_dict() for name in ("fc_mu", "fc_var")]
    joined = nn.Linear(flat, 2 * latents)
    joined.load_state_dict({key: torch.cat([head[key] for head in heads]) for key in ("weight", "bias")})
    writer.module(joined)
    return writer.description()


def _decoder(weights: Weights, config: ModelConfig, widths: list[int], pixels: tuple[float, float]) -> Description:
    writer, up = Writer((config.latent_dim,)), [*widths[::-1], widths[0]]
    writer.module(weights.fill(nn.Linear(config.latent_dim, up[0] * CORNER**2), "decoder_input"))
    writer.module(nn.Unflatten(1, (up[0], CORNER, CORNER)))
    for i, (before, after) in enumerate(pairwise(up)):
        name = "final_layer" if i == len(up) - 2 else f"decoder.{i}"
        _normalised(writer, weights, nn.ConvTranspose2d(before, after, 3, 2, 1, output_padding=1), name)
    writer.module(weights.fill(nn.Conv2d(up[-1], config.shape[0], 3, 1, 1), "final_layer.3"))
    writer.module(nn.Tanh())
    low, high = pixels
    if pixels != (0.0, 1.0):
        _scale(writer, 1 / (high - low), -low / (high - low))
    return writer.description()


def _normalised(writer: Writer, weights: Weights, layer: nn.Conv2d | nn.ConvTranspose2d, name: str) -> None:
    """A convolution, its normalisation and a leaky ReLU."""
    norm = nn.BatchNorm2d(layer.out_channels)
    for module in (weights.fill(layer, f"{name}.0"), weights.fill(norm, f"{name}.1"), nn.LeakyReLU()):
        writer.module(module)


def _scale(writer: Writer, factor: float, shift: float) -> None:
    """Every value by the same factor, moved by the same amount."""
    ones = torch.ones(writer.output[0])
    writer.add("scale", weights={"weight": factor * ones, "bias": shift * ones})


KIND = Kind("pytorch-vae", "a .ckpt of VanillaVAE or BetaVAE (AntixK/PyTorch-VAE)", read, PIXELS)
