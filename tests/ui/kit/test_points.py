"""Payloads of the map: bytes and palettes."""

import base64

import numpy as np

from vae.ui.kit.points import continuous, discrete, pack, palette, ramp


def test_pack_is_little_endian():
    values = np.array([[1.5, -2.0], [3.25, 0.0]])
    assert np.array_equal(np.frombuffer(base64.b64decode(pack(values, "float32")), "<f4").reshape(2, 2), values)


def test_palettes_are_distinct_and_ramps_keep_their_ends():
    for count in range(1, 11):
        assert len(set(palette(count, ordered=False))) == count
    assert ramp(2, ("#000000", "#ffffff")) == ["#000000", "#ffffff"]
    assert ramp(3, ("#000000", "#fefefe"))[1] == "#7f7f7f"
    assert len(palette(15, ordered=True)) == 15


def test_a_factor_that_is_a_colour_keeps_its_own():
    assert discrete("k", np.array([0, 1]), ("a", "b"), ("#123456", "#654321"), True)["colours"] == [
        "#123456",
        "#654321",
    ]


def test_a_constant_column_has_a_range():
    column = continuous("kl", np.zeros(10))
    assert column["low"] < column["high"]
