"""The sprites: pictures against a direct render of each pixel, and the twins against a comparison of real pixels."""

from __future__ import annotations

import cmath
import math
from collections import Counter

import numpy as np
import pytest
import torch

from vae.data import load, sprites

SIZES = sprites.FACTOR_SIZES
TOTAL = math.prod(SIZES)


def rendered(shape: int, scale: int, orientation: int, x: int, y: int) -> np.ndarray:
    """Ink of each pixel of the whole picture, (64, 64): > 0 is inside; complex numbers, no stencils, nothing cached."""
    column, row = np.meshgrid(np.arange(64), np.arange(64))
    points = (column - (16 + x)) + 1j * (row - (16 + y))
    points = points * cmath.exp(-2j * math.pi * orientation / 39) / np.linspace(0.5, 1, 6)[scale]
    if shape == 0:
        return 11.27 - np.maximum(abs(points.real), abs(points.imag))
    if shape == 1:
        return 1 - np.hypot(points.real / 15.8, points.imag / 10.2)
    units = points / 11.8
    across, up = units.real, 0.2935 - units.imag
    return across**2 * up**3 - (across**2 + up**2 - 1) ** 3


@pytest.fixture(scope="module")
def splits():
    return {split: load("sprites", split) for split in ("train", "test")}


def test_the_grid_is_the_published_one(splits):
    assert sprites.FACTOR_NAMES == ("shape", "scale", "orientation", "x", "y")
    assert SIZES == (3, 6, 40, 32, 32)
    assert TOTAL == 737_280
    shape, scale, orientation, x, y = (factor.values for factor in sprites.SPEC.factors)
    assert shape == ("square", "ellipse", "heart")
    assert (scale[0], scale[-1]) == ("0.5", "1.0")
    assert (orientation[0], orientation[-1]) == ("0.0°", "360.0°")
    assert x == y
    assert (x[0], x[-1]) == ("0.00", "1.00")
    assert all(len(set(factor.values)) == size for factor, size in zip(sprites.SPEC.factors, SIZES, strict=True))


def test_a_batch_equals_a_direct_render():
    rng = np.random.default_rng(0)
    factors = np.concatenate([rng.integers(SIZES, size=(200, 5)), [[0] * 5, [2, 5, 39, 31, 31], [1, 5, 20, 0, 31]]])
    images = sprites.draw(torch.from_numpy(factors)).numpy()
    assert images.shape == (len(factors), 1, 64, 64)
    assert set(np.unique(images)) == {0, 255}
    for row, image in zip(factors, images, strict=True):
        ink = rendered(*row)
        certain = np.abs(ink) > 1e-6  # a pixel's centre may lie on the outline itself
        assert certain.mean() > 0.99
        assert np.array_equal(image[0][certain] > 0, ink[certain] > 0), row


def test_no_sprite_is_cut_off():
    """Nor can it be: its white pixels stay as many in every corner of the grid."""
    factors = torch.cartesian_prod(*(torch.arange(n) for n in SIZES[:3]))
    counts = []
    for x, y in [(0, 0), (31, 31), (0, 31), (15, 16)]:
        places = torch.tensor([[x, y]]).expand(len(factors), 2)
        counts.append(sprites.draw(torch.cat([factors, places], dim=1)).bool().sum((1, 2, 3)))
    assert all(torch.equal(count, counts[0]) for count in counts)
    area = counts[0].double().view(3, 6, 40).mean(2).numpy()
    np.testing.assert_allclose(area, [505 * scale**2 for scale in np.linspace(0.5, 1, 6)] * np.ones((3, 1)), rtol=0.02)


def test_both_ends_of_the_turn_coincide():
    ends = sprites.stencils()[:, :, [0, 39]]
    assert np.array_equal(ends[:, :, 0], ends[:, :, 1])


