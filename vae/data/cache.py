"""Decoded pictures cached on disk, below the data folder or in the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from vae.data.imageset import DataError
from vae.system.messages import Sentence, cause
from vae.system.paths import temporary_cache, user_cache


def cache_dirs(root: Path, *parts: str) -> tuple[Path, ...]:
    """Where copies may lie, the best place first: below the data folder, else (it may be read-only) the user's cache,
    else (a home may be read-only too) the temporary folder. Nothing is made.
    """
    return tuple(dict.fromkeys(place.joinpath(*parts) for place in (root, user_cache(), temporary_cache())))


def first_writable(places: tuple[Path, ...]) -> Path:
    """The first of these folders that can be written to; it is made where it is missing.

    Raises:
        DataError: none of them can.
    """
    reasons = []
    for place in places:
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reasons.append(f"{place}: {error.strerror}")
            continue
        if os.access(place, os.W_OK):
            return place
        reasons.append(Sentence("data.read_only", folder=place))
    raise DataError("data.nowhere", reasons=reasons)


def load_cached(places: tuple[Path, ...], name: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """The uint8 array of that name, mapped into memory and never unpickled; None where there is no whole one."""
    for place in places:
        try:
            found = np.load(place / name, mmap_mode="c", allow_pickle=False)  # read-only maps make PyTorch warn
        except (OSError, ValueError, EOFError):  # absent or damaged: it is made anew
            continue
        if isinstance(found, np.ndarray) and found.shape == shape and found.dtype == np.uint8:
            return found
    return None


def save_cached(place: Path, name: str, array: np.ndarray) -> None:
    """Writes an array to a temporary name and moves it into place: it is there whole or not at all.

    Raises:
        DataError: the disk refuses, say because it is full.
    """
    temporary = place / f"{name}.{os.getpid()}.tmp"
    try:
        with temporary.open("wb") as file:
            np.lib.format.write_array(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place / name)
    except OSError as error:
        mb = f"{array.nbytes / 1e6:,.0f}"
        raise DataError("data.unkept", mb=mb, folder=place, why=cause(error)) from error
    finally:
        temporary.unlink(missing_ok=True)
