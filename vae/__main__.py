"""The command line: python -m vae list | data | train | evaluate | embed | reader | push | pull."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import NoReturn

from vae.cli import commands
from vae.cli.own_pictures import FOLDER_DATASET
from vae.data import DATASETS
from vae.data.own.dataset import SIZES
from vae.evaluation.reader import STEPS
from vae.models.vae import NETWORKS
from vae.system.messages import KeyedError
from vae.training.objectives import OBJECTIVES, readers
from vae.training.presets import PREDECESSORS, PRESETS, describe


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence; argparse would put the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def parser() -> Parser:
    """All commands and their arguments; the choices come from the registries."""
    top = Parser(prog="python -m vae", description="Train and examine variational autoencoders.")
    metavar = "list | data | train | evaluate | embed | reader | push | pull"
    commands_of = top.add_subparsers(dest="command", required=True, metavar=metavar)

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        added = commands_of.add_parser(name, help=summary, description=summary)
        added.set_defaults(run=getattr(commands, f"run_{name}"))
        return added

    listing = command("list", "List the checkpoints of a folder and what they reach.")
    listing.add_argument("--checkpoints", metavar="DIR", help="or a repository of the Hub; default: the project's own")
    listing.add_argument("--json", action="store_true", help="print one JSON array")

    data = command("data", "Fetch or make a data set and say where it lies.")
    sets = (*DATASETS, FOLDER_DATASET)
    data.add_argument("name", choices=sets, metavar="NAME", help=f"{', '.join(sets)} (one's own, see --images)")
    _own_pictures(data)
    _data_folder(data)

    train = command("train", "Train a model and write its checkpoint.")
    train.formatter_class = argparse.RawDescriptionHelpFormatter
    train.epilog = "presets of other systems:\n" + "\n".join(_said(name) for name in PREDECESSORS)
    train.add_argument("--dataset", choices=sets, help="folder: one's own pictures, see --images")
    _own_pictures(train)
    train.add_argument("--objective", choices=OBJECTIVES)
    train.add_argument("--preset", choices=PRESETS, help="a whole recipe; other arguments change it")
    train.add_argument("--network", choices=NETWORKS)
    train.add_argument("--likelihood", choices=("bernoulli", "gaussian"))
    train.add_argument("--sigma", type=float, help="standard deviation of the Gaussian likelihood, fixed")
    train.add_argument("--beta", type=float, help=_readers("beta"))
    train.add_argument("--beta-from", type=float, metavar="B0", help="beta at the start, moved linearly to --beta")
    train.add_argument("--anneal-steps", type=int, metavar="S", help="steps over which beta or the capacity moves")
    help_knots = "beta at some steps with straight lines between, as 0:4,5000:12,9000:2"
    train.add_argument("--beta-knots", type=_knots, metavar="STEP:BETA,…", help=help_knots)
    train.add_argument("--gamma", type=float, help=_readers("gamma"))
    train.add_argument("--capacity", type=float, metavar="C", help=f"nats in the end, {_readers('capacity')}")
    train.add_argument("--latent-dim", type=int, metavar="K")
    train.add_argument("--width", type=int, help="channels of the convolutions")
    budget = train.add_mutually_exclusive_group()
    budget.add_argument("--steps", type=int, metavar="N")
    budget.add_argument("--epochs", type=float, metavar="E")
    budget.add_argument("--seconds", type=float, metavar="S", help="as many steps as fit, measured before the start")
    train.add_argument("--batch-size", type=int)
    train.add_argument("--lr", type=float)
    train.add_argument("--seed", type=int)
    train.add_argument("--device", help="cpu, cuda, cuda:1, mps; default: the fastest that is here")
    train.add_argument("--resume", metavar="FILE", help="go on from a snapshot; only the budget may change")
    train.add_argument("--out", metavar="FILE", required=True, help="NAME.safetensors")
    train.add_argument("--json", action="store_true", help="print the final metrics as one JSON object")
    _data_folder(train)

    evaluate = command("evaluate", "Measure a checkpoint on its test images; writes nothing.")
    evaluate.add_argument("file", metavar="FILE", help="a path, or the name of a shipped model")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    _data_folder(evaluate)

    embed = command("embed", "Add UMAP coordinates to a checkpoint, in place (seed 0).")
    embed.add_argument("file", metavar="FILE", help="a path, or the name of a shipped model")

    reader = command("reader", "Train the network that reads a data set's factors off pictures, and write it.")
    reader.add_argument("dataset", choices=DATASETS, metavar="DATASET", help=", ".join(DATASETS))
    reader.add_argument("--steps", type=int, metavar="N", default=STEPS, help="default: %(default)s")
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--out", metavar="FILE", required=True, help="NAME.safetensors")
    reader.add_argument("--json", action="store_true", help="print what it reaches as one JSON array")
    _data_folder(reader)

    push = command("push", "Put a checkpoint into a repository of the Hugging Face Hub, with a model card.")
    push.add_argument("file", metavar="NAME", help="of a shipped model, or a path")
    push.add_argument("repo", metavar="REPO", help="user/name; it is made where there is none")
    push.add_argument("--private", action="store_true", help="make a new repository private")
    push.add_argument("--json", action="store_true", help="print one JSON object")

    pull = command("pull", "Fetch the checkpoints of a repository of the Hugging Face Hub.")
    pull.add_argument("repo", metavar="REPO", help="user/name")
    pull.add_argument("--to", metavar="DIR", help="default: the project's own checkpoints")
    pull.add_argument("--replace", action="store_true", help="take the place of other files of the same names")
    pull.add_argument("--json", action="store_true", help="print one JSON array")
    return top


def _said(preset: str) -> str:
    return textwrap.fill(f"{preset}: {describe(preset)}", 100, initial_indent="  ", subsequent_indent="    ")


def _readers(number: str) -> str:
    """The losses that read a number."""
    return "; ".join(f"{name}: {OBJECTIVES[name].formula}" for name in readers(number))


def _knots(text: str) -> tuple[tuple[int, float], ...]:
    try:
        pairs = [pair.split(":") for pair in text.split(",")]
        return tuple((int(step), float(beta)) for step, beta in pairs)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not STEP:BETA,STEP:BETA,…") from None


def _own_pictures(to: argparse.ArgumentParser) -> None:
    help_images = "for folder: a folder of pictures, with all folders in it, or a zip; folders side by side are classes"
    to.add_argument("--images", metavar="PATH", help=help_images)
    help_size = "for folder: pixels of their middle square once resized; default: %s"
    to.add_argument("--size", type=int, choices=SIZES, help=help_size % SIZES[-1])


def _data_folder(to: argparse.ArgumentParser) -> None:
    to.add_argument("--data", metavar="DIR", help="folder of data sets; default: $LATENT_EXPLORER_DATA, else a cache")


def main(arguments: list[str] | None = None) -> int:
    """Runs one command. Returns 0, or 2 after a sentence that says what was wrong."""
    parsed = parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except (KeyedError, OSError) as error:  # OSError: say, a name too long for the disk
        print(f"python -m vae {parsed.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; what was saved stays", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
