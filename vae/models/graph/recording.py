"""A graph of what a function of tensors does, recorded while it runs once: for networks that are no list of layers.

Recorded are torch's own operations, so that it does not matter how the function is written: what it computes of its
input becomes nodes, what it computes of its weights alone becomes weights. What depends on the input in another way (a
condition, a detour through another library) cannot be recorded: `record` holds the graph against the function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from vae.models.graph.description import Description, Writer, network_of
from vae.models.graph.operations import GraphError

CLOSE = 1e-3  # part of the largest output by which a graph may differ from the function that it was recorded of
MOST_CHOSEN = 4_096  # values of which a part may be taken, by a matrix of zeros and ones
_aten = torch.ops.aten
_SAME = {_aten.detach, _aten.clone, _aten.alias, _aten.contiguous, _aten._to_copy, _aten.lift_fresh, _aten.dropout}
_PLAIN = {_aten.relu: "relu", _aten.silu: "silu", _aten.tanh: "tanh", _aten.sigmoid: "sigmoid"}
_RESHAPES = {_aten.view, _aten._unsafe_view, _aten.reshape, _aten.unsqueeze, _aten.squeeze, _aten.flatten}
_NORMS = {_aten.native_batch_norm, _aten._native_batch_norm_legit_no_training, _aten._native_batch_norm_legit}
_NORMS |= {_aten.cudnn_batch_norm}


def record(function: Callable[[Tensor], Tensor], x: Tensor) -> Description:
    """The graph of a function, and its weights.

    Args:
        x: (B, *shape), B >= 2 different inputs; the graph is held against the function on all of them, and on fewer.

    Returns:
        a graph (*shape) -> (*shape of the output).

    Raises:
        GraphError: an operation has no node that stands for it, or the graph computes something else.
    """
    recorder = _Recorder(x[:2])
    with torch.no_grad(), recorder:
        output = function(recorder.input)
    description = recorder.description(output)
    with torch.no_grad():
        network = network_of(description)
        for part in (x, x[1:]):
            wanted = function(part.clone()).float().cpu()
            difference = (network(part.float().cpu()) - wanted).abs().max()
            if not difference <= CLOSE * wanted.abs().max().clamp(min=1.0):
                raise GraphError("graph.differs", difference=f"{float(difference):.3g}")
    return description


class _Recorder(TorchDispatchMode):
    """Write a node for each operation on what depends on the input. An in-place operation gives its tensor anew."""

    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.input = x.clone()
        self._writer = Writer(tuple(x.shape[1:]))
        self._values: dict[int, int] = {id(self.input): 0}
        self._alive: list[Any] = [self.input]  # an id belongs to one tensor as long as that lives

    def description(self, output: Tensor) -> Description:
        """Of what has been recorded up to a tensor."""
        if self._values.get(id(output), 0) != self._writer.value or not self._writer.value:
            raise GraphError("graph.end")
        return self._writer.description()

    def __torch_dispatch__(self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        outputs = function(*args, **(kwargs or {}))
        self._alive.append((args, outputs))
        flat = [part for arg in args for part in (arg if isinstance(arg, (list, tuple)) else (arg,))]
        if any(id(part) in self._values for part in flat if isinstance(part, Tensor)):
            self._write(function.overloadpacket, args, kwargs or {}, outputs)
        return outputs

    def _value(self, tensor: Any) -> int | None:
        return self._values.get(id(tensor))

    def _write(self, op: Any, args: tuple, kwargs: dict, outputs: Any) -> None:
        name = str(op).rpartition(".")[2]
        op = getattr(_aten, name.removesuffix("_")) if name.endswith("_") and not name.startswith("__") else op
        first = outputs[0] if isinstance(outputs, (tuple, list)) else outputs
        number = self._value(args[0]) if isinstance(args[0], Tensor) else None
        unchanged = op in _SAME or (op is _aten.expand and first.shape == args[0].shape)
        if unchanged and number is not None:
            self._values[id(first)] = number
        elif op in _RESHAPES and number is not None:
            self._add(first, "reshape", number, shape=self._shape(first))
        elif op in _PLAIN:
            self._add(first, _PLAIN[op], number)
        elif op in (_aten.add, _aten.sub, _aten.mul, _aten.div, _aten.rsub, _aten.neg):
            self._arithmetic(op, args, kwargs, first)
        elif op in (_aten.split, _aten.split_with_sizes, _aten.chunk, _aten.slice):
            self._parts(args[0], number, outputs if isinstance(outputs, (tuple, list)) else [outputs])
        elif (write := _WRITERS.get(op)) is not None:
            write(self, first, number, *args, **kwargs)
        else:
            raise GraphError("graph.no_module", kind=name)

    def _shape(self, tensor: Tensor) -> list[int]:
        if tensor.ndim < 2 or len(tensor) != len(self.input):
            raise GraphError("graph.no_module", kind="reshape over the batch")
        return list(tensor.shape[1:])

    def _add(self, output: Tensor, op: str, *inputs: int | None, weights: Any = None, **settings: object) -> None:
        if any(number is None for number in inputs):
            raise GraphError("graph.no_module", kind=f"{op} of a constant")
        self._values[id(output)] = self._writer.add(op, *inputs, weights=weights, **settings)

    def _scale(self, output: Tensor, number: int, like: Tensor, weight: Any, bias: Any) -> None:
        """An affine map of each channel; `like` is a tensor of the value's shape."""
        weights = {"weight": _by_channel(weight, like), "bias": _by_channel(bias, like)}
        self._add(output, "scale", number, weights=weights)

    def _arithmetic(self, op: Any, args: tuple, kwargs: dict, output: Tensor) -> None:
        if op is _aten.neg:
            return self._scale(output, self._value(args[0]), args[0], -1.0, 0.0)
        left, right = args[:2]
        both = self._value(left) is not None and self._value(right) is not None
        factor = kwargs.get("alpha", args[2] if len(args) > 2 else 1)
        if both and op is _aten.add and factor == 1 and left.shape == right.shape:
            return self._add(output, "add", self._value(left), self._value(right))
        if both or output.shape != (left if self._value(left) is not None else right).shape:
            raise GraphError("graph.no_module", kind=str(op))
        if op is _aten.rsub:
            return self._scale(output, self._value(left), left, -factor, right)
        if self._value(left) is not None:
            pair = {_aten.add: (1.0, 1), _aten.sub: (1.0, -1)}.get(op)
            if pair:
                return self._scale(output, self._value(left), left, 1.0, pair[1] * factor * right)
            return self._scale(output, self._value(left), left, right if op is _aten.mul else 1 / right, 0.0)
        if op is _aten.div:
            raise GraphError("graph.no_module", kind="division by a value")
        weight = {_aten.add: factor, _aten.sub: -factor}.get(op, left)
        return self._scale(output, self._value(right), right, weight, 0.0 if op is _aten.mul else left)

    def _parts(self, whole: Tensor, number: int | None, parts: Sequence[Tensor]) -> None:
        """Parts of a flat value, each taken by a matrix."""
        if all(part.shape == whole.shape for part in parts):
            self._values[id(parts[0])] = number
            return
        if number is None or whole.ndim != 2 or whole.shape[1] > MOST_CHOSEN:
            raise GraphError("graph.no_module", kind="slice")
        for part in parts:
            if len(part) != len(whole) or part.stride(1) != whole.stride(1):
                raise GraphError("graph.no_module", kind="slice")
            start = (part.storage_offset() - whole.storage_offset()) // whole.stride(1)
            chosen = torch.eye(whole.shape[1])[start : start + part.shape[1]]
            self._add(part, "linear", number, weights={"weight": chosen}, out=len(chosen), bias=False)

    def matrix(self, output: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None) -> None:
        """x (B, n) @ weight (n, m)."""
        weights = {"weight": weight.t()} | ({} if bias is None else {"bias": bias})
        self._add(output, "linear", self._value(x), weights=weights, out=weight.shape[1], bias=bias is not None)

    def convolution(self, output: Tensor, number: int, x: Tensor, weight: Tensor, bias: Any, *rest: Any) -> None:
        stride, padding, dilation, transposed, extra, groups = rest
        if groups != 1 or set(dilation) != {1} or x.ndim != 4:
            raise GraphError("graph.no_module", kind="convolution with groups or dilation")
        settings = {"stride": _pair(stride), "padding": _pair(padding), "kernel": list(weight.shape[2:])}
        if transposed:
            settings["output_padding"] = _pair(extra)
        weights = {"weight": weight} | ({} if bias is None else {"bias": bias})
        op = "conv_transpose" if transposed else "conv"
        self._add(output, op, number, weights=weights, out=output.shape[1], bias=bias is not None, **settings)

    def group_norm(self, output: Tensor, number: int, x: Tensor, weight: Any, bias: Any, *rest: Any) -> None:
        channels, groups, eps = rest[1], rest[3], rest[4]
        weight = torch.ones(channels) if weight is None else weight
        bias = torch.zeros(channels) if bias is None else bias
        self._add(output, "group_norm", number, weights={"weight": weight, "bias": bias}, groups=groups, eps=eps)

    def batch_norm(self, output: Tensor, number: int, x: Tensor, weight: Any, bias: Any, *rest: Any) -> None:
        mean, variance, eps = rest[0], rest[1], rest[-1]
        if mean is None or variance is None or rest[2] is True:
            raise GraphError("graph.no_module", kind="batch normalisation in train mode")
        factor = (variance + eps).rsqrt() * (1.0 if weight is None else weight)
        shift, across = (0.0 if bias is None else bias) - mean * factor, (-1, *[1] * (x.ndim - 2))
        self._scale(output, number, x, factor.view(across), shift.view(across))

    def upsample(self, output: Tensor, number: int, x: Tensor, *rest: Any) -> None:
        factors = [after / before for after, before in zip(output.shape[2:], x.shape[2:], strict=True)]
        if len(set(factors)) != 1 or not factors[0].is_integer():
            raise GraphError("graph.no_module", kind="upsampling by another factor")
        self._add(output, "upsample", number, factor=int(factors[0]))

    def pad(self, output: Tensor, number: int, x: Tensor, sides: Sequence[int], value: float = 0) -> None:
        if value or x.ndim != 4 or min(sides) < 0:
            raise GraphError("graph.no_module", kind="padding")
        left, right, top, bottom = [*sides, 0, 0][:4]
        self._add(output, "pad", number, margins=[top, bottom, left, right])

    def mean(
        self, output: Tensor, number: int, x: Tensor, dims: Sequence[int] = (), keep: bool = False, **_: Any
    ) -> None:
        if x.ndim != 4 or {dim % 4 for dim in dims} != {2, 3}:
            raise GraphError("graph.no_module", kind="mean")
        self._add(output, "mean", number)
        if keep:
            self._add(output, "reshape", self._value(output), shape=self._shape(output))

    def concat(self, output: Tensor, number: None, tensors: Sequence[Tensor], dim: int = 0) -> None:
        if dim % output.ndim != 1:
            raise GraphError("graph.no_module", kind="concatenation")
        self._add(output, "concat", *(self._value(tensor) for tensor in tensors))

    def elu(self, output: Tensor, number: int, x: Tensor, alpha: float = 1, scale: float = 1, inner: float = 1) -> None:
        if (scale, inner) != (1, 1):
            raise GraphError("graph.no_module", kind="selu")
        self._add(output, "elu", number, alpha=alpha)

    def softplus(self, output: Tensor, number: int, x: Tensor, beta: float = 1, threshold: float = 20) -> None:
        if (beta, threshold) != (1, 20):
            raise GraphError("graph.no_module", kind="softplus of another beta")
        self._add(output, "softplus", number)


