"""HTTP errors as one sentence, in place of Gradio's own: 4xx for a client's mistake, 5xx for ours or the machine's."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException

from vae.ui.kit.i18n import UserError
from vae.ui.kit.server_timing import RequestTimer

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

PROJECT = str(Path(__file__).resolve().parents[2])
# Whatever is asked passes through these.
_BETWEEN = {str(Path(__file__).with_name(name)) for name in ("http_errors.py", "guard.py", "bodies.py", "uploads.py")}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}

log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that goes no further: status, headers and sentence of its answer."""

    headers: Sequence[tuple[bytes, bytes]] = ()

    def __init__(self, status: int, key: str, **values: Any) -> None:
        self.status, self.sentence = status, UserError(key, **values)
        super().__init__(str(self.sentence))

    def body(self) -> dict[str, Any]:
        """What is answered, as server functions answer."""
        return {"error": str(self.sentence), "key": self.sentence.key, "values": self.sentence.values}


class ErrorMappingSend:
    """An ASGI `send` that replaces Gradio's answers of status 422 and 500 by this project's errors.

    It remembers in `started` whether an answer has begun, and adds to every one the header that says how long it took.
    """

    def __init__(self, send: Send) -> None:
        self.send, self.started, self.replaced, self._timer = send, False, False, RequestTimer()

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
            message["headers"] = [*message.get("headers", []), *self._headers()]
        await self.send(message)

    async def refuse(self, refused: Refused) -> None:
        """Answers so, or ends an answer that has begun."""
        if self.started:
            await self.send({"type": "http.response.body", "body": b""})
        elif not self.replaced:
            self.replaced = True
            await self._whole(refused)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        """What every answer carries."""
        return [(b"x-content-type-options", b"nosniff"), self._timer.header()]

    async def _whole(self, refused: Refused) -> None:
        body = json.dumps(refused.body()).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        headers += [*refused.headers, *self._headers()]
        await self.send({"type": "http.response.start", "status": refused.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def refusal(error: BaseException) -> Refused:
    """What is answered where an exception has come up to here."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return Refused(507, "request.disk")
    broken = isinstance(error, RuntimeError) and not isinstance(error, RecursionError)  # a body can be that deep
    broken = broken and not isinstance(error.__cause__, HTTPException)  # of an answer that had begun
    if isinstance(error, (MemoryError, OSError)) or broken or _from_our_code(error):
        return Refused(500, "error.internal")
    # None of this project's code has been reached: Gradio could make nothing of the request.
    return Refused(404, "request.unknown") if isinstance(error, KeyError) else Refused(400, "request.malformed")


def is_client_error(error: BaseException) -> bool:
    """Is it what comes of a request that cannot be read? Other exceptions of Python's own are somebody's mistake."""
    cause = error.__cause__ or error
    read = isinstance(cause, (LookupError, ValueError, RecursionError))
    return read or type(cause).__module__ != "builtins"


def place_of(error: BaseException) -> tuple[str, int]:
    """File and line that it comes from."""
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename, trace.tb_lineno


def _from_our_code(error: BaseException) -> bool:
    """Has it passed through this project's code, what stands before Gradio aside?"""
    trace = error.__traceback__
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(PROJECT) and name not in _BETWEEN:
            return True
        trace = trace.tb_next
    return False
