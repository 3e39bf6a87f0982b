"""The file of shaded masks: rendered view by view, written by a command, read and checked."""

from __future__ import annotations

import argparse
import sys
import time
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae.data.imageset import DataError
from vae.system.messages import cause

Bytes = NDArray[np.uint8]


def read_masks(path: Path, shape: tuple[int, ...], command: str) -> Bytes:
    """The array "masks" of a file.

    Args:
        shape: what it has to be, in uint8.
        command: what writes the file anew.

    Raises:
        DataError: the file is missing or damaged; the message names it.
    """
    remedy = {"file": path, "command": command}
    try:
        with np.load(path, allow_pickle=False) as archive:
            masks = archive["masks"]
    except FileNotFoundError:
        raise DataError("data.no_masks", **remedy) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError("data.masks_unread", why=cause(error), **remedy) from None
    if masks.shape != shape or masks.dtype != np.uint8:
        what = {"expected": f"uint8 {shape}", "actual": f"{masks.dtype} {masks.shape}"}
        raise DataError("data.masks_other", **what, **remedy)
    return masks


def check_view(sizes: dict[str, int], view: tuple[int, ...]) -> None:
    """Raises an IndexError that names the first index of `view` that is not below its size."""
    for (name, size), index in zip(sizes.items(), view, strict=True):
        if not 0 <= index < size:
            raise IndexError(f"{name} index {index} is outside 0..{size - 1}.")


def every_view(sizes: dict[str, int], render: Callable[..., Bytes], progress: bool) -> Bytes:
    """Render a whole grid of views: (product of sizes, …) uint8, the last index running fastest.

    Args:
        render: takes one index for each of `sizes`.
        progress: write a line that counts up to the error stream.
    """
    masks, start = [], time.monotonic()
    views = list(product(*map(range, sizes.values())))
    for view in views:
        masks.append(render(*view))
        if progress:
            print(f"\r{len(masks)}/{len(views)} views, {time.monotonic() - start:.0f} s", end="", file=sys.stderr)
    if progress:
        print(file=sys.stderr)
    return np.stack(masks)


def write_command(
    program: str, asset: Path, render: Callable[[bool], Bytes], arguments: list[str] | None = None
) -> None:
    """Write the masks to a compressed .npz, through a temporary file so that a broken run leaves the old one alone."""
    parser = argparse.ArgumentParser(prog=program, description=write_command.__doc__)
    parser.add_argument("--out", type=Path, default=asset, help="file to write (default: the shipped one)")
    out = parser.parse_args(arguments).out
    masks = render(True)
    temporary = out.with_name(out.name + ".part")
    with temporary.open("wb") as file:
        np.savez_compressed(file, masks=masks)
    temporary.replace(out)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")
