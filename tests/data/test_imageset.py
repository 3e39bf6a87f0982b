"""What every data set promises, stored or computed: the same images however they are asked for, and splits apart."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import small_files
import torch

from vae.data import DATASETS, DataError, FactorGrid, StoredImages, dsprites, load
from vae.data import imageset as module
from vae.data.imageset import Factor, split_grid

GRID_SIZES = (3, 2, 4)


def draw(factors: torch.Tensor) -> torch.Tensor:
    """A 1×1 picture that says which factors it has."""
    return (factors * torch.tensor([100, 10, 1])).sum(1).to(torch.uint8).view(-1, 1, 1, 1)


@pytest.fixture
def grid(toy):
    factors = tuple(Factor(name, tuple(map(str, range(n)))) for name, n in zip("abc", GRID_SIZES, strict=True))
    spec = replace(toy, shape=(1, 1, 1), factors=factors)
    return FactorGrid(spec, "train", np.array([0, 3, 8, 15, 23]), draw)


@pytest.fixture
def stored(toy):
    pixels = torch.arange(5, dtype=torch.uint8).view(5, 1, 1, 1)
    return StoredImages(replace(toy, shape=(1, 1, 1), factors=()), "train", pixels, np.arange(5))


def test_a_grid_counts_with_the_last_factor_fastest(grid):
    every = list(product(*map(range, GRID_SIZES)))
    expected = [every[number] for number in (0, 3, 8, 15, 23)]
    assert grid.factors.tolist() == [list(row) for row in expected]
    assert grid.images.flatten().tolist() == [100 * a + 10 * b + c for a, b, c in expected]
    assert grid.factor_names == ("a", "b", "c")
    assert grid.labels is None


@pytest.mark.parametrize("kind", ["grid", "stored"])
@pytest.mark.parametrize(
    "indices",
    [[4, 0, 4], np.array([4, 0, 4]), torch.tensor([4, 0, 4]), torch.tensor([4, 0, 4], dtype=torch.int32), (4, 0, 4)],
    ids=["list", "array", "tensor", "int32", "tuple"],
)
def test_a_batch_is_its_images_in_order(request, kind, indices):
    data = request.getfixturevalue(kind)
    batch = data.batch(indices)
    assert batch.dtype == torch.uint8
    assert torch.equal(batch, data.images[[4, 0, 4]])


@pytest.mark.parametrize("kind", ["grid", "stored"])
def test_no_indices_give_no_images(request, kind):
    assert request.getfixturevalue(kind).batch([]).shape == (0, 1, 1, 1)


@pytest.mark.parametrize("kind", ["grid", "stored"])
@pytest.mark.parametrize(
    "indices", [[5], [0, -1], torch.tensor([True, False, True, False, True]), [0.7]], ids=["5", "-1", "mask", "0.7"]
)
def test_indices_that_name_no_image_are_refused(request, kind, indices):
    with pytest.raises(IndexError):
        request.getfixturevalue(kind).batch(indices)


@pytest.mark.parametrize("kind", ["grid", "stored"])
def test_the_hash_is_that_of_all_pixels_in_order(request, kind):
    data = request.getfixturevalue(kind)
    assert data.sha256() == hashlib.sha256(data.images.numpy().tobytes()).hexdigest()


def test_the_hash_of_several_parts_is_that_of_the_whole(digits):
    many = StoredImages(digits["train"].spec, "train", digits["train"].images.repeat(4, 1, 1, 1))
    assert len(many) > 4096
    assert many.sha256() == hashlib.sha256(many.images.numpy().tobytes()).hexdigest()


def test_too_many_images_at_once_are_refused_with_a_way_out(grid, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_ARRAY", 4)
    with pytest.raises(DataError, match=r"batch\(indices\)"):
        _ = grid.images
    assert len(grid.batch(range(5))) == 5


def test_a_split_is_disjoint_and_covers_everything():
    split = split_grid(1000, 100)
    assert (len(split["train"]), len(split["test"])) == (900, 100)
    assert sorted([*split["train"], *split["test"]]) == list(range(1000))
    assert all((np.diff(numbers) > 0).all() for numbers in split.values())
    assert np.histogram(split["test"], bins=4)[0].min() > 10


def test_a_split_never_moves():
    """RandomState(0).permutation(10) is 2 8 4 9 1 6 7 3 0 5, in NumPy's own documentation as everywhere."""
    assert split_grid(10, 4)["test"].tolist() == [2, 4, 8, 9]
    assert split_grid(10, 4)["train"].tolist() == [0, 1, 3, 5, 6, 7]


# What holds for every row of the registry.


SMALL = {"celeba", "dsprites"}  # too large for a test: small files of the same format


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.data(*{name} - SMALL)) for name in DATASETS])
def splits(request, tmp_path, monkeypatch):
    root = None
    if request.param in SMALL:
        root = tmp_path
        monkeypatch.setitem(DATASETS, "dsprites", dsprites.spec_of(small_files.GRID))
        {"celeba": small_files.celeba, "dsprites": small_files.write_dsprites}[request.param](root)
    return {split: load(request.param, split, root, fetch=False) for split in ("train", "test")}


def test_a_data_set_is_what_its_row_says(splits):
    for name, data in splits.items():
        spec = data.spec
        assert DATASETS[spec.name] is spec
        sizes = small_files.FACES_OF if spec.name == "celeba" else spec.sizes
        if spec.name == "dsprites":  # how many pictures equal a test picture is known once they are read
            assert 0.5 * sizes[name] < len(data) <= sizes[name]
        else:
            assert len(data) == sizes[name]
        batch = data.batch([0, len(data) - 1])
        assert batch.shape == (2, *spec.shape)
        assert batch.dtype == torch.uint8
        assert 0 < batch.float().mean() < 255
        assert spec.likelihood in ("bernoulli", "gaussian")
        assert all((spec.title, spec.version, spec.licence, spec.source))
        if spec.label_names:
            assert data.labels.shape == (len(data),)
            assert sorted(set(data.labels.tolist())) == list(range(len(spec.label_names)))
        if spec.factors:
            assert data.factors.shape == (len(data), len(data.factor_names))
            for column, factor in zip(data.factors.T, spec.factors, strict=True):
                assert sorted(set(column.tolist())) == list(range(len(factor.values)))
                assert factor.colours is None or len(factor.colours) == len(factor.values)


def test_factors_are_never_in_both_splits(splits):
    train, test = splits["train"], splits["test"]
    if not train.spec.factors:
        pytest.skip("no factors")
    sizes = [len(factor.values) for factor in train.spec.factors]
    seen, held_out = (set(np.ravel_multi_index(data.factors.T, sizes).tolist()) for data in (train, test))
    assert not seen & held_out
    assert (len(seen), len(held_out)) == (len(train), len(test))
    assert len(seen) + len(held_out) <= np.prod(sizes)
