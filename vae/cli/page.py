"""`python -m vae page`: a model as one HTML file."""

from __future__ import annotations

import argparse
import os
from argparse import Namespace

from vae.checkpoints import checkpoint
from vae.cli.options import add_command, add_data_folder, add_out, data_folder, out_file

ENDING = ".html"


def add(commands: argparse._SubParsersAction) -> None:
    command = add_command(commands, "page", "Write a model as one HTML file, which opens without a server.", run)
    command.add_argument("file", metavar="FILE", help="a path, or the name of a shipped model")
    add_out(command, ENDING)
    command.add_argument("--light", action="store_true", help="2 MB less: without Plotly, its toolbar and its charts")
    add_data_folder(command)


def run(arguments: Namespace) -> None:
    out = out_file(arguments, ENDING)
    path = checkpoint.load(arguments.file).path
    from vae.ui.models.loaded_model import open_model
    from vae.ui.page.export import page

    name = path.stem.encode("utf-8", "replace").decode()  # a file's name may hold bytes that no page can show
    opened = open_model(checkpoint.Entry(name, path, None, None), data_folder(arguments))
    text = page(opened, arguments.light).encode("utf-8", "replace")
    temporary = out.with_name(f"{out.name}.{os.getpid()}.tmp")  # nobody meets half a file
    try:
        temporary.write_bytes(text)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{out}: {len(text) / 1e6:.1f} MB")
