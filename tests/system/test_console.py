"""Every command prints what it has to say, whatever the encoding of the terminal."""

import io
import sys

import pytest

from vae.cli.main import COMMANDS, main, parser
from vae.system.console import show_any_text

ENCODINGS = ("cp949", "latin-1", "ascii", "cp437")
NAMES = list(parser()._subparsers._group_actions[0].choices)


@pytest.fixture(params=ENCODINGS)
def terminal(request, monkeypatch):
    """terminal(arguments…) -> exit code and what a terminal of that encoding shows."""

    def call(*arguments):
        streams = [io.TextIOWrapper(io.BytesIO(), encoding=request.param, write_through=True) for _ in range(2)]
        monkeypatch.setattr(sys, "stdout", streams[0])
        monkeypatch.setattr(sys, "stderr", streams[1])
        try:
            code = main(list(arguments))
        except SystemExit as left:  # argparse
            code = left.code
        return code, "".join(stream.buffer.getvalue().decode(request.param) for stream in streams)

    return call


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in NAMES)], ids=" ".join)
def test_help(terminal, arguments):
    assert len(NAMES) == len(COMMANDS)
    code, text = terminal(*arguments)
    assert code == 0 and "usage:" in text


def test_list(terminal):
    code, text = terminal("list")
    assert code == 0
    assert any(row.startswith("mnist-vae") for row in text.splitlines())


def test_a_wrong_argument(terminal):
    code, text = terminal("evaluate", "고양이–β")
    assert code == 2 and "python -m vae evaluate:" in text


def test_letters_become_what_people_write_for_them(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    show_any_text()
    print("−ELBO – 178×218 β 4 ± .1 R² … é 곰")
    assert stream.buffer.getvalue().decode() == "-ELBO - 178x218 beta 4 +/- .1 R2 ... e ?\n"
