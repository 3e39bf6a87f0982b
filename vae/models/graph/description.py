"""From torch modules to a graph with its weights, and back to a module that runs it.

Batch normalisation in eval mode is a multiplication and an addition: it is folded into the convolution before it, or
stands as "scale".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vae.models.graph.graph import Graph, Node
from vae.models.graph.operations import OPERATIONS, GraphError, Shape
from vae.models.layers import Crop, Pad, Residual, Sum


@dataclass(frozen=True)
class Description:
    """A graph with its weights: "i.weight" and "i.bias" of node i, float32."""

    graph: Graph
    weights: Mapping[str, Tensor]


class Writer:
    """Nodes, one after the other; `value` is the number of the newest value.

    Args:
        shape: of the input, without the batch.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape, self.value = tuple(shape), 0
        self._nodes: list[Node] = []
        self._weights: dict[str, Tensor] = {}

    @property
    def output(self) -> Shape:
        """Shape of the newest value."""
        return Graph(self.shape, tuple(self._nodes)).output if self._nodes else self.shape

    def add(self, op: str, *inputs: int, weights: Mapping[str, Tensor] | None = None, **settings: object) -> int:
        """A node of earlier values, of the newest unless others are given; returns the number of its value."""
        for name, tensor in (weights or {}).items():
            self._weights[f"{len(self._nodes)}.{name}"] = tensor.detach().float().cpu().contiguous()
        self._nodes.append(Node(op, inputs or (self.value,), settings))
        self.value = len(self._nodes)
        return self.value

    def module(self, module: nn.Module) -> int:
        """The nodes of a module that takes the newest value.

        Raises:
            GraphError: it is of a kind that no operation stands for.
        """
        if isinstance(module, nn.Sequential):
            before = self.value
            for part in module:
                self.module(part)
            if isinstance(module, Residual):
                self.add("add", before, self.value)
        elif isinstance(module, Sum):
            self._sum(module)
        elif isinstance(module, nn.BatchNorm2d):
            self._normalise(module)
        elif isinstance(module, Described):
            self._again(module)
        else:
            for kind, write in _MODULES.items():
                if isinstance(module, kind):
                    write(self, module)
                    break
            else:
                raise GraphError("graph.no_module", kind=type(module).__name__)
        return self.value

    def _again(self, module: Described) -> None:
        """The nodes of a description, behind those that are here."""
        values = [self.value]
        for node, weights in zip(module.graph.nodes, module.nodes, strict=True):
            inputs = (values[number] for number in node.inputs)
            values.append(self.add(node.op, *inputs, weights=dict(weights.named_parameters()), **node.settings))

    def _sum(self, module: Sum) -> None:
        before, values = self.value, []
        for part in module.parts:
            self.value = before
            values.append(self.module(part))
        self.add("add", *values)

    def _normalise(self, module: nn.BatchNorm2d) -> None:
        """Folded into the weights of the newest node, where that is a convolution."""
        if module.running_mean is None:
            raise GraphError("graph.no_module", kind="BatchNorm2d without running statistics")
        factor = (module.running_var + module.eps).rsqrt()
        shift = -module.running_mean * factor
        if module.affine:
            factor, shift = factor * module.weight, shift * module.weight + module.bias
        newest = self._nodes[-1] if self._nodes else None
        if newest is None or newest.op not in ("conv", "conv_transpose"):
            self.add("scale", weights={"weight": factor, "bias": shift})
            return
        number, across = len(self._nodes) - 1, (1, -1, 1, 1) if newest.op == "conv_transpose" else (-1, 1, 1, 1)
        bias = self._weights.get(f"{number}.bias", torch.zeros(1))
        self._nodes[-1] = Node(newest.op, newest.inputs, {**newest.settings, "bias": True})
        self._weights[f"{number}.weight"] = (self._weights[f"{number}.weight"] * factor.view(across)).detach()
        self._weights[f"{number}.bias"] = (bias * factor + shift).detach()

    def description(self) -> Description:
        """What has been written. Raises GraphError where nodes do not fit each other."""
        return Description(Graph(self.shape, tuple(self._nodes)), self._weights)


def describe(modules: Iterable[nn.Module], shape: Shape) -> Description:
    """Modules that are called one after the other.

    Args:
        shape: of what the first of them takes, without the batch.

    Raises:
        GraphError: one is of a kind that no operation stands for, or they do not fit each other.
    """
    writer = Writer(shape)
    for module in modules:
        writer.module(module)
    return writer.description()


