"""The plane of rate and distortion: the ends of its axes, lines of equal cost, and where the models' names go."""

from __future__ import annotations

from typing import Any

import numpy as np

from vae.ui.kit.label_places import POINT, label_places

AXES = np.array([295.0, 280.0])  # pixels on a phone: names that do not collide there do so nowhere
LETTER, LINE = 6.6, 16.0  # pixels of a letter's width and a line's height
GRID_LETTERS = 15  # of the nats that name every combination, whose letters are smaller
MOST_LETTERS = 24  # of a name beside its point; hovering shows it whole


def axis_ranges(models: list[dict[str, Any]], floor: float | None, grid: float | None) -> np.ndarray:
    """The ends of both axes in nats, ((x, x), (y, y)); y begins at the floor where there is one."""
    heights = [model["height"] for model in models] or [0.0]
    low, high = min(heights), max(heights)
    room = 0.15 * (high - low or abs(high) or 1.0)
    bottom = low - room if floor is None else min(0.0, low)
    return np.array(
        [[0.0, 1.12 * max([*(model["rate"] for model in models), grid or 0.0, 1.0])], [bottom, high + room]]
    )


def is_weighed(model: dict[str, Any]) -> bool:
    """Is it one of the compared ones, with a fixed beta on its KL?"""
    return model["side"] is not None and model["beta"] is not None


def equal_costs(model: dict[str, Any], ranges: np.ndarray) -> np.ndarray:
    """Both ends of the part of height + beta·rate = const through a model that lies within the axes, the left first."""
    x, (bottom, top) = ranges
    beta, height, rate = model["beta"], model["height"], model["rate"]
    if beta > 0:
        x = max(x[0], rate + (height - top) / beta), min(x[1], rate + (height - bottom) / beta)
    return np.array([[end, height - beta * (end - rate)] for end in x])


def name_places(
    models: list[dict[str, Any]], lines: list[int], ranges: np.ndarray, grid: float | None
) -> tuple[list[str | None], tuple[str, str]]:
    """Where words go: the textposition of each name, and the end of the line of combinations with the words' anchor.

    Args:
        lines: of each model's name.
        ranges: of `axis_ranges`.
    """

    def pixels(places: Any) -> np.ndarray:
        scaled = (np.asarray(places, dtype=float).reshape(-1, 2) - ranges[:, 0]) / (ranges[:, 1] - ranges[:, 0])
        return scaled * AXES

    beads = [np.linspace(*pixels(equal_costs(model, ranges)), 60) for model in filter(is_weighed, models)]
    points = pixels([[model["rate"], model["height"]] for model in models])
    corner, taken = ("end", "left"), []
    if grid is not None:
        boxes = _corners(pixels([grid, 0])[0, 0])
        dots = np.concatenate([*beads, points, points + POINT, points - POINT])
        covered = {at: ((dots > low) & (dots < high)).all(axis=1).sum() for at, (low, high) in boxes.items()}
        corner = min(boxes, key=covered.__getitem__)
        taken = [boxes[corner]]
        beads.append(np.linspace(*pixels(np.array([[grid, grid], ranges[1]]).T), 60))
    letters = [min(len(model["title"]), MOST_LETTERS) for model in models]
    sizes = np.array([(LETTER * n, LINE * count) for n, count in zip(letters, lines, strict=True)])
    last_first = slice(None, None, -1)  # the compared ones choose first
    places = label_places(points[last_first], sizes.reshape(-1, 2)[last_first], AXES, beads, taken)[last_first]
    return [place or ("top center" if m["side"] else None) for m, place in zip(models, places, strict=True)], corner


def _corners(x: float) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """Boxes beside both ends of an upright line within the axes: (end of the line, anchor of the words) -> corners."""
    width, (right, top) = LETTER * GRID_LETTERS, AXES
    sides = {"left": x, "right": x - width}
    ends = {"end": top - LINE, "start": 0.0}
    boxes = {
        (end, side): (np.array([left, low]), np.array([left + width, low + LINE]))
        for end, low in ends.items()
        for side, left in sides.items()
    }
    return {at: box for at, box in boxes.items() if box[0][0] >= 0 and box[1][0] <= right} or boxes
