"""Uploads lie apart from each other from the start, and one client's do not take the room of all others."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import anyio
import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from vae.system.limits import PICTURES, RequestLimits
from vae.ui.server import uploads
from vae.ui.server.guard import Guard
from vae.ui.server.uploads import Uploads, clean_name

UPLOAD, FORM = "/gradio_api/upload", "multipart/form-data"


async def behind(scope, receive, send):
    await PlainTextResponse("behind")(scope, receive, send)


def client(sent, address="10.0.0.1", limits=RequestLimits(), app=None):  # noqa: B008  it is frozen
    guarded = Guard(Uploads(behind, sent), sent, limits)

    async def within(scope, receive, send):
        scope["app"] = app
        await guarded(scope, receive, send)

    return TestClient(within, raise_server_exceptions=False, client=(address, 1))


def left(sent):
    return [path for path in sent.rglob("*") if path.is_file()]


def test_the_same_file_of_six_is_six_files(tmp_path):
    asker, content = client(tmp_path / "sent"), os.urandom(300_000)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: asker.post(UPLOAD, files={"files": ("ours.zip", content)}), range(6)))
    paths = [Path(path) for answer in answers for path in answer.json()]
    assert len({path.parent for path in paths}) == 6 and {path.name for path in paths} == {"ours.zip"}
    assert all(path.read_bytes() == content and tmp_path / "sent" == path.parent.parent for path in paths)
    for path in paths:  # as whoever has read it does; the others have theirs still
        path.unlink()
        paths.remove(path)
        assert all(other.is_file() for other in paths)


def test_a_form_of_several_files_and_fields(tmp_path):
    files = [("files", ("a.txt", b"one")), ("files", ("a.txt", b"")), ("other", ("b.txt", b"passed over"))]
    answer = client(tmp_path).post(UPLOAD + "?upload_id=x", files=files, data={"field": "x" * 100_000})
    paths = [Path(path) for path in answer.json()]
    assert [(path.name, path.read_bytes()) for path in paths] == [("a.txt", b"one"), ("a.txt", b"")]
    assert sorted(left(tmp_path)) == sorted(paths)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("a.zip", "a.zip"),
        ("../../a.zip", "a.zip"),
        ("C:\\photos\\a.zip", "a.zip"),
        ("그림 (1).zip", "그림 (1).zip"),
        ("a\0b.zip", "ab.zip"),
    ],
)
def test_a_name_is_cleaned(name, cleaned):
    assert clean_name(name) == cleaned


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/..", "\0", "...", "x" * 5000])
def test_a_name_that_is_none_becomes_one(name):
    assert 0 < len(clean_name(name)) <= 200 and clean_name(name).strip(".") and "/" not in clean_name(name)


def form(boundary="x", file=b"a" * 5000, end="--x--\r\n"):
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
    return head.encode() + file + b"\r\n" + end.encode()


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (form(end=""), FORM + "; boundary=x", 400),
        (form() + form()[:200], FORM + "; boundary=x", 200),  # what follows the end is passed over
        (form(boundary="y"), FORM + "; boundary=x", 400),
        (form(), FORM, 400),
        (form(), FORM + "; boundary=" + "x" * 300, 400),
        (b"", FORM + "; boundary=x", 400),
        (b"--x\r\nX: 1\r\n\r\na\r\n" + form(), FORM + "; boundary=x", 400),
        (form().replace(b"form-data", b"form-data; x=" + b"1" * 10_000), FORM + "; boundary=x", 400),  # a long header
    ],
)
def test_a_broken_form_leaves_nothing(tmp_path, content, kind, status):
    answer = client(tmp_path).post(UPLOAD, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert len(left(tmp_path)) == (status == 200)
    assert status == 200 or answer.json()["key"] == "request.malformed" and not list(tmp_path.iterdir())


def test_a_form_without_files_is_no_files(tmp_path):
    answer = client(tmp_path).post(UPLOAD, content=b"--x--\r\n", headers={"Content-Type": f"{FORM}; boundary=x"})
    assert answer.json() == []


def test_a_file_that_is_too_large_goes_with_those_before_it(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "PICTURES", replace(PICTURES, most_bytes=100_000))
    files = [("files", ("a", b"x")), ("files", ("b", bytes(100_001)))]
    answer = client(tmp_path).post(UPLOAD, files=files)
    assert (answer.status_code, answer.json()["key"]) == (413, "request.too_large") and not list(tmp_path.iterdir())
    many = [("files", (f"{n}", b"")) for n in range(uploads.MOST_PARTS + 1)]
    assert client(tmp_path).post(UPLOAD, files=many).status_code == 400 and not list(tmp_path.iterdir())


def test_a_full_disk_is_said(tmp_path):
    (tmp_path / "file").touch()
    answer = client(tmp_path / "file" / "sent").post(UPLOAD, files={"files": ("a", b"x")})
    assert answer.status_code >= 500 and not left(tmp_path)[1:]


def test_who_has_not_signed_in_sends_nothing(tmp_path):
    app = SimpleNamespace(auth={"ada": "x"}, cookie_id="c", tokens={"t": "ada"}, blocks=None)
    asker = client(tmp_path, app=app)
    answer = asker.post(UPLOAD, files={"files": ("a", b"x")})
    assert (answer.status_code, answer.json()["key"]) == (401, "request.sign_in") and not list(tmp_path.iterdir())
    asker.cookies.set("access-token-unsecure-c", "t")
    assert asker.post(UPLOAD, files={"files": ("a", b"x")}).status_code == 200


def test_gradio_is_told_what_it_may_take_away(tmp_path):
    blocks = SimpleNamespace(upload_file_set=set())
    answer = client(tmp_path, app=SimpleNamespace(auth=None, blocks=blocks)).post(UPLOAD, files={"files": ("a", b"x")})
    assert blocks.upload_file_set == set(answer.json())


def test_other_addresses_are_passed_on(tmp_path):
    asker = client(tmp_path)
    assert asker.get("/").text == "behind" == asker.post("/gradio_api/component_server", json={}).text


def test_one_client_with_many_files_takes_no_room_from_the_others(tmp_path):
    """12 forms of 999 one-byte files had closed the app to everybody for an hour."""
    limits = RequestLimits(most_sent_files=200)
    greedy, other = (client(tmp_path, address, limits) for address in ("10.0.0.1", "10.0.0.2"))
    many = [("files", (str(n), b"x")) for n in range(30)]
    [mine] = other.post(UPLOAD, files={"files": ("mine", b"x")}).json()
    for _ in range(12):
        assert greedy.post(UPLOAD, files=many).status_code == 200
    [later] = other.post(UPLOAD, files={"files": ("later", b"x")}).json()
    assert Path(mine).is_file() and Path(later).is_file()
    assert sum(1 for _ in tmp_path.rglob("*")) <= 200 + 2 * 30  # as many as there may be, and one form


def test_of_a_client_with_many_bytes_the_oldest_go(tmp_path):
    limits = RequestLimits(most_sent=100_000)
    greedy, other = (client(tmp_path, address, limits) for address in ("10.0.0.1", "10.0.0.2"))
    [mine] = other.post(UPLOAD, files={"files": ("mine", bytes(5_000))}).json()
    paths = []
    for n in range(8):
        paths += greedy.post(UPLOAD, files={"files": ("a", bytes(20_000))}).json()
        os.utime(Path(paths[-1]).parent, (n, 4e9 + n))
    there = [path for path in paths if Path(path).is_file()]
    assert there == paths[-len(there) :] and 2 <= len(there) <= 4 and Path(mine).is_file()
    too_much = other.post(UPLOAD, files={"files": ("b", bytes(120_000))})  # of nobody else's does that much go
    assert (too_much.status_code, too_much.json()["key"]) == (507, "request.disk")


def test_one_request_after_the_other_looks_for_room(tmp_path, monkeypatch):
    """A look takes long where many small files lie, and whoever has sent them would have every core look at once."""
    looking, most = [], []

    def look(*_):
        looking.append(1)
        most.append(len(looking))
        time.sleep(0.01)
        looking.pop()
        return True

    monkeypatch.setattr("vae.ui.server.guard.has_room", look)
    guard = Guard(behind, tmp_path)

    async def main():
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(guard._has_room, 1)

    anyio.run(main)
    assert most == [1] * 6
