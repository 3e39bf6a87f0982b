"""The address by which one client is told from another, behind a proxy too."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, MutableMapping
from enum import IntEnum
from typing import Any

VARIABLE = "LATENT_EXPLORER_PROXY"  # 1: a proxy stands in front
_FORWARDED = b"x-forwarded-for"
_NETWORK = 64  # bits of an IPv6 address that one subscriber cannot choose


class Proxy(IntEnum):
    """What stands between the clients and this server.

    A client can write any X-Forwarded-For, and a proxy appends to it: only what the proxy itself has written counts.

    Attributes:
        NONE: nothing; whatever is forwarded is ignored.
        ONE: a proxy, which appends the address that it sees.
        PUBLIC: a host whose visitors all have public addresses; its own private hops at the end are passed over.
    """

    NONE = 0
    ONE = 1
    PUBLIC = 2


def proxy_of(environment: Mapping[str, str]) -> Proxy:
    """What stands in front of this server: a Space says so by SPACE_ID, a host by the VARIABLE, which --proxy sets."""
    if environment.get("SPACE_ID"):
        return Proxy.PUBLIC
    return Proxy.ONE if environment.get(VARIABLE, "0") not in ("", "0") else Proxy.NONE


def client_address(scope: MutableMapping[str, Any], trusted: int = Proxy.NONE) -> str:
    """The client's address: the peer's, or the last one that a trusted proxy has forwarded.

    Args:
        scope: of an ASGI request.
        trusted: a `Proxy`; False and True stand for NONE and ONE.

    Returns:
        An IPv4 address, the /64 of an IPv6 address as "2001:db8::/64", or "" where the peer has none.
    """
    peer = (scope.get("client") or ("",))[0] or ""
    if not trusted:
        return _client_of(peer)
    lines = (value.decode("latin-1") for key, value in scope["headers"] if key.lower() == _FORWARDED)
    return _client_of(_last([part for line in lines for part in line.split(",")], trusted) or peer)


def _last(forwarded: Iterable[str], trusted: int) -> str:
    """The last forwarded address; "" where there is none, or what stands last is no address."""
    addresses = [_parsed(part) for part in forwarded]
    if trusted == Proxy.PUBLIC:
        while len(addresses) > 1 and addresses[-1] is not None and not addresses[-1].is_global:
            addresses.pop()
    return str(addresses[-1]) if addresses and addresses[-1] is not None else ""


def _client_of(text: str) -> str:
    address = _parsed(text)
    if address is None:
        return text[:64]  # a peer that is no address: a socket's name
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), _NETWORK), strict=False))
    return str(address)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as proxies write it: alone, "1.2.3.4:80" or "[::1]:80"."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
