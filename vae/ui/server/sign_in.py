"""The password of an app that has one: Gradio keeps it, and here is what Gradio leaves open."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import MutableMapping
from time import monotonic
from typing import Any

from starlette.requests import Request

from vae.ui.server.http_errors import Refused

LOGIN = re.compile(r"/login/?")
FORMS = (b"multipart/form-data", b"application/x-www-form-urlencoded")
ATTEMPTS, _SPAN = 100, 60.0  # of one address, in so many seconds: a class that signs in together stands behind one
_REMEMBERED = 10_000  # addresses


class SignIn:
    """Bounds how fast passwords can be tried from one address."""

    def __init__(self) -> None:
        self._tried: OrderedDict[str, list[float]] = OrderedDict()

    def count(self, address: str) -> None:
        """Raises Refused where too many come from an address."""
        now = monotonic()
        recent = [moment for moment in self._tried.pop(address, []) if now - moment < _SPAN]
        self._tried[address] = recent
        while len(self._tried) > _REMEMBERED:
            self._tried.popitem(last=False)
        if len(recent) >= ATTEMPTS:
            raise Refused(429, "request.often")
        recent.append(now)


def has_password(scope: MutableMapping[str, Any]) -> bool:
    """Does the app behind a request ask for one?"""
    return getattr(scope.get("app"), "auth", None) is not None


def require_signed_in(scope: MutableMapping[str, Any]) -> None:
    """Raises Refused where the app has a password and the sender has not given it, as Gradio's `login_check` asks."""
    if not has_password(scope):
        return
    app, cookies = scope["app"], Request(scope).cookies
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    if not any(cookies.get(name) in app.tokens for name in names):
        raise Refused(401, "request.sign_in")
