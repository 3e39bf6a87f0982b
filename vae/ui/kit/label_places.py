"""Where the names of points go, so that none covers another one or a point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

AWAY = 9  # pixels between the middle of a point and its name
POINT = 7  # pixels from the middle of a point that its name and others leave free
SIDES = {"left": -1, "center": 0, "right": 1}
HEIGHTS = {"middle": 0, "top": 1, "bottom": -1}
# Plotly's names of the places around a point, the most natural first.
PLACES = ("middle right", "middle left", "top right", "bottom left", "top center", "bottom center", "top left")
PLACES += ("bottom right",)


def label_places(
    points: np.ndarray,
    sizes: np.ndarray,
    area: np.ndarray,
    lines: Sequence[np.ndarray] = (),
    taken: Sequence[tuple[np.ndarray, np.ndarray]] = (),
) -> list[str | None]:
    """The place of each point's name, a Plotly textposition; None where there is no room.

    Args:
        points: (N, 2) pixels, y upward, those that matter most first.
        sizes: (N, 2) of their names.
        area: width and height that names stay in.
        lines: (M, 2) points along a line each, which names avoid as far as they can.
        taken: corners of boxes that other words fill.
    """
    taken = [*taken, *((point - POINT, point + POINT) for point in points)]
    along = np.concatenate([*lines, np.empty((0, 2))])
    places: list[str | None] = []
    for point, size in zip(points, sizes, strict=True):
        boxes = {place: _box(place, point, size) for place in PLACES}
        free = [
            place
            for place, (low, high) in boxes.items()
            if (low >= 0).all()
            and (high <= area).all()
            and not any((low < other[1]).all() and (other[0] < high).all() for other in taken)
        ]
        crossed = {place: ((along > boxes[place][0]) & (along < boxes[place][1])).all(axis=1).sum() for place in free}
        chosen = min(free, key=crossed.__getitem__, default=None)
        places.append(chosen)
        if chosen:
            taken.append(boxes[chosen])
    return places


def _box(place: str, point: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lower left and upper right corner of a name at that place."""
    height, side = place.split()
    toward = np.array([SIDES[side], HEIGHTS[height]])
    middle = point + toward * (AWAY + size / 2)
    return middle - size / 2, middle + size / 2
