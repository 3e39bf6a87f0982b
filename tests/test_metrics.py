"""Scores against scikit-learn, against disentanglement_lib's figures, and against what they must not depend on."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score

from vae.metrics import active_units, gaps, marks, mig, mutual_information

SIZES = (3, 4, 5)
GRID = np.array(list(product(*map(range, SIZES))) * 20)  # every combination equally often: factors are independent


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def codes(rng):
    """One clean latent, one noisy, one mixed, one of pure noise."""
    x, y, z = GRID.T.astype(float)
    noise = rng.normal(size=(3, len(GRID)))
    return np.stack([-x, y + noise[0], x + z + 0.3 * noise[1], noise[2]], axis=1)


def test_mutual_information_equals_scikit_learn(codes):
    found = mutual_information(codes, GRID)
    assert found.shape == (4, 3)
    for i, k in product(range(4), range(3)):
        low, high = codes[:, i].min(), codes[:, i].max()
        binned = np.minimum((20 * (codes[:, i] - low) / (high - low)).astype(int), 19)
        expected = mutual_info_score(binned, GRID[:, k]) / entropy(np.bincount(GRID[:, k]))
        assert found[i, k] == pytest.approx(expected, abs=1e-9)


def test_mig_by_its_definition(codes):
    shares = np.sort(mutual_information(codes, GRID), axis=0)
    np.testing.assert_allclose(gaps(codes, GRID), shares[-1] - shares[-2])
    assert mig(codes, GRID) == pytest.approx(np.mean(shares[-1] - shares[-2]))


def test_a_code_that_is_the_factors_scores_one():
    assert mig(GRID.astype(float), GRID) == pytest.approx(1)
    np.testing.assert_allclose(mutual_information(GRID.astype(float), GRID), np.eye(3), atol=1e-9)


@pytest.mark.parametrize("name", ["aligned", "two_rotated", "rotated"])
def test_mig_equals_disentanglement_lib(root, need, name):
    reference = root.parent / "shared" / "data" / "metric_reference.npz"
    need(reference.is_file(), "the reference codes for the metrics are not here")
    arrays = np.load(reference, allow_pickle=False)
    expected = json.loads(reference.with_suffix(".json").read_text())[name]["mig"]["discrete_mig"]
    assert mig(arrays[name], arrays["factors"]) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    "change",
    [
        lambda codes, rng: codes[:, [2, 0, 3, 1]],
        lambda codes, rng: codes * [1e-3, -5, 1e4, 1],
        lambda codes, rng: codes + [100, -1, 0, 1e-3],
        lambda codes, rng: np.column_stack([codes, np.zeros(len(codes))]),
    ],
    ids=["permuted", "rescaled", "shifted", "with a dead latent"],
)
def test_mig_does_not_depend_on(codes, rng, change):
    assert mig(change(codes, rng), GRID) == pytest.approx(mig(codes, GRID), abs=2e-3)


def test_mig_does_not_depend_on_the_order_of_factors_values_and_images(codes, rng):
    expected = mig(codes, GRID)
    order = rng.permutation(len(GRID))
    assert mig(codes[order], GRID[order]) == pytest.approx(expected)
    assert mig(codes, GRID[:, ::-1]) == pytest.approx(expected)
    assert mig(codes, np.array([3, 1, 4, 0, 2])[GRID]) == pytest.approx(expected)


def test_the_three_marks_stand_in_their_order():
    codes = marks(GRID, latents=4)
    assert codes["perfect"].shape == codes["rotated"].shape == (len(GRID), 3)
    assert codes["noise"].shape == (len(GRID), 4)
    perfect, rotated, noise = (mig(codes[mark], GRID) for mark in ("perfect", "rotated", "noise"))
    assert perfect == pytest.approx(1)
    assert 0.02 < rotated < 0.5
    assert noise < 0.02


def test_a_rotated_mark_is_a_rotation():
    codes = marks(GRID, latents=4)
    turn = np.linalg.lstsq(codes["perfect"], codes["rotated"], rcond=None)[0]
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(codes["perfect"].std(0), 1)
    again = marks(GRID, latents=4)
    assert all(np.array_equal(codes[mark], again[mark]) for mark in codes)


def test_factors_with_one_value_are_left_out(codes):
    constant = np.column_stack([GRID, np.full(len(GRID), 7)])
    assert mig(codes, constant) == pytest.approx(mig(codes, GRID))
    assert not mutual_information(codes, constant)[:, 3].any()
    assert np.isnan(mig(codes, constant[:, 3:]))
    assert marks(constant, latents=4)["perfect"].shape == (len(GRID), 3)


def test_one_latent_has_no_second_best():
    assert mig(GRID[:, :1].astype(float), GRID[:, :1]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("codes", "factors"),
    [(GRID[:-1], GRID), (GRID[:, 0], GRID), (GRID, GRID[:, 0]), (GRID * np.nan, GRID), (GRID + np.inf, GRID)],
    ids=["lengths", "flat codes", "flat factors", "nan", "inf"],
)
def test_arrays_that_do_not_fit_are_refused(codes, factors):
    with pytest.raises(ValueError, match=r"needed|finite"):
        mutual_information(codes, factors)


def test_active_units_count_variances_above_a_hundredth():
    wave = np.tile([1.0, -1.0], 500)[:, None]  # its variance is exactly 1
    assert active_units(5 + wave * np.sqrt([0.0, 0.0099, 0.0101, 4.0])) == 2
