"""Codes of empty places, mixed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from vae.latent.neighbours import between_neighbours

POINTS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [100.0, 100.0]])
CODES = np.array([[0.0, 10.0], [1.0, 20.0], [2.0, 60.0], [9.0, 99.0]])


@pytest.mark.parametrize(
    ("place", "count", "code", "used", "distance"),
    [
        ((0.0, 0.0), 3, (0.0, 10.0), [0, 1, 2], 0.0),
        ((4.0, 0.0), 1, (1.0, 20.0), [1], 0.0),
        ((2.0, 0.0), 2, (0.5, 15.0), [0, 1], np.hypot(0.5, 5)),
        ((2.0, 2.0), 3, (1.0, 30.0), [0, 1, 2], 10.0),
        ((1.0, 0.0), 2, (0.25, 12.5), [0, 1], np.hypot(0.25, 2.5)),
    ],
    ids=["on a point", "the nearest alone", "halfway", "amid three", "three to one"],
)
def test_an_empty_place_is_mixed_from_its_neighbours(place, count, code, used, distance):
    found, nearest, away = between_neighbours(np.array(place), POINTS, CODES, count)
    np.testing.assert_allclose(found, code, rtol=1e-6, atol=1e-6)
    assert found.dtype == np.float32
    assert nearest.tolist() == used
    assert away == pytest.approx(distance, abs=1e-6)


def test_fewer_points_than_neighbours_are_all_used():
    found, nearest, _ = between_neighbours(np.array([2.0, 0.0]), POINTS[:2], CODES[:2], count=9)
    np.testing.assert_allclose(found, (0.5, 15.0))
    assert nearest.tolist() == [0, 1]
