"""The doctor: its findings on known models, its forecast against theory, scikit-learn and what was measured."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from shipped import WITH_DATA

from vae.checkpoints.checkpoint import load
from vae.config import ModelConfig, ObjectiveConfig, ScheduleConfig, TrainConfig
from vae.data import load as load_data
from vae.evaluation.bound import encode_split
from vae.evaluation.doctor import EARLY, Evidence, Finding, findings, recovered, too_early_until
from vae.evaluation.forecast import forecast, kl_weight, spectrum
from vae.evaluation.metrics import mutual_information
from vae.images import to_uint8
from vae.system.paths import CHECKPOINT_FOLDER
from vae.training.schedules import Turn, config_in_force

# Every shipped file: the findings, and how many latents are in use. None: only that nothing is wrong with it.
SHIPPED = {
    "scene3d-beta": (["finding.active", "finding.follows"], 6),
    "scene3d-vae": None,
    "sprites-beta": (["finding.active", "finding.unfollowed"], 3),
    "sprites-vae": None,
    "mnist-beta": (["finding.active"], 5),
    "mnist-vae": (["finding.active"], 10),
    "mnist-conv20": (["finding.active"], 18),
    "mnist-kingma": (["finding.active"], 20),
    "mnist-2d": (["finding.active"], 2),
    "mnist-collapsed": (["finding.collapse_gaussian", "finding.mean_image"], 0),
    "fashion_mnist-beta": (["finding.active"], 4),
    "fashion_mnist-vae": (["finding.active"], 8),
    "digits-beta": (["finding.active"], 5),
    "digits-vae": (["finding.active"], 9),
}
ABOUT_FACTORS = {"finding.follows", "finding.together", "finding.spread", "finding.unfollowed"}
PLAIN = TrainConfig("digits", ModelConfig(shape=(1, 32, 32)))
KINDS = ("bernoulli", "gaussian")
KL = np.array([2.0, 1.0, 0.01, 0.0])


def keys(evidence: Evidence) -> list[str]:
    found = findings(evidence)
    for finding in found:
        json.dumps(asdict(finding), allow_nan=False)
        assert finding.key.startswith("finding.") and (finding.remedy or "remedy.").startswith("remedy.")
    return [finding.key for finding in found]


def config(name: str, likelihood: str = "bernoulli", sigma: float = 1.0, **numbers: float) -> TrainConfig:
    model = replace(PLAIN.model, likelihood=likelihood, sigma=sigma)
    return replace(PLAIN, model=model, objective=ObjectiveConfig(name, **numbers))


def checked(model, data=None) -> Evidence:
    """The numbers of a shipped file, as the page collects them."""
    rows = np.linspace(0, len(model.index) - 1, 32).astype(int)
    pictures = to_uint8(model.decode(model.mu[rows])).numpy()
    factors = None if data is None else data.factors
    return Evidence(
        kl=model.stats["kl"],
        config=model.config,
        name=model.name,
        neg_elbo=model.header["metrics"]["neg_elbo"],
        spread=float(pictures.std(axis=0).max()),
        recovered=None if data is None else recovered(data.batch(model.index[rows]).numpy(), pictures),
        information=None if factors is None else mutual_information(model.mu, factors[model.index]),
        factors=() if factors is None else data.factor_names,
    )


# Findings


def test_every_shipped_file_stands_in_the_table():
    assert {path.stem for path in CHECKPOINT_FOLDER.glob("*.safetensors")} == set(SHIPPED)


@pytest.mark.parametrize("name", WITH_DATA)
def test_findings_of_the_shipped_files(name):
    model = load(name)
    evidence = checked(model, load_data(model.config.dataset, "test", fetch=False))
    expected, found = SHIPPED[name], keys(evidence)
    if expected is None:
        assert found[0] == "finding.active" and set(found[1:]) <= ABOUT_FACTORS
    else:
        assert (found, len(evidence.awake)) == expected


def test_pruned_latents_of_a_healthy_model_are_no_collapse():
    healthy = Evidence(KL, config("beta_h", beta=4.0), "x-beta", forecast=forecast([20.0, 9.0, 5.0, 1.0], 4.0))
    assert keys(healthy) == ["finding.active", "finding.forecast"]
    assert findings(healthy)[0].values == {"n": 2, "total": 4}


def test_collapse_names_the_latents_and_the_weight_that_caused_it():
    asleep = np.full(12, 0.001)
    gaussian = findings(Evidence(asleep, config("beta_h", "gaussian", 2.0, beta=128.0)))
    assert [finding.key for finding in gaussian] == ["finding.collapse_gaussian"]
    assert gaussian[0].values == {"total": 12, "latents": "z0–z11", "beta": 128, "weight": 512, "sigma": 2}
    assert gaussian[0].remedy == "remedy.collapse"
    # mean-MSE + KL over 32 x 32 pixels is a Gaussian of variance 1024 / 2: the same product by the other road
    mean_mse = findings(Evidence(asleep, config("vae", "gaussian", 512**0.5)))
    assert mean_mse[0].values["weight"] == 512
    bernoulli = findings(Evidence(asleep, config("beta_h", beta=40.0)))
    assert (bernoulli[0].key, bernoulli[0].values["beta"]) == ("finding.collapse_bernoulli", 40)
    assert keys(Evidence(asleep)) == ["finding.collapse"]
    assert keys(Evidence(asleep, config("beta_b", capacity=0.2, gamma=1000.0)))[0] == "finding.collapse"


def test_a_collapse_that_the_data_do_not_explain_is_the_training_s():
    asleep, heavy = np.zeros(4), config("beta_h", "gaussian", beta=10.0)
    must = findings(Evidence(asleep, heavy, forecast=forecast([5.0, 1.0], 10.0)))
    assert (must[0].remedy, must[1].key, must[1].values["awake"]) == ("remedy.collapse", "finding.forecast", 0)
    assert must[1].values["largest"] == 5
    assert findings(Evidence(asleep, heavy, forecast=forecast([50.0, 1.0], 10.0)))[0].remedy == "remedy.stuck"
    stuck = findings(Evidence(np.array([0.0, 0.2, 0.0, 0.0]), PLAIN, forecast=forecast([50.0, 30.0, 9.0], 1.0)))
    assert (stuck[0].key, stuck[0].values["latents"]) == ("finding.stuck", "z0, z2, z3")
    assert stuck[0].values["nats"] == pytest.approx(0.5 * np.log(50 * 30 * 9), rel=1e-3)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (12.0, ["finding.capacity_short"]),
        (24.4, []),
        (25.6, []),
        (31.0, ["finding.capacity_exceeded"]),
    ],
)
def test_a_capacity_is_reached_or_not(rate, expected):
    found = findings(Evidence(np.full(10, rate / 10), config("beta_b", capacity=25.0, gamma=100.0)))
    assert [finding.key for finding in found] == ["finding.active", *expected]
    assert all(finding.values["rate"] == rate and finding.values["capacity"] == 25 for finding in found[1:])


def test_nothing_is_pushed():
    reached = Evidence(np.full(10, 2.5), config("beta_b", capacity=25.0, gamma=100.0), "x-beta")
    assert keys(reached) == ["finding.active"]
    assert keys(replace(reached, plain_rate=30.0)) == ["finding.active"]
    loose = findings(replace(reached, plain_rate=19.0))
    assert (loose[1].key, loose[1].values) == ("finding.capacity_loose", {"capacity": 25, "rate": 19})
    weak = replace(reached, config=config("beta_b", capacity=25.0, gamma=1.0))
    assert keys(weak) == ["finding.active", "finding.not_pushed"]
    for objective in (config("beta_h", beta=1.0), config("vae"), config("beta_h", beta=0.5)):
        assert keys(Evidence(KL, objective, "x-beta")) == ["finding.active", "finding.not_pushed"]
        assert keys(Evidence(KL, objective, "x-vae")) == ["finding.active"]
    assert keys(Evidence(KL, config("beta_h", beta=1.5), "x-beta")) == ["finding.active"]


def test_nothing_is_said_before_it_can_be_known():
    """A minute into a training nothing is dead; while a capacity rises the one of now counts."""
    dead = Evidence(np.zeros(4), config("beta_b", capacity=20.0), spread=0.0, recovered=-0.5, steps=EARLY - 1)
    early = findings(dead)
    assert [finding.key for finding in early] == ["finding.early"]
    assert early[0].values == {"step": EARLY - 1, "until": EARLY}
    assert keys(replace(dead, kl=KL)) == ["finding.active", "finding.early"]
    assert keys(replace(dead, kl=np.array([np.nan]))) == ["finding.nan"]
    assert keys(replace(dead, steps=EARLY)) == ["finding.collapse", "finding.dead", "finding.capacity_short"]
    rising = replace(config("beta_b", capacity=20.0), schedule=ScheduleConfig(anneal_steps=4000))
    assert [too_early_until(plain) for plain in (PLAIN, config("beta_b"), rising)] == [EARLY, EARLY, 1000]
    knots = ((0, 1.0), (100, 32.0), (600, 32.0), (1000, 4.0))  # 8 at 943
    falling = replace(config("beta_h", beta=4.0), schedule=ScheduleConfig(beta_knots=knots))
    assert too_early_until(falling) == 943
    low = replace(config("beta_h", beta=4.0), schedule=ScheduleConfig(beta_knots=((0, 1.0), (900, 4.0))))
    assert too_early_until(low) == EARLY
    slow = replace(rising, objective=ObjectiveConfig("beta_b", capacity=1.0))
    assert too_early_until(slow) == 4000, "less than a decoder needs is judged once it stands"
    rising = replace(rising, schedule=ScheduleConfig(anneal_steps=1000))
    halfway = replace(
        dead, kl=np.full(4, 2.5), config=config_in_force(rising, 500), spread=40.0, recovered=0.3, steps=500
    )
    assert keys(halfway) == ["finding.active"]
    assert keys(replace(halfway, config=config_in_force(rising, 1000))) == ["finding.active", "finding.capacity_short"]


def test_a_number_that_was_turned_is_said():
    turned = Evidence(
        KL, config("beta_h", beta=40.0), turns=(Turn("beta", 4.0, 40.0, 52, 1), Turn("gamma", 1, 2, 3, 1))
    )
    found = findings(turned)[1:]
    assert [(finding.key, finding.values) for finding in found] == [
        ("finding.turned", {"number": "β", "before": 4, "value": 40, "step": 52, "n": 1})
    ]
    assert keys(replace(turned, steps=60)) == ["finding.active", "finding.turned", "finding.early"]


def test_the_forecast_names_what_only_a_gaussian_has_and_counts_beyond_the_latents():
    pays = forecast([50.0, 30.0, 9.0, 8.0, 7.0, 1.0], 4.0, latents=4)
    grey, normal = (findings(Evidence(KL, config("beta_h", kind, beta=4.0), forecast=pays))[-1] for kind in KINDS)
    assert (grey.key, grey.values["symbol"], normal.values["symbol"]) == ("finding.forecast_crowded", "β", "β·σ²")
    assert (grey.values["paying"], grey.values["total"], grey.values["awake"]) == (5, 4, 4)
    few = findings(Evidence(KL, config("vae"), forecast=forecast([50.0, 0.3], latents=4)))[-1]
    assert (few.key, few.values["awake"]) == ("finding.forecast", 1)


def test_dead_networks():
    assert keys(Evidence(KL, spread=0.1, recovered=-0.2)) == ["finding.dead_constant", "finding.active"]
    assert keys(Evidence(KL, spread=40.0, recovered=0.0)) == ["finding.dead_mean", "finding.active"]
    assert keys(Evidence(KL, spread=40.0, recovered=0.3)) == ["finding.active"]
    asleep = np.zeros(4)
    assert keys(Evidence(asleep, spread=0.0, recovered=-0.5)) == ["finding.collapse", "finding.dead"]
    assert keys(Evidence(asleep, spread=0.0, recovered=-0.01)) == ["finding.collapse", "finding.mean_image"]


def test_over_fitting_is_measured_against_the_rate():
    evidence = Evidence(np.full(10, 2.5), neg_elbo=102.0, train_neg_elbo=99.6)
    assert keys(evidence) == ["finding.active"]
    found = findings(replace(evidence, train_neg_elbo=90.0))
    assert (found[1].key, found[1].values) == ("finding.overfit", {"gap": 12, "train": 90, "test": 102})
    assert keys(replace(evidence, neg_elbo=90.0)) == ["finding.active"]
    assert keys(replace(evidence, train_neg_elbo=None)) == ["finding.active"]


def test_what_is_no_number_ends_the_examination():
    assert findings(Evidence(np.array([1.0, np.nan]), neg_elbo=np.inf))[0].values == {"numbers": "kl, neg_elbo"}
    assert keys(Evidence(KL, train_neg_elbo=np.nan)) == ["finding.nan"]


def test_who_follows_what():
    def about(*rows: list[float], kl: np.ndarray = KL[:3]) -> list:
        found = findings(Evidence(kl, information=np.array(rows), factors=("a", "b")))[1:]
        return [(finding.key, finding.values) for finding in found]

    assert about([0.9, 0.1], [0.0, 0.8], [0.0, 0.0]) == [("finding.follows", {"n": 2})]
    assert about([0.9, 0.5], [0.0, 0.45], [0.0, 0.0]) == [("finding.spread", {"factors": [["b", "z0, z1"]]})]
    assert about([0.9, 0.6], [0.1, 0.2], [0.0, 0.1]) == [("finding.together", {"dim": 0, "factors": ["a", "b"]})]
    assert about([0.9, 0.1], [0.0, 0.2], [0.0, 0.0]) == [("finding.unfollowed", {"factors": ["b"]})]
    # a sleeping latent carries nothing, whatever its tiny movements look like when they are cut into bins
    assert about([0.9, 0.1], [0.0, 0.8], [0.0, 0.7]) == [("finding.follows", {"n": 2})]
    parted = about([0.9, 0.1], [0.0, 0.8], [0.0, 0.7], kl=np.ones(3))
    assert parted == [("finding.spread", {"factors": [["b", "z1, z2"]]})]
    assert about([0.9, 0.8], kl=np.ones(1)) == [("finding.together", {"dim": 0, "factors": ["a", "b"]})]


def test_the_share_that_is_recovered():
    images = np.random.default_rng(0).random((20, 1, 4, 4))
    assert recovered(images, images) == 1
    assert recovered(images, np.broadcast_to(images.mean(0), images.shape)) == pytest.approx(0)
    assert recovered(images, np.ones_like(images)) < -1
    assert recovered(np.ones((3, 2)), np.ones((3, 2))) == 0


def test_a_training_under_far_too_much_weight_collapses_as_forecast(tiny, finished, digits):
    heavy = tiny(
        steps=60,
        objective=ObjectiveConfig("beta_h", beta=512.0),
        model={"likelihood": "gaussian"},
        training={"lr": 1e-2},
    )
    state = finished(heavy, digits["train"])
    encoded = encode_split(state.model.eval(), digits["test"])
    images = digits["test"].images.numpy()
    with torch.inference_mode():
        pictures = to_uint8(state.model.decode(encoded.mu).clamp(0, 1)).numpy()
    evidence = Evidence(
        kl=encoded.kl.mean(0).numpy(),
        config=heavy,
        spread=float(pictures.std(axis=0).max()),
        recovered=recovered(images, pictures),
        forecast=forecast(spectrum(digits["train"].images.numpy()), kl_weight(heavy), latents=3),
    )
    # sixty steps are too few to paint the mean image
    assert keys(evidence) == ["finding.collapse_gaussian", "finding.dead", "finding.forecast"]
    assert evidence.spread < 1
    assert evidence.forecast.awake == 0 and evidence.forecast.largest == pytest.approx(7.7, abs=0.05)


def test_what_is_above_the_floor_is_told_where_the_floor_is_known():
    """The room's beta-VAE: 7,211.7 nats, of which 39.4 are the model's and 13.7 of these its rate."""
    kl = np.array([7.0, 6.7])
    (line,) = [found for found in findings(Evidence(kl, neg_elbo=7211.71, floor=7172.27)) if "floor" in found.key]
    assert line == Finding("finding.above_floor", {"above": 39.4, "rate": 13.7, "floor": 7172.3})
    assert not [found for found in findings(Evidence(kl, neg_elbo=7211.71)) if "floor" in found.key]
