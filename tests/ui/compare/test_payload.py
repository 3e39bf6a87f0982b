"""What the Compare tab is told: the shipped pair of the room, held against codes, factors and decoder directly."""

import base64
import io
import json
import math
import shutil
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from alignment import align
from closeness import same_pictures
from PIL import Image

from vae.checkpoints.checkpoint import CheckpointError
from vae.data import default_root
from vae.evaluation.latent_use import ACTIVE_NATS
from vae.evaluation.metrics import mutual_information
from vae.latent.traversal import traverse
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui.compare import figure_one_rows
from vae.ui.compare import payload as comparison
from vae.ui.compare.endpoints import compare_endpoints
from vae.ui.explore import payload as explore
from vae.ui.kit.i18n import TEXTS, say
from vae.ui.models import catalog as catalog_module
from vae.ui.models import payload as models
from vae.ui.models import spill_meter
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import ModelPair, open_pair

PAIR = ("scene3d-vae", "scene3d-beta")


@pytest.fixture(scope="module")
def catalog():
    torch.set_num_threads(1)
    return Catalog(CHECKPOINT_FOLDER, default_root())


@pytest.fixture(scope="module")
def both(catalog):
    return open_pair(catalog, *PAIR)


@pytest.fixture(scope="module")
def call(catalog):
    functions = {function.__name__: function for function in compare_endpoints(catalog)}
    return lambda name, *arguments: functions[name](list(arguments))


def pixels(uri):
    array = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))))
    return array if array.ndim == 3 else array[:, :, None]


def test_every_shipped_pair_has_an_overview_that_json_can_hold(catalog):
    pairs = sorted({tuple(pair) for pair in comparison.partners(catalog.usable()).values()})
    assert PAIR in pairs and ("mnist-vae", "mnist-2d") in pairs
    for left, right in pairs:
        both = open_pair(catalog, left, right)
        found = comparison.overview(both)
        json.dumps(found, allow_nan=False)
        awake = [set(map(int, side.diagnosis.evidence.awake)) for side in both.sides]
        for name, dims in zip(("left", "right"), awake, strict=True):
            shown = [pair[name] for pair in found["pairs"] if pair[name] is not None]
            assert sorted(shown) == sorted(dims)  # every latent in use has one row
        assert found["sentence"]["key"] in TEXTS["en"]


def test_common_images_are_the_same_on_both_sides(both):
    assert np.array_equal(both.left.model.index[both.rows[0]], both.index)
    assert np.array_equal(both.right.model.index[both.rows[1]], both.index)


def test_files_that_hold_different_images_share_those_they_have(catalog):
    both = open_pair(catalog, "mnist-vae", "mnist-conv20")
    indices = [set(side.model.index.tolist()) for side in both.sides]
    assert set(both.index.tolist()) == indices[0] & indices[1]
    assert len(both.index) == 5000


def test_pairs_follow_the_factors_that_they_are_named_after(both):
    factors = both.left.facts.factors
    shares = [mutual_information(side.model.mu, factors) for side in both.sides]
    names = [factor.name for factor in both.left.facts.specs]
    found = [comparison.pair_of(pair, both) for pair in both.pairs]
    assert [pair["factor"] for pair in found[:6]] == names
    for pair in found[:6]:
        k = names.index(pair["factor"])
        assert pair["strengths"] == [
            round(float(shares[i][pair[side], k]), 2) for i, side in enumerate(("left", "right"))
        ]
        assert pair["right"] == int(shares[1][:, k].argmax())
    assert all(pair["right"] is None and pair["factor"] is None for pair in found[6:])


def test_matched_latents_stand_on_one_line(both):
    found = comparison.informations(both)
    for name, side in zip(("left", "right"), both.sides, strict=True):
        rows = found[name]["rows"]
        assert len(rows) == len(both.pairs)
        known = {row["dim"]: row for row in models.information(side)["rows"]}
        assert rows == [known.get(getattr(pair, name)) for pair in both.pairs]
        assert any(rows)


def test_the_signs_make_aligned_latents_move_the_factor_the_same_way(both):
    ordered = [factor.ordered for factor in both.left.facts.specs]
    for pair in both.pairs:
        if pair.factor is None or not ordered[pair.factor]:
            continue
        value = both.left.facts.factors[both.rows[0], pair.factor]
        left = both.left.model.mu[both.rows[0], pair.left]
        right = align(both.right.model.mu[both.rows[1], pair.right], *_quantiles(both, pair), pair.sign)
        slopes = [np.corrcoef(codes, value)[0, 1] for codes in (left, right)]
        assert slopes[0] * slopes[1] > 0


