"""Maps: PCA against scikit-learn, UMAP against what any map must do."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from vae.latent.projection import PROJECTIONS, explained, pca


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


def test_the_explained_share_is_that_of_a_regression_on_the_values(codes):
    values = np.random.default_rng(1).choice([0, 2, 5], 200)
    points = codes[:, :2] + 3 * values[:, None]
    dummies = (values[:, None] == [0, 2, 5]).astype(float)
    fitted = LinearRegression(fit_intercept=False).fit(dummies, points).predict(dummies)
    spread = ((points - points.mean(0)) ** 2).sum()
    assert explained(points, values) == pytest.approx(1 - ((points - fitted) ** 2).sum() / spread)
    assert explained(points, np.arange(200)) == pytest.approx(1)
    assert explained(points, np.full(200, 4)) == pytest.approx(0, abs=1e-9)
    assert explained(np.ones((200, 2)), values) == 0


@pytest.mark.slow
def test_umap_repeats_itself_and_keeps_groups_apart(codes):
    groups = np.concatenate([codes[:60], codes[:60] + 200])
    first, again = (PROJECTIONS["umap"](groups.astype(np.float32)) for _ in range(2))
    assert np.array_equal(first, again)
    assert first.shape == (120, 2)
    assert first.dtype == np.float32
    apart = np.linalg.norm(first[:60].mean(0) - first[60:].mean(0))
    assert apart > 2 * max(first[:60].std(), first[60:].std())
