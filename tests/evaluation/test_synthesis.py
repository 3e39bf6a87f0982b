"""Best-fitting rendered images: exact ones are found again, and what is no image of the data cannot hide."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vae.data import load, scene3d, sprites
from vae.evaluation.synthesis import best_fit, measure_synthesis
from vae.images import to_float


@pytest.fixture(scope="module")
def rooms():
    return load("scene3d", "test")


def chosen(data, count):
    rows = np.linspace(0, len(data) - 1, count).astype(int)
    return torch.from_numpy(np.asarray(data.factors)[rows]), data.batch(rows)


def test_an_image_is_found_again_from_beside_it(rooms):
    codes, images = chosen(rooms, 6)
    last = torch.tensor(scene3d.FACTOR_SIZES) - 1
    beside = (codes + torch.tensor([1, -1, 1, 0, 0, 1])).clamp(torch.zeros(6).long(), last)
    found, residual = best_fit(scene3d.draw, scene3d.FACTOR_SIZES, images, beside)
    np.testing.assert_array_equal(found, codes)
    np.testing.assert_allclose(residual, 0, atol=1e-4)


def test_noise_of_known_size_is_what_is_left(rooms):
    codes, images = chosen(rooms, 4)
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(0)) * 5 / 255
    _, residual = best_fit(scene3d.draw, scene3d.FACTOR_SIZES, to_float(images) + noise, codes)
    np.testing.assert_allclose(residual, 5, rtol=0.03)


def test_a_cross_fade_is_no_image(rooms):
    """A decoder that fades from image to image moves what a reader sees, smoothly; no room looks like its pictures."""
    codes, images = chosen(rooms, 8)
    fade = (to_float(images) + to_float(images.roll(1, 0))) / 2
    _, residual = best_fit(scene3d.draw, scene3d.FACTOR_SIZES, fade, codes)
    assert residual.mean() > 10


def test_a_sprite_of_another_angle_is_told_by_its_picture():
    data = load("sprites", "test")
    codes, _ = chosen(data, 5)
    codes[:, 0] = 2  # hearts, which no turn brings back
    turned = codes.clone()
    turned[:, 2] = (codes[:, 2] + 3) % sprites.TURN
    found, residual = best_fit(sprites.draw, sprites.FACTOR_SIZES, sprites.draw(turned), codes)
    np.testing.assert_array_equal(sprites.draw(found), sprites.draw(turned))
    np.testing.assert_allclose(residual, 0, atol=1e-4)


def test_what_is_recorded_of_a_decoder(rooms):
    """One that paints every image but with the object's colour in the middle: five factors right, one by chance."""
    codes = np.asarray(rooms.factors)
    factors = rooms.spec.factors

    def decode(z):
        painted = z.round().long()
        painted[:, 2] = 4
        return to_float(scene3d.draw(painted))

    found = measure_synthesis(decode, rooms, factors, codes.astype(np.float32))
    assert found["residual"] == pytest.approx(0, abs=1e-3) and found["residual_spread"] == pytest.approx(0, abs=1e-3)
    assert found["fade"] > 10, "what a decoder that fades from image to image leaves"
    assert found["right"][:2] == [1, 1] and found["right"][3:] == [1, 1, 1]
    assert found["right"][2] == pytest.approx((codes[:, 2] == 4).mean(), abs=0.1)


def test_stored_images_have_no_renderer(digits):
    assert measure_synthesis(lambda z: z, digits["test"], (), np.zeros((360, 2))) is None
