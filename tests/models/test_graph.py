"""Networks as data: what torch computes of a description is what the network computes that it was made of."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from vae.config import ModelConfig
from vae.models.graph.description import Writer, describe, network_of
from vae.models.graph.graph import VERSION, Graph, Node
from vae.models.graph.operations import OPERATIONS, GraphError
from vae.models.vae import NETWORKS, VAE, initialise
from vae.system.limits import GRAPHS

SHAPES = [(1, 28, 28), (3, 64, 64), (2, 32, 32)]
LINEAR = {"op": "linear", "inputs": [0], "out": 3, "bias": True}
SMALL = replace(GRAPHS, most_nodes=20, most_values=10_000, most_weights=10_000, most_cost=1_000_000)


def line(*nodes):
    return {"version": VERSION, "input": [2], "nodes": list(nodes)}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_its_description(name, shape):
    config = ModelConfig(name, shape, latent_dim=5, width=8, hidden=16)
    network = initialise(VAE(config), torch.Generator().manual_seed(0)).network
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):  # as after a training
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -1, 1)
    network.eval()
    z, x = torch.randn(3, 5), torch.rand(3, *shape)
    with torch.inference_mode():
        for layers, given, expected in (
            (network.decoder(), z, network.decode(z)),
            (network.encoder(), x, network.encode(x)),
        ):
            found = network_of(describe(layers, given.shape[1:]))(given)
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_batch_normalisation_is_folded_or_stands_by_itself():
    norm = nn.BatchNorm2d(4).eval()
    nn.init.uniform_(norm.running_var, 0.5, 2)
    nn.init.uniform_(norm.running_mean, -1, 1)
    x = torch.randn(2, 3, 6, 6)
    for layers, ops in (
        ([nn.Conv2d(3, 4, 3, bias=False), norm], ["conv"]),
        ([nn.ConvTranspose2d(3, 4, 3), norm], ["conv_transpose"]),
        ([nn.Conv2d(3, 4, 3), nn.ReLU(), norm], ["conv", "relu", "scale"]),
    ):
        description = describe(layers, (3, 6, 6))
        assert [node.op for node in description.graph.nodes] == ops
        with torch.inference_mode():
            torch.testing.assert_close(network_of(description)(x), nn.Sequential(*layers)(x), rtol=1e-4, atol=1e-5)


def test_what_torch_knows_in_another_form_is_refused():
    for module in (nn.Conv2d(2, 2, 3, dilation=2), nn.Conv2d(2, 2, 3, groups=2), nn.Conv2d(2, 2, 3, padding="same")):
        with pytest.raises(GraphError):
            describe([module], (2, 8, 8))
    with pytest.raises(GraphError, match="GELU"):
        describe([nn.GELU()], (3,))


def test_there_and_back():
    writer = Writer((3, 4, 4))
    first = writer.module(nn.Conv2d(3, 4, 3, padding=1))
    writer.module(nn.GroupNorm(2, 4))
    writer.add("concat", first, writer.value)
    graph = writer.description().graph
    again = Graph.from_json(json.loads(json.dumps(graph.to_json())))
    assert again == graph and again.output == (8, 4, 4) and again.cost == 4 * 16 * 27 + 64


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        line() | {"more": 1},
        line(LINEAR) | {"version": 2},
        line(LINEAR) | {"input": [2, 2]},
        line(LINEAR) | {"input": [10**9]},
        line(LINEAR) | {"input": ["2"]},
        line(),
        line(3),
        line({"op": "linear"}),
        line(LINEAR | {"op": "eval"}),
        line(LINEAR | {"inputs": [1]}),
        line(LINEAR | {"inputs": [-1]}),
        line(LINEAR | {"inputs": [True]}),
        line(LINEAR | {"inputs": []}),
        line(LINEAR | {"inputs": [0, 0]}),
        line(LINEAR | {"out": 0}),
        line(LINEAR | {"out": 1.5}),
        line(LINEAR | {"out": True}),
        line(LINEAR | {"out": 60_000}),
        line(LINEAR | {"more": 1}),
        line({"op": "linear", "inputs": [0], "out": 3}),
        line({"op": "upsample", "inputs": [0], "factor": 2}),
        line({"op": "reshape", "inputs": [0], "shape": [3]}),
        line({"op": "leaky_relu", "inputs": [0], "slope": float("nan")}),
        line(*[{"op": "relu", "inputs": [0]}] * 21),
    ],
)
def test_what_is_no_network_is_refused_in_one_sentence(plain):
    with pytest.raises(GraphError) as error:
        Graph.from_json(plain, SMALL)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


def test_nothing_is_allocated_to_refuse():
    wide = {"op": "linear", "inputs": [0], "out": 65_536, "bias": False}
    deep = {"op": "linear", "inputs": [1], "out": 65_536, "bias": False}  # 17 GB
    with pytest.raises(GraphError, match="weights"):
        Graph.from_json(line(wide, deep))


def test_every_operation_can_be_written():
    """`Node` and table agree on what settings there are."""
    for name, operation in OPERATIONS.items():
        assert operation.least <= operation.most and isinstance(name, str)
        with pytest.raises(GraphError):
            Graph((2,), (Node(name, (0,) * operation.least, {"unknown": 1}),))
