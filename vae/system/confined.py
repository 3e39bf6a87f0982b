"""A function in a process of its own, with bounds on memory and time: for what strangers' files may do to a parser.

The processes are forked from a clean one (`forkserver`), which has imported what reads files and has no threads. It
takes a second to start, when it is first needed, and some 300 MB from then on. Where there is none, as on Windows, each
process is started anew.
"""

from __future__ import annotations

import contextlib
import errno
import io
import math
import multiprocessing
import os
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

PRELOADED = ("vae.data.own.dataset", "vae.ui.models.visitor_models")
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
NICE = 10  # whoever drags a slider comes first
_LOOK = 0.1  # seconds between two looks at whether the result is still wanted


if _METHOD == "forkserver":
    from multiprocessing import forkserver, popen_forkserver, reduction, spawn, util

    class _Popen(popen_forkserver.Popen):
        """As its base, but the script that this process runs is not run once more in the new one, for the function is
        of a module; a script that calls `vae.explore` outside of any `if __name__ == "__main__"` would serve again.
        """

        def _launch(self, process: multiprocessing.process.BaseProcess) -> None:
            facts = spawn.get_preparation_data(process.name)
            plain = {key: value for key, value in facts.items() if not key.startswith("init_main")}
            buffer = io.BytesIO()
            multiprocessing.context.set_spawning_popen(self)
            try:
                reduction.dump(plain, buffer)
                reduction.dump(process, buffer)
            finally:
                multiprocessing.context.set_spawning_popen(None)
            self.sentinel, pipe = forkserver.connect_to_new_process(self._fds)
            self.finalizer = util.Finalize(self, util.close_fds, (os.dup(pipe), self.sentinel))
            with os.fdopen(pipe, "wb") as file:
                file.write(buffer.getbuffer())
            self.pid = forkserver.read_signed(self.sentinel)


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
        Exceeded: the bounds are met, the process died or could not begin, or it was abandoned.
        OSError, or an exception of this project: what the function raised. Of any other the name is told.
    """
    context = multiprocessing.get_context(_METHOD)
    if _METHOD == "forkserver":
        context.set_forkserver_preload(list(PRELOADED))
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, memory, seconds, function, arguments), daemon=True)
    end = time.monotonic() + seconds
    try:
        # Not by `process.start`, which looks after all processes that other threads have started, closed ones too.
        popen = (_Popen if _METHOD == "forkserver" else context.Process._Popen)(process)
    except OSError as error:
        ours.close()
        raise Exceeded("confined.died") from error
    finally:
        theirs.close()
    try:
        while not ours.poll(min(_LOOK, max(end - time.monotonic(), 0.0))):
            if abandoned():
                raise Exceeded("confined.abandoned")
            if time.monotonic() >= end:
                raise Exceeded("confined.seconds", seconds=f"{seconds:g}")
        try:
            good, answer = ours.recv()
        except (EOFError, ConnectionError) as error:  # no memory left in the machine, or a fault of a parser in C
            raise Exceeded("confined.died") from error
    finally:
        if popen.poll() is None:
            popen.kill()
            popen.wait()
        popen.close()
        ours.close()
    if good:
        return answer
    if isinstance(answer, MemoryError):
        raise Exceeded("confined.memory", mb=memory // MB) from answer
    raise answer


def _work(
    pipe: Connection, memory: int, seconds: float, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    """In the process: the result, or the exception, goes into the pipe."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    _bound(memory, seconds)
    try:
        answer = True, function(*arguments)
    except (MemoryError, OSError) as error:
        answer = False, MemoryError() if getattr(error, "errno", None) == errno.ENOMEM else error
    except Exception as error:
        if "allocate memory" in str(error):  # torch and safetensors have no other name for it
            error = MemoryError()
        own = type(error).__module__.partition(".")[0] == __name__.partition(".")[0]
        passes = own or isinstance(error, MemoryError)
        answer = False, error if passes else RuntimeError(f"{type(error).__name__}: {error}")
    with contextlib.suppress(BrokenPipeError):  # abandoned
        pipe.send(answer)


def _bound(memory: int, seconds: float) -> None:
    """No more address space than there is now and so many bytes, no more time of all cores than there can be in so many
    seconds, should nobody be there any more who looks at a clock; no dump of a crash.
    """
    if resource is None or not sys.platform.startswith("linux"):  # elsewhere the bound is not kept, or meant otherwise
        return
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most, (_, hard) = pages * resource.getpagesize() + memory, resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    cpu = math.ceil(seconds * (os.cpu_count() or 1)) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu if hard == resource.RLIM_INFINITY else min(cpu, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
