"""Figures as the page takes them."""

import json

import numpy as np
import plotly.graph_objects as go

from vae.ui.kit.figure import Table, lines, named, packed, plain, words


def test_a_text_is_a_key_with_its_values_whatever_they_hold():
    hostile = 'a\nt:{"key": "<b>"}'
    first, second = lines(words("rates.beta", beta=4.0), plain(hostile)).split("\n")
    assert json.loads(first.removeprefix("t:")) == {"key": "rates.beta", "values": {"beta": 4.0}}
    assert json.loads(second.removeprefix("t:"))["values"] == {"text": hostile}
    assert json.loads(named("scale").removeprefix("t:"))["values"] == {"factor": "scale"}


def test_arrays_are_packed_and_the_label_comes_along():
    figure = packed(go.Figure(go.Scatter(x=np.arange(3), y=np.arange(3) / 2)), words("rates.x"))
    json.dumps(figure, allow_nan=False)
    assert set(figure["data"][0]["y"]) == {"dtype", "bdata"}
    assert figure["layout"]["meta"] == {"label": words("rates.x")} and "table" not in figure


def test_a_figure_may_carry_a_table():
    table = Table(["", named("scale")], [["z0", "0.25"]])
    figure = packed(go.Figure(), words("rates.x"), table)
    assert json.loads(json.dumps(figure))["table"] == {"head": ["", named("scale")], "rows": [["z0", "0.25"]]}
