"""Rate against distortion: what the page is told of each model."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from vae.data import DATASETS
from vae.system import safetensors_file
from vae.ui.kit.i18n import UserError
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import likelihood_key
from vae.ui.models.rates import payload as rates


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
    found = rates.measures(catalog, "digits", "a", "b")
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
        def change(header):
            header["config"]["model"].update(likelihood="gaussian", sigma=sigma)
            header["metrics"].pop("floor", None)  # of the likelihood that it really has

        return change

    folder("plain")
    folder("half", gaussian(0.5))
    path = folder("one", gaussian(1.0))
    found = rates.measures(Catalog(path, path), "digits", "half", "one")
    assert [model["name"] for model in found["models"] if model["alike"]] == ["half"]
    assert found["floor"] == pytest.approx(1024 / 2 * math.log(2 * math.pi * 0.25))


def test_without_images_there_is_no_floor(folder, monkeypatch):
    catalog = Catalog(folder("a"), folder("b"))
    catalog.open("a").images = None
    assert rates.measures(catalog, "digits", "a", "b")["floor"] is None


def test_a_model_measured_on_a_part_stands_above_the_floor_of_that_part(folder):
    """Of a few images the floor is another one; a model that was trained in the page is measured on 2,000."""
    folder("a")
    path = folder("b", lambda header: header["metrics"].update(floor=300.0, distortion=320.0))
    found = rates.measures(Catalog(path, path), "digits", "a", "b")
    heights = {model["name"]: model["height"] for model in rates.comparable(found)}
    assert heights["b"] == pytest.approx(20.0) and found["floor"] != 300.0
    assert heights["a"] == pytest.approx(found["models"][0]["distortion"] - found["floor"])


def test_what_is_no_number_has_no_place(folder):
    folder("a")
    path = folder("b", lambda header: header["metrics"].update(rate=1e300, mig=None))
    found = rates.measures(Catalog(path, path), "digits", "a", "b")
    assert [model["name"] for model in found["models"]] == ["a"]


def test_an_unknown_model_is_a_sentence(folder):
    path = folder("a")
    with pytest.raises(UserError):
        rates.measures(Catalog(path, path), "digits", "nobody", "a")


def test_the_shipped_rooms_stand_above_their_floor(root):
    catalog = Catalog(root / "checkpoints", root / "data")
    found = rates.measures(catalog, "scene3d", "scene3d-vae", "scene3d-beta")
    above = np.array([model["distortion"] - found["floor"] for model in found["models"] if model["alike"]])
    assert (above > 0).all() and (above < 100).all()


def found_of(*models, floor=None, grid=None):
    """A payload of models (name, rate, distortion, beta), the first two of which are compared."""
    known = [
        {"name": n, "title": n, "rate": r, "distortion": d, "neg_elbo": r + d, "beta": b, "mig": None, "alike": True}
        for n, r, d, b in models
    ]
    return {"left": models[0][0], "right": models[1][0], "floor": floor, "grid": grid, "models": known}


def said(text):
    """The lines of a figure's text as (key, values)."""
    return [tuple(json.loads(line.removeprefix("t:")).values()) for line in text.split("\n")]


def test_the_figure_of_the_plane(folder):
    def gaussian(header):
        header["config"]["model"] |= {"likelihood": "gaussian", "sigma": 0.5}

    folder("a")
    folder("other", gaussian)
    path = folder("b", lambda header: header["metrics"].update(rate=3.0, mig=0.5))
    found = rates.measures(Catalog(path, path), "digits", "a", "b")
    figure = rates.figure(found)
    (points,) = figure.data
    models = {model["name"]: model for model in found["models"] if model["alike"]}
    names = [said(text)[0][1]["text"] for text in points.hovertext]
    assert sorted(names) == ["a", "b"], "a distortion by another likelihood has no place"
    assert points.x.tolist() == [models[name]["rate"] for name in names]
    assert points.y == pytest.approx([models[name]["distortion"] - found["floor"] for name in names])
    assert dict(zip(names, points.marker.symbol, strict=True)) == {"a": "square", "b": "circle"}
    hover = dict(said(points.hovertext[names.index("b")])[1:])
    nats = {key: values["nats"] for key, values in hover.items() if "nats" in values}
    assert nats["rates.dot_rate"] == 3.0 and nats["rates.dot_neg_elbo"] == models["b"]["neg_elbo"]
    assert nats["rates.dot_above"] == pytest.approx(models["b"]["distortion"] - found["floor"])
    assert hover["rates.dot_above"]["total"] == pytest.approx(nats["rates.dot_above"] + 3.0), "distortion and rate"
    assert (hover["rates.beta"], hover["rates.dot_mig"]) == ({"beta": "1"}, {"mig": 0.5})
    label = said(rates.label(found))
    assert label[0] == ("rates.label", {"n": 2})
    facts = {values["name"]: {fact["key"]: fact["values"] for fact in values["facts"]} for _, values in label[1:]}
    assert set(facts) == {"a", "b"} and facts["b"] == hover, "what hovering says is read aloud too"


