"""Room for uploads and answers: how much lies in their folder, and which files are old enough to go."""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from vae.system.limits import REQUESTS, RequestLimits
from vae.ui.kit.i18n import UserError

ANSWERS = "answers"  # a folder in that of the uploads, for Gradio hands out what lies there
# What Gradio and `Answers` make, and nobody else: a folder for each file, and a file for each upload on its way.
_FOLDER, _COMING = re.compile(r"[0-9a-f]{32,64}"), re.compile(r"tmp\w+")

log = logging.getLogger(__name__)


def has_room(folder: Path, size: int, limits: RequestLimits = REQUESTS) -> bool:
    """Takes away what is older than `limits.sent_age`, whole folders of uploads and files that have broken off, and
    says whether `size` bytes more are within the limits. Answers do not count.
    """
    if not folder.is_dir():
        return size <= limits.most_sent
    total, files = size, 0
    for path in _swept(folder, limits.sent_age):
        if path.name == ANSWERS:
            continue
        try:
            inside = [path, *path.rglob("*")] if path.is_dir() and not path.is_symlink() else [path]
            total += sum(each.lstat().st_size for each in inside)
            files += len(inside)
        except OSError as error:  # read and removed meanwhile, as it should be
            log.info("%s: %s", path, error)
        if total > limits.most_sent or files > limits.most_sent_files:
            return False
    return total <= limits.most_sent


class Answers:
    """Pictures for other programs, each in a file that only who was told its name finds. They are fetched at once, so
    where there are too many the oldest go.
    """

    def __init__(self, folder: Path, limits: RequestLimits = REQUESTS) -> None:
        self._folder, self._limits = folder, limits
        self._kept: deque[tuple[Path, int]] = deque()
        self._bytes, self._lock = 0, threading.Lock()
        if folder.is_dir():
            list(_swept(folder, limits.sent_age))  # of a process that was killed

    def keep(self, name: str, content: bytes) -> Path:
        """Write an answer into a file of its own and return its path; the oldest answers go where there is no room.

        Raises:
            UserError: the disk refuses.
        """
        folder = self._folder / secrets.token_hex(16)
        path = folder / name
        try:
            folder.mkdir(parents=True)
            path.write_bytes(content)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            log.warning("An answer could not be written: %s", error)
            raise UserError("request.disk") from error
        with self._lock:
            self._kept.append((folder, len(content)))
            self._bytes += len(content)
            while self._bytes > self._limits.most_answered or len(self._kept) > self._limits.most_answered_files:
                oldest, size = self._kept.popleft()
                self._bytes -= size
                shutil.rmtree(oldest, ignore_errors=True)  # Gradio may have been quicker
        return path


def _swept(folder: Path, age: float) -> Iterator[Path]:
    """What is left in a folder once the made things in it that are older than `age` seconds have been taken away."""
    before = time.time() - age
    with os.scandir(folder) as entries:
        for entry in entries:
            path, whole = Path(entry.path), entry.is_dir(follow_symlinks=False)
            made = (_FOLDER if whole else _COMING).fullmatch(entry.name)
            try:
                if made and entry.stat(follow_symlinks=False).st_mtime < before:
                    shutil.rmtree(path) if whole else path.unlink()
                    continue
            except OSError as error:
                log.info("%s: %s", path, error)
            yield path
