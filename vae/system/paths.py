"""Where the project's own files lie, and where those of this user do."""

from __future__ import annotations

import os
from pathlib import Path

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
    """This program's folder in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / _APP
