"""The folder of this program's temporary files."""

from __future__ import annotations

import getpass
import os
import tempfile
from pathlib import Path


def own_temporary_folder() -> Path:
    """Gives Gradio a folder that is this program's and this user's alone, below the one that it would take itself: what
    nobody comes back for is removed from it. The same one, whoever asks again.
    """
    name = f"latent-space-explorer-{user_id()}"
    above = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    folder = above if above.name == name else above / name
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    return folder


def user_id() -> int | str:
    """The user's number, or name where users have no numbers; a container's user may have no name."""
    return os.getuid() if hasattr(os, "getuid") else getpass.getuser()
