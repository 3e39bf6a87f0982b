"""Models of this server's visitors: made of a run, or uploaded. Who knows the name may open it."""

import json
import logging
import math
import re
import secrets
import threading
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import Any

from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import CheckpointError, Entry, Model
from vae.system.limits import CHECKPOINTS, MB
from vae.system.safetensors_file import HeaderLimits, expect_head
from vae.ui.kit.constants import VISITOR_NAME
from vae.ui.kit.i18n import UserError

_thinning = threading.Lock()
HEADER = HeaderLimits(CHECKPOINTS.most_head, CHECKPOINTS.most_tensors, CHECKPOINTS.most_header)  # of what is uploaded
_NAME = re.compile(VISITOR_NAME, re.ASCII)

log = logging.getLogger(__name__)


def folder_of(runs: Path, name: str) -> Path | None:
    """Where the model of that name lies, or would; None for a name of another kind."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    kind, ident = found.groups()
    return runs / ident / "kept" if kind == "run" else runs / "uploads" / ident


def images_folder(runs: Path) -> Path:
    """Where visitors' own images lie, a folder for each set."""
    return runs / "images"


def entry_of(runs: Path, name: object) -> Entry | None:
    """The checkpoint of that name, by which the pages know it; None where there is none that can be opened."""
    folder = folder_of(runs, name) if isinstance(name, str) else None
    entries = checkpoint.list_headers(folder, HEADER) if folder else []
    usable = [entry for entry in entries if entry.header is not None]
    return Entry(name, usable[0].path, usable[0].header, None) if usable else None


def display_name(name: str, header: dict[str, Any]) -> str:
    """What a person is shown for a model: its name, but for a visitor's, which is a secret, what its file says."""
    return header["name"] if _NAME.fullmatch(name) else name


def store_upload(runs: Path, filename: str, content: bytes) -> Entry:
    """Keeps an uploaded checkpoint, once it has been read as strictly as any other.

    Raises:
        UserError: it, or what it describes, is too large, it cannot be opened or shown, or the disk refuses.
    """
    require_size(len(content))
    try:
        expect_head(Path(filename), content[: 8 + HEADER.most_bytes], HEADER)  # before it is written, or parsed
    except CheckpointError as error:
        raise UserError("run.not_a_checkpoint", reason=error) from error
    name = f"up-{secrets.token_urlsafe(16)}"
    folder = folder_of(runs, name)
    stem = re.sub(r"[^\w-]+", "-", Path(filename).stem)[:60].strip("-") or "model"
    path = folder / f"{stem}.safetensors"
    try:
        folder.mkdir(parents=True, mode=0o700)
        path.write_bytes(content)
        fits = _fits(require_drawable(checkpoint.load(path, HEADER)))
    except OSError as error:
        _remove(folder)
        log.warning("An upload could not be kept: %s", error)
        raise UserError("request.disk") from error
    except CheckpointError as error:
        _remove(folder)
        raise UserError("run.not_a_checkpoint", reason=error) from error
    except UserError:
        _remove(folder)
        raise
    if not fits:
        _remove(folder)
        most = {"values": CHECKPOINTS.most_values, "latents": CHECKPOINTS.most_latents, "codes": CHECKPOINTS.most_codes}
        raise UserError("run.too_much_model", **most)
    evict_oldest(folder.parent, CHECKPOINTS.most_kept)
    return entry_of(runs, name)


def require_size(size: int) -> None:
    """Raises UserError where a checkpoint of so many bytes is too large to be uploaded."""
    if size > CHECKPOINTS.most_bytes:
        raise UserError("run.too_large", mb=-(-size // MB), limit=CHECKPOINTS.most_bytes // MB)


def require_drawable(model: Model) -> Model:
    """Return `model` unchanged. Raises UserError unless its images have one channel or three, as a page can show."""
    channels = model.config.model.shape[0]
    if channels not in (1, 3):
        raise UserError("error.channels", channels=channels)
    return model


def _fits(model: Model) -> bool:
    """Is it within what one page can ask of a server on which others are too?"""
    header = len(json.dumps(model.header))  # read again with every question
    count, latents = model.mu.shape
    within = header <= CHECKPOINTS.most_header and math.prod(model.config.model.shape) <= CHECKPOINTS.most_values
    return within and count <= CHECKPOINTS.most_codes and latents <= CHECKPOINTS.most_latents


def evict_oldest(folder: Path, most: int, used: Collection[str] = ()) -> None:
    """Removes the oldest of the folders in `folder` until no more than `most` are left; never one that is `used`."""
    with _thinning:
        kept = sorted(_aged(folder))
        free = [old for _, old in kept if old.name not in used]
        for old in free[: max(0, len(kept) - most)]:
            _remove(old)


def _aged(folder: Path) -> Iterator[tuple[float, Path]]:
    """When each of the folders in it was last changed."""
    for each in folder.iterdir():
        with suppress(FileNotFoundError):  # removed meanwhile
            stat = each.stat()
            if S_ISDIR(stat.st_mode):
                yield stat.st_mtime, each


def _remove(folder: Path) -> None:
    if not folder.is_dir():  # it could not be made
        return
    try:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    except OSError as error:
        log.warning("%s could not be removed: %s", folder, error)
