"""What a Space with ZeroGPU does to a generator: it runs in a forked child, and all that passes is pickled."""

import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator
from typing import Any


def forked(function: Callable[..., Iterator[Any]], children: list[int] | None = None) -> Callable[..., Iterator[Any]]:
    """`function`, run as `spaces.GPU` would; the pids of its children are put into `children`."""

    def lend(*arguments: Any) -> Iterator[Any]:
        given, context = pickle.dumps(arguments), multiprocessing.get_context("fork")
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_work, args=[function, given, there])
        child.start()
        there.close()
        if children is not None:
            children.append(child.pid)
        try:
            while (told := pickle.loads(here.recv_bytes())) is not None:
                yield told
        except EOFError:
            raise RuntimeError("GPU task aborted") from None
        finally:
            child.kill()
            child.join()

    return lend


def _work(function: Callable[..., Iterator[Any]], given: bytes, there: Any) -> None:
    for told in function(*pickle.loads(given)):
        there.send_bytes(pickle.dumps(told))
    there.send_bytes(pickle.dumps(None))
    os._exit(0)  # nothing of the parent is ended with the child
