"""What stands between the network and Gradio: only what the page and the named endpoints need is open, no request may
take all of the memory or the disk, and a client's mistake is answered as one.

Gradio answers 500 to an unknown component, function or event and to much that it cannot parse. Here that becomes 4xx
with one sentence; what went wrong in this project's own code, or in the machine, stays 5xx and goes into the log.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import Event, sleep, to_thread
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import JSONResponse

from vae.system.limits import MB, PICTURES, REQUESTS, RequestLimits
from vae.ui.kit.client import ADDRESS, address_key
from vae.ui.kit.work import LEFT, Work
from vae.ui.server.admission import Admission, Busy, Caller, Left
from vae.ui.server.bodies import (
    Pace,
    Receive,
    Scope,
    again,
    departure,
    fetches,
    header_of,
    in_time,
    path_of,
    size_of,
    watch,
)
from vae.ui.server.calls import require_share, server_call, session_of
from vae.ui.server.client_address import client_address
from vae.ui.server.hosts import Hosts
from vae.ui.server.http_errors import ErrorMappingSend, Message, Refused, Send, is_client_error, place_of, refusal
from vae.ui.server.mcp import Call, call_of, is_picture
from vae.ui.server.sign_in import FORMS, LOGIN, SignIn, has_password, require_signed_in
from vae.ui.server.upload_quota import has_room
from vae.ui.server.uploads import ADDRESS_OF_UPLOADS

if TYPE_CHECKING:
    import gradio as gr

T = TypeVar("T")

PREFIX = "/gradio_api/"
_READ = re.compile(
    r"/|/config/?|/(assets|static|svelte)/.+|/(favicon\.ico|theme\.css|manifest\.json|robots\.txt)|"
    + PREFIX
    + r"(info/?|openapi\.json|app_id/?|user/?|startup-events|theme\.css|heartbeat/[^/]+|queue/(data|status)|"
    r"upload_progress|call/(v2/)?[^/]+/[^/]+|file=(?!\w+:).+|mcp(/|/schema)?)"
)
# There is more in Gradio: run, proxy=, stream, deep_link, process_recording, vibe-edit, monitoring, dev.
_WRITE = re.compile(PREFIX + r"(component_server/?|queue/join|call/(v2/)?[^/]+/?|cancel|reset/?|upload|mcp/?)")
_TOOLS = re.compile(PREFIX + r"mcp/?")
_OPEN = {"GET": _READ, "HEAD": _READ, "POST": _WRITE, "DELETE": _TOOLS}  # a session of theirs
_FUNCTION = re.compile(PREFIX + r"component_server/?")
_PROGRAM = re.compile(PREFIX + r"(queue/join|call/(v2/)?[^/]+/?)")
_UPLOADING, _TOOL = Work("upload", 1.0), Work("tools", 1.0)
_QUEUED = re.compile(PREFIX + r"(queue|call)/")
_ORIGIN = (b"host", b"x-forwarded-host", b"x-forwarded-proto")  # pages and clients are told to come back there
_HOSTS = re.compile(rb"[\w.:,\[\] -]*")
ANY_HOST = Hosts()
_SEPARATORS = (b",", b"[", b"{")
_MOST_UPLOAD = PICTURES.most_bytes + MB  # the form around its files

log = logging.getLogger(__name__)


class Guard:
    """ASGI middleware, see above.

    Args:
        sent: the folder of uploads.
        hosts: which names and pages are let in.
        admission: of heavy requests.
        demo: the page, whose server functions say what they cost.
    """

    def __init__(
        self,
        app: Callable[..., Awaitable[None]],
        sent: Path,
        limits: RequestLimits = REQUESTS,
        hosts: Hosts = ANY_HOST,
        admission: Admission | None = None,
        demo: gr.Blocks | None = None,
    ) -> None:
        self.app, self.sent, self.limits, self.hosts = app, Path(sent), limits, hosts
        self.admission, self._demo = admission or Admission(), demo
        self.sign_in = SignIn()
        self.held = 0  # bytes of the bodies in memory
        self.coming = 0  # bytes of uploads that are on their way
        self._pace = Pace(limits.upload_rate)
        self._looking = threading.Lock()  # for room, in the few threads that uploads and tools may have
        self._joining: list[Caller] = []  # of calls that are on their way into the queue
        self._traced: set[tuple[str, int]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = ErrorMappingSend(send)
        try:
            self._admit(scope)
            if scope["method"] != "POST":
                await self.app(scope, receive, answer)
            elif path_of(scope) == ADDRESS_OF_UPLOADS:
                await self._take_upload(scope, receive, answer)
            else:
                await self._take_message(scope, receive, answer)
        except Left:
            log.info("%s %s: the client went while it waited", scope["method"], path_of(scope))
        except Busy as busy:
            await sleep(self.admission.limits.held_back)
            log.debug("%s %s: %s", scope["method"], path_of(scope), busy)  # a flood shall not be one of lines
            await answer.refuse(busy)
        except Exception as error:
            if answer.started and not isinstance(error.__cause__ or error, HTTPException):
                raise
            refused = refusal(error)
            level = self._level(error, refused.status)
            log.log(level, "%s %s: %r", scope["method"], path_of(scope), error, exc_info=level > logging.INFO)
            await answer.refuse(refused)

    async def _take_upload(self, scope: Scope, receive: Receive, answer: ErrorMappingSend) -> None:
        """A form with files, which Gradio writes to the disk."""
        async with self.admission.turn(self.admission.client(scope, ""), _UPLOADING):
            size = size_of(scope) or _MOST_UPLOAD
            with self._expected(size) as left:
                if not await self._has_room(size, self.coming):
                    raise Refused(507, "request.disk")
                await self.app(scope, self._upload(receive, left), answer)

    async def _take_message(self, scope: Scope, receive: Receive, answer: ErrorMappingSend) -> None:
        """A body that is read here first."""
        path = path_of(scope)
        with self._counted() as held:
            body = await self._body(receive, held)
            if _QUEUED.match(path) and await self._read(fetches, body):
                raise Refused(400, "request.malformed")
            if _FUNCTION.fullmatch(path):
                await self._call(scope, receive, answer, body)
            elif _TOOLS.fullmatch(path):
                async with self.admission.turn(self.admission.client(scope, ""), _TOOL):
                    call = await self._read(call_of, body)
                    if answered := await self._refusal_of(call):
                        await JSONResponse(answered)(scope, receive, answer)
                    else:
                        await self.app(scope, again(call.body, receive), answer)
            elif _PROGRAM.fullmatch(path) and self._demo is not None:
                client = self.admission.client(scope, await self._read(session_of, body))
                with self._joined(client):
                    await self.app(scope, again(body, receive), answer)
            else:
                await self.app(scope, again(body, receive), answer)

    async def _call(self, scope: Scope, receive: Receive, answer: ErrorMappingSend, body: bytes) -> None:
        """A server function, when its turn comes; the page is told why it did not as functions answer, with {error}."""
        components = self._demo.blocks if self._demo is not None else {}
        call = await self._read(partial(server_call, components=components), body)
        left = Event()
        watching = asyncio.create_task(watch(receive, left))  # in no group, which would wrap what the app raises
        LEFT.set(left.is_set)
        try:
            client = self.admission.client(scope, call.session)
            async with self.admission.turn(client, call.work, left.wait):
                await self.app(scope, again(body, departure(left)), answer)
        except Refused as refused:
            if answer.started:
                raise
            if isinstance(refused, Busy):
                await sleep(self.admission.limits.held_back)
            headers = {name.decode(): value.decode() for name, value in refused.headers}
            await JSONResponse(refused.body(), headers=headers)(scope, receive, answer)
        finally:
            watching.cancel()

    async def _read(self, read: Callable[[bytes], T], body: bytes) -> T:
        """What is read from a body; from a long one in a thread, for the loop of the server serves everybody."""
        return read(body) if len(body) <= self.limits.small else await to_thread.run_sync(read, body)

    @contextmanager
    def _joined(self, client: Caller) -> Iterator[None]:
        """A program's call on its way into Gradio's queue, which counts until it stands there: many can come at once.

        Raises:
            Busy: it is more than the client's share.
        """
        require_share(self._demo._queue, client, self.admission, self._joining)
        self._joining.append(client)
        try:
            yield
        finally:
            self._joining.remove(client)

    def _level(self, error: BaseException, status: int) -> int:
        """Of a line in the log. What may be somebody else's mistake than the client's is told with its trace, but once
        for each place: clients can repeat it as often as they like.
        """
        place = place_of(error)
        if status >= 500:
            return logging.ERROR
        if is_client_error(error) or place in self._traced:
            return logging.INFO
        self._traced.add(place)
        return logging.WARNING

    def _admit(self, scope: Scope) -> None:
        """Raises Refused where the address is not open, its host no name, or the request says that it is too large."""
        method, path = scope["method"], path_of(scope)
        ADDRESS.set(client_address(scope, self.admission.proxy))
        if not all(_HOSTS.fullmatch(value) for key, value in scope["headers"] if key.lower() in _ORIGIN):
            raise Refused(400, "request.malformed")
        self.hosts.check(scope, private=has_password(scope))
        if self._is_sign_in(scope):
            return
        if method == "POST" or _TOOLS.match(path):  # Gradio asks for some of these alone
            require_signed_in(scope)
        if method != "OPTIONS" and not (method in _OPEN and _OPEN[method].fullmatch(path)):
            raise Refused(404, "request.unknown")
        if method == "POST":
            upload = path == ADDRESS_OF_UPLOADS
            most = _MOST_UPLOAD if upload else self.limits.most_bytes
            if size_of(scope) > most:
                raise Refused(413, "request.too_large", limit=most // MB)
            kind = b"multipart/form-data" if upload else b"application/json"
            if not header_of(scope, b"content-type").lower().startswith(kind):
                raise Refused(415, "request.malformed")

    def _is_sign_in(self, scope: Scope) -> bool:
        """Is it somebody who signs in or out? Raises Refused where that cannot be."""
        method, path = scope["method"], path_of(scope)
        if not has_password(scope) or (method, path) != ("GET", "/logout") and not LOGIN.fullmatch(path):
            return False
        if method == "POST":
            self.sign_in.count(ADDRESS.get())
            if size_of(scope) > self.limits.small or not header_of(scope, b"content-type").lower().startswith(FORMS):
                raise Refused(400, "request.malformed")
        return method in ("GET", "POST")

    @contextmanager
    def _counted(self) -> Iterator[list[int]]:
        """Gives what a body's bytes are counted in as long as its request lasts."""
        held = [0]
        try:
            yield held
        finally:
            self.held -= held[0]

    @contextmanager
    def _expected(self, size: int) -> Iterator[list[int]]:
        """Reserves room for an upload, so that many at once do not all take the same. Gives what is left to come."""
        left = [size]
        self.coming += size
        try:
            yield left
        finally:
            self.coming -= left[0]

    async def _body(self, receive: Receive, held: list[int]) -> bytes:
        """Reads a body whole, within the limits.

        Args:
            held: its bytes, counted as long as the request lasts.
        """
        parts, separators, receive = [], 0, in_time(receive, self.limits)
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
            if self.held > self.limits.most_held and held[0] > self.limits.small:
                raise Busy(self.limits.stall)
            if not message.get("more_body"):
                return b"".join(parts)

    async def _refusal_of(self, call: Call) -> dict[str, Any] | None:
        """The answer to a tool's call that goes no further."""
        if call.picture and not await to_thread.run_sync(is_picture, call.picture):
            return call.refused("api.data")
        if call.picture and not await self._has_room(len(call.body)):
            return call.refused("request.disk")
        return None

    async def _has_room(self, size: int, coming: int = 0) -> bool:
        """Is there room for `size` bytes of the client that asks, which are among those that are `coming`, if any are?
        One request looks after the other: among 20,000 files that takes a fifth of a second of a core.
        """

        def look() -> bool:
            with self._looking:
                return has_room(self.sent, coming or size, self.limits, address_key(ADDRESS.get()), size)

        return await to_thread.run_sync(look)

    def _upload(self, receive: Receive, left: list[int]) -> Receive:
        """Counts the bytes of a form, and takes them off what is `left` to come. What it raises is what Gradio's parser
        takes its half-written files away for.
        """
        taken, receive = 0, in_time(receive, self.limits)

        async def counted() -> Message:
            nonlocal taken
            try:
                message = await receive()
            except Refused as error:
                raise MultiPartException(str(error)) from error
            size = len(message.get("body", b""))
            await self._pace.spend(size)
            taken += size
            written = min(size, left[0])
            left[0] -= written
            self.coming -= written
            if taken > _MOST_UPLOAD:
                raise MultiPartException("The form exceeded the maximum allowed size.")
            if message["type"] == "http.disconnect" and taken:
                raise MultiPartException("The client went away.")
            return message

        return counted
