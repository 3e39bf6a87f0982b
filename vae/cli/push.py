"""`python -m vae push`: put a checkpoint into a repository of the Hub."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace

from vae.checkpoints import hub
from vae.cli.options import add_command, add_json


def add(commands: argparse._SubParsersAction) -> None:
    about = "Put a checkpoint into a repository of the Hugging Face Hub, with a model card."
    command = add_command(commands, "push", about, run)
    command.add_argument("file", metavar="NAME", help="of a shipped model, or a path")
    command.add_argument("repo", metavar="REPO", help="user/name; it is made where there is none")
    command.add_argument("--private", action="store_true", help="make a new repository private")
    add_json(command, "print one JSON object")


def run(arguments: Namespace) -> None:
    address = hub.push(arguments.file, arguments.repo, arguments.private)
    print(json.dumps({"repository": address}) if arguments.json else f"{arguments.file}: pushed to {address}")
