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


def test_a_q_of_its_own_falls_beside_the_level_of_the_encoder():
    figure = payload.amortised(OWN_Q)
    (line,) = figure.data
    assert list(zip(line.x, line.y, strict=True)) == [tuple(point) for point in TRACE if point[0] >= 3]
    (level,) = figure.layout.shapes
    assert level.y0 == level.y1 == 97.5
    low, high = figure.layout.yaxis.range
    assert low < min(line.y) and max(line.y) < high and figure.layout.xaxis.range == (0, 100)
    assert said(figure.layout.annotations[0].text)[0] == "learn.amortised_encoder"


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


def test_equal_distortions_are_drawn_too():
    low, high = payload.distortions({"sampled": [3.0, 3.0], "mu": 3.0}).layout.xaxis.range
    assert low < 3 < high


@pytest.mark.parametrize(("lesson", "found"), [("own_q", OWN_Q), ("distortions", DISTORTIONS)])
def test_an_answer_brings_its_figure_with_words(lesson, found):
    answer = payload.with_figure(lesson, found)
    json.dumps(answer, allow_nan=False)
    _, values = said(answer["figure"]["layout"]["meta"]["label"])
    assert values
    for axis in ("xaxis", "yaxis"):
        title = answer["figure"]["layout"][axis]["title"]["text"]
        assert not title or said(title)
    assert all(said(trace["hovertemplate"]) for trace in answer["figure"]["data"])


def test_an_answer_without_a_figure_stays_as_it_is():
    assert payload.with_figure("costs", {"rate": 1.0}) == {"rate": 1.0}
