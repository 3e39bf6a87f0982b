"""One admission point for heavy requests: how many run at a time, in which order, and who is asked to come back.

Every request says what it costs before it starts, as `Work`: a lane and seconds of one core. What costs less than
`AdmissionLimits.quick` passes at once, so that threads are always left for it. All else waits in its lane for one of a
few places, in fair order: the address that has used least time comes first, and of that address the session. Who asks
for more than a share of the queue is sent away with the seconds after which to ask again.

All of this happens in one event loop; no lock is needed, and no thread waits.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio

from vae.system.limits import ADMISSION, AdmissionLimits, LaneLimits
from vae.ui.kit.work import Work
from vae.ui.server.client_address import Proxy, client_address
from vae.ui.server.http_errors import Refused

Departure = Callable[[], Awaitable[None]] | None  # returns when the client has left


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        session: of a page, or of a program. Free to choose, so it bounds those who are honest.
        address: of the machine, or of the network that it stands in.
    """

    session: str
    address: str


class Busy(Refused):
    """A request that would wait too long; `seconds` from now is worth a new attempt."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        super().__init__(503, "request.busy", seconds=self.seconds)
        self.headers = [(b"retry-after", str(self.seconds).encode())]


class Left(Exception):
    """The client has gone before its turn came."""


@dataclass(eq=False)
class Ticket:
    """A request that waits for its turn, or works."""

    client: Caller
    seconds: float
    turn: anyio.Event = field(default_factory=anyio.Event)


class Lane:
    """The queue of one kind of work.

    Time is charged when work starts, by its estimate, and corrected when it ends, by the clock. Who comes anew starts
    with the least that anybody present has used, so that nobody saves time up by staying away.
    """

    def __init__(self, limits: LaneLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits, self._clock = limits, clock
        self.waiting: list[Ticket] = []
        self.working: list[Ticket] = []
        self._used: dict[str | Caller, float] = {}

    @asynccontextmanager
    async def turn(self, client: Caller, seconds: float, left: Departure = None) -> AsyncIterator[None]:
        """Wait for a place and hold it.

        Args:
            seconds: estimated cost.
            left: returns when the client has gone.

        Raises:
            Busy: the queue, or the client's share of it, is full.
            Left: the client went while it waited.
        """
        ticket = self._enter(client, seconds)
        try:
            if not ticket.turn.is_set():
                await _first(ticket.turn.wait, left)
            if not ticket.turn.is_set():
                raise Left
        except BaseException:
            self._withdraw(ticket)
            raise
        began = self._clock()
        try:
            yield
        finally:
            self._charge(client, self._clock() - began - seconds)
            self._leave(ticket)

    def _enter(self, client: Caller, seconds: float) -> Ticket:
        present = (*self.waiting, *self.working)
        of_address = [ticket for ticket in present if ticket.client.address == client.address]
        of_session = [ticket for ticket in of_address if ticket.client == client]
        shares = ((of_session, self.limits.of_session), (of_address, self.limits.of_address))
        for before, most in (*shares, (present, self.limits.places + self.limits.waiting)):
            if len(before) >= most:
                raise Busy(sum(ticket.seconds for ticket in before) / self.limits.places)
        addresses = {ticket.client.address for ticket in present}
        self._open(client.address, addresses)
        self._open(client, {ticket.client for ticket in of_address})
        ticket = Ticket(client, seconds)
        self.waiting.append(ticket)
        self._advance()
        return ticket

    def _open(self, key: str | Caller, present: Collection[str | Caller]) -> None:
        """The account of one who comes: no less than the least of those present."""
        if key not in present:
            least = min((self._used[other] for other in present), default=0.0)
            self._used[key] = max(self._used.get(key, 0.0), least)

    def _advance(self) -> None:
        """Give free places to those whose turn it is."""
        while len(self.working) < self.limits.places and (ticket := self._next()):
            self.waiting.remove(ticket)
            self.working.append(ticket)
            self._charge(ticket.client, ticket.seconds)
            ticket.turn.set()

    def _next(self) -> Ticket | None:
        """The first of those whose address, and of it whose session, has used least; places are left for others."""
        held = Counter(ticket.client.address for ticket in self.working)
        most = self.limits.places_of_address or max(1, self.limits.places - 1)
        ready = [ticket for ticket in self.waiting if held[ticket.client.address] < most]
        return min(ready, key=lambda t: (self._used[t.client.address], self._used[t.client]), default=None)

    def _charge(self, client: Caller, seconds: float) -> None:
        for key in (client.address, client):
            self._used[key] += seconds

    def _withdraw(self, ticket: Ticket) -> None:
        if ticket in self.waiting:
            self.waiting.remove(ticket)
            self._forget(ticket.client)
        elif ticket in self.working:  # its turn came in the very moment in which it left
            self._charge(ticket.client, -ticket.seconds)
            self._leave(ticket)

    def _leave(self, ticket: Ticket) -> None:
        self.working.remove(ticket)
        self._forget(ticket.client)
        self._advance()

    def _forget(self, client: Caller) -> None:
        """Drop a session's account once it has gone, for sessions are free; an address keeps its own until all have."""
        present = (*self.waiting, *self.working)
        if not present:
            self._used.clear()
        elif all(ticket.client != client for ticket in present):
            del self._used[client]


class Admission:
    """The lanes of one server.

    Args:
        proxy: what stands in front of it, see `client_address`.
    """

    def __init__(
        self,
        limits: AdmissionLimits = ADMISSION,
        proxy: Proxy = Proxy.NONE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits, self.proxy = limits, proxy
        self.lanes = {name: Lane(lane, clock) for name, lane in limits.lanes.items()}

    def client(self, scope: MutableMapping[str, Any], session: object) -> Caller:
        """Who sends a request."""
        return Caller(session[:64] if isinstance(session, str) else "", client_address(scope, self.proxy))

    @asynccontextmanager
    async def turn(self, client: Caller, work: Work, left: Departure = None) -> AsyncIterator[None]:
        """See `Lane.turn`; nothing is waited for where the work is quick.

        Raises:
            Refused: the work is more than one request may ask for.
        """
        if work.seconds <= self.limits.quick:
            yield
            return
        lane = self.lanes[work.lane]
        if work.seconds > lane.limits.longest:
            raise Refused(413, "request.too_dear", seconds=round(work.seconds), limit=round(lane.limits.longest))
        async with lane.turn(client, work.seconds, left):
            yield


async def _first(*events: Departure) -> None:
    """Return when one of them does; the others are cancelled."""
    async with anyio.create_task_group() as group:

        async def wait(event: Callable[[], Awaitable[None]]) -> None:
            await event()
            group.cancel_scope.cancel()

        for event in filter(None, events):
            group.start_soon(wait, event)
