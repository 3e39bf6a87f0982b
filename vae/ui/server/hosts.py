"""The names that this server answers to, and the pages that may send it something.

A page of another site can have its own name point to this machine (DNS rebinding), and send forms and JSON to any
address: both are recognised by headers that no page can choose, Host and Origin.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vae.ui.server.client_address import Proxy
from vae.ui.server.http_errors import Refused

VARIABLE = "LATENT_EXPLORER_ALLOW_HOST"  # names, with commas between
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
# Where one of these is set, a notebook's host stands in front, signs people in and gives the app a name of its own.
NOTEBOOKS = ("JUPYTERHUB_SERVICE_PREFIX", "COLAB_RELEASE_TAG")
_ANY = {"", "0.0.0.0", "::"}  # of all that listens, not a name of it
_READING = ("GET", "HEAD", "OPTIONS")
_NAME = re.compile(r"\[([0-9a-f:.]+)\](:\d+)?|([^:/\[\]]+)(:\d+)?")


@dataclass(frozen=True)
class Hosts:
    """Which requests are let in.

    Attributes:
        names: that Host may have; None for any, on a server that everybody may reach.
        origins: names of pages that may send something, besides those of this server; None for any.
    """

    names: frozenset[str] | None = None
    origins: frozenset[str] | None = frozenset()

    def check(self, scope: MutableMapping[str, Any], private: bool = False) -> None:
        """Raises Refused for a request under a foreign name, or one that a page of another site sends.

        Args:
            private: is what the server answers not for everybody? Then such a page may not read either.
        """
        headers: dict[bytes, list[str]] = {}
        for key, value in scope["headers"]:
            headers.setdefault(key.lower(), []).append(value.decode("latin-1"))
        hosts = [host_name(value) for value in headers.get(b"host", [])]
        if self.names is not None and (len(hosts) != 1 or hosts[0] not in self.names):
            raise Refused(403, "request.host", host=(hosts or [""])[0])
        if (scope["method"] in _READING and not private) or self.origins is None:
            return
        hosts += [host_name(value) for value in headers.get(b"x-forwarded-host", [])]  # of a proxy: no page sends it
        for origin in headers.get(b"origin", []):
            name = origin_name(origin)
            if not name or name not in {*hosts, *self.origins}:
                raise Refused(403, "request.origin")


def hosts_of(
    listens: str | None, allowed: Iterable[str], environment: Mapping[str, str], proxy: int = Proxy.NONE
) -> Hosts:
    """The names of a server.

    Args:
        listens: the address that it listens on; None for this machine's own.
        allowed: further names; "*" for any. Where there are some, no others but local ones are let in.
        environment: may hold the VARIABLE, a Space's SPACE_HOST, and what tells of a notebook's host.
        proxy: stands in front.
    """
    given = [name.strip().lower() for name in (*allowed, *environment.get(VARIABLE, "").split(",")) if name.strip()]
    own = (listens or environment.get("GRADIO_SERVER_NAME") or "127.0.0.1").strip("[]").lower()
    names = frozenset({*LOCAL, own, *map(host_name, given), host_name(environment.get("SPACE_HOST", ""))} - _ANY)
    if any(environment.get(variable) for variable in NOTEBOOKS):
        return Hosts(None, None)
    if "*" in given:
        return Hosts(None, names)
    closed = given or (is_loopback(own) and proxy == Proxy.NONE)
    return Hosts(names if closed else None, names if closed else names - LOCAL)


def is_loopback(host: str) -> bool:
    """Does only this machine reach what listens there?"""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str:
    """The name in "name:port", "1.2.3.4" or "[::1]:port", in small letters; "" for anything else."""
    parts = _NAME.fullmatch(host.strip().lower())
    return (parts[1] or parts[3]).removesuffix(".") if parts else ""


def origin_name(origin: str) -> str:
    """The host's name in an Origin; "" for "null" and what is none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return host_name(parts.netloc) if parts.scheme in ("http", "https") else ""
