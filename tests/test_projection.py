"""Maps: PCA against scikit-learn, UMAP against what any map must do."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from vae.projection import PROJECTIONS, pca


@pytest.fixture
def codes():
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    return (rng.normal(size=(200, 5)) * [5, 3, 2, 1, 0.1]) @ turn + 7


@pytest.mark.parametrize("dims", [2, 3, 5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pca_equals_scikit_learn_up_to_sign(codes, dims, dtype):
    codes = codes[:, :dims].astype(dtype)
    found, expected = pca(codes), PCA(2).fit_transform(codes)
    assert found.dtype == np.float32
    assert found.shape == (200, 2)
    signs = np.sign((found * expected).sum(0))
    np.testing.assert_allclose(found * signs, expected, rtol=1e-3, atol=1e-4)


def test_the_largest_weight_of_a_direction_is_positive(codes):
    weights = np.linalg.lstsq(codes - codes.mean(0), pca(codes), rcond=None)[0]
    assert (weights[np.abs(weights).argmax(0), [0, 1]] > 0).all()
    np.testing.assert_allclose(pca(codes.mean(0) - (codes - codes.mean(0))), -pca(codes), atol=1e-4)


def test_pca_of_one_latent_lies_on_a_line(codes):
    found = pca(codes[:, :1])
    np.testing.assert_allclose(found[:, 0], codes[:, 0] - codes[:, 0].mean(), rtol=1e-4, atol=1e-4)
    assert not found[:, 1].any()


def test_pca_of_one_place_is_the_origin():
    assert not pca(np.full((9, 4), 3.0)).any()


@pytest.mark.slow
def test_umap_repeats_itself_and_keeps_groups_apart(codes):
    groups = np.concatenate([codes[:60], codes[:60] + 200])
    first, again = (PROJECTIONS["umap"](groups.astype(np.float32)) for _ in range(2))
    assert np.array_equal(first, again)
    assert first.shape == (120, 2)
    assert first.dtype == np.float32
    apart = np.linalg.norm(first[:60].mean(0) - first[60:].mean(0))
    assert apart > 2 * max(first[:60].std(), first[60:].std())
