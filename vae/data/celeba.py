"""CelebA: 202,599 faces with 40 attributes, as torchvision lays the files out, cropped and shrunk to 64×64.

The aligned pictures of 178×218 are cropped to their middle 148×148 and resized (bilinear, as torchvision's CenterCrop
and Resize do it), which keeps the face and little else. Decoding train and test takes minutes and gives 2.2 GB, so
parts of it are kept as they are made: whoever stops goes on from there, and nothing is held in memory but what is
looked at.

Source: Liu et al. 2015, Deep Learning Face Attributes in the Wild.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from vae.data.cache import cache_dirs, first_writable, load_cached, save_cached
from vae.data.imageset import DataError, DatasetSpec, ImageSet, as_indices
from vae.system.cores import cores
from vae.system.messages import Sentence, cause

FOLDER, PICTURES, ZIP = "celeba", "img_align_celeba", "img_align_celeba.zip"
PARTITION, ATTRIBUTES = "list_eval_partition.txt", "list_attr_celeba.txt"  # or .csv, as Kaggle has them
ALIGNED, CROP, RESOLUTION = (178, 218), 148, 64
PART = 4096  # pictures that are decoded and kept at once: 50 MB
_CODES = {"train": "0", "test": "2"}  # 1 is the validation split, which nothing here looks at
_NAME = re.compile(r"\w[\w.-]*")
_BETWEEN = re.compile(r"[,\s]+")
_SOURCE = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"


class Faces(ImageSet):
    """Pictures in parts of `PART`, each uint8 (n, 3, 64, 64), mapped into memory; on another device they lie as one."""

    def __init__(
        self, split: str, parts: Sequence[np.ndarray], attributes: np.ndarray, attribute_names: tuple[str, ...]
    ) -> None:
        super().__init__(SPEC, split)
        self.attributes, self.attribute_names = attributes, attribute_names
        self._parts = parts
        self._on: dict[torch.device, Tensor] = {}

    def __len__(self) -> int:
        return len(self.attributes)

    def batch(self, indices: Tensor | np.ndarray | Sequence[int], device: str | torch.device = "cpu") -> Tensor:
        device = torch.device(device)
        if device.type != "cpu":
            if device not in self._on:
                self._on[device] = torch.cat([torch.from_numpy(part).to(device) for part in self._parts])
            return self._on[device][as_indices(indices, device)]
        wanted = as_indices(indices, device).numpy()
        if wanted.size and wanted.max() >= len(self):
            raise IndexError(f"there is no image {wanted.max()}: they end with {len(self) - 1}")
        images = np.empty((len(wanted), *self.spec.shape), np.uint8)
        of = wanted // PART
        for number in np.unique(of):
            here = of == number
            images[here] = self._parts[number][wanted[here] - number * PART]
        return torch.from_numpy(images)


def missing(root: Path) -> Sentence | None:
    """None, or the sentence that says which files go where."""
    folder = root / FOLDER
    pictures = (folder / PICTURES).is_dir() or (folder / ZIP).is_file()
    absent = [] if pictures else [ZIP]
    absent += [name for name in (PARTITION, ATTRIBUTES) if not _listed(folder, name).is_file()]
    if not absent:
        return None
    where = {"files": absent, "source": _SOURCE, "folder": folder}
    return Sentence("data.perhaps_fetched", data="CelebA", command="python -m vae data celeba", **where)


def _load(root: Path, split: str, fetch: bool) -> ImageSet:
    problem = missing(root)
    if problem and not fetch:
        raise DataError.of(problem)
    if problem:
        _fetch(root)
    names = _names(_listed(root / FOLDER, PARTITION), split)
    attributes, attribute_names = _attributes(_listed(root / FOLDER, ATTRIBUTES), names)
    parts = _decoded(root / FOLDER, split, names, cache_dirs(root, FOLDER, "decoded"))
    return Faces(split, parts, attributes, attribute_names)


def _fetch(root: Path) -> None:
    """By torchvision, which asks Google Drive and checks what it gets.

    Raises:
        DataError: it was refused, in the sentence of `missing`.
    """
    from torchvision.datasets import CelebA  # a second and a half to import

    try:
        CelebA(root, download=True)
    except Exception as error:  # whatever torchvision, gdown and the network raise ends in the same advice
        where = {"files": [ZIP, PARTITION, ATTRIBUTES], "source": _SOURCE, "folder": root / FOLDER}
        raise DataError("data.unfetched", data="CelebA", why=cause(error), **where) from error


def _listed(folder: Path, name: str) -> Path:
    """A list as its authors publish it, else as Kaggle does."""
    table = (folder / name).with_suffix(".csv")
    return table if table.is_file() and not (folder / name).is_file() else folder / name


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """The lines that are not blank, with their numbers, each in its words."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()  # Windows editors put a byte order mark in front
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("data.unreadable", file=path, why=cause(error)) from error
    return [(number, _BETWEEN.split(line.strip())) for number, line in enumerate(lines, start=1) if line.strip()]


