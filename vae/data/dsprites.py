"""dSprites itself: the published file of 737,280 binary pictures, checked against its grid of factors.

Its pictures unpack to 3 GB of bytes that are 0 or 1. They are packed into bits once, 377 MB, and mapped into memory; a
batch is unpacked where it is asked for. The constant colour is left out, and so is the file's `metadata`, a pickle.

Source: Matthey et al. 2017, dSprites: disentanglement testing sprites dataset.
"""

from __future__ import annotations

import math
import struct
import zipfile
import zlib
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import IO

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from vae.data import sprites
from vae.data.cache import cache_dirs, first_writable, load_cached, save_cached
from vae.data.imageset import DataError, DatasetSpec, FactorGrid, ImageSet, split_grid
from vae.system.messages import Sentence, cause

FOLDER, FILE = "dsprites", "dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz"
URL = f"https://github.com/google-deepmind/dsprites-dataset/raw/master/{FILE}"
RESOLUTION = 64
HELD_OUT = 10_000
_BYTES = RESOLUTION * RESOLUTION // 8  # of a packed picture
_CHUNK = 4096  # pictures that are unpacked at once: 16 MB
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, KeyError, NotImplementedError)


class Packed:
    """Draws the pictures of factor values from bits: int64 (B, K) -> uint8 (B, 1, 64, 64), 0 or 255, same device."""

    def __init__(self, bits: np.ndarray, sizes: tuple[int, ...]) -> None:
        self._sizes = sizes
        self._on = {torch.device("cpu"): torch.from_numpy(bits)}

    def __call__(self, factors: Tensor) -> Tensor:
        device = factors.device
        if device not in self._on:
            self._on[device] = self._on[torch.device("cpu")].to(device)
        number = torch.zeros(len(factors), dtype=torch.int64, device=device)
        for values, size in zip(factors.unbind(1), self._sizes, strict=True):
            number = number * size + values
        shifts = torch.arange(7, -1, -1, dtype=torch.uint8, device=device)
        pixels = self._on[device][number][:, :, None] >> shifts & 1
        return (pixels * 255).view(-1, 1, RESOLUTION, RESOLUTION)


def missing(root: Path) -> Sentence | None:
    """None, or the sentence that says which file goes where."""
    if _found(root):
        return None
    where = {"files": FILE, "source": URL, "folder": root}
    return Sentence("data.file_not_here", data="dSprites", command="python -m vae data dsprites", **where)


def _found(root: Path) -> Path | None:
    return next((path for path in (root / FILE, root / FOLDER / FILE) if path.is_file()), None)


def _load(sizes: tuple[int, ...], root: Path, split: str, fetch: bool) -> ImageSet:
    if not _found(root):
        if not fetch:
            raise DataError.of(missing(root))
        _fetch(root)
    bits = packed(_found(root), sizes, cache_dirs(root, FOLDER))
    return FactorGrid(spec_of(sizes), split, _numbers(bits, split), Packed(bits, sizes))


