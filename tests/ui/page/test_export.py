"""A model as one HTML file: what is in it, that no name in it is more than text, and that its answers are the app's."""

import base64
import gzip
import json
import re
from html.parser import HTMLParser

import gradio as gr
import numpy as np
import pytest

from vae.cli.main import main
from vae.latent.neighbours import NEIGHBOURS, between_neighbours
from vae.ui.explore import payload as explorer
from vae.ui.kit.bundle import UI
from vae.ui.kit.i18n import TEXTS, UserError, say
from vae.ui.models import payload as models
from vae.ui.models.catalog import Catalog, figures_of
from vae.ui.page import export
from vae.ui.page.content import content_of as content_of_models
from vae.ui.page.content import few_images

EVIL = "</script><script>hacked=1</script><!--<img src=x onerror=hacked=2>\u2028'\"&amp;"
# Of Gradio's theme: what the sheets of an exported page ask for.
VARIABLES = ("body-text-color", "body-text-color-subdued", "border-color-primary", "background-fill-primary")
VARIABLES += ("background-fill-secondary", "body-background-fill", "color-accent", "error-text-color")
VARIABLES += ("neutral-500", "primary-700")


class Elements(HTMLParser):
    """The texts of the elements of a page: tag -> list, and id -> text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts, self.ids, self._open = {}, {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self._open = (tag, dict(attributes).get("id"))
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, data):
        if self._open:
            tag, name = self._open
            self.texts[tag][-1] += data
            self.ids[name] = self.ids.get(name, "") + data


@pytest.fixture
def opened(trained):
    return Catalog(trained.path.parent, trained.path.parent).open("tiny")


def content_of(text):
    return json.loads(Elements(text).ids["page-content"])


def test_a_page_holds_all_that_it_shows(opened):
    text = export.page(opened)
    assert len(text.encode()) < 8e6
    assert b"plotly.js v" in gzip.decompress(base64.b64decode(Elements(text).ids["page-plotly"]))
    content = content_of(text)
    (model,) = content["models"]
    assert content["couple"] is None
    assert model["figures"] == figures_of(opened.model.header)
    assert model["overview"]["title"] == "tiny" and set(model["columns"]) == set(model["overview"]["colours"])
    assert len(base64.b64decode(model["mu"])) == 4 * opened.model.mu.size
    cut = model["overview"]["thumbnails"]
    assert {key: len(sheets) for key, sheets in content["sheets"].items()} == {cut["key"]: cut["sheets"]}
    assert list(content["networks"]) == [model["overview"]["decoder"]["file"]]
    for language in ("en", "ko"):
        assert say("page.cut", language) in text
        assert json.dumps(TEXTS[language]["sliders.title"], ensure_ascii=False) in text
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text.partition("<script")[0])


def test_a_light_page_is_one_without_plotly(opened):
    text = export.page(opened, light=True)
    assert len(text.encode()) < 3e6 and "page-plotly" not in Elements(text).ids
    assert 'const PLOTLY = "";' in text


def test_a_page_that_would_be_too_large_shows_fewer_images(opened, monkeypatch):
    usual, light = content_of(export.page(opened, light=True)), export.page(opened, light=True)
    most = len(light.encode()) - 30_000
    monkeypatch.setattr(export, "MOST_BYTES_OF_LIGHT", most)
    monkeypatch.setattr(export, "LEAST_IMAGES", 20)
    text = export.page(opened, light=True)
    assert 0.9 * most < len(text.encode()) <= most
    counts = [len(base64.b64decode(content["models"][0]["mu"])) for content in (content_of(text), usual)]
    assert 0 < counts[0] < counts[1]
    monkeypatch.setattr(export, "MOST_BYTES_OF_LIGHT", 0)
    assert len(base64.b64decode(content_of(export.page(opened, light=True))["models"][0]["mu"])) == 20 * opened.dims * 4


def test_the_same_model_gives_the_same_page(opened, trained):
    again = Catalog(trained.path.parent, trained.path.parent).open("tiny")
    assert export.page(opened, light=True) == export.page(again, light=True)


def test_a_name_is_text(opened):
    opened.name = EVIL
    plain = Elements(export.page(opened, light=True))
    title = opened.title
    assert plain.texts["title"] == [title] and plain.texts["h1"] == [title]
    assert json.loads(plain.ids["page-content"])["models"][0]["overview"]["title"] == title
    assert len(plain.texts["script"]) == 3 and "img" in plain.texts
    assert not any("hacked" in text for text in plain.texts["script"][1:])


def test_what_is_no_number_is_null():
    assert json.loads(export.as_json({"kl": [float("nan"), 1.5], "deep": {"x": (float("inf"), EVIL)}})) == {
        "kl": [None, 1.5],
        "deep": {"x": [None, EVIL]},
    }


def test_few_images_are_spread_evenly_and_the_model_is_judged_by_all(opened):
    opened.facts.__dict__["information"] = np.full((opened.dims, 0), 0.5)
    few = few_images(opened, opened.evenly(50))
    assert len(few.model.index) == 50 and few.model.maps["pca"].shape == (50, 2)
    rows = [opened.rows[int(index)] for index in few.model.index]
    assert np.ptp(np.diff(rows)) <= 1
    np.testing.assert_array_equal(few.model.mu, opened.model.mu[rows])
    assert few.facts.information is opened.facts.information and few.diagnosis is opened.diagnosis
    assert explorer.images_of(few) == explorer.images_of(opened)


def test_a_decoder_that_no_page_runs_is_refused(opened, monkeypatch):
    monkeypatch.setattr(explorer, "decoder_file", lambda opened: None)
    with pytest.raises(UserError, match="tiny cannot become a page"):
        export.page(opened)


def test_the_command_writes_the_file(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["page", str(trained.path), "--light", "--out", "a.html"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    assert content_of((tmp_path / "a.html").read_text(encoding="utf-8"))["models"][0]["overview"]["name"] == "tiny"
    assert main(["page", str(trained.path), "--out", "a.safetensors"]) == 2
    assert "--out must be a *.html" in capsys.readouterr().err


def test_its_answers_are_those_of_the_app(opened, node, tmp_path):
    """Facts, coordinates and the mixture of neighbours; pictures are compared where the decoder is tested."""
    few = few_images(opened, opened.evenly(60))
    (content,) = content_of_models([opened], 2000)["models"]
    points = few.model.maps["pca"]
    places = [points.mean(0), points[3] + 0.01, points.max(0) + 9.0]
    rows = [0, 7, len(opened.model.index) - 1]
    (tmp_path / "model.json").write_text(json.dumps(content))
    script = f"""
        import {{readFileSync}} from 'node:fs';
        import {{createAnswers}} from '{(UI / "page/answers.js").as_uri()}';
        import {{between}} from '{(UI / "explore/codes.js").as_uri()}';
        const model = JSON.parse(readFileSync('model.json', 'utf8'));
        const shown = {{pixels: new Uint8ClampedArray(4), width: 1, height: 1}};
        const answers = createAnswers([model], {{decode: async () => shown, drawn: () => '', cut: async () => ''}});
        const picks = [];
        for (const row of {rows}) picks.push((await answers.pick('tiny', {opened.model.index.tolist()}[row])).ok);
        const codes = {few.model.mu.ravel().tolist()};
        const xy = {points.astype(float).ravel().tolist()};
        const mixed = {[place.tolist() for place in places]}.map(
          place => between(place, xy, codes, {NEIGHBOURS}));
        const latent = (await answers.coordinates('tiny', 'z2')).ok;
        const refused = [(await answers.pick('tiny', -1)).key, (await answers.open_model('other')).key];
        console.log(JSON.stringify({{picks, mixed, latent, refused}}));
    """
    answer = json.loads(node("--input-type=module", "-e", script, cwd=tmp_path))
    for row, picked in zip(rows, answer["picks"], strict=True):
        assert picked["facts"] == models.facts(opened, row)
        np.testing.assert_array_equal(np.float32(picked["z"]), opened.model.mu[row])
    assert answer["latent"] == models.coordinates(opened, "z2")
    assert answer["refused"] == ["error.index", "error.model"]
    for place, found in zip(places, answer["mixed"], strict=True):
        z, nearest, distance = between_neighbours(place, points, few.model.mu)
        assert found["rows"] == nearest.tolist()
        np.testing.assert_allclose(found["z"], z, atol=1e-5)
        assert found["distance"] == pytest.approx(distance, abs=1e-5)


def test_its_colours_are_those_of_the_app():
    theme = gr.themes.Base(primary_hue="teal", neutral_hue="slate")._get_theme_css()
    sheet = (UI / "page" / "style.css").read_text(encoding="utf-8")

    def read(css, pattern):
        return {
            name: value
            for block in re.findall(pattern, css)
            for name, value in re.findall(r"--([\w-]+): ([^;]+);", block)
        }

    def resolved(values, name):
        value = values[name]
        return resolved(values, value[6:-1]) if value.startswith("var(--") else value

    light = read(theme, r":root[^{.]*\{([^}]*)\}"), read(sheet, r"\.lse-page \{([^}]*)\}")
    dark = read(theme, r"\.dark[^{]*\{([^}]*)\}"), read(sheet, r"\.lse-page\.dark \{([^}]*)\}")
    for name in VARIABLES:
        assert resolved(light[1], name) == resolved(light[0], name), name
        assert resolved(light[1] | dark[1], name) == resolved(light[0] | dark[0], name), name
