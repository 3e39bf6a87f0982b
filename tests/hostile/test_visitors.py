"""Visitors of one server: foreign names and pages, a password, and the same file from many at once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import httpx
import numpy as np
import pytest
from asking import functions_at
from PIL import Image

from vae.data import default_root
from vae.ui import Shared, build_demo, launch

SERVER = "/gradio_api/component_server"
LOCAL = "http://localhost:7860"


def test_only_its_own_names_and_pages_are_let_in(app):
    body = {"component_id": app.functions["colour"], "fn_name": "colour", "session_hash": "x", "data": ["x", "kl"]}
    for host, origin, key in (
        ("evil.example", None, "request.host"),
        ("evil.example", "http://evil.example", "request.host"),
        ("127.0.0.1:7860", "https://evil.example", "request.origin"),
        ("127.0.0.1:7860", "null", "request.origin"),
        ("localhost:7860", LOCAL, None),
        ("[::1]:7860", None, None),
    ):
        headers = {"Host": host} | ({"Origin": origin} if origin else {})
        answer = app.send("POST", SERVER, json=body, headers=headers)
        assert answer.json().get("key") == (key or "error.model"), (host, origin)
        assert answer.status_code == (403 if key else 200)
        answer = app.http.post("/gradio_api/upload", files={"files": ("a", b"x")}, headers=headers)
        assert answer.status_code == (403 if key else 200)
        answer = app.http.get("/config", headers=headers)
        assert answer.status_code == (403 if key == "request.host" else 200)


def test_an_address_that_a_client_forwards_of_itself_does_not_count(app):
    """A new one with every request would be a new visitor with every request."""
    clients = set()
    for forwarded in ({}, {"X-Forwarded-For": "8.8.8.8"}, {"X-Forwarded-For": "9.9.9.9, 8.8.4.4"}):
        [path] = app.http.post("/gradio_api/upload", files={"files": ("a", b"x")}, headers=forwarded).json()
        clients.add(Path(path).parent.name[:16])  # where the upload's folder says whose it is
    assert len(clients) == 1


def test_six_who_bring_the_same_zip_all_have_it(app):
    buffer, rng = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(20):
            picture = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8)).save(picture, "PNG")
            archive.writestr(f"{number}.png", picture.getvalue())

    def bring(number):
        [path] = app.http.post("/gradio_api/upload", files={"files": ("ours.zip", buffer.getvalue())}).json()
        return app.call("own", f"{number:032x}", path, 32)

    answers = app.all(bring, range(6), threads=6)
    assert [answer["ok"]["used"] for answer in answers] == [20] * 6
    assert len({answer["ok"]["dataset"]["name"] for answer in answers}) == 6


@pytest.fixture(scope="module")
def locked(place):
    """The address of an app with a password."""
    shared = Shared.of(place.checkpoints, default_root(), place.runs)
    demo = build_demo(shared)
    where = {"server_name": "127.0.0.1", "server_port": None, "prevent_thread_lock": True}
    _, address, _ = launch(demo, auth=("ada", "secret"), **where)
    yield address.rstrip("/")
    demo.close()
    shared.training.close()


@pytest.mark.parametrize("kind", ["form", "multipart"])
def test_a_password_opens_the_app_and_nothing_else_does(locked, kind):
    with httpx.Client(base_url=locked, timeout=60) as asker:
        assert asker.get("/").status_code == 200  # where it is asked for
        closed = [("GET", path) for path in ("config", "gradio_api/info", "gradio_api/file=x", "gradio_api/mcp/")]
        closed += [("POST", f"gradio_api/{path}") for path in ("component_server", "queue/join", "call/decode", "mcp/")]
        for method, path in closed:
            answer = asker.request(method, f"/{path}", **({"json": {"data": []}} if method == "POST" else {}))
            assert answer.status_code == 401, path
        assert asker.post("/gradio_api/upload", files={"files": ("a", b"x")}).status_code == 401
        named = {"username": "ada", "password": "wrong"}
        assert asker.post("/login", data=named).status_code == 400
        assert asker.post("/login", json=named).status_code == 400
        named["password"] = "secret"
        sent = {"data": named} if kind == "form" else {"files": {key: (None, text) for key, text in named.items()}}
        assert asker.post("/login", **sent).json() == {"success": True}
        functions = functions_at(locked, asker)
        body = {"component_id": functions["open_model"], "fn_name": "open_model", "session_hash": "x"}
        assert asker.post(f"/{SERVER[1:]}", json=body | {"data": "digits-vae"}).json()["ok"]["dims"] == 10
        assert asker.post("/gradio_api/upload", files={"files": ("a", b"x")}).status_code == 200
        assert asker.get("/logout").status_code in (302, 307)
