"""The network that reads factors off pictures, and its weights: drawn, rounded, or yet to be loaded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from vae.config import ConfigError
from vae.data import Factor
from vae.evaluation.reader.embedding import width_of
from vae.models.graph.description import Description, Writer

_CHANNELS, _HIDDEN = (8, 16, 32, 32), 24  # small, and multiples of what a vector unit takes at once


class Network(nn.Module):
    """4×4 convolutions of stride 2 until at most 4 pixels are left to a side, and two fully connected layers.

    The second of them also sees mean and maximum of the last but one convolution's maps: what a shape is does not
    depend on where it lies, and places alone take very long to teach that.
    """

    def __init__(self, shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        channels, height, width = shape
        layers = 0
        while max(height, width) > 4:
            height, width, layers = height // 2, width // 2, layers + 1
        if not 1 < layers <= len(_CHANNELS) or min(height, width) < 1:
            raise ConfigError("setting.reader_sides", size=f"{shape[1]}×{shape[2]}")
        sizes = (channels, *_CHANNELS[:layers])
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairwise(sizes))
        self.placed = nn.Linear(sizes[-1] * height * width, _HIDDEN)
        self.anywhere = nn.Linear(2 * sizes[-2], _HIDDEN)
        self.output = nn.Linear(2 * _HIDDEN, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in [0, 1] -> (B, outputs): the embeddings side by side, logits where they are probabilities."""
        for convolution in self.convolutions:
            before, x = x, convolution(x).relu()
        placed = self.placed(x.flatten(1))
        anywhere = self.anywhere(torch.cat((before.mean((2, 3)), before.amax((2, 3))), dim=1))
        return self.output(torch.cat((placed, anywhere), dim=1).relu())

    def description(self, shape: tuple[int, int, int]) -> Description:
        """The same as data.

        Args:
            shape: (C, H, W) of a picture.
        """
        writer = Writer(shape)
        for convolution in self.convolutions:
            before = writer.value
            writer.module(convolution)
            writer.add("relu")
        writer.module(nn.Flatten())
        placed = writer.module(self.placed)
        writer.add("concat", writer.add("mean", before), writer.add("max", before))
        anywhere = writer.module(self.anywhere)
        writer.add("concat", placed, anywhere)
        writer.add("relu")
        writer.module(self.output)
        return writer.description()


def initialised(shape: tuple[int, int, int], factors: Sequence[Factor], seed: int) -> Network:
    """Weights that keep the size of what runs through, as He et al. 2015, arXiv:1502.01852, draw them."""
    network = blank(shape, factors).to_empty(device="cpu")
    generator = torch.Generator().manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(layer.bias)
    return network


def blank(shape: tuple[int, int, int], factors: Sequence[Factor]) -> Network:
    """A network without weights: nothing is allocated, and nobody's random numbers are drawn."""
    outputs = sum(map(width_of, factors))  # not on "meta", where `eye` imports for a second
    with torch.device("meta"):
        return Network(shape, outputs)


def rounded(network: nn.Module) -> nn.Module:
    """With weights that survive half precision, laid out as those of a file, so that both read the very same."""
    network = network.to(memory_format=torch.contiguous_format)
    network.load_state_dict({key: value.half().float() for key, value in network.state_dict().items()})
    return network
