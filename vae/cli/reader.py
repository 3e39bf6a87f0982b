"""`python -m vae reader`: train the network that reads factors off pictures."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace

from vae.cli.options import add_command, add_data_folder, add_json, add_out, data_folder, out_file
from vae.cli.report import Stages, figure
from vae.data import DATASETS, load
from vae.evaluation.reader import STEPS, save_reader, train_reader


def add(commands: argparse._SubParsersAction) -> None:
    about = "Train the network that reads a data set's factors off pictures, and write it."
    command = add_command(commands, "reader", about, run)
    command.add_argument("dataset", choices=DATASETS, metavar="DATASET", help=", ".join(DATASETS))
    command.add_argument("--steps", type=int, metavar="N", default=STEPS, help="default: %(default)s")
    command.add_argument("--seed", type=int, default=0)
    add_out(command)
    add_json(command, "print what it reaches as one JSON array")
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    out = out_file(arguments)
    train_images, test = (load(arguments.dataset, split, data_folder(arguments)) for split in ("train", "test"))
    with Stages() as stages:
        reader = train_reader(train_images, test, arguments.steps, arguments.seed, stages)
    save_reader(reader, out)
    if arguments.json:
        print(json.dumps(reader.accuracy))
        return
    print(f"{'factor':<16}{'R²':>8}{'right':>8}{'noise':>10}   {out}, on {len(test):,} test images")
    for row in reader.accuracy:
        print(f"{row['name']:<16}{figure(row['r2']):>8}{row['accuracy']:>8.3f}{row['noise']:>10.2g}")
