"""Graphs of functions, held against the functions themselves."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from vae.models.graph.description import network_of
from vae.models.graph.operations import GraphError
from vae.models.graph.recording import record


class Residual(nn.Module):
    """Skips, group and batch normalisation, and what only functions do."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1)
        self.group, self.batch, self.head = nn.GroupNorm(2, 8), nn.BatchNorm2d(8), nn.Linear(8 * 16, 6)
        self.batch.running_mean.uniform_(-1, 1)
        self.batch.running_var.uniform_(0.5, 2)

    def forward(self, x):
        h = F.relu(self.group(self.first(2 * x - 1)), inplace=True)
        h = h + F.silu(self.batch(self.second(h)))
        mu, logvar = self.head(h.view(x.size(0), -1)).chunk(2, dim=1)
        return torch.cat([mu, 0.5 * logvar + 1], dim=1)


class Upsampler(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Linear(3, 4 * 16), nn.BatchNorm1d(64)
        self.up, self.last = nn.ConvTranspose2d(4, 4, 4, 2, 1), nn.Conv2d(4, 12, 3, padding=1)

    def forward(self, z):
        h = F.leaky_relu(self.norm(self.first(z)), 0.1).reshape(-1, 4, 4, 4)
        h = F.interpolate(F.elu(self.up(h)), scale_factor=2)
        return F.pixel_shuffle((self.last(h).tanh() + 1) / 2, 2)


@pytest.mark.parametrize(("module", "shape"), [(Residual(), (3, 8, 8)), (Upsampler(), (3,))])
def test_a_graph_computes_what_the_function_does(module, shape):
    module.eval()
    found = network_of(record(module, torch.rand(4, *shape)))
    x = torch.randn(3, *shape)
    with torch.no_grad():
        assert torch.allclose(found(x), module(x), atol=1e-5)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.from_numpy(x.numpy() * 2),
        lambda x: x * (2 if x.sum() > 5 else 3),
        lambda x: x @ x.t(),
        lambda x: torch.cumsum(x, 1),
        lambda x: x * torch.arange(len(x))[:, None],
        lambda x: x + torch.randn_like(x),
        lambda x: x,
    ],
)
def test_what_cannot_be_recorded_is_refused(function):
    with pytest.raises(GraphError):
        record(function, torch.tensor([[1.0, 2.0], [3.0, 4.0], [-5.0, 0.0]]))


def test_a_vector_over_the_columns_is_no_factor_of_channels():
    with pytest.raises(GraphError):
        record(lambda x: x * torch.arange(4.0), torch.rand(3, 4, 4, 4))
    assert record(lambda x: x * torch.arange(4.0)[:, None, None], torch.rand(3, 4, 4, 4)).graph.nodes[0].op == "scale"
