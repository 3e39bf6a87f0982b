"""Uploads, each in a folder of its own from the start.

Gradio puts a file under the hash of its content, so that all who send the same one share it: whoever is done first
takes it away from the others. Here it comes to lie under a token that its sender alone is told.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from anyio import CancelScope, to_thread
from gradio_client.utils import strip_invalid_filename_characters
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from vae.system.limits import MB, PICTURES
from vae.ui.kit.client import ADDRESS, address_key
from vae.ui.server.bodies import Scope, path_of
from vae.ui.server.http_errors import Refused
from vae.ui.server.upload_quota import coming_name, folder_name

ADDRESS_OF_UPLOADS = "/gradio_api/upload"
MOST_PARTS = 1_000  # of a form: files and fields
FIELD = b"files"  # of a form: what stands under other names is passed over, as by Gradio
_DOTS = re.compile(r"\.*")


class Uploads:
    """ASGI middleware behind `Guard`, which counts the bytes: a form of files is answered by the list of their paths.

    Args:
        sent: the folder that Gradio takes files from.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], sent: Path) -> None:
        self.app, self.sent = app, Path(sent)

    async def __call__(self, scope: Scope, receive: Callable, send: Callable) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or path_of(scope) != ADDRESS_OF_UPLOADS:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        form = Form(self.sent, address_key(ADDRESS.get()), boundary_of(request.headers.get("content-type", "")))
        try:
            await form.read(request)
        except BaseException:  # whatever ends it leaves nothing behind
            with CancelScope(shield=True):
                await to_thread.run_sync(form.remove)
            raise
        paths = [str(path) for path in form.paths]
        if blocks := getattr(scope.get("app"), "blocks", None):
            blocks.upload_file_set.update(paths)  # Gradio takes them away when nobody has come for them
        await JSONResponse(paths)(scope, receive, send)


@dataclass(eq=False)
class Part:
    """One part of a form; `coming` is where it is written until it is whole, None for what is passed over."""

    disposition: bytes = b""
    name: str = ""
    coming: Path | None = None
    file: BinaryIO | None = None
    size: int = 0


class Form:
    """Reads a form and writes its files to the disk as they come.

    Args:
        folder: of all uploads.
        client: who sends it, of `address_key`.
        boundary: between its parts.

    Attributes:
        paths: of the files that are there whole, in their order.
    """

    def __init__(self, folder: Path, client: str, boundary: bytes) -> None:
        self.folder, self.client, self.paths = folder, client, []
        self._parts: list[Part] = []
        self._header, self._value, self._ended = b"", b"", False
        self._waiting: list[Callable[[], None]] = []  # for the disk, which must not stop the event loop
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_to_header,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._name_part,
                "on_part_data": self._add_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    async def read(self, request: Request) -> None:
        """Reads the body of a request.

        Raises:
            Refused: it is no form, too large, or breaks off.
            OSError: the disk refuses.
        """
        try:
            await to_thread.run_sync(lambda: self.folder.mkdir(parents=True, exist_ok=True))
            async for chunk in request.stream():
                self._parser.write(chunk)
                if self._waiting:
                    await to_thread.run_sync(self._work)
        except MultiPartException as error:  # of the guard that counts the bytes
            raise error.__cause__ if isinstance(error.__cause__, Refused) else _malformed() from error
        except (FormParserError, ClientDisconnect) as error:
            raise _malformed() from error
        if not self._ended:
            raise _malformed()

    def remove(self) -> None:
        """Takes away all that has been written."""
        for part in self._parts:
            if part.file:
                part.file.close()
                part.coming.unlink(missing_ok=True)
        for path in self.paths:
            shutil.rmtree(path.parent, ignore_errors=True)

    def _work(self) -> None:
        waiting, self._waiting = self._waiting, []
        for step in waiting:
            step()

    # What the parser calls.

    def _begin(self) -> None:
        self._parts.append(Part())
        if len(self._parts) > MOST_PARTS:
            raise _malformed()

    def _add_to_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._parts[-1].disposition = self._value
        self._header, self._value = b"", b""

    def _name_part(self) -> None:
        part = self._parts[-1]
        _, options = parse_options_header(part.disposition)
        if b"name" not in options:
            raise _malformed()
        if options[b"name"] == FIELD and b"filename" in options:
            part.name = clean_name(options[b"filename"].decode("utf-8", "replace"))
            part.coming = self.folder / coming_name(self.client)
            self._waiting.append(partial(_open, part))

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        part = self._parts[-1]
        if part.coming is None:
            return
        part.size += end - start
        if part.size > PICTURES.most_bytes:
            raise Refused(413, "request.too_large", limit=PICTURES.most_bytes // MB)
        self._waiting.append(partial(_write, part, data[start:end]))

    def _end_part(self) -> None:
        if self._parts[-1].coming is not None:
            self._waiting.append(partial(self._close, self._parts[-1]))

    def _end(self) -> None:
        self._ended = True

    def _close(self, part: Part) -> None:
        part.file.close()
        home = self.folder / folder_name(self.client)
        home.mkdir(mode=0o700)
        self.paths.append(home / part.name)
        part.coming.replace(self.paths[-1])
        part.file = None


def _open(part: Part) -> None:
    part.file = part.coming.open("xb")


def _write(part: Part, data: bytes) -> None:
    part.file.write(data)


def boundary_of(content_type: str) -> bytes:
    """Of a form. Raises Refused."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 256:
        raise _malformed()
    return boundary


def clean_name(name: str) -> str:
    """The last part of a file's name, without what no disk takes; a new one where nothing is left of it."""
    cleaned = strip_invalid_filename_characters(name.replace("\\", "/").rpartition("/")[2])
    return f"tmp{secrets.token_hex(5)}" if _DOTS.fullmatch(cleaned) else cleaned


def _malformed() -> Refused:
    return Refused(400, "request.malformed")
