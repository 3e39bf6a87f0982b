"""What a node of a graph can be. One entry an operation: its settings, shapes, weights, cost, and what torch does.

A new one needs its twin in ui/kit/js/decoder/operations.js; a test holds both to the same values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vae.system.messages import KeyedError

Shape = tuple[int, ...]
Settings = Mapping[str, Any]
Weights = Mapping[str, Tensor]

MOST_NUMBER = 1e6  # of a setting: JSON knows whole numbers of any length, which no float takes


class GraphError(KeyedError, ValueError):
    """A description that is no network."""


def require(condition: bool, key: str, **values: object) -> None:
    if not condition:
        raise GraphError(key, **values)


def _whole(low: int, high: int = 65_536) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= MOST_NUMBER  # false for NaN too


def _list(count: int | None, low: int, high: int = 65_536) -> Callable[[Any], bool]:
    fits = _whole(low, high)
    return lambda value: (
        isinstance(value, (list, tuple)) and len(value) in ((count,) if count else (1, 3)) and all(map(fits, value))
    )


def _flag(value: Any) -> bool:
    return type(value) is bool


@dataclass(frozen=True)
class Operation:
    """See `OPERATIONS`.

    Attributes:
        run: (inputs, settings, weights) -> output, all with the batch first.
        shape: (shapes of the inputs, settings) -> shape of the output; None where they do not fit.
        settings: by name, what a value must be. All of them are given.
        weights: (shapes of the inputs, settings) -> shapes of "weight" and "bias".
        cost: (shapes of the inputs, settings, shape of the output) -> multiply-adds.
        least, most: inputs.
    """

    run: Callable[[Sequence[Tensor], Settings, Weights], Tensor]
    shape: Callable[[Sequence[Shape], Settings], Shape | None] = lambda shapes, settings: shapes[0]
    settings: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    weights: Callable[[Sequence[Shape], Settings], dict[str, Shape]] = lambda shapes, settings: {}
    cost: Callable[[Sequence[Shape], Settings, Shape], int] = lambda shapes, settings, out: math.prod(out)
    least: int = 1
    most: int = 1

    def takes(self, inputs: int) -> bool:
        return self.least <= inputs <= self.most

    def check(self, number: int, name: str, settings: Settings) -> None:
        """Raises GraphError where settings are missing, superfluous or none that the operation can have."""
        require(set(settings) == set(self.settings), "graph.settings", node=number, op=name, known=list(self.settings))
        for key, fits in self.settings.items():
            require(
                fits(settings[key]), "graph.setting", node=number, op=name, name=key, value=repr(settings[key])[:80]
            )


_KERNEL = {"kernel": _list(2, 1, 64), "stride": _list(2, 1, 64), "padding": _list(2, 0, 64)}
_MARGINS = _list(4, 0)  # rows above and below, columns to the left and to the right


def _biased(settings: Settings, weight: Shape) -> dict[str, Shape]:
    return {"weight": weight} | ({"bias": (settings["out"],)} if settings["bias"] else {})


def _linear_shape(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    return (settings["out"],) if len(shapes[0]) == 1 else None


def _conv_shape(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    if len(shapes[0]) != 3:
        return None
    numbers = zip(shapes[0][1:], settings["kernel"], settings["stride"], settings["padding"], strict=True)
    return settings["out"], *((side + 2 * pad - kernel) // stride + 1 for side, kernel, stride, pad in numbers)


def _transposed_shape(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    extra = settings["output_padding"]
    if len(shapes[0]) != 3 or any(more >= stride for more, stride in zip(extra, settings["stride"], strict=True)):
        return None
    numbers = zip(shapes[0][1:], settings["kernel"], settings["stride"], settings["padding"], extra, strict=True)
    return settings["out"], *(
        (side - 1) * stride - 2 * pad + kernel + more for side, kernel, stride, pad, more in numbers
    )


def _conv_cost(shapes: Sequence[Shape], settings: Settings, out: Shape) -> int:
    return shapes[0][0] * math.prod(settings["kernel"]) * math.prod(out)


def _transposed_cost(shapes: Sequence[Shape], settings: Settings, out: Shape) -> int:
    return math.prod(shapes[0]) * math.prod(settings["kernel"]) * out[0]


def _per_channel(shapes: Sequence[Shape], settings: Settings) -> dict[str, Shape]:
    return {"weight": shapes[0][:1], "bias": shapes[0][:1]}


def _scaled(inputs: Sequence[Tensor], settings: Settings, weights: Weights) -> Tensor:
    shape = (-1, *[1] * (inputs[0].ndim - 2))
    return inputs[0] * weights["weight"].view(shape) + weights["bias"].view(shape)


def _same(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    return shapes[0] if len(set(shapes)) == 1 else None


def _joined(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    places = {shape[1:] for shape in shapes}
    return (sum(shape[0] for shape in shapes), *shapes[0][1:]) if len(places) == 1 else None


def _grown(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    factor = settings["factor"]
    return (shapes[0][0], *(side * factor for side in shapes[0][1:])) if len(shapes[0]) == 3 else None


def _shuffled(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    channels, left = divmod(shapes[0][0], settings["factor"] ** 2)
    return _grown([(channels, *shapes[0][1:])], settings) if channels and not left else None


def _reshaped(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    shape = tuple(settings["shape"])
    return shape if math.prod(shape) == math.prod(shapes[0]) else None


def _moved(sign: int) -> Callable[[Sequence[Shape], Settings], Shape | None]:
    """Margins added (1) or taken away (−1)."""

    def shape(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
        if len(shapes[0]) != 3:
            return None
        top, bottom, left, right = settings["margins"]
        channels, height, width = shapes[0]
        return channels, height + sign * (top + bottom), width + sign * (left + right)

    return shape


def _cropped(inputs: Sequence[Tensor], settings: Settings, weights: Weights) -> Tensor:
    top, bottom, left, right = settings["margins"]
    height, width = inputs[0].shape[-2:]
    return inputs[0][..., top : height - bottom, left : width - right]


def _padded(inputs: Sequence[Tensor], settings: Settings, weights: Weights) -> Tensor:
    top, bottom, left, right = settings["margins"]
    return functional.pad(inputs[0], (left, right, top, bottom))


def _pooled(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    return shapes[0][:1] if len(shapes[0]) == 3 else None


def _grouped(shapes: Sequence[Shape], settings: Settings) -> Shape | None:
    """Of a group with one number alone nothing would be left, and torch refuses it."""
    groups = settings["groups"]
    return shapes[0] if shapes[0][0] % groups == 0 and math.prod(shapes[0]) > groups else None


def _none(shapes: Sequence[Shape], settings: Settings, out: Shape) -> int:
    return 0


OPERATIONS: dict[str, Operation] = {
    "linear": Operation(
        lambda x, s, w: functional.linear(x[0], w["weight"], w.get("bias")),
        _linear_shape,
        {"out": _whole(1), "bias": _flag},
        lambda shapes, s: _biased(s, (s["out"], *shapes[0])),
        lambda shapes, s, out: shapes[0][0] * out[0],
    ),
    "conv": Operation(
        lambda x, s, w: functional.conv2d(x[0], w["weight"], w.get("bias"), tuple(s["stride"]), tuple(s["padding"])),
        _conv_shape,
        {"out": _whole(1), "bias": _flag, **_KERNEL},
        lambda shapes, s: _biased(s, (s["out"], shapes[0][0], *s["kernel"])),
        _conv_cost,
    ),
    "conv_transpose": Operation(
        lambda x, s, w: functional.conv_transpose2d(
            x[0], w["weight"], w.get("bias"), tuple(s["stride"]), tuple(s["padding"]), tuple(s["output_padding"])
        ),
        _transposed_shape,
        {"out": _whole(1), "bias": _flag, **_KERNEL, "output_padding": _list(2, 0, 64)},
        lambda shapes, s: _biased(s, (shapes[0][0], s["out"], *s["kernel"])),
        _transposed_cost,
    ),
    "scale": Operation(_scaled, weights=_per_channel),
    "group_norm": Operation(
        lambda x, s, w: functional.group_norm(x[0], s["groups"], w["weight"], w["bias"], s["eps"]),
        _grouped,
        {"groups": _whole(1), "eps": lambda value: _number(value) and value > 0},
        _per_channel,
    ),
    "add": Operation(lambda x, s, w: sum(x[1:], x[0]), _same, least=2, most=8),
    "concat": Operation(lambda x, s, w: torch.cat(tuple(x), 1), _joined, cost=_none, least=2, most=8),
    "upsample": Operation(
        lambda x, s, w: functional.interpolate(x[0], scale_factor=float(s["factor"]), mode="nearest"),
        _grown,
        {"factor": _whole(1, 16)},
        cost=_none,
    ),
    "pixel_shuffle": Operation(
        lambda x, s, w: functional.pixel_shuffle(x[0], s["factor"]), _shuffled, {"factor": _whole(1, 16)}, cost=_none
    ),
    "reshape": Operation(
        lambda x, s, w: x[0].reshape(len(x[0]), *s["shape"]), _reshaped, {"shape": _list(None, 1)}, cost=_none
    ),
    "pad": Operation(_padded, _moved(1), {"margins": _MARGINS}, cost=_none),
    "crop": Operation(_cropped, _moved(-1), {"margins": _MARGINS}, cost=_none),
    "mean": Operation(lambda x, s, w: x[0].mean((2, 3)), _pooled, cost=lambda shapes, s, out: math.prod(shapes[0])),
    "max": Operation(lambda x, s, w: x[0].amax((2, 3)), _pooled, cost=lambda shapes, s, out: math.prod(shapes[0])),
    "relu": Operation(lambda x, s, w: x[0].relu()),
    "leaky_relu": Operation(lambda x, s, w: functional.leaky_relu(x[0], s["slope"]), settings={"slope": _number}),
    "elu": Operation(lambda x, s, w: functional.elu(x[0], s["alpha"]), settings={"alpha": _number}),
    "silu": Operation(lambda x, s, w: functional.silu(x[0])),
    "tanh": Operation(lambda x, s, w: x[0].tanh()),
    "softplus": Operation(lambda x, s, w: functional.softplus(x[0])),
    "sigmoid": Operation(lambda x, s, w: x[0].sigmoid()),
}
