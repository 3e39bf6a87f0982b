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
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from vae.system.limits import REQUESTS, RequestLimits
from vae.ui.kit.i18n import UserError

ANSWERS = "answers"  # a folder in that of the uploads, for Gradio hands out what lies there
# What Gradio, `Uploads` and `Answers` make, and nobody else: a folder for each file, and a file for each upload on its
# way. Those of `Uploads` begin with whose they are.
_FOLDER, _COMING = re.compile(r"[0-9a-f]{32,64}"), re.compile(r"tmp\w+")
_FOLDER_OF, _COMING_OF = re.compile(r"([0-9a-f]{16})[0-9a-f]{32}"), re.compile(r"tmp([0-9a-f]{16})[0-9a-f]{32}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Sent:
    """What lies there under one name: whose, since when, and how much it takes."""

    path: Path
    client: str
    made: float
    size: int
    files: int


def folder_name(client: str) -> str:
    """A new name for the folder of one upload, which nobody guesses.

    Args:
        client: of `vae.ui.kit.client.address_key`.
    """
    return client + secrets.token_hex(16)


def coming_name(client: str) -> str:
    """A new name for a file on its way."""
    return f"tmp{folder_name(client)}"


def has_room(folder: Path, size: int, limits: RequestLimits = REQUESTS, client: str = "", own: int = 0) -> bool:
    """Takes away what is older than `limits.sent_age`, whole folders of uploads and files that have broken off, and
    says whether `size` bytes more are within the limits. Answers do not count.

    Where there is no room, the oldest uploads of the greatest client go, by its share of the bytes or of the files,
    whichever is greater. Where that is the one who asks and has none left, there is no room.

    Args:
        size: all that is on its way.
        client: who asks.
        own: what it brings, of `size`.
    """
    if not folder.is_dir():
        return size <= limits.most_sent
    present = [item for path in _swept(folder, limits.sent_age) if path.name != ANSWERS and (item := _sent(path))]
    total, files = size + sum(item.size for item in present), sum(item.files for item in present)
    used: dict[str, list[int]] = {client: [own, 0]}
    ready: dict[str, deque[_Sent]] = {client: deque()}
    for item in sorted(present, key=lambda item: item.made):
        share = used.setdefault(item.client, [0, 0])
        share[0] += item.size
        share[1] += item.files
        ready.setdefault(item.client, deque())
        # What is on its way stays. What Gradio has written for somebody is nobody's, and may be the greatest.
        if (item.client or client) and _FOLDER.fullmatch(item.path.name):
            ready[item.client].append(item)

    def share_of(one: str) -> float:
        return max(used[one][0] / limits.most_sent, used[one][1] / limits.most_sent_files)

    while total > limits.most_sent or files > limits.most_sent_files:
        greatest = max((one for one in used if ready[one] or one == client), key=share_of)
        if not ready[greatest]:
            return False
        item = ready[greatest].popleft()
        shutil.rmtree(item.path, ignore_errors=True)
        total, files = total - item.size, files - item.files
        used[greatest][0] -= item.size
        used[greatest][1] -= item.files
    return True


def _sent(path: Path) -> _Sent | None:
    """None for what has been read and removed meanwhile, as it should be."""
    owned = _FOLDER_OF.fullmatch(path.name) or _COMING_OF.fullmatch(path.name)
    try:
        stats = [os.lstat(path)]
        if S_ISDIR(stats[0].st_mode):
            stats += _stats_below(path)
    except OSError as error:
        log.info("%s: %s", path, error)
        return None
    client = owned[1] if owned else ""
    return _Sent(path, client, stats[0].st_mtime, sum(stat.st_size for stat in stats), len(stats))


def _stats_below(folder: Path | str) -> Iterator[os.stat_result]:
    """Of all that lies in a folder. `Path.rglob` takes twice as long, and there may be 20,000 files."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                yield from _stats_below(entry.path)


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
        gone = []
        with self._lock:
            self._kept.append((folder, len(content)))
            self._bytes += len(content)
            while self._bytes > self._limits.most_answered or len(self._kept) > self._limits.most_answered_files:
                oldest, size = self._kept.popleft()
                self._bytes -= size
                gone.append(oldest)
        for oldest in gone:  # not under the lock: the disk may take its time
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
