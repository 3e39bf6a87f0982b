"""The running app, asked over HTTP as anybody could: one server for all tests of this folder."""

from __future__ import annotations

import json
import logging
import shutil
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from asking import Client, functions_of
from attacks import CHOICE, OWNER, SECRET

from vae.data import default_root
from vae.live.runs import Runs
from vae.system.limits import RUNS
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui import Shared, build_demo, launch
from vae.ui.models.catalog import Catalog

MODELS = ("digits-vae", "digits-beta")


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """A folder that holds all that the app may touch, and a secret beside it that it may not."""
    top = tmp_path_factory.mktemp("hostile")
    for name in ("checkpoints", "runs", "sent"):
        (top / name).mkdir()
    (top / "secret.txt").write_text(SECRET)
    for name in MODELS:
        shutil.copy(CHECKPOINT_FOLDER / f"{name}.safetensors", top / "checkpoints")
    return SimpleNamespace(top=top, checkpoints=top / "checkpoints", runs=top / "runs", sent=top / "sent")


class Heard(logging.Handler):
    """Everything that is logged as an error: a genuine fault."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(f"{record.name}: {record.getMessage()} {record.exc_info and record.exc_info[1]!r}")


@pytest.fixture(scope="session")
def heard():
    handler = Heard()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="module", autouse=True)
def nothing_heard(heard):
    """Tests of other files make the app complain on purpose: what they left is not of this file's requests."""
    heard.records.clear()


@pytest.fixture(scope="session")
def app(place, heard):
    """The running app and, at the end of all tests, a look at what it has done to its surroundings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(place.sent))
        catalog = Catalog(place.checkpoints, default_root(), place.runs)
        limits = replace(RUNS, unwatched=1e4, paused=1e4)  # nobody watches OWNER's run
        shared = Shared(catalog, place.runs, Runs(place.runs, default_root(), limits))
        demo = build_demo(shared)
        _, address, _ = launch(demo, server_name="127.0.0.1", server_port=None, prevent_thread_lock=True)
        client = Client(address, functions_of(demo), (SECRET, str(place.top), str(Path(__file__).resolve().parents[2])))
        client.demo, client.heard, client.place = demo, heard, place
        yield client
        demo.close()
        shared.training.close()


@pytest.fixture(scope="session")
def run(app):
    """A run of OWNER's that is on, paused, and has saved a state."""
    begun = app.call("begin", OWNER, CHOICE | {"unit": "steps", "budget": 1_000_000})["ok"]["run"]
    end = time.monotonic() + 90
    said = {}
    while said.get("state") != "paused" or not said.get("scene"):
        said = app.call("drive", OWNER, begun, "pause")["ok"]
        assert time.monotonic() < end, json.dumps(said)
        time.sleep(0.1)
    yield begun
    app.call("drive", OWNER, begun, "forget")
