"""Tensors out of a file of `torch.save`: nothing in it is run, and only what is asked for may be there.

No server may import this: it reads what a person at the command line has chosen.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vae.importers.foreign import ForeignError
from vae.system.messages import cause
from vae.system.safetensors_file import expect_tensor

_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")
_INSIDE = ("state_dict", "model_state_dict", "model")  # under which programs put the weights beside other things


def read_file(path: Path) -> Any:
    """What `torch.load` gives with `weights_only`: tensors and plain values.

    Raises:
        ForeignError: there is no such file, it holds anything else, whose name is told, or it is damaged.
    """
    if not path.is_file():
        raise ForeignError("foreign.no_file", file=path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = _GLOBAL.search(str(error))
        if named:
            raise ForeignError("foreign.global", file=path, name=named[1]) from error
        raise ForeignError("foreign.unread", file=path, why=_reason(error)) from error
    except Exception as error:  # a damaged file ends in any of Python's own
        raise ForeignError("foreign.unread", file=path, why=_reason(error)) from error


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {cause(error)}"


def state_of(path: Path, prefix: str = "") -> Weights:
    """The weights of a file, by the names of their modules.

    Args:
        prefix: that all names begin with where any does, as a wrapper puts it before them; it is left out.

    Raises:
        ForeignError: as `read_file`, or there are no weights in it.
    """
    found = read_file(path)
    for name in _INSIDE:
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
            break
    if not isinstance(found, Mapping) or not found or not all(map(_is_weight, found.items())):
        raise ForeignError("foreign.no_weights", file=path)
    names = {name.removeprefix(prefix): tensor for name, tensor in found.items()}
    return Weights(
        path, {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in names.items()}
    )


def _is_weight(item: tuple[object, object]) -> bool:
    return isinstance(item[0], str) and isinstance(item[1], Tensor)


class Weights:
    """The tensors of a file, of which each has to be taken."""

    def __init__(self, path: Path, tensors: dict[str, Tensor]) -> None:
        self.path, self._tensors, self._left = path, tensors, set(tensors)

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def shape(self, name: str, sides: int) -> tuple[int, ...]:
        """Of a tensor with so many sides. Raises CheckpointError where it is missing or has others."""
        expect_tensor(self.path, self._tensors, name, (-1,) * sides, torch.float32)
        return tuple(self._tensors[name].shape)

    def take(self, name: str, *shape: int) -> Tensor:
        """A tensor of that shape, float32 and finite.

        Raises:
            CheckpointError: it is missing, or another.
        """
        expect_tensor(self.path, self._tensors, name, shape, torch.float32)
        self._left.discard(name)
        return self._tensors[name]

    def fill(self, module: nn.Module, name: str) -> nn.Module:
        """The module with the weights below that name, in eval mode; what it counts, as batches that it has seen, is
        passed over. Raises CheckpointError as `take`.
        """
        state = module.state_dict()
        for key, value in state.items():
            if value.is_floating_point():
                state[key] = self.take(f"{name}.{key}", *value.shape)
            self._left.discard(f"{name}.{key}")
        module.load_state_dict(state)
        return module.eval()

    def expect_all_taken(self) -> None:
        """Raises ForeignError where the file holds more: it is of another layout then."""
        if self._left:
            raise ForeignError("foreign.left", file=self.path, names=sorted(self._left)[:5])
