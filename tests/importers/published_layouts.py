"""Networks as other programs lay them out, in plain PyTorch: their parameters have the published names, and their
forward passes are written from the published facts, so that what is imported is held to something of its own.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn


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


def scaled(model: nn.Module, factor: float = 2.0) -> nn.Module:
    """With larger weights: pictures are then no even grey, and every latent shows in them."""
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.ndim > 1:
                value.mul_(factor)
            elif name.endswith("bias"):
                nn.init.uniform_(value, -0.5, 0.5)
    return model


__all__ = ["SPECS", "Burgess", "scaled", "write_burgess"]
