"""Requests before Gradio reads them: their path and size, and their bodies, read in time and handed on."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from anyio import Event, current_time, move_on_after, sleep

from vae.system.limits import RequestLimits
from vae.ui.server.http_errors import Message, Refused

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


def path_of(scope: Scope) -> str:
    """The path below the app's own root, whether or not a proxy has taken the root away."""
    path, root = scope["path"], scope.get("root_path", "")
    return (path.removeprefix(root) if path == root or path.startswith(f"{root}/") else path) or "/"


def header_of(scope: Scope, name: bytes) -> bytes:
    """A header by its name in small letters; empty where there is none."""
    return next((value for key, value in scope["headers"] if key.lower() == name), b"")


def size_of(scope: Scope) -> int:
    """The bytes that a request says it has; 0 where it does not say, or nothing that is a number."""
    length = header_of(scope, b"content-length")[:20]
    return int(length) if length.isdigit() else 0


def in_time(receive: Receive, limits: RequestLimits) -> Receive:
    """Raises Refused where a body keeps the server waiting: between two parts, or all in all for its size."""
    taken, began, complete = 0, current_time(), False

    async def timed() -> Message:
        nonlocal taken, complete
        if complete:
            return await receive()  # the end of the connection, whenever it comes
        spare = limits.stall + taken / limits.least_rate - (current_time() - began)
        with move_on_after(min(limits.stall, spare)):
            message = await receive()
            taken += len(message.get("body", b""))
            complete = not message.get("more_body")
            return message
        raise Refused(408, "request.slow")

    return timed


class Pace:
    """At most so many bytes a second of all who share it; parts pass in the order in which they come."""

    def __init__(self, rate: float) -> None:
        self._rate, self._free = rate, 0.0

    async def spend(self, size: int) -> None:
        """Wait until what came before has had its time, and take the time of `size` bytes."""
        now = current_time()
        start = max(self._free, now)
        self._free = start + size / self._rate
        if start > now:
            await sleep(start - now)


def again(body: bytes, then: Receive) -> Receive:
    """Hands a body on that has been read; what comes after it, the end of the connection, comes of `then`."""
    waiting = [{"type": "http.request", "body": body}]

    async def receive() -> Message:
        return waiting.pop() if waiting else await then()

    return receive


async def watch(receive: Receive, left: Event) -> None:
    """Sets `left` when the client has gone; its body has been read."""
    while (await receive())["type"] != "http.disconnect":
        pass
    left.set()


def departure(left: Event) -> Receive:
    """What a connection says that is watched by `watch`: that it ends, when it does."""

    async def receive() -> Message:
        await left.wait()
        return {"type": "http.disconnect"}

    return receive


def fetches(body: bytes) -> bool:
    """Does it name a file on another machine? Gradio would fetch it, whatever its size, and keep it."""
    try:
        waiting = [json.loads(body)]
    except (ValueError, RecursionError):
        return False  # Gradio cannot read it either
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            path = value.get("path")
            if isinstance(path, str) and path.strip().lower().startswith(("http:", "https:")):
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False
