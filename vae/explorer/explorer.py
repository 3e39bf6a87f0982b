"""`vae.explore`: a page for a model and images that live in the caller's process."""

from __future__ import annotations

import sys
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from vae.explorer.columns import read_columns
from vae.explorer.functions import functions_of
from vae.explorer.memory_model import encode_pictures, model_of, with_columns, write
from vae.explorer.pictures import ExploreError, read_pictures
from vae.explorer.probe import probe
from vae.system.messages import Sentence
from vae.system.paths import default_root

HOST = "127.0.0.1"
INLINE = 900  # pixels of height, in a notebook
POLL = 0.2  # seconds between two looks into Gradio's queue, which here is for programs alone: 0.001 take 3 % of a core
MOST_LETTERS = 60  # of a name


@dataclass(eq=False)
class Explorer:
    """A page that is being served, until it is closed or the process ends.

    Attributes:
        name: of the model on the page.
        url: where the page is, on this machine alone.
        notes: what was assumed, and on what evidence.
        seconds: that each stage took, by its name.
    """

    name: str
    url: str
    notes: tuple[Sentence, ...]
    seconds: dict[str, float]
    _demo: Any = field(repr=False)
    _opened: Any = field(repr=False)

    def save(self, path: str | Path) -> Path:
        """Write an ordinary checkpoint, which `vae.load` and the app open.

        Raises:
            ExploreError: the networks do things that a file cannot hold.
            CheckpointError: the file cannot be written.
        """
        path, model = Path(path), self._opened.model
        write(path, self.name, model.network, self._opened.images, model.index)
        return path

    def close(self) -> None:
        """End the page, and free its port and threads; once more does nothing."""
        if self._demo is None:
            return
        demo, self._demo = self._demo, None
        demo.close(verbose=False)

    def __enter__(self) -> Explorer:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def explore(
    model: Any = None,
    images: Any = None,
    *,
    encode: Callable[[torch.Tensor], Any] | None = None,
    decode: Callable[[torch.Tensor], Any] | None = None,
    labels: Any = None,
    factors: Any = None,
    name: str | None = None,
    launch: bool = True,
    copy: bool = True,
    device: str | torch.device | None = None,
    layout: str | None = None,
    bounds: tuple[float, float] | None = None,
    colours: str = "RGB",
    size: int = 64,
    scale: str | None = None,
    outputs: str | None = None,
    sigma: float = 1.0,
    port: int | None = None,
) -> Explorer:
    """Explore a model of one's own: map, sliders, traversal, doctor, and scores where factors are given.

    The page runs in this process and is served to this machine alone. What had to be assumed is printed, and stands in
    `notes` and on the page; each has an argument that overrides it.

    Args:
        model: has `encode` and `decode`, and is copied in eval mode. `encode` takes float (N, C, H, W) and gives
            (mu, logvar), a `torch.distributions.Normal`, an object with `mu` or `mean`, or a tensor (N, D); `decode`
            takes (N, D) and gives (N, C, H, W).
        images: (N, C, H, W), (N, H, W) or (N, H, W, C), uint8 or float; a torch Dataset; a folder or zip; or a name of
            `vae.data.DATASETS`. At most 10,000 are encoded, an even choice.
        encode, decode: in place of a model's.
        labels: (N,) numbers or strings. factors: (N, K), or a mapping of names to (N,).
        name: what the page calls the model.
        launch: open the page in the browser, or below the cell of a notebook.
        copy: False uses the very model, and never switches its mode.
        device: that the inputs are brought to; that of the model's weights unless given.
        layout: "NCHW" or "NHWC". bounds: the values of black and white. colours: "RGB" or "BGR".
        size: of a folder's images, 32 or 64.
        scale: what the encoder gives beside the means: "log variance", "variance", "deviation" or "none".
        outputs: what the decoder gives: "logits", "unit" for [0, 1] or "signed" for [-1, 1].
        sigma: of the Gaussian by which pictures that are no logits are scored.
        port: a free one unless given.

    Returns:
        a handle with `url`, `close()` and `save(path)`.

    Raises:
        ExploreError: what was given cannot be explored; the message says what was expected.
        CallerError: the caller's code raises; the message has its line.
        DataError: a data set or folder cannot be read.
    """
    if images is None:
        raise ExploreError("explore.no_images")
    clock, seconds = _Clock(), {}
    title = _title(name, model)
    functions = functions_of(model, encode, decode, copy, device)
    pictures = read_pictures(images, layout, bounds, colours, size)
    columns = read_columns(pictures.labels if labels is None else labels, factors, pictures.total, pictures.rows)
    seconds["images"] = clock.lap()
    with torch.random.fork_rng(_devices(functions.device)), torch.no_grad():
        found = probe(functions, pictures, scale, outputs, sigma)
        seconds["probe"] = clock.lap()
        posterior = encode_pictures(found.network, pictures)
        seconds["encode"] = clock.lap()
        image_set, index = pictures.image_set(title)
        image_set = with_columns(image_set, pictures, columns)
        index = index if len(image_set) == pictures.total else torch.arange(len(image_set)).numpy()
        opened_model = model_of(title, found.network, posterior, image_set, index, default_root())
    seconds["measure"] = clock.lap()
    notes = (*functions.notes, *pictures.notes, *columns.notes, *found.notes)
    explorer = _served(title, opened_model, image_set, notes, seconds, port)
    seconds["page"] = clock.lap()
    for note in notes:
        print(f"vae.explore: {note}", file=sys.stderr)
    print(f"vae.explore: {title} on {explorer.url}", file=sys.stderr, flush=True)
    if launch:
        _show(explorer.url)
    return explorer


class _Clock:
    def __init__(self) -> None:
        self._last = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last one."""
        last, self._last = self._last, time.perf_counter()
        return self._last - last


def _title(name: str | None, model: Any) -> str:
    """A name that a page can show and ask by."""
    text = str(name or (type(model).__name__ if model is not None else "my model"))
    plain = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return plain.encode("utf-8", "replace").decode()[:MOST_LETTERS] or "my model"


def _devices(device: torch.device) -> list[torch.device]:
    return [device] if device.type == "cuda" else []


def _served(
    name: str, model: Any, images: Any, notes: tuple[Sentence, ...], seconds: dict[str, float], port: int | None
) -> Explorer:
    """The page of a model. How many threads torch has stays the caller's choice."""
    from vae.ui import TABS, Shared, build_demo, launch
    from vae.ui.models.single_model import SingleModel, opened_in_memory

    threads = torch.get_num_threads()
    opened = opened_in_memory(name, model, images, notes)
    try:
        demo = build_demo(Shared(SingleModel(opened)), TABS[:1])
        demo._queue.sleep_when_free = demo._queue.progress_update_sleep_when_free = POLL
        _, url, _ = launch(
            demo, server_name=HOST, server_port=port, share=False, inline=False, prevent_thread_lock=True
        )
    finally:
        torch.set_num_threads(threads)
    return Explorer(name, url.rstrip("/"), notes, seconds, demo, opened)


def _show(url: str) -> None:
    """Open a page below the cell of a notebook, else in the browser."""
    python = sys.modules.get("IPython")
    shell = python and python.get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        from IPython.display import IFrame, display

        display(IFrame(url, width="100%", height=INLINE))
    else:
        webbrowser.open(url)
