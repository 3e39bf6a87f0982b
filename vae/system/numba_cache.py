"""Where numba keeps what it compiles."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from vae.system.paths import temporary_cache, user_cache, writable

_COMPILED = ("umap", "pynndescent")  # the packages whose functions ask for a cache


def choose_numba_cache() -> None:
    """Names a writable folder to numba, unless one is named or it can write beside the packages that it compiles:
    where it can keep nothing, as with read-only packages and home, importing UMAP raises. Call it before that.
    """
    if os.environ.get("NUMBA_CACHE_DIR") or all(map(_kept_beside, _COMPILED)):
        return
    places = (place / "numba" for place in (user_cache(), temporary_cache()))
    os.environ["NUMBA_CACHE_DIR"] = str(next(filter(writable, places), temporary_cache() / "numba"))


def _kept_beside(package: str) -> bool:
    spec = find_spec(package)
    return spec is not None and spec.origin is not None and writable(Path(spec.origin).parent / "__pycache__")
