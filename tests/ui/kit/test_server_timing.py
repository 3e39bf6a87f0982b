"""The `Server-Timing` header of answers: in whatever thread a function runs, and of refusals too."""

import re
import time

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from vae.ui.kit.endpoint import endpoint
from vae.ui.kit.i18n import UserError
from vae.ui.server.guard import Guard

ASKED = "/gradio_api/component_server"
SLEEP = 0.05


@endpoint
def slow(fails):
    time.sleep(SLEEP)
    if fails:
        raise UserError("error.kind")


def durations(answer) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(\w+);dur=([\d.]+)", answer.headers["server-timing"])}


@pytest.fixture
def client(tmp_path):
    async def handle(request):
        return JSONResponse(await run_in_threadpool(slow, await request.json()))

    routes = [Route(ASKED, handle, methods=["POST"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Guard, sent=tmp_path)]))


@pytest.mark.parametrize("fails", [False, True])
def test_a_function_in_a_thread_is_timed_within_its_request(client, fails):
    spent = durations(client.post(ASKED, json=[fails]))
    assert 1000 * SLEEP <= spent["work"] <= spent["app"]


def test_a_refusal_is_timed_too(client):
    answer = client.get("/gradio_api/run/x")
    assert answer.status_code == 404 and set(durations(answer)) == {"app"}
