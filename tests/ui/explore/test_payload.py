"""What the Explore tab and the header are told about a model: findings in words, the table of information, scores."""

import base64
import io
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from vae.config import ModelConfig, ObjectiveConfig, TrainConfig
from vae.data import Factor
from vae.evaluation.doctor import Evidence, Finding, findings
from vae.evaluation.forecast import forecast
from vae.evaluation.metrics import mutual_information
from vae.latent.lattice import lattice
from vae.training.schedules import Turn
from vae.ui.explore import payload as explorer
from vae.ui.explore.endpoints import explore_endpoints
from vae.ui.header.tab import models
from vae.ui.kit.figure import packed
from vae.ui.kit.i18n import TEXTS, named, say
from vae.ui.models import payload as models_payload
from vae.ui.models.catalog import Catalog
from vae.ui.models.loaded_model import LoadedModel


@pytest.fixture
def opened(trained, tmp_path) -> LoadedModel:
    """The tiny model of the digits, opened as the page does it."""
    (tmp_path / "tiny.safetensors").write_bytes(trained.path.read_bytes())
    return Catalog(tmp_path, tmp_path).open("tiny")


@pytest.fixture
def factored(opened) -> LoadedModel:
    """The same with made-up factors: one that a latent in use follows exactly, and one that nothing follows."""
    kl = np.asarray(opened.model.stats["kl"])
    column = opened.model.mu[:, int(kl.argmax())]
    codes = np.stack([np.digitize(column, np.quantile(column, (0.25, 0.5, 0.75))), np.arange(len(column)) % 3], 1)
    opened.facts.factors = codes
    opened.spec = replace(opened.spec, factors=(Factor("height", tuple("0123")), Factor("chance", tuple("012"))))
    return opened


def every_finding() -> list[Finding]:
    """One of each kind."""
    asleep, awake = np.zeros(4), np.array([3.0, 2.0, 0.01, 0.0])

    def about(objective: ObjectiveConfig, likelihood: str = "bernoulli") -> TrainConfig:
        return TrainConfig("digits", ModelConfig(likelihood=likelihood), objective)

    shares = np.array([[0.9, 0.8, 0.5, 0.1], [0.1, 0.1, 0.4, 0.1], [0.0] * 4, [0.0] * 4])
    cases = [
        Evidence(np.array([np.nan])),
        Evidence(asleep, recovered=0.0, forecast=forecast([3.0, 2.0])),
        Evidence(asleep, about(ObjectiveConfig("beta_h", beta=9.0)), recovered=-1.0),
        Evidence(asleep, about(ObjectiveConfig("beta_h", beta=9.0), "gaussian")),
        Evidence(awake, about(ObjectiveConfig()), "x-beta", 100.0, 80.0, spread=0.0, floor=60.0),
        Evidence(awake, about(ObjectiveConfig("beta_b", capacity=9.0)), recovered=0.0),
        Evidence(awake, about(ObjectiveConfig("beta_b", capacity=2.0)), plain_rate=1.0),
        Evidence(awake, about(ObjectiveConfig("beta_b", capacity=2.0))),
        Evidence(awake, about(ObjectiveConfig("vae"), "gaussian"), forecast=forecast([1e3] * 5)),
        Evidence(awake, steps=30),
        Evidence(awake, forecast=forecast([1e3] * 4), information=shares, factors=tuple("abcd")),
        Evidence(awake, information=np.eye(4)[:, :2], factors=("a", "b")),
        Evidence(awake, about(ObjectiveConfig("beta_h")), turns=(Turn("beta", 4.0, 40.0, 52, 1),)),
        Evidence(awake, about(ObjectiveConfig("beta_b")), turns=(Turn("capacity", 1.0, 2.0, 52, 3),)),
    ]
    return [finding for case in cases for finding in findings(case)]


def test_every_finding_can_be_said():
    found = every_finding()
    known = {key for key in TEXTS["en"] if key.startswith("finding.") and not key.endswith("_help")}
    page_s_own = {"finding.missing_images", "finding.drawn"}
    assert {finding.key for finding in found} == known - page_s_own
    assert {finding.remedy for finding in found} - {None} == {key for key in TEXTS["en"] if key.startswith("remedy.")}
    for finding in found:
        for key in filter(None, (finding.key, finding.remedy)):
            assert set(re.findall(r"\{(\w+)\}", TEXTS["en"][key])) <= set(finding.values), key
            assert "{" not in say(key, **finding.values)


