"""The guard by itself: what a client has done wrong is 4xx; what program or machine has stays 5xx and is logged."""

from __future__ import annotations

import errno
import logging
import os
import time

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from vae.config import TrainConfig
from vae.limits import RequestLimits
from vae.ui.guard import Guard
from vae.ui.sent import ANSWERS, Answers, has_room
from vae.ui.strings import UserError

ASKED = "/gradio_api/component_server"
FAULTS = {
    "own code": (lambda: TrainConfig.from_json(3), 500, "error.internal"),
    "memory": (lambda: (_ for _ in ()).throw(MemoryError), 500, "error.internal"),
    "disk": (lambda: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")), 507, "request.disk"),
    "unknown": (lambda: {}["a component"], 404, "request.unknown"),
    "unreadable": (lambda: int("x"), 400, "request.malformed"),
    "typed": (lambda: None + 1, 400, "request.malformed"),
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
    work, status, key = FAULTS[case]
    with caplog.at_level(logging.INFO, "vae.ui.guard"):
        answer = client(tmp_path, work).post(ASKED, json={})
    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert answer.json()["error"].count(".") == 1 and "Traceback" not in answer.text
    [record] = caplog.records
    assert record.levelno == (logging.ERROR if status >= 500 else logging.INFO)
    assert bool(record.exc_info) == (status >= 500)


def test_what_the_server_itself_answers_is_one_sentence_too(tmp_path):
    said = client(tmp_path, answer=lambda: PlainTextResponse('Traceback: File "/x"', 500)).post(ASKED, json={})
    assert said.status_code == 500 and said.json()["key"] == "error.internal"
    said = client(tmp_path, answer=lambda: JSONResponse({"detail": [{"input": "x"}]}, 422)).post(ASKED, json={})
    assert said.status_code == 422 and said.json()["key"] == "request.malformed"
    said = client(tmp_path, answer=lambda: PlainTextResponse("fine", 404)).post(ASKED, json={})
    assert said.status_code == 404 and said.text == "fine"


def test_bodies_are_counted_as_they_come(tmp_path):
    limits = RequestLimits(most_bytes=10_000, most_items=100, most_held=25_000)
    guarded = client(tmp_path, limits=limits)
    json = {"Content-Type": "application/json"}

    def chunks(size):  # with no length announced
        yield from (b"x" * 1000 for _ in range(size))

    assert guarded.post(ASKED, content=chunks(9), headers=json).json()["read"] == 9000
    assert guarded.post(ASKED, content=chunks(11), headers=json).status_code == 413
    assert guarded.post(ASKED, content=b"[" * 101, headers=json).json()["key"] == "request.too_many"
    assert guarded.post(ASKED, content=b"[" * 99, headers=json).status_code == 200
    for _ in range(9):  # nothing of what has passed is still counted
        assert guarded.post(ASKED, content=chunks(9), headers=json).status_code == 200
    busy = Guard(guarded.app, tmp_path, limits)
    busy.held = 20_000
    full = TestClient(busy, raise_server_exceptions=False).post(ASKED, content=chunks(9), headers=json)
    assert full.status_code == 503 and full.json()["key"] == "request.busy" and busy.held == 20_000


def test_uploads_that_nobody_reads_are_no_more_than_the_disk_bears(tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "file").write_bytes(b"x" * 5000)
    form = {"files": ("a", b"x" * 1000)}
    for most, status in ((5000, 507), (50_000, 404)):  # there is no such route behind it: it was let in
        answer = client(tmp_path, limits=RequestLimits(most_sent=most)).post("/gradio_api/upload", files=form)
        assert answer.status_code == status


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
