"""How long an answer took, as the `Server-Timing` header tells a browser's network panel and any client.

`app` is the time from a request to the first byte of its answer, `work` what our own function took of it; the rest is
waiting and Gradio.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

# Of the request that is being answered. The threads that functions run in get a copy of the context, hence this dict.
_SPENT: ContextVar[dict[str, float] | None] = ContextVar("spent", default=None)


class RequestTimer:
    """Begins when it is made, in the context of the request."""

    def __init__(self) -> None:
        self._began, self._spent = perf_counter(), {}
        _SPENT.set(self._spent)

    def header(self) -> tuple[bytes, bytes]:
        """Name and value of the header, in milliseconds up to now."""
        spent = {"app": perf_counter() - self._began, **self._spent}
        return b"server-timing", ", ".join(f"{name};dur={1000 * value:.1f}" for name, value in spent.items()).encode()


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Adds what runs inside to the header of the present request; does nothing outside of one."""
    began = perf_counter()
    try:
        yield
    finally:
        spent = _SPENT.get()
        if spent is not None:
            spent[name] = spent.get(name, 0.0) + perf_counter() - began
