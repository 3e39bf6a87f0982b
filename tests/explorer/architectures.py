"""Models as their writers have them, none of this project."""

import numpy as np
import torch
from torch import nn
from torch.distributions import Normal
from torch.nn import functional as F

SIDE = 16


def images(count=120, channels=3, seed=0):
    """Discs of several places and colours, float (N, C, 16, 16) in [0, 1], and the column of each."""
    generator = torch.Generator().manual_seed(seed)
    column = torch.randint(3, 13, (count,), generator=generator)
    row = torch.randint(3, 13, (count,), generator=generator)
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    inside = ((x - column[:, None, None]) ** 2 + (y - row[:, None, None]) ** 2 <= 9).float()
    colour = torch.rand(count, channels, 1, 1, generator=generator) * 0.7 + 0.3
    return inside[:, None] * colour, column


class Mlp(nn.Module):
    """(mu, logvar), logits; batch normalisation of one dimension."""

    def __init__(self, latents=4):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE**2, 32), nn.BatchNorm1d(32), nn.ReLU())
        self.mu, self.logvar = nn.Linear(32, latents), nn.Linear(32, latents)
        self.out = nn.Sequential(nn.Linear(latents, 32), nn.ReLU(), nn.Linear(32, 3 * SIDE**2))

    def encode(self, x):
        h = self.body(x)
        return self.mu(h), self.logvar(h) - 1

    def decode(self, z):
        return 3 * self.out(z).view(-1, 3, SIDE, SIDE)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm, self.conv = nn.GroupNorm(4, width), nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + self.conv(F.silu(self.norm(x)))


class ResNet(nn.Module):
    """A dictionary; pictures of a sigmoid."""

    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), Block(8), nn.Conv2d(8, 8, 4, 2, 1), Block(8))
        self.head, self.tail = nn.Linear(8 * 16, 10), nn.Linear(5, 8 * 16)
        self.up = nn.Sequential(Block(8), nn.ConvTranspose2d(8, 8, 4, 2, 1), nn.ConvTranspose2d(8, 3, 4, 2, 1))

    def encode(self, x):
        mu, logvar = self.head(self.down(x).flatten(1)).chunk(2, dim=-1)
        return {"mu": mu, "logvar": logvar}

    def decode(self, z):
        return torch.sigmoid(self.up(self.tail(z).reshape(len(z), 8, 4, 4)))


class Upsampler(nn.Module):
    """One tensor of both halves; pictures in [-1, 1]."""

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Conv2d(3, 8, 4, 4), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(8 * 16, 6))
        self.decode = nn.Sequential(
            nn.Linear(3, 8 * 16), nn.Unflatten(1, (8, 4, 4)), Wider(), nn.Conv2d(8, 8, 3, padding=1), nn.ELU(), Wider(),
            nn.Conv2d(8, 3, 3, padding=1), nn.Tanh()
        )  # fmt: skip


class Wider(nn.Module):
    def forward(self, x):
        return F.interpolate(x, scale_factor=2)


class Softplus(nn.Module):
    """A Normal whose deviation is a softplus."""

    def __init__(self):
        super().__init__()
        self.body, self.out = nn.Linear(3 * SIDE**2, 8), nn.Linear(4, 3 * SIDE**2)

    def encode(self, x):
        mu, scale = self.body(x.flatten(1)).chunk(2, dim=1)
        return Normal(mu, F.softplus(scale))

    def decode(self, z):
        return self.out(z).view(-1, 3, SIDE, SIDE).sigmoid()


class Untraceable(nn.Module):
    """A decoder by way of NumPy; codes alone."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3 * SIDE**2, 2)
        self.basis = np.random.default_rng(0).random((2, 3 * SIDE**2)).astype(np.float32)

    def encode(self, x):
        return self.body(x.flatten(1))

    def decode(self, z):
        flat = 1 / (1 + np.exp(-(z.cpu().numpy() @ self.basis)))
        return torch.from_numpy(flat.reshape(-1, 3, SIDE, SIDE))


ALL = (Mlp, ResNet, Upsampler, Softplus, Untraceable)


def made(kind, seed=0):
    torch.manual_seed(seed)
    return kind().train()
