"""The spill meter against decoders whose spill is known: exact readers of made-up pictures, and the room's renderer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vae.data import load, scene3d
from vae.evaluation.reader import reader_of
from vae.evaluation.spill import (
    ENDS,
    MOVED,
    READABLE,
    STOPS,
    is_recorded,
    measure_spill,
    spill,
    stops,
    strayed,
    summary,
)
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


# What a share alone rewards: leaving factors out.


def test_one_working_latent_spills_nothing_and_covers_one_factor():
    found = spill(painted(np.diag([1.0, 0, 0])), exact(3), STARTS, [0, 1, 2], VALUES, scales=np.full(3, 1 / 6))
    assert found.overall == 1
    np.testing.assert_allclose(found.moved, [1, 0, 0], atol=1e-5)
    assert found.coverage == pytest.approx(1 / 3)


def test_six_copies_of_one_factor_spill_nothing_and_cover_one_of_six():
    mix = np.zeros((6, 6))
    mix[2] = 0.4
    starts = np.random.default_rng(2).uniform(size=(5, 6))
    found = spill(painted(mix), exact(6), starts, range(6), VALUES, scales=np.full(6, 1 / 12))
    np.testing.assert_allclose(found.share, 1)
    assert found.overall == 1 and found.coverage == pytest.approx(1 / 6)


def test_a_factor_moves_from_a_tenth_of_its_range_on():
    sizes = np.sqrt([1.1 * MOVED, 0.9 * MOVED, 1.0])
    found = spill(painted(np.diag(sizes)), exact(3), STARTS, [0, 1, 2], VALUES, scales=np.full(3, 1 / 6))
    np.testing.assert_allclose(found.moved, sizes**2, rtol=1e-4)
    assert found.coverage == pytest.approx(2 / 3)


def test_factors_count_by_their_own_range():
    """A latent that takes both factors through all their values spills half, however their readings are embedded."""
    mix = np.array([[1.0, 0, 0], [0.5, 0, 0], [0, 0, 0]])  # the second factor's readings span half as much
    plain = spill(painted(mix), exact(3), STARTS, [0], VALUES)
    scaled = spill(painted(mix), exact(3), STARTS, [0], VALUES, scales=np.array([1, 0.25, 1]) / 6)
    np.testing.assert_allclose(plain.share, 0.8, atol=1e-6)
    np.testing.assert_allclose(scaled.share, 0.5, atol=1e-6)
    np.testing.assert_allclose(scaled.change, [[1, 1, 0]], atol=1e-6)


def test_what_turns_by_a_quarter_between_fixed_stops_is_seen_by_drawn_ones():
    """A sprite that grows and turns: a square turned by a right angle is the same square at each of five even stops."""
    mu = np.random.default_rng(3).uniform(size=(2_000, 1))

    def decode(z):  # the size, and the angle of a square, whose period is a quarter: cos and sin of 4 · (2 pi z)
        turn = 4 * 2 * np.pi * z[:, 0]
        return torch.stack((z[:, 0], 0.5 * turn.cos(), 0.5 * turn.sin()), dim=1)[:, :, None, None]

    def read(images):
        flat = images.flatten(1)
        return [flat[:, :1], flat[:, 1:]]

    reader = SimpleNamespace(read=read, noise=np.zeros(2))
    scales = np.array([1 / 12, 1 / 4])
    even = spill(decode, reader, mu[:50], [0], np.linspace(0, 1, 5), scales=scales)
    drawn = spill(decode, reader, mu[:50], [0], stops(mu, [0], 50), scales=scales)
    assert even.share[0] > 0.99
    assert drawn.share[0] == pytest.approx(0.6, abs=0.05), (
        "it shares its change with the angle, which takes all its values"
    )


def test_stops_rise_from_end_to_end_and_differ_from_start_to_start():
    mu = np.random.default_rng(4).normal(size=(5_000, 3))
    found = stops(mu, [2, 0], 40)
    assert found.shape == (40, 2, STOPS) and found.dtype == np.float32
    assert (np.diff(found, axis=2) >= 0).all()
    np.testing.assert_allclose(found[:, 0, 0], np.quantile(mu[:, 2], ENDS[0]), rtol=1e-5)
    np.testing.assert_allclose(found[:, 1, -1], np.quantile(mu[:, 0], ENDS[1]), rtol=1e-5)
    assert len(np.unique(found[:, 0, 4])) == 40
    np.testing.assert_array_equal(found, stops(mu, [2, 0], 40))


def test_the_record_tells_what_moves_and_what_is_read_of_reconstructions(reader):
    """The renderer as a decoder of codes that are the places of the factors, but for one that it leaves out."""
    data = load("scene3d", "test")
    codes = np.asarray(data.factors)
    mu = (codes / (SIZES.numpy() - 1)).astype(np.float32)

    def decode(z):
        places = z.clamp(0, 1)
        places[:, 2] = 0.5  # every object has the colour in the middle
        return scene3d.draw((places * (SIZES - 1)).round().long())

    found = measure_spill(decode, reader, mu, np.ones(6), codes=codes)
    names = [factor.name for factor in reader.factors]
    assert is_recorded(found, 6, names)
    moved = {row["name"]: row["moved"] for row in found["factors"]}
    assert (
        moved["object colour"] < 0.05 and min(value for name, value in moved.items() if name != "object colour") > 0.7
    )
    assert found["coverage"] == pytest.approx(5 / 6, abs=1e-3) and found["overall"] > 0.98
    read = {row["name"]: row["accuracy"] for row in found["factors"]}
    assert read["floor colour"] > 0.9 and read["object colour"] < 0.3
    assert all(row["accuracy"] is None for row in measure_spill(decode, reader, mu[::50], np.ones(6))["factors"])


def test_a_record_of_before_is_measured_anew():
    row = {"dim": 0, "share": 1.0, "spread": 0.0, "factor": "shape", "change": [0.5]}
    old = {"overall": 1.0, "overall_spread": 0.0, "dims": [row]}
    assert not is_recorded(old, 3, ["shape"])
    moved = [{"name": "shape", "moved": 0.5, "accuracy": None, "r2": None}]
    assert is_recorded(old | {"coverage": 1.0, "factors": moved}, 3, ["shape"])
    assert not is_recorded(old | {"coverage": 1.0, "factors": []}, 3, ["shape"])
    assert not is_recorded(old | {"coverage": float("nan"), "factors": moved}, 3, ["shape"])
