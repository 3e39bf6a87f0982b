"""The Learn tab's figures against the numbers that they are to show."""

import json

import numpy as np
import pytest
from scipy.stats import norm

from vae.ui.kit.i18n import TEXTS, UserError
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
    "gap": 97.5 - TRACE[-1][1],
    "passed": True,
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
DIRECTIONS = {"missing": None, "values": [8.0, 2.0, 0.6, 0.4, 0.1], "bars": 4, "pixels": 64, "summed": 0.5}
CODES = np.random.default_rng(1).normal(size=(2, 500)).astype("float32")
AGGREGATE = {"pair": [0, 3], "samples": list(CODES), "count": 500}
LESSONS = {
    "aggregate": AGGREGATE,
    "directions": DIRECTIONS,
    "own_q": OWN_Q,
    "distortions": DISTORTIONS,
    "watch_training": TRAINING,
    "posterior": POSTERIOR,
}


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


def test_a_spectrum_is_bars_on_both_sides_of_its_threshold():
    figure = payload.directions(DIRECTIONS)
    (bars,) = figure.data
    assert list(bars.y) == [8.0, 2.0, 0.6, 0.4] and list(bars.marker.color) == [1, 1, 1, 0]
    low, high = (10**end for end in figure.layout.yaxis.range)
    assert low < 0.4 and high > 32, "the threshold of a mean squared error is inside"
    level, word = figure.layout.shapes[0].y0, figure.layout.annotations[-1]
    assert level == 0.5 == pytest.approx(10**word.y) and said(word.text) == ("learn.collapse_slider", {"value": 0.5})


def test_missing_images_have_no_figure():
    missing = {"missing": {"key": "data.missing", "values": {}}}
    assert payload.with_figure("directions", missing) == missing


def test_a_cloud_has_its_densities_under_the_bells_of_the_prior():
    figure = payload.aggregate(AGGREGATE)
    points, above, beside, over, along = figure.data
    assert np.array_equal([points.x, points.y], CODES)
    assert np.array_equal(above.x, CODES[0]) and np.array_equal(beside.y, CODES[1])
    reach = figure.layout.xaxis.range[1]
    assert figure.layout.xaxis.range == figure.layout.yaxis.range == (-reach, reach) and reach >= np.abs(CODES).max()
    for bars, cells in ((above, above.xbins), (beside, beside.ybins)):
        assert bars.histnorm == "probability density" and (cells.start, cells.end) == (-reach, reach)
    assert np.allclose(over.y, norm.pdf(over.x)) and np.allclose(along.x, norm.pdf(along.y))
    assert (over.yaxis, along.xaxis) == (above.yaxis, beside.xaxis) == ("y2", "x2")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("z0", "z3")


def test_one_latent_has_no_cloud():
    assert payload.with_figure("aggregate", {"pair": None}) == {"pair": None}


def test_densities_that_are_narrow_stay_inside():
    figure = payload.aggregate(AGGREGATE | {"samples": [CODES[0] / 50, CODES[1]]})
    reach = figure.layout.xaxis.range[1]
    counts, _ = np.histogram(CODES[0] / 50, payload.DENSITY_CELLS, (-reach, reach), density=True)
    assert figure.layout.yaxis2.range[1] > counts.max()


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
    assert titles and all(text in ("", "z0", "z1", "z3") or said(text) for text in (*titles, *words))
    hovered = [trace["hovertemplate"] for trace in answer["figure"]["data"]]
    assert all(text == "N(0, 1)" or said(text) for text in hovered)


def test_templates_are_complete_but_for_their_points():
    figures = {lesson: payload.template(lesson) for lesson in payload.TEMPLATES}
    assert all(said(trace["hovertemplate"]) for figure in figures.values() for trace in figure["data"])
    names = [said(word["text"])[0] for word in figures["gradients"]["layout"]["annotations"]]
    assert names == ["learn.gradients_path", "learn.gradients_score"]
    figure = figures["losses"]
    assert [trace["name"] for trace in figure["data"]] == ["β · KL", "γ · |KL − C|"]
    assert len(figure["layout"]["shapes"]) == 1 and said(figure["layout"]["meta"]["label"])


NAN, INFINITY = float("nan"), float("inf")
NOT_FINITE = {
    "aggregate": ({"samples": [CODES[0], np.where(np.arange(500) < 2, -np.inf, CODES[1])]}, 2, 1000),
    "directions": ({"values": [INFINITY, 2.0, 0.6]}, 1, 3),
    "own_q": ({"trace": [*TRACE, [101.0, NAN]]}, 1, 205),
    "distortions": ({"sampled": [*SAMPLED, NAN, INFINITY]}, 2, 203),
    "watch_training": ({"moments": [{"batch": NAN}, {"batch": 2.0}, {"batch": None}]}, 1, 2),
    "posterior": ({"sigma": [0.25, INFINITY]}, 1, 17),
}


@pytest.mark.parametrize(("lesson", "change"), NOT_FINITE.items())
def test_what_is_not_finite_is_counted_and_not_drawn(lesson, change):
    numbers, n, total = change
    with pytest.raises(UserError) as refused:
        payload.with_figure(lesson, LESSONS[lesson] | numbers)
    assert (refused.value.key, refused.value.values) == ("learn.not_finite", {"n": n, "total": total})


def test_an_answer_without_a_figure_stays_as_it_is():
    assert payload.with_figure("costs", {"rate": 1.0}) == {"rate": 1.0}
