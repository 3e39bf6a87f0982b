"""What stands between clients of the Model Context Protocol and Gradio's server of it.

That one takes addresses for pictures and fetches them, writes pictures to the disk before anything has counted them,
and falls over what is no text.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from vae.ui.kit.i18n import say
from vae.ui.server.http_errors import Refused

_PICTURE = re.compile(r"data:image/[\w.+-]+;base64,")


@dataclass(frozen=True)
class Call:
    """One message of a client.

    Attributes:
        body: the message as it goes on, written anew: readers differ where a key stands there twice.
        id: what its answer has to repeat.
        picture: what it sends as `image`, empty where it sends none.
    """

    body: bytes
    id: str | int | None = None
    picture: str = ""

    def refused(self, key: str) -> dict[str, Any]:
        """The answer of a tool that has failed, in one sentence."""
        content = [{"type": "text", "text": say(key)}]
        return {"jsonrpc": "2.0", "id": self.id, "result": {"content": content, "isError": True}}


def call_of(body: bytes) -> Call:
    """Reads a message. Raises Refused where it is no JSON, too deep, or cannot be repeated in an answer."""
    try:
        message = json.loads(body)
        body = json.dumps(message, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise Refused(400, "request.malformed") from error
    arguments = _arguments(message)
    if "image" not in arguments:
        return Call(body)
    if arguments["image"] in ("", None):  # as a client that fills in every argument sends it
        del arguments["image"]
        return Call(json.dumps(message).encode())
    named, picture = message.get("id"), arguments["image"]
    known = isinstance(named, (str, int)) and isinstance(picture, str)  # else Gradio refuses it
    return Call(body, named, picture) if known else Call(body)


def is_picture(text: str) -> bool:
    """Is it a picture itself, written as a data: address?"""
    head = _PICTURE.match(text)
    try:
        return bool(head) and bool(base64.b64decode(text[head.end() :]))
    except ValueError:
        return False


def _arguments(message: Any) -> dict[str, Any]:
    """Those of a call of a tool, the message's own."""
    inner = message.get("params") if isinstance(message, dict) and message.get("method") == "tools/call" else None
    arguments = inner.get("arguments") if isinstance(inner, dict) else None
    return arguments if isinstance(arguments, dict) else {}
