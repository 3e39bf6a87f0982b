"""`python -m vae page`: a model, or two side by side, as one HTML file."""

from __future__ import annotations

import argparse
import os
from argparse import Namespace

from vae.checkpoints import checkpoint
from vae.cli.options import add_command, add_data_folder, add_out, data_folder, out_file

ENDING = ".html"


def add(commands: argparse._SubParsersAction) -> None:
    about = "Write a model, or two side by side, as one HTML file, which opens without a server."
    command = add_command(commands, "page", about, run)
    command.add_argument("file", metavar="FILE", help="a path, or the name of a shipped model")
    command.add_argument("other", metavar="FILE", nargs="?", help="a second model of the same images, to be compared")
    add_out(command, ENDING)
    command.add_argument("--light", action="store_true", help="2 MB less: without Plotly, its toolbar and its charts")
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    out = out_file(arguments, ENDING)
    paths = [checkpoint.load(file).path for file in (arguments.file, arguments.other) if file is not None]
    from vae.ui.models.loaded_model import open_model
    from vae.ui.page.export import page

    names = [path.stem.encode("utf-8", "replace").decode() for path in paths]  # bytes that no page can show
    entries = [checkpoint.Entry(name, path, None, None) for name, path in zip(names, paths, strict=True)]
    chosen = [open_model(entry, data_folder(arguments)) for entry in entries]
    text = page(*chosen, light=arguments.light).encode()
    temporary = out.with_name(f"{out.name}.{os.getpid()}.tmp")  # nobody meets half a file
    try:
        temporary.write_bytes(text)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{out}: {len(text) / 1e6:.1f} MB")
