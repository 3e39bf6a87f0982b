"""`python -m vae list`: the checkpoints of a folder and what they reach."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from typing import Any

from vae.checkpoints import checkpoint, hub
from vae.cli.options import add_command, add_json
from vae.evaluation.header_figures import above_floor, first_mig
from vae.system.paths import CHECKPOINT_FOLDER
from vae.training.objectives import OBJECTIVES


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "list", "List the checkpoints of a folder and what they reach.", run)
    command.add_argument("--checkpoints", metavar="DIR", help="or a repository of the Hub; default: the project's own")
    add_json(command, "print one JSON array")


def run(arguments: Namespace) -> None:
    entries = checkpoint.list_headers(hub.folder_of(arguments.checkpoints or CHECKPOINT_FOLDER))
    if arguments.json:
        print(json.dumps([{"name": e.name, "header": e.header, "error": e.error and str(e.error)} for e in entries]))
        return
    heads = f"{'above floor':>13}{'-ELBO':>10}{'rate':>8}{'distortion':>12}{'active':>8}{'MIG':>7}{'beta':>8}"
    print(f"{'name':<24}{heads}   all in nats per image")
    for entry in entries:
        if entry.header is None:
            print(f"{entry.name:<24}{entry.error}")
            continue
        m = entry.header["metrics"]
        mig, above = first_mig(m), above_floor(m)
        score = "–" if mig is None else f"{mig[1]:.2f}"
        bound = f"{_nats(above):>13}{_nats(m['neg_elbo']):>10}{_nats(m['rate']):>8}{_nats(m['distortion']):>12}"
        active = "–" if m["active_units"] is None else m["active_units"]
        print(f"{entry.name:<24}{bound}{active:>8}{score:>7}{_beta(entry.header):>8}")


def _nats(value: float | None) -> str:
    """A figure of images; a model that came without any has none."""
    return "–" if value is None else f"{value:.2f}"


def _beta(header: dict[str, Any]) -> str:
    """The beta in force at the end of the training."""
    config = checkpoint.in_force(header)
    objective = OBJECTIVES.get(config.objective.name)
    beta = objective and objective.beta(config.objective)
    return "–" if beta is None else f"{beta:g}"
