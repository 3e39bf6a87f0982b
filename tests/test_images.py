"""Pixels and sheets against explicit loops."""

from __future__ import annotations

import math

import pytest
import torch

from vae.images import tile, to_float, to_uint8


def test_every_pixel_survives_the_way_to_floats_and_back():
    pixels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    floats = to_float(pixels)
    assert floats.dtype == torch.float32
    assert floats.flatten().tolist() == pytest.approx([value / 255 for value in range(256)], rel=1e-7)
    assert torch.equal(to_uint8(floats), pixels)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_floats_are_pictures_already(dtype):
    pictures = torch.tensor([0, 0.25, 1], dtype=dtype)
    floats = to_float(pictures)
    assert floats.dtype == torch.float32 and floats.tolist() == [0, 0.25, 1] == pictures.tolist()


def test_rounding_is_to_the_nearest_and_stays_in_range():
    values = torch.cat([torch.linspace(0, 1, 1001), torch.tensor([-0.2, 1.3, -1e9, 1e9])])
    before = values.clone()
    for value, found in zip(values.tolist(), to_uint8(values).tolist(), strict=True):
        assert abs(found - min(max(value, 0), 1) * 255) < 0.501
    assert torch.equal(values, before)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("n", "columns"), [(1, 1), (6, 3), (7, 3), (2, 5), (4, 1)])
def test_a_sheet_holds_each_picture_in_its_cell(channels, n, columns):
    h, w = 3, 2
    pictures = torch.arange(n * channels * h * w).remainder(251).add(1).to(torch.uint8).view(n, channels, h, w)
    sheet = tile(pictures, columns)
    rows = math.ceil(n / columns)
    expected = torch.zeros(channels, rows * h, columns * w, dtype=torch.uint8)
    for i in range(n):
        for c in range(channels):
            for y in range(h):
                for x in range(w):
                    expected[c, i // columns * h + y, i % columns * w + x] = pictures[i, c, y, x]
    assert torch.equal(sheet, expected)
