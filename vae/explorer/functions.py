"""The caller's encoder and decoder: on a copy or as they stand, with the modules behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from vae.explorer.pictures import ExploreError
from vae.system.messages import Sentence, cause


@dataclass(frozen=True)
class Functions:
    """What encodes and decodes, with the device and the type of its weights; `modules` are those behind it."""

    encode: Callable[[Tensor], Any]
    decode: Callable[[Tensor], Any]
    modules: tuple[nn.Module, ...]
    device: torch.device
    dtype: torch.dtype
    notes: tuple[Sentence, ...] = ()


def functions_of(model: Any, encode: Any, decode: Any, copy: bool = True, device: Any = None) -> Functions:
    """The caller's functions: on a deep copy in eval mode, or where `copy` is False as they stand.

    Raises:
        ExploreError: there is no encoder or no decoder, it cannot be copied, or it is on in train mode with batch
            normalisation, whose statistics every encoding would change.
    """
    if model is not None:
        encode, decode = encode or getattr(model, "encode", None), decode or getattr(model, "decode", None)
    for name, function in (("encode", encode), ("decode", decode)):
        if not callable(function):
            raise ExploreError("explore.no_function", name=name)
    if copy:
        try:
            encode, decode = deepcopy((encode, decode))
        except Exception as error:  # a tensor in the middle of a graph, a lock, a file
            raise ExploreError("explore.not_copied", why=f"{type(error).__name__}: {cause(error)}") from error
    own = _unique(module for function in (encode, decode) for module in _owners(function))
    behind = _unique(module for function in (encode, decode) for module in _enclosed(function))
    notes = []
    if copy:
        for module in own:
            module.eval()
        if behind:
            notes.append(Sentence("explore.enclosed", names=[type(module).__name__ for module in behind]))
    modules = _unique((*own, *behind))
    trained = [layer for module in modules for layer in module.modules() if layer.training]
    if any(isinstance(layer, _BatchNorm) for layer in trained):
        raise ExploreError("explore.batch_norm")
    weight = next((weight for module in modules for weight in module.parameters()), torch.zeros(1))
    place = torch.device(device) if device is not None else weight.device
    dtype = weight.dtype if weight.is_floating_point() else torch.float32
    return Functions(encode, decode, modules, place, dtype, tuple(notes))


def _owners(function: Any) -> list[nn.Module]:
    """The module that is called, or whose method is."""
    owner = getattr(function, "__self__", function)
    if isinstance(owner, nn.Module):
        return [owner]
    return [value for value in getattr(owner, "__dict__", {}).values() if isinstance(value, nn.Module)]


def _enclosed(function: Any) -> list[nn.Module]:
    """The modules that a plain function reaches by its names."""
    if not isinstance(function, FunctionType):
        return []
    cells = [cell.cell_contents for cell in function.__closure__ or () if cell != type(cell)()]
    named = [function.__globals__.get(name) for name in function.__code__.co_names]
    found = [value for value in (*cells, *named) if not isinstance(value, type)]
    owners = [getattr(value, "__self__", value) for value in found]
    return [value for value in owners if isinstance(value, nn.Module)]


def _unique(modules: Iterable[nn.Module]) -> tuple[nn.Module, ...]:
    return tuple({id(module): module for module in modules}.values())
