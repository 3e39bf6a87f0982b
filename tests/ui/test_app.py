"""`python app.py` with wrong arguments: one sentence, exit code 2, quickly. And what its first page costs."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    return subprocess.run([sys.executable, ROOT / "app.py", *arguments], capture_output=True, text=True, timeout=180)


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


@pytest.mark.parametrize(("name", "value"), [("GRADIO_SERVER_PORT", "x"), ("GRADIO_SERVER_PORT", "99999")])
def test_a_wrong_variable_is_one_sentence_too(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    done = run()
    assert done.returncode == 2 and value in done.stderr and "Traceback" not in done.stderr


def test_tools_need_a_package_that_is_named():
    hidden = "import importlib.util, runpy, sys; importlib.util.find_spec = lambda name: None"
    start = f"{hidden}; sys.argv = ['app.py', '--mcp']; runpy.run_path({str(ROOT / 'app.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, timeout=180)
    assert done.returncode == 2 and "pip install 'gradio[mcp]'" in done.stderr and "Traceback" not in done.stderr


def test_a_host_says_where_to_listen(monkeypatch):
    """A Space sets these; what stands on the command line comes first."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("GRADIO_SERVER_NAME", "127.0.0.1")
        monkeypatch.setenv("GRADIO_SERVER_PORT", str(port))
        assert f"port {port}" in run().stderr
        assert "99999" in run("--port", "99999").stderr


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
