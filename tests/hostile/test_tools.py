"""The same app with --mcp: no tool reads, fetches or keeps what it should not, and no body brings its server down."""

from __future__ import annotations

import base64
import io
import json
import socketserver
import threading

import numpy as np
import pytest
from asking import Client
from attacks import CLIMBS, FILE, NAMED, NASTY, SECRET, dumped
from PIL import Image
from test_routes import BODIES

from vae.data import default_root
from vae.ui import Shared, build_demo, launch
from vae.ui.kit.i18n import say
from vae.ui.server.mcp import call_of, is_picture

PATH = "/gradio_api/mcp/"
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def tools(place, heard):
    """The running app with its tools. Gradio's own log of what it could not validate is not this program's."""
    shared = Shared.of(place.checkpoints, default_root(), place.runs)
    demo = build_demo(shared)
    _, address, _ = launch(demo, server_name="127.0.0.1", prevent_thread_lock=True, mcp_server=True)
    yield Client(address, {}, (SECRET,))  # a wrong value is repeated: it is the client's own
    demo.close()
    shared.training.close()


@pytest.fixture
def visited():
    """A server that hears who fetches something: its `address`, and the `visits`."""
    visits = []

    class Door(socketserver.BaseRequestHandler):
        def handle(self):
            visits.append(self.request.recv(1000))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.address, server.visits = f"http://127.0.0.1:{server.server_address[1]}/x.png", visits
        yield server
        server.shutdown()