_WRITERS: dict[Any, Callable[..., None]] = {
    _aten.addmm: lambda recorder, output, number, bias, x, weight: recorder.matrix(output, x, weight, bias),
    _aten.mm: lambda recorder, output, number, x, weight: recorder.matrix(output, x, weight, None),
    _aten.convolution: _Recorder.convolution,
    _aten.native_group_norm: _Recorder.group_norm,
    _aten.upsample_nearest2d: _Recorder.upsample,
    _aten._upsample_nearest_exact2d: _Recorder.upsample,
    _aten.pixel_shuffle: lambda recorder, output, number, x, factor: recorder._add(
        output, "pixel_shuffle", number, factor=factor
    ),
    _aten.constant_pad_nd: _Recorder.pad,
    _aten.mean: _Recorder.mean,
    _aten.cat: _Recorder.concat,
    _aten.elu: _Recorder.elu,
    _aten.softplus: _Recorder.softplus,
    _aten.leaky_relu: lambda recorder, output, number, x, slope=0.01: recorder._add(
        output, "leaky_relu", number, slope=slope
    ),
} | dict.fromkeys(_NORMS, _Recorder.batch_norm)


def _pair(numbers: Sequence[int]) -> list[int]:
    return [*numbers, *numbers][:2]


def _by_channel(value: Any, like: Tensor) -> Tensor:
    """What is broadcast over a tensor (B, C, …), a number for each of its channels: (C,)."""
    spread = torch.as_tensor(value, dtype=torch.float32).detach().cpu()
    try:
        spread = spread.expand(1, *like.shape[1:]).reshape(like.shape[1], -1)
    except RuntimeError as error:
        raise GraphError("graph.no_module", kind="arithmetic over the batch") from error
    if not bool((spread == spread[:, :1]).all()):
        raise GraphError("graph.no_module", kind="arithmetic that differs from place to place")
    return spread[:, 0].clone()
