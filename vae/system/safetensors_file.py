"""Safetensors files with one JSON header: written whole or not at all, read strictly, never unpickled."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from vae.system.limits import GRAPHS, GraphLimits
from vae.system.messages import KeyedError, cause

HEADER_KEY = "latent_explorer"
_LENGTH = struct.Struct("<Q")  # of the header, in front of it


class CheckpointError(KeyedError):
    """A file that cannot be used; the message names the `file`, the `entry` and what was expected."""


@dataclass(frozen=True)
class HeaderLimits:
    """How much of a file is parsed before anything is known of it: a parsed header takes forty times its bytes.

    Attributes:
        most_bytes: of the whole header, names and places of all tensors included.
        most_tensors: that it names.
        most_text: characters of our own JSON in it.
        graphs: of the networks that it describes.
    """

    most_bytes: int
    most_tensors: int
    most_text: int
    graphs: GraphLimits = GRAPHS


HOST = HeaderLimits(most_bytes=50_000_000, most_tensors=100_000, most_text=50_000_000)  # whoever runs it chose the file


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


def read_header(path: Path, limits: HeaderLimits = HOST) -> dict[str, Any]:
    """The JSON header alone; reads no tensor.

    Raises:
        CheckpointError: no file, not a safetensors file, one beyond the limits, or one without our header.
    """
    with _opened(path, limits) as file:
        return _header(path, file.metadata(), limits)


def read(path: Path, limits: HeaderLimits = HOST) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """All tensors by name, and the header. Raises as `read_header` does."""
    with _opened(path, limits) as file:
        header = _header(path, file.metadata(), limits)  # first: a foreign file may be too large to be read
        return {name: file.get_tensor(name).clone() for name in file.keys()}, header  # noqa: SIM118


def read_types(path: Path, limits: HeaderLimits = HOST) -> tuple[dict[str, str], dict[str, Any]]:
    """The type of each tensor by name, as safetensors writes it ("F16", "I32"), and the header; reads no tensor. Raises
    as `read_header` does.
    """
    with _opened(path, limits) as file:
        header = _header(path, file.metadata(), limits)
        return {name: file.get_slice(name).get_dtype() for name in file.keys()}, header  # noqa: SIM118


def expect_head(path: Path, start: bytes, size: int, limits: HeaderLimits) -> int:
    """Checks the first bytes of a file against the limits before anything is parsed.

    Args:
        path: names the file in the error.
        start: at least its first 8 bytes; where the whole header is among them, its tensors are counted too.
        size: bytes of the whole file.

    Returns:
        how many bytes its header takes with the length in front of it; more than `size` where that is none.

    Raises:
        CheckpointError: the header is beyond the limits.
    """
    length = _LENGTH.unpack_from(start)[0] if len(start) >= _LENGTH.size else size
    if limits.most_bytes < length <= size - _LENGTH.size:
        raise CheckpointError("checkpoint.header_long", file=path, size=f"{length:,}", most=f"{limits.most_bytes:,}")
    if length <= limits.most_bytes:
        _expect_few(path, start[_LENGTH.size : _LENGTH.size + length].count(b'"data_offsets"'), limits)
    return _LENGTH.size + length


def _expect_few(path: Path, tensors: int, limits: HeaderLimits) -> None:
    if tensors > limits.most_tensors:
        raise CheckpointError("checkpoint.many_tensors", file=path, n=f"{tensors:,}", most=f"{limits.most_tensors:,}")


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
def _opened(path: Path, limits: HeaderLimits) -> Iterator[safe_open]:
    if not path.is_file():
        raise CheckpointError("checkpoint.no_file", file=path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_LENGTH.size)
            end = expect_head(path, start, size, limits)
            if end <= size:  # else what follows is no header, as the library will say
                expect_head(path, start + file.read(end - len(start)), size, limits)
        with safe_open(path, framework="pt") as file:
            _expect_few(path, len(file.keys()), limits)  # a name can be spelt with escapes, which no count sees
            yield file
    except (SafetensorError, OSError) as error:
        raise CheckpointError("checkpoint.not_safetensors", file=path, why=cause(error)) from error


def _header(path: Path, metadata: dict[str, str] | None, limits: HeaderLimits) -> dict[str, Any]:
    text = (metadata or {}).get(HEADER_KEY)
    if text is None:
        raise CheckpointError("checkpoint.foreign", file=path, header=repr(HEADER_KEY))
    if len(text) > limits.most_text:
        raise CheckpointError("checkpoint.header_long", file=path, size=f"{len(text):,}", most=f"{limits.most_text:,}")
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