def data_of(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def call(tools, name, arguments):
    """A tool's answer: (did it fail, what it said)."""
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    answer = tools.send("POST", PATH, content=dumped(message), headers=HEADERS)
    if answer.status_code != 200:
        assert answer.status_code == 400 and answer.json()["key"] == "request.malformed"
        return True, answer.json()["error"]
    text = answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        [text] = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    said = json.loads(text)
    assert said["id"] == 7
    if "error" in said:
        return True, said["error"]["message"]
    return said["result"].get("isError", False), said["result"]["content"][0].get("text")


def works(tools):
    failed, said = call(tools, "encode", {"model": "digits-vae", "image": data_of(np.full((8, 8), 9, np.uint8))})
    return not failed and "mu" in said


def test_a_picture_comes_as_itself_or_not_at_all(tools, visited, place):
    """Gradio's server would fetch an address, and its client would read a path."""
    picture = place.top / "picture.png"
    Image.new("L", (8, 8), 9).save(picture)
    spy = visited.address
    sent = [spy, f" {spy}", spy.replace("http", "HTTP"), spy.replace("http", "https"), str(picture), *CLIMBS]
    sent += ["data:", "data:image/png,abc", "data:image/png;base64,", "data:image/png;base64,A", f"file://{picture}"]
    sent += ["data:text/html;base64,AAAA", "data:image/../../x;base64,AAAA", f"data:image/png;base64,AAAA\n{spy}"]
    for image in sent:
        failed, said = call(tools, "encode", {"model": "digits-vae", "image": image})
        assert failed and (said == say("api.data") or "damaged" in said), (image[:100], said)
    files = [FILE | {"path": path} for path in (str(picture), spy, "x")] + [FILE | {"path": "x", "url": spy}]
    for file in files:
        for name, right in (("encode", {"model": "digits-vae"}), ("decode", {"model": "digits-vae", "z": [0.0] * 10})):
            for argument in ("image", "z", "model", "other"):
                for value in (file, [file]):
                    failed, said = call(tools, name, right | {argument: value})
                    assert failed and "mu" not in said, (name, argument, value, said)
    twice = dumped({"model": "digits-vae", "image": spy})[:-1] + b', "image": ""}'
    for named in (b'"id": 7, ', b"", b'"id": 1.5, ', b'"id": null, ', b'"id": [7], '):
        for inner in (dumped({"model": "digits-vae", "image": spy}), twice):
            body = b'{"jsonrpc": "2.0", %b"method": "tools/call", "params": {"name": "encode", "arguments": %b}}'
            tools.send("POST", PATH, content=body % (named, inner), headers=HEADERS)
    picture.unlink()
    assert not visited.visits and works(tools)


def test_an_argument_that_is_filled_in_with_nothing_is_left_out(tools):
    for nothing in ("", None):
        failed, said = call(tools, "encode", {"model": "digits-vae", "image": nothing, "index": 0})
        assert not failed and "mu" in said, said


def test_tools_take_no_wrong_value(tools):
    asked = {"encode": ("model", "image", "index"), "decode": ("model", "z"), "evaluate": ("model",),
             "traverse": ("model", "z", "dims", "low", "high", "steps"),
             "interpolate": ("model", "a", "b", "steps")}  # fmt: skip
    cases = []
    for name, arguments in asked.items():
        right = dict(zip(arguments, NAMED[name], strict=True))
        assert not call(tools, name, right)[0], name
        for number, argument in enumerate(arguments):
            fits = (name, argument) in {("traverse", "low"), ("traverse", "high"), ("encode", "image")}
            cases += [(name, right | {argument: value}, fits) for value in NASTY[number::6]]

    def attempt(case):
        name, arguments, fits = case
        failed, said = call(tools, name, arguments)
        assert failed or fits, (name, dumped(arguments)[:300], said)

    tools.all(attempt, cases, threads=4)
    assert len(cases) > 100 and works(tools)


def test_no_body_brings_it_down(tools):
    methods = ("tools/call", "tools/list", "resources/read", "prompts/get", "initialize", "ping", "nothing", 3, None)
    params = (None, {}, [], 3, {"name": "nothing"}, {"name": ["x"]}, {"name": "encode", "arguments": [1]},
              {"uri": "file:///etc/passwd"}, {"name": "encode", "arguments": {"image": ["\ud800"]}})  # fmt: skip
    bodies = [{"jsonrpc": "2.0", "id": 1, "method": method, "params": each} for method in methods for each in params]
    bodies += [{"jsonrpc": "2.0", "id": value, "method": "ping"} for value in NASTY]
    for body in (*BODIES, *map(dumped, bodies), b"\xff", b"\xff\xfe{}", b"[" * 90_000):
        answer = tools.send("POST", PATH, content=body, headers=HEADERS)
        assert answer.status_code in (200, 202, 400, 413), (body[:200], answer.status_code)
    for kind in ("text/plain", "multipart/form-data; boundary=x", ""):
        assert tools.send("POST", PATH, content=b"{}", headers={"Content-Type": kind}).status_code == 415
    assert works(tools)


def test_only_what_clients_need_is_open(tools):
    for path in ("sse", "sse/", "messages/", "messages/?session_id=x", "http", "../x", "schema/x"):
        for method in ("GET", "POST", "DELETE"):
            assert tools.send(method, PATH + path, headers=HEADERS).status_code in (404, 405), (method, path)
    assert tools.send("GET", PATH + "schema").status_code == 200


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto"])
def test_its_page_repeats_no_script(tools, name):
    for text in ("</script><script>hacked=1</script>", '"><img src=x>', "a;b", "a/b", "x\\y", "é", "javascript:a()"):
        headers = [("Accept", "text/html"), (name.encode(), text.encode())]
        for sent in (headers, [*headers, (name.encode(), b"localhost")])[: 1 if name == "Host" else 2]:
            assert tools.send("GET", PATH, headers=sent).status_code == 400, text
    named = tools.send("GET", PATH, headers={"X-Forwarded-Host": "a-b.example:80, [::1]", "X-Forwarded-Proto": "https"})
    assert named.status_code == 200 and "https://a-b.example:80/gradio_api/mcp/" in named.text


def test_a_call_is_read_as_it_came():
    inner = {"name": "encode", "arguments": {"image": "data:x", "a": 1}}
    message = {"id": "x", "method": "tools/call", "params": inner}
    call = call_of(dumped(message))
    assert (json.loads(call.body), call.id, call.picture) == (message, "x", "data:x")
    assert call.refused("api.data")["id"] == "x"
    for image in ("", None):
        inner["arguments"]["image"] = image
        call = call_of(dumped(message))
        assert json.loads(call.body)["params"]["arguments"] == {"a": 1} and call.picture == ""
    assert is_picture(data_of(np.zeros((3, 3), np.uint8))) and not is_picture("data:image/png;base64,")
