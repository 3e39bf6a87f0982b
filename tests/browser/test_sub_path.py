"""Behind a proxy that serves the app below a path of its own, as many hosts do."""

import threading
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from driving import begin_training, run_state, set_slider, shown
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

pytestmark = pytest.mark.browser
PATH = "/talks/explorer"


@contextmanager
def proxied(address):
    """A server that passes everything below PATH on to `address`, piece by piece."""
    once = httpx.Limits(max_keepalive_connections=0)  # the app closes a kept one when it likes
    client = httpx.AsyncClient(base_url=address, timeout=None, limits=once)

    async def pass_on(request: Request) -> StreamingResponse:
        kept = [(key, value) for key, value in request.headers.raw if key not in (b"host", b"content-length")]
        query = f"?{request.url.query}" if request.url.query else ""
        asked = client.build_request(
            request.method, f"/{request.path_params['rest']}{query}", headers=kept, content=await request.body()
        )
        answer = await client.send(asked, stream=True)
        headers = {key: value for key, value in answer.headers.items() if key not in ("content-length", "connection")}
        return StreamingResponse(answer.aiter_raw(), answer.status_code, headers)

    async def no_icon(request: Request) -> Response:
        return Response(status_code=204)  # asked for by browsers at the root of every host

    below = Route(PATH + "/{rest:path}", pass_on, methods=["GET", "POST", "HEAD"])
    app = Starlette(routes=[below, Route("/favicon.ico", no_icon)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{PATH}/"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def url(trained, address_of):
    with proxied(address_of(trained.path.parent, root_path=PATH)) as address:
        yield address


def test_the_page_works_below_a_path(open_page):
    page = open_page(locale="en-US")  # a profile of its own: one on disk asks for Gradio's manifest, at the host's root
    before = shown(page, "z")
    set_slider(page, 0, 2.5)
    page.wait_for_selector("#inspector[data-ready]")
    assert (shown(page, "z") != before).any()
    page.wait_for_url(lambda address: f"{PATH}/?" in address and address.endswith("&z=0:2.5"))
    begin_training(page)
    page.click("#train-stop")
    run_state(page, "stopped")
    page.click("#train-reset")
    run_state(page, "idle")
