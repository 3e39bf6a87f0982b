"""`python -m vae import`: a model of another program as a checkpoint."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path

from vae.checkpoints import checkpoint
from vae.cli.options import add_command, add_data_folder, add_out, data_folder, out_file
from vae.cli.own_pictures import gather_pictures
from vae.cli.report import Stages
from vae.config import ConfigError
from vae.data import DATASETS, ImageSet, load
from vae.data.own.dataset import SIZES, own_images
from vae.evaluation.latent_use import awake
from vae.importers import KINDS
from vae.importers.export import export_with_draws, export_with_images
from vae.importers.foreign import plain_name

RANGES = {"0,1": (0.0, 1.0), "-1,1": (-1.0, 1.0)}  # of --pixels


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "import", "Write a model of another program as a checkpoint.", run)
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = "kinds:\n" + "\n".join(f"  {kind.name}: {kind.about}" for kind in KINDS.values())
    command.add_argument("kind", metavar="KIND", choices=KINDS, help=" | ".join(KINDS))
    command.add_argument("path", metavar="PATH", help="what the kind asks for, see below")
    command.add_argument("--name", help="what the model is called; default: that of FILE")
    about = "images to encode: a data set, or a folder or zip of pictures; default: draws from the model's prior"
    command.add_argument("--images", metavar="DATASET|FOLDER", help=about)
    about = f"pixels that it was trained with, for {', '.join(_asking())}: 0,1 (default), or as --pixels=-1,1"
    command.add_argument("--pixels", metavar="LOW,HIGH", choices=RANGES, help=about)
    add_out(command)
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    out = out_file(arguments)
    kind, name = KINDS[arguments.kind], plain_name(arguments.name or out.stem)
    foreign = kind.read(Path(arguments.path), _pixels(arguments))
    if arguments.images is None:
        with Stages() as stages:
            count = export_with_draws(foreign, kind.name, name, out, stages)
        what = f"{count:,} draws from its prior, for it comes without images; --images encodes real ones"
    else:
        test = _images(arguments, foreign.network.config.shape)
        with Stages() as stages:
            metrics = export_with_images(foreign, kind.name, name, test, out, stages)
        what = f"{len(test):,} images of {test.name}: -ELBO {metrics['neg_elbo']:.2f} nats"
    model = checkpoint.load(out)
    used = len(awake(model.stats["kl"]))
    print(f"{out}: {used} of {model.config.model.latent_dim} latents in use over {what}")


def _asking() -> list[str]:
    """The kinds whose files do not tell the range of their pixels."""
    return [kind.name for kind in KINDS.values() if len(kind.pixels) > 1]


def _pixels(arguments: Namespace) -> tuple[float, float]:
    """Raises ConfigError where a range is given for files of one range alone."""
    kind = KINDS[arguments.kind]
    if arguments.pixels is None:
        return kind.pixels[0]
    if kind.name not in _asking():
        raise ConfigError("command.pixels", kinds=_asking(), value=kind.name)
    return RANGES[arguments.pixels]


def _images(arguments: Namespace, shape: tuple[int, int, int]) -> ImageSet:
    """The test images of a data set of that name, else of the pictures at that path."""
    if arguments.images in DATASETS:
        return load(arguments.images, "test", data_folder(arguments))
    if shape[1:] not in [(size, size) for size in SIZES]:
        raise ConfigError("command.import_size", size=f"{shape[1]}×{shape[2]}", sizes=SIZES)
    return own_images(gather_pictures(Path(arguments.images), shape[1], data_folder(arguments)))[1]
