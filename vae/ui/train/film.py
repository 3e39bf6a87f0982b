"""A run as a GIF: map, traversal and reconstructions at every moment that was kept."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from vae.live.run import LiveRun
from vae.ui.kit.i18n import UserError
from vae.ui.kit.pictures import MIME
from vae.ui.kit.points import palette
from vae.ui.kit.text_layout import INK, draw_line, overhang, text
from vae.ui.kit.work import client_left
from vae.ui.train.run_views import RunViews

WIDTH, MARGIN = 640, 12
MAP_SIDE = 292
LINE = 14  # pixels of a letter
MOST_FRAMES = 60  # of more moments every other one is left out, and so on
FRAME_MS, LAST_MS = 125, 2_000
SMOOTH = 2.0  # frames of a Gaussian by which the scale of the map glides
PAPER, FAINT = (255, 255, 255), (225, 228, 232)


def film_of(run: LiveRun, looks: RunViews) -> dict[str, Any]:
    """The name of the file and the film as a data URI; takes seconds, for every moment is decoded."""
    steps = list(run.moments)
    while len(steps) > MOST_FRAMES:
        steps = steps[:1] + steps[2:-1:2] + steps[-1:]
    seen = [found for step in steps if not client_left() and (found := _seen(run, looks, step))]
    if not seen:
        raise UserError("run.nothing_saved")
    view = looks.view(run)
    labels = view.gallery.labels
    points = [np.stack([_unpacked(look["map"][axis]) for axis in "xy"], axis=1) for look in seen]
    reaches = smooth_reaches([float(np.abs(part).max()) for part in points])
    steps_wanted = run.config.training.steps
    frames = []
    for look, part, reach in zip(seen, points, reaches, strict=True):
        if client_left():
            raise UserError("request.left")
        frames.append(_frame(look, part, reach, labels, steps_wanted))
    file = io.BytesIO()
    durations = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
    quantised = [frame.quantize(128, dither=Image.Dither.NONE) for frame in frames]
    quantised[0].save(file, "GIF", save_all=True, append_images=quantised[1:], duration=durations, loop=0)
    name = run.recipe.dataset.split(":")[0]
    uri = "data:image/gif;base64," + base64.b64encode(file.getvalue()).decode()
    return {"name": f"{name}-{run.recipe.objective.replace('_', '-')}.gif", "uri": uri}


def smooth_reaches(reaches: Sequence[float]) -> list[float]:
    """How far the map reaches from its middle in each frame, so that a code that has collapsed still fills it.

    One scale for all frames would make a speck of whatever is small beside the widest moment. So every frame has its
    own, which glides: a Gaussian over neighbouring frames in logarithms, but never less than the frame's points need.

    Args:
        reaches: of each frame, the largest coordinate of any point; those of 0 take a neighbour's, or 1.
    """
    own = np.array(reaches, dtype=float)
    if not (own > 0).any():
        return [1.0] * len(own)
    frames = np.arange(len(own))
    logs = np.interp(frames, frames[own > 0], np.log(own[own > 0]))
    weights = np.exp(-((frames[:, None] - frames) ** 2) / (2 * SMOOTH**2))
    return np.maximum(np.exp(weights @ logs / weights.sum(axis=1)), own).tolist()


def _seen(run: LiveRun, looks: RunViews, step: int) -> dict[str, Any] | None:
    """A look; None where its moment was thinned away while the film was made."""
    try:
        return looks.at(run, step)
    except UserError as error:
        if error.key != "run.no_moment":
            raise
        return None


def _frame(
    look: dict[str, Any], points: np.ndarray, reach: float, labels: np.ndarray | None, steps: int
) -> Image.Image:
    walks, row = _picture(look["traversal"]["uri"]), _picture(look["reconstructions"])
    left = MARGIN + MAP_SIDE + MARGIN
    right = WIDTH - left - MARGIN
    walks = _fitted(walks, right, MAP_SIDE)
    row = _fitted(row, WIDTH - 2 * MARGIN, 96)
    page = Image.new("RGB", (WIDTH, MARGIN + 22 + MAP_SIDE + MARGIN + row.height + MARGIN), PAPER)
    bound = look["bound"]["test"]
    said = f"step {look['step']:,} of {steps:,}   -ELBO {bound:,.1f} nats   {look['active']} latents in use"
    said += f"   map ±{reach:.2g}"
    _write(page, said, (MARGIN, MARGIN - 4))
    _dots(page, points, reach, labels, (MARGIN, MARGIN + 22))
    page.paste(walks, (left, MARGIN + 22))
    page.paste(row, (MARGIN, MARGIN + 22 + MAP_SIDE + MARGIN))
    return page


def _dots(
    page: Image.Image, points: np.ndarray, reach: float, labels: np.ndarray | None, corner: tuple[int, int]
) -> None:
    draw, (x0, y0) = ImageDraw.Draw(page), corner
    draw.rectangle((x0, y0, x0 + MAP_SIDE - 1, y0 + MAP_SIDE - 1), outline=FAINT)
    count = int(labels.max()) + 1 if labels is not None else 1
    colours = palette(max(count, 2), ordered=False)
    half = MAP_SIDE / 2
    for i, (x, y) in enumerate(points):
        px, py = x0 + half * (1 + 0.96 * x / reach), y0 + half * (1 - 0.96 * y / reach)
        colour = colours[int(labels[i])] if labels is not None else "#0f766e"
        draw.ellipse((px - 1.5, py - 1.5, px + 1.5, py + 1.5), fill=colour)


def _write(page: Image.Image, content: str, corner: tuple[int, int]) -> None:
    for number, line in enumerate(text(content, LINE, WIDTH - 2 * MARGIN).lines):
        mask = draw_line(line, LINE)
        page.paste(INK, (corner[0] - overhang(LINE), corner[1] + number * 19), mask)


def _picture(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.split(",", 1)[1])), formats=tuple(MIME)).convert("RGB")


def _fitted(picture: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / picture.width, height / picture.height)
    return picture.resize((max(1, int(picture.width * scale)), max(1, int(picture.height * scale))))


def _unpacked(packed: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), "<f4")
