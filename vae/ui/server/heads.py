"""Connections whose request never comes: uvicorn waits for a head for ever, and every connection is an open file."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from vae.ui.server.client_address import client_address

if TYPE_CHECKING:
    import uvicorn

PATIENCE = 30.0  # seconds from the connection, or from the first byte of a later request, to the end of its head
MOST_OF_ADDRESS = 100  # connections of one address that have not sent a head; a class stands behind one address

log = logging.getLogger(__name__)


def bound_heads(server: uvicorn.Server, patience: float = PATIENCE, most: int = MOST_OF_ADDRESS) -> None:
    """Closes from now on connections of a running server whose head does not come within `patience` seconds, and the
    oldest of those of an address that has more than `most`.

    uvicorn's setting `http` takes a class of connections. Gradio does not hand it on, so it is replaced where uvicorn
    looks for it whenever somebody connects.
    """
    usual: Any = server.config.http_protocol_class
    waiting: dict[str, OrderedDict[Any, None]] = {}  # by address, the oldest first; all in the loop of the server

    class Connection(usual):
        _timer: asyncio.TimerHandle | None = None
        _address = ""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._address = client_address({"client": transport.get_extra_info("peername")})
            self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            cycle = getattr(self, "cycle", None)
            if cycle is not None and not cycle.response_complete:
                self._rest()
            elif self._timer is None:
                self._wait()

        def connection_lost(self, error: Exception | None) -> None:
            self._rest()
            super().connection_lost(error)

        def _wait(self) -> None:
            self._timer = asyncio.get_running_loop().call_later(patience, self._give_up)
            others = waiting.setdefault(self._address, OrderedDict())
            others[self] = None
            if len(others) > most:
                next(iter(others))._give_up()

        def _rest(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            others = waiting.get(self._address, {})
            if self in others:
                del others[self]
                if not others:
                    del waiting[self._address]

        def _give_up(self) -> None:
            self._rest()
            self.transport.close()

    server.config.http_protocol_class = Connection
