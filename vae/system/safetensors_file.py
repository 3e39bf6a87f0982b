"""Safetensors files with one JSON header: written whole or not at all, read strictly, never unpickled."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from vae.system.messages import KeyedError, cause

HEADER_KEY = "latent_explorer"


class CheckpointError(KeyedError):
    """A file that cannot be used; the message names the `file`, the `entry` and what was expected."""


def write(path: Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Writes to a temporary name beside `path` and moves it into place, so that no reader ever meets half a file.

    Raises:
        CheckpointError: the folder is missing or not writable, the disk is full, or the header holds NaN.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    try:
        save_file(tensors, temporary, {HEADER_KEY: json.dumps(header, allow_nan=False)})
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # the writer makes private files, and checkpoints are there to be shared
        temporary.replace(path)
    except (OSError, SafetensorError, ValueError) as error:  # ValueError: a number that JSON does not know
        raise CheckpointError("checkpoint.unwritten", file=path, why=cause(error)) from error
    finally:
        with suppress(OSError):  # where it could not be made there is nothing to remove
            temporary.unlink(missing_ok=True)


def read_header(path: Path) -> dict[str, Any]:
    """The JSON header alone; reads no tensor.

    Raises:
        CheckpointError: no file, not a safetensors file, or one without our header.
    """
    with _opened(path) as file:
        return _header(path, file.metadata())


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """All tensors by name, and the header. Raises as `read_header` does."""
    with _opened(path) as file:
        header = _header(path, file.metadata())  # first: a foreign file may be too large to be read
        return {name: file.get_tensor(name).clone() for name in file.keys()}, header  # noqa: SIM118


def read_types(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """The type of each tensor by name, as safetensors writes it ("F16", "I32"), and the header; reads no tensor. Raises
    as `read_header` does.
    """
    with _opened(path) as file:
        header = _header(path, file.metadata())
        return {name: file.get_slice(name).get_dtype() for name in file.keys()}, header  # noqa: SIM118


def expect(condition: bool, path: Path, entry: str, key: str, **values: object) -> None:
    """Raises the CheckpointError that names the file, its entry and, by `key`, the expectation, unless that is met."""
    if not condition:
        raise CheckpointError(key, file=path, entry=entry, **values)


def expect_keys(path: Path, header: dict[str, Any], kinds: Mapping[str, type | tuple[type, ...]]) -> None:
    """The header must have these keys, each of its kind."""
    for key, kind in kinds.items():
        expect(key in header, path, key, "checkpoint.header_lacks")
        expect(isinstance(header[key], kind), path, key, "checkpoint.wrong_type", type=type(header[key]).__name__)


def expect_tensor(path: Path, tensors: dict[str, Tensor], key: str, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """A tensor must be there with this shape (-1 stands for any length) and type, and finite."""
    expect(key in tensors, path, key, "checkpoint.lacks")
    found = tensors[key]
    fits = len(found.shape) == len(shape) and all(
        want in (-1, got) for want, got in zip(shape, found.shape, strict=True)
    )
    expect(fits, path, key, "checkpoint.shape", expected=str(shape), actual=str(tuple(found.shape)))
    expect(found.dtype == dtype, path, key, "checkpoint.other", expected=dtype, actual=found.dtype)
    expect(not dtype.is_floating_point or bool(found.isfinite().all()), path, key, "checkpoint.not_finite")


@contextmanager
def _opened(path: Path) -> Iterator[safe_open]:
    if not path.is_file():
        raise CheckpointError("checkpoint.no_file", file=path)
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError) as error:
        raise CheckpointError("checkpoint.not_safetensors", file=path, why=cause(error)) from error


def _header(path: Path, metadata: dict[str, str] | None) -> dict[str, Any]:
    text = (metadata or {}).get(HEADER_KEY)
    if text is None:
        raise CheckpointError("checkpoint.foreign", file=path, header=repr(HEADER_KEY))
    try:
        header = json.loads(text)
        json.dumps(
            header, ensure_ascii=False
        ).encode()  # halves of surrogate pairs pass as JSON, but no page takes them
    except (ValueError, RecursionError) as error:
        why = type(error).__name__
        raise CheckpointError("checkpoint.header_not_json", file=path, header=repr(HEADER_KEY), why=why) from error
    kind = type(header).__name__
    expect(isinstance(header, dict), path, HEADER_KEY, "checkpoint.no_object", type=kind)
    return header
