"""`python app.py` with wrong arguments: one sentence, exit code 2, quickly. And what its first page costs."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import pytest

import app
from vae.system.folder_lock import FolderLock

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
        ["--auth", "ada"],
        ["--auth", ""],
        ["--auth", ":secret"],
        ["--auth", "ada:secret", "--mcp"],
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "variables", "warned"),
    [
        (["--host", "127.0.0.1"], {}, False),
        (["--host", "0.0.0.0"], {}, True),
        (["--host", "0.0.0.0", "--auth", "ada:secret:x"], {}, False),
        (["--host", "0.0.0.0"], {"LATENT_EXPLORER_AUTH": "ada:secret:x"}, False),
    ],
)
def test_who_listens_to_all_without_a_password_is_told(tmp_path, arguments, variables, warned):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    words = [sys.executable, ROOT / "app.py", "--port", str(port), "--runs", tmp_path, *arguments]
    surroundings = {key: value for key, value in os.environ.items() if key != "SPACE_ID"} | variables
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=surroundings) as app:
        try:
            while "http://" not in (line := app.stdout.readline()):
                assert line or app.poll() is None
            address = f"http://127.0.0.1:{port}/gradio_api/info"
            status = None
            while status is None:
                assert app.poll() is None
                try:
                    status = httpx.get(address).status_code
                except httpx.TransportError:
                    time.sleep(0.1)
            assert status == (401 if "secret" in f"{arguments}{variables}" else 200)
        finally:
            app.terminate()
        assert ("--auth" in app.stdout.read()) == warned


def test_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = run("--port", str(server.getsockname()[1]))
    assert done.returncode == 2 and "Cannot listen" in done.stderr and "Traceback" not in done.stderr


def test_the_first_map_imports_nothing_heavy(trained):
    code = (
        "import sys, json; from pathlib import Path; from vae.ui import Shared, build_demo; "
        f"build_demo(Shared.of(Path({str(trained.path.parent)!r}), Path('nowhere'), Path('runs'))); "
        "print(json.dumps([m for m in ('torchvision', 'umap', 'plotly', 'numba') if m in sys.modules])); "
        "assert 'narwhals.stable' in sys.modules, 'Plotly and scikit-learn in two threads would fail over it'"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.strip().splitlines()[-1]) == []


def loopback_of_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not loopback_of_ipv6(), reason="no IPv6 here")


@needs_ipv6
@pytest.mark.parametrize("host", ["::1", "[::1]", "::", "ip6-localhost"])
def test_an_address_of_ipv6_is_one_to_listen_on(host):
    """A name may stand for one too."""
    if host == "ip6-localhost":
        try:
            socket.getaddrinfo(host, 0)
        except OSError:
            pytest.skip("no such name here")
    assert app.parse(["--host", host, "--port", "7861"]).host == host.strip("[]")


@needs_ipv6
def test_a_port_that_is_taken_there_is_said():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server, pytest.raises(SystemExit):
        app.parse(["--host", "::1", "--port", str(server.getsockname()[1])])


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "localhost"),
        ("0.0.0.0", "localhost"),
        ("::", "localhost"),
        ("::1", "[::1]"),
        ("fe80::1", "[fe80::1]"),
        ("10.0.0.2", "10.0.0.2"),
    ],
)
def test_the_address_that_is_printed_is_one_that_opens(host, address):
    assert app.written(host) == address


def bare(*command, **variables):
    """The beginning of a command that runs as `docker run -u 12345 --read-only` would: a user without a name or home,
    who can read everything and write nothing but the folder for temporary files.
    """
    if not hasattr(os, "getuid") or os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("takes root and setpriv")
    caps = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]  # Python may lie in root's home
    user = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups", *caps]
    named = [f"{name}={value}" for name, value in variables.items()]
    return [*user, "env", "-i", f"PATH={os.environ['PATH']}", *named, sys.executable, *command]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp949", "latin-1"])
def test_it_starts_in_a_bare_container(tmp_path, encoding):
    """No home, code that cannot be written, a terminal of another encoding, IPv6 by the variable that hosts set."""
    where = ("::1", socket.AF_INET6) if loopback_of_ipv6() else ("127.0.0.1", socket.AF_INET)
    with socket.create_server((where[0], 0), family=where[1]) as server:
        port = server.getsockname()[1]
    tmp_path.chmod(0o777)
    names = {"PYTHONIOENCODING": encoding, "TMPDIR": tmp_path, "GRADIO_SERVER_NAME": where[0]}
    command = bare(ROOT / "app.py", "--port", str(port), **names)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/") as started:
        try:
            address = f"http://{app.written(where[0])}:{port}"
            assert answered(address, started), started.stdout.read().decode(encoding)
        finally:
            started.terminate()
        assert address in started.stdout.read().decode(encoding)


def answered(address, process, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            return urllib.request.urlopen(address, timeout=30).status == 200
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    return False


@pytest.mark.slow
def test_umap_is_fitted_in_a_bare_container(tmp_path, trained):
    """numba keeps what it compiles where it may."""
    shutil.copy(trained.path, tmp_path / "a.safetensors")
    tmp_path.chmod(0o777)
    (tmp_path / "a.safetensors").chmod(0o666)
    command = bare("-B", "-m", "vae", "embed", tmp_path / "a.safetensors", TMPDIR=tmp_path, PYTHONPATH=ROOT)
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, cwd="/")
    assert done.returncode == 0, done.stderr
    assert "UMAP coordinates added" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp949", "latin-1"])
def test_commands_run_in_a_bare_container(tmp_path, encoding):
    tmp_path.chmod(0o777)
    model = tmp_path / "a.safetensors"
    tiny = ["--dataset", "digits", "--width", "4", "--latent-dim", "3", "--steps", "4"]
    for words in (["list"], ["data", "digits"], ["train", *tiny, "--out", model], ["evaluate", model]):
        command = bare("-m", "vae", *words, PYTHONIOENCODING=encoding, TMPDIR=tmp_path, PYTHONPATH=ROOT)
        done = subprocess.run(command, capture_output=True, timeout=300, cwd="/")
        assert done.returncode == 0, done.stderr.decode(encoding)
        assert done.stdout.decode(encoding)


def test_a_second_app_on_the_same_runs_is_refused_in_one_sentence(tmp_path):
    held = FolderLock(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = run("--port", str(port), "--runs", str(tmp_path))
    held.release()
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith(f"Another app uses the runs in {tmp_path}: ")
