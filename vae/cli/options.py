"""Commands and the options that several of them share."""

from __future__ import annotations

import argparse
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from vae.checkpoints.checkpoint import Model
from vae.config import ConfigError
from vae.data import DATASETS, default_root
from vae.data.own.dataset import SIZES
from vae.system.messages import cause
from vae.system.safetensors_file import CheckpointError


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence; argparse would put the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def add_command(
    commands: argparse._SubParsersAction, name: str, summary: str, run: Callable[[Namespace], None]
) -> argparse.ArgumentParser:
    """A command without its arguments; `run` gets them once they are parsed."""
    command = commands.add_parser(name, help=summary, description=summary)
    command.set_defaults(run=run)
    return command


def add_own_pictures(command: argparse.ArgumentParser) -> None:
    """--images and --size, of a data set of one's own pictures."""
    about = "for folder: a folder of pictures, with all folders in it, or a zip; folders side by side are classes"
    command.add_argument("--images", metavar="PATH", help=about)
    about = f"for folder: pixels of their middle square once resized; default: {SIZES[-1]}"
    command.add_argument("--size", type=int, choices=SIZES, help=about)


def add_data_folder(command: argparse.ArgumentParser) -> None:
    """--data."""
    about = "folder of data sets; default: $LATENT_EXPLORER_DATA, else a cache"
    command.add_argument("--data", metavar="DIR", help=about)


def data_folder(arguments: Namespace) -> Path:
    """The folder of data sets."""
    return Path(arguments.data) if arguments.data else default_root()


def expect_version(model: Model) -> None:
    """Raises CheckpointError where the images of a model's data set are others today than those that it has learned."""
    spec, trained_on = DATASETS.get(model.config.dataset), model.header["dataset"]["version"]
    if spec and (spec.version, spec.shape) != (trained_on, model.config.model.shape):
        then, here = f"{trained_on} {model.config.model.shape}", f"{spec.version} {spec.shape}"
        raise CheckpointError("checkpoint.other_version", file=model.path, name=spec.name, then=then, here=here)


def add_device(command: argparse.ArgumentParser) -> None:
    """--device."""
    command.add_argument("--device", help="cpu, cuda, cuda:1, mps; default: the fastest that is here")


CHECKPOINT = ".safetensors"


def add_out(command: argparse.ArgumentParser, ending: str = CHECKPOINT) -> None:
    """--out."""
    command.add_argument("--out", metavar="FILE", required=True, help=f"NAME{ending}")


def out_file(arguments: Namespace, ending: str = CHECKPOINT) -> Path:
    """Where the result goes, tried before what makes it may take hours.

    Raises:
        ConfigError: its folder is missing or cannot be written, it is a folder or of another ending, or its name is too
            long.
    """
    out = Path(arguments.out)
    try:
        fits = out.suffix == ending and out.parent.is_dir() and not out.is_dir()
    except OSError as error:  # a name too long to be asked for
        raise ConfigError("command.out_unwritable", path=out, why=cause(error)) from error
    if not fits:
        raise ConfigError("command.out", path=out, ending=ending)
    trial = out.with_name(f"{out.name}.{os.getpid()}.tmp")  # the longest name that is written on the way
    try:
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise ConfigError("command.out_unwritable", path=out, why=cause(error)) from error
    return out


def add_json(command: argparse.ArgumentParser, about: str) -> None:
    """--json."""
    command.add_argument("--json", action="store_true", help=about)