def test_the_page_is_told_what_the_doctor_found(opened):
    overview = explorer.overview(opened)
    assert overview["findings"][0]["key"] == "finding.active"
    assert overview["findings"][0]["values"]["total"] == opened.dims
    assert models_payload.information(opened) is None  # the digits have no factors


def test_the_evidence_is_measured_on_the_model(opened):
    evidence = opened.diagnosis.evidence
    assert evidence.config == opened.model.config_in_force and evidence.name == "tiny"
    assert evidence.spread > 10 and 0.1 < evidence.recovered < 1
    opened.images = None
    del opened.diagnosis.evidence  # measured once and kept
    assert opened.diagnosis.evidence.recovered is None


def test_the_table_of_information(factored):
    table = models_payload.information(factored)
    json.dumps(table, allow_nan=False)
    kl = np.asarray(factored.model.stats["kl"])
    dims = [row["dim"] for row in table["rows"]]
    assert table["factors"] == ["height", "chance"]
    assert dims == sorted(np.flatnonzero(kl >= 0.1).tolist(), key=lambda dim: -kl[dim])
    expected = mutual_information(factored.model.mu, factored.facts.factors)
    assert np.abs(np.array([row["shares"] for row in table["rows"]]) - expected[dims]).max() <= 0.005
    assert table["rows"][0]["shares"][0] > 0.7 > 0.2 > table["rows"][0]["shares"][1]


def said(text):
    """The lines of a figure's text as (key, values)."""
    return [tuple(json.loads(line.removeprefix("t:")).values()) for line in text.split("\n")]


def test_the_figure_of_information(factored):
    table = models_payload.information(factored)
    table["rows"].insert(1, None)
    figure = models_payload.information_figure(**table)
    heat, texts = figure.data
    shares = {(f"z{row['dim']}", k): share for row in table["rows"] if row for k, share in enumerate(row["shares"])}
    cells = [(re.sub("<.*?>", "", figure.layout.yaxis.ticktext[y]), x) for x, y in zip(heat.x, heat.y, strict=True)]
    assert dict(zip(cells, heat.z.tolist(), strict=True)) == shares, "a line without a latent has no cells"
    assert [float(text) for text in texts.text] == pytest.approx(heat.z)
    assert [said(text)[0] for text in figure.layout.xaxis.ticktext] == [
        ("figure.factor", {"factor": factor}) for factor in table["factors"]
    ]
    for text, (latent, k), share in zip(heat.hovertext, cells, heat.z, strict=True):
        known = {"dim": int(latent[1:]), "factor": table["factors"][k], "share": f"{share:.2f}"}
        assert said(text) == [("information.cell", known)]
    head, rows = models_payload.information_table(**table)
    assert [said(text)[0][1]["factor"] for text in head[1:]] == table["factors"]
    assert {(name, k): float(text) for name, *texts in rows for k, text in enumerate(texts)} == shares
    _, (key, values) = said(models_payload.information_label(**table))
    assert key == "information.strongest"
    for k, (factor, best) in enumerate(values["strongest"]):
        latent, share = best.split()
        column = {name: value for (name, at), value in shares.items() if at == k}
        assert factor == table["factors"][k] and column[latent] == max(column.values()) == float(share)


def test_the_figure_of_a_model_that_uses_no_latent():
    figure = models_payload.information_figure(("a", "b"), [None, None])
    assert len(figure.data[0].z) == 0 and figure.layout.height > 0
    assert [key for key, _ in said(models_payload.information_label(("a", "b"), [None]))] == ["information.label"]


def linear(rgb):
    share = np.asarray(rgb) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def oklab(rgb):
    """Source: Ottosson 2020, bottosson.github.io/posts/oklab."""
    lms = linear(rgb) @ np.array([
        [0.4122214708, 0.2119034982, 0.0883024619],
        [0.5363325363, 0.6806995451, 0.2817188376],
        [0.0514459929, 0.1073969566, 0.6299787005],
    ])  # fmt: skip
    return np.cbrt(lms) @ np.array([
        [0.2104542553, 1.9779984951, 0.0259040371],
        [0.7936177850, -2.4285922050, 0.7827717662],
        [-0.0040720468, 0.4505937099, -0.8086757660],
    ])  # fmt: skip


