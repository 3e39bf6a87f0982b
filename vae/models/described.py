"""The network that two descriptions say, an encoder's and a decoder's, in place of a class of this project.

It can be looked at and measured, but not trained: with which weights its training began, nobody knows here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from torch import nn

from vae.config import ConfigError, ModelConfig
from vae.models.graph.description import Described
from vae.models.graph.graph import Graph
from vae.models.graph.operations import require
from vae.models.networks import Network
from vae.system.limits import GRAPHS, GraphLimits

DESCRIBED = "described"  # of `ModelConfig.network`
PARTS = ("encoder", "decoder")


@dataclass(frozen=True)
class Graphs:
    """Encoder (C, H, W) -> (2D,), whose second half is the log variance, and decoder (D,) -> (C, H, W)."""

    encoder: Graph
    decoder: Graph

    def to_json(self) -> dict[str, Any]:
        return {part: getattr(self, part).to_json() for part in PARTS}

    @classmethod
    def from_json(cls, plain: Any, limits: GraphLimits = GRAPHS) -> Graphs:
        """The inverse of `to_json`, as strict as `Graph.from_json`.

        Raises:
            GraphError: a part is missing or superfluous, or is no network within the limits.
        """
        require(isinstance(plain, dict) and set(plain) == set(PARTS), "graph.parts", parts=PARTS)
        return cls(*(Graph.from_json(plain[part], limits) for part in PARTS))

    def expect_fit(self, config: ModelConfig) -> None:
        """Raises ConfigError where a part has other ends than the configuration says, or no weights."""
        images, z = tuple(config.shape), (config.latent_dim,)
        ends = {"encoder": (images, (2 * config.latent_dim,)), "decoder": (z, images)}
        for part, expected in ends.items():
            graph: Graph = getattr(self, part)
            actual = graph.input, graph.output
            if actual != expected:
                raise ConfigError("setting.ends", part=part, expected=_arrow(expected), actual=_arrow(actual))
            if not any(graph.weights):
                raise ConfigError("setting.no_weights", part=part)


def _arrow(ends: Iterable[object]) -> str:
    return " → ".join(map(str, ends))


class DescribedNetwork(Network):
    """Raises ConfigError where the graphs do not fit the configuration."""

    def __init__(self, config: ModelConfig, graphs: Graphs) -> None:
        super().__init__()
        graphs.expect_fit(config)
        self.to_latent, self.from_latent = Described(graphs.encoder), Described(graphs.decoder)

    def encoder(self) -> Iterable[nn.Module]:
        return (self.to_latent,)

    def decoder(self) -> Iterable[nn.Module]:
        return (self.from_latent,)
