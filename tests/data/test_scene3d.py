"""The room: masks against fresh renders, painting against plain numpy, and the properties that let it disentangle."""

import numpy as np
import pytest
import torch

from vae.data import scene3d, scene3d_render
from vae.data.masked import compose, weights
from vae.data.rendering import pool

RAMPS = (scene3d.FLOOR_COLOURS, scene3d.WALL_COLOURS, scene3d.OBJECT_COLOURS)
GRID = scene3d.FACTOR_SIZES[3:]  # scale, shape, azimuth


def silhouette(scale, shape, azimuth):
    """(64, 64) how much of each pixel the object covers, without any shading."""
    position, ray = scene3d_render._camera(scene3d_render.AZIMUTHS[azimuth])
    depth = scene3d_render._trace(scene3d_render.SHAPES[shape], scene3d_render.SCALES[scale], position, ray)
    return pool(np.isfinite(depth).astype(np.float32), scene3d_render.RESOLUTION, scene3d_render._SUBPIXELS)


@pytest.fixture(scope="module")
def silhouettes():
    """The object's share of the picture, (scale, shape, every second azimuth)."""
    return np.array(
        [[[silhouette(a, b, c).mean() for c in range(0, GRID[2], 2)] for b in range(GRID[1])] for a in range(GRID[0])]
    )


def test_grid_is_as_documented():
    assert scene3d.FACTOR_SIZES == (10, 10, 10, 8, 4, 15)
    assert np.prod(scene3d.FACTOR_SIZES) == 480_000
    assert tuple(len(names) for names in scene3d.VALUE_NAMES) == scene3d.FACTOR_SIZES
    assert all(len(set(names)) == len(names) for names in scene3d.VALUE_NAMES)


def test_shipped_masks_equal_fresh_renders():
    masks = scene3d.load_masks()
    rng = np.random.default_rng(0)
    views = [(0, 0, 0), (7, 3, 14), *(tuple(rng.integers(GRID)) for _ in range(6))]
    for view in views:
        np.testing.assert_array_equal(masks[np.ravel_multi_index(view, GRID)], scene3d_render.render(*view))


def test_composed_image_equals_a_direct_render():
    rng = np.random.default_rng(1)
    factors = rng.integers(scene3d.FACTOR_SIZES, size=(6, 6))
    views = np.ravel_multi_index(factors[:, 3:].T, GRID)
    colours = np.stack([ramp[factors[:, k]] for k, ramp in enumerate(RAMPS)], axis=1)
    images = compose(torch.from_numpy(scene3d.load_masks()[views]), torch.from_numpy(colours)).numpy()
    for row, image in zip(factors, images, strict=True):
        direct = scene3d_render.render(*row[3:]).astype(np.int64)
        for channel in range(3):
            weighted = sum(direct[s] * int(RAMPS[s][row[s], channel]) for s in range(3))
            np.testing.assert_array_equal(image[channel], (weighted + 127) // 255)


def test_masks_never_overflow():
    assert scene3d.load_masks().sum(axis=1, dtype=np.int64).max() <= 255


@pytest.mark.parametrize("ramp", RAMPS)
def test_colours_lie_evenly_on_a_straight_line(ramp):
    assert ramp.shape == (10, 3)
    assert ramp.dtype == np.uint8
    even = np.linspace(ramp[0].astype(float), ramp[-1].astype(float), 10)
    assert np.abs(ramp - even).max() <= 0.5 + 1e-9


def test_the_three_ramps_differ():
    directions = [np.subtract(ramp[-1], ramp[0], dtype=float) for ramp in RAMPS]
    starts = [ramp[0].astype(float) for ramp in RAMPS]
    for i in range(3):
        for j in range(i):
            assert np.linalg.norm(np.cross(directions[i], directions[j])) > 1000
            assert np.linalg.norm(starts[i] - starts[j]) > 30


def test_silhouettes_of_the_shapes_have_equal_area(silhouettes):
    by_shape = silhouettes.mean(axis=2)  # (scale, shape)
    assert np.abs(by_shape / by_shape.mean(axis=1, keepdims=True) - 1).max() < 0.03
    assert np.ptp(by_shape.mean(axis=0)) < 0.005 * by_shape.mean()


def test_the_object_is_near(silhouettes):
    assert 0.25 < silhouettes.mean() < 0.30
    by_scale = silhouettes.mean(axis=(1, 2))
    assert (np.diff(by_scale) > 0).all()
    assert by_scale[-1] > 1.5 * by_scale[0]


def test_factors_are_balanced():
    """Half the mean squared change, when one factor alone is redrawn, differs by less than 10:1 between factors."""
    found = weights(scene3d.SPEC)
    assert max(found.values()) < 10 * min(found.values()), found


def test_azimuths_are_told_apart_for_every_shape():
    """The nearest views are the neighbours, and no view returns on the other side (left is not right)."""
    masks = scene3d.load_masks().reshape(*GRID, -1).astype(np.float64)
    for shape in range(GRID[1]):
        views = masks[4, shape]
        apart = ((views[:, None] - views[None]) ** 2).mean(axis=-1)
        steps = np.abs(np.subtract.outer(np.arange(GRID[2]), np.arange(GRID[2])))
        assert apart[steps == 1].max() < apart[steps >= 4].min()
        assert apart[0, -1] > apart[steps <= 3].max()  # least for the cube, whose sides are 90° apart


@pytest.mark.parametrize("view", [(8, 0, 0), (0, 4, 0), (0, 0, 15), (-1, 0, 0)])
def test_render_refuses_indices_outside_the_grid(view):
    with pytest.raises(IndexError, match="outside"):
        scene3d_render.render(*view)
