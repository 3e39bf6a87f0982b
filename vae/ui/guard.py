"""What stands between the network and Gradio: only what the page and the named endpoints need is open, no request may
take all of the memory or the disk, and a client's mistake is answered as one.

Gradio answers 500 to an unknown component, function or event and to much that it cannot parse. Here that becomes 4xx
with one sentence; what went wrong in this project's own code, or in the machine, stays 5xx and goes into the log.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from vae.limits import MB, PICTURES, REQUESTS, RequestLimits
from vae.ui.sent import has_room
from vae.ui.strings import UserError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PROJECT = str(Path(__file__).resolve().parents[1])
PREFIX = "/gradio_api/"
_READ = re.compile(
    r"/|/config/?|/(assets|static|svelte)/.+|/(favicon\.ico|theme\.css|manifest\.json|robots\.txt)|"
    + PREFIX
    + r"(info/?|openapi\.json|app_id/?|user/?|startup-events|theme\.css|heartbeat/[^/]+|queue/(data|status)|"
    r"upload_progress|call/(v2/)?[^/]+/[^/]+|file=(?!\w+:).+|mcp(/.*)?)"
)
# There is more in Gradio: run, proxy=, stream, deep_link, process_recording, vibe-edit, monitoring, dev.
_WRITE = re.compile(PREFIX + r"(component_server/?|queue/join|call/(v2/)?[^/]+/?|cancel|reset/?|upload|mcp(/.*)?)")
_OPEN = {"GET": _READ, "HEAD": _READ, "POST": _WRITE, "DELETE": re.compile(PREFIX + r"mcp(/.*)?")}  # its sessions
_UPLOAD = PREFIX + "upload"
_QUEUED = re.compile(PREFIX + r"(queue|call)/")
_SEPARATORS = (b",", b"[", b"{")
_FORM_SPARE = MB  # bytes of a form around its files

log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that goes no further: the status and the sentence of its answer."""

    def __init__(self, status: int, key: str, **values: Any) -> None:
        self.status, self.sentence = status, UserError(key, **values)
        super().__init__(str(self.sentence))


class Guard:
    """ASGI middleware, see above.

    Args:
        sent: the folder that Gradio puts uploads into.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], sent: Path, limits: RequestLimits = REQUESTS) -> None:
        self.app, self.sent, self.limits = app, Path(sent), limits
        self.held = 0  # bytes of the bodies in memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = Answer(send)
        try:
            with self._admitted(scope) as held:
                if scope["method"] == "POST" and _path(scope) == _UPLOAD:
                    if not await to_thread.run_sync(has_room, self.sent, size_of(scope), self.limits):
                        raise Refused(507, "request.disk")
                    receive = self._upload(receive)
                elif scope["method"] == "POST":
                    body = await self._body(receive, held)
                    if _QUEUED.match(_path(scope)) and fetches(body):
                        raise Refused(400, "request.malformed")
                    receive = _again(body, receive)
                await self.app(scope, receive, answer)
        except Exception as error:
            if answer.started and not isinstance(error.__cause__ or error, HTTPException):
                raise
            refused = refusal(error)
            level = logging.ERROR if refused.status >= 500 else logging.INFO
            log.log(level, "%s %s: %r", scope["method"], _path(scope), error, exc_info=level == logging.ERROR)
            await answer.refuse(refused)

    @contextmanager
    def _admitted(self, scope: Scope) -> Iterator[list[int]]:
        """Raises Refused where the address is not open or the request says that it is too large."""
        method, path = scope["method"], _path(scope)
        if method != "OPTIONS" and not (method in _OPEN and _OPEN[method].fullmatch(path)):
            raise Refused(404, "request.unknown")
        if method == "POST":
            upload = path == _UPLOAD
            most = PICTURES.most_bytes + _FORM_SPARE if upload else self.limits.most_bytes
            if size_of(scope) > most:
                raise Refused(413, "request.too_large", limit=most // MB)
            kind = b"multipart/form-data" if upload else b"application/json"
            if not _header(scope, b"content-type").lower().startswith(kind):
                raise Refused(415, "request.malformed")
        held = [0]
        try:
            yield held
        finally:
            self.held -= held[0]

    async def _body(self, receive: Receive, held: list[int]) -> bytes:
        """Reads a body whole, within the limits.

        Args:
            held: its bytes, counted as long as the request lasts.
        """
        parts, separators = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "request.malformed")
            part = message.get("body", b"")
            parts.append(part)
            held[0] += len(part)
            self.held += len(part)
            separators += sum(part.count(mark) for mark in _SEPARATORS)
            if held[0] > self.limits.most_bytes:
                raise Refused(413, "request.too_large", limit=self.limits.most_bytes // MB)
            if separators > self.limits.most_items:
                raise Refused(413, "request.too_many", limit=self.limits.most_items)
            if self.held > self.limits.most_held:
                raise Refused(503, "request.busy")
            if not message.get("more_body"):
                return b"".join(parts)

    def _upload(self, receive: Receive) -> Receive:
        """Counts the bytes of a form. What it raises is what Gradio's parser takes its half-written files away for."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > PICTURES.most_bytes + _FORM_SPARE:
                raise MultiPartException("The form exceeded the maximum allowed size.")
            if message["type"] == "http.disconnect" and taken:
                raise MultiPartException("The client went away.")
            return message

        return counted


