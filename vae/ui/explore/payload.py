"""What the Explore tab asks for: pure functions of (open model, z, arguments) -> payloads."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vae.evaluation.forecast import weight_symbol
from vae.evaluation.latent_use import ACTIVE_NATS
from vae.latent.lattice import even_lattice, prior_share
from vae.latent.lattice import lattice as lattice_of
from vae.latent.neighbours import between_neighbours
from vae.latent.projection import explained
from vae.ui.explore.code_file import code_file, far_from
from vae.ui.kit import figure as charts
from vae.ui.kit.figure import packed
from vae.ui.kit.pictures import data_uri, sheet
from vae.ui.kit.points import pack
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.network_files import decoder_file
from vae.ui.models.payload import (
    FIRST_ROWS,
    STEPS,
    colour_keys,
    column,
    facts,
    findings_json,
    first_row,
    followed,
    latents_in_use,
    picture,
    projections,
    strongest_latents,
    thumbnails,
    traversal,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from torch import Tensor

LATTICE_STEPS = 20  # as in figure 4 of Kingma & Welling 2014
WIDE = 0.99  # part of the codes that the wide lattice holds
LATTICE_SIDE = 768  # pixels of its sheet: the page shows some 560, and 20 x 20 of 64x64x3 would take half a second
SPECTRUM_DIRECTIONS, MOST_DIRECTIONS = 24, 48  # bars drawn at least, and at most
DECADES = 1.5  # of that drawing from which on only powers of ten are written
MOST_NATS = 300.0  # of a latent in that drawing: a file may claim more than a logarithmic axis can hold


def overview(opened: LoadedModel) -> dict[str, Any]:
    """Everything that the page needs to draw a model, its first picked image included: one payload, no second trip."""
    model = opened.model
    maps = projections(opened)
    kl = np.asarray(model.stats["kl"], dtype=float)
    keys = colour_keys(opened)
    first = first_row(opened)
    return {
        "name": opened.name,
        "handle": opened.handle,
        "code_hash": opened.code_hash,
        "title": opened.title,
        "dataset": opened.dataset,
        "trained": str(model.header["steps"]),  # a file may claim more than 64 bits
        "total": images_of(opened),
        "index": pack(model.index, "int32"),
        "dims": opened.dims,
        "kl": kl.tolist(),
        "active": ACTIVE_NATS,
        "quantiles": np.asarray(model.stats["mu_quantiles"], dtype=float).T.tolist(),
        "steps": STEPS.tolist(),
        "rows": FIRST_ROWS,
        "follows": followed(opened),
        "projections": maps,
        "map": {"name": maps[0], "xy": pack(model.maps[maps[0]], "float32")},
        "colours": keys,
        "column": column(opened, first_colour(opened)),
        "thumbnails": thumbnails(opened),
        "missing": opened.missing,
        "notes": list(opened.notes),
        "drawn": opened.drawn is not None,
        "decoder": decoder_file(opened),
        "codes": code_file(opened),
        "findings": findings_json(opened.diagnosis.evidence),
        "lattice": first_lattice(opened),
        "picked": pick(opened, first),
        "traversal": traversal(opened, model.mu[first], strongest_latents(opened, FIRST_ROWS), "sigma"),
    }


def images_of(opened: LoadedModel) -> int:
    """How many test images there are; where they are missing, as many as were published."""
    if opened.images is not None:
        return len(opened.images)
    return opened.spec.sizes["test"] if opened.spec else len(opened.model.index)


def forecast_and_findings(opened: LoadedModel) -> dict[str, Any]:
    """The findings again, with what a linear model of the same images would have done, and its figure or None: too slow
    for the first map.
    """
    expected, found = opened.diagnosis.forecast, spectrum(opened)
    findings = findings_json(replace(opened.diagnosis.evidence, forecast=expected))
    figure = found and packed(spectrum_figure(**found), spectrum_label(expected.paying, found["kl"]))
    return {"findings": findings, "spectrum": figure}


def spectrum(opened: LoadedModel) -> dict[str, Any] | None:
    """The variances of the images' strongest directions, the threshold of a latent, and the KL of each latent of this
    model that is in use, the strongest first; None where nothing can be forecast.
    """
    expected = opened.diagnosis.forecast
    if expected is None or not expected.largest:
        return None
    kl = np.asarray(opened.model.stats["kl"], dtype=float)[latents_in_use(opened)]
    directions = min(max(SPECTRUM_DIRECTIONS, expected.paying + 6), MOST_DIRECTIONS)
    variances = expected.spectrum[:directions]
    variances = variances[variances > 1e-4 * variances[0]]  # what rounding leaves has no place on a logarithmic axis
    symbol = weight_symbol(opened.model.config)
    return {"variances": variances, "threshold": expected.threshold, "kl": kl[: len(variances)], "symbol": symbol}


def spectrum_figure(variances: np.ndarray, threshold: float, kl: np.ndarray, symbol: str) -> go.Figure:
    """Bars of variance on a logarithmic axis, and the line that a linear model's latent must rise above.

    A bar's height above the line is twice its nats; dots are this model's latents on the same scale.
    """
    import plotly.graph_objects as go

    awake = variances > threshold
    forecast = 0.5 * np.log(np.maximum(variances / threshold, 1.0))
    levels = threshold * np.exp(2.0 * np.minimum(kl, MOST_NATS))
    hover = [
        charts.words("spectrum.direction", n=n, variance=variance, nats=nats)
        for n, (variance, nats) in enumerate(zip(variances.tolist(), forecast.tolist(), strict=True), start=1)
    ]
    drawing = go.Figure()
    drawing.add_bar(
        x=np.arange(1, len(variances) + 1),
        y=variances,
        marker={"color": [charts.SKY if above else charts.GREY for above in awake]},
        hovertext=hover,
        hoverinfo="text",
        name=charts.words("spectrum.bars"),
    )
    drawing.add_scatter(
        x=np.arange(1, len(levels) + 1),
        y=levels,
        mode="markers",
        marker={"color": charts.VERMILION, "size": 8},
        hovertext=[charts.words("spectrum.latent", nats=nats) for nats in kl.tolist()],
        hoverinfo="text",
        name=charts.words("spectrum.dots"),
        cliponaxis=False,
    )
    label = {
        "text": charts.words("spectrum.threshold", symbol=symbol, value=threshold),
        "textposition": "end",
        "yanchor": "bottom",
    }
    drawing.add_hline(threshold, line={"dash": "dash", "width": 1.3, "color": charts.GREY}, label=label)
    ends = np.log10([min(variances[-1], threshold) / 1.5, max(variances[0], threshold, *levels[:1]) * 1.5])
    drawing.update_layout(
        xaxis={
            "title": {"text": charts.words("spectrum.x")},
            "showgrid": False,
            "zeroline": False,
            "range": [0.3, 1.2 * len(variances) + 0.5],  # room for the threshold's words
        },
        yaxis={
            "title": {"text": charts.words("spectrum.y")},
            "type": "log",
            "range": ends.tolist(),
            "dtick": 1 if np.ptp(ends) > DECADES else "D2",
        },
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        bargap=0.15,
    )
    return drawing


def spectrum_label(paying: int, kl: np.ndarray) -> str:
    return charts.words("spectrum.label", n=paying, m=len(kl))


def first_lattice(opened: LoadedModel) -> dict[str, Any] | None:
    """The lattice over the prior, and as `wide` all but the sheet of the other one, which the page may decode."""
    if opened.dims != 2:
        return None
    return lattice(opened) | {"wide": _laid_out(opened, "wide")[0]}


def lattice(opened: LoadedModel, span: str = "prior") -> dict[str, Any] | None:
    """The plane of two latents, decoded: the values of either axis, rising, and one sheet of tiles.

    Tile (row, column) shows z0 = values[column] and z1 = values[-1 - row]. None for any other number of latents. Kept,
    for it takes 30 ms for 28x28 and 0.2 to 1 s for 64x64x3.

    Args:
        span: "prior" for equal shares of the prior, "wide" for equal steps over nearly all of the images' codes.

    Returns:
        range, values, sheet, and what lies between the ends: the share of the `prior`, and of the stored `codes`.
    """

    def make() -> dict[str, Any]:
        plan, z = _laid_out(opened, span)
        return plan | {"sheet": sheet(opened.decode(z.flatten(0, 1)), len(plan["values"]), quality=90)}

    return opened.once(("lattice", span), make) if opened.dims == 2 else None


def _laid_out(opened: LoadedModel, span: str) -> tuple[dict[str, Any], Tensor]:
    """A lattice before it is decoded: what `lattice` returns but the sheet, and z (steps, steps, 2)."""
    steps = max(2, min(LATTICE_STEPS, LATTICE_SIDE // max(opened.model.config.model.shape[1:])))
    out = np.abs(opened.model.mu).max(axis=1)
    reach = min(math.ceil(2 * np.quantile(out, WIDE)) / 2, opened.reach)
    values, z = lattice_of(steps) if span == "prior" else even_lattice(steps, reach)
    codes = float((out <= float(values[-1])).mean())
    return {"range": span, "values": values.tolist(), "prior": prior_share(values), "codes": codes}, z


def first_colour(opened: LoadedModel) -> str:
    """The class, else the factor by which the first map is ordered most, else the KL divergence."""
    if opened.model.label is not None:
        return "class"
    if opened.facts.factors is None:
        return "kl"
    points = opened.model.maps[projections(opened)[0]]
    shares = [explained(points, codes) for codes in opened.facts.factors.T]
    return opened.facts.specs[int(np.argmax(shares))].name


def pick(opened: LoadedModel, row: int) -> dict[str, Any]:
    """The image in that row of the encodings, its reconstruction from the mean, and z = that mean."""
    z = opened.model.mu[row]
    reconstruction = data_uri(opened.decode(z[None])[0].numpy())
    stored = opened.images is None and opened.drawn is None
    original = reconstruction if stored else data_uri(opened.originals([row])[0].numpy())
    return {
        "index": int(opened.model.index[row]),
        "row": row,
        "z": z.tolist(),
        "original": original,
        "reconstruction": reconstruction,
        "facts": facts(opened, row),
    }


def place(opened: LoadedModel, projection: str, x: float, y: float) -> dict[str, Any]:
    """Decode an empty place of a map, which has no inverse: a mixture of its nearest images' latents.

    `distance` says how far the result lies from the nearest image in latent space, so the page can call it approximate;
    `far`, that no image lies near that place on the map, where the mixture is one of images of anywhere.
    """
    model = opened.model
    points = model.maps[projection]
    z, nearest, distance = between_neighbours(np.array([x, y]), points, model.mu)
    away = np.linalg.norm(np.asarray(points[nearest[0]], float) - (x, y))
    return {
        "z": z.tolist(),
        "image": picture(opened, z.tolist()),
        "neighbours": [int(index) for index in model.index[nearest]],
        "distance": distance,
        "far": bool(away > far_from(points)),
    }
