"""Two models as one HTML file: what both share stands once, and Compare's answers are the app's."""

import base64
import html
import json
import re
import shutil

import numpy as np
import pytest

from vae.cli.main import main
from vae.system import safetensors_file
from vae.ui.compare import figure_one_rows
from vae.ui.compare import payload as comparison
from vae.ui.kit.bundle import UI
from vae.ui.kit.i18n import UserError
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import paired
from vae.ui.page import export
from vae.ui.page.content import content_of

EVIL = "</script><script>hacked=1</script>{index}"


@pytest.fixture(scope="module")
def catalog(trained, flat, tmp_path_factory):
    """The models `tiny` and `flat` of the digits."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for path in (trained.path, flat):
        shutil.copy(path, folder)
    return Catalog(folder, folder)


@pytest.fixture(scope="module")
def pair(catalog):
    return paired(catalog.open("tiny"), catalog.open("flat"))


@pytest.fixture(scope="module")
def text(pair):
    return export.page(*pair.sides, light=True)


def held(text):
    return json.loads(re.search(r'id="page-content">(.*?)</script>', text, re.DOTALL)[1])


def floats(packed):
    return np.frombuffer(base64.b64decode(packed), "<f4")


def test_a_page_of_two_holds_both_and_what_they_share_once(pair, text):
    content = held(text)
    assert len(text.encode()) < 3e6 and "<title>tiny · flat</title>" in text
    assert [model["overview"]["name"] for model in content["models"]] == ["tiny", "flat"]
    assert len(content["sheets"]) == 1
    sides = [content["couple"]["overview"][side] for side in ("left", "right")]
    files = {side[key]["file"] for side in sides for key in ("decoder", "reader_file")}
    assert set(content["networks"]) == files and len(files) == 3  # one network reads the pictures of both
    assert [spill["factors"] for spill in content["couple"]["spills"]] == [
        side.spill_meter.spill()["factors"] for side in pair.sides
    ]
    for key in ("table", "pairs", "sentence", "colours"):
        assert content["couple"]["overview"][key] == json.loads(json.dumps(comparison.overview(pair)[key]))
    assert content["couple"]["rates"]["others"] == []
    assert '"compare.rows"' in text and '"learn.' not in text


def test_both_show_the_same_few_images(catalog, pair):
    content = content_of(pair.sides, 60)
    for model, side in zip(content["models"], pair.sides, strict=True):
        index = np.frombuffer(base64.b64decode(model["overview"]["index"]), "<i4")
        rows = [side.rows[int(one)] for one in index]
        assert len(index) == 60 and np.ptp(np.diff(rows)) <= 1
        np.testing.assert_array_equal(floats(model["mu"]), side.model.mu[rows].ravel())
    assert content["couple"]["overview"]["first"] in index


def test_its_answers_are_those_of_the_app(pair, text, node, tmp_path):
    """Pictures are compared where the decoder is tested."""
    picks = [int(pair.index[row]) for row in (0, 40)]
    (tmp_path / "content.json").write_text(json.dumps(held(text)))
    script = f"""
        import {{readFileSync}} from 'node:fs';
        import {{createPairAnswers}} from '{(UI / "page/pair-answers.js").as_uri()}';
        const {{models, couple}} = JSON.parse(readFileSync('content.json', 'utf8'));
        const shown = {{pixels: new Uint8ClampedArray(4), width: 1, height: 1, readings: new Float32Array(10)}};
        const asked = [];
        const decode = async (file, zs) => (asked.push(zs), shown);
        const figure = async (plan, strips) => strips;
        const server = createPairAnswers(models, couple, {{decode, drawn: () => '', cut: async () => '', figure}});
        const picks = [];
        for (const index of {picks}) picks.push((await server.pick_pair('tiny', 'flat', index)).ok);
        asked.length = 0;
        const walked = (await server.traverse_pair('tiny', [0, 0, 0, 0, 0, 0], [2, 0], 'flat', [1, 1], [1])).ok;
        const {{uri, name}} = (await server.figure_one('tiny', 'flat', {picks[0]}, 'svg')).ok;
        console.log(JSON.stringify({{picks, walked, asked, strips: uri, name}}));
    """
    answer = json.loads(node("--input-type=module", "-e", script, cwd=tmp_path))
    for index, picked in zip(picks, answer["picks"], strict=True):
        expected = comparison.pick(pair, index)
        assert (picked["index"], picked["facts"]) == (index, expected["facts"])
        for side in ("left", "right"):
            np.testing.assert_array_equal(np.float32(picked[side]["z"]), np.float32(expected[side]["z"]))
            assert picked[side]["error"] == pytest.approx(expected[side]["error"])
            assert len(picked[side]["reading"]["at"]) == len(expected[side]["reading"]["at"])
    for side, opened, dims in zip(("left", "right"), pair.sides, ([2, 0], [1]), strict=True):
        quantiles = np.asarray(opened.model.stats["mu_quantiles"])[:, dims].T
        np.testing.assert_allclose(answer["walked"][side]["values"], quantiles, atol=1e-4)
    _, rows = figure_one_rows.rows_of(pair)
    assert answer["name"] == f"tiny-flat-{picks[0]}.svg" and len(answer["strips"]) == len(rows)
    for row, strips in zip(rows, answer["strips"], strict=True):
        for side, dim, sign, strip in zip(pair.sides, row.dims, row.signs, strips, strict=True):
            codes = np.array(strip["zs"])
            still = [other for other in range(side.dims) if other != dim]
            mu = side.model.mu[side.rows[picks[0]]]
            np.testing.assert_allclose(codes[:, still], np.tile(mu[still], (9, 1)), atol=1e-6)
            if dim is not None:
                np.testing.assert_allclose(codes[:, dim], side.model.stats["mu_quantiles"][::sign, dim], atol=1e-6)


def test_figure_one_is_planned_as_it_is_drawn(pair):
    plan = figure_one_rows.plan(pair)
    assert plan["svg"].count("{index}") == 1 and "<image" not in plan["svg"]
    drawn = figure_one_rows.composed(pair, int(pair.index[3]), "svg")["uri"]
    drawn = base64.b64decode(drawn.partition(",")[2]).decode()
    places = {tuple(map(int, place)) for place in re.findall(r'<image x="(\d+)" y="(\d+)" width="(\d+)" height', drawn)}
    strip = 8 * plan["step"] + plan["width"]
    assert places == {(x, y, strip) for _, _, x, y in plan["cells"]}
    assert len(plan["cells"]) == 2 * len(plan["rows"])


def copied(path, to, change):
    tensors, header = safetensors_file.read(path)
    change(header)
    to.parent.mkdir(exist_ok=True)
    safetensors_file.write(to, tensors, header)
    return to


def test_two_that_cannot_be_compared_are_refused(trained, catalog, tmp_path):
    def other_data(header):
        header["dataset"]["name"] = header["config"]["dataset"] = "unheard of"

    copied(trained.path, tmp_path / "other.safetensors", other_data)
    copied(trained.path, tmp_path / "again.safetensors", lambda header: None)
    others, tiny = Catalog(tmp_path, tmp_path), catalog.open("tiny")
    with pytest.raises(UserError, match="different data"):
        export.page(tiny, others.open("other"), light=True)
    with pytest.raises(UserError, match="Both are tiny"):
        export.page(tiny, others.open("again"), light=True)


def test_two_of_one_name_are_told_apart_and_a_name_is_text(trained, tmp_path, catalog):
    path = copied(trained.path, tmp_path / "tiny.safetensors", lambda header: header.update(seconds=1.0))
    text = export.page(catalog.open("tiny"), Catalog(tmp_path, tmp_path).open(path.stem), light=True)
    assert [model["overview"]["title"] for model in held(text)["models"]] == ["tiny", "tiny (2)"]
    other = Catalog(tmp_path, tmp_path).open(path.stem)
    other.name = EVIL
    text = export.page(catalog.open("tiny"), other, light=True)
    assert held(text)["models"][1]["overview"]["title"] == EVIL
    assert text.count("<script") == 3 and html.escape(EVIL) in text.partition("<body")[2]


def test_the_command_writes_two(trained, flat, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["page", str(trained.path), str(flat), "--light", "--out", "a.html"]) == 0
    assert held((tmp_path / "a.html").read_text(encoding="utf-8"))["couple"] is not None
    assert main(["page", str(flat), str(flat), "--light", "--out", "b.html"]) == 2
    assert "two different ones" in capsys.readouterr().err and not (tmp_path / "b.html").exists()
