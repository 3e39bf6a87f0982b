"""Walks through the latent space, cell by cell."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
import torch
from closeness import same_floats

from vae.checkpoints.checkpoint import load
from vae.latent.traversal import between_neighbours, interpolate, lattice, traverse

Z = torch.tensor([0.5, -1.0, 2.0, 0.0])


@pytest.mark.parametrize(
    ("dims", "values"),
    [
        ([2], torch.linspace(-3, 3, 7)),
        ([3, 0, 1], torch.linspace(-3, 3, 7)),
        ([1, 2], torch.tensor([[-1.0, 0.0, 1.0], [-9.0, 0.5, 9.0]])),
        ([0, 0], np.array([1.5])),
        ([], torch.linspace(-3, 3, 7)),
    ],
    ids=["one", "some in their order", "values per row", "twice", "none"],
)
def test_a_traversal_changes_only_its_dimension(dims, values):
    grid = traverse(Z, dims, values)
    rows = np.broadcast_to(np.asarray(values, np.float32), (len(dims), np.shape(values)[-1]))
    assert grid.shape == (*rows.shape, 4)
    for row, dim in enumerate(dims):
        for step in range(rows.shape[1]):
            for latent in range(4):
                expected = rows[row, step] if latent == dim else float(Z[latent])
                assert float(grid[row, step, latent]) == pytest.approx(expected)
    assert Z.tolist() == [0.5, -1.0, 2.0, 0.0]


def test_a_traversal_is_centred_on_the_images_own_z(trained, digits):
    """A cell whose value is the image's own is the image's own reconstruction, in every row."""
    model = load(trained.path)
    mu, _ = model.encode(digits["test"].batch([7]))
    offsets = torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0])
    grid = traverse(mu[0], range(6), mu[0][:, None] + offsets)
    assert torch.equal(grid[:, 2], mu.expand(6, -1))
    pictures = model.decode(grid.flatten(0, 1)).view(6, 5, 1, 32, 32)
    for row in range(6):
        same_floats(pictures[row, 2], model.decode(mu)[0])
    assert (pictures[:, 0] - pictures[:, 4]).abs().max() > 0.01


@pytest.mark.parametrize(
    ("dims", "values"),
    [([4], torch.zeros(3)), ([-1], torch.zeros(3)), ([0, 1], torch.zeros(3, 3)), ([0], torch.tensor(1.0))],
)
def test_a_traversal_refuses_what_does_not_fit(dims, values):
    with pytest.raises(ValueError, match=r"between 0 and 3|\(S,\)"):
        traverse(Z, dims, values)


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


def test_a_line_has_its_ends_and_equal_steps():
    a, b = Z.numpy(), np.array([1.5, 3.0, -2.0, 1e-3], np.float32)
    line = interpolate(a, b, 5).numpy()
    assert np.array_equal(line[0], a) and np.array_equal(line[-1], b)
    assert np.allclose(np.diff(line, axis=0), (b - a) / 4, atol=1e-6)


@pytest.mark.parametrize(("a", "b", "steps"), [(Z, Z[1:], 3), (Z[None], Z[None], 3), (Z, Z, 1)])
def test_a_line_needs_two_ends_of_one_length(a, b, steps):
    with pytest.raises(ValueError, match="line"):
        interpolate(a, b, steps)
