"""A network as data: a versioned list of nodes with their shapes, weights and cost.

Value 0 is the input, and node i makes value i + 1 of earlier ones; the last is the output. Shapes leave out the batch:
(n,) or (channels, height, width). The weights of node i are "i.weight" and "i.bias". The page reads the same JSON with
the same checks, see ui/kit/js/decoder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vae.models.graph.operations import OPERATIONS, Settings, Shape, require
from vae.system.limits import GRAPHS, GraphLimits

VERSION = 1


@dataclass(frozen=True)
class Node:
    """An operation on earlier values, by their numbers."""

    op: str
    inputs: tuple[int, ...]
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """A network whose nodes fit each other.

    Attributes:
        input: shape of value 0.
        nodes: each with an entry in `OPERATIONS`.

    Raises:
        GraphError: a node is unknown, its settings or the shapes of its inputs do not fit, or a limit is passed; the
            message names the node. Nothing is allocated to find that out.
    """

    input: Shape
    nodes: tuple[Node, ...]
    limits: GraphLimits = GRAPHS

    def __post_init__(self) -> None:
        require(is_shape(self.input, self.limits), "graph.shape", value=str(self.input))
        require(1 <= len(self.nodes) <= self.limits.most_nodes, "graph.nodes", most=self.limits.most_nodes)
        shapes, costs, weights = [self.input], [], []
        for number, node in enumerate(self.nodes):
            require(node.op in OPERATIONS, "graph.unknown", node=number, op=repr(node.op), known=list(OPERATIONS))
            op = OPERATIONS[node.op]
            earlier = all(type(value) is int and 0 <= value <= number for value in node.inputs)
            require(earlier and op.takes(len(node.inputs)), "graph.inputs", node=number, op=node.op)
            op.check(number, node.op, node.settings)
            inputs = [shapes[value] for value in node.inputs]
            shape = op.shape(inputs, node.settings)
            fits = shape is not None and is_shape(shape, self.limits)
            require(fits, "graph.fit", node=number, op=node.op, shapes=", ".join(map(str, inputs)))
            shapes.append(shape)
            costs.append(op.cost(inputs, node.settings, shape))
            weights.append(op.weights(inputs, node.settings))
        total = sum(math.prod(shape) for of_node in weights for shape in of_node.values())
        require(
            total <= self.limits.most_weights, "graph.weights", n=f"{total:,}", most=f"{self.limits.most_weights:,}"
        )
        require(
            sum(costs) <= self.limits.most_cost, "graph.cost", n=f"{sum(costs):,}", most=f"{self.limits.most_cost:,}"
        )
        for name, value in (("shapes", tuple(shapes)), ("weights", tuple(weights)), ("cost", sum(costs))):
            object.__setattr__(self, f"_{name}", value)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Of all values, the input's first."""
        return self._shapes

    @property
    def output(self) -> Shape:
        return self.shapes[-1]

    @property
    def weights(self) -> tuple[Mapping[str, Shape], ...]:
        """Of each node: its weights' shapes by "weight" and "bias"."""
        return self._weights

    @property
    def cost(self) -> int:
        """Multiply-adds of one input."""
        return self._cost

    def to_json(self) -> dict[str, Any]:
        nodes = [{"op": node.op, "inputs": list(node.inputs), **node.settings} for node in self.nodes]
        return {"version": VERSION, "input": list(self.input), "nodes": nodes}

    @classmethod
    def from_json(cls, plain: Any, limits: GraphLimits = GRAPHS) -> Graph:
        """The inverse of `to_json`, strict about keys and types.

        Raises:
            GraphError: see above.
        """
        require(isinstance(plain, dict) and set(plain) == {"version", "input", "nodes"}, "graph.keys")
        same = type(plain["version"]) is int and plain["version"] == VERSION
        require(same, "graph.version", version=VERSION, actual=repr(plain["version"])[:80])
        require(isinstance(plain["input"], list) and isinstance(plain["nodes"], list), "graph.keys")
        nodes = []
        for number, each in enumerate(plain["nodes"][: limits.most_nodes + 1]):
            complete = isinstance(each, dict) and isinstance(each.get("op"), str) and type(each.get("inputs")) is list
            require(complete, "graph.node", node=number)
            settings = {key: value for key, value in each.items() if key not in ("op", "inputs")}
            nodes.append(Node(each["op"], tuple(each["inputs"]), settings))
        return cls(tuple(plain["input"]), tuple(nodes), limits)


def is_shape(shape: Shape, limits: GraphLimits) -> bool:
    """(n,) or (channels, height, width) of whole numbers that are not too many."""
    whole = len(shape) in (1, 3) and all(type(n) is int and n >= 1 for n in shape)
    return whole and math.prod(shape) <= limits.most_values
