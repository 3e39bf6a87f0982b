"""Code of whoever calls this project: run, and where it raises, told by its own line."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from vae.system.messages import KeyedError, cause
from vae.system.paths import PROJECT

_FOREIGN = ("site-packages", "dist-packages")  # in the path of a library's file


class CallerError(KeyedError):
    """The caller's code has raised: `values` hold the error, and the file, the number and the text of the line."""


def called(name: str, function: Callable[[Any], Any], *arguments: Any) -> Any:
    """What a caller's function returns.

    Args:
        name: of the function, as the caller knows it.

    Raises:
        CallerError: it raises.
    """
    try:
        return function(*arguments)
    except KeyedError:  # of this project, by way of the function
        raise
    except Exception as error:
        line = _line_of(error)
        why = f"{type(error).__name__}: {cause(error)}"
        if line is None:
            raise CallerError("explore.raised", name=name, why=why) from error
        where = {"file": Path(line.filename).name, "line": line.lineno, "code": line.line or "…"}
        raise CallerError("explore.raised_at", name=name, why=why, **where) from error


def _line_of(error: Exception) -> traceback.FrameSummary | None:
    """The innermost line that is neither a library's nor this project's."""
    libraries = (str(Path(torch.__file__).parent), str(PROJECT / "vae"), str(Path(traceback.__file__).parent))
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame
        for frame in frames
        if not frame.filename.startswith(libraries) and not any(part in frame.filename for part in _FOREIGN)
    ]
    return own[-1] if own else None