@pytest.mark.parametrize("floor", [None, 40.0])
def test_lines_of_equal_cost_pass_through_the_compared_models_and_end_at_the_axes(floor):
    found = found_of(("a", 20.0, 60.0, 1.0), ("b", 8.0, 90.0, 4.0), ("c", 25.0, 58.0, 0.5), floor=floor, grid=13.0)
    figure = rates.figure(found)
    *costs, dotted = figure.layout.shapes
    assert (dotted.x0, dotted.x1, dotted.line.dash) == (13.0, 13.0, "dot")
    (left, right), (bottom, top) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert bottom == 0 if floor else bottom < 58
    for shape, (rate, distortion, beta) in zip(costs, [(20.0, 60.0, 1.0), (8.0, 90.0, 4.0)], strict=True):
        height = distortion - (floor or 0)
        for x, y in ((shape.x0, shape.y0), (shape.x1, shape.y1)):
            assert y + beta * x == pytest.approx(height + beta * rate)
            assert left - 1e-9 <= x <= right + 1e-9 and bottom - 1e-9 <= y <= top + 1e-9
            assert min(abs(x - left), abs(x - right), abs(y - bottom), abs(y - top)) < 1e-9


def test_names_beside_points():
    hostile = "<img src=x onerror=1>" * 3
    found = found_of(("a" * 10, 20.0, 60.0, 1.0), (hostile, 8.0, 90.0, None), ("c", 20.0, 60.0, 0.5))
    (points,) = rates.figure(found).data
    names = {said(hover)[0][1]["text"]: text for hover, text in zip(points.hovertext, points.text, strict=True)}
    assert said(names["a" * 10]) == [("figure.text", {"text": "a" * 10}), ("rates.beta", {"beta": "1"})]
    ((_, short),) = said(names[hostile])
    assert short["text"] == hostile[:23] + "…"
    assert points.marker.symbol == ("circle", "square", "circle"), "the compared ones lie on top"


def test_a_model_beside_itself_and_one_alone():
    found = found_of(("a", 2.0, 6.0, 1.0), ("a", 2.0, 6.0, 1.0))
    found["models"] = found["models"][:1]
    assert rates.figure(found).data[0].marker.symbol == ("square",)
    found["models"][0]["alike"] = False
    figure = rates.figure(found)
    assert len(figure.data[0].x) == 0 and not figure.layout.shapes


@pytest.mark.parametrize(("beta", "text"), [(4.0, "4"), (0.005, "0.005"), (12345.6, "12350"), (1 / 3, "0.3333")])
def test_a_beta_in_digits(beta, text):
    found = found_of(("a", 2.0, 6.0, beta), ("b", 1.0, 7.0, beta))
    assert said(rates.figure(found).data[0].text[0])[1] == ("rates.beta", {"beta": text})


def test_a_measure_is_likelihood_sigma_and_shape(tiny):
    config = tiny()
    same = replace(config, model=replace(config.model, sigma=9.0, latent_dim=7))
    assert likelihood_key(config) == likelihood_key(same), "a Bernoulli has no sigma"
    other = replace(config, model=replace(config.model, likelihood="gaussian"))
    assert len({likelihood_key(config), likelihood_key(other)}) == 2
