"""The guard by itself: what a client has done wrong is 4xx; what program or machine has stays 5xx and is logged."""

from __future__ import annotations

import errno
import json
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import anyio
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from vae.config import TrainConfig
from vae.system.limits import RequestLimits
from vae.ui.kit.i18n import UserError, say
from vae.ui.server.bodies import Pace
from vae.ui.server.guard import Guard
from vae.ui.server.upload_quota import ANSWERS, Answers, has_room

ASKED, UPLOAD = "/gradio_api/component_server", "/gradio_api/upload"
ERROR, WARNING, INFO = logging.ERROR, logging.WARNING, logging.INFO
FAULTS = {
    "own code": (lambda: TrainConfig.from_json(3), 500, "error.internal", ERROR),
    "memory": (lambda: (_ for _ in ()).throw(MemoryError), 500, "error.internal", ERROR),
    "disk": (lambda: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")), 507, "request.disk", ERROR),
    "files": (Path("no such file").read_bytes, 500, "error.internal", ERROR),
    "event loop": (lambda: (_ for _ in ()).throw(RuntimeError("no loop")), 500, "error.internal", ERROR),
    "nested": (lambda: (_ for _ in ()).throw(RecursionError), 400, "request.malformed", INFO),
    "unknown": (lambda: {}["a component"], 404, "request.unknown", INFO),
    "unreadable": (lambda: int("x"), 400, "request.malformed", INFO),
    "typed": (lambda: None + 1, 400, "request.malformed", WARNING),
}


@pytest.fixture(autouse=True)
def expected(heard):
    """What these tests have logged is no fault of the app that the others ask."""
    before = len(heard.records)
    yield
    del heard.records[before:]


def client(sent, work=lambda: None, limits=RequestLimits(), answer=None):  # noqa: B008  it is frozen
    async def handle(request):
        content = await request.body()
        return answer() if answer else JSONResponse({"read": len(content), "answer": work()})

    app = Starlette(
        routes=[Route(ASKED, handle, methods=["POST"]), Route("/", handle), Route("/gradio_api/run/x", handle)],
        middleware=[Middleware(Guard, sent=sent, limits=limits)],
    )
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("case", FAULTS)
def test_whose_mistake_it_was(tmp_path, caplog, case):
    work, status, key, level = FAULTS[case]
    guarded = client(tmp_path, work)
    with caplog.at_level(logging.INFO, "vae.ui"):
        answer = guarded.post(ASKED, json={})
    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert answer.json()["error"].count(".") == 1 and "Traceback" not in answer.text
    [record] = caplog.records
    assert record.levelno == level and bool(record.exc_info) == (level > INFO)
    guarded.post(ASKED, json={})
    again = caplog.records[1:]  # what a client can repeat does not fill the log
    assert [bool(each.exc_info) for each in again if each.levelno >= WARNING] == [True] * (level == ERROR)


def test_what_the_server_itself_answers_is_one_sentence_too(tmp_path):
    said = client(tmp_path, answer=lambda: PlainTextResponse('Traceback: File "/x"', 500)).post(ASKED, json={})
    assert said.status_code == 500 and said.json()["key"] == "error.internal"
    said = client(tmp_path, answer=lambda: JSONResponse({"detail": [{"input": "x"}]}, 422)).post(ASKED, json={})
    assert said.status_code == 422 and said.json()["key"] == "request.malformed"
    said = client(tmp_path, answer=lambda: PlainTextResponse("fine", 404)).post(ASKED, json={})
    assert said.status_code == 404 and said.text == "fine"


def test_bodies_are_counted_as_they_come(tmp_path):
    limits = RequestLimits(most_bytes=10_000, most_items=100, most_held=25_000, small=1_000)
    guarded = client(tmp_path, limits=limits)
    kind = {"Content-Type": "application/json"}

    def chunks(size):  # with no length announced
        yield from (b"x" * 1000 for _ in range(size))

    assert guarded.post(ASKED, content=chunks(9), headers=kind).json()["read"] == 9000
    assert guarded.post(ASKED, content=chunks(11), headers=kind).status_code == 413
    assert guarded.post(ASKED, content=b"[" * 101, headers=kind).json()["key"] == "request.too_many"
    assert guarded.post(ASKED, content=b"[" * 99, headers=kind).status_code == 200
    for _ in range(9):  # nothing of what has passed is still counted
        assert guarded.post(ASKED, content=chunks(9), headers=kind).status_code == 200
    busy = Guard(guarded.app, tmp_path, limits)
    busy.held = 20_000
    full = TestClient(busy, raise_server_exceptions=False).post(ASKED, content=chunks(9), headers=kind)
    assert full.status_code == 503 and full.json()["key"] == "request.busy" and busy.held == 20_000
    small = TestClient(busy, raise_server_exceptions=False).post(ASKED, content=chunks(1), headers=kind)
    assert small.json()["read"] == 1000  # a decode is no burden


def asked(guard, path, kind, parts):
    """What is answered to a body of these parts, after which the client is silent; (status, key)."""
    told, waiting = [], [{"type": "http.request", "body": part, "more_body": True} for part in parts]

    async def receive():
        await anyio.lowlevel.checkpoint()
        return waiting.pop(0) if waiting else await anyio.sleep_forever()

    async def send(message):
        told.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"content-type", kind)]}
    with ThreadPoolExecutor(1) as apart:  # where a browser was driven before, this thread has a loop of its own
        apart.submit(anyio.run, guard, scope, receive, send).result()
    return told[0]["status"], json.loads(told[1]["body"])["key"]


