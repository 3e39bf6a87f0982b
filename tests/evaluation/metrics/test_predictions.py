"""DCI and SAP against disentanglement_lib's figures, scikit-learn, and matrices worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.svm import LinearSVC

from vae.evaluation.metrics import dci, predictions, sap
from vae.evaluation.metrics.arrays import halves
from vae.evaluation.metrics.boosting import boost

NAMES = ["aligned", "two_rotated", "rotated"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, pytest.param(None, marks=pytest.mark.slow)])
def test_sap_equals_disentanglement_lib(reference, name, seed):
    found = sap(reference.codes[name], reference.factors, seed=seed)
    assert found == pytest.approx(reference.scores[name]["sap"]["SAP_score"], abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_dci_equals_disentanglement_lib(reference, name, seed):
    found, expected = dci(reference.codes[name], reference.factors, seed=seed), reference.scores[name]["dci"]
    assert found.disentanglement == pytest.approx(expected["disentanglement"], abs=0.04)
    assert found.completeness == pytest.approx(expected["completeness"], abs=0.04)
    assert found.informativeness == pytest.approx(expected["informativeness_test"], abs=0.03)


@pytest.mark.parametrize("classes", [2, 4])
def test_boosting_is_that_of_scikit_learn(classes):
    """Codes of few values are not binned; no two splits tie, so that the trees are the same to the last row."""
    rng = np.random.default_rng(classes)
    codes = rng.integers(0, 40, (600, 3)).astype(float)
    labels = np.clip((codes[:, 0] + 12 * rng.normal(size=600) + 0.3 * codes[:, 1]) * classes / 60, 0, classes - 1)
    labels = labels.astype(int)
    machine = GradientBoostingClassifier(n_estimators=20).fit(codes[:400], labels[:400])
    train, test = (codes[:400], labels[:400]), (codes[400:], labels[400:])
    found = boost(train, test, stages=20)
    np.testing.assert_allclose(found.importances, machine.feature_importances_, atol=0.01)
    assert found.importances.sum() == pytest.approx(1)
    assert boost(train, train, stages=20).test_accuracy == pytest.approx(machine.score(*train), abs=0.01)
    assert found.test_accuracy == pytest.approx(machine.score(*test), abs=0.02)


def test_one_tree_by_hand():
    """Labels 0 0 1 1 by the first code alone: the root takes away all there is, and the second code earns nothing."""
    codes = np.array([[0.0, 1], [1, 0], [2, 1], [3, 0]])
    train = codes, np.array([5, 5, 9, 9])
    found = boost(train, (codes[:1] - 1, np.array([5])), stages=1)
    assert found.importances.tolist() == [1, 0] and found.test_accuracy == 1
    assert boost(train, train, stages=1).test_accuracy == 1


def test_a_label_that_nothing_predicts():
    same = np.zeros((10, 2))
    found = boost((same, np.arange(10) % 2), (same, np.arange(10) % 2), stages=3)
    assert found.importances.tolist() == [0, 0]
    assert found.test_accuracy == 0.5
    alone = boost((same, np.zeros(10, int)), (same, np.arange(10) % 2))
    assert alone.importances.tolist() == [0, 0]
    assert alone.test_accuracy == 0.5


def test_concentration_by_its_definition():
    importance = np.array([[0.5, 0.1, 0.0], [0.0, 0.8, 0.0], [0.3, 0.1, 0.6], [0.2, 0.0, 0.4]])
    weights = importance.sum(1) / importance.sum()
    disentangled = sum(w * (1 - entropy(row, base=3)) for w, row in zip(weights, importance, strict=True))
    assert predictions._concentration(importance) == pytest.approx(disentangled)
    complete = np.mean([1 - entropy(column, base=4) for column in importance.T])  # every factor sums to 1
    assert predictions._concentration(importance.T) == pytest.approx(complete)
    assert predictions._concentration(np.eye(3)) == pytest.approx(1)
    assert predictions._concentration(np.ones((3, 3))) == pytest.approx(0)
    assert predictions._concentration(np.zeros((3, 3))) == 0


def test_dci_tells_disentangled_from_complete(grid):
    """A latent for two factors is complete and entangled; two latents for a factor are the other way round."""
    two_in_one = (grid[:, 0] + 3 * grid[:, 1])[:, None] + np.array([[0.0, 0]])
    two_in_one[:, 1] = grid[:, 2]
    found = dci(two_in_one, grid)
    assert found.completeness > 0.99
    assert found.disentanglement < 0.8
    assert found.informativeness > 0.99
    one_in_two = np.column_stack([grid[:, 0] > 0, grid[:, 0] > 1, grid[:, 1], grid[:, 2]]).astype(float)
    found = dci(one_in_two, grid)
    assert found.disentanglement > 0.99
    assert found.completeness < 0.9


def test_dci_is_not_defined_for_one_latent_or_factor(grid):
    assert np.isnan(dci(grid[:, :1], grid).completeness)
    assert np.isnan(dci(grid, grid[:, :1]).disentanglement)
    assert dci(grid, grid[:, :1]).completeness == pytest.approx(1)


def test_informativeness_is_measured_on_rows_not_seen(rng):
    codes, factors = rng.normal(size=(600, 5)), rng.integers(0, 2, (600, 2))
    assert dci(codes, factors).informativeness == pytest.approx(0.5, abs=0.1)


def test_sap_by_its_definition(grid, codes):
    order = np.random.default_rng(0).permutation(len(grid))
    learn, test = order[:840], order[840:]
    codes = (codes - codes.mean(0)) / codes.std(0)
    gaps = []
    for values in grid.T:
        scores = [
            LinearSVC(C=0.01, class_weight="balanced").fit(x[learn], values[learn]).score(x[test], values[test])
            for x in (column[:, None] for column in codes.T)
        ]
        gaps.append(np.diff(sorted(scores))[-1])
    assert sap(codes, grid) == pytest.approx(np.mean(gaps), abs=0.01)


@pytest.mark.parametrize("score", [dci, sap])
def test_rows_are_needed_on_both_sides(grid, score):
    with pytest.raises(ValueError, match="both sides"):
        score(grid[:30], grid[:30], train=1.0)


def unbalanced(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Codes (3000, D) and factors of which some values are rare."""
    rng = np.random.default_rng(1)
    rare = [(rng.random(3000) < share).astype(int) for share in (0.02, 0.01, 0.3)]
    factors = {
        "perfect": np.stack([rare[0], rare[1], rng.integers(0, 6, 3000)], 1),
        "in the middle": np.stack([rng.choice(3, 3000, p=[0.49, 0.02, 0.49]), rng.integers(0, 4, 3000)], 1),
        "noisy": np.stack([rare[0], rare[2], rng.integers(0, 5, 3000)], 1),
        "geometric": np.stack([np.minimum(rng.geometric(0.5, 3000) - 1, 5), rare[2]], 1),
    }[kind]
    noise = {"perfect": 0.05, "in the middle": 0.1, "noisy": 0.4, "geometric": 0.2}[kind]
    codes = np.hstack([factors + rng.normal(0, noise, factors.shape), rng.normal(size=(3000, 2))])
    return codes, factors


@pytest.mark.parametrize("kind", ["perfect", "in the middle"])
def test_a_perfect_code_of_rare_values_is_perfect(kind):
    assert dci(*unbalanced(kind)) == pytest.approx((1, 1, 1), abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["perfect", "in the middle", "noisy", "geometric"])
def test_dci_of_rare_values_is_scikit_learns(kind):
    codes, factors = unbalanced(kind)
    learn, test = halves(len(codes), 0.7, 0)
    fits = [GradientBoostingClassifier(random_state=0).fit(codes[learn], values[learn]) for values in factors.T]
    importance = np.stack([fit.feature_importances_ for fit in fits], axis=1)
    expected = [predictions._concentration(importance), predictions._concentration(importance.T)]
    expected.append(np.mean([fit.score(codes[test], y[test]) for fit, y in zip(fits, factors.T, strict=True)]))
    assert dci(codes, factors) == pytest.approx(expected, abs=0.03)
