"""The networks: one class each, with `encode` (B, C, H, W) -> (B, 2D) and `decode` (B, D) -> (B, C, H, W).

The second half of what `encode` gives is the log variance. Images whose sides a network cannot halve often enough are
padded with zeros on the way in and cropped on the way out, so that every figure is over the pixels of the data set.
"""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn.functional import pad

from vae.config import ConfigError, ModelConfig
from vae.models.layers import Doubling


class Burgess(nn.Module):
    """Four 4×4 stride-2 convolutions (three below 64 pixels), two fully connected layers, and their mirror image.

    28×28 images are padded to 32×32 on the way in and cropped on the way out.

    Source: Burgess et al. 2018, arXiv:1804.03599, appendix.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, height, width = config.shape
        if height != width or height not in (28, 32, 64):
            raise ConfigError("setting.burgess", size=f"{height}×{width}")
        self.margin = (-height) % 16 // 2
        layers = int(math.log2(height + 2 * self.margin)) - 2
        w, flat = config.width, config.width * 16
        down = [nn.Conv2d(w if i else channels, w, 4, 2, 1) for i in range(layers)]
        up = [Doubling(w, w if i < layers - 1 else channels) for i in range(layers)]
        self.convolutions = nn.Sequential(*(part for layer in down for part in (layer, nn.ReLU())))
        self.to_latent = nn.Sequential(
            nn.Flatten(),
            nn.Linear(flat, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, 2 * config.latent_dim),
        )
        self.from_latent = nn.Sequential(
            nn.Linear(config.latent_dim, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, flat),
            nn.ReLU(),
            nn.Unflatten(1, (w, 4, 4)),
        )
        self.deconvolutions = nn.Sequential(*(part for layer in up for part in (layer, nn.ReLU())))[:-1]

    def encode(self, x: Tensor) -> Tensor:
        m = self.margin
        return self.to_latent(self.convolutions(pad(x, (m, m, m, m)) if m else x))

    def decode(self, z: Tensor) -> Tensor:
        m, out = self.margin, self.deconvolutions(self.from_latent(z))
        return out[..., m:-m, m:-m] if m else out


class Mlp(nn.Module):
    """One hidden layer of `hidden` units on either side, for images of any size.

    Source: Kingma & Welling 2014, arXiv:1312.6114, with the ReLU of pytorch/examples.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        pixels = math.prod(config.shape)
        self.to_latent = nn.Sequential(
            nn.Flatten(), nn.Linear(pixels, config.hidden), nn.ReLU(), nn.Linear(config.hidden, 2 * config.latent_dim)
        )
        self.from_latent = nn.Sequential(
            nn.Linear(config.latent_dim, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, pixels),
            nn.Unflatten(1, config.shape),
        )

    def encode(self, x: Tensor) -> Tensor:
        return self.to_latent(x.contiguous())

    def decode(self, z: Tensor) -> Tensor:
        return self.from_latent(z)


class MnistConv(nn.Module):
    """28 -> 14 -> 7: two 4×4 stride-2 convolutions of `width` and twice as many channels, one fully connected layer."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, height, width = config.shape
        self.margins = _margins(height, width, 4)
        rows, columns = (height + 2 * self.margins[0]) // 4, (width + 2 * self.margins[1]) // 4
        w, flat = config.width, 2 * config.width * rows * columns
        self.convolutions = nn.Sequential(
            nn.Conv2d(channels, w, 4, 2, 1), nn.ReLU(), nn.Conv2d(w, 2 * w, 4, 2, 1), nn.ReLU()
        )
        self.to_latent = nn.Sequential(
            nn.Flatten(), nn.Linear(flat, config.hidden), nn.ReLU(), nn.Linear(config.hidden, 2 * config.latent_dim)
        )
        self.from_latent = nn.Sequential(
            nn.Linear(config.latent_dim, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, flat),
            nn.ReLU(),
            nn.Unflatten(1, (2 * w, rows, columns)),
        )
        self.deconvolutions = nn.Sequential(Doubling(2 * w, w), nn.ReLU(), Doubling(w, channels))

    def encode(self, x: Tensor) -> Tensor:
        return self.to_latent(self.convolutions(_padded(x, self.margins)))

    def decode(self, z: Tensor) -> Tensor:
        return _cropped(self.deconvolutions(self.from_latent(z)), self.margins)


class PlainConv(nn.Module):
    """3×3 stride-2 convolutions, each with batch normalisation and a leaky ReLU, and a linear head; and its mirror.

    Of width 32 it has 16, 32, 64 and 128 channels. The decoder ends with one 3×3 convolution more, and without the
    squashing of its predecessors: what it gives are logits, or means.
    """

    multiples: tuple[float, ...] = (0.5, 1, 2, 4)  # channels of the layers by the configuration's width

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, height, width = config.shape
        factor = 2 ** len(self.multiples)
        self.margins = _margins(height, width, factor)
        rows, columns = (height + 2 * self.margins[0]) // factor, (width + 2 * self.margins[1]) // factor
        widths = [max(1, int(config.width * multiple)) for multiple in self.multiples]
        flat = widths[-1] * rows * columns
        down = zip([channels, *widths], widths, strict=False)
        up = zip(widths[::-1], [*widths[-2::-1], widths[0]], strict=True)
        self.convolutions = nn.Sequential(*(part for a, b in down for part in _normalised(nn.Conv2d(a, b, 3, 2, 1))))
        self.to_latent = nn.Sequential(nn.Flatten(), nn.Linear(flat, 2 * config.latent_dim))
        self.from_latent = nn.Sequential(
            nn.Linear(config.latent_dim, flat), nn.Unflatten(1, (widths[-1], rows, columns))
        )
        self.deconvolutions = nn.Sequential(
            *(part for a, b in up for part in _normalised(nn.ConvTranspose2d(a, b, 3, 2, 1, output_padding=1))),
            nn.Conv2d(widths[0], channels, 3, 1, 1),
        )

    def encode(self, x: Tensor) -> Tensor:
        return self.to_latent(self.convolutions(_padded(x, self.margins)))

    def decode(self, z: Tensor) -> Tensor:
        return _cropped(self.deconvolutions(self.from_latent(z)), self.margins)


class DeepConv(PlainConv):
    """The same, five layers deep: 32, 64, 128, 256 and 512 channels of width 32. Source: AntixK/PyTorch-VAE."""

    multiples = (1, 2, 4, 8, 16)


def _normalised(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, nn.Module, nn.Module]:
    return layer, nn.BatchNorm2d(layer.out_channels), nn.LeakyReLU()


def _margins(height: int, width: int, factor: int) -> tuple[int, int]:
    """Rows and columns to add on each side, so that `factor` divides height and width; a ConfigError for odd ones."""
    for side in (height, width):
        if -side % factor % 2:
            raise ConfigError("setting.even_sides", size=f"{height}×{width}")
    return -height % factor // 2, -width % factor // 2


def _padded(x: Tensor, margins: tuple[int, int]) -> Tensor:
    rows, columns = margins
    return pad(x, (columns, columns, rows, rows)) if rows or columns else x


def _cropped(x: Tensor, margins: tuple[int, int]) -> Tensor:
    rows, columns = margins
    return x[..., rows : x.shape[-2] - rows, columns : x.shape[-1] - columns]


NETWORKS: dict[str, type[nn.Module]] = {
    "burgess": Burgess,
    "mnist_conv": MnistConv,
    "mlp": Mlp,
    "plain_conv": PlainConv,
    "deep_conv": DeepConv,
}
