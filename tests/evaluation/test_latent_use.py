"""Who is awake, who follows what: by hand, and in every shipped file whose factors are computed."""

from __future__ import annotations

import numpy as np
import pytest

from vae import load, load_data
from vae.data import DATASETS
from vae.evaluation.doctor import Evidence, findings
from vae.evaluation.latent_use import (
    ACTIVE_NATS,
    FOLLOWED,
    OWN_LATENT,
    asleep,
    awake,
    best_latents,
    followed,
    followed_factors,
    kept_apart,
    owners,
    sharing_latents,
)
from vae.evaluation.metrics import mutual_information
from vae.system.paths import CHECKPOINT_FOLDER

COMPUTED = ("scene3d", "sprites")  # their factors need no download
FILES = sorted(path.stem for path in CHECKPOINT_FOLDER.glob("*.safetensors") if path.stem.split("-")[0] in COMPUTED)

INFORMATION = np.array([
    [0.90, 0.35, 0.00],  # follows both, the first most
    [0.50, 0.10, 0.00],  # asleep, however much its mean would tell
    [0.40, 0.05, 0.29],  # follows the first too; just misses the third
])  # fmt: skip


def test_awake_is_a_matter_of_nats():
    kl = np.array([ACTIVE_NATS, ACTIVE_NATS - 1e-6, 3])
    assert awake(kl).tolist() == [0, 2] and asleep(kl).tolist() == [1]


def test_a_sleeping_latent_follows_nothing():
    assert followed_factors(INFORMATION, np.array([0, 2])) == [[0, 1], [], [0]]
    assert best_latents(INFORMATION, np.array([0, 2])).tolist() == [0, 0, 2]
    assert best_latents(INFORMATION, np.array([], int)).tolist() == [-1, -1, -1]


def test_a_factor_is_followed_where_a_latent_in_use_knows_enough_of_it():
    assert followed(INFORMATION, np.array([0, 2])).tolist() == [True, True, False]
    assert followed(INFORMATION, np.array([1])).tolist() == [True, False, False]
    assert followed(np.array([[FOLLOWED, FOLLOWED - 1e-6]]), np.array([0])).tolist() == [True, False]
    assert followed(INFORMATION, np.array([], int)).tolist() == [False] * 3


def test_a_factor_has_one_latent_to_itself_or_is_shared_and_never_both():
    assert sharing_latents(INFORMATION, np.array([0, 1, 2]), 0).tolist() == [0, 1]
    assert sharing_latents(INFORMATION, np.array([0, 2]), 0).tolist() == [0]
    for second, shared in ((OWN_LATENT * 0.8, [1, 2]), (OWN_LATENT * 0.8 - 1e-6, [2])):
        information = np.array([[0.0], [second], [0.8]])
        assert sharing_latents(information, np.arange(3), 0).tolist() == shared
        assert owners(information, np.arange(3)).tolist() == [2 if shared == [2] else -1]


def test_a_factor_is_owned_where_the_second_best_knows_less_than_half():
    assert owners(INFORMATION, np.array([0, 2])).tolist() == [0, 0, -1]
    assert kept_apart(INFORMATION, np.array([0, 2])).tolist() == [False, False, False]  # one latent for two factors
    assert kept_apart(INFORMATION[:, 1:], np.array([0, 2])).tolist() == [True, False]


@pytest.mark.parametrize("name", FILES)
def test_findings_and_names_of_a_shipped_file_agree(name):
    """What some latent in use follows is what the findings do not call unfollowed."""
    model = load(name)
    spec = DATASETS[model.header["dataset"]["name"]]
    factors = np.asarray(load_data(spec.name, "test").factors)[model.index]
    names, kl = [factor.name for factor in spec.factors], model.stats["kl"]
    information = mutual_information(model.mu, factors)
    labels = followed_factors(information, awake(kl))
    assert not any(labels[dim] for dim in range(len(kl)) if kl[dim] < ACTIVE_NATS)
    assert all(information[dim, k] >= FOLLOWED for dim, label in enumerate(labels) for k in label)
    lines = findings(Evidence(kl, information=information, factors=names))
    lost = [factor for line in lines if line.key == "finding.unfollowed" for factor in line.values["factors"]]
    assert {names[k] for label in labels for k in label} == set(names) - set(lost)
    apart = kept_apart(information, awake(kl))
    assert apart.all() == any(line.key == "finding.follows" for line in lines)
