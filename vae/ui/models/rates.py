"""Rate against distortion: every model of a data set as a point, and the floor under them.

Source: Alemi et al. 2018, "Fixing a Broken ELBO", arXiv:1711.00464.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from vae.checkpoints.checkpoint import Entry
from vae.config import TrainConfig
from vae.data import DATASETS
from vae.evaluation.doctor import kl_weight, noise_variance
from vae.ui.kit import figure as charts
from vae.ui.kit.endpoint import finite
from vae.ui.kit.label_places import label_places
from vae.ui.models.catalog import Catalog
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.model_pair import likelihood_key
from vae.ui.models.visitor_models import display_name

if TYPE_CHECKING:
    import plotly.graph_objects as go

SYMBOLS = {"left": "square", "right": "circle", None: "circle"}
COLOURS = {"left": charts.ORANGE, "right": charts.BLUE, None: charts.GREY}
SIZES = {"left": 13, "right": 13, None: 9}  # pixels
AXES = np.array([295.0, 280.0])  # pixels on a phone: names that do not collide there do so nowhere
LETTER, LINE = 6.6, 16.0  # pixels of a letter's width and a line's height
GRID_LETTERS = 15  # of the nats that name every combination, whose letters are smaller
MOST_LETTERS = 24  # of a name beside its point; hovering shows it whole


def combinations(name: str) -> float | None:
    """The log of how many combinations of factors a data set has: the nats that name one of its images exactly.

    None where its factors are not known.
    """
    spec = DATASETS.get(name)
    return sum(math.log(len(factor.values)) for factor in spec.factors) if spec and spec.factors else None


def payload(catalog: Catalog, name: str, left: str, right: str) -> dict[str, Any]:
    """Every usable model of a data set, by the headers alone; only the left model is opened, for its images.

    The first time takes as long as counting the floor under the left model's images.

    Args:
        name: of the data set.
        left, right: names of the compared models.

    Returns:
        left, right, floor (nats or None), grid (nats or None), and models: name, title, rate, distortion, neg_elbo,
        mig (or None), beta (the weight of the KL at the end, None where there is none) and `alike`: is its distortion
        measured by the likelihood and on the images of the left model?

    Raises:
        UserError: there is no left model.
    """
    opened = catalog.open(left)
    entries = [entry for entry in catalog.usable() if entry.header["dataset"]["name"] == name]
    listed = {entry.name for entry in entries}
    entries += [catalog.entry(other) for other in dict.fromkeys((left, right)) if other not in listed]
    return {
        "left": left,
        "right": right,
        "floor": opened.diagnosis.floor,
        "grid": combinations(name),
        "models": [found for entry in entries if (found := point(entry, opened))],
    }


def point(entry: Entry, opened: LoadedModel) -> dict[str, Any] | None:
    """A model's place, held against the opened one; None where its rate or distortion is no number."""
    figures = {key: finite(entry.header["metrics"].get(key)) for key in ("rate", "distortion", "neg_elbo", "mig")}
    if figures["rate"] is None or figures["distortion"] is None:
        return None
    config = TrainConfig.from_json(entry.header["config"])
    weight = kl_weight(config)
    versions = [header["dataset"]["version"] for header in (entry.header, opened.model.header)]
    return {
        "name": entry.name,
        "title": display_name(entry.name, entry.header),
        **figures,
        "beta": None if weight is None else weight / noise_variance(config),
        "alike": likelihood_key(config) == likelihood_key(opened.model.config) and versions[0] == versions[1],
    }


