"""`python -m vae pull`: fetch the checkpoints of a repository of the Hub."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from pathlib import Path

from vae.checkpoints import hub
from vae.cli.options import add_command, add_json
from vae.system.paths import CHECKPOINT_FOLDER


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "pull", "Fetch the checkpoints of a repository of the Hugging Face Hub.", run)
    command.add_argument("repo", metavar="REPO", help="user/name")
    command.add_argument("--to", metavar="DIR", help="default: the project's own checkpoints")
    command.add_argument("--replace", action="store_true", help="take the place of other files of the same names")
    add_json(command, "print one JSON array")


def run(arguments: Namespace) -> None:
    pulled = hub.pull(arguments.repo, Path(arguments.to or CHECKPOINT_FOLDER), arguments.replace)
    print(json.dumps([str(path) for path in pulled]) if arguments.json else "\n".join(map(str, pulled)))
