"""A network that comes as data: it computes what it was described from, and what does not fit is refused unmade."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from vae.config import ConfigError, ModelConfig, TrainConfig
from vae.models.described import DESCRIBED, PARTS, Graphs
from vae.models.graph.description import Described, Writer, describe, network_of
from vae.models.graph.operations import GraphError
from vae.models.vae import VAE, described, initialise
from vae.system.limits import GRAPHS
from vae.training.state import TrainState

CONFIG = ModelConfig("plain_conv", (1, 28, 28), latent_dim=4, width=4)


def twin(config: ModelConfig = CONFIG) -> tuple[VAE, VAE]:
    """A model of the project, and the same one described."""
    model = initialise(VAE(config), torch.Generator().manual_seed(0)).eval()
    parts = describe(model.network.encoder(), config.shape), describe(model.network.decoder(), (config.latent_dim,))
    return model, described(config, *parts)


def test_it_computes_what_it_was_described_from():
    model, same = twin()
    assert same.config == replace(CONFIG, network=DESCRIBED) and not same.training
    x, z = torch.rand(3, *CONFIG.shape), torch.randn(3, 4)
    with torch.inference_mode():
        for found, expected in zip(
            (same.encode(x).mu, same.encode(x).logvar, same.decode(z)),
            (model.encode(x).mu, model.encode(x).logvar, model.decode(z)),
            strict=True,
        ):
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_graphs_there_and_back():
    graphs = twin()[1].graphs
    assert Graphs.from_json(json.loads(json.dumps(graphs.to_json()))) == graphs


def test_a_description_is_described_anew():
    """As the page is sent the decoder of a model that came as a description; also behind other layers."""
    first, z = nn.Linear(3, 4), torch.randn(2, 3)
    inner = Writer((4,))
    one = inner.module(nn.Linear(4, 4))
    inner.module(nn.Tanh())
    inner.add("add", one, inner.value, 0)
    behind = network_of(inner.description())
    description = describe([first, behind, nn.Sigmoid()], (3,))
    assert [node.inputs for node in description.graph.nodes] == [(0,), (1,), (2,), (2, 3, 1), (4,)]
    with torch.inference_mode():
        torch.testing.assert_close(network_of(description)(z), behind(first(z)).sigmoid())


def test_values_go_once_nothing_takes_them():
    """Of a hundred layers in a row two values are alive at a time, not a hundred."""
    writer, alive, most = Writer((1000,)), set(), [0]
    for _ in range(100):
        writer.module(nn.Tanh())
    network = Described(writer.description().graph)

    class Watched(torch.Tensor):
        def tanh(self):
            made = torch.Tensor.tanh(self).as_subclass(Watched)
            alive.add(id(made))
            most[0] = max(most[0], len(alive))
            return made

        def __del__(self):
            alive.discard(id(self))

    network(torch.zeros(1, 1000).as_subclass(Watched))
    assert 1 <= most[0] <= 2


def test_training_one_is_refused_in_one_sentence():
    config = TrainConfig("digits", ModelConfig(DESCRIBED, (1, 32, 32)))
    with pytest.raises(ConfigError) as told:
        TrainState.fresh(config)
    assert told.value.key == "setting.described" and "not trained" in str(told.value)


@pytest.mark.parametrize("part", PARTS)
def test_ends_that_do_not_fit_are_named(part):
    graphs = twin()[1].graphs
    for change in ({"latent_dim": 5}, {"shape": (1, 28, 32)}, {"shape": (3, 28, 28)}):
        with pytest.raises(ConfigError) as told:
            graphs.expect_fit(replace(CONFIG, **change))
        assert told.value.key == "setting.ends" and "(1, 28, 28)" in str(told.value)
    turned = replace(graphs, **{part: getattr(graphs, PARTS[1 - PARTS.index(part)])})
    with pytest.raises(ConfigError, match=part):
        turned.expect_fit(CONFIG)


def test_a_part_without_weights_is_refused():
    """Whoever runs a model asks its first weight where it lies."""
    bare = Writer((4,))
    bare.add("reshape", shape=[1, 2, 2])
    config = ModelConfig(DESCRIBED, (1, 2, 2), latent_dim=4)
    encoder = describe([nn.Flatten(), nn.Linear(4, 8)], (1, 2, 2))
    with pytest.raises(ConfigError, match="decoder of a described network has no weights"):
        described(config, encoder, bare.description())


@pytest.mark.parametrize("plain", [None, [], {}, {"encoder": {}}, {"encoder": 1, "decoder": 2}])
def test_what_are_no_graphs_is_refused(plain):
    with pytest.raises(GraphError):
        Graphs.from_json(plain)


@pytest.mark.parametrize("number", [10**400, -(10**400), 1e7, True, "1", None, float("inf"), float("nan")])
def test_numbers_that_no_float_takes_are_refused(number):
    node = {"op": "leaky_relu", "inputs": [0], "slope": number}
    with pytest.raises(GraphError):
        Graphs.from_json(dict.fromkeys(PARTS, {"version": 1, "input": [2], "nodes": [node]}))


def test_a_group_of_one_number_is_refused():
    """Torch would raise when the first picture is decoded."""
    for shape, groups, fits in (((4,), 4, False), ((4,), 2, True), ((4, 1, 1), 4, False), ((4, 1, 2), 4, True)):
        writer = Writer(shape)
        writer.add("group_norm", groups=groups, eps=1e-5, weights=None)
        if fits:
            network = Described(writer.description().graph)
            assert network(torch.zeros(1, *shape)).shape == (1, *shape)
        else:
            with pytest.raises(GraphError):
                writer.description()


def test_the_limits_are_those_that_are_given():
    graphs = twin()[1].graphs
    cost = max(graphs.encoder.cost, graphs.decoder.cost)
    assert Graphs.from_json(graphs.to_json(), replace(GRAPHS, most_cost=cost))
    with pytest.raises(GraphError, match="multiply-adds"):
        Graphs.from_json(graphs.to_json(), replace(GRAPHS, most_cost=cost - 1))
