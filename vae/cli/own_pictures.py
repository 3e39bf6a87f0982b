"""One's own pictures as a data set of the command line: `--dataset folder --images PATH`."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from tqdm import tqdm

from vae.config import ConfigError
from vae.data import DATASETS
from vae.data.own.cache import gather_cached
from vae.data.own.dataset import SIZES, counted, own_images

FOLDER_DATASET = "folder"  # no row of the registry: shape and classes are known once the pictures are


def dataset_names() -> tuple[str, ...]:
    """What --dataset takes: the registry's rows, and one's own pictures."""
    return (*DATASETS, FOLDER_DATASET)


def resolve_dataset(arguments: Namespace, dataset: str | None, root: Path) -> str | None:
    """The name of the data set that is meant: for "folder" that of one's own images, gathered below `root`.

    Raises:
        ConfigError: --images or --size without that data set, or it without --images.
        DataError: the images cannot be used.
    """
    if dataset != FOLDER_DATASET:
        for key in ("images", "size"):
            if getattr(arguments, key) is not None:
                raise ConfigError("command.own_only", option=f"--{key}", dataset=FOLDER_DATASET)
        return dataset
    if arguments.images is None:
        raise ConfigError("command.no_images", dataset=FOLDER_DATASET)
    home = gather_pictures(Path(arguments.images), arguments.size or SIZES[-1], root)
    return own_images(home)[0].name


def gather_pictures(source: Path, size: int, root: Path) -> Path:
    """The folder, below `root`, of the pictures of a folder or zip, for `own_images`; standard error says what came of
    them, after a progress bar.

    Raises:
        DataError: they cannot be used.
    """
    with tqdm(desc="reading pictures", unit=" files") as bar:

        def read(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        home, report = gather_cached(source, size, root, read)
    skipped = ", ".join(map(str, counted(report["skipped"])))
    tqdm.write(f"{report['used']:,} pictures are used; skipped: {skipped or 'none'}; kept in {home}", file=sys.stderr)
    for note in report["notes"]:
        tqdm.write(str(note), file=sys.stderr)
    return home
