"""Processes that are killed, disks that are full, disks that may only be read: nothing is damaged, and it is said."""

from __future__ import annotations

import base64
import io
import multiprocessing
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
import torch
from asking import Client, functions_at, functions_of
from attacks import CHOICE, OWNER
from PIL import Image
from writing import write_for_ever

from vae.data import default_root
from vae.live.session import RESUME
from vae.system import safetensors_file
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui import Shared, build_demo, launch

ROOT = Path(__file__).resolve().parents[2]
FOREVER = CHOICE | {"unit": "steps", "budget": 1_000_000}


def until(condition, seconds=90.0):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)
    return found


def test_a_kill_in_the_middle_of_writing_leaves_the_old_file_or_the_new_one(tmp_path):
    path, chance = tmp_path / "file.safetensors", random.Random(0)
    safetensors_file.write(path, {"x": torch.zeros(500_000)}, {"number": 0})
    clean = multiprocessing.get_context("forkserver")  # this process has threads: it is no good to fork
    clean.set_forkserver_preload(["vae.system.safetensors_file"])
    for _ in range(10):
        before = safetensors_file.read_header(path)["number"]
        child = clean.Process(target=write_for_ever, args=[path])
        child.start()
        until(lambda before=before: safetensors_file.read_header(path)["number"] > before)
        time.sleep(0.02 * chance.random())
        child.kill()
        child.join()
        tensors, header = safetensors_file.read(path)
        assert bool((tensors["x"] == header["number"]).all())


@contextmanager
def started(*arguments, before=(), **variables):
    """`python app.py` in a process of its own: the client, and the process."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [*before, sys.executable, str(ROOT / "app.py"), "--port", str(port), *map(str, arguments)]
    process = subprocess.Popen(
        command, env=os.environ | variables, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    address = f"http://127.0.0.1:{port}"

    def answers():
        assert process.poll() is None, process.stderr.read().decode()[-2000:]
        try:
            return httpx.get(f"{address}/gradio_api/startup-events").status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers)
        yield Client(address, functions_at(address)), process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()


@pytest.mark.slow
@pytest.mark.parametrize("whole_machine", [False, True], ids=["the app alone", "all its processes"])
def test_kill_9_while_it_trains_and_saves(tmp_path, whole_machine):
    folders = ("--runs", tmp_path / "runs", "--data", default_root())
    with started(*folders) as (app, process):
        run = app.call("begin", OWNER, FOREVER)["ok"]["run"]

        def said():
            return app.call("poll", OWNER, run, {})["ok"]["status"]

        until(lambda: said()["state"] == "running" and said()["step"] > 5)
        for _ in range(3):  # every pause writes a snapshot and a moment
            app.call("drive", OWNER, run, "pause")
            until(lambda: said()["state"] == "paused")
            app.call("drive", OWNER, run, "resume")
            until(lambda: said()["state"] == "running")
        until(lambda: (tmp_path / "runs" / run / RESUME).is_file())
        app.call("keep", OWNER, run)  # a checkpoint is being made, too
        app.call("drive", OWNER, run, "pause")
        os.killpg(process.pid, signal.SIGKILL) if whole_machine else process.kill()
        process.wait()
    time.sleep(3)  # a worker that is left alone saves and goes
    files = list((tmp_path / "runs").rglob("*.safetensors")) + list((tmp_path / "runs").rglob(RESUME))
    assert len(files) >= 4  # snapshot, gallery and moments
    for path in files:
        safetensors_file.read(path)
    step = safetensors_file.read_header(tmp_path / "runs" / run / RESUME)["step"]
    assert step > 0
    with started(*folders) as (app, process):
        [found] = app.call("runs", OWNER)["ok"]
        assert found["run"] == run and found["state"] in ("stopped", "failed")
        assert app.call("drive", OWNER, run, "resume")["ok"]["state"] in ("waiting", "running")
        until(lambda: app.call("poll", OWNER, run, {})["ok"]["status"]["step"] > step)


@contextmanager
def mounted(folder, *options):
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"needs the right to mount: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of eight megabytes."""
    (tmp_path / "disk").mkdir()
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=8m", "tmpfs") as folder:
        yield folder