class Described(nn.Module):
    """A graph as a torch module; its parameters are `nodes.i.weight` and `nodes.i.bias`."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self.nodes = nn.ModuleList(_Weights(shapes) for shapes in graph.weights)
        self._last = {number: place for place, node in enumerate(graph.nodes) for number in node.inputs}

    def forward(self, x: Tensor) -> Tensor:
        """(B, *graph.input) -> (B, *graph.output). A value goes once the last node that takes it has run."""
        values = {0: x}
        for place, (node, weights) in enumerate(zip(self.graph.nodes, self.nodes, strict=True)):
            inputs = [values[number] for number in node.inputs]
            output = OPERATIONS[node.op].run(inputs, node.settings, dict(weights.named_parameters()))
            for number in set(node.inputs):
                if self._last[number] == place:
                    del values[number]
            if place + 1 in self._last or place + 1 == len(self.nodes):
                values[place + 1] = output
        return output


class _Weights(nn.Module):
    """The weights of one node."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        super().__init__()
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))


def network_of(description: Description) -> Described:
    """The module that a description says, with its weights, in eval mode."""
    with torch.device("meta"):
        network = Described(description.graph)
    network.load_state_dict({f"nodes.{name}": tensor for name, tensor in description.weights.items()}, assign=True)
    return network.requires_grad_(False).eval()


def _layer(module: nn.Module) -> dict[str, Tensor]:
    return {"weight": module.weight} | ({} if module.bias is None else {"bias": module.bias})


def _linear(writer: Writer, module: nn.Linear) -> None:
    writer.add("linear", weights=_layer(module), out=module.out_features, bias=module.bias is not None)


def _convolution(op: str) -> Callable[[Writer, nn.Module], None]:
    def write(writer: Writer, module: nn.Conv2d | nn.ConvTranspose2d) -> None:
        plain = module.groups == 1 and set(module.dilation) == {1} and module.padding_mode == "zeros"
        if not plain or isinstance(module.padding, str):
            raise GraphError("graph.no_module", kind=str(module))
        settings = {"stride": module.stride, "padding": module.padding, "kernel": module.kernel_size}
        if op == "conv_transpose":
            settings["output_padding"] = module.output_padding
        lists = {key: list(value) for key, value in settings.items()}
        writer.add(op, weights=_layer(module), out=module.out_channels, bias=module.bias is not None, **lists)

    return write


def _group_norm(writer: Writer, module: nn.GroupNorm) -> None:
    ones = torch.ones(module.num_channels)
    weights = {"weight": module.weight, "bias": module.bias} if module.affine else {"weight": ones, "bias": 0 * ones}
    writer.add("group_norm", weights=weights, groups=module.num_groups, eps=module.eps)


def _flatten(writer: Writer, module: nn.Flatten) -> None:
    writer.add("reshape", shape=[math.prod(writer.output)])


def _nothing(writer: Writer, module: nn.Module) -> None:
    """In eval mode."""


_MODULES: dict[type[nn.Module], Callable[[Writer, nn.Module], None]] = {
    nn.Linear: _linear,
    nn.Conv2d: _convolution("conv"),
    nn.ConvTranspose2d: _convolution("conv_transpose"),
    nn.GroupNorm: _group_norm,
    nn.Flatten: _flatten,
    nn.Unflatten: lambda writer, module: writer.add("reshape", shape=list(module.unflattened_size)),
    nn.PixelShuffle: lambda writer, module: writer.add("pixel_shuffle", factor=module.upscale_factor),
    Pad: lambda writer, module: writer.add("pad", margins=list(module.margins)),
    Crop: lambda writer, module: writer.add("crop", margins=list(module.margins)),
    nn.ReLU: lambda writer, module: writer.add("relu"),
    nn.LeakyReLU: lambda writer, module: writer.add("leaky_relu", slope=module.negative_slope),
    nn.ELU: lambda writer, module: writer.add("elu", alpha=module.alpha),
    nn.SiLU: lambda writer, module: writer.add("silu"),
    nn.Tanh: lambda writer, module: writer.add("tanh"),
    nn.Softplus: lambda writer, module: writer.add("softplus"),
    nn.Sigmoid: lambda writer, module: writer.add("sigmoid"),
    nn.Dropout: _nothing,
    nn.Identity: _nothing,
}
