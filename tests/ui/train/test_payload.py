"""The Train tab's figures: which axis a curve lies on, what it says, and what the page has to fill in."""

import json
from itertools import pairwise

import pytest

from vae.evaluation.latent_use import ACTIVE_NATS
from vae.live.run import COLUMNS
from vae.ui.kit.figure import GREEN
from vae.ui.kit.i18n import TEXTS
from vae.ui.train.payload import CURVES, LOWER, OVER, curves_figure, figures, kl_figure


def keys(text):
    return json.loads(text.removeprefix("t:"))["key"] if text.startswith("t:") else None


@pytest.mark.parametrize("over", OVER)
def test_every_curve_has_numbers_a_name_and_a_unit(over):
    figure = curves_figure(over)
    assert over in COLUMNS
    for trace in figure.data:
        assert trace.uid in (*COLUMNS, "train", "test")  # a column of the rows, or of the bounds
        name, newest, unit = trace.meta
        assert keys(name) in TEXTS["en"] and keys(unit) in TEXTS["en"] and newest == ""
        assert "%{y" in trace.hovertemplate and "%{meta[2]}" in trace.hovertemplate
        assert trace.x is None and trace.y is None
    assert [trace.uid for trace in figure.data] == list(CURVES)
    assert len({trace.line.color for trace in figure.data}) == len(CURVES)
    assert over in figure.layout.xaxis.title.text and over in figure.layout.xaxis.unifiedhovertitle.text


def test_what_differs_in_scale_lies_on_axes_that_share_the_x_axis_and_do_not_overlap():
    figure = curves_figure("images")
    assert {trace.uid: trace.yaxis for trace in figure.data if trace.yaxis != "y"} == dict.fromkeys(LOWER, "y2")
    assert all(trace.xaxis in (None, "x") for trace in figure.data) and figure.layout.xaxis.anchor == "y2"
    upper, lower = figure.layout.yaxis.domain, figure.layout.yaxis2.domain
    assert lower[0] == 0 and lower[1] < upper[0] and upper[1] == 1
    assert (upper[1] - upper[0]) / (lower[1] - lower[0]) == pytest.approx(0.64 / 0.36, rel=0.1)


def test_marks_are_patterns_across_both_axes_that_are_not_to_be_seen_by_themselves():
    layout = curves_figure("seconds").layout
    assert [shape.name for shape in layout.shapes] == ["change", "at"]
    assert [text.name for text in layout.annotations] == ["change"]
    assert not any(part.visible for part in (*layout.shapes, *layout.annotations))
    assert {(shape.yref, shape.y0, shape.y1) for shape in layout.shapes} == {("paper", 0, 1)}
    assert layout.shapes[0].line.dash and not layout.shapes[1].line.dash


@pytest.mark.parametrize(
    ("nats", "awake"), [(0, False), (ACTIVE_NATS - 1e-6, False), (ACTIVE_NATS + 1e-6, True), (9, True)]
)
def test_a_latent_that_sleeps_is_pale(nats, awake):
    """Plotly takes the colour of a number from the scale, below its least and above its largest the ends'."""
    marker = kl_figure().data[0].marker
    share = min(1, max(0, (nats - marker.cmin) / (marker.cmax - marker.cmin)))
    colour = next(
        after for (start, colour), (end, after) in pairwise(marker.colorscale) if share <= end and start < end
    )
    assert (colour == GREEN) == awake


def test_the_page_takes_them_as_json():
    taken = json.loads(json.dumps(figures()))
    assert set(taken["curves"]) == set(OVER)
    for figure in (*taken["curves"].values(), taken["kl"]):
        assert keys(figure["layout"]["meta"]["label"]) in TEXTS["en"]
