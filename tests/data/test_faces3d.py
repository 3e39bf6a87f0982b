"""The face: masks against fresh renders, painting against plain numpy, and the balance that lets its factors wake."""

import numpy as np
import pytest
import torch

from vae.data import faces3d, faces3d_render, load
from vae.data.masked import weights

RAMPS = (faces3d.SKIN_COLOURS, faces3d.HAIR_COLOURS, faces3d.BACKGROUND_COLOURS)
SIZES = tuple(len(factor.values) for factor in faces3d.SPEC.factors)
GRID = SIZES[:3]  # azimuth, smile, hair length


def view_of(*indices):
    return faces3d.load_masks()[np.ravel_multi_index(indices, GRID)].astype(int)


def test_grid_is_as_documented():
    assert [factor.name for factor in faces3d.SPEC.factors] == [
        *("azimuth", "smile", "hair length", "skin tone", "hair colour", "background")
    ]
    assert SIZES == (15, 8, 6, 8, 8, 8) and np.prod(SIZES) == 368_640
    assert all(len(set(factor.values)) == len(factor.values) and factor.ordered for factor in faces3d.SPEC.factors)


@pytest.mark.parametrize("view", [(0, 0, 0), (7, 7, 3), (12, 3, 5)])
def test_shipped_masks_equal_fresh_renders(view):
    assert np.abs(view_of(*view) - faces3d_render.render(*view)).max() <= 1


@pytest.mark.slow
def test_all_shipped_masks_equal_fresh_renders():
    fresh = faces3d_render.undone(faces3d_render.render_all()).reshape(faces3d.load_masks().shape)
    assert np.abs(faces3d.load_masks().astype(int) - fresh).max() <= 1


def test_composed_image_equals_a_direct_render():
    factors = np.array([[1, 6, 5, 0, 7, 3], [14, 2, 1, 5, 0, 7]])
    images = faces3d.draw(torch.from_numpy(factors)).numpy().astype(int)
    for row, image in zip(factors, images, strict=True):
        layers = faces3d_render.render(*row[:3]).astype(int)
        for channel in range(3):
            weighted = sum(layers[s] * int(RAMPS[s][row[3 + s], channel]) for s in range(3))
            assert np.abs(image[channel] - (weighted + 127) // 255 - layers[3 + channel]).max() <= 1


def test_masks_never_overflow():
    masks = faces3d.load_masks()
    assert (masks[:, :3].sum(axis=1, dtype=int) + masks[:, 3:].max(axis=1)).max() <= 255


def test_the_file_holds_differences_and_gives_back_the_masks():
    masks = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5), np.uint8)
    steps = faces3d_render.steps_of(masks)
    assert np.array_equal(faces3d_render.undone(steps), masks)
    assert np.array_equal(steps[:, 0, 0], masks[:, 0, 0]) and np.array_equal(
        steps[0, 1, 1], masks[0, 1, 1] - masks[0, 0, 1] - masks[0, 1, 0] + masks[0, 0, 0]
    )
    assert faces3d.ASSET.stat().st_size <= 1.5e6


@pytest.mark.parametrize("ramp", RAMPS)
def test_colours_lie_evenly_on_a_straight_line_from_dark_to_light(ramp):
    assert ramp.shape == (8, 3) and ramp.dtype == np.uint8
    even = np.linspace(ramp[0].astype(float), ramp[-1].astype(float), 8)
    assert np.abs(ramp - even).max() <= 0.5 + 1e-9
    assert (np.diff(ramp.astype(int) @ [299, 587, 114]) > 0).all()


def test_the_three_ramps_differ():
    directions = [np.subtract(ramp[-1], ramp[0], dtype=float) for ramp in RAMPS]
    for i in range(3):
        for j in range(i):
            assert np.linalg.norm(np.cross(directions[i], directions[j])) > 1000
            assert np.linalg.norm(np.subtract(RAMPS[i][0], RAMPS[j][0], dtype=float)) > 30


@pytest.fixture(scope="module")
def full():
    return weights(faces3d.SPEC)


def test_factors_are_balanced(full):
    """All six within 5:1, and the smile at 20 or more."""
    assert max(full.values()) < 5 * min(full.values()), full
    assert full["smile"] >= 20, full


def test_a_subtle_smile_weighs_half_as_much(full):
    subtle = weights(faces3d.SPEC_SUBTLE)
    assert 10 < subtle["smile"] < 14, subtle
    assert all(subtle[name] == pytest.approx(full[name], rel=0.15) for name in full if name != "smile")


def test_the_subtle_set_shows_the_same_faces():
    images = load("faces3d_subtle")
    assert images.factors[:, 1].max() == faces3d.SUBTLE_SMILES - 1
    assert torch.equal(images.batch([0, 1, 2]), faces3d.draw(torch.from_numpy(images.factors[:3])))


def test_azimuths_are_told_apart():
    """The nearest views are the neighbours, and no view returns on the other side (left is not right)."""
    masks = faces3d.load_masks().reshape(*GRID, -1)
    for smile, length in ((0, 0), (4, 3), (7, 5)):
        views = masks[:, smile, length].astype(np.float64)
        apart = ((views[:, None] - views[None]) ** 2).mean(axis=-1)
        steps = np.abs(np.subtract.outer(np.arange(GRID[0]), np.arange(GRID[0])))
        assert apart[steps == 1].max() < apart[steps >= 4].min()
        assert apart[0, -1] > apart[steps <= 3].max()


def test_smiles_and_lengths_run_in_order():
    """Each step leads on: the further two values are apart, the more their pictures differ."""
    masks = faces3d.load_masks().reshape(*GRID, -1).astype(np.float64)
    for rows in (masks[7, :, 2], masks[7, 3]):
        apart = ((rows[:, None] - rows[None]) ** 2).mean(axis=-1)
        assert (np.diff(apart[0]) > 0).all() and (np.diff(apart[-1]) < 0).all()
    hair = masks.reshape(*GRID, 6, -1)[:, :, :, 1].sum(axis=-1)
    assert (np.diff(hair, axis=2) > 0).all()


@pytest.mark.parametrize("view", [(15, 0, 0), (0, 8, 0), (0, 0, 6), (-1, 0, 0)])
def test_render_refuses_indices_outside_the_grid(view):
    with pytest.raises(IndexError, match="outside"):
        faces3d_render.render(*view)
