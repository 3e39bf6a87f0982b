"""The folder that Gradio puts uploads into: how much lies there, and what nobody has come back for."""

from __future__ import annotations

import logging
import os
import shutil
import time
from pathlib import Path

from vae.limits import REQUESTS, RequestLimits

log = logging.getLogger(__name__)


def has_room(folder: Path, size: int, limits: RequestLimits = REQUESTS) -> bool:
    """Takes away what is older than `limits.sent_age`, whole folders of uploads and files that have broken off, and
    says whether `size` bytes more are within the limits.
    """
    if not folder.is_dir():
        return True
    total, files, before = size, 0, time.time() - limits.sent_age
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            try:
                old = entry.stat(follow_symlinks=False).st_mtime < before
                if old and entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(path)
                elif old:
                    path.unlink()
                else:
                    inside = [path, *path.rglob("*")] if entry.is_dir(follow_symlinks=False) else [path]
                    total += sum(each.lstat().st_size for each in inside)
                    files += len(inside)
            except OSError as error:  # read and removed meanwhile, as it should be
                log.info("%s: %s", path, error)
            if total > limits.most_sent or files > limits.most_sent_files:
                return False
    return True
