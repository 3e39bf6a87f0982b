"""Rate against distortion: every model of a data set as a point, and the floor under them.

Source: Alemi et al. 2018, "Fixing a Broken ELBO", arXiv:1711.00464.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from vae.checkpoints.checkpoint import Entry, in_force
from vae.data import DATASETS
from vae.evaluation.doctor import kl_weight, noise_variance
from vae.evaluation.header_figures import first_mig, number
from vae.ui.kit import figure as charts
from vae.ui.models.catalog import Catalog
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.model_pair import ModelPair, likelihood_key
from vae.ui.models.rates.plane import MOST_LETTERS, axis_ranges, equal_costs, is_weighed, name_places
from vae.ui.models.visitor_models import display_name

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 340  # pixels
FIGURES = ("rate", "distortion", "neg_elbo", "floor", "mig", "mig_sampled")  # of a header, or None
MIG_WORDS = {"mig_sampled": "rates.dot_mig_sampled", "mig": "rates.dot_mig"}
SYMBOLS = {"left": "square", "right": "circle", None: "circle"}
COLOURS = {"left": charts.ORANGE, "right": charts.BLUE, None: charts.GREY}
SIZES = {"left": 13, "right": 13, None: 9}  # pixels


def combinations(name: str) -> float | None:
    """The log of how many combinations of factors a data set has: the nats that name one of its images exactly.

    None where its factors are not recorded.
    """
    spec = DATASETS.get(name)
    return sum(math.log(len(factor.values)) for factor in spec.factors) if spec and spec.factors else None


def measures(catalog: Catalog, name: str, left: str, right: str) -> dict[str, Any]:
    """Every usable model of a data set, by the headers alone; only the left model is opened, for its images.

    The first time takes as long as counting the floor under the left model's images.

    Args:
        name: of the data set.
        left, right: names of the compared models.

    Returns:
        left, right, floor (nats or None), grid (nats or None), and models: name, title, rate, distortion, neg_elbo,
        floor (of the images it was measured on), mig, mig_sampled (each None where its file has none), beta (the weight
        of the KL at the end, None where there is none) and `alike`: is its distortion measured by the likelihood and on
        the images of the left model?

    Raises:
        UserError: there is no left model.
    """
    opened = catalog.open(left)
    entries = [entry for entry in catalog.usable() if entry.header["dataset"]["name"] == name]
    listed = {entry.name for entry in entries}
    entries += [catalog.entry(other) for other in dict.fromkeys((left, right)) if other not in listed]
    return _measured(opened, entries, left, right)


def measures_of(both: ModelPair) -> dict[str, Any]:
    """The same of two open models alone."""
    entries = [Entry(side.name, side.model.path, side.model.header, None) for side in both.sides]
    return _measured(both.left, entries, both.left.name, both.right.name)


def _measured(opened: LoadedModel, entries: list[Entry], left: str, right: str) -> dict[str, Any]:
    return {
        "left": left,
        "right": right,
        "floor": opened.diagnosis.floor,
        "grid": combinations(opened.model.header["dataset"]["name"]),
        "models": [model for entry in entries if (model := point(entry, opened))],
    }


def point(entry: Entry, opened: LoadedModel) -> dict[str, Any] | None:
    """A model's place, held against the opened one; None where its rate or distortion is no number."""
    metrics = entry.header["metrics"]
    figures = {key: number(metrics.get(key)) for key in FIGURES}
    if figures["rate"] is None or figures["distortion"] is None:
        return None
    config = in_force(entry.header)
    if config.model.likelihood == "gaussian":
        figures["floor"] = None  # that of an exact picture is the same for all that stand beside it
    weight = kl_weight(config)
    versions = [header["dataset"]["version"] for header in (entry.header, opened.model.header)]
    return {
        "name": entry.name,
        "title": display_name(entry.name, entry.header),
        **figures,
        "beta": None if weight is None else weight / noise_variance(config),
        "alike": likelihood_key(config) == likelihood_key(opened.model.config) and versions[0] == versions[1],
    }


