"""Painting masks against plain integers, files of masks that are missing or foreign, and masks of half the size."""

import sys

import numpy as np
import pytest
import torch

from vae.data import faces3d, scene3d
from vae.data.imageset import DataError
from vae.data.mask_file import every_view, read_masks, write_command
from vae.data.masked import compose, halved, ramp, ramp_names, weights

LARGE_AND_SMALL = [(scene3d.SPEC, scene3d.SPEC_32), (faces3d.SPEC, faces3d.SPEC_32)]


def test_compose_is_exact_for_every_mask_and_colour():
    mask, colour = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    for surface in range(3):
        masks = np.zeros((256, 3, 16, 16), dtype=np.uint8)
        masks[:, surface] = np.arange(256).reshape(16, 16)
        colours = np.zeros((256, 3, 3), dtype=np.uint8)
        colours[:, surface] = np.arange(256)[:, None]
        image = compose(torch.from_numpy(masks), torch.from_numpy(colours)).numpy()
        for channel in range(3):
            np.testing.assert_array_equal(image[:, channel].reshape(256, 256).T, (mask * colour + 127) // 255)
    totals = np.arange(255 * 255 + 128)
    np.testing.assert_array_equal((totals + (totals >> 8) + 1) >> 8, totals // 255)


def test_what_no_colour_changes_is_added():
    masks = torch.arange(2 * 5 * 4, dtype=torch.uint8).view(2, 5, 2, 2)  # two surfaces, and red, green and blue
    colours = torch.arange(12, dtype=torch.uint8).mul(20).view(2, 2, 3)
    assert torch.equal(compose(masks, colours), compose(masks[:, :2], colours) + masks[:, 2:])


def test_compose_ignores_autocast():
    masks = torch.from_numpy(scene3d.load_masks()[100:104])
    colours = torch.arange(36, dtype=torch.uint8).mul(7).view(4, 3, 3)
    with torch.autocast("cpu", torch.bfloat16):
        inside = compose(masks, colours)
    assert torch.equal(inside, compose(masks, colours))


@pytest.mark.parametrize(
    ("masks", "colours"),
    [
        (torch.zeros(2, 3, 4, 4), torch.zeros(2, 3, 3, dtype=torch.uint8)),
        (torch.zeros(2, 3, 4, 4, dtype=torch.uint8), torch.zeros(1, 3, 3, dtype=torch.uint8)),
        (torch.zeros(3, 4, 4, dtype=torch.uint8), torch.zeros(3, 3, 3, dtype=torch.uint8)),
        (torch.zeros(2, 5, 4, 4, dtype=torch.uint8), torch.zeros(2, 3, 3, dtype=torch.uint8)),
        (torch.zeros(2, 3, 4, 4, dtype=torch.uint8), torch.zeros(2, 0, 3, dtype=torch.uint8)),
    ],
)
def test_compose_refuses_what_does_not_fit(masks, colours):
    with pytest.raises(ValueError, match=r"uint8|Expected"):
        compose(masks, colours)


def test_a_ramp_has_both_its_ends():
    colours = ramp((0, 10, 255), (255, 20, 0), 4)
    assert colours.tolist() == [[0, 10, 255], [85, 13, 170], [170, 17, 85], [255, 20, 0]]
    assert ramp_names("dark", "light", 4) == ("1 dark", "2", "3", "4 light")


def test_half_the_size_is_the_mean_of_four_rounded_down():
    masks = np.array([[[255, 254, 0, 1], [255, 255, 1, 1]], [[0, 1, 255, 254], [0, 0, 254, 254]]], np.uint8)
    assert halved(masks).tolist() == [[[254, 0]], [[0, 254]]]
    assert halved(masks).sum(0).max() <= 255


@pytest.mark.parametrize(("large", "small"), LARGE_AND_SMALL, ids=lambda spec: spec.name)
def test_the_small_data_set_is_the_large_one_averaged(large, small):
    pictures, halves = (spec.loader(None, "test", False) for spec in (large, small))
    assert small.shape == (3, 32, 32) and small.sizes == large.sizes and small.factors == large.factors
    np.testing.assert_array_equal(pictures.factors, halves.factors)
    rows = np.random.default_rng(0).integers(len(pictures), size=200)
    mean = torch.nn.functional.avg_pool2d(pictures.batch(rows).double(), 2)
    difference = halves.batch(rows).double() - mean
    assert difference.abs().max() <= 4 and difference.abs().mean() < 1.2  # rounded down, once a surface


@pytest.mark.parametrize("spec", [spec for pair in LARGE_AND_SMALL for spec in pair], ids=lambda spec: spec.name)
def test_training_and_test_share_no_picture(spec):
    splits = {split: spec.loader(None, split, False) for split in ("train", "test")}
    assert {split: len(images) for split, images in splits.items()} == spec.sizes
    sizes = [len(factor.values) for factor in spec.factors]
    numbers = {split: np.ravel_multi_index(images.factors.T, sizes) for split, images in splits.items()}
    assert not np.intersect1d(numbers["train"], numbers["test"]).size
    assert sum(map(len, numbers.values())) == np.prod(sizes)


def test_weights_are_half_the_mean_squared_change():
    """Of the room's floor, for one: its colour alone is redrawn, and the same pictures come out every time."""
    found = weights(scene3d.SPEC, images=50)
    assert found == weights(scene3d.SPEC, images=50)
    masks, line = scene3d.load_masks()[:, 0].astype(float) / 255, scene3d.FLOOR_COLOURS.astype(float) / 255
    expected = (masks**2).sum((1, 2)).mean() * line.var(0).sum()  # half of E(a - b)² is the variance
    assert weights(scene3d.SPEC)["floor colour"] == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("damage", ["missing", "not a zip", "foreign", "floats"])
def test_missing_or_broken_masks_get_one_sentence(tmp_path, damage):
    path = tmp_path / "masks.npz"
    if damage == "not a zip":
        path.write_bytes(b"nothing of the kind")
    elif damage == "foreign":
        np.savez(path, masks=np.zeros((2, 3), dtype=np.uint8))
    elif damage == "floats":
        np.savez(path, masks=np.zeros((2, 3, 4, 4)))
    with pytest.raises(DataError, match=r"masks\.npz"):
        read_masks(path, (2, 3, 4, 4), "python -m none")


@pytest.mark.parametrize("data", [scene3d, faces3d], ids=["scene3d", "faces3d"])
def test_the_shipped_file_is_the_one_that_is_read(data, tmp_path, monkeypatch):
    monkeypatch.setattr(data, "ASSET", tmp_path / "nowhere.npz")
    data.load_masks.cache_clear()
    try:
        with pytest.raises(DataError, match=rf"nowhere\.npz.*vae\.data\.{data.__name__.split('.')[-1]}_render"):
            data.load_masks()
    finally:
        data.load_masks.cache_clear()


def test_the_command_writes_what_is_read(tmp_path, monkeypatch, capsys):
    def render(*view):
        return np.full((3, 2, 2), 10 * view[0] + view[1], np.uint8)

    out = tmp_path / "a.npz"
    monkeypatch.setattr(sys, "argv", ["a", "--out", str(out)])
    write_command("a", tmp_path / "other.npz", lambda progress: every_view({"row": 2, "column": 3}, render, progress))
    masks = read_masks(out, (6, 3, 2, 2), "a")
    assert masks[:, 0, 0, 0].tolist() == [0, 1, 2, 10, 11, 12]
    captured = capsys.readouterr()
    assert captured.out.startswith(str(out)) and "6/6 views" in captured.err
    assert list(tmp_path.iterdir()) == [out]
