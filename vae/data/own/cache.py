"""Sets of one's own pictures cached below the data folder, and found there by the set's name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vae.data.cache import cache_dirs, first_writable
from vae.data.imageset import DataError, ImageSet
from vae.data.own.dataset import FILE, find_own, gather, own_images
from vae.system import safetensors_file
from vae.system.limits import HOST_PICTURES
from vae.system.messages import Sentence, restored

FOLDER = "own"  # below the data folder
_READING = 2  # counts up where the same files give other images than before; 1 guessed the range of each picture alone


def gather_cached(
    source: Path, size: int, root: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[Path, dict[str, Any]]:
    """As `own.gather`, below the data folder `root`, but only where these files have not been gathered before. They
    are the host's own: links are followed, and reading may take its time.

    Returns:
        the folder that `own.own_images` reads, and what came of it: "used", "skipped" (numbers by reason), "colour",
        "notes" (sentences).

    Raises:
        DataError: as `own.gather`.
    """
    places = cache_dirs(root, FOLDER)
    key = _fingerprint(source, size)
    for place in places:
        try:
            return place / key, _report(place / key)
        except (safetensors_file.CheckpointError, KeyError):  # not gathered yet, or damaged: both end in gathering
            continue
    home = first_writable(places) / key
    gather(source, size, home, HOST_PICTURES, progress)
    return home, _report(home)


def _report(home: Path) -> dict[str, Any]:
    report = safetensors_file.read_header(home / FILE)["report"]
    notes = [note for note in map(restored, report["notes"]) if isinstance(note, Sentence)]
    return report | {"notes": notes}


def find_gathered(name: str, root: Path) -> Path | None:
    """The folder below the data folder (or in the user's cache) whose images have that name."""
    places = (place for place in cache_dirs(root, FOLDER) if place.is_dir())
    return find_own((home for place in places for home in place.iterdir()), name)


def load_gathered(name: str, split: str, root: Path) -> ImageSet:
    """A split of images that were gathered, by the name of their set.

    Raises:
        DataError: they are not there, or damaged.
    """
    found = find_gathered(name, root)
    if found is None:
        command = "python -m vae data folder --images PATH"
        raise DataError("pictures.gathered_gone", name=name, folder=root / FOLDER, command=command)
    try:
        train, test = own_images(found)
    except safetensors_file.CheckpointError as error:
        raise DataError(error.key, **error.values) from error
    return {"train": train, "test": test}[split]


def _fingerprint(source: Path, size: int) -> str:
    """The same for the same files, as their names, sizes and times tell; none is opened."""
    digest = hashlib.sha256(f"{_READING} {size} {source.resolve()}".encode("utf-8", "replace"))
    walked = os.walk(source, followlinks=True) if source.is_dir() else [(str(source.parent), [], [source.name])]
    entered = set()
    for folder, inside, files in walked:
        inside.sort()
        true = os.path.realpath(folder)
        if true in entered:  # by a link; without an end, where that leads upward
            inside.clear()
            continue
        entered.add(true)
        for path in sorted(Path(folder, name) for name in files):
            try:
                stat = path.stat()
            except OSError:  # a link to nowhere: whoever reads the files will skip and name it
                continue
            digest.update(f"{path}\0{stat.st_size} {stat.st_mtime_ns}\0".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]
