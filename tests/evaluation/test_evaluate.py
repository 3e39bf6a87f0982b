"""What `evaluate` says: the contract's keys, an ELBO that adds up, scores only where factors are known."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from vae.checkpoints.checkpoint import load as load_file
from vae.config import ModelConfig
from vae.data import load
from vae.evaluation.baselines import pca_codes, untrained_codes
from vae.evaluation.bound import encode_split, importance_weighted_bound
from vae.evaluation.distortion_floor import bernoulli_floor
from vae.evaluation.evaluate import MEASURES, evaluate, score_keys, scores
from vae.evaluation.metrics import marks
from vae.evaluation.reader import reader_of
from vae.evaluation.spill import measure_spill
from vae.models.graph.description import describe
from vae.models.vae import VAE, described, initialise

CONTRACT = ["mig", "dci_disentanglement", "dci_completeness", "dci_informativeness", "sap", "beta_vae", "factor_vae"]
CONTRACT += ["modularity", "mig_sampled", "mig_in_use"]
BESIDE = ("", "_spread", "_perfect", "_rotated", "_noise", "_pca", "_untrained")
ALWAYS = {"floor", "neg_elbo", "rate", "distortion", "kl_per_dim", "active_units"}
ALWAYS |= {"neg_elbo_decoding_mu", "importance_weighted", "total_correlation", "mutual_information", "spill"}
COMPUTED = {"synthesis"}  # of images that are rendered
KEYS = ALWAYS | COMPUTED | {f"{score}{mark}" for score in CONTRACT for mark in BESIDE}


def test_the_elbo_adds_up(trained):
    found = trained.metrics
    assert found.keys() == KEYS
    assert found["neg_elbo"] == pytest.approx(found["distortion"] + found["rate"], rel=1e-6)
    assert found["rate"] == pytest.approx(sum(found["kl_per_dim"]), rel=1e-5)
    assert len(found["kl_per_dim"]) == 6
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_measuring_again_gives_the_same(trained, digits):
    torch.manual_seed(12345)  # the global generator must not matter
    assert evaluate(trained.network, digits["test"]) == trained.metrics


def test_one_z_is_sampled_with_seed_nought(trained, digits):
    model = trained.network
    sampled = encode_split(model, digits["test"], torch.Generator().manual_seed(0))
    assert trained.metrics["neg_elbo"] == pytest.approx(sampled.neg_elbo, rel=1e-6)
    flattered = encode_split(model, digits["test"]).neg_elbo
    assert trained.metrics["neg_elbo_decoding_mu"] == pytest.approx(flattered, rel=1e-6)
    assert trained.metrics["neg_elbo"] > flattered + 0.1


def test_without_factors_there_are_no_scores(trained):
    assert {key for key, value in trained.metrics.items() if value is None} == KEYS - ALWAYS


def test_a_described_model_is_measured_as_the_one_that_it_is(toy):
    """But for the network before its first step, which nobody knows."""
    config = ModelConfig("mlp", toy.shape, latent_dim=3, hidden=16)
    model, images = initialise(VAE(config), torch.Generator().manual_seed(0)).eval(), load("toy")
    parts = describe(model.network.encoder(), config.shape), describe(model.network.decoder(), (3,))
    expected, found = evaluate(model, images), evaluate(described(config, *parts), images)
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        if key.endswith("_untrained"):
            assert found[key] is None
        elif isinstance(value, float):
            assert found[key] == pytest.approx(value, rel=1e-4, abs=1e-4), key


def test_the_spill_is_that_of_the_decoded_pictures(trained, digits):
    """Of the class, of which there is no share; from the same codes and decoder, called here as anybody would."""
    found, model = trained.metrics["spill"], load_file(trained.path)
    kl = trained.metrics["kl_per_dim"]
    assert [row["dim"] for row in found["dims"]] == [dim for dim, nats in enumerate(kl) if nats >= 0.1]
    assert found["overall"] is None and all(row["share"] is None for row in found["dims"])
    mu = encode_split(trained.network, digits["test"]).mu.numpy()
    again = measure_spill(model.decode, reader_of("digits"), mu, np.array(kl))
    for row, wanted in zip(found["dims"], again["dims"], strict=True):
        assert row["change"] == pytest.approx(wanted["change"], abs=2e-3)


def test_more_samples_tighten_the_bound(trained, digits):
    """The gap that 64 samples close, image by image on all of them (there are fewer than 1,000)."""
    x = digits["test"].images.float() / 255
    tight, loose = importance_weighted_bound(trained.network, x, 64, torch.Generator().manual_seed(5))
    gap = float((loose - tight).mean())
    assert gap > 0.3
    assert trained.metrics["neg_elbo"] - trained.metrics["importance_weighted"] == pytest.approx(gap, rel=0.1)


def test_the_parts_of_the_rate_fit_into_it(trained):
    found = trained.metrics
    assert 0 < found["mutual_information"] <= math.log(360) + 1e-4
    assert found["total_correlation"] > 0
    assert found["mutual_information"] + found["total_correlation"] < found["rate"] + 0.5


@pytest.fixture
def small():
    return initialise(VAE(ModelConfig(shape=(1, 32, 32), latent_dim=4, width=4, hidden=8)), torch.Generator())


def test_with_factors_everything_stands_beside_the_score(toy, small):
    """Twenty images are the fewest that anybody measures: every figure is there, and in range."""
    stages = []
    found = evaluate(small, load("toy", "test"), lambda *stage: stages.append(stage))
    assert found.keys() == KEYS
    assert {key for key, value in found.items() if value is None} == {"spill"}  # nothing reads these pictures
    assert found["synthesis"]["residual"] > 1 and len(found["synthesis"]["right"]) == 3
    assert found["neg_elbo"] > found["floor"] == pytest.approx(bernoulli_floor(load("toy", "test")))
    assert all(0 <= found[key] <= 1 for key in score_keys())
    assert found["mig_perfect"] > found["mig_rotated"] > 0
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for stage in dict.fromkeys(name for name, _, _ in stages):
        steps = [(done, total) for name, done, total in stages if name == stage]
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1], stage
    assert len({name for name, _, _ in stages}) == 5


def test_scores_are_means_over_three_seeds_with_half_their_range(monkeypatch):
    factors = np.random.default_rng(0).integers(0, 3, (60, 2))
    codes, drawn = factors + 0.5, []

    def measure(code, given, seed):
        drawn.append((code is codes, seed))
        return (float("nan") if code is not codes else [0.1, 0.5, 0.3][seed],)

    monkeypatch.setitem(MEASURES, ("mig",), (measure, True))
    found = scores(codes, factors, {"other": codes + 1})
    assert found["mig"] == pytest.approx(0.3)
    assert found["mig_spread"] == pytest.approx(0.2)
    assert found["mig_other"] is None
    assert drawn == [(True, 0), (True, 1), (True, 2), (False, 0)]
    assert found["modularity_spread"] == 0
    assert found["dci_disentanglement"] > 0.9


def test_the_perfect_code_as_a_model_scores_as_its_mark(toy):
    factors = load("toy", "test").factors
    codes = marks(factors, 4)
    found = scores(codes["perfect"], factors, codes)
    for name in ("mig", "modularity"):
        assert found[name] == found[f"{name}_perfect"]
    for name in (name for names in MEASURES for name in names):
        assert abs(found[name] - found[f"{name}_perfect"]) <= 2 * found[f"{name}_spread"] + 1e-9


def test_the_untrained_network_is_that_of_the_seed(toy, small):
    data = load("toy", "test")
    found = untrained_codes(small.config, data, seed=3)
    network = initialise(VAE(small.config), torch.Generator().manual_seed(3))
    np.testing.assert_allclose(found, encode_split(network, data).mu, rtol=1e-4, atol=1e-5)
    assert not np.allclose(found, untrained_codes(small.config, data, seed=4))


def test_pca_of_the_pixels_is_that_of_the_svd(digits):
    data = digits["test"]
    pixels = data.images.flatten(1).double() / 255
    u, s, _ = torch.linalg.svd(pixels - pixels.mean(0), full_matrices=False)
    expected, found = (u * s)[:, :6].numpy(), pca_codes(data, 6)
    signs = np.sign((expected * found).sum(0))
    np.testing.assert_allclose(found * signs, expected, rtol=0, atol=0.02 * expected.std())


def test_pca_of_few_images_has_few_components(toy):
    assert pca_codes(load("toy", "test"), 100).shape == (20, 20)


def test_units_that_are_off_are_not_counted(digits, small):
    """With a zero head every posterior is the prior: nothing is active, and the rate is nought."""
    torch.nn.init.zeros_(small.network.to_latent[-1].weight)
    found = evaluate(small, digits["test"])
    assert found["active_units"] == 0
    assert found["rate"] == 0
    assert found["neg_elbo"] == found["distortion"]
    assert found["mutual_information"] == pytest.approx(0, abs=1e-4)
    assert found["total_correlation"] == pytest.approx(0, abs=1e-4)