def _quantiles(both, pair):
    right, left = both.right.model.stats["mu_quantiles"], both.left.model.stats["mu_quantiles"]
    return right[:, pair.right], left[:, pair.left]


def test_maps_are_spanned_by_the_best_latents_of_each_factor_the_clearest_first(both):
    shares = [mutual_information(side.model.mu, both.left.facts.factors) for side in both.sides]
    for share, side in zip(shares, both.sides, strict=True):
        share[side.model.stats["kl"] < ACTIVE_NATS] = 0  # what sleeps spans no map
    names = [factor.name for factor in both.left.facts.specs]
    found = comparison.axes(both)
    assert sorted(axis["name"] for axis in found) == sorted(names)
    clearest = [max(share[:, names.index(axis["name"])].max() for share in shares) for axis in found]
    assert clearest == sorted(clearest, reverse=True)
    for axis in found:
        k = names.index(axis["name"])
        assert (axis["left"], axis["right"]) == tuple(int(share[:, k].argmax()) for share in shares)


def test_one_image_goes_through_both_models(both):
    index = int(both.index[123])
    found = comparison.pick(both, index)
    assert found["index"] == index and found["row"] == 123
    image = both.right.images.batch([index], "cpu")
    assert np.array_equal(pixels(found["original"]), image[0].numpy().transpose(1, 2, 0))
    for name, side in zip(("left", "right"), both.sides, strict=True):
        mu = side.model.mu[side.rows[index]]
        assert found[name]["z"] == mu.tolist()
        same_pictures(pixels(found[name]["image"]), side.decode(mu[None])[0].numpy().transpose(1, 2, 0))
        assert found[name]["error"] == pytest.approx(float(side.model.distortion[side.rows[index]]))


def test_the_reading_of_a_real_image_is_its_factors(both):
    names = [factor.values for factor in both.left.facts.specs]
    right = []
    for index in both.index[::500]:
        read = comparison.reading(both.right, both.right.images.batch([int(index)], "cpu"))
        truth = both.left.images.factors[index]
        right.append([values[t] == got for values, t, got in zip(names, truth, read["values"], strict=True)])
    assert np.mean(right) > 0.9


def test_the_table_has_every_mark_beside_a_score_and_none_beside_a_bound(both, catalog):
    rows = {row["key"]: row for row in comparison.table(both)}
    for key in comparison.SCORES:
        metrics = both.right.model.header["metrics"]
        assert rows[key]["right"] == metrics[key]
        assert rows[key]["beside"] == {mark: metrics[f"{key}_{mark}"] for mark in comparison.BESIDE}
    assert all(rows[key]["beside"] is None for key in comparison.BOUNDS)
    for name in ("left", "right"):
        figures = getattr(both, name).model.header["metrics"]
        assert rows["above_floor"][name] == pytest.approx(figures["neg_elbo"] - figures["floor"])
    assert next(iter(rows)) == "above_floor", "what models differ by stands first"
    assert rows["mig_sampled"] and list(rows).index("mig_sampled") < list(rows).index("mig"), "Chen et al.'s first"
    undefined = comparison.table(open_pair(catalog, "digits-vae", "digits-beta"))
    assert all(row["left"] is None and row["right"] is None for row in undefined if row["key"] in comparison.SCORES)


def test_a_range_over_seeds_is_shown_where_a_header_has_it(both):
    assert all(row["seeds"] == [None, None] for row in comparison.table(both))
    seeds = [{"name": str(n), "seed": n, "udr": 0.6, "mig": mig} for n, mig in enumerate((0.49, 0.22, 0.44))]
    header = both.left.model.header | {"seeds": seeds}
    pair = ModelPair(replace(both.left, model=replace(both.left.model, header=header)), both.right)
    rows = {row["key"]: row["seeds"] for row in comparison.table(pair)}
    assert rows["mig"] == [(0.22, 0.49), None] and rows["neg_elbo"] == [None, None]


