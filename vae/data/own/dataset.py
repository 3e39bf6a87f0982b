"""One's own pictures as a data set: a folder or zip becomes one file, and that a train and a test split."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae.data.imageset import DataError, DatasetSpec, ImageSet, StoredImages, split_grid
from vae.data.own.archive import Limits, Listing, Skipped, Unusable, open_source, source_title
from vae.data.own.decode import Picture, decode
from vae.data.own.levels import composed, oddities, scaled
from vae.system import safetensors_file
from vae.system.limits import PICTURES
from vae.system.messages import Sentence, cause

__all__ = ["FILE", "PREFIX", "SIZES", "TITLE", "Limits", "Report", "Skipped", "find_own", "gather", "own_images"]

FILE = "images.safetensors"
SIZES = (32, 64)
PREFIX = "own-"  # of their names
TITLE = "Your images"
_VERSION = 1
_NAMED = 100  # skipped files that the header names
_CLASSES = (2, 100)
_GREY = 2  # levels between channels that lossy formats leave in a grey picture
_SPLITS = {"train", "training", "val", "valid", "validation", "dev", "test", "testing", "eval"}


@dataclass(frozen=True)
class Report:
    """`skipped` in the order of the names, those that are too many last; `colour`: is any image not grey? `notes`: the
    sentences that say what was decided over the whole set, and what looks odd in it.
    """

    used: int
    skipped: tuple[Skipped, ...]
    colour: bool
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Decoded:
    """A set of images in memory: `images` uint8 (N, C, size, size), C = 1 where all are grey, else 3, and `labels`
    int64 (N,) with their `label_names`, or None. It can be pickled.
    """

    images: np.ndarray
    labels: np.ndarray | None
    label_names: list[str] | None
    report: Report


def gather(
    source: Path,
    size: int,
    folder: Path,
    limits: Limits = PICTURES,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Reads a folder or zip of images and writes them to `folder / FILE`, whole or not at all.

    Args:
        source: a folder, with all folders in it, or a zip.
        size: 32 or 64 pixels; each image is cropped to its middle square, turned upright and resized to it.
        folder: where the file goes; it is made where it is missing.
        progress: called with the files looked at and all files; what it raises ends the reading.

    Returns:
        What was used and what was not. The file holds "images", uint8 (N, C, size, size) with C = 1 where all are
        grey, else 3, in the order of their paths, and "labels", int64 (N,), where every image lies in one of 2 … 100
        folders side by side.

    Raises:
        DataError: another size, a source that is missing, damaged or beyond the limits, too few images, or a file
            that cannot be written.
    """
    decoded = decode_set(source, size, limits, progress)
    images, report = torch.from_numpy(decoded.images), decoded.report
    labels = {} if decoded.labels is None else {"labels": torch.from_numpy(decoded.labels)}
    reasons = {"used": report.used, "skipped": _reasons(report.skipped), "colour": report.colour}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        safetensors_file.write(
            folder / FILE,
            {"images": images} | labels,
            {
                "version": _VERSION,
                "size": size,
                "source": source_title(source),
                "sha256": _sha256(images),
                "label_names": decoded.label_names,
                "report": reasons | {"notes": list(report.notes)},
                "skipped": [asdict(one) for one in report.skipped[:_NAMED]],
            },
        )
    except safetensors_file.CheckpointError as error:
        raise DataError("pictures.unkept", reason=error) from error
    except OSError as error:
        raise DataError("pictures.unkept", reason=cause(error)) from error
    return report


