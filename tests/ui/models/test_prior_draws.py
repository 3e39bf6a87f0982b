"""A model that came without images: the page shows draws from its prior, says so, and claims nothing about images."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
import torch
from published_layouts import write_burgess

from vae.checkpoints.checkpoint import load
from vae.checkpoints.hub import card
from vae.cli.main import main
from vae.evaluation.latent_use import ACTIVE_NATS
from vae.images import to_uint8
from vae.ui.compare import payload as compare
from vae.ui.compare.figure_one_rows import composed
from vae.ui.explore import payload as explorer
from vae.ui.explore.own_image import own_pick
from vae.ui.header.tab import models
from vae.ui.kit.i18n import TEXTS, UserError, say
from vae.ui.kit.pictures import data_uri
from vae.ui.learn import steps
from vae.ui.models import payload
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import open_pair
from vae.ui.models.rates import payload as rates
from vae.ui.page import export
from vae.ui.page.content import content_of, few_images


@pytest.fixture(scope="module")
def folder(made_once):
    """Two imported models that came without images."""

    def make(home):
        for name, shape in (("one", (1, 32, 32)), ("two", (3, 64, 64))):
            write_burgess(home / name, shape)
            assert (
                main(["import", "disentangling-vae", str(home / name), "--out", str(home / f"{name}.safetensors")]) == 0
            )

    return made_once("drawn", make)


@pytest.fixture(scope="module")
def catalog(folder):
    return Catalog(folder, folder)


@pytest.fixture(scope="module")
def opened(catalog):
    return catalog.open("one")


def test_what_it_shows_is_what_the_decoder_paints_of_its_draws(opened):
    z = opened.model.draws
    painted = to_uint8(opened.model.decode(z[:3]))
    assert torch.equal(opened.originals([0, 1, 2]), painted)
    answer = explorer.pick(opened, 2)
    assert answer["original"] == data_uri(painted[2].numpy()) != answer["reconstruction"]
    assert answer["reconstruction"] == data_uri(to_uint8(opened.model.decode(opened.model.mu[2:3]))[0].numpy())
    few = few_images(opened, opened.evenly(40))
    assert torch.equal(few.originals([7]), opened.originals([int(few.model.index[7])]))


def test_it_says_so(opened):
    overview = explorer.overview(opened)
    assert overview["drawn"] and overview["dataset"] == "Prior draws" and overview["missing"]["key"] == "map.no_images"
    assert overview["total"] == 2000 and overview["colours"] == ["kl"]
    assert "not images of a data set" in say("map.count_drawn", n=2000)
    # Of random weights, that is; nothing about steps, a capacity or a floor.
    assert {each["key"] for each in overview["findings"]} <= {"finding.active", "finding.dead_constant"}
    assert json.loads(json.dumps(overview, allow_nan=False)) == overview


def test_nothing_is_said_of_images(opened):
    """No bound, no floor and no forecast; of the latents in use, what the draws tell."""
    assert explorer.forecast_and_findings(opened)["spectrum"] is None
    assert opened.diagnosis.forecast is opened.diagnosis.floor is None and opened.diagnosis.evidence.config is None
    assert opened.diagnosis.evidence.steps is None
    used = (np.asarray(opened.model.stats["kl"]) >= ACTIVE_NATS).sum()
    (active,) = (finding for finding in explorer.overview(opened)["findings"] if finding["key"] == "finding.active")
    assert active["values"] == {"n": used, "total": 4}
    answer = own_pick(opened, np.zeros((1, 32, 32), np.uint8))
    assert answer["own"]["limit"] is None and not answer["own"]["far"]
    assert payload.information(opened) is None


def test_the_picker_puts_it_by_itself(catalog):
    found = models(catalog)["usable"]
    assert {model["group"] for model in found} == {"Prior draws"}
    assert all(value is None for model in found for value in model["figures"].values())
    assert compare.partners(catalog.usable()) == {"one": ["one", "one"], "two": ["two", "two"]}
    assert set(steps.chosen(catalog.usable(), catalog.data_root).values()) == {None}


def test_it_is_compared_with_itself_alone(catalog, opened):
    both = open_pair(catalog, "one", "one")
    overview = compare.overview(both)
    assert overview["drawn"] and overview["sentence"]["key"] == "compare.same"
    assert all(row["left"] is row["right"] is None for row in overview["table"])
    answer = compare.pick(both, 3)
    assert answer["original"] == data_uri(opened.originals([3])[0].numpy()) and answer["left"]["error"] is None
    assert composed(both, 3, "png")
    measured = rates.measures(catalog, opened.model.header["dataset"]["name"], "one", "one")
    assert measured["models"] == [] and rates.figure(measured) and rates.label(measured)
    with pytest.raises(UserError) as told:
        open_pair(catalog, "one", "two")
    assert told.value.key == "error.other_shapes" and "1×32×32" in str(told.value)


def test_it_becomes_a_page(opened):
    whole = content_of([opened], most=100)
    [content] = whole["models"]
    assert content["about"]["key"] == "page.about_imported" and content["about"]["licence"] is None
    assert "disentangling-vae" in say(content["about"]["key"], **content["about"]["values"])
    assert content["overview"]["drawn"] and content["forecast"]["spectrum"] is None
    assert base64.b64decode(whole["networks"][content["overview"]["decoder"]["file"]])
    assert "page.drawn" in export.script(light=True)


def test_the_command_line_says_what_is_not_there(run, folder):
    path = folder / "one.safetensors"
    code, out, _ = run("list", "--checkpoints", folder)
    assert code == 0 and "one " in out and "–" in out
    for words in (["evaluate", path], ["udr", path, path]):
        code, _, err = run(*words)
        assert code == 2 and "came without images" in err and "--images" in err and err.count("\n") == 1
    assert "It came without images." in card(load(path), "user/name") and "imported as disentangling-vae" in card(
        load(path), "user/name"
    )


@pytest.mark.parametrize("language", TEXTS)
def test_every_sentence_of_it_is_there(language):
    for key in (
        "finding.drawn",
        "map.count_drawn",
        "map.drawn",
        "inspector.drawn",
        "inspector.drawn_alt",
        "page.drawn",
    ):
        assert TEXTS[language][key]