def test_the_sentence_counts_no_latent_that_sleeps(both):
    """The room's VAE has a latent of KL 0.00 whose means know half of the shape: to the page it is no rival."""
    metrics = both.left.model.header["metrics"]
    assert metrics["mig_in_use"] > metrics["mig"] + 0.05
    values = comparison.sentence(both)["values"]
    assert (values["mig"], values["other_mig"]) == tuple(
        round(side.model.header["metrics"]["mig_in_use"], 2) for side in (both.right, both.left)
    )


def test_the_page_is_sent_the_rules_that_it_draws_by(both):
    overview = comparison.overview(both)
    assert overview["marks"] == ["noise", "rotated", "perfect", "pca", "untrained"]
    assert {row["key"]: row["unit"] for row in overview["table"] if row["unit"]} == comparison.BOUNDS
    accuracy = both.left.spill_meter.reader.accuracy
    for factor, figure in zip(overview["reader"], accuracy, strict=True):
        assert (factor["name"], factor["kind"]) == (figure["name"], figure["kind"])
        assert factor["still"] ** 2 / 4 == pytest.approx(2 * figure["noise"])  # the variance of a difference
    assert [factor["values"] for factor in overview["reader"]] == [spec.values for spec in both.left.facts.specs]
    assert overview["first_pairs"] == explore.overview(both.left)["rows"]


def test_the_sentence_names_who_keeps_the_factors_apart_and_what_it_pays(both, catalog):
    found = comparison.sentence(both)
    metrics = [side.model.header["metrics"] for side in both.sides]
    assert found["values"]["name"] == "scene3d-beta" and found["values"]["n"] == 6
    assert found["values"]["paid"] == round(metrics[1]["distortion"] - metrics[0]["distortion"], 1)
    turned = open_pair(catalog, *reversed(PAIR))
    assert comparison.sentence(turned) == found  # whoever stands where
    assert comparison.sentence(open_pair(catalog, PAIR[0], PAIR[0]))["key"] == "compare.same"
    classes = comparison.sentence(open_pair(catalog, "mnist-vae", "mnist-beta"))
    assert classes["key"] == "compare.thrifty" and classes["values"]["name"] == "mnist-beta"


def test_the_sentence_says_when_nothing_is_paid_or_distortions_differ_in_kind(both, catalog):
    found = comparison.sentence(open_pair(catalog, "mnist-conv20", "mnist-kingma"))
    assert found["key"] == "compare.better" and found["values"]["name"] == "mnist-conv20"
    assert found["values"]["paid"] > 0 and found["values"]["saved"] > 0
    config = both.left.model.config
    other = replace(config, model=replace(config.model, likelihood="gaussian"))
    unlike = ModelPair(replace(both.left, model=replace(both.left.model, config=other)), both.right)
    assert comparison.sentence(unlike)["key"] == "compare.unlike"


def test_pictures_of_other_data_are_not_read(both, catalog, monkeypatch):
    assert (
        both.left.spill_meter.reader and both.right.spill_meter.reader
    )  # read before there is none, for they are kept
    header = dict(both.left.model.header, dataset=both.left.model.header["dataset"] | {"version": "another"})
    assert replace(both.left, model=replace(both.left.model, header=header)).spill_meter.reader is None

    def damaged(name, *folder):
        raise CheckpointError("checkpoint.no_file", file=name)

    monkeypatch.setattr(spill_meter, "reader_of", damaged)
    fresh = replace(both.left)
    assert fresh.spill_meter.reader is None and fresh.spill_meter.spill() is None
    assert comparison.pick(ModelPair(fresh, both.right), int(both.index[0]))["left"]["reading"] is None


def test_maps_of_a_model_that_sleeps_are_spanned_by_its_strongest_latent(both):
    kl = np.linspace(0, ACTIVE_NATS / 2, 10)
    asleep = replace(both.left, model=replace(both.left.model, stats=both.left.model.stats | {"kl": kl}))
    found = comparison.axes(ModelPair(asleep, both.right))
    assert {axis["left"] for axis in found} == {9}
    assert {axis["name"]: axis["right"] for axis in found} == {a["name"]: a["right"] for a in comparison.axes(both)}


def test_a_model_that_sleeps_has_an_empty_spill(both):
    asleep = replace(both.left.model, stats=both.left.model.stats | {"kl": np.zeros(10)})
    header = dict(asleep.header, metrics=asleep.header["metrics"] | {"spill": None})
    found = replace(both.left, model=replace(asleep, header=header)).spill_meter.spill()
    assert found == {"overall": None, "overall_spread": None, "coverage": 0.0, "factors": [], "dims": []}


