"""What a request asks for, as far as its admission must know: a server function's cost, and calls of programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradio.queueing import Event, Queue

from vae.system.limits import AdmissionLimits
from vae.ui.kit.work import QUICK, Work
from vae.ui.server.admission import Admission, Busy, Client

PROGRAM_SECONDS = 1.0  # after which a program may ask again


@dataclass(frozen=True)
class ServerCall:
    """A call of a server function: the session that sends it, and what its answer costs."""

    session: str
    work: Work


def server_call(body: bytes, components: Mapping[int, Any]) -> ServerCall:
    """Reads a call; one that Gradio will refuse costs nothing.

    Args:
        components: of the page, by their numbers.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return ServerCall("", QUICK)
    if not isinstance(message, dict):
        return ServerCall("", QUICK)
    name, number, session = (message.get(key) for key in ("fn_name", "component_id", "session_hash"))
    component = components.get(number) if isinstance(number, int) else None
    function = getattr(component, name, None) if component is not None and isinstance(name, str) else None
    work_of = getattr(function, "work_of", None)
    session = session if isinstance(session, str) else ""
    return ServerCall(session, work_of(message.get("data")) if work_of else QUICK)


def session_of(body: bytes) -> str:
    """The session that a program's call names."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    session = message.get("session_hash") if isinstance(message, dict) else None
    return session if isinstance(session, str) else ""


def require_share(queue: Queue, client: Client, admission: Admission) -> None:
    """Raises Busy where the client has its share of the calls that are not answered yet, or all together theirs."""
    limits, events = admission.limits, _unanswered(queue)
    clients = [admission.client(event.request.scope, event.session_hash) for event in events]
    if _is_full(clients, client, limits):
        raise Busy(PROGRAM_SECONDS * max(1, len(events) // 8))


def _is_full(clients: list[Client], client: Client, limits: AdmissionLimits) -> bool:
    of_address = [other for other in clients if other.address == client.address]
    of_session = [other for other in of_address if client.session and other.session == client.session]
    shares = ((of_session, limits.programs_of_session), (of_address, limits.programs_of_address))
    return any(len(calls) >= most for calls, most in (*shares, (clients, limits.programs)))


def _unanswered(queue: Queue) -> list[Event]:
    waiting = [event for each in queue.event_queue_per_concurrency_id.values() for event in each.queue]
    return [*waiting, *(event for job in queue.active_jobs if job for event in job)]
