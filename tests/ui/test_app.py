"""`python app.py` with wrong arguments: one sentence, exit code 2, quickly. And what its first page costs."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    return subprocess.run([sys.executable, ROOT / "app.py", *arguments], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "0"],
        ["--port", "99999"],
        ["--port", "x"],
        ["--checkpoints", "no/such/folder"],
        ["--data", __file__],
        ["--what"],
    ],
    ids=" ".join,
)
def test_a_wrong_argument_is_one_sentence(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()[-1]) < 300


def test_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = run("--port", str(server.getsockname()[1]))
    assert done.returncode == 2 and "Cannot listen" in done.stderr and "Traceback" not in done.stderr


def test_the_first_map_imports_nothing_heavy(trained):
    code = (
        "import sys, json; from pathlib import Path; from vae.ui import Shared, build_demo; "
        f"build_demo(Shared.of(Path({str(trained.path.parent)!r}), Path('nowhere'), Path('runs'))); "
        "print(json.dumps([m for m in ('torchvision', 'umap', 'plotly', 'numba') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.strip().splitlines()[-1]) == []