class Answer:
    """A `send` that knows whether the answer has begun, and says in one sentence what Gradio says otherwise."""

    def __init__(self, send: Send) -> None:
        self.send, self.started, self.replaced = send, False, False

    async def __call__(self, message: Message) -> None:
        if self.replaced:
            return
        if message["type"] == "http.response.start":
            if message["status"] in (422, 500):
                self.replaced = True
                wrong = message["status"] == 422  # it would repeat what was sent
                log.log(logging.INFO if wrong else logging.ERROR, "Gradio answered %d", message["status"])
                await self._whole(Refused(message["status"], "request.malformed" if wrong else "error.internal"))
                return
            self.started = True
            message["headers"] = [*message.get("headers", []), (b"x-content-type-options", b"nosniff")]
        await self.send(message)

    async def refuse(self, refused: Refused) -> None:
        """Answers so, or ends an answer that has begun."""
        if self.started:
            await self.send({"type": "http.response.body", "body": b""})
        elif not self.replaced:
            self.replaced = True
            await self._whole(refused)

    async def _whole(self, refused: Refused) -> None:
        said = refused.sentence
        body = json.dumps({"error": str(said), "key": said.key, "values": said.values}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        headers.append((b"x-content-type-options", b"nosniff"))
        await self.send({"type": "http.response.start", "status": refused.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


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


def _again(body: bytes, receive: Receive) -> Receive:
    """Hands a body on that has been read; what comes after it, the end of the connection, comes as it would."""
    waiting = [{"type": "http.request", "body": body}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def refusal(error: BaseException) -> Refused:
    """What is answered where an exception has come up to here."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, OSError):
        return Refused(507, "request.disk")
    if isinstance(error, MemoryError) or _own(error):
        return Refused(500, "error.internal")
    # None of this project's code has been reached: Gradio could make nothing of the request.
    return Refused(404, "request.unknown") if isinstance(error, KeyError) else Refused(400, "request.malformed")


def _own(error: BaseException) -> bool:
    """Has it passed through this project's code, this module aside?"""
    trace = error.__traceback__
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(PROJECT) and name != __file__:
            return True
        trace = trace.tb_next
    return False


def size_of(scope: Scope) -> int:
    """The bytes that a request says it has; 0 where it does not say, or nothing that is a number."""
    said = _header(scope, b"content-length")[:20]
    return int(said) if said.isdigit() else 0


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key.lower() == name), b"")


def _path(scope: Scope) -> str:
    """The path below the app's own root."""
    return scope["path"].removeprefix(scope.get("root_path", "")) or "/"