def filled(folder):
    """Takes all that is left of a disk."""
    with (folder / f"ballast{time.monotonic_ns()}").open("wb", buffering=0) as file:
        for size in (2**16, 2**10, 1):
            while True:
                try:
                    file.write(b"x" * size)
                except OSError:
                    break


def pictures():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(20):
            png = io.BytesIO()
            Image.fromarray(np.full((20, 20, 3), 9 * number, np.uint8)).save(png, "PNG")
            archive.writestr(f"{number}.png", png.getvalue())
    return buffer.getvalue()


def test_on_a_full_disk_training_goes_on_and_all_else_is_said(small_disk, monkeypatch, heard):
    runs, sent = small_disk / "runs", small_disk / "sent"
    sent.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(sent))
    shared = Shared.of(CHECKPOINT_FOLDER, default_root(), runs)
    demo = build_demo(shared)
    _, address, _ = launch(demo, server_name="127.0.0.1", server_port=None, prevent_thread_lock=True)
    app = Client(address, functions_of(demo), (str(small_disk),))
    try:
        sent_zip = app.http.post("/gradio_api/upload", files={"files": ("a.zip", pictures())}).json()[0]
        run = app.call("begin", OWNER, FOREVER)["ok"]["run"]

        def said():
            return app.call("poll", OWNER, run, {})["ok"]["status"]

        until(lambda: said()["state"] == "running" and said()["step"] > 5)
        filled(small_disk)
        at = said()["step"]
        until(lambda: said()["step"] > at + 20)  # it trains on
        app.call("drive", OWNER, run, "pause")
        until(lambda: said()["state"] == "paused")
        until(lambda: "run.disk" in [warning["key"] for warning in said()["warnings"]])

        model = base64.b64encode((CHECKPOINT_FOLDER / "digits-vae.safetensors").read_bytes()).decode()
        assert app.call("upload", OWNER, "model", model)["key"] == "request.disk"
        assert app.call("own", OWNER, sent_zip, 32)["key"] in ("run.unusable", "request.disk")
        filled(small_disk)  # the zip that could not be used has gone
        refused = app.http.post("/gradio_api/upload", files={"files": ("b.zip", pictures())})
        assert refused.status_code == 507 and refused.json()["key"] == "request.disk"
        assert "No space left" in heard.records.pop()  # whoever hosts it can read it in the log
        other = app.call("begin", OWNER[::-1], FOREVER)
        assert "error" in other or app.call("drive", OWNER[::-1], other["ok"]["run"], "stop")

        picked = app.call("pick", "digits-vae", 0)["ok"]
        assert app.call("decode", "digits-vae", picked["z"])["ok"].startswith("data:image/")
        for ballast in small_disk.glob("ballast*"):
            ballast.unlink()  # there is room again: it saves, and can be gone on from
        app.call("drive", OWNER, run, "stop")
        until(lambda: said()["resumable"])
        assert safetensors_file.read_header(runs / run / RESUME)["step"] >= at
    finally:
        demo.close()
        shared.training.close()


@pytest.mark.slow
def test_where_nothing_may_be_written_the_app_starts_shows_and_says_so(tmp_path):
    """Checkout, data and home are read-only, as in a container; only the folder of temporary files is not."""
    data = tmp_path / "data"
    data.mkdir()
    lines = [f"mount --bind {path} {path} && mount -o remount,ro,bind {path}" for path in (ROOT, data)]
    before = ["unshare", "--mount", "sh", "-c", " && ".join([*lines, 'exec "$@"']), "sh"]
    tried = subprocess.run([*before, "true"], capture_output=True, text=True)
    if tried.returncode or not shutil.which("unshare"):
        pytest.skip(f"needs the right to mount: {tried.stderr.strip()}")
    where = {"LATENT_EXPLORER_DATA": str(data), "HOME": str(data), "XDG_CACHE_HOME": str(data)}
    with started(before=before, **where) as (app, _):
        assert app.call("open_model", "scene3d-beta")["ok"]["name"] == "scene3d-beta"
        assert app.call("decode", "scene3d-beta", [0.0] * 10)["ok"].startswith("data:image/")
        assert app.call("begin", OWNER, FOREVER)["key"] == "run.no_folder"
        model = base64.b64encode((CHECKPOINT_FOLDER / "digits-vae.safetensors").read_bytes()).decode()
        assert app.call("upload", OWNER, "model", model)["key"] == "request.disk"