def figure(measured: dict[str, Any]) -> go.Figure:
    """The `measures` of the models whose distortions are measured alike: x rate, y distortion, in nats.

    Dashed: through a compared model all points of equal beta·rate + distortion. Dotted: the nats that name every
    combination of factors.
    """
    import plotly.graph_objects as go

    models, floor, grid = comparable(measured), measured["floor"], measured["grid"]
    ranges = axis_ranges(models, floor, grid)
    drawing = go.Figure()
    for model in filter(is_weighed, models):
        drawing.add_shape(_line(equal_costs(model, ranges), "dash", COLOURS[model["side"]]))
    texts = [_name(model) for model in models]
    places, corner = name_places(models, [1 + text.count("\n") for text in texts], ranges, grid)
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
        hovertext=[_hover(model, floor) for model in models],
        hoverinfo="text",
        cliponaxis=False,
        text=[text if place else "" for text, place in zip(texts, places, strict=True)],
        textposition=[place or "top center" for place in places],
    )
    title = charts.words("rates.y") if floor is None else charts.words("rates.y_above", nats=float(floor))
    drawing.update_layout(
        height=HEIGHT,
        xaxis={"title": {"text": charts.words("rates.x")}, "range": ranges[0].tolist(), "zeroline": False},
        yaxis={"title": {"text": title}, "range": ranges[1].tolist()},
        margin={"t": 10},
        showlegend=False,
    )
    return drawing


def label(measured: dict[str, Any]) -> str:
    """That figure in sentences: how many models, and of the compared ones what hovering says."""
    models = comparable(measured)
    compared = [
        charts.words("rates.label_one", name=model["title"], facts=_facts(model, measured["floor"]))
        for model in models
        if model["side"]
    ]
    return charts.lines(charts.words("rates.label", n=len(models)), *compared)


def chart(measured: dict[str, Any]) -> dict[str, Any]:
    """The figure as the page takes it, and the titles of the models that cannot stand in it."""
    others = [model["title"] for model in measured["models"] if not model["alike"]]
    return {"figure": charts.packed(figure(measured), label(measured)), "others": others}


def comparable(measured: dict[str, Any]) -> list[dict[str, Any]]:
    """The models that are drawn, the compared ones last, on top: `side` says which, `height` is above the floor."""
    sides, floor = {measured["right"]: "right", measured["left"]: "left"}, measured["floor"]
    models = [
        model | {"height": model["distortion"] - _floor_under(model, floor), "side": sides.get(model["name"])}
        for model in measured["models"]
        if model["alike"]
    ]
    return sorted(models, key=lambda model: model["side"] is not None)


def _floor_under(model: dict[str, Any], floor: float | None) -> float:
    """The floor of the images that this very model was measured on, which may be a part of the split; 0 where the
    drawing has none.
    """
    if floor is None:
        return 0.0
    own = model.get("floor")
    return floor if own is None else own


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


def _facts(model: dict[str, Any], floor: float | None) -> list[dict[str, Any]]:
    """What is measured of a model, as sentences {key, values}."""
    above = None if floor is None else model["height"]
    facts = {
        "rates.dot_rate": {"nats": model["rate"]},
        "rates.dot_distortion": {"nats": model["distortion"]},
        "rates.dot_above": {"nats": above, "total": None if above is None else above + model["rate"]},
        "rates.dot_neg_elbo": {"nats": model["neg_elbo"]},
        "rates.beta": {"beta": None if model["beta"] is None else _digits(model["beta"])},
    }
    score = first_mig(model)
    if score is not None:
        facts[MIG_WORDS[score[0]]] = {"mig": score[1]}
    return [{"key": key, "values": values} for key, values in facts.items() if None not in values.values()]


def _hover(model: dict[str, Any], floor: float | None) -> str:
    facts = [charts.words(fact["key"], **fact["values"]) for fact in _facts(model, floor)]
    return charts.lines(charts.plain(model["title"]), *facts)


def _digits(beta: float) -> str:
    return np.format_float_positional(beta, precision=4, fractional=False, trim="-")


def _name(model: dict[str, Any]) -> str:
    title = model["title"]
    name = charts.plain(title if len(title) <= MOST_LETTERS else title[: MOST_LETTERS - 1] + "…")
    return charts.lines(name, charts.words("rates.beta", beta=_digits(model["beta"]))) if is_weighed(model) else name