@pytest.mark.parametrize(("paper", "ink"), [((255, 255, 255), (31, 41, 55)), ((11, 15, 25), (243, 244, 246))])
def test_shares_are_read_on_their_colours_whose_steps_look_alike(paper, ink):
    (_, none), (_, whole) = models_payload.SHARES
    first, last = (np.array(re.findall(r"[\d.]+", colour), dtype=float) for colour in (none, whole))
    mixed = first + np.linspace(0, 1, 11)[:, None] * (last - first)
    colours = mixed[:, 3:] * mixed[:, :3] + (1 - mixed[:, 3:]) * np.array(paper)
    light, letters = (linear(rgb) @ [0.2126, 0.7152, 0.0722] for rgb in (colours, ink))
    contrast = (np.maximum(light, letters) + 0.05) / (np.minimum(light, letters) + 0.05)
    assert contrast.min() >= 4.5
    steps = np.linalg.norm(np.diff(oklab(colours), axis=0), axis=1)
    assert steps.max() < 1.25 * steps.min()


def test_the_figure_of_the_spectrum():
    variances, kl = np.array([80.0, 8.0, 2.0, 0.5]), np.array([1.5, 0.2, 1e6])
    figure = explorer.spectrum_figure(variances, 2.0, kl, "β")
    bars, dots = figure.data
    (line,) = figure.layout.shapes
    assert bars.y.tolist() == variances.tolist() and (line.y0, line.y1) == (2.0, 2.0)
    assert bars.marker.color[:2] == bars.marker.color[:1] * 2 and bars.marker.color[2:] == bars.marker.color[3:] * 2
    assert np.log(dots.y[:2] / 2.0) == pytest.approx(2 * kl[:2])
    assert np.isfinite(dots.y).all(), "a file may claim any KL"
    assert figure.layout.yaxis.type == "log"
    assert [said(text)[0][1]["nats"] for text in bars.hovertext] == pytest.approx([np.log(40) / 2, np.log(4) / 2, 0, 0])
    assert [said(text)[0][1]["nats"] for text in dots.hovertext] == kl.tolist()
    assert said(line.label.text) == [("spectrum.threshold", {"symbol": "β", "value": 2.0})]
    json.dumps(packed(figure, explorer.spectrum_label(2, kl)), allow_nan=False)
    assert said(explorer.spectrum_label(2, kl)) == [("spectrum.label", {"n": 2, "m": 3})]


@pytest.fixture
def two(flat) -> LoadedModel:
    """The tiny model with two latents."""
    return Catalog(flat.parent, flat.parent).open(flat.stem)


def tiles(payload, side=32) -> np.ndarray:
    """The sheet cut into its tiles, (rows, columns, side, side)."""
    head, body = payload["sheet"].split(",")
    assert head == "data:image/webp;base64"
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(body))).convert("L"), dtype=float)
    assert sheet.shape == (side * len(payload["values"]),) * 2
    return sheet.reshape(-1, side, len(payload["values"]), side).swapaxes(1, 2)


def test_attributes_colour_the_map_and_are_told(opened):
    has = np.random.default_rng(0).integers(0, 2, (360, 2), np.uint8)
    opened.images.attributes, opened.images.attribute_names = has, ("Smiling", "Young")
    overview = explorer.overview(opened)
    assert overview["colours"][-2:] == ["Smiling", "Young"]
    column = models_payload.column(opened, "Young")
    assert np.array_equal(np.frombuffer(base64.b64decode(column["codes"]), np.uint8), has[opened.model.index, 1])
    assert column["names"] == ["without", "with"]
    assert named("attributes", "ko") == "속성" and named("Young", "ko") == "젊음"
    for row in (0, 1, 5, 9):
        wanted = np.array(["Smiling", "Young"])[has[opened.model.index[row]] == 1]
        assert dict(models_payload.facts(opened, row)).get("attributes", []) == wanted.tolist()