def decode_set(
    source: Path, size: int, limits: Limits = PICTURES, progress: Callable[[int, int], None] | None = None
) -> Decoded:
    """Reads a folder or zip of images into memory; arguments, raises and what is in it as `gather`. Nothing is written,
    and what goes in and out can be pickled, so that another process may do it.
    """
    if size not in SIZES:
        raise DataError("pictures.size", small=SIZES[0], large=SIZES[1], size=size)
    title = source_title(source)
    with open_source(source, limits) as listing:
        pixels, files, skipped, notes = _read(listing, size, limits, title, progress or (lambda done, total: None))
    if len(pixels) < max(limits.fewest_images, 2):
        raise _too_few(title, len(pixels), skipped, limits)
    colour = any(bool(np.ptp(part, axis=1).max() > _GREY) for part in np.array_split(pixels, -(-len(pixels) // 512)))
    images = pixels if colour else np.ascontiguousarray(pixels[:, 1:2])  # green weighs most where they are almost equal
    folders, splits = without_splits([file[:-1] for file in files])
    if splits:
        notes.append(Sentence("pictures.splits", names=splits))
    labels, label_names = _classes(folders)
    notes += oddities(images, ["/".join(file) for file in files])
    return Decoded(images, labels, label_names, Report(len(images), skipped, colour, tuple(notes)))


def own_images(folder: Path) -> tuple[ImageSet, ImageSet]:
    """The train and the test set of the images that `gather` wrote into `folder`.

    A tenth is held out, at least 8 and at most 10,000 images, always the same. The name is "own-" and 12 digits of
    the hash of all pixels, so that the same images always have the same name.

    Raises:
        CheckpointError: no such file, a damaged one or one of something else; the message names it.
    """
    path = folder / FILE
    tensors, header = safetensors_file.read(path)
    images, labels, label_names = _checked(path, tensors, header)
    total = len(images)
    split = split_grid(total, min(max(8, total // 10), 10_000, total // 2))
    spec = DatasetSpec(
        name=_name(header["sha256"]),
        title=TITLE,
        version=str(header["version"]),
        shape=tuple(images.shape[1:]),
        sizes={name: len(split[name]) for name in ("train", "test")},
        label_names=label_names,
        factors=(),
        likelihood="bernoulli",
        licence="as the images themselves",
        source=header["source"],
        loader=partial(_load, folder),
        missing=partial(_missing, folder),
    )
    train, test = (
        StoredImages(spec, name, images[split[name]], None if labels is None else labels[split[name]].numpy())
        for name in ("train", "test")
    )
    return train, test


def find_own(folders: Iterable[Path], name: str) -> Path | None:
    """The first of the folders whose images have that name; None where they are no longer here."""
    if not name.startswith(PREFIX):
        return None
    for home in folders:
        try:
            held = safetensors_file.read_header(home / FILE).get("sha256")
        except safetensors_file.CheckpointError:  # being written, or damaged: not these
            continue
        if isinstance(held, str) and name == _name(held):
            return home
    return None


def _name(sha256: str) -> str:
    return PREFIX + sha256[:12]


def _missing(folder: Path, root: Path) -> Sentence | None:
    return None if (folder / FILE).is_file() else Sentence("pictures.gone", folder=folder)


def _load(folder: Path, root: Path, split: str, fetch: bool) -> ImageSet:
    return own_images(folder)[("train", "test").index(split)]


def _read(
    listing: Listing, size: int, limits: Limits, title: str, progress: Callable[[int, int], None]
) -> tuple[np.ndarray, list[tuple[str, ...]], tuple[Skipped, ...], list[Sentence]]:
    """Pixels (N, 3, size, size), the folders and name of each image, what is skipped, and what was decided for all."""
    files, most = listing.files, limits.most_images
    pixels = np.empty((min(len(files), most), 3, size, size), np.uint8)
    order = np.arange(len(files))
    if len(files) > most:  # the first ones would be the first classes
        order = np.random.RandomState(0).permutation(len(files))  # noqa: NPY002  a frozen stream, as for the grids
    kept, late, skipped, unlevelled = [], [], list(listing.skipped), {}
    spent, until = 0, time.monotonic() + limits.most_seconds_of_set
    for done, index in enumerate(order, start=1):
        if len(kept) == most:
            late.append(index)
            continue
        try:
            picture = decode(files[index].read(), files[index].name, size, limits.most_pixels)
        except Unusable as error:
            skipped.append(Skipped(files[index].name, error.reason))
        else:
            spent += picture.decoded
            if picture.numbers is not None or picture.alpha is not None:
                unlevelled[len(kept)] = picture
            else:
                pixels[len(kept)] = picture.pixels
            kept.append(index)
        if spent > limits.most_pixels_of_set:
            limit = f"{limits.most_pixels_of_set / 1e6:,.0f}"
            raise DataError("pictures.budget_pixels", name=title, n=f"{done:,}", total=f"{len(files):,}", limit=limit)
        if time.monotonic() > until:
            limit = f"{limits.most_seconds_of_set:,.0f}"
            raise DataError("pictures.budget_seconds", name=title, n=f"{done:,}", total=f"{len(files):,}", limit=limit)
        progress(done, len(files))
    if late:
        progress(len(files), len(files))
    notes = _level(pixels, unlevelled)
    skipped.sort(key=lambda one: one.name)
    skipped += [Skipped(files[index].name, "too_many") for index in sorted(late)]
    if len(files) > most:
        pixels, kept = pixels[np.argsort(kept)], sorted(kept)
    return pixels[: len(kept)], [files[index].parts for index in kept], tuple(skipped), notes


def _level(pixels: np.ndarray, pictures: dict[int, Picture]) -> list[Sentence]:
    """Fills in the pictures, by their rows, whose grey levels hang on those of all the others."""
    deep = [row for row, picture in pictures.items() if picture.numbers is not None]
    clear = [row for row in pictures if row not in set(deep)]
    notes = []
    for rows, levelled in (
        (deep, lambda: scaled([pictures[row].numbers for row in deep])),
        (clear, lambda: composed([pictures[row].pixels for row in clear], [pictures[row].alpha for row in clear])),
    ):
        if rows:
            images, more = levelled()
            notes += more
            for row, image in zip(rows, images, strict=True):
                pixels[row] = image
    return notes


def without_splits(folders: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], list[str]]:
    """The folders of images without the first one in which they differ, and its names, where these are the names of
    splits, as train and val; else the folders as they are, and no names.
    """
    common = len(os.path.commonprefix(folders))
    names = sorted({parts[common] for parts in folders if len(parts) > common})
    if len(names) < 2 or any(len(parts) == common for parts in folders) or not {n.lower() for n in names} <= _SPLITS:
        return folders, []
    return [parts[:common] + parts[common + 1 :] for parts in folders], names


def _classes(folders: list[tuple[str, ...]]) -> tuple[np.ndarray | None, list[str] | None]:
    """Labels (N,) and their names by the first folder in which images differ; (None, None) where these are no classes.

    Folders around everything are passed over: whoever zips a folder has one.
    """
    common = len(os.path.commonprefix(folders))
    names = sorted({parts[common] for parts in folders if len(parts) > common})
    if any(len(parts) == common for parts in folders) or not _CLASSES[0] <= len(names) <= _CLASSES[1]:
        return None, None
    number = {name: label for label, name in enumerate(names)}
    return np.array([number[parts[common]] for parts in folders], np.int64), names


def _reasons(skipped: tuple[Skipped, ...]) -> dict[str, int]:
    return dict(sorted(Counter(one.reason for one in skipped).items()))


def counted(reasons: dict[str, int]) -> list[Sentence]:
    """How many files were left out for each reason, as the page and the command line say it."""
    return [Sentence(f"skipped.{reason}", n=f"{count:,}") for reason, count in reasons.items()]


def _too_few(name: str, used: int, skipped: tuple[Skipped, ...], limits: Limits) -> DataError:
    key = {0: "pictures.none", 1: "pictures.one"}.get(used, "pictures.few")
    values = {"name": name, "n": used, "least": limits.fewest_images}
    if skipped:
        return DataError(f"{key}_skipped", skipped=counted(_reasons(skipped)), **values)
    return DataError(key, **values)


def _sha256(images: Tensor) -> str:
    digest = hashlib.sha256()
    for part in images.split(4096):
        digest.update(part.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _checked(path: Path, tensors: dict[str, Tensor], header: dict) -> tuple[Tensor, Tensor | None, tuple | None]:
    kinds = {"version": int, "size": int, "source": str, "sha256": str, "label_names": (list, type(None))}
    safetensors_file.expect_keys(path, header, kinds)
    version = header["version"]
    safetensors_file.expect(version == _VERSION, path, "version", "checkpoint.other", expected=_VERSION, actual=version)
    size, names, channels = header["size"], header["label_names"], 3
    safetensors_file.expect(size in SIZES, path, "size", "checkpoint.one_of", expected=SIZES, actual=size)
    if "images" in tensors and tensors["images"].dim() == 4 and tensors["images"].shape[1] == 1:
        channels = 1
    safetensors_file.expect_tensor(path, tensors, "images", (-1, channels, size, size), torch.uint8)
    images = tensors["images"]
    safetensors_file.expect(len(images) >= 2, path, "images", "checkpoint.two_images", actual=len(images))
    safetensors_file.expect(_sha256(images) == header["sha256"], path, "sha256", "checkpoint.other_hash")
    safetensors_file.expect(("labels" in tensors) == (names is not None), path, "labels", "checkpoint.labels_and_names")
    if names is None:
        return images, None, None
    known = _CLASSES[0] <= len(names) <= _CLASSES[1] and all(isinstance(name, str) for name in names)
    safetensors_file.expect(known, path, "label_names", "checkpoint.label_names", low=_CLASSES[0], high=_CLASSES[1])
    safetensors_file.expect_tensor(path, tensors, "labels", (len(images),), torch.int64)
    fit = bool(((tensors["labels"] >= 0) & (tensors["labels"] < len(names))).all())
    safetensors_file.expect(fit, path, "labels", "checkpoint.range", low=0, high=len(names) - 1)
    return images, tensors["labels"], tuple(names)
