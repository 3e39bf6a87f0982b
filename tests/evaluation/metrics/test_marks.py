"""The three marks: what they are, and that the rotated one is rotated."""

from __future__ import annotations

import numpy as np
import pytest

from vae.evaluation.metrics import marks, mig


def test_the_three_marks_stand_in_their_order(grid):
    codes = marks(grid, latents=4)
    assert codes["perfect"].shape == codes["rotated"].shape == (len(grid), 3)
    assert codes["noise"].shape == (len(grid), 4)
    perfect, rotated, noise = (mig(codes[mark], grid) for mark in ("perfect", "rotated", "noise"))
    assert perfect == pytest.approx(1)
    assert 0.005 < rotated < 0.3
    assert noise < 0.02


@pytest.mark.parametrize("count", [2, 3, 6, 10])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_rotated_mark_is_a_rotation_that_mixes(count, seed):
    factors = np.random.default_rng(5).integers(0, 4, (500, count))
    codes = marks(factors, latents=4, seed=seed)
    turn = np.linalg.lstsq(codes["perfect"], codes["rotated"], rcond=None)[0]
    np.testing.assert_allclose(turn @ turn.T, np.eye(count), atol=1e-9)
    assert (turn**2).max() <= 0.6
    np.testing.assert_allclose(codes["perfect"].std(0), 1)
    again = marks(factors, latents=4, seed=seed)
    assert all(np.array_equal(codes[mark], again[mark]) for mark in codes)


def test_a_factor_with_one_value_makes_no_latent(grid):
    constant = np.column_stack([grid, np.full(len(grid), 7)])
    assert marks(constant, latents=4)["perfect"].shape == (len(grid), 3)


def test_a_single_factor_cannot_be_mixed(grid):
    codes = marks(grid[:, :1], latents=2)
    np.testing.assert_allclose(np.abs(codes["rotated"]), np.abs(codes["perfect"]))