def _fetch(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(URL, str(root / FILE))
    except (OSError, RuntimeError, ValueError) as error:
        where = {"files": FILE, "source": URL, "folder": root}
        raise DataError("data.unfetched", data="dSprites", why=cause(error), **where) from error


def _numbers(bits: np.ndarray, split: str) -> np.ndarray:
    """The split of `sprites`: fixed pictures for the test, and for the training all others that equal none of them."""
    split_of = split_grid(len(bits), min(HELD_OUT, len(bits) // 10))
    if split == "test":
        return split_of["test"]
    weights = np.random.RandomState(0).randint(0, 2**63, _BYTES // 8, np.int64).astype(np.uint64) | 1  # noqa: NPY002
    alike = np.concatenate(
        [(part.copy().view(np.uint64) * weights).sum(1) for part in np.split(bits, range(2**16, len(bits), 2**16))]
    )  # equal where all pixels are; elsewhere by chance once in 10^9 such files
    return split_of["train"][~np.isin(alike[split_of["train"]], alike[split_of["test"]])]


def packed(path: Path, sizes: tuple[int, ...], places: tuple[Path, ...]) -> np.ndarray:
    """The pictures of a file in bits, uint8 (N, 512), kept in one of `places` once they have been checked.

    Args:
        sizes: of the factors without the colour: pictures have to be their full grid, the last running fastest.

    Raises:
        DataError: a damaged file or one of something else, or the bits cannot be kept.
    """
    total, stat = math.prod(sizes), path.stat()
    name = f"bits-{stat.st_size}-{stat.st_mtime_ns}.npy"
    bits = load_cached(places, name, (total, _BYTES))
    if bits is not None:
        return bits
    try:
        with zipfile.ZipFile(path) as archive:
            _check_grid(path, archive, sizes)
            fresh = _pack(path, archive, total)
    except _DAMAGE as error:
        why = f"{type(error).__name__}: {cause(error)}"
        raise DataError("data.not_published", file=path, why=why, source=URL) from error
    place = first_writable(places)
    save_cached(place, name, fresh)
    del fresh
    return load_cached((place,), name, (total, _BYTES))


def _check_grid(path: Path, archive: zipfile.ZipFile, sizes: tuple[int, ...]) -> None:
    total = math.prod(sizes)
    with archive.open("latents_classes.npy") as member:
        shape, dtype = (total, len(sizes) + 1), np.dtype(np.int64)
        order = _expect(path, member, "latents_classes", shape, dtype)
        classes = np.frombuffer(member.read(math.prod(shape) * dtype.itemsize), dtype)
    classes = classes.reshape(shape, order=order)  # a ValueError where the member is too short
    wanted = np.stack([np.zeros(total, np.int64), *np.unravel_index(np.arange(total), sizes)], axis=1)
    if not np.array_equal(classes, wanted):
        grid = "×".join(map(str, sizes))
        raise DataError("data.not_grid", file=path, grid=grid)


def _pack(path: Path, archive: zipfile.ZipFile, total: int) -> np.ndarray:
    bits = np.empty((total, _BYTES), np.uint8)
    bar = tqdm(total=total, desc="packing dsprites", unit=" pictures", disable=None)
    with bar, archive.open("imgs.npy") as member:
        if _expect(path, member, "imgs", (total, RESOLUTION, RESOLUTION), np.dtype(np.uint8)) != "C":
            raise DataError("data.order", file=path)
        for start in range(0, total, _CHUNK):
            count = min(_CHUNK, total - start)
            pixels = np.frombuffer(member.read(count * RESOLUTION * RESOLUTION), np.uint8).reshape(count, -1)
            if pixels.max() > 1 or pixels.shape[1] != RESOLUTION * RESOLUTION:
                raise DataError("data.not_binary", file=path, n=total)
            bits[start : start + count] = np.packbits(pixels, axis=1)
            bar.update(count)
    return bits


def _expect(path: Path, member: IO[bytes], name: str, shape: tuple[int, ...], dtype: np.dtype) -> str:
    """Reads the head of an array, "C" or "F", and refuses it before its body where it is not what was published."""
    version = np.lib.format.read_magic(member)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    found, fortran, kind = read(member)
    if (found, kind) != (shape, dtype):
        what = {"expected": f"{dtype} {shape}", "actual": f"{kind} {found}"}
        raise DataError("data.array", file=path, entry=name, **what)
    return "F" if fortran else "C"


@cache
def spec_of(sizes: tuple[int, ...]) -> DatasetSpec:
    """The row of the registry for a grid of these sizes: the published one, or a smaller one of the same format."""
    total = math.prod(sizes)
    held_out = min(HELD_OUT, total // 10)
    factors = tuple(
        replace(factor, values=factor.values[:size]) for factor, size in zip(sprites.SPEC.factors, sizes, strict=True)
    )
    return replace(
        sprites.SPEC,
        name=FOLDER,
        title="dSprites",
        version="1",
        sizes={"train": total - held_out, "test": held_out},  # before those that equal a test picture are left out
        factors=factors,
        licence="zlib/libpng",
        source=URL,
        loader=partial(_load, sizes),
        missing=missing,
    )


SPEC = spec_of(sprites.FACTOR_SIZES)