def test_a_file_without_scores_gets_a_sentence(both):
    header = dict(both.left.model.header)
    header["metrics"] = {key: value for key, value in header["metrics"].items() if not key.startswith("mig")}
    bare = replace(both.left, model=replace(both.left.model, header=header))
    metrics = both.left.model.header["metrics"]
    for key in ("mig_sampled", "mig_in_use"):  # of the stored codes, where the file does not tell
        assert models.migs(bare)[key] == pytest.approx(metrics[key], abs=5e-3), key
    pair = ModelPair(bare, both.right)
    assert comparison.sentence(pair) == {"key": "compare.unmeasured", "values": {"name": "scene3d-vae"}}
    row = next(row for row in comparison.table(pair) if row["key"] == "mig")
    assert row["left"] is None and row["right"] > 0.5


def test_bad_pairs_get_one_sentence(call, catalog, tmp_path):
    for left, right, key in (
        ("scene3d-vae", "mnist-beta", "error.other_data"),
        ("scene3d-vae", "nobody", "error.model"),
        (None, [], "error.model"),
    ):
        answer = call("compare", left, right)
        assert answer["key"] == key and "\n" not in answer["error"]
    for name in PAIR:
        shutil.copy(CHECKPOINT_FOLDER / f"{name}.safetensors", tmp_path)
    (tmp_path / "scene3d-beta.safetensors").write_bytes(b"not a file of tensors")
    damaged = {function.__name__: function for function in compare_endpoints(Catalog(tmp_path, default_root()))}
    assert damaged["compare"](list(PAIR))["key"] == "error.model"


@pytest.mark.parametrize("index", [-1, 10**9, 0.5, None, "0", True, math.nan, [0]])
def test_bad_indices(call, index):
    if index is True:
        index = [True]
    assert call("pick_pair", *PAIR, index)["key"] == "error.index"
    assert call("figure_one", *PAIR, index, "png")["key"] == "error.index"


def test_bad_latents_rows_and_kinds(call, both):
    z = [0.0] * 10
    index = int(both.index[0])
    assert call("decode_pair", PAIR[0], z[1:], PAIR[1], z)["key"] == "error.z_length"
    assert call("decode_pair", PAIR[0], z, PAIR[1], [math.nan] * 10)["key"] == "error.z_value"
    assert call("traverse_pair", PAIR[0], z, [0, 0], PAIR[1], z, [1])["key"] == "error.dims"
    assert call("traverse_pair", PAIR[0], z, [10], PAIR[1], z, [1])["key"] == "error.dims"
    assert call("traverse_pair", PAIR[0], z, None, PAIR[1], z, [1])["key"] == "error.dims"
    assert call("figure_one", *PAIR, index, "bmp")["key"] == "error.kind"
    assert call("spill", "nobody")["key"] == "error.model"
    assert call("rates", "nobody", PAIR[1])["key"] == "error.model"
    assert call("information_pair", PAIR[0], "nobody")["key"] == "error.model"
    assert call("decode_pair", PAIR[0])["key"] == "error.arguments"


def test_a_pair_is_decoded_and_walked_in_one_call(call, both):
    z = [both.left.model.mu[5].tolist(), both.right.model.mu[5].tolist()]
    found = call("decode_pair", PAIR[0], z[0], PAIR[1], z[1])["ok"]
    for name, side, code in zip(("left", "right"), both.sides, z, strict=True):
        same_pictures(pixels(found[name]["image"]), side.decode(np.array([code]))[0].numpy().transpose(1, 2, 0))
        assert len(found[name]["reading"]["at"]) == 6
    walked = call("traverse_pair", PAIR[0], z[0], [3, 1], PAIR[1], z[1], [])["ok"]
    assert walked["right"] is None
    assert np.allclose(walked["left"]["values"], both.left.model.stats["mu_quantiles"][:, [3, 1]].T, atol=1e-3)


