"""`python -m vae data`: fetch or make a data set."""

from __future__ import annotations

import argparse
from argparse import Namespace

from vae.cli.options import add_command, add_data_folder, add_own_pictures, data_folder
from vae.cli.own_pictures import dataset_names, resolve_dataset
from vae.data import SPLITS, load


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "data", "Fetch or make a data set and say where it lies.", run)
    about = f"{', '.join(dataset_names())} (one's own, see --images)"
    command.add_argument("name", choices=dataset_names(), metavar="NAME", help=about)
    add_own_pictures(command)
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    name = resolve_dataset(arguments, arguments.name, data_folder(arguments))
    for split in SPLITS:
        images = load(name, split, data_folder(arguments))
        print(f"{images.name} {split}: {len(images):,} images {images.spec.shape}, sha256 of the pixels: ", end="")
        print(images.sha256() if split == "test" else "not taken", flush=True)
    print(f"data folder: {data_folder(arguments)}; licence: {images.spec.licence}")
