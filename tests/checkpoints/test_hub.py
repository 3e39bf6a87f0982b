"""Checkpoints to and from a stand-in of the Hub; and one sentence, soon, for whatever the Hub cannot give or take."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time

import huggingface_hub.constants
import pytest
from stand_in_hub import TOKEN, running

from vae.checkpoints import checkpoint, hub
from vae.cli.main import main
from vae.evaluation.reader import READERS
from vae.ui.models.catalog import Catalog

RESOLVE = "/{repo_id}/resolve/{revision}/{filename}"


@pytest.fixture(scope="module")
def server():
    with running() as running_hub:
        yield running_hub


@pytest.fixture
def at(monkeypatch, tmp_path):
    """at(url): huggingface_hub asks there, with a cache of its own; it reads its variables when it is imported."""
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HUGGING_FACE_HUB_TOKEN", raising=False)

    def turn(url: str) -> None:
        monkeypatch.setattr(constants, "ENDPOINT", url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + RESOLVE)

    return turn


@pytest.fixture
def there(server, at, trained):
    """The stand-in, with a repository that somebody else has filled."""
    server.repositories.clear(), server.private.clear(), server.asked.clear()
    server.repositories["bob/models"] = {
        ".gitattributes": b"",
        "README.md": b"Mine.",
        "tiny.safetensors": trained.path.read_bytes(),
        "readers/digits.safetensors": (READERS / "digits.safetensors").read_bytes(),
        "old/tiny.safetensors": b"of another place",
        "pickled.bin": b"not to be fetched",
    }
    at(server.url)
    return server


@pytest.fixture
def run(capsys):
    """run(arguments…): exit code, standard output, standard error."""

    def call(*arguments):
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = left.code
        return code, *capsys.readouterr()

    return call


def sentence(answer, *parts):
    code, out, err = answer
    said = err.strip().splitlines()[-1]
    assert code == 2 and not out and "Traceback" not in err and len(said) < 300
    assert all(part in said for part in parts), said


@pytest.fixture
def ada(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)


def test_a_model_goes_there_and_comes_back(run, there, ada, trained, tmp_path):
    code, out, _ = run("push", trained.path, "ada/digits", "--json")
    assert code == 0 and json.loads(out) == {"repository": f"{there.url}/ada/digits"}
    held = there.repositories["ada/digits"]
    assert set(held) == {"tiny.safetensors", "README.md"} and held["tiny.safetensors"] == trained.path.read_bytes()
    code, out, _ = run("pull", "hf://ada/digits", "--to", tmp_path / "here", "--json")
    assert code == 0 and json.loads(out) == [str(tmp_path / "here" / "tiny.safetensors")]
    assert (tmp_path / "here" / "tiny.safetensors").read_bytes() == trained.path.read_bytes()
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["tiny.safetensors"]


def test_the_card_says_what_the_file_says_and_is_written_once(run, there, ada, trained, flat):
    assert run("push", trained.path, "ada/digits")[0] == 0
    card = there.repositories["ada/digits"]["README.md"].decode()
    metrics = trained.metrics
    assert card.startswith("---\n") and f"| −ELBO | {metrics['neg_elbo']:.2f} nats per image |" in card
    assert "python -m vae pull ada/digits" in card and f"| active units | {metrics['active_units']} of 6 |" in card
    there.repositories["ada/digits"]["README.md"] = b"My own words."
    assert run("push", flat, "ada/digits")[0] == 0
    assert there.repositories["ada/digits"]["README.md"] == b"My own words."
    assert {"tiny.safetensors", "flat.safetensors"} < set(there.repositories["ada/digits"])


def test_a_private_repository(run, there, ada, trained, monkeypatch):
    assert run("push", trained.path, "ada/secret", "--private")[0] == 0
    assert there.private == {"ada/secret"}
    monkeypatch.delenv("HF_TOKEN")
    sentence(run("pull", "ada/secret"), "There is no repository ada/secret", "or it is private")


def test_only_checkpoints_and_readers_are_fetched(run, there, trained, tmp_path):
    code, out, _ = run("pull", "bob/models", "--to", tmp_path)
    assert code == 0 and out.split() == [
        str(tmp_path / "readers" / "digits.safetensors"), str(tmp_path / "tiny.safetensors")
    ]  # fmt: skip
    fetched = {line.split("/resolve/")[1].split("/", 1)[1] for line in there.asked if "/resolve/" in line}
    assert fetched == {"tiny.safetensors", "readers/digits.safetensors"}


def test_what_is_here_already_is_neither_fetched_nor_lost(run, there, flat, trained, tmp_path):
    assert run("pull", "bob/models", "--to", tmp_path)[0] == 0
    there.asked.clear()
    assert run("pull", "bob/models", "--to", tmp_path)[0] == 0
    assert not [line for line in there.asked if line.startswith("GET") and "/resolve/" in line]
    shutil.copy(flat, tmp_path / "tiny.safetensors")
    sentence(run("pull", "bob/models", "--to", tmp_path), "tiny.safetensors is another file", "--replace")
    assert (tmp_path / "tiny.safetensors").read_bytes() == flat.read_bytes()
    assert run("pull", "bob/models", "--to", tmp_path, "--replace")[0] == 0
    assert (tmp_path / "tiny.safetensors").read_bytes() == trained.path.read_bytes()


def test_the_catalog_opens_a_repository(there):
    """Its models are those of a folder, and its reader is found beside them."""
    folder = hub.folder_of("hf://bob/models")
    opened = Catalog(folder, folder / "no-data").open("tiny")
    assert [entry.name for entry in checkpoint.list_headers(folder)] == ["tiny"]
    assert opened.spill_meter.reader is not None
    assert (opened.model.path.parent / "readers" / "digits.safetensors").is_file()


def test_a_list_of_a_repository(run, there):
    code, out, _ = run("list", "--checkpoints", "bob/models", "--json")
    assert code == 0 and [entry["name"] for entry in json.loads(out)] == ["tiny"]


def test_a_folder_of_that_name_wins(there, tmp_path, monkeypatch):
    (tmp_path / "bob" / "models").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert str(hub.folder_of("bob/models")) == "bob/models" and not there.asked


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_offline_is_told_at_once(run, at, ada, trained, tmp_path):
    at(closed_port())
    started = time.monotonic()
    sentence(run("pull", "bob/models", "--to", tmp_path), "does not answer")
    sentence(run("push", trained.path, "ada/digits"), "does not answer")
    sentence(run("list", "--checkpoints", "bob/models"), "does not answer")
    assert time.monotonic() - started < 5


def test_a_hub_that_never_answers(run, at, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "ANSWERS_WITHIN", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        at(f"http://127.0.0.1:{deaf.getsockname()[1]}")
        started = time.monotonic()
        sentence(run("pull", "bob/models", "--to", tmp_path), "does not answer")
        assert time.monotonic() - started < 5


def test_offline_the_copy_of_an_earlier_time_is_used(run, there, at, tmp_path):
    first = hub.folder_of("bob/models")
    at(closed_port())
    code, out, err = run("pull", "bob/models", "--to", tmp_path)
    assert code == 0 and "tiny.safetensors" in out and "The copy of an earlier time is used." in err
    assert hub.folder_of("bob/models") == first


def test_where_hf_hub_offline_is_set(run, there, tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    sentence(run("pull", "bob/models", "--to", tmp_path), "HF_HUB_OFFLINE")
    assert not there.asked


def test_who_is_not_logged_in_is_told_how(run, there, trained):
    sentence(run("push", trained.path, "ada/digits"), "hf auth login")
    assert not there.asked


def test_what_a_token_may_not_do(run, there, ada, trained, monkeypatch):
    sentence(run("push", trained.path, "bob/models"), "may not do this with bob/models")
    sentence(run("push", trained.path, "bob/new"), "may not do this with bob/new")
    monkeypatch.setenv("HF_TOKEN", "hf_unknown")
    sentence(run("push", trained.path, "ada/new"), "does not know the token")
    assert set(there.repositories) == {"bob/models"}


@pytest.mark.parametrize("repo", ["models", "a/b/c", "https://x.y/z", "../..", "bob/mo dels", "", "hf://", "bob/--x"])
def test_what_is_no_repository(run, there, repo, tmp_path):
    sentence(run("pull", repo, "--to", tmp_path), "no repository")
    assert not there.asked


def test_a_repository_that_is_not_there(run, there, tmp_path):
    sentence(run("pull", "bob/none", "--to", tmp_path), "There is no repository bob/none")


def test_a_repository_without_a_checkpoint(run, there, tmp_path):
    there.repositories["bob/empty"] = {"README.md": b"", "old/tiny.safetensors": b"", "weights.bin": b""}
    sentence(run("pull", "bob/empty", "--to", tmp_path), "holds no checkpoint")


def test_a_file_that_is_too_large_is_not_fetched(run, there, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "MOST_BYTES", 1000)
    sentence(run("pull", "bob/models", "--to", tmp_path), "tiny.safetensors of bob/models", "no checkpoint of this")
    assert not [line for line in there.asked if "/resolve/" in line]


@pytest.mark.parametrize("name", ["second.safetensors", "readers/toy.safetensors"])
@pytest.mark.parametrize("content", ["cut", "foreign"])
def test_nothing_is_taken_where_a_file_is_damaged(run, there, trained, tmp_path, name, content):
    good = trained.path.read_bytes()
    there.repositories["bob/models"][name] = good[:-100] if content == "cut" else good[:8] + b"{}" + good[10:]
    sentence(run("pull", "bob/models", "--to", tmp_path / "here"), f"{name} of bob/models is not taken")
    assert not (tmp_path / "here").exists()


def test_only_what_can_be_read_is_pushed(run, there, ada, tmp_path):
    (tmp_path / "bad.safetensors").write_bytes(b"\x00" * 50)
    sentence(run("push", tmp_path / "bad.safetensors", "ada/digits"), "bad.safetensors")
    sentence(run("push", "no-such-model", "ada/digits"), "no-such-model")
    assert not there.asked


def test_a_folder_that_cannot_be_written(run, there, tmp_path):
    (tmp_path / "file").write_text("in the way")
    sentence(run("pull", "bob/models", "--to", tmp_path / "file"), "file")


def test_the_commands_as_they_are_typed(server, trained, root, tmp_path):
    """With the variables that huggingface_hub reads, in processes of their own: a command, and the app, which takes a
    repository too.
    """
    server.repositories.clear()
    variables = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path), "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1"}

    def typed(*arguments):
        command = [sys.executable, *map(str, arguments)]
        environment = os.environ | variables
        return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120)

    pushed = typed("-m", "vae", "push", trained.path, "ada/typed")
    assert pushed.returncode == 0 and pushed.stdout == f"{trained.path}: pushed to {server.url}/ada/typed\n"
    port = closed_port().rsplit(":", 1)[1]
    refused = typed("app.py", "--port", port, "--checkpoints", "ada/none")
    assert refused.returncode == 2 and "There is no repository ada/none" in refused.stderr
    assert "Traceback" not in refused.stderr
