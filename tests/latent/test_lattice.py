"""A lattice over the prior against the normal distribution of the standard library."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
import torch

from vae.latent.lattice import even_lattice, lattice, prior_share


@pytest.mark.parametrize("steps", [1, 2, 5, 20])
def test_the_cells_of_a_lattice_hold_equal_shares_of_the_prior(steps):
    values, _ = lattice(steps)
    assert values.shape == (steps,) and values.dtype == torch.float32
    below = np.array([NormalDist().cdf(value) for value in values.tolist()])
    np.testing.assert_allclose(below, (np.arange(steps) + 0.5) / steps, atol=1e-6)
    np.testing.assert_allclose(values, -values.flip(0), atol=1e-6)


def test_a_lattice_is_laid_out_as_a_picture_whose_up_is_z1():
    values, z = lattice(4)
    assert z.shape == (4, 4, 2)
    low, high = NormalDist().inv_cdf(1 / 8), NormalDist().inv_cdf(7 / 8)
    corners = [z[0, 0], z[0, -1], z[-1, 0], z[-1, -1]]
    np.testing.assert_allclose(torch.stack(corners), [(low, high), (high, high), (low, low), (high, low)], rtol=1e-6)
    for row in range(4):
        for column in range(4):
            assert z[row, column].tolist() == [values[column], values[3 - row]]


def test_a_lattice_without_cells_is_refused():
    with pytest.raises(ValueError, match="not 0"):
        lattice(0)


def test_equal_steps_reach_where_they_are_sent():
    values, z = even_lattice(5, 3.0)
    assert values.tolist() == [-3.0, -1.5, 0.0, 1.5, 3.0]
    assert z[0, 0].tolist() == [-3.0, 3.0] and z[-1, -1].tolist() == [3.0, -3.0]
    with pytest.raises(ValueError, match="not 1"):
        even_lattice(1, 3.0)


def test_the_share_of_the_prior_between_the_ends():
    inside = NormalDist().cdf(1.959964) - NormalDist().cdf(-1.959964)
    assert prior_share(lattice(20)[0]) == pytest.approx(inside**2, abs=1e-6)  # 90 %, not all of it
    assert prior_share(even_lattice(20, 4.0)[0]) == pytest.approx((2 * NormalDist().cdf(4.0) - 1) ** 2, abs=1e-6)
