"""`python -m vae udr`: rank the trainings of a recipe without factors."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace

from vae.checkpoints import checkpoint
from vae.checkpoints.seeds import SCORED, record_runs, runs
from vae.cli.options import add_command, add_json
from vae.cli.report import figure


def add(commands: argparse._SubParsersAction) -> None:
    about = (
        "Rank trainings that differ in their seed by UDR: whose latents the others have, too; no factor is looked at."
    )
    command = add_command(commands, "udr", about, run)
    command.add_argument("files", metavar="FILE", nargs="+", help="paths or names of two checkpoints or more")
    command.add_argument("--write", action="store_true", help="record the ranking in the header of each file")
    add_json(command, "print one JSON array")


def run(arguments: Namespace) -> None:
    models = [checkpoint.load(file) for file in arguments.files]
    found = runs(models)
    if arguments.write:
        record_runs([model.path for model in models], found)
    if arguments.json:
        print(json.dumps(found))
        return
    print(f"{'name':<24}{'seed':>6}{'UDR':>8}" + "".join(f"{key:>21}" for key in SCORED))
    for row in sorted(found, key=lambda row: -row["udr"]):
        scores = "".join(f"{figure(row[key]):>21}" for key in SCORED)
        print(f"{row['name']:<24}{row['seed']:>6}{row['udr']:>8.3f}{scores}")
