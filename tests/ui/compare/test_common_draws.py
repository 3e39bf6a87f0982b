"""Compare of models that have no images in common: the draws of both stand for images, and latents match by them."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image
from published_layouts import write_burgess
from turned_models import ORDER, SIGNS, write_turned

from vae.cli.main import main
from vae.evaluation.matching import CORRELATED
from vae.images import to_uint8
from vae.ui.compare import figure_one_rows, payload
from vae.ui.compare.endpoints import compare_endpoints
from vae.ui.kit.i18n import UserError
from vae.ui.kit.pictures import data_uri
from vae.ui.models import common_draws
from vae.ui.models import payload as models
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import open_pair, pairing
from vae.ui.page.content import content_of


@pytest.fixture(scope="module")
def folder(made_once):
    """Two imported models, one a turned copy of the other, and one of colour."""

    def make(home):
        write_turned(home / "one", home / "turned")
        write_burgess(home / "colour", (3, 32, 32))
        for name in ("one", "turned", "colour"):
            words = ["import", "disentangling-vae", str(home / name), "--out", str(home / f"{name}.safetensors")]
            assert main(words) == 0

    return made_once("exchanged", make)


@pytest.fixture(scope="module")
def catalog(folder):
    torch.set_num_threads(1)
    return Catalog(folder, folder)


@pytest.fixture(scope="module")
def both(catalog):
    return open_pair(catalog, "one", "turned")


@pytest.fixture(scope="module")
def call(catalog):
    functions = {function.__name__: function for function in compare_endpoints(catalog)}
    return lambda name, *arguments: functions[name](list(arguments))


def test_a_turned_copy_is_matched_latent_for_latent_from_either_side(catalog, both):
    for pair in both.pairs:
        assert (ORDER[pair.right], pair.sign) == (pair.left, SIGNS[pair.right])
        assert CORRELATED < pair.strength < min(pair.ceilings) + 0.05
    assert len(both.pairs) == 4 and both.drawn
    back = open_pair(catalog, "turned", "one").pairs
    assert {(pair.right, pair.left, pair.sign) for pair in back} == {(p.left, p.right, p.sign) for p in both.pairs}


def test_the_pictures_are_the_draws_of_both_in_turn(catalog, both):
    one, turned = (catalog.open(name) for name in ("one", "turned"))
    painted = [to_uint8(one.model.decode(one.model.draws[:2])), to_uint8(turned.model.decode(turned.model.draws[:2]))]
    expected = torch.stack([painted[0][0], painted[1][0], painted[0][1], painted[1][1]])
    for side in both.sides:
        assert torch.equal(side.originals([0, 1, 2, 3]), expected)
    # Each through both encoders; those of its own draws are the file's.
    assert np.array_equal(both.left.model.mu[::2], one.model.mu[:500])
    assert np.array_equal(both.right.model.mu[1::2], turned.model.mu[:500])
    assert np.allclose(both.right.model.mu[:4], turned.encode(expected)[0], atol=2e-3)
    assert np.allclose(both.left.model.mu[:4], one.encode(expected)[0], atol=2e-3)
    answer = payload.pick(both, 3)
    assert answer["original"] == data_uri(painted[1][1].numpy()) and answer["owner"] == "turned"
    assert answer["left"]["z"] == both.left.model.mu[3].tolist() and answer["left"]["error"] is None


def test_the_overview_says_so(catalog, both):
    found = payload.overview(both)
    json.dumps(found, allow_nan=False)
    assert (found["draws"], found["drawn"], found["dataset"]) == (500, True, "Prior draws")
    values = found["sentence"]["values"]
    assert found["sentence"]["key"] == "compare.exchanged" and (values["n"], values["left"], values["right"]) == (
        4,
        4,
        4,
    )
    assert all(None not in pair["ceilings"] for pair in found["pairs"])
    assert found["left"]["projections"] == [] and found["reader"] is None
    assert found["axes"][0]["left"] == both.pairs[0].left
    sides = [catalog.open(name) for name in ("one", "turned")]
    assert [found[name]["code_hash"] for name in ("left", "right")] == [side.code_hash for side in sides]
    keys = {models.thumbnails(side)["key"] for side in (*both.sides, *sides)}
    assert len(keys) == 3  # one set for both, and not the one that either shows in Explore
    itself = payload.overview(open_pair(catalog, "one", "one"))
    assert itself["draws"] is None and itself["pairs"][0]["ceilings"] == [None, None]


def test_the_maps_are_of_the_common_draws(call, both):
    packed = call("coordinates_pair", "one", "turned", "right", "z2")["ok"]
    assert np.array_equal(np.frombuffer(base64.b64decode(packed), "<f4"), both.right.model.mu[:, 2])
    assert call("coordinates_pair", "one", "turned", "right", "pca")["key"] == "error.projection"
    assert call("coordinates_pair", "one", "turned", ["left"], "z2")["key"] == "error.side"
    assert len(base64.b64decode(call("colour_pair", "one", "turned", "kl")["ok"]["values"])) == 4 * 1000
    sheet = Image.open(io.BytesIO(base64.b64decode(call("thumbnails_pair", "one", "turned", 0)["ok"].split(",")[1])))
    assert sheet.width == 32 * models.thumbnails(both.right)["columns"]


def test_figure_one_names_the_ceilings(both):
    drawn = figure_one_rows.figure(both, 1)
    first = both.pairs[0]
    assert "one seed each, no factors known" in drawn.footnote and "Draw 1;" in drawn.footnote
    assert drawn.rows[0] == f"z{first.left} and z{first.right}, r {first.strength:.2f}"
    assert drawn.columns[0].labels[0] == f"z{first.left}, {first.ceilings[0]:.2f}"
    # A copy: both columns go through the same pictures, the same way round.
    assert int((drawn.columns[0].strips[0].int() - drawn.columns[1].strips[0].int()).abs().max()) <= 24


def test_codes_are_computed_once_and_kept_for_few(catalog, monkeypatch):
    asked = []
    real = common_draws.exchange
    monkeypatch.setattr(common_draws, "exchange", lambda left, right: asked.append(right.handle) or real(left, right))
    monkeypatch.setattr(common_draws, "DRAWS", 16)
    partners = common_draws.Partners()
    one, turned = (catalog.open(name) for name in ("one", "turned"))
    first = partners.beside(one, turned)
    assert partners.beside(one, turned) is first and len(asked) == 1 and first.each == 16
    for version in range(common_draws.KEPT):
        partners.beside(one, common_draws.replace(turned, version=f"{version:012x}"))
    assert not partners.at_hand(turned.handle) and len(partners._kept) == common_draws.KEPT


def test_the_draws_cost_their_work_once(folder):
    catalog = Catalog(folder, folder)
    for name in ("one", "turned"):
        catalog.open(name)
    before = pairing(catalog, "one", "turned").seconds
    assert before >= common_draws.DRAWS * catalog.decoding("one").seconds and not pairing(catalog, "one", "one").seconds
    open_pair(catalog, "one", "turned")
    assert not pairing(catalog, "one", "turned").seconds


def test_what_cannot_be_compared_is_refused(catalog, both):
    with pytest.raises(UserError) as told:
        open_pair(catalog, "one", "colour")
    assert told.value.key == "error.other_shapes"
    with pytest.raises(UserError) as told:
        content_of([catalog.open("one"), catalog.open("turned")], 200)
    assert told.value.key == "page.drawn_pair"


def test_a_model_without_images_stands_beside_one_of_its_shape(catalog):
    assert payload.partners(catalog.usable()) == {
        "one": ["turned", "one"],
        "turned": ["one", "turned"],
        "colour": ["colour", "colour"],
    }
