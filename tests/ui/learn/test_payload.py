"""The Learn tab's figures against the numbers that they are to show."""

import json

import numpy as np
import pytest

from vae.ui.kit.i18n import TEXTS
from vae.ui.learn import payload


def said(text):
    """The key and the values of a figure's text."""
    found = json.loads(text.removeprefix("t:"))
    assert text.startswith("t:") and found["key"] in TEXTS["en"]
    assert all(f"{{{name}}}" in TEXTS["en"][found["key"]] for name in found["values"])
    return found["key"], found["values"]


def uprights(figure):
    return sorted(shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1)


TRACE = [[float(ms), 90 + 400 / (1 + ms)] for ms in range(101)]
OWN_Q = {
    "encoder": {"nats": 97.5, "ms": 0.5},
    "own": {"nats": TRACE[-1][1], "ms": 100.0, "steps": 100},
    "trace": TRACE,
    "images": 60_000,
}
SAMPLED = np.random.default_rng(0).normal(80, 4, 200).tolist()
DISTORTIONS = {"sampled": SAMPLED, "mu": 71.0, "rate": 20.0}
TRAINING = {"moments": [{"batch": 800.5}, {"batch": 500.25}, {"batch": None}]}
POSTERIOR = {
    "axes": [[-1.0, 0.0], [1.0, 2.0]],
    "steps": 3,
    "density": np.array([[0, 0.1, 0.2], [0.3, 0.5, 0.3], [0, 0.1, 0]], "float32") ** 2,
    "mu": [-0.5, 1.5],
    "sigma": [0.25, 0.5],
    "nearest": {"mu": [-0.375, 1.5], "sigma": [0.125, 0.25], "gap": 0.1},
}
LESSONS = {"own_q": OWN_Q, "distortions": DISTORTIONS, "watch_training": TRAINING, "posterior": POSTERIOR}


def test_a_q_of_its_own_falls_beside_the_level_of_the_encoder():
    figure = payload.amortised(OWN_Q)
    (line,) = figure.data
    assert list(zip(line.x, line.y, strict=True)) == [tuple(point) for point in TRACE if point[0] >= 3]
    (level,) = figure.layout.shapes
    assert level.y0 == level.y1 == 97.5
    low, high = figure.layout.yaxis.range
    assert low < min(line.y) and max(line.y) < high and figure.layout.xaxis.range == (0, 100)
    assert [said(word.text)[0] for word in figure.layout.annotations] == [
        "learn.amortised_y",
        "learn.amortised_encoder",
    ]


def test_an_encoder_above_all_steps_stays_inside():
    figure = payload.amortised(OWN_Q | {"encoder": {"nats": 900.0, "ms": 0.5}})
    assert figure.layout.yaxis.range[1] > 900


def test_distortions_are_a_histogram_with_two_marks():
    figure = payload.distortions(DISTORTIONS)
    (bars,) = figure.data
    assert list(bars.x) == SAMPLED
    assert bars.xbins.start <= 71 and bars.xbins.end >= max(SAMPLED)
    assert (bars.xbins.end - bars.xbins.start) / bars.xbins.size == pytest.approx(payload.CELLS)
    assert uprights(figure) == [71.0, pytest.approx(np.mean(SAMPLED))]
    marks = dict(said(annotation.text) for annotation in figure.layout.annotations)
    assert marks["learn.elbo_line_mu"] == {"nats": 71.0}
    assert marks["learn.elbo_line_mean"]["nats"] == pytest.approx(np.mean(SAMPLED))


def test_a_training_is_its_losses_and_a_dot():
    line, dot = payload.training(TRAINING).data
    assert list(zip(line.x, line.y, strict=True)) == [(1, 800.5), (2, 500.25)]
    assert (dot.x, dot.y) == ((2,), (500.25,))


def test_a_posterior_is_shades_under_four_ellipses():
    figure = payload.posterior(POSTERIOR)
    (shades,) = figure.data
    assert np.array_equal(shades.z, POSTERIOR["density"])
    row, column = np.unravel_index(np.argmax(shades.z), shades.z.shape)
    assert (shades.x[column], shades.y[row]) == (-0.5, 1.5), "rows are of z1"
    boxes = {(shape.x0, shape.x1, shape.y0, shape.y1, bool(shape.line.dash)) for shape in figure.layout.shapes}
    q = {(-0.75, -0.25, 1.0, 2.0, False), (-1.0, 0.0, 0.5, 2.5, False)}
    best = {(-0.5, -0.25, 1.25, 1.75, True), (-0.625, -0.125, 1.0, 2.0, True)}
    assert boxes == q | best and all(shape.type == "circle" for shape in figure.layout.shapes)
    named = [said(part.name)[0] for part in (*figure.data, *figure.layout.shapes) if part.showlegend]
    assert named == ["learn.posterior_true", "learn.posterior_q", "learn.posterior_best"]
    assert figure.layout.xaxis.range == (-1, 0) and figure.layout.yaxis.range == (1, 2)


def test_equal_distortions_are_drawn_too():
    low, high = payload.distortions({"sampled": [3.0, 3.0], "mu": 3.0}).layout.xaxis.range
    assert low < 3 < high


@pytest.mark.parametrize(("lesson", "found"), LESSONS.items())
def test_an_answer_brings_its_figure_with_words(lesson, found):
    answer = payload.with_figure(lesson, found)
    json.dumps(answer, allow_nan=False)
    assert said(answer["figure"]["layout"]["meta"]["label"])
    layout = answer["figure"]["layout"]
    titles = [part["title"]["text"] for part in (layout["xaxis"], layout["yaxis"]) if "title" in part]
    words = [annotation["text"] for annotation in layout.get("annotations", [])]
    assert titles and all(text in ("", "z0", "z1") or said(text) for text in (*titles, *words))
    assert all(said(trace["hovertemplate"]) for trace in answer["figure"]["data"])


def test_an_answer_without_a_figure_stays_as_it_is():
    assert payload.with_figure("costs", {"rate": 1.0}) == {"rate": 1.0}
