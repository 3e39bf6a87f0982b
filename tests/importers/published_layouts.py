"""Networks as other programs lay them out, in plain PyTorch: their parameters have the published names, and their
forward passes are written from the published facts, so that what is imported is held to something of its own.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional


class BurgessEncoder(nn.Module):
    """Of disentangling-vae."""

    def __init__(self, channels: int, side: int, latents: int, width: int, hidden: int) -> None:
        super().__init__()
        self.latents = latents
        self.conv1 = nn.Conv2d(channels, width, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(width, width, 4, stride=2, padding=1)
        self.conv3 = nn.Conv2d(width, width, 4, stride=2, padding=1)
        self.conv_64 = nn.Conv2d(width, width, 4, stride=2, padding=1) if side == 64 else None
        self.lin1 = nn.Linear(width * 16, hidden)
        self.lin2 = nn.Linear(hidden, hidden)
        self.mu_logvar_gen = nn.Linear(hidden, 2 * latents)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv3(self.conv2(self.conv1(x).relu()).relu()).relu()
        if self.conv_64 is not None:
            x = self.conv_64(x).relu()
        x = self.lin2(self.lin1(x.reshape(len(x), -1)).relu()).relu()
        mu, logvar = self.mu_logvar_gen(x).view(-1, self.latents, 2).unbind(-1)
        return mu, logvar


class BurgessDecoder(nn.Module):
    """Of disentangling-vae; it gives pictures."""

    def __init__(self, channels: int, side: int, latents: int, width: int, hidden: int) -> None:
        super().__init__()
        self.width = width
        self.lin1 = nn.Linear(latents, hidden)
        self.lin2 = nn.Linear(hidden, hidden)
        self.lin3 = nn.Linear(hidden, width * 16)
        self.convT_64 = nn.ConvTranspose2d(width, width, 4, stride=2, padding=1) if side == 64 else None
        self.convT1 = nn.ConvTranspose2d(width, width, 4, stride=2, padding=1)
        self.convT2 = nn.ConvTranspose2d(width, width, 4, stride=2, padding=1)
        self.convT3 = nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.lin3(self.lin2(self.lin1(z).relu()).relu()).relu().view(-1, self.width, 4, 4)
        if self.convT_64 is not None:
            x = self.convT_64(x).relu()
        return self.convT3(self.convT2(self.convT1(x).relu()).relu()).sigmoid()


class Burgess(nn.Module):
    """A model of disentangling-vae."""

    def __init__(self, shape: tuple[int, int, int], latents: int = 10, width: int = 32, hidden: int = 256) -> None:
        super().__init__()
        sizes = (shape[0], shape[1], latents, width, hidden)
        self.encoder, self.decoder = BurgessEncoder(*sizes), BurgessDecoder(*sizes)


SPECS = {
    "batch_size": 64, "betaB_G": 1000, "betaB_finC": 25, "betaB_initC": 0, "betaH_B": 4, "btcvae_A": 1, "btcvae_B": 6,
    "btcvae_G": 1, "dataset": "dsprites", "epochs": 30, "factor_G": 6, "latent_dim": 10, "loss": "betaH", "lr": 5e-4,
    "model_type": "Burgess", "name": "made", "rec_dist": "bernoulli", "reg_anneal": 10_000, "seed": 1234,
}  # fmt: skip


def write_burgess(folder: Path, shape: tuple[int, int, int] = (1, 32, 32), **specs: object) -> Burgess:
    """Writes a small one of random weights as its program does."""
    torch.manual_seed(0)
    model = scaled(Burgess(shape, latents=4, width=8, hidden=16)).eval()
    folder.mkdir(exist_ok=True)
    torch.save(model.state_dict(), folder / "model.pt")
    text = json.dumps(SPECS | {"img_size": list(shape), "latent_dim": 4} | specs)
    (folder / "specs.json").write_text(text)
    return model


class Examples(nn.Module):
    """Of pytorch/examples; it gives pictures (B, values)."""

    def __init__(self, values: int = 784, hidden: int = 400, latents: int = 20) -> None:
        super().__init__()
        self.fc1, self.fc21 = nn.Linear(values, hidden), nn.Linear(hidden, latents)
        self.fc22, self.fc3 = nn.Linear(hidden, latents), nn.Linear(latents, hidden)
        self.fc4 = nn.Linear(hidden, values)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden = functional.relu(self.fc1(x))
        return self.fc21(hidden), self.fc22(hidden)

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.fc4(functional.relu(self.fc3(z))))


def block(layer: nn.Module, channels: int) -> nn.Sequential:
    return nn.Sequential(layer, nn.BatchNorm2d(channels), nn.LeakyReLU())


class Vanilla(nn.Module):
    """VanillaVAE and BetaVAE of PyTorch-VAE, whose images have 2 · 2^n rows for n layers; tanh is their last."""

    def __init__(self, channels: int, latents: int, widths: tuple[int, ...] = (32, 64, 128, 256, 512)) -> None:
        super().__init__()
        down, up = (channels, *widths), widths[::-1]
        self.encoder = nn.Sequential(
            *(block(nn.Conv2d(a, b, 3, stride=2, padding=1), b) for a, b in zip(down, widths, strict=False))
        )
        self.fc_mu, self.fc_var = nn.Linear(4 * widths[-1], latents), nn.Linear(4 * widths[-1], latents)
        self.decoder_input = nn.Linear(latents, 4 * widths[-1])

        def larger(a: int, b: int) -> nn.Module:
            return nn.ConvTranspose2d(a, b, 3, stride=2, padding=1, output_padding=1)

        self.decoder = nn.Sequential(*(block(larger(a, b), b) for a, b in zip(up, up[1:], strict=False)))
        last = block(larger(up[-1], up[-1]), up[-1])
        self.final_layer = nn.Sequential(*last, nn.Conv2d(up[-1], channels, 3, padding=1), nn.Tanh())

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        flat = self.encoder(x).flatten(1)
        return self.fc_mu(flat), self.fc_var(flat)

    def decode(self, z: Tensor) -> Tensor:
        x = self.decoder_input(z)
        return self.final_layer(self.decoder(x.view(len(z), x.shape[1] // 4, 2, 2)))


def as_trained(model: nn.Module, images: Tensor) -> nn.Module:
    """With statistics of images in its normalisations, and affine weights that are no ones and zeros."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.7, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.3)
            module.momentum = None
    with torch.no_grad():
        mu, _ = model.train().encode(images)
        model.decode(torch.randn_like(mu))
    return model.eval()


def scaled(model: nn.Module, factor: float = 2.0) -> nn.Module:
    """With larger weights: pictures are then no even grey, and every latent shows in them."""
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.ndim > 1:
                value.mul_(factor)
            elif name.endswith("bias"):
                nn.init.uniform_(value, -0.5, 0.5)
    return model