def figure(found: dict[str, Any]) -> go.Figure:
    """What `payload` has found, the models whose distortions are measured alike: x rate, y distortion, in nats.

    Dashed: through a compared model all points of equal beta·rate + distortion. Dotted: the nats that name every
    combination of factors.
    """
    import plotly.graph_objects as go

    models, floor, grid = drawn(found), found["floor"], found["grid"]
    ranges = _ranges(models, floor, grid)
    drawing = go.Figure()
    for model in filter(_is_weighed, models):
        drawing.add_shape(_line(_equal_costs(model, ranges), "dash", COLOURS[model["side"]]))
    texts = [_name(model) for model in models]
    places, corner = _places(models, texts, ranges, grid)
    if grid is not None:
        drawing.add_shape(_combinations(grid, ranges, corner))
    drawing.add_scatter(
        x=np.array([model["rate"] for model in models]),
        y=np.array([model["height"] for model in models]),
        mode="markers+text",
        marker={
            "symbol": [SYMBOLS[model["side"]] for model in models],
            "color": [COLOURS[model["side"]] for model in models],
            "size": [SIZES[model["side"]] for model in models],
            "line": {"width": 0},
            "opacity": 1,
        },
        hovertext=[charts.lines(*_facts(model, floor)) for model in models],
        hoverinfo="text",
        cliponaxis=False,
        text=[text if place else "" for text, place in zip(texts, places, strict=True)],
        textposition=[place or "top center" for place in places],
    )
    title = charts.words("rates.y") if floor is None else charts.words("rates.y_above", nats=float(floor))
    drawing.update_layout(
        xaxis={"title": {"text": charts.words("rates.x")}, "range": ranges[0].tolist(), "zeroline": False},
        yaxis={"title": {"text": title}, "range": ranges[1].tolist()},
        margin={"t": 10},
        showlegend=False,
    )
    return drawing


def label(found: dict[str, Any]) -> str:
    """That figure in sentences."""
    models = drawn(found)
    compared = [
        charts.words("rates.label_one", name=model["title"], rate=model["rate"], distortion=model["distortion"])
        for model in models
        if model["side"]
    ]
    return charts.lines(charts.words("rates.label", n=len(models)), *compared)


