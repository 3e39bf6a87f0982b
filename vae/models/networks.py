"""The networks: one class each, with layers from images (B, C, H, W) to (B, 2D), and others from (B, D) to images.

The second half of what `encode` gives is the log variance. Images whose sides a network cannot halve often enough are
padded with zeros on the way in and cropped on the way out, so that every figure is over the pixels of the data set.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from torch import Tensor, nn

from vae.config import ConfigError, ModelConfig
from vae.models.layers import Crop, Doubling, Pad, Residual, Sum

MOST_COST = 15_000_000  # multiply-adds of a picture that a page decodes sixty times a second


class Network(nn.Module):
    """What a network says: its layers on either side, in the order in which they are called."""

    def encoder(self) -> Iterable[nn.Module]:
        raise NotImplementedError

    def decoder(self) -> Iterable[nn.Module]:
        raise NotImplementedError

    def encode(self, x: Tensor) -> Tensor:
        for layer in self.encoder():
            x = layer(x)
        return x

    def decode(self, z: Tensor) -> Tensor:
        for layer in self.decoder():
            z = layer(z)
        return z


class Burgess(Network):
    """Four 4×4 stride-2 convolutions (three below 64 pixels), two fully connected layers, and their mirror image.

    28×28 images are padded to 32×32 on the way in and cropped on the way out.

    Source: Burgess et al. 2018, arXiv:1804.03599, appendix.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, height, width = config.shape
        if height != width or height not in (28, 32, 64):
            raise ConfigError("setting.burgess", size=f"{height}×{width}")
        margin = (-height) % 16 // 2
        self.pad, self.crop = Pad((margin,) * 4), Crop((margin,) * 4)
        layers = int(math.log2(height + 2 * margin)) - 2
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

    def encoder(self) -> Iterable[nn.Module]:
        return self.pad, self.convolutions, self.to_latent

    def decoder(self) -> Iterable[nn.Module]:
        return self.from_latent, self.deconvolutions, self.crop


class BurgessResidual(Burgess):
    """`Burgess` with a second way through the decoder's last two resolutions, of residual 3×3 convolutions.

    The decoder of `Burgess` doubles a picture to its last pixel with one linear layer, which paints lumpy edges. A few
    nonlinear layers correct it here, narrow enough that a page decodes sixty pictures a second: of width 32 they have
    16 channels at 32×32 pixels, 8 at 64×64, and the decoder takes less than `MOST_COST`.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        side = config.shape[1] + 2 * self.pad.margins[0]
        coarse, fine = (max(1, config.width * 16 // pixels) for pixels in (side // 2, side))
        many = 64 // side  # layers of small pictures cost less
        self.residuals = nn.Sequential(
            nn.Conv2d(config.width, coarse, 1),
            *_residuals(coarse, many),
            nn.ReLU(),
            nn.Conv2d(coarse, 4 * fine, 1),
            nn.PixelShuffle(2),
            *_residuals(fine, many),
            nn.ReLU(),
            nn.Conv2d(fine, config.shape[0], 3, 1, 1),
        )

    def decoder(self) -> Iterable[nn.Module]:
        *growing, last = self.deconvolutions
        return self.from_latent, *growing, Sum(last, self.residuals), self.crop

    def begin_as(self, before: Burgess) -> None:
        """Takes over all weights of a network without the second way, which then adds nothing: the same pictures."""
        self.load_state_dict(before.state_dict(), strict=False)
        nn.init.zeros_(self.residuals[-1].weight)
        nn.init.zeros_(self.residuals[-1].bias)


def _residuals(channels: int, count: int) -> Iterable[Residual]:
    return (Residual(nn.ReLU(), nn.Conv2d(channels, channels, 3, 1, 1)) for _ in range(count))


class Mlp(Network):
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

    def encoder(self) -> Iterable[nn.Module]:
        return (self.to_latent,)

    def decoder(self) -> Iterable[nn.Module]:
        return (self.from_latent,)

    def encode(self, x: Tensor) -> Tensor:
        return super().encode(x.contiguous())


class MnistConv(Network):
    """28 -> 14 -> 7: two 4×4 stride-2 convolutions of `width` and twice as many channels, one fully connected layer."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, height, width = config.shape
        margins = _margins(height, width, 4)
        self.pad, self.crop = Pad(margins), Crop(margins)
        rows, columns = (height + 2 * margins[0]) // 4, (width + 2 * margins[2]) // 4
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

    def encoder(self) -> Iterable[nn.Module]:
        return self.pad, self.convolutions, self.to_latent

    def decoder(self) -> Iterable[nn.Module]:
        return self.from_latent, self.deconvolutions, self.crop


class PlainConv(Network):
    """3×3 stride-2 convolutions, each with batch normalisation and a leaky ReLU, and a linear head; and its mirror.

    Of width 32 it has 16, 32, 64 and 128 channels. The decoder ends with one 3×3 convolution more, and without the
    squashing of its predecessors: what it gives are logits, or means.
    """

    multiples: tuple[float, ...] = (0.5, 1, 2, 4)  # channels of the layers by the configuration's width

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, height, width = config.shape
        factor = 2 ** len(self.multiples)
        margins = _margins(height, width, factor)
        self.pad, self.crop = Pad(margins), Crop(margins)
        rows, columns = (height + 2 * margins[0]) // factor, (width + 2 * margins[2]) // factor
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

    def encoder(self) -> Iterable[nn.Module]:
        return self.pad, self.convolutions, self.to_latent

    def decoder(self) -> Iterable[nn.Module]:
        return self.from_latent, self.deconvolutions, self.crop


class DeepConv(PlainConv):
    """The same, five layers deep: 32, 64, 128, 256 and 512 channels of width 32. Source: AntixK/PyTorch-VAE."""

    multiples = (1, 2, 4, 8, 16)


def _normalised(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, nn.Module, nn.Module]:
    return layer, nn.BatchNorm2d(layer.out_channels), nn.LeakyReLU()


def _margins(height: int, width: int, factor: int) -> tuple[int, int, int, int]:
    """Rows above and below and columns on either side to add, so that `factor` divides height and width; a ConfigError
    for odd ones.
    """
    for side in (height, width):
        if -side % factor % 2:
            raise ConfigError("setting.even_sides", size=f"{height}×{width}")
    rows, columns = -height % factor // 2, -width % factor // 2
    return rows, rows, columns, columns


NETWORKS: dict[str, type[Network]] = {
    "burgess": Burgess,
    "burgess_residual": BurgessResidual,
    "mnist_conv": MnistConv,
    "mlp": Mlp,
    "plain_conv": PlainConv,
    "deep_conv": DeepConv,
}

REFITTED = {"burgess": "burgess_residual", "burgess_residual": "burgess_residual"}
"""The network with which a decoder is fitted anew to the codes of a network, by name: it has the same encoder."""
