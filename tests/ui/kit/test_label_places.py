"""Names beside points: none covers another one or a point."""

import numpy as np
import pytest

from vae.ui.kit.label_places import _box, label_places

AREA = np.array([300.0, 280.0])


def overlap(a, b):
    return bool((a[0] < b[1]).all() and (b[0] < a[1]).all())


@pytest.mark.parametrize("seed", range(5))
def test_no_name_covers_a_point_or_another_name(seed):
    rng = np.random.default_rng(seed)
    points, sizes = rng.uniform(0, AREA, (12, 2)), np.stack([rng.uniform(20, 90, 12), np.full(12, 15.0)], axis=1)
    words = (np.array([100.0, 100.0]), np.array([200.0, 120.0]))
    places = label_places(points, sizes, AREA, taken=[words])
    assert sum(place is not None for place in places) >= 6
    boxes = [_box(p, point, size) for p, point, size in zip(places, points, sizes, strict=True) if p]
    for i, box in enumerate(boxes):
        assert (box[0] >= 0).all() and (box[1] <= AREA).all()
        assert not any(overlap(box, other) for other in [words, *boxes[:i], *((p - 6, p + 6) for p in points)])


def test_a_name_avoids_lines_and_stands_to_the_right_where_it_may():
    point, size = np.array([[150.0, 140.0]]), np.array([[60.0, 15.0]])
    assert label_places(point, size, AREA) == ["middle right"]
    line = np.linspace([0, 140], [300, 140], 60)
    assert label_places(point, size, AREA, [line]) == ["top right"]


def test_where_there_is_no_room_there_is_no_name():
    assert label_places(np.zeros((1, 2)), np.array([[400.0, 15.0]]), AREA) == [None]
    assert label_places(np.empty((0, 2)), np.empty((0, 2)), AREA) == []