def test_figure_one_shows_the_latent_that_follows_each_factor(both):
    index = int(both.index[7])
    drawn = figure_one_rows.figure(both, index)
    assert list(drawn.rows) == [factor.name for factor in both.left.facts.specs]
    for column, side in zip(drawn.columns, both.sides, strict=True):
        assert column.name == side.name
        z = torch.from_numpy(side.model.mu[side.rows[index]])
        for k in range(6):
            dim = int(side.facts.information[:, k].argmax())
            values = torch.tensor(side.model.stats["mu_quantiles"][:, dim])
            rises = np.corrcoef(side.model.mu[:, dim], side.facts.factors[:, k])[0, 1] > 0
            values = values if rises else values.flip(0)  # strips of both models run the same way
            same_pictures(column.strips[k], side.decode(traverse(z, [dim], values)[0]))
            assert column.labels[k].startswith(f"z{dim}, {side.facts.information[dim, k]:.2f}")
        assert any("seed 1" in note for note in column.notes)
        metrics = side.model.header["metrics"]
        migs = f"MIG {metrics['mig_in_use']:.2f} of latents in use, {metrics['mig']:.2f} of all means"
        assert any(migs in note for note in column.notes)
        above = metrics["neg_elbo"] - metrics["floor"]
        assert any(
            note.startswith(f"{above:,.1f} nats above the floor, −ELBO {metrics['neg_elbo']:,.1f}")
            for note in column.notes
        )
    assert str(index) in drawn.footnote and "InfoGAN" in drawn.footnote
    assert "a factor a row" in drawn.title and "normalised mutual information" in drawn.footnote


def test_figure_one_is_a_picture_of_either_kind(call, both, catalog):
    for kind, frames in (("png", 1), ("gif", 16)):
        found = call("figure_one", *PAIR, int(both.index[0]), kind)["ok"]
        image = Image.open(io.BytesIO(base64.b64decode(found["uri"].split(",")[1])))
        assert image.format == kind.upper() and getattr(image, "n_frames", 1) >= frames
        assert found["name"].endswith(f".{kind}")
    vector = call("figure_one", *PAIR, int(both.index[0]), "svg")["ok"]
    assert vector["uri"].startswith("data:image/svg+xml;base64,") and vector["name"].endswith(".svg")
    assert call("figure_one", *PAIR, int(both.index[0]), "print")["ok"]["name"].endswith("-300dpi.png")
    classes = open_pair(catalog, "mnist-vae", "mnist-beta")
    drawn = figure_one_rows.figure(classes, int(classes.index[0]))
    assert len(drawn.rows) == 5 and "a pair of matched latents a row" in drawn.title
    pairs = [pair for pair in classes.pairs if None not in (pair.left, pair.right)]
    assert list(drawn.rows) == [f"z{pair.left} and z{pair.right}, r {pair.strength:.2f}" for pair in pairs]
    assert "rank correlation" in drawn.footnote
    asleep = open_pair(catalog, "mnist-vae", "mnist-vae")
    assert figure_one_rows.figure(asleep, int(asleep.index[0])).rows


def test_the_models_that_stand_beside_each_other_at_first(catalog):
    found = comparison.partners(catalog.usable())
    assert found["scene3d-beta"] == found["scene3d-vae"] == list(PAIR)
    assert found["mnist-conv20"] == ["mnist-vae", "mnist-conv20"]
    assert found["mnist-collapsed"] == ["mnist-collapsed"] * 2  # its images are larger: it is alone with its data


def test_the_sentences_are_filled(both):
    found = comparison.sentence(both)
    apart = say(found["apart"], **found["values"])
    text = say(found["key"], **found["values"], apart=apart)
    assert "{" not in text and "scene3d-beta keeps all 6 factors apart" in text


def test_models_are_opened_ahead(tmp_path, monkeypatch):
    for name in (*PAIR, "digits-vae", "digits-beta"):
        shutil.copy(CHECKPOINT_FOLDER / f"{name}.safetensors", tmp_path)
    (tmp_path / "broken.safetensors").write_bytes(b"no tensors")
    opened, real = [], catalog_module.open_model
    monkeypatch.setattr(catalog_module, "WARM_EVERY", 0.0)
    monkeypatch.setattr(catalog_module, "open_model", lambda entry, *at: opened.append(entry.name) or real(entry, *at))
    fresh = Catalog(tmp_path, default_root())
    fresh.warm()
    fresh.warm()  # once is enough
    for thread in [found for found in threading.enumerate() if found.name == "warm"]:
        thread.join(60)
    assert sorted(opened) == sorted([*PAIR, "digits-vae", "digits-beta"])
    assert [fresh.open(name).name for name in PAIR] == list(PAIR) and len(opened) == 4, "it is ready"
