"""What all scores have in common: what they refuse, leave out, and reach on the three marks."""

from __future__ import annotations

import numpy as np
import pytest

from vae.evaluation.metrics import beta_vae_score, dci, factor_vae_score, marks, mig, modularity, sap
from vae.evaluation.metrics.interventions import PRUNED

SCORES = {
    "mig": mig,
    "modularity": modularity,
    "dci": lambda codes, factors: dci(codes, factors).disentanglement,
    "completeness": lambda codes, factors: dci(codes, factors).completeness,
    "informativeness": lambda codes, factors: dci(codes, factors).informativeness,
    "sap": sap,
    "beta_vae": beta_vae_score,
    "factor_vae": factor_vae_score,
}
every_score = pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
permuted = pytest.mark.parametrize(
    "change",
    [lambda x: x[:, [2, 0, 3, 1]], lambda x: x * [1e-3, -5, 1e4, 1] + [7, 0, 0, 1]],
    ids=["permuted", "rescaled"],
)


@every_score
@pytest.mark.parametrize("case", ["lengths", "flat codes", "flat factors", "nan", "inf", "empty"])
def test_arrays_that_do_not_fit_are_refused(grid, score, case):
    codes, factors = {
        "lengths": (grid[:-1], grid),
        "flat codes": (grid[:, 0], grid),
        "flat factors": (grid, grid[:, 0]),
        "nan": (grid * np.nan, grid),
        "inf": (grid + np.inf, grid),
        "empty": (grid[:0], grid[:0]),
    }[case]
    with pytest.raises(ValueError, match=r"needed|finite"):
        score(codes, factors)


@every_score
def test_factors_with_one_value_are_left_out(grid, codes, score):
    constant = np.column_stack([np.full(len(grid), 7), grid])
    assert score(codes, constant) == score(codes, grid)
    assert np.isnan(score(codes, constant[:, :1]))


@every_score
def test_names_of_values_do_not_matter(grid, codes, score):
    assert score(codes, 10 * grid - 3) == score(codes, grid)


@every_score
def test_the_same_seed_gives_the_same_score(grid, codes, score):
    kept = codes.copy()
    np.random.seed(99)  # noqa: NPY002  the global generator must not matter
    assert score(codes, grid) == score(codes, grid)
    assert np.array_equal(codes, kept)


def test_the_scale_of_latents_matters_to_factor_vae_only_where_they_collapse(grid, codes):
    assert factor_vae_score(codes * [0.3, -5, 1e4, 1] + [7, 0, 0, 1], grid) == factor_vae_score(codes, grid)
    shrunk = codes * [1e-3, -5, 1e4, 1]  # of the first latent's variance a millionth is left
    assert shrunk[:, 0].std() < PRUNED
    assert factor_vae_score(shrunk, grid) == factor_vae_score(codes[:, 1:] * [-5, 1e4, 1], grid)
    assert factor_vae_score(shrunk, grid, prune=0) == factor_vae_score(codes, grid)


@permuted
@pytest.mark.parametrize(
    ("name", "tolerance"),
    [("mig", 1e-9), ("modularity", 1e-9), ("dci", 0.01), ("completeness", 0.01), ("sap", 1e-9)] + [("beta_vae", 0.005)],
)
def test_order_and_scale_of_latents_do_not_matter(grid, codes, name, tolerance, change):
    score = SCORES[name]
    assert score(change(codes), grid) == pytest.approx(score(codes, grid), abs=tolerance)


def test_the_perfect_code_reaches_its_ceiling(grid):
    """1 wherever the score is one of independent, fully known factors; SAP's is 1 - the best guess by another latent,
    and a linear machine with balanced classes tells only the first and last of evenly spaced values from the rest.
    """
    perfect = marks(grid, 4)["perfect"]
    for name, score in SCORES.items():
        if name != "sap":
            assert score(perfect, grid) == pytest.approx(1, abs=0.02), name
    assert sap(grid[:, :1] > 0, grid[:, :1] > 0) == pytest.approx(1)


@pytest.mark.parametrize("name", ["mig", "dci", "completeness", "sap", "modularity"])
def test_rotation_lowers_and_noise_ends(grid, name):
    perfect, rotated, noise = (SCORES[name](code, grid) for code in marks(grid, 6).values())
    assert rotated < perfect - 0.1
    if name != "modularity":  # it knows nothing of how much is known
        assert noise < 0.1
        assert noise < rotated


@pytest.mark.parametrize("name", ["beta_vae", "factor_vae"])
def test_noise_is_a_guess(grid, name):
    noise = marks(grid, 6)["noise"]
    assert SCORES[name](noise, grid) == pytest.approx(1 / 3, abs=0.1)


@every_score
def test_twenty_rows_are_enough_to_run(grid, score):
    """A factor's value may be missing among the rows that train, or stand in one row alone."""
    rng = np.random.default_rng(1)
    factors = rng.integers(0, [2, 3, 12], (20, 3))
    assert 0 <= score(rng.normal(size=(20, 4)), factors) <= 1
