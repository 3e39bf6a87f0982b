"""A folder that one process has for itself."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import IO

from vae.system.messages import KeyedError, cause

NAME = "app.lock"

log = logging.getLogger(__name__)


class FolderTaken(KeyedError):
    """Another process has the folder."""


class FolderLock:
    """Holds a folder until `release`, or until the process dies, however it does. The same process may hold it more
    than once: what must not share a folder are two apps.

    Where the folder cannot be written to, or its file system knows no locks, it is held by nobody.

    Raises:
        FolderTaken: another process holds it.
    """

    # A lock of POSIX belongs to the process and goes with the first of its files that is closed: one file each folder.
    _files: dict[Path, tuple[IO[bytes], int]] = {}
    _changing = threading.Lock()

    def __init__(self, folder: Path) -> None:
        self._folder: Path | None = Path(os.path.realpath(folder))
        with self._changing:
            file, times = self._files.get(self._folder, (None, 0))
            try:
                file = file or _locked(self._folder)
            except OSError as error:
                log.warning("The folder %s cannot be locked (%s): see that no other app uses it.", folder, cause(error))
                self._folder = None
            else:
                self._files[self._folder] = (file, times + 1)

    def release(self) -> None:
        with self._changing:
            folder, self._folder = self._folder, None
            if folder is None:
                return
            file, times = self._files.pop(folder)
            if times > 1:
                self._files[folder] = (file, times - 1)
            else:
                file.close()


def _locked(folder: Path) -> IO[bytes]:
    """Raises FolderTaken, or OSError where there can be no lock."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / NAME).open("ab")
    try:
        _lock(file)
    except (BlockingIOError, PermissionError) as error:  # what the systems say where another process has it
        file.close()
        raise FolderTaken("run.folder_taken", folder=folder) from error
    except OSError:
        file.close()
        raise
    return file


try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:

    def _lock(file: IO[bytes]) -> None:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
