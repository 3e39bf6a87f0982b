"""Walks through the latent space, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from closeness import same_floats

from vae.checkpoints.checkpoint import load
from vae.latent.traversal import interpolate, traverse

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


def test_a_line_has_its_ends_and_equal_steps():
    a, b = Z.numpy(), np.array([1.5, 3.0, -2.0, 1e-3], np.float32)
    line = interpolate(a, b, 5).numpy()
    assert np.array_equal(line[0], a) and np.array_equal(line[-1], b)
    assert np.allclose(np.diff(line, axis=0), (b - a) / 4, atol=1e-6)


@pytest.mark.parametrize(("a", "b", "steps"), [(Z, Z[1:], 3), (Z[None], Z[None], 3), (Z, Z, 1)])
def test_a_line_needs_two_ends_of_one_length(a, b, steps):
    with pytest.raises(ValueError, match="line"):
        interpolate(a, b, steps)
