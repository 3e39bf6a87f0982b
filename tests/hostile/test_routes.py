"""Every address of the server: what is open is named here, what is not is closed, and no body brings it down."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from attacks import CLIMBS, NASTY, SECRET, dumped

from vae.system.limits import MB, PICTURES, REQUESTS
from vae.ui.kit.part import script
from vae.ui.server.guard import _OPEN

JSON = {"Content-Type": "application/json"}
SERVER = "/gradio_api/component_server"
# What the page, gradio's clients and hosts ask for. A new address of Gradio's is closed until it stands here.
OPEN = {
    ("GET", path)
    for path in (
        "/", "/config", "/config/", "/assets/{path}", "/static/{path}", "/svelte/{path}", "/favicon.ico", "/theme.css",
        "/manifest.json", "/robots.txt", "/gradio_api/info", "/gradio_api/info/", "/gradio_api/openapi.json",
        "/gradio_api/app_id", "/gradio_api/app_id/", "/gradio_api/user", "/gradio_api/user/",
        "/gradio_api/startup-events", "/gradio_api/theme.css", "/gradio_api/heartbeat/{session_hash}",
        "/gradio_api/queue/data", "/gradio_api/queue/status", "/gradio_api/upload_progress",
        "/gradio_api/call/{api_name}/{event_id}", "/gradio_api/call/v2/{api_name}/{event_id}",
        "/gradio_api/file={path_or_url}",
    )
} | {
    ("POST", f"/gradio_api/{path}")
    for path in (
        "component_server", "component_server/", "queue/join", "call/{api_name}", "call/{api_name}/",
        "call/v2/{api_name}", "call/v2/{api_name}/", "cancel", "reset", "reset/", "upload",
    )
}  # fmt: skip


def routes(router):
    """(method, path) of everything that is routed, however deep."""
    for route in router.routes:
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if inner and not getattr(route, "methods", None):
            prefix = getattr(route, "path", "") or ""
            holder = route if getattr(route, "routes", None) else route.original_router
            yield from ((method, prefix + path) for method, path in routes(holder))
        else:
            for method in getattr(route, "methods", None) or ["GET"]:
                yield method, re.sub(r":\w+}", "}", route.path)


def test_what_is_open_is_named_and_everything_else_is_closed(app):
    found = set(routes(app.demo.app))
    assert ("POST", "/gradio_api/vibe-edit") in found and len(found) > 60  # they are all seen
    filled = {pair: re.sub(r"{\w+}", "x", pair[1]) for pair in found}
    let_in = {pair for pair, path in filled.items() if pair[0] in _OPEN and _OPEN[pair[0]].fullmatch(path)}
    assert {pair for pair in let_in if pair[0] != "HEAD" and "/mcp" not in pair[1]} == OPEN

    def closed(pair):
        answer = app.send(pair[0], filled[pair], headers=JSON)
        assert answer.status_code == 404 and (pair[0] == "HEAD" or answer.json()["key"] == "request.unknown"), pair

    app.all(closed, found - let_in)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"])
def test_other_methods_are_closed(app, method):
    for path in ("/", SERVER, "/gradio_api/upload", "/gradio_api/file=/etc/passwd"):
        assert app.send(method, path).status_code in (404, 405)


def test_no_file_is_given_out_but_the_pages_own(app, run):
    top, checkout = app.place.top, app.forbidden[-1]
    held = [*app.place.checkpoints.glob("*"), *app.place.runs.glob(f"{run}/*"), app.place.runs, top, top / "secret.txt"]
    wanted = [*map(str, held), f"{checkout}/README.md", f"{checkout}/app.py", f"{checkout}/.git/config", "README.md"]
    wanted += ["app.py", ".git/config", ".env", "/proc/self/environ", "/proc/self/cmdline", "/dev/zero", "/", "."]
    wanted += [*CLIMBS, "http://example.com/x", "https://example.com", "HTTP://127.0.0.1", "//example.com/x", "a\0b"]
    own = script("en").as_posix()
    wanted += [
        f"{own}/../../../../secret.txt",
        f"{checkout}/assets/scene3d_masks.npz",
        f"{checkout}/vae/ui/kit/style.css",
        f"{checkout}/package.json",
    ]
    paths = []
    for want in wanted:
        for shape in (quote(want, safe="/"), quote(want, safe=""), quote(quote(want, safe=""), safe="")):
            paths += [f"{start}{shape}" for start in ("/gradio_api/file=", "/static/", "/assets/", "/svelte/")]
            paths += [f"{start}{shape}" for start in ("/file=", "/gradio_api/file/", "/gradio_api/proxy=")]

    def attempt(path):
        answer = app.http.get(path)
        assert 400 <= answer.status_code < 500 and SECRET not in answer.text, (path, answer.status_code)
        assert "def main" not in answer.text and "root:x" not in answer.text

    app.all(attempt, paths)
    assert len(paths) > 500
    assert app.http.get(f"/gradio_api/file={own}").status_code == 200


FILE = {"meta": {"_type": "gradio.FileData"}}
BODIES = [
    b"", b"{", b"null", b"[]", b"3", b"\xff\xfe\x00", b"\x00" * 100, b'{"a":' * 50_000, b"[" * 100_000,
    b'{"data": ' + b"[" * 90_000 + b"]" * 90_000 + b"}", b"<xml/>", b"--x", b"{}" * 1000,
    dumped({"data": []}), dumped({"data": [], "fn_index": 0}), dumped({"data": "x", "session_hash": 3}),
    dumped({"data": [float("nan"), 10**400, "\ud800"], "session_hash": "x", "fn_index": 0}),
    dumped({"data": [], "session_hash": "\ud800", "fn_index": "\ud800"}), dumped({"event_id": "x"}),
    dumped({"session_hash": "x", "fn_index": 0, "event_id": "y"}), dumped({"data": float("inf"), "fn_index": -1}),
    dumped({"data": [FILE | {"path": "/etc/passwd"}], "fn_index": 0, "session_hash": "x"}),
    dumped({"data": [FILE | {"url": "http://127.0.0.1:9/", "path": "x"}], "fn_index": 0}),
    dumped({"data": [], "fn_index": 0, "session_hash": "x", "trigger_id": 10**30}), dumped([{"data": 1}] * 1000),
]  # fmt: skip
TYPES = (
    "application/json", "text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data",
    "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/x-python-pickle",
)  # fmt: skip


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_no_body_of_any_type_is_a_fault_of_the_server(app, every):
    """Each body as every fourth type, at the next address as the next; as all of them in the slow run."""
    addresses = [path.replace("{api_name}", name) for method, path in OPEN if method == "POST"
                 for name in (("nothing", "__init__", "%00") if "{" in path else ("",))]  # fmt: skip
    cases = [(path, body, kind) for n, path in enumerate(sorted(addresses)) for m, body in enumerate(BODIES)
             for kind in TYPES[(n + m) % every :: every]]  # fmt: skip
    assert len(cases) > 3_000 / every

    def attempt(case):
        path, body, kind = case
        answer = app.send("POST", path, content=body, headers={"Content-Type": kind})
        if path == SERVER:
            assert 400 <= answer.status_code < 500, case

    app.all(attempt, cases)


def test_a_server_function_is_asked_by_its_own_name_alone(app):
    known = app.functions["open_model"]
    names = ["__init__", "__class__", "__reduce__", "get_config", "value", "update", "server_functions", "postprocess",
             "load", "get_block_name", "pick\0", "open_model ", "", "ls", "unrender", *map(str, CLIMBS)]  # fmt: skip
    bodies = [{"component_id": known, "fn_name": name, "session_hash": "x", "data": []} for name in names]
    for key in ("component_id", "fn_name", "session_hash"):
        bodies += [{"component_id": known, "fn_name": "colour", "session_hash": "x", "data": []} | {key: value}
                   for value in NASTY if not (key == "session_hash" and isinstance(value, str))]  # fmt: skip
    bodies += [{"fn_name": "pick", "data": []}, {"component_id": known, "session_hash": "x", "data": [1]}]

    def attempt(body):
        answer = app.send("POST", SERVER, content=dumped(body), headers=JSON)
        assert 400 <= answer.status_code < 500, (dumped(body)[:200], answer.status_code)

    app.all(attempt, bodies)


def test_headers_and_addresses_that_no_browser_sends(app):
    evil = '"><script>window.hacked=1</script>'
    odd = [
        {"X-Forwarded-Host": evil}, {"X-Forwarded-Host": "evil.example/\\"}, {"X-Gradio-Server": "::::"},
        {"X-Gradio-Server": evil}, {"X-Forwarded-Proto": evil}, {"Host": "evil.example"}, {"Host": ""},
        {"Host": "a:b:c"},
        {"Range": "bytes=5-1"}, {"Range": "bytes=0-99999999999999999999"}, {"Range": "bytes=-"}, {"Range": "x"},
        {"Accept-Encoding": "br;q=x, *"}, {"Cookie": "access-token=x" + "; a=b" * 500}, {"Origin": "null"},
        {"If-None-Match": "*" * 4000}, {"If-Modified-Since": "never"}, {"Accept": "x"},
    ]  # fmt: skip
    static = f"/gradio_api/file={script('en').as_posix()}"
    for headers in odd:
        for path in ("/", "/config", static, "/theme.css"):
            answer = app.http.get(path, headers=headers)
            assert answer.status_code < 500 and "<script>window.hacked" not in answer.text, (headers, path)
    paths = [f"/?{key}={quote(evil)}" for key in ("page", "lang", "__theme", "deep_link")]
    paths += ["/?deep_link=" + quote("../../x"), "/config?page=__class__", "/?" + "a" * 9000, "/gradio_api/queue/data"]
    paths += ["/gradio_api/queue/data?session_hash=nobody", "/gradio_api/upload_progress?upload_id=nobody"]
    paths += ["/gradio_api/upload_progress", "/gradio_api/info?page=nothing", "/gradio_api/call/nothing/nobody"]
    for path in paths:
        answer = app.http.get(path)
        assert answer.status_code < 500 and "<script>window.hacked" not in answer.text, path
    assert app.http.get("/" + "a" * 60_000).status_code in (400, 404, 414, 431)


def test_what_is_too_large_is_refused_before_it_is_read(app):
    for path, kind, most in (
        (SERVER, "application/json", REQUESTS.most_bytes),
        ("/gradio_api/queue/join", "application/json", REQUESTS.most_bytes),
        ("/gradio_api/upload", "multipart/form-data; boundary=x", PICTURES.most_bytes + MB),
    ):
        sent = []

        def endless(sent=sent):
            for _ in range(1000):
                sent.append(1)
                yield b" " * MB

        headers = {"Content-Type": kind, "Content-Length": str(1000 * MB)}
        try:
            answer = app.http.post(path, content=endless(), headers=headers)
        except Exception as error:  # it hangs up while we still send
            assert "Error" in type(error).__name__ and len(sent) < 100, (path, error)
        else:
            assert answer.status_code == 413 and answer.json()["values"]["limit"] == most // MB, path
    wide = b'{"data": [' + b"0," * REQUESTS.most_items + b"0]}"
    answer = app.send("POST", SERVER, content=wide, headers=JSON)
    assert answer.status_code == 413 and answer.json()["key"] == "request.too_many"


FORMS = [
    b"", b"--x", b"--x--", b"--x\r\n\r\n--x--", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name=files\r\n\r\na\r\n--x--\r\n",
    b"--x\r\n" + b"X-Long: " + b"a" * 100_000 + b"\r\n\r\na\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\n" + b"a" * 1000,
    b"\xff" * 5000, b"--y\r\n\r\n", b"--x\r\n" * 2000,
]  # fmt: skip


def test_a_broken_form_leaves_nothing_behind(app):
    before = sorted(app.place.sent.rglob("*"))
    for form in FORMS:
        for kind in (
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "multipart/form-data; boundary=" + "y" * 999,
        ):
            answer = app.send("POST", "/gradio_api/upload", content=form, headers={"Content-Type": kind})
            assert answer.status_code < 500
    many = [("files", (f"{n}.png", b"")) for n in range(1001)]
    assert app.send("POST", "/gradio_api/upload", files=many).status_code == 400
    left = [
        path for path in set(app.place.sent.rglob("*")) - set(before) if path.is_file() and path.stat().st_size > 1000
    ]
    assert not left


def test_a_name_that_climbs_stays_in_its_folder(app):
    for name in (*CLIMBS, "\0", "a" * 5000, ".", "..", "/", "con", "a/b/c.zip", "é\u202e.zip", "-rf", "$(id).zip", " "):
        answer = app.http.post("/gradio_api/upload", files={"files": (name, name.encode("utf-8", "replace"))})
        assert answer.status_code in (200, 400, 413), len(name)
        for path in answer.json() if answer.status_code == 200 else []:
            assert app.place.sent.resolve() in type(app.place.sent)(path).resolve().parents
    assert (app.place.top / "secret.txt").read_text() == SECRET
    assert sorted(path.name for path in app.place.top.iterdir()) == ["checkpoints", "runs", "secret.txt", "sent"]
