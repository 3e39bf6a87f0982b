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
import re
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from vae.data.cache import cache_dirs, first_writable, load_cached, save_cached
from vae.data.imageset import DataError, DatasetSpec, ImageSet, as_indices
from vae.data.own.decode import PILLOW_ERRORS
from vae.system.cores import cores
from vae.system.messages import Sentence, cause

FOLDER, PICTURES, ZIP = "celeba", "img_align_celeba", "img_align_celeba.zip"
PARTITION, ATTRIBUTES = "list_eval_partition.txt", "list_attr_celeba.txt"
ALIGNED, CROP, RESOLUTION = (178, 218), 148, 64
PART = 4096  # pictures that are decoded and kept at once: 50 MB
_CODES = {"train": "0", "test": "2"}  # 1 is the validation split, which nothing here looks at
_NAME = re.compile(r"\w[\w.-]*")
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
    absent += [name for name in (PARTITION, ATTRIBUTES) if not (folder / name).is_file()]
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
    names = _names(root / FOLDER / PARTITION, split)
    attributes, attribute_names = _attributes(root / FOLDER / ATTRIBUTES, names)
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


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("data.unreadable", file=path, why=cause(error)) from error


def _names(path: Path, split: str) -> list[str]:
    """The pictures of a split in the order of the partition file, whose lines are "000001.jpg 0"."""
    names = []
    for number, line in enumerate(_lines(path), start=1):
        name, _, code = line.strip().partition(" ")
        if not _NAME.fullmatch(name) or code.strip() not in ("0", "1", "2"):
            raise DataError("data.partition_line", file=path, line=number)
        if code.strip() == _CODES[split]:
            names.append(name)
    if not names:
        raise DataError("data.no_pictures", file=path, split=split)
    return names


def _attributes(path: Path, names: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """uint8 (N, 40) of zeros and ones, and the attributes' names; the file says −1 and 1 under a line of names."""
    lines = _lines(path)
    titles = tuple(lines[1].split()) if len(lines) > 1 else ()
    rows = {name: values for name, _, values in (line.strip().partition(" ") for line in lines[2:])}
    found = np.empty((len(names), len(titles)), np.uint8)
    for row, name in enumerate(names):
        values = rows.get(name, "").split()
        if len(values) != len(titles) or not titles or not set(values) <= {"-1", "1"}:
            raise DataError("data.attributes", file=path, n=len(titles), name=name)
        found[row] = [value == "1" for value in values]
    return found, tuple(title.replace("_", " ") for title in titles)


def _decoded(folder: Path, split: str, names: list[str], places: tuple[Path, ...]) -> list[np.ndarray]:
    """All parts of a split, decoded where they are not kept yet.

    Raises:
        DataError: a picture is missing, damaged or no aligned one, or the parts cannot be kept.
    """
    source = folder / PICTURES if (folder / PICTURES).is_dir() else folder / ZIP
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
    with bar, _opened(source) as read, ThreadPoolExecutor(cores()) as pool:
        for number, start in enumerate(starts):
            if parts[number] is None:
                some = names[start : start + PART]
                save_cached(place, titles[number], np.stack(list(pool.map(partial(_picture, read, source), some))))
                parts[number] = load_cached((place,), titles[number], shapes[number])
            bar.update(len(parts[number]))
    return parts


def _opened(source: Path) -> nullcontext[Callable[[str], bytes]] | _Zipped:
    return nullcontext(lambda name: (source / name).read_bytes()) if source.is_dir() else _Zipped(source)


class _Zipped:
    """The pictures of the archive by name, without unpacking 202,599 files."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise DataError("data.not_zip", file=path, why=cause(error)) from error

    def __enter__(self) -> Callable[[str], bytes]:
        return lambda name: self._archive.read(f"{PICTURES}/{name}")

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
    except (*PILLOW_ERRORS, zipfile.BadZipFile) as error:
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
