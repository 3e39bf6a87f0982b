"""`python -m vae list`: the checkpoints of a folder and what they reach."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace

from vae.checkpoints import checkpoint, hub
from vae.cli.options import add_command, add_json
from vae.system.paths import CHECKPOINT_FOLDER


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "list", "List the checkpoints of a folder and what they reach.", run)
    command.add_argument("--checkpoints", metavar="DIR", help="or a repository of the Hub; default: the project's own")
    add_json(command, "print one JSON array")


def run(arguments: Namespace) -> None:
    entries = checkpoint.list_headers(hub.folder_of(arguments.checkpoints or CHECKPOINT_FOLDER))
    if arguments.json:
        print(json.dumps([{"name": e.name, "header": e.header, "error": e.error and str(e.error)} for e in entries]))
        return
    print(f"{'name':<24}{'-ELBO':>9}{'rate':>8}{'distortion':>12}{'active':>8}{'MIG':>7}   all in nats per image")
    for entry in entries:
        if entry.header is None:
            print(f"{entry.name:<24}{entry.error}")
            continue
        m = entry.header["metrics"]
        score = "–" if m.get("mig") is None else f"{m['mig']:.2f}"
        bound = f"{m['neg_elbo']:>9.2f}{m['rate']:>8.2f}{m['distortion']:>12.2f}"
        print(f"{entry.name:<24}{bound}{m['active_units']:>8}{score:>7}")
