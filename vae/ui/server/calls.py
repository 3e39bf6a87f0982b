"""What a request asks for, as far as its admission must know: a server function's cost, and calls of programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradio.data_classes import ComponentServerJSONBody
from gradio.queueing import Event, Queue

from vae.system.limits import AdmissionLimits
from vae.ui.kit.work import QUICK, Work
from vae.ui.server.admission import Admission, Busy, Caller

PROGRAM_SECONDS = 1.0  # after which a program may ask again


@dataclass(frozen=True)
class ServerCall:
    """A call of a server function: the session that sends it, and what its answer costs."""

    session: str
    work: Work


def server_call(body: bytes, components: Mapping[int, Any]) -> ServerCall:
    """Reads a call as Gradio does, which takes "12" and 12.0 for a number too; one that it will refuse costs nothing.

    Args:
        components: of the page, by their numbers.
    """
    try:
        message = json.loads(body)
        call = ComponentServerJSONBody(**{key: message[key] for key in ComponentServerJSONBody.model_fields})
    except (ValueError, LookupError, TypeError, RecursionError):
        return ServerCall("", QUICK)
    work_of = getattr(getattr(components.get(call.component_id), call.fn_name, None), "work_of", None)
    return ServerCall(call.session_hash, work_of(call.data) if work_of else QUICK)


def session_of(body: bytes) -> str:
    """The session that a program's call names."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    session = message.get("session_hash") if isinstance(message, dict) else None
    return session if isinstance(session, str) else ""


def require_share(queue: Queue, client: Caller, admission: Admission, joining: Sequence[Caller] = ()) -> None:
    """Raises Busy where the client has its share of the calls that are not answered yet, or all together theirs.

    Args:
        joining: those whose calls are not in the queue yet.
    """
    events = _unanswered(queue)
    clients = [*joining, *(admission.client(event.request.scope, event.session_hash) for event in events)]
    if _is_full(clients, client, admission.limits):
        raise Busy(PROGRAM_SECONDS * max(1, len(clients) // 8))


def _is_full(clients: list[Caller], client: Caller, limits: AdmissionLimits) -> bool:
    of_address = [other for other in clients if other.address == client.address]
    of_session = [other for other in of_address if client.session and other.session == client.session]
    shares = ((of_session, limits.programs_of_session), (of_address, limits.programs_of_address))
    return any(len(calls) >= most for calls, most in (*shares, (clients, limits.programs)))


def _unanswered(queue: Queue) -> list[Event]:
    waiting = [event for line in queue.event_queue_per_concurrency_id.values() for event in line.queue]
    return [*waiting, *(event for job in queue.active_jobs if job for event in job)]
