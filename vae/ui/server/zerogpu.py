"""Training on a GPU that is lent: pieces of a run, each a queued event of the page that watches it.

Only a queued event carries a visitor's allowance of ZeroGPU, so the page asks for every piece; what is learnt of it
goes the way of every run, through `Runs`.
"""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr

from vae.live.run import RunError
from vae.live.runs import Runs
from vae.live.zerogpu import CHUNK_SECONDS, Lend, train_chunk

try:  # before anything touches CUDA; a Space has it, and off a Space its decorator gives the function back
    import spaces
except ImportError:
    spaces = None

STARTING = 20  # seconds to load the images and, at the end, to write the snapshot
on_gpu: Lend = spaces.GPU(duration=int(CHUNK_SECONDS) + STARTING)(train_chunk) if spaces else train_chunk


def lend_device(html: gr.HTML, runs: Runs, lend: Lend = on_gpu) -> None:
    """Listens for `trigger('submit', {owner, run})` of the page; does nothing where no device is lent."""
    if not runs.lent:
        return

    def work(event: gr.EventData) -> Iterator[None]:
        asked = event._data if isinstance(event._data, dict) else {}
        try:
            run = runs.get(str(asked.get("owner")), asked.get("run"))
        except RunError:  # gone meanwhile; its page is told so by its next poll
            return
        for _ in runs.work(run, lend):
            yield

    # Who may train is decided by `runs`: one at a time on a device.
    html.submit(work, None, None, concurrency_limit=None, show_progress="hidden", api_visibility="private")
