"""A function in a process of its own, with bounds on memory and time: for what strangers' files may do to a parser.

The processes are forked from a clean one (`forkserver`), which has imported what reads files and has no threads; where
there is none, as on Windows, each is started anew.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from vae.system.limits import MB
from vae.system.messages import KeyedError

try:
    import resource
except ImportError:  # Windows: time alone is bounded
    resource = None

PRELOADED = ("vae.data.own.dataset", "vae.checkpoints.checkpoint")
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_LOOK = 0.1  # seconds between two looks at whether the result is still wanted


class Exceeded(KeyedError):
    """The function took more memory or time than it may, ended without an answer, or nobody wants it any more."""


def confined(
    function: Callable[..., Any],
    *arguments: Any,
    seconds: float,
    memory: int,
    abandoned: Callable[[], bool] = lambda: False,
) -> Any:
    """Call a function in a process of its own and return what it returns.

    Args:
        function: of a module; it, its arguments and its result are pickled.
        seconds: of wall time.
        memory: bytes beyond what the process has when it starts.
        abandoned: asked all the time; the process is killed once it says yes.

    Raises:
        Exceeded: the bounds are met, the process died, or it was abandoned.
        KeyedError, MemoryError, OSError: what the function raised. Of any other exception the name is told.
    """
    context = multiprocessing.get_context(_METHOD)
    if _METHOD == "forkserver":
        context.set_forkserver_preload(list(PRELOADED))
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, memory, function, arguments), daemon=True)
    process.start()
    theirs.close()
    end = time.monotonic() + seconds
    try:
        while not ours.poll(_LOOK):
            if abandoned():
                raise Exceeded("confined.abandoned")
            if time.monotonic() > end:
                raise Exceeded("confined.seconds", seconds=f"{seconds:g}")
        try:
            good, answer = ours.recv()
        except EOFError as error:  # killed, for the machine had no memory left, or by a fault of a parser in C
            raise Exceeded("confined.died") from error
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()
    if good:
        return answer
    if isinstance(answer, MemoryError):
        raise Exceeded("confined.memory", mb=memory // MB) from answer
    raise answer


def _work(pipe: Connection, memory: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """In the process: the result, or the exception, goes into the pipe."""
    _bound(memory)
    try:
        answer = True, function(*arguments)
    except (KeyedError, MemoryError, OSError) as error:
        answer = False, error
    except Exception as error:
        answer = False, RuntimeError(f"{type(error).__name__}: {error}")
    with contextlib.suppress(BrokenPipeError):  # abandoned
        pipe.send(answer)


def _bound(memory: int) -> None:
    """No more address space than there is now and so many bytes; no dump of a crash."""
    if resource is None or not sys.platform.startswith("linux"):  # elsewhere the bound is not kept, or meant otherwise
        return
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most, (_, hard) = pages * resource.getpagesize() + memory, resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
