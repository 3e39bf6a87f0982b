"""Models of this server's visitors: made of a run, or uploaded. Who knows the name may open it."""

import json
import logging
import math
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import CheckpointError, Entry, Model
from vae.images import to_uint8
from vae.system.confined import Exceeded, confined
from vae.system.limits import CHECKPOINTS, MB, UPLOADED, UPLOADED_GRAPHS, CheckpointLimits
from vae.system.safetensors_file import HeaderLimits, expect_head
from vae.ui.kit.client import Client
from vae.ui.kit.constants import VISITOR_NAME
from vae.ui.kit.i18n import UserError
from vae.ui.kit.work import client_left
from vae.ui.models.shares import NOBODY, client_of, items_in, make_room, record, removed_on_error, require_room

# Of what is uploaded.
HEADER = HeaderLimits(CHECKPOINTS.most_head, CHECKPOINTS.most_tensors, CHECKPOINTS.most_header, UPLOADED_GRAPHS)
UPLOADS = "uploads"  # below the folder of runs
_NAME = re.compile(VISITOR_NAME, re.ASCII)

log = logging.getLogger(__name__)


def folder_of(runs: Path, name: str) -> Path | None:
    """Where the model of that name lies, or would; None for a name of another kind."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    kind, ident = found.groups()
    return runs / ident / "kept" if kind == "run" else runs / UPLOADS / ident


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


def own_sets(runs: Path, name: str) -> list[Path] | None:
    """The folders of the private image sets that the model of that name may show; None for a host's own model.

    Whoever has the name of a run's model has the run, so these are the images that it was trained on. An uploaded file
    may be anybody's copy: it shows the sets of the browser that has uploaded it.
    """
    folder = folder_of(runs, name)
    if folder is None:
        return None
    if folder.parent.name != UPLOADS:
        home = _trained_on(runs, folder.parent)
        return [home] if home else []
    owner = client_of(folder).owner
    return [item.folder for item in items_in(images_folder(runs)) if owner and item.client.owner == owner]


def _trained_on(runs: Path, run: Path) -> Path | None:
    """The folder of a visitor's own images that a run was trained on."""
    try:
        home = json.loads((run / "run.json").read_text(encoding="utf-8"))["own"]
        return images_folder(runs) / Path(home).name if isinstance(home, str) else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s tells no images: %s", run, error)
        return None


def store_upload(runs: Path, filename: str, content: bytes, client: Client = NOBODY) -> Entry:
    """Keeps an uploaded checkpoint, once a process of its own has read it as strictly as any other.

    Args:
        client: who has sent it.

    Raises:
        UserError: it, or what it describes, is too large or too slow, it cannot be opened or shown, the disk refuses,
            or there is no room for it beside what others have left.
    """
    require_size(len(content))
    try:
        expect_head(
            Path(filename), content[: 8 + HEADER.most_bytes], len(content), HEADER
        )  # before it is written, or parsed
    except CheckpointError as error:
        raise UserError("run.not_a_checkpoint", reason=error) from error
    require_room(runs / UPLOADS, client, UPLOADED)
    name = f"up-{secrets.token_urlsafe(16)}"
    folder = folder_of(runs, name)
    path = folder / f"{file_stem(Path(filename).stem)}.safetensors"
    try:
        with removed_on_error(folder):
            folder.mkdir(parents=True, mode=0o700)
            record(folder, client)
            path.write_bytes(content)
            bounds = {"seconds": CHECKPOINTS.most_seconds, "memory": CHECKPOINTS.most_memory}
            confined(examine, path, CHECKPOINTS, abandoned=client_left, **bounds)
    except OSError as error:
        log.warning("An upload could not be kept: %s", error)
        raise UserError("request.disk") from error
    except (CheckpointError, Exceeded) as error:
        raise UserError("run.not_a_checkpoint", reason=error) from error
    make_room(folder, client, UPLOADED)
    return entry_of(runs, name)


def file_stem(title: str) -> str:
    """A name for a file, without its ending, of what anybody may have called something."""
    return re.sub(r"[^\w-]+", "-", title)[:60].strip("-") or "model"


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


def examine(path: Path, limits: CheckpointLimits) -> None:
    """Read a stranger's checkpoint, decode an image of it and encode one, on one thread: for a process of its own.

    Raises:
        CheckpointError: it cannot be opened.
        UserError: it is no model that a page can show, or too large or too slow for one that others use too.
    """
    torch.set_num_threads(1)
    model = require_drawable(checkpoint.load(path, HEADER))
    if not _fits(model, limits):
        most = {"values": limits.most_values, "latents": limits.most_latents, "codes": limits.most_codes}
        raise UserError("run.too_much_model", **most)
    seconds = max(timed_decode(model), timed_encode(model))
    if seconds > limits.most_decode:
        raise UserError("run.slow_model", ms=round(1e3 * seconds), limit=round(1e3 * limits.most_decode))


def timed_decode(model: Model) -> float:
    """Seconds of one core that one picture takes: the least of three, after one that warms up."""
    z = torch.as_tensor(model.mu[:1], dtype=torch.float32)
    return _timed(lambda: to_uint8(model.decode(z)))


def timed_encode(model: Model) -> float:
    """The same of encoding one picture."""
    picture = torch.zeros(1, *model.config.model.shape, dtype=torch.uint8)
    return _timed(lambda: model.encode(picture))


def _timed(act: Callable[[], object]) -> float:
    times = []
    for _ in range(4):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return min(times[1:])


def _fits(model: Model, limits: CheckpointLimits) -> bool:
    """Is it within what one page can ask of a server on which others are too?"""
    header = len(json.dumps(model.header))  # read again with every question
    count, latents = model.mu.shape
    within = header <= limits.most_header and math.prod(model.config.model.shape) <= limits.most_values
    return within and count <= limits.most_codes and latents <= limits.most_latents
