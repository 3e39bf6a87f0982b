"""The client whose request is being answered, for functions that are given nothing but what it has sent."""

from __future__ import annotations

import hashlib
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

# Of the request that is being answered. The threads that functions run in get a copy of the context.
ADDRESS: ContextVar[str] = ContextVar("address", default="")
_SALT = secrets.token_bytes(16)  # of this process, so that nobody can try all addresses against what lies on the disk


@dataclass(frozen=True)
class Client:
    """Whose something is.

    Attributes:
        owner: hash of the browser's token; a browser can have as many as it likes.
        address: keyed hash of its network address, the same while this process runs; "" where there is none.
    """

    owner: str
    address: str = ""


def present_client(owner: str) -> Client:
    """Who asks at present.

    Args:
        owner: hash of the token that it has sent.
    """
    return Client(owner, address_key(ADDRESS.get()))


def address_key(address: str) -> str:
    """A keyed hash of an address, 16 hexadecimal digits, the same while this process runs; "" for no address."""
    return hashlib.blake2b(address.encode(), key=_SALT, digest_size=8).hexdigest() if address else ""