def test_a_body_that_stalls_is_let_go(tmp_path):
    guard = Guard(client(tmp_path).app, tmp_path, RequestLimits(stall=0.01))
    assert asked(guard, ASKED, b"application/json", [b"x" * 100]) == (408, "request.slow")
    assert guard.held == 0

    async def reads(scope, receive, send):
        while True:  # as Gradio does, who takes its half-written files away then
            await receive()

    guard = Guard(reads, tmp_path, RequestLimits(stall=0.01))
    assert asked(guard, UPLOAD, b"multipart/form-data", [b"x" * 100]) == (400, "request.malformed")
    assert guard.coming == 0


@pytest.mark.parametrize(("size", "answer"), [(200_000, (413, "request.too_large")), (100_000, (408, "request.slow"))])
def test_a_slow_body_is_read_while_it_keeps_coming(tmp_path, monkeypatch, size, answer):
    """A part every twenty seconds: 10 kB/s are a slow line, 5 kB/s are none."""
    clock = count(0, 20)
    monkeypatch.setattr("vae.ui.server.bodies.current_time", lambda: next(clock))
    guard = Guard(client(tmp_path).app, tmp_path, RequestLimits(most_bytes=20 * 200_000 - 1))
    assert asked(guard, ASKED, b"application/json", [b"x" * size] * 20) == answer


@pytest.mark.parametrize("path", [f"/gradio{ASKED}", ASKED])
def test_a_root_like_the_beginning_of_gradios_own_addresses(tmp_path, path):
    """A proxy may take the root away or leave it."""
    seen = []

    async def behind(scope, receive, send):
        seen.append(scope["path"])
        await JSONResponse({})(scope, receive, send)

    asker = TestClient(Guard(behind, tmp_path), root_path="/gradio")
    assert asker.post(path, json={}).status_code == 200 and len(seen) == 1


def test_uploads_that_nobody_reads_are_no_more_than_the_disk_bears(tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "file").write_bytes(b"x" * 5000)
    form = {"files": ("a", b"x" * 1000)}
    for most, status in ((5000, 507), (50_000, 404)):  # there is no such route behind it: it was let in
        answer = client(tmp_path, limits=RequestLimits(most_sent=most)).post("/gradio_api/upload", files=form)
        assert answer.status_code == status


def test_the_parts_of_all_uploads_pass_at_one_pace(monkeypatch):
    now, waited = [0.0], []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr("vae.ui.server.bodies.current_time", lambda: now[0])
    monkeypatch.setattr("vae.ui.server.bodies.sleep", sleep)
    pace = Pace(100)

    async def main():
        for size in (50, 50, 100):  # of three who come at once: the first does not wait
            await pace.spend(size)
        now[0] = 10.0
        await pace.spend(50)  # nobody has saved anything up
        await pace.spend(50)

    anyio.run(main)
    assert waited == [0.5, 1.0, 0.5]


def test_uploads_at_once_do_not_take_the_same_room(tmp_path):
    async def behind(scope, receive, send):
        before = guard.coming
        message = await receive()
        inside.append((before, guard.coming + len(message["body"])))
        await PlainTextResponse("taken")(scope, receive, send)

    inside, form = [], {"files": ("a", b"x" * 1000)}
    guard = Guard(behind, tmp_path, RequestLimits(most_sent=50_000))
    asker = TestClient(guard, raise_server_exceptions=False)
    assert asker.post(UPLOAD, files=form).status_code == 200
    assert inside[0][0] == inside[0][1] > 1000 and guard.coming == 0  # what has come lies on the disk by now
    guard.coming = 49_500  # of others who are at it
    assert asker.post(UPLOAD, files=form).status_code == 507 and guard.coming == 49_500


