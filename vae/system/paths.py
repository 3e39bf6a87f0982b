"""Where the project's own files lie, and where those of this user do."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from stat import S_ISDIR

from vae.system.temporary_folder import user_id

PROJECT = Path(__file__).resolve().parents[2]
CHECKPOINT_FOLDER = PROJECT / "checkpoints"  # what is shipped
READERS = CHECKPOINT_FOLDER / "readers"
ASSETS = PROJECT / "assets"

_APP = "latent-space-explorer"


def default_root() -> Path:
    """The folder for downloaded data: $LATENT_EXPLORER_DATA, else one in the user's cache."""
    chosen = os.environ.get("LATENT_EXPLORER_DATA")
    return Path(chosen) if chosen else user_cache()


def user_cache() -> Path:
    """This program's folder in the user's cache; the temporary one where there is none and none can be made, as for a
    container's user without a home. It is not made.
    """
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / _APP
    except RuntimeError:  # a user whom the system does not know, and no $HOME
        return temporary_cache()
    return cache if cache.is_dir() or writable(cache) else temporary_cache()


def temporary_cache() -> Path:
    """This program's cache of last resort, among the temporary files of this user. Nobody else owns it or may write to
    it, for what lies in it is trusted.
    """
    usual = Path(tempfile.gettempdir()) / f"{_APP}-cache-{user_id()}"
    return usual if _is_private(usual) else _in_place_of(usual)


@cache
def _in_place_of(folder: Path) -> Path:
    """A folder of this process, where somebody else has made the usual one."""
    return Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))


def _is_private(folder: Path) -> bool:
    """Is there none yet, or one of this user's that nobody else may write to?"""
    try:
        stat = folder.lstat()
    except FileNotFoundError:
        return True
    own = not hasattr(os, "getuid") or stat.st_uid == os.getuid()
    return own and S_ISDIR(stat.st_mode) and not stat.st_mode & 0o022


def stand_in_home() -> None:
    """Gives a user whom the system does not know, and who has no $HOME, one among the temporary files: IPython, which
    Gradio imports where it is installed, raises without.
    """
    try:
        Path.home()
    except RuntimeError:
        home = temporary_cache()
        home.mkdir(parents=True, exist_ok=True)
        os.environ["HOME"] = str(home)


def writable(folder: Path) -> bool:
    """Can files be written into a folder, made first where it is missing? Nothing is made."""
    there = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
