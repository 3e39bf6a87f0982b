"""Where the values of a factor lie, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from vae.data import DATASETS, DataError, Factor, ImageSet, load
from vae.evaluation.reader import codes_of, encode_factors, factors_of

ROW = Factor("row", tuple("01234"))
RING = Factor("ring", tuple("01234"), cyclic=True)
BAG = Factor("bag", tuple("abc"), ordered=False)


def all_values(factor):
    return encode_factors((factor,), torch.arange(len(factor.values))[:, None])[0]


@pytest.mark.parametrize("factor", [ROW, RING, BAG], ids=lambda factor: factor.kind)
def test_from_one_end_to_the_other_is_one(factor):
    places = all_values(factor)
    assert torch.cdist(places, places).max() == pytest.approx(1, abs=1e-3)  # cdist rounds


def test_where_values_lie():
    assert all_values(ROW).flatten().tolist() == [0, 0.25, 0.5, 0.75, 1]
    torch.testing.assert_close(all_values(RING), torch.tensor([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]]) / 2)
    torch.testing.assert_close(all_values(BAG), torch.eye(3) / math.sqrt(2))
    assert all_values(Factor("still", ("only",))).tolist() == [[0]]


def test_codes_become_readings_and_come_back(reader):
    factors, codes = (ROW, RING, BAG), np.array([[4, 3, 2], [1, 0, 0], [2, 4, 1]])
    readings = encode_factors(factors, codes)
    assert [tuple(reading.shape) for reading in readings] == [(3, 1), (3, 2), (3, 3)]
    nearest = replace(reader, factors=factors).values(readings)
    np.testing.assert_array_equal(np.stack(nearest, axis=1), [[4, 3, 2], [1, 0, 0], [2, 0, 1]])  # ends of a ring meet
    with pytest.raises(ValueError, match=r"\(n, 3\)"):
        encode_factors(factors, codes[:, :2])


def test_kinds_of_factors():
    assert [factor.kind for factor in DATASETS["sprites"].factors] == ["unordered", "ordered", "cyclic"] + 2 * [
        "ordered"
    ]
    assert [factor.kind for factor in DATASETS["scene3d"].factors].count("unordered") == 1


def test_classes_are_one_factor(digits, toy):
    assert factors_of(digits["test"]) == (Factor("class", tuple("0123456789"), ordered=False),)
    np.testing.assert_array_equal(codes_of(digits["test"])[:, 0], digits["test"].labels)
    assert factors_of(load("toy", "test")) == toy.factors
    with pytest.raises(DataError, match="nothing to read"):
        factors_of(ImageSet(replace(toy, factors=()), "test"))
