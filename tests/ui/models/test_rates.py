"""Rate against distortion: what the page is told of each model."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from vae.data import DATASETS
from vae.system import safetensors_file
from vae.ui.kit.i18n import UserError
from vae.ui.models import rates
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import likelihood_key


@pytest.fixture
def folder(trained, tmp_path):
    """folder(name, change): a copy of the tiny model of the digits under that name, after change(header)."""

    def add(name, change=lambda header: None):
        tensors, header = safetensors_file.read(trained.path)
        change(header)
        header["name"] = name
        safetensors_file.write(tmp_path / f"{name}.safetensors", tensors, header)
        return tmp_path

    return add


def test_the_nats_that_name_an_image():
    assert rates.combinations("scene3d") == pytest.approx(math.log(480_000), abs=1e-9)
    assert rates.combinations("digits") is None
    assert rates.combinations("unheard of") is None
    for name, spec in DATASETS.items():
        if spec.factors:  # combinations that paint the same picture are in the splits but once
            assert rates.combinations(name) == pytest.approx(math.log(sum(spec.sizes.values())), abs=0.01)


def test_every_model_of_the_data_set_with_its_figures(folder, trained):
    def heavy(header):
        header["config"]["objective"] |= {"name": "beta_h", "beta": 4.0}
        header["metrics"] |= {"mig": 0.5, "rate": 3.0}

    def capacity(header):
        header["config"]["objective"] |= {"name": "beta_b", "beta": 4.0}

    def gaussian(header):
        header["config"]["model"] |= {"likelihood": "gaussian", "sigma": 0.5}

    def other_version(header):
        header["dataset"]["version"] = "another"

    def other_data(header):
        header["dataset"]["name"] = "mnist32"

    changes = {"a": None, "b": heavy, "c": capacity, "d": gaussian, "e": other_version, "f": other_data}
    for name, change in changes.items():
        path = folder(name, change or (lambda header: None))
    catalog = Catalog(path, path)
    found = rates.payload(catalog, "digits", "a", "b")
    json.dumps(found, allow_nan=False)
    models = {model["name"]: model for model in found["models"]}
    assert set(models) == set("abcde")
    assert (found["left"], found["right"], found["grid"]) == ("a", "b", None)
    assert [models[name]["alike"] for name in "abcde"] == [True, True, True, False, False]
    assert [models[name]["beta"] for name in "abcde"] == [1, 4, None, 1, 1]
    measured = {key: models["a"][key] for key in ("rate", "distortion", "neg_elbo")}
    assert measured == {key: trained.metrics[key] for key in measured}
    assert models["a"]["mig"] is None and models["b"]["mig"] == 0.5 and models["b"]["rate"] == 3.0
    assert 0 < found["floor"] < min(model["distortion"] for model in models.values())


def test_a_gaussian_is_held_against_its_own_kind(folder):
    def gaussian(sigma):
        return lambda header: header["config"]["model"].update(likelihood="gaussian", sigma=sigma)

    folder("plain")
    folder("half", gaussian(0.5))
    path = folder("one", gaussian(1.0))
    found = rates.payload(Catalog(path, path), "digits", "half", "one")
    assert [model["name"] for model in found["models"] if model["alike"]] == ["half"]
    assert found["floor"] == pytest.approx(1024 / 2 * math.log(2 * math.pi * 0.25))


def test_without_images_there_is_no_floor(folder, monkeypatch):
    catalog = Catalog(folder("a"), folder("b"))
    catalog.open("a").images = None
    assert rates.payload(catalog, "digits", "a", "b")["floor"] is None


def test_what_is_no_number_has_no_place(folder):
    folder("a")
    path = folder("b", lambda header: header["metrics"].update(rate=1e300, mig=None))
    found = rates.payload(Catalog(path, path), "digits", "a", "b")
    assert [model["name"] for model in found["models"]] == ["a"]


def test_an_unknown_model_is_a_sentence(folder):
    path = folder("a")
    with pytest.raises(UserError):
        rates.payload(Catalog(path, path), "digits", "nobody", "a")


def test_the_shipped_rooms_stand_above_their_floor(root):
    catalog = Catalog(root / "checkpoints", root / "data")
    found = rates.payload(catalog, "scene3d", "scene3d-vae", "scene3d-beta")
    above = np.array([model["distortion"] - found["floor"] for model in found["models"] if model["alike"]])
    assert (above > 0).all() and (above < 100).all()


def test_a_measure_is_likelihood_sigma_and_shape(tiny):
    config = tiny()
    same = replace(config, model=replace(config.model, sigma=9.0, latent_dim=7))
    assert likelihood_key(config) == likelihood_key(same), "a Bernoulli has no sigma"
    other = replace(config, model=replace(config.model, likelihood="gaussian"))
    assert len({likelihood_key(config), likelihood_key(other)}) == 2
