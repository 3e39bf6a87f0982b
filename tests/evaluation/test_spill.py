"""The spill meter against decoders whose spill is known: exact readers of made-up pictures, and the room's renderer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vae.data import load, scene3d
from vae.evaluation.reader import reader_of
from vae.evaluation.spill import READABLE, spill, strayed, summary
from vae.latent.traversal import traverse

SIZES = torch.tensor(scene3d.FACTOR_SIZES)


def exact(factors: int, noise=0.0):
    """A reader to whom a picture (m, K, 1, 1) shows its factors as grey levels."""
    read = lambda images: list(images.flatten(1).float().split(1, dim=1))  # noqa: E731
    return SimpleNamespace(read=read, noise=np.full(factors, noise))


def painted(mix):
    """A decoder that paints factor k as row k of mix @ z."""
    return lambda z: (z @ torch.as_tensor(mix, dtype=torch.float32).T)[:, :, None, None]


STARTS = np.random.default_rng(0).uniform(size=(7, 3))
VALUES = np.array([0.0, 0.5, 1.0])  # of variance 1/6


def test_a_mixing_decoder_gives_the_squares_of_its_mix():
    mix = np.array([[1.0, 0.5, 0], [0, 0.5, 0], [0.5, 0, 0]])
    found = spill(painted(mix), exact(3), STARTS, [0, 1, 2], VALUES)
    np.testing.assert_allclose(found.change, np.square(mix).T / 6, atol=1e-6)
    np.testing.assert_allclose(found.share, [0.8, 0.5, np.nan], atol=1e-6)
    np.testing.assert_allclose(found.spread, [0, 0, np.nan], atol=1e-6)
    assert found.factor[0] == 0
    assert found.factor[2] == -1
    assert found.overall == pytest.approx(0.65)
    assert found.overall_spread == pytest.approx(0, abs=1e-6)


def test_the_spread_is_that_over_the_start_images():
    """Latent 0 moves factor 0 everywhere, and factor 1 as well where latent 1 is 1."""
    starts = np.array([[0.0, 0], [0, 1], [0, 1], [0, 0]])
    decode = lambda z: torch.stack((z[:, 0], z[:, 0] * z[:, 1]), dim=1)[:, :, None, None]  # noqa: E731
    found = spill(decode, exact(2), starts, [0], VALUES)
    np.testing.assert_allclose(found.share, [0.75])
    np.testing.assert_allclose(found.spread, [0.25])
    np.testing.assert_allclose(found.change, [[1 / 6, 1 / 12]])
    assert found.overall == pytest.approx(0.75)
    assert found.overall_spread == pytest.approx(0.25)


def test_noise_is_taken_off():
    noise = 0.03
    found = spill(painted(np.eye(3)), exact(3, noise), STARTS, [0, 1, 2], VALUES)
    np.testing.assert_allclose(found.change, np.eye(3) * (1 / 6 - noise * 2 / 3), atol=1e-6)
    np.testing.assert_allclose(found.share, 1)


def test_what_is_taken_off_is_what_independent_errors_make():
    generator = torch.Generator().manual_seed(0)
    errors = 0.1 * torch.randn(20_000, 5, 2, generator=generator)  # mean square 0.02
    kept = strayed([errors], np.zeros(1)).mean()
    assert kept == pytest.approx(0.02 * 4 / 5, rel=0.02)
    assert strayed([errors], np.array([0.02])).min() == 0


def test_each_latent_has_values_of_its_own_and_keeps_its_place():
    mix = np.random.default_rng(1).normal(size=(4, 3))
    values = np.array([[0, 1.0], [0, 0.5], [-1, 1.0]])
    whole = spill(painted(mix), exact(4), STARTS, [0, 1, 2], values)
    np.testing.assert_allclose(whole.change, np.square(mix.T) * np.array([[0.25], [0.0625], [1.0]]), rtol=1e-4)
    order = [2, 0, 1]
    turned = spill(painted(mix), exact(4), STARTS, order, values[order])
    for key in ("dims", "change", "share", "spread", "factor"):
        np.testing.assert_allclose(getattr(turned, key), getattr(whole, key)[order], rtol=1e-5, atol=1e-6)
    assert turned.overall == pytest.approx(whole.overall)


def test_renaming_the_latents_moves_nothing_else():
    mix, order = np.random.default_rng(1).normal(size=(4, 3)), [2, 0, 1]
    whole = spill(painted(mix), exact(4), STARTS, [0, 1, 2], VALUES)
    renamed = spill(painted(mix[:, order]), exact(4), STARTS[:, order], [0, 1, 2], VALUES)
    np.testing.assert_allclose(renamed.share, whole.share[order], rtol=1e-5)
    np.testing.assert_array_equal(renamed.factor, whole.factor[order])


def test_a_latent_that_shows_nothing_has_no_share():
    mix = np.diag([1.0, 0.0, 0.9 * np.sqrt(6 * READABLE)])
    found = spill(painted(mix), exact(3), STARTS, [0, 1, 2], VALUES)
    np.testing.assert_allclose(found.share, [1, np.nan, np.nan])
    np.testing.assert_array_equal(found.factor, [0, -1, -1])
    assert found.overall == 1
    asleep = spill(painted(mix), exact(3), STARTS, [1], VALUES)
    assert np.isnan(asleep.overall)
    assert np.isnan(asleep.overall_spread)


def test_a_single_factor_has_changes_but_no_shares():
    found = spill(painted([[1.0, 0, 0]]), exact(1), STARTS, [0, 1], VALUES)
    np.testing.assert_allclose(found.change, [[1 / 6], [0]], atol=1e-6)
    assert np.isnan(found.share).all()
    assert np.isnan(found.overall)
    np.testing.assert_array_equal(found.factor, [0, -1])


def test_many_pictures_are_decoded_in_parts_in_their_order():
    shown, told = [], []

    def decode(z):
        shown.append(z)
        return z[:, :, None, None]

    found = spill(decode, exact(3), STARTS, [1, 2], np.linspace(0, 1, 20), lambda *at: told.append(at))
    expected = torch.cat([traverse(start, [1, 2], np.linspace(0, 1, 20)).flatten(0, 1) for start in STARTS])
    torch.testing.assert_close(torch.cat(shown), expected)
    assert max(map(len, shown)) <= 64
    assert told[-1] == ("spill", 280, 280)
    np.testing.assert_allclose(found.share, 1)


@pytest.mark.parametrize(
    ("starts", "dims", "values"),
    [
        (STARTS[0], [0], VALUES),
        (STARTS[:0], [0], VALUES),
        (STARTS, [], VALUES),
        (STARTS, [3], VALUES),
        (STARTS, [0], [1.0]),
        (STARTS, [0, 1], [VALUES]),
    ],
    ids=["one start", "no start", "no latent", "no such latent", "one value", "a row too few"],
)
def test_what_does_not_fit_is_refused(starts, dims, values):
    with pytest.raises(ValueError, match=r"starts|latents|values"):
        spill(painted(np.eye(3)), exact(3), starts, dims, np.array(values))


def room(spilling=False):
    """The renderer as a decoder: latent k is the place of factor k in its row; spilling, latent 0 moves two colours."""

    def decode(z):
        places = z.clamp(0, 1)
        if spilling:
            places = torch.cat((places[:, :1], places[:, :1], places[:, 2:]), dim=1)
        return scene3d.draw((places * (SIZES - 1)).round().long())

    return decode


@pytest.fixture(scope="module")
def starts():
    factors = load("scene3d", "test").factors[::250]  # 40 rooms
    return factors / (SIZES.numpy() - 1)


@pytest.fixture(scope="module")
def reader():
    return reader_of("scene3d")


def test_the_renderer_spills_nothing(reader, starts):
    found = spill(room(), reader, starts, range(6), np.linspace(0, 1, 5))
    np.testing.assert_array_equal(found.factor, range(6))
    assert found.share.min() > 0.99
    assert found.overall > 0.995
    assert found.overall_spread < 0.01


def test_a_room_whose_colours_move_together_spills_half(reader, starts):
    found = spill(room(spilling=True), reader, starts, [0, 1, 5], np.linspace(0, 1, 5))
    assert found.share[0] == pytest.approx(0.5, abs=0.03)
    assert np.isnan(found.share[1])  # nothing follows it any more
    assert found.share[2] > 0.99


def test_a_latent_that_moves_another_factor_from_each_start_spills():
    """Its part is that of one factor, the same for all starts, and not of whichever moved most from each."""
    changes = np.zeros((10, 1, 3))
    changes[:5, 0, 0] = changes[5:, 0, 2] = 0.1
    found = summary(np.array([4]), changes)
    assert found.share[0] == pytest.approx(0.5) and found.factor[0] == 0
