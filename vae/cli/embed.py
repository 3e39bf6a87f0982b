"""`python -m vae embed`: add UMAP coordinates to a checkpoint."""

from __future__ import annotations

import argparse
import time
from argparse import Namespace

from tqdm import tqdm

from vae.checkpoints import checkpoint
from vae.checkpoints.export import add_map
from vae.cli.options import add_command


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "embed", "Add UMAP coordinates to a checkpoint, in place (seed 0).", run)
    command.add_argument("file", metavar="FILE", help="a path, or the name of a shipped model")


def run(arguments: Namespace) -> None:
    path = checkpoint.load(arguments.file).path
    started = time.perf_counter()
    tqdm.write(f"{path}: fitting UMAP; the first fit compiles for about a minute")
    add_map(path, "umap")
    print(f"{path}: UMAP coordinates added in {time.perf_counter() - started:.0f} s")
