"""Charts: Plotly figures made in Python, which the page draws in its own theme and language.

Fonts, grid and background are left to the page, and so are words: a text is a key of the catalogue with its values
(`words`). Colours of traces are those of Okabe and Ito, which are seen on white and on black.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import plotly.graph_objects as go

GREEN, ORANGE, SKY, VERMILION, PURPLE, BLUE = "#009E73", "#E69F00", "#56B4E9", "#D55E00", "#CC79A7", "#0072B2"
GREY = "#8792a2"  # of lines that only help to read


def words(key: str, **values: Any) -> str:
    """A text of a figure: the page fills in the string of that key, in its language.

    Args:
        values: of the string's {placeholders}. A float is written with two decimals at most, a dash where it is no
            number; a name from the data in the page's language where it is called `factor` or `data`. A sentence
            of its own {key, values}, or a list of them with commas between, is filled in likewise.
    """
    finite = {
        name: "–" if isinstance(value, float) and not isfinite(value) else value for name, value in values.items()
    }
    return "t:" + json.dumps({"key": key, "values": finite}, ensure_ascii=False, allow_nan=False)


def lines(*texts: str) -> str:
    """Several texts as one: below each other in a figure, after each other in its label."""
    return "\n".join(texts)


def plain(text: str) -> str:
    """A text as it is, as the name of a model, which may look like tags."""
    return words("figure.text", text=text)


def named(factor: str) -> str:
    """A name that comes with the data, in the page's language where that knows it."""
    return words("figure.factor", factor=factor)


class Table(NamedTuple):
    """A figure's numbers as texts, for who cannot see it; the first of each row names that row."""

    head: list[str]
    rows: list[list[str]]


def packed(figure: go.Figure, label: str, table: Table | None = None) -> dict[str, Any]:
    """A figure as the page takes it: JSON whose arrays are base64, and its table if it brings one.

    Args:
        label: the chart in a sentence, by `words`: what is read aloud instead of it.
        table: what the label leaves out, to be read cell by cell.
    """
    from plotly.io.json import to_json_plotly

    figure.update_layout(meta={"label": label}, template="none")
    return json.loads(to_json_plotly(figure)) | ({"table": table._asdict()} if table else {})