def test_two_latents_come_with_their_decoded_lattice(two):
    payload = explorer.overview(two)["lattice"]
    json.dumps(payload, allow_nan=False)
    assert payload["values"] == lattice(20)[0].tolist()
    shown = tiles(payload)
    z = [[(x, y) for x in payload["values"]] for y in reversed(payload["values"])]
    decoded = two.decode(np.array(z).reshape(-1, 2)).numpy().reshape(shown.shape).astype(float)
    away = np.abs(shown - decoded).mean(axis=(2, 3))
    assert away.max() < 4, "a tile shows another z"
    for turned in (decoded[::-1], decoded[:, ::-1], decoded.swapaxes(0, 1)):
        assert np.abs(shown - turned).mean() > 4 * away.mean()


def lattice_endpoint(opened):
    """The server function of its lattice, by the range."""
    functions = explore_endpoints(SimpleNamespace(open=lambda name: opened))
    ask = next(function for function in functions if function.__name__ == "lattice")
    return lambda span: ask(["flat", span])


def test_a_lattice_says_what_lies_within_it_and_a_wider_one_holds_nearly_all_codes(two):
    out = np.abs(two.model.mu).max(axis=1)
    prior, wide = (explorer.lattice(two, span) for span in ("prior", "wide"))
    for found in (prior, wide):
        assert found["codes"] == pytest.approx((out <= found["values"][-1]).mean())
    assert prior["prior"] == pytest.approx(0.9025, abs=1e-4)
    assert wide["codes"] >= 0.99 and wide["values"][-1] == -wide["values"][0] == np.ceil(2 * np.quantile(out, 0.99)) / 2
    assert np.ptp(np.diff(wide["values"])) < 1e-5
    assert explorer.overview(two)["lattice"]["wide"] == {key: wide[key] for key in wide if key != "sheet"}
    assert lattice_endpoint(two)("wide")["ok"] == wide and "error" in lattice_endpoint(two)("narrow")
    corner = two.decode(np.array([[wide["values"][0], wide["values"][-1]]]))[0, 0].numpy().astype(float)
    assert np.abs(tiles(wide)[0, 0] - corner).mean() < 4


def test_other_numbers_of_latents_have_no_lattice(opened):
    assert opened.dims == 6
    assert explorer.overview(opened)["lattice"] is None


def test_a_lattice_of_large_images_has_fewer_cells(two, monkeypatch):
    monkeypatch.setattr(explorer, "LATTICE_SIDE", 100)
    payload = explorer.lattice(two)
    assert payload["values"] == lattice(3)[0].tolist()
    assert tiles(payload).shape == (3, 3, 32, 32)


def test_a_lattice_is_decoded_once(two, monkeypatch):
    first = explorer.lattice(two)
    monkeypatch.setattr(two, "decode", lambda z: pytest.fail("decoded again"))
    assert explorer.lattice(two) == first


def test_the_header_carries_mig_with_its_marks(trained, damaged):
    def scored(tensors, header):
        header["metrics"] |= {"mig": 0.69, "mig_noise": 0.0, "mig_rotated": 0.14, "mig_perfect": None}

    path = damaged(scored)
    header = models(Catalog(path.parent, path.parent))
    figures = header["usable"][0]["figures"]
    assert header["marks"] == ["mig_noise", "mig_rotated", "mig_perfect"] and set(header["marks"]) < set(figures)
    assert {key: figures[key] for key in figures if key.startswith("mig")} == {
        "mig_sampled": None,
        "mig": 0.69,
        "mig_in_use": None,
        "mig_noise": 0.0,
        "mig_rotated": 0.14,
        "mig_perfect": None,
    }
    metrics = trained.metrics
    assert figures["above_floor"] == pytest.approx(metrics["neg_elbo"] - metrics["floor"])


def test_a_place_far_from_every_image_is_called_so(opened):
    points = np.asarray(opened.model.maps["pca"], float)
    size = np.ptp(points, axis=0).max()
    on, beside, away = points[3], points[:, 0].argmax(), points.max(0) + 0.2 * size
    assert explorer.place(opened, "pca", *on)["far"] is False
    assert explorer.place(opened, "pca", *(points[beside] + [0.04 * size, 0]))["far"] is False
    assert explorer.place(opened, "pca", *(points[beside] + [0.06 * size, 0]))["far"] is True
    assert explorer.place(opened, "pca", *away)["far"] is True