def test_the_hearts_centre_of_mass_is_its_position():
    hearts = sprites.stencils()[2].astype(float)
    grid = np.arange(-16, 17)
    for axis in (2, 3):
        moment = (hearts.sum(axis=5 - axis) * grid).sum(-1) / hearts.sum((2, 3))
        assert np.abs(moment.mean(1)).max() < 0.05
        assert np.abs(moment).max() < 0.4


def packed(numbers: np.ndarray) -> list[bytes]:
    """The pixels of pictures of the grid, one bit each."""
    factors = torch.from_numpy(np.stack(np.unravel_index(numbers, SIZES), axis=1))
    bits = np.packbits(sprites.draw(factors).numpy().reshape(len(numbers), -1) > 0, axis=1)
    return [row.tobytes() for row in bits]


@pytest.fixture(scope="module")
def chosen(splits):
    """The numbers in the grid that each split holds."""
    return {name: np.ravel_multi_index(data.factors.T, SIZES) for name, data in splits.items()}


def test_what_the_training_leaves_out_equals_a_test_picture(chosen):
    left_out = np.setdiff1d(np.arange(TOTAL), np.concatenate([chosen["train"], chosen["test"]]))
    assert len(left_out) == 1_144
    assert len(chosen["train"]) + len(chosen["test"]) + len(left_out) == TOTAL
    assert set(packed(left_out)) <= set(packed(chosen["test"]))


def test_the_twins_of_test_pictures_are_left_out(chosen):
    """Every orientation of some test pictures, pixel by pixel: what equals the picture is in no training."""
    numbers = chosen["test"][::10]
    each = np.stack(np.unravel_index(numbers, SIZES), axis=1).repeat(40, axis=0)
    each[:, 2] = np.tile(np.arange(40), len(numbers))
    turned = np.ravel_multi_index(each.T, SIZES)
    equal = np.array([a == b for a, b in zip(packed(turned), packed(numbers.repeat(40)), strict=True)])
    assert equal.sum() > len(numbers) * 1.05
    assert not np.isin(turned[equal], chosen["train"]).any()


@pytest.mark.slow
def test_no_picture_of_the_test_is_trained_on(chosen):
    """By the pixels of all 737,280 pictures: what the training leaves out are the test and its twins, nothing else."""
    held_out = set(packed(chosen["test"]))
    trained_on = np.zeros(TOTAL, dtype=bool)
    trained_on[chosen["train"]] = True
    for start in range(0, TOTAL, 8192):
        numbers = np.arange(start, min(start + 8192, TOTAL))
        equal = np.array([pixels in held_out for pixels in packed(numbers)])
        assert np.array_equal(trained_on[numbers], ~equal)


def test_pictures_are_told_apart_by_their_pixels():
    """The numbers that twins are found by agree with real pixels, for pictures that are often twins: small squares."""
    rng = np.random.default_rng(1)
    factors = rng.integers(SIZES, size=(4000, 5))
    factors[:, 0] = factors[:, 0] // 2
    factors[:, 1] = 0
    factors[:, 3:] = factors[:, 3:] % 3
    numbers = np.ravel_multi_index(factors.T, SIZES)
    by_number, pixels = sprites._pictures(numbers), packed(numbers)
    assert len(set(by_number.tolist())) == len(set(pixels)) == len(set(zip(by_number.tolist(), pixels, strict=True)))
    assert max(Counter(pixels).values()) > 1


def test_pixels_are_the_same_everywhere(splits):
    """The hash that stands in checkpoints: it moves only with `VERSION`."""
    assert sprites.VERSION == "1"
    assert splits["test"].sha256() == "e0c5959a023d6815ab74cdf0ddd974a69ba37f4ea2693c8c5bd2437838bf5bc3"


def test_drawing_ignores_autocast():
    factors = torch.tensor([[2, 3, 7, 11, 13]])
    with torch.autocast("cpu", torch.bfloat16):
        inside = sprites.draw(factors)
    assert torch.equal(inside, sprites.draw(factors))