def _names(path: Path, split: str) -> list[str]:
    """The pictures of a split in the order of the partition file, whose lines are "000001.jpg 0", in a table with
    commas under a line of titles.
    """
    names = []
    for number, words in _lines(path)[path.suffix == ".csv" :]:
        if len(words) != 2 or not _NAME.fullmatch(words[0]) or words[1] not in ("0", "1", "2"):
            raise DataError("data.partition_line", file=path, line=number)
        if words[1] == _CODES[split]:
            names.append(words[0])
    if not names:
        raise DataError("data.no_pictures", file=path, split=split)
    return names


def _attributes(path: Path, names: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """uint8 (N, 40) of zeros and ones, and the attributes' names; the file says −1 and 1 under a line of names, which
    begins with the title of the pictures in a table, and else has their number above it.
    """
    lines = [words for _, words in _lines(path)]
    head = 1 if path.suffix == ".csv" else 2
    titles = tuple(lines[head - 1][2 - head :]) if len(lines) >= head else ()
    rows = {words[0]: words[1:] for words in lines[head:]}
    found = np.empty((len(names), len(titles)), np.uint8)
    for row, name in enumerate(names):
        values = rows.get(name, [])
        if len(values) != len(titles) or not titles or not set(values) <= {"-1", "1"}:
            raise DataError("data.attributes", file=path, n=len(titles), name=name)
        found[row] = [value == "1" for value in values]
    return found, tuple(title.replace("_", " ") for title in titles)


def _decoded(folder: Path, split: str, names: list[str], places: tuple[Path, ...]) -> list[np.ndarray]:
    """All parts of a split, decoded where they are not kept yet.

    Raises:
        DataError: a picture is missing, damaged or no aligned one, or the parts cannot be kept.
    """
    source = _source(folder, names)
    stamp = f"{CROP} {RESOLUTION} {source.stat().st_mtime_ns} {' '.join(names)}"
    key = f"{split}-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    starts = range(0, len(names), PART)
    titles = [f"{key}-{number:03d}.npy" for number in range(len(starts))]
    shapes = [(min(PART, len(names) - start), 3, RESOLUTION, RESOLUTION) for start in starts]
    parts = [load_cached(places, title, shape) for title, shape in zip(titles, shapes, strict=True)]
    if all(part is not None for part in parts):
        return parts
    place = first_writable(places)
    bar = tqdm(total=len(names), desc=f"decoding celeba {split}", unit=" pictures", disable=None)
    with bar, _opened(folder, source, names) as read, ThreadPoolExecutor(cores()) as pool:
        for number, start in enumerate(starts):
            if parts[number] is None:
                some = names[start : start + PART]
                save_cached(place, titles[number], np.stack(list(pool.map(partial(_picture, read, source), some))))
                parts[number] = load_cached((place,), titles[number], shapes[number])
            bar.update(len(parts[number]))
    return parts


def _source(folder: Path, names: list[str]) -> Path:
    """The folder of the pictures, or the archive where there is no folder, or one with only a part of them."""
    unpacked, archive = folder / PICTURES, folder / ZIP
    if not archive.is_file():
        return unpacked
    return archive if not unpacked.is_dir() or _Unpacked(unpacked).lacking(names) else unpacked


def _opened(folder: Path, source: Path, names: list[str]) -> _Unpacked | _Zipped:
    """What reads the pictures, once it is known to hold them all.

    Raises:
        DataError: the archive is damaged or none, or some are missing; a folder with a part of them is named too.
    """
    unpacked = _Unpacked(folder / PICTURES)
    if source == unpacked.path:
        opened = unpacked
    else:
        try:
            opened = _Zipped(source)
        except DataError as error:
            if not unpacked.path.is_dir():
                raise
            here = f"{len(names) - unpacked.lacking(names):,}"
            raise DataError(
                "data.zip_beside", reason=error, file=unpacked.path, here=here, n=f"{len(names):,}"
            ) from error
    if lacking := opened.lacking(names):
        here, n = f"{len(names) - lacking:,}", f"{len(names):,}"
        raise DataError("data.pictures_lacking", file=source, here=here, n=n, archive=ZIP, folder=folder)
    return opened


class _Unpacked:
    """The pictures of a folder by name; Kaggle's holds a folder of the same name that holds them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._inner = path / PICTURES if (path / PICTURES).is_dir() else path

    def lacking(self, names: list[str]) -> int:
        """How many of them are not there."""
        if not self._inner.is_dir():
            return len(names)
        with os.scandir(self._inner) as entries:
            there = {entry.name for entry in entries}
        return sum(name not in there for name in names)

    def __enter__(self) -> Callable[[str], bytes]:
        return lambda name: (self._inner / name).read_bytes()

    def __exit__(self, *raised: object) -> None:
        pass


class _Zipped:
    """The pictures of the archive by name, in whatever folder, without unpacking 202,599 files."""

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                if file.read(512).lstrip().startswith(b"<"):
                    raise DataError("data.zip_page", file=path)
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise DataError("data.not_zip", file=path, why=cause(error)) from error
        self._members = {PurePosixPath(name).name: name for name in self._archive.namelist()}

    def lacking(self, names: list[str]) -> int:
        """How many of them are not there."""
        return sum(name not in self._members for name in names)

    def __enter__(self) -> Callable[[str], bytes]:
        return lambda name: self._archive.read(self._members[name])

    def __exit__(self, *raised: object) -> None:
        self._archive.close()


def _picture(read: Callable[[str], bytes], source: Path, name: str) -> np.ndarray:
    """uint8 (3, 64, 64) of an aligned picture."""
    try:
        with Image.open(io.BytesIO(read(name)), formats=("JPEG",)) as image:
            if image.size != ALIGNED:
                size = "×".join(map(str, image.size))
                raise DataError("data.not_aligned", file=source, name=name, size=size, archive=ZIP)
            left, top = ((side - CROP) // 2 for side in ALIGNED)
            face = image.convert("RGB").crop((left, top, left + CROP, top + CROP))
    except DataError:
        raise
    except Exception as error:  # Pillow's readers check little, and a damaged file raises what it breaks
        raise DataError("data.picture_damaged", file=source, name=name, why=cause(error), archive=ZIP) from error
    small = face.resize((RESOLUTION, RESOLUTION), Image.Resampling.BILINEAR)
    return np.asarray(small).transpose(2, 0, 1)


SPEC = DatasetSpec(
    name="celeba",
    title="CelebA 64×64",
    version="1",
    shape=(3, RESOLUTION, RESOLUTION),
    sizes={"train": 162_770, "test": 19_962},
    label_names=None,
    factors=(),
    likelihood="bernoulli",
    licence="for non-commercial research, see its page",
    source=f"{_SOURCE}, aligned pictures, middle 148×148 resized to 64×64 (bilinear)",
    loader=_load,
    missing=missing,
)
