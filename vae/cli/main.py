"""All commands of `python -m vae`, and how one is run."""

from __future__ import annotations

import sys

from vae.cli import data, embed, evaluate, importing, listing, page, pull, push, reader, refit, train, udr
from vae.cli.options import Parser
from vae.system.console import show_any_text
from vae.system.messages import KeyedError
from vae.system.paths import stand_in_home

COMMANDS = (listing, data, train, refit, evaluate, udr, embed, reader, importing, page, push, pull)


def parser() -> Parser:
    """All commands and their arguments; the choices come from the registries."""
    top = Parser(prog="python -m vae", description="Train and examine variational autoencoders.")
    commands = top.add_subparsers(dest="command", required=True)
    for module in COMMANDS:
        module.add(commands)
    commands.metavar = " | ".join(commands.choices)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Runs one command. Returns 0, or 2 after a sentence that says what was wrong."""
    show_any_text()
    stand_in_home()
    parsed = parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except (KeyedError, OSError) as error:  # OSError: say, a name too long for the disk
        print(f"python -m vae {parsed.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stopped:
        print(f"stopped{''.join(f'; {word}' for word in stopped.args)}", file=sys.stderr)
        return 130
    return 0