def test_a_picture_for_a_tool_takes_room_too(tmp_path):
    """Gradio writes it down before it looks at it."""

    async def behind(scope, receive, send):
        await PlainTextResponse("taken")(scope, receive, send)

    asker = TestClient(Guard(behind, tmp_path, RequestLimits(most_sent=2_000)))
    sent = {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "encode", "arguments": {}}}
    assert asker.post("/gradio_api/mcp/", json=sent).text == "taken"
    sent["params"]["arguments"]["image"] = "data:image/png;base64,AAAA"
    assert asker.post("/gradio_api/mcp/", json=sent).text == "taken"
    (tmp_path / "file").write_bytes(b"x" * 1_900)
    full = asker.post("/gradio_api/mcp", json=sent).json()
    assert full["id"] == 5 and full["result"]["content"][0]["text"] == say("request.disk") and full["result"]["isError"]


def test_what_nobody_came_back_for_goes_after_an_hour(tmp_path):
    for name, age in (("0" * 64, 4000), ("f" * 64, 10)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * 5000)
        (tmp_path / f"tmp{name[:8]}").write_bytes(b"x" * 5000)  # of an upload that broke off
        for path in (tmp_path / name, tmp_path / f"tmp{name[:8]}"):
            os.utime(path, (time.time() - age,) * 2)
    assert has_room(tmp_path, 1000, RequestLimits(most_sent=20_000))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f" * 64, "tmpffffffff"]
    assert not has_room(tmp_path, 15_000, RequestLimits(most_sent=20_000))
    assert not has_room(tmp_path, 0, RequestLimits(most_sent_files=2))
    assert has_room(tmp_path / "not there yet", 10**9)
    assert not has_room(tmp_path / "not there yet", 10**10)


def test_what_nobody_sent_is_left_alone(tmp_path):
    for name in ("photos", "tmp", "0123abcd", "x" * 64):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
        (tmp_path / f"{name}.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    for path in before:
        os.utime(path, (0, 0))
    assert has_room(tmp_path, 0) and sorted(tmp_path.rglob("*")) == before


def test_answers_are_the_newest_and_take_no_room_from_uploads(tmp_path):
    limits = RequestLimits(most_answered=10_000, most_answered_files=3, most_sent=1_000)
    answers = Answers(tmp_path / ANSWERS, limits)
    paths = [answers.keep("a.png", bytes(4_000)) for _ in range(5)]
    assert [path.is_file() for path in paths] == [False, False, False, True, True]
    assert has_room(tmp_path, 1_000, limits)
    paths += [answers.keep("a.png", b"x") for _ in range(5)]
    assert [path for path in paths if path.is_file()] == paths[-3:]
    assert len(list((tmp_path / ANSWERS).iterdir())) == 3

    os.utime(paths[-1].parent, (0, 0))  # left by a process that was killed
    Answers(tmp_path / ANSWERS, limits)
    assert [path for path in paths if path.is_file()] == paths[-3:-1]

    (tmp_path / "file").touch()
    with pytest.raises(UserError) as told:
        Answers(tmp_path / "file" / ANSWERS, limits).keep("a.png", b"x")
    assert told.value.key == "request.disk"


def test_an_answer_that_breaks_off(tmp_path):
    def broken(error):
        def pieces():
            yield b"some"
            raise error

        return lambda: StreamingResponse(pieces())

    said = client(tmp_path, answer=broken(HTTPException(404))).post(ASKED, json={})
    assert said.status_code == 200 and said.text == "some"
    guarded = TestClient(client(tmp_path, answer=broken(RuntimeError("genuine"))).app)
    with pytest.raises(RuntimeError, match="genuine"):
        guarded.post(ASKED, json={})


def test_what_is_not_open_is_never_asked(tmp_path):
    guarded = client(tmp_path, lambda: pytest.fail("it was asked"))
    for path in ("/gradio_api/run/x", "/gradio_api/../x", "/x", "/gradio_api/file=http://x.example/"):
        assert guarded.post(path, json={}).status_code == 404
        assert guarded.get(path).status_code == 404