def drawn(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The models that are drawn, the compared ones last, on top: `side` says which, `height` is above the floor."""
    sides = {found["right"]: "right", found["left"]: "left"}
    models = [
        model | {"height": model["distortion"] - (found["floor"] or 0.0), "side": sides.get(model["name"])}
        for model in found["models"]
        if model["alike"]
    ]
    return sorted(models, key=lambda model: model["side"] is not None)


def _ranges(models: list[dict[str, Any]], floor: float | None, grid: float | None) -> np.ndarray:
    """The ends of both axes, ((x, x), (y, y)); y begins at the floor where that is known."""
    heights = [model["height"] for model in models] or [0.0]
    low, high = min(heights), max(heights)
    room = 0.15 * (high - low or abs(high) or 1.0)
    bottom = low - room if floor is None else min(0.0, low)
    return np.array(
        [[0.0, 1.12 * max([*(model["rate"] for model in models), grid or 0.0, 1.0])], [bottom, high + room]]
    )


def _equal_costs(model: dict[str, Any], ranges: np.ndarray) -> np.ndarray:
    """Both ends of the part of height + beta·rate = const through a model that lies within the axes, the left first."""
    x, (bottom, top) = ranges
    beta, height, rate = model["beta"], model["height"], model["rate"]
    if beta > 0:
        x = max(x[0], rate + (height - top) / beta), min(x[1], rate + (height - bottom) / beta)
    return np.array([[end, height - beta * (end - rate)] for end in x])


def _line(ends: np.ndarray, dash: str, colour: str) -> dict[str, Any]:
    (x0, y0), (x1, y1) = ends.tolist()
    line = {"color": colour, "dash": dash, "width": 1.3}
    return {"type": "line", "layer": "between", "x0": x0, "y0": y0, "x1": x1, "y1": y1, "line": line}


def _combinations(grid: float, ranges: np.ndarray, corner: tuple[str, str]) -> dict[str, Any]:
    """The line at the nats that name every combination, and what they are."""
    end, side = corner
    return _line(np.array([[grid, grid], ranges[1]]).T, "dot", charts.GREY) | {
        "label": {
            "text": charts.words("rates.grid", n=round(math.exp(grid)), nats=grid),
            "textposition": end,
            "textangle": 0,
            "xanchor": side,
            "yanchor": "top" if end == "end" else "bottom",
            "font": {"size": 11},
        }
    }


def _facts(model: dict[str, Any], floor: float | None) -> list[str]:
    """All that is known of a model, a line each."""
    known = {
        "rates.dot_rate": {"nats": model["rate"]},
        "rates.dot_distortion": {"nats": model["distortion"]},
        "rates.dot_above": {"nats": None if floor is None else model["height"]},
        "rates.dot_neg_elbo": {"nats": model["neg_elbo"]},
        "rates.beta": {"beta": None if model["beta"] is None else _digits(model["beta"])},
        "rates.dot_mig": {"mig": model["mig"]},
    }
    facts = [charts.words(key, **values) for key, values in known.items() if None not in values.values()]
    return [charts.plain(model["title"]), *facts]


def _digits(beta: float) -> str:
    return np.format_float_positional(beta, precision=4, fractional=False, trim="-")


def _places(
    models: list[dict[str, Any]], texts: list[str], ranges: np.ndarray, grid: float | None
) -> tuple[list[str | None], tuple[str, str]]:
    """Where words go: the textposition of each name, and the end of the line of combinations with the words' anchor."""

    def pixels(places: Any) -> np.ndarray:
        scaled = (np.asarray(places, dtype=float).reshape(-1, 2) - ranges[:, 0]) / (ranges[:, 1] - ranges[:, 0])
        return scaled * AXES

    beads = [np.linspace(*pixels(_equal_costs(model, ranges)), 60) for model in filter(_is_weighed, models)]
    points = pixels([[model["rate"], model["height"]] for model in models])
    corner, taken = ("end", "left"), []
    if grid is not None:
        boxes = _corners(pixels([grid, 0])[0, 0])
        dots = np.concatenate([*beads, points, points + 7, points - 7])
        covered = {at: ((dots > low) & (dots < high)).all(axis=1).sum() for at, (low, high) in boxes.items()}
        corner = min(boxes, key=covered.__getitem__)
        taken = [boxes[corner]]
        beads.append(np.linspace(*pixels(np.array([[grid, grid], ranges[1]]).T), 60))
    letters = [min(len(model["title"]), MOST_LETTERS) for model in models]
    sizes = np.array([(LETTER * n, LINE * (1 + text.count("\n"))) for n, text in zip(letters, texts, strict=True)])
    last_first = slice(None, None, -1)  # the compared ones choose first
    places = label_places(points[last_first], sizes.reshape(-1, 2)[last_first], AXES, beads, taken)[last_first]
    return [place or ("top center" if m["side"] else None) for m, place in zip(models, places, strict=True)], corner


def _corners(x: float) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """Boxes beside both ends of an upright line within the axes: (end of the line, anchor of the words) -> corners."""
    width, (right, top) = LETTER * GRID_LETTERS, AXES
    sides = {"left": x, "right": x - width}
    ends = {"end": top - LINE, "start": 0.0}
    boxes = {
        (end, side): (np.array([left, low]), np.array([left + width, low + LINE]))
        for end, low in ends.items()
        for side, left in sides.items()
    }
    return {at: box for at, box in boxes.items() if box[0][0] >= 0 and box[1][0] <= right} or boxes


def _name(model: dict[str, Any]) -> str:
    title = model["title"]
    name = charts.plain(title if len(title) <= MOST_LETTERS else title[: MOST_LETTERS - 1] + "…")
    return charts.lines(name, charts.words("rates.beta", beta=_digits(model["beta"]))) if _is_weighed(model) else name


def _is_weighed(model: dict[str, Any]) -> bool:
    """Is it one of the compared ones, and a fixed beta on its KL?"""
    return model["side"] is not None and model["beta"] is not None
