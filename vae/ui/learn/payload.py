"""Charts of the Learn tab: figures of what its lessons answer. What a slider changes in one, the page fills in."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vae.ui.kit.figure import GREEN, GREY, VERMILION, packed, words
from vae.ui.kit.i18n import UserError

if TYPE_CHECKING:
    import plotly.graph_objects as go

BELOW = {"orientation": "h", "x": 0, "y": 0, "yref": "container"}  # a legend under its chart
DENSITY_CELLS = 40  # of the densities of the aggregate posterior
CELLS = 36  # of the histogram of distortions
STEEP = 0.03  # share of the time for which a q of its own falls steeply: the chart begins after it


def amortised(answer: dict[str, Any]) -> go.Figure:
    """−ELBO of a q of one image alone along its gradient steps, and that of the encoder as a level."""
    encoder, own = answer["encoder"]["nats"], answer["own"]["nats"]
    end = answer["trace"][-1][0]
    inside = [(ms, nats) for ms, nats in answer["trace"] if ms >= STEEP * end]
    low, high = min(encoder, own, *(nats for _, nats in answer["trace"])), max(encoder, inside[0][1])
    figure = _figure("learn.amortised_x", "learn.amortised_y")
    ms, nats = zip(*inside, strict=True)
    hover = words("learn.amortised_hover", nats="%{y:.1f}", ms="%{x:,.0f}")
    figure.add_scatter(x=ms, y=nats, mode="lines", line={"color": GREEN, "width": 2}, hovertemplate=hover)
    figure.update_xaxes(range=[0, end])
    figure.update_yaxes(range=[low - 0.12 * (high - low), high + 0.02 * (high - low)])
    level = {"x0": 0, "x1": 1, "xref": "paper", "y0": encoder, "y1": encoder, "line": {"width": 1.4, "dash": "dash"}}
    figure.add_shape(type="line", **level)
    _word(figure, words("learn.amortised_encoder"), x=1, xanchor="right", y=encoder, yref="y", yanchor="bottom")
    return figure


def distortions(answer: dict[str, Any]) -> go.Figure:
    """Distortions of sampled z as a histogram, their mean and that of z = mu as upright lines with their numbers."""
    sampled, mu = answer["sampled"], answer["mu"]
    low, high = min(mu, *sampled), max(mu, *sampled)
    room = 0.06 * ((high - low) or 1.0)
    span = (low - room, high + room)
    counts, edges = np.histogram(sampled, CELLS, span)
    figure = _figure("learn.elbo_x")
    cells = {"start": span[0], "end": span[1], "size": (span[1] - span[0]) / CELLS}
    hover = words("learn.hover_samples", n="%{y}", x="%{x:,.1f}")
    figure.add_histogram(x=sampled, xbins=cells, marker={"color": GREY}, hovertemplate=hover)
    figure.update_layout(bargap=0.1)
    figure.update_xaxes(range=span)
    figure.update_yaxes(range=[0, counts.max() / 0.8], visible=False)
    middle = float(np.mean(sampled))
    _upright(figure, middle, words("learn.elbo_line_mean", nats=middle), span, row=1, line={"width": 1.6})
    _upright(figure, mu, words("learn.elbo_line_mu", nats=mu), span, line={"color": GREEN, "width": 2.5})
    return figure


def training(answer: dict[str, Any]) -> go.Figure:
    """Mean loss of every step's batch, nats per image, and a dot on the last; the page shows it up to a step."""
    losses = [moment["batch"] for moment in answer["moments"][:-1]]
    figure = _figure("learn.algorithm_step", "learn.algorithm_curve")
    steps = list(range(1, len(losses) + 1))
    hover = words("learn.algorithm_hover", n="%{x}", loss="%{y:.1f}")
    figure.add_scatter(x=steps, y=losses, mode="lines", line={"color": GREEN, "width": 2}, hovertemplate=hover)
    dot = {"color": GREEN, "size": 8}
    figure.add_scatter(x=steps[-1:], y=losses[-1:], mode="markers", marker=dot, hovertemplate=hover)
    figure.update_xaxes(range=[1, len(losses) + 0.02 * len(losses)])
    figure.update_yaxes(range=[0, 1.04 * max(losses)])
    return figure


def posterior(answer: dict[str, Any]) -> go.Figure:
    """p(z|x) of two latents as shades, q(z|x) at one and two sigma, and the best upright Gaussian likewise, dashed."""
    x, y = (np.linspace(*ends, answer["steps"]) for ends in answer["axes"])
    figure = _figure()
    shade = f"rgba({int(GREEN[1:3], 16)},{int(GREEN[3:5], 16)},{int(GREEN[5:], 16)}," + "{:.3f})"
    scale = [[at, shade.format(at**0.7)] for at in np.linspace(0, 1, 17).tolist()]
    figure.add_heatmap(
        x=x, y=y, z=answer["density"], zmin=0, zmax=1, colorscale=scale, showscale=False, zsmooth="best",
        name=words("learn.posterior_true"), showlegend=True,
        hovertemplate=words("learn.posterior_hover", x="%{x:.2f}", y="%{y:.2f}", share="%{z:.0%}"),
    )  # fmt: skip
    q = {"mu": answer["mu"], "sigma": answer["sigma"]}
    solid, dashed = {"width": 1.8}, {"width": 1.2, "dash": "3px,3px"}
    for name, of, line in (("q", q, solid), ("best", answer["nearest"], dashed)):
        for k in (1, 2):
            names = {"name": words(f"learn.posterior_{name}"), "legendgroup": name, "showlegend": k == 1}
            figure.add_shape(type="circle", **_box(of["mu"], of["sigma"], k), line=line, **names)
    figure.update_layout(showlegend=True, legend=BELOW)
    figure.update_xaxes(title={"text": "z0"}, range=answer["axes"][0])
    figure.update_yaxes(title={"text": "z1"}, range=answer["axes"][1])
    return figure


def directions(answer: dict[str, Any]) -> go.Figure | None:
    """Variances of the strongest directions on a logarithmic scale and the threshold, which the page moves.

    The bars' colours are numbers: 1 of those above the threshold, 0 of the others. None where the images are missing.
    """
    if answer["missing"]:
        return None
    values, summed = answer["values"][: answer["bars"]], answer["summed"]
    figure = _figure("learn.collapse_x", "learn.collapse_y")
    figure.add_bar(
        x=list(range(1, len(values) + 1)), y=values,
        marker={"color": [int(value > summed) for value in values], "cmin": 0, "cmax": 1,
                "colorscale": [[0, GREY], [1, GREEN]]},
        hovertemplate=words("learn.collapse_hover", n="%{x}", value="%{y:.3g}"),
    )  # fmt: skip
    figure.update_layout(bargap=0.12)
    figure.update_xaxes(range=[0.3, len(values) + 0.7])
    ends = min(values[-1], summed) / 2, 2 * max(values[0], answer["pixels"] / 2)
    figure.update_yaxes(type="log", range=np.log10(ends).tolist(), dtick=1, tickformat=",.6~g")
    figure.add_shape(type="line", x0=0, x1=1, xref="paper", y0=summed, y1=summed, line={"width": 1.4, "dash": "dash"})
    text = words("learn.collapse_slider", value=summed)
    _word(figure, text, x=1, xanchor="right", y=math.log10(summed), yref="y", yanchor="bottom")
    return figure


def gradients() -> go.Figure:
    """Two histograms on one axis, one above the other, each as high as its fullest cell, with upright lines for their
    means; for the page to fill with the samples of a latent.
    """
    figure = _figure()
    hover = words("learn.hover_samples", n="%{y}", x="%{x:,.1f}")
    for name, colour, axis, top in (("path", GREEN, "y", 0.92), ("score", GREY, "y2", 0.42)):
        figure.add_histogram(x=[], yaxis=axis, marker={"color": colour}, hovertemplate=hover)
        figure.add_shape(type="line", x0=0, x1=0, y0=0, y1=1.1, yref=f"{axis} domain", line={"width": 1.6})
        _word(figure, words(f"learn.gradients_{name}"), x=0, y=top, yanchor="bottom")
    scale = {"showticklabels": False, "showgrid": False, "showline": False, "zeroline": True, "rangemode": "tozero"}
    figure.update_layout(yaxis2=figure.layout.yaxis, bargap=0.1)
    figure.update_layout(yaxis={"domain": [0.5, 0.9], **scale}, yaxis2={"domain": [0, 0.4], **scale})
    figure.update_xaxes(anchor="y2", separatethousands=True)
    return figure


def aggregate(answer: dict[str, Any]) -> go.Figure | None:
    """Samples of two latents as points; above and beside them their densities, and over each the bell of N(0, 1).

    The traces are the points, both histograms, both bells. None where there is only one latent.
    """
    if answer["pair"] is None:
        return None
    i, j = answer["pair"]
    x, y = answer["samples"]
    reach = max(3.6, float(np.abs([x, y]).max()))
    cells = {"start": -reach, "end": reach, "size": 2 * reach / DENSITY_CELLS}
    at = np.linspace(-reach, reach, 81)
    bell = np.exp(-(at**2) / 2) / math.sqrt(2 * math.pi)
    peak = max(np.histogram(values, DENSITY_CELLS, (-reach, reach), density=True)[0].max() for values in (x, y))
    figure = _figure()
    points = {"color": GREEN, "size": 4, "opacity": 0.5}
    figure.add_scatter(
        x=x, y=y, mode="markers", marker=points,
        hovertemplate=words("learn.prior_hover", i=i, j=j, x="%{x:.2f}", y="%{y:.2f}"),
    )  # fmt: skip
    bars = {"histnorm": "probability density", "marker": {"color": GREY}}
    density = {"x": words("learn.hover_density", density="%{y:.2f}", x="%{x:.2f}"),
               "y": words("learn.hover_density", density="%{x:.2f}", x="%{y:.2f}")}  # fmt: skip
    figure.add_histogram(x=x, xbins=cells, yaxis="y2", hovertemplate=density["x"], **bars)
    figure.add_histogram(y=y, ybins=cells, xaxis="x2", hovertemplate=density["y"], **bars)
    curve = {"mode": "lines", "line": {"color": VERMILION, "width": 1.6}, "hovertemplate": "N(0, 1)"}
    figure.add_scatter(x=at, y=bell, yaxis="y2", **curve)
    figure.add_scatter(x=bell, y=at, xaxis="x2", **curve)
    figure.update_layout(xaxis2=figure.layout.xaxis, yaxis2=figure.layout.yaxis, bargap=0.1)
    beside = {"domain": [0.86, 1], "range": [0, max(0.5, 1.05 * peak)], "showticklabels": False, "showgrid": False}
    figure.update_layout(xaxis2=beside, yaxis2=beside)
    figure.update_layout(xaxis={"title": {"text": f"z{i}"}}, yaxis={"title": {"text": f"z{j}"}})
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        axis.update(domain=[0, 0.84], range=[-reach, reach])
    return figure


def losses() -> go.Figure:
    """What both losses add to the distortion, for the page to draw at its sliders' beta, gamma and C."""
    figure = _figure("learn.losses_x", "learn.losses_y")
    for name, colour in (("β · KL", GREY), ("γ · |KL − C|", GREEN)):
        hover = words("learn.losses_hover", loss=name, nats="%{y:.1f}", kl="%{x:.1f}")
        line = {"color": colour, "width": 2}
        figure.add_scatter(x=[], y=[], mode="lines", line=line, name=name, hovertemplate=hover)
    figure.update_xaxes(range=[0, 40])
    figure.update_yaxes(range=[0, 240])
    line = {"width": 1.4, "dash": "dash"}
    figure.add_shape(type="line", x0=0, x1=0, y0=0, y1=1, yref="paper", line=line, name="C", showlegend=True)
    figure.update_layout(showlegend=True, legend=BELOW)
    return figure


def _box(mu: Sequence[float], sigma: Sequence[float], k: float) -> dict[str, float]:
    """Around an upright Gaussian's contour at k sigma."""
    ends = {name: (at - k * width, at + k * width) for name, at, width in zip("xy", mu, sigma, strict=True)}
    return {f"{name}{i}": pair[i] for name, pair in ends.items() for i in (0, 1)}


def with_figure(lesson: str, answer: dict[str, Any]) -> dict[str, Any]:
    """A lesson's answer and, if it has one, its figure, in place of what that alone shows.

    Raises:
        UserError: numbers that the figure is to show are not finite; it says how many.
    """
    if lesson not in _DRAWINGS:
        return answer
    draw, label, numbers, drawn = _DRAWINGS[lesson]
    values = np.concatenate([np.ravel(part) for part in numbers(answer)] or [[]])
    if not np.isfinite(values).all():
        raise UserError("learn.not_finite", n=int((~np.isfinite(values)).sum()), total=len(values))
    figure = draw(answer)
    if figure is None:
        return answer
    rest = {key: value for key, value in answer.items() if key not in drawn}
    return rest | {"figure": packed(figure, label(answer))}


def template(lesson: str) -> dict[str, Any]:
    """The figure of one of the `TEMPLATES`, which needs no model."""
    draw, label = TEMPLATES[lesson]
    return packed(draw(), words(label))


class _Drawing(NamedTuple):
    draw: Callable[[dict[str, Any]], go.Figure | None]
    label: Callable[[dict[str, Any]], str]
    numbers: Callable[[dict[str, Any]], list[Any]]  # what it stands on
    drawn: tuple[str, ...] = ()  # parts of the answer that nothing but the figure shows


def _amortised_label(answer: dict[str, Any]) -> str:
    trace = [nats for _, nats in answer["trace"]]
    return words("learn.amortised_label", first=trace[0], last=trace[-1], encoder=answer["encoder"]["nats"])


def _aggregate_label(answer: dict[str, Any]) -> str:
    i, j = answer["pair"]
    return words("learn.prior_label", i=i, j=j, which={"key": "learn.prior_aggregate", "values": {}})


def _distortions_label(answer: dict[str, Any]) -> str:
    sampled = answer["sampled"]
    ends = {"low": min(sampled), "high": max(sampled)}
    return words("learn.elbo_label", n=len(sampled), **ends, mean=float(np.mean(sampled)), mu=answer["mu"])


_DRAWINGS = {
    "aggregate": _Drawing(aggregate, _aggregate_label, lambda answer: answer.get("samples", []), ("samples",)),
    "own_q": _Drawing(
        amortised, _amortised_label, lambda answer: [answer["encoder"]["nats"], answer["trace"]], ("trace",)
    ),
    "distortions": _Drawing(distortions, _distortions_label, lambda answer: [answer["sampled"], answer["mu"]]),
    "directions": _Drawing(directions, lambda _: words("learn.collapse_y"), lambda answer: [answer.get("values", [])]),
    "posterior": _Drawing(
        posterior,
        lambda _: words("learn.posterior_label"),
        lambda answer: [answer[name] for name in ("axes", "density", "mu", "sigma")],
        ("density", "steps", "axes"),
    ),
    "watch_training": _Drawing(
        training,
        lambda _: words("learn.algorithm_curve"),
        lambda answer: [[moment["batch"] for moment in answer["moments"][:-1]]],
    ),
}
# What the page draws by itself at its own sliders and choices.
TEMPLATES = {"gradients": (gradients, "learn.gradients_of"), "losses": (losses, "learn.losses_y")}


def _figure(x: str | None = None, y: str | None = None) -> go.Figure:
    """An empty one, its axes named by these keys, that of y above it."""
    import plotly.graph_objects as go

    figure = go.Figure()
    axis = {"fixedrange": True, "showline": True, "zeroline": False, "ticks": ""}
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title={"text": words(x) if x else ""}, showgrid=False, **axis)
    figure.update_yaxes(axis)
    if y:
        _word(figure, words(y), x=0, y=1, yanchor="bottom", yshift=4)
    return figure


def _word(figure: go.Figure, text: str, **place: Any) -> None:
    """A text at a place of the axes' own box, from 0 to 1, unless another reference is given."""
    figure.add_annotation({"xref": "paper", "yref": "paper", "xanchor": "left", **place}, text=text, showarrow=False)


def _upright(figure: go.Figure, at: float, text: str, span: tuple[float, float], row: int = 0, **look: Any) -> None:
    """An upright line with its words, which stand on the side that has room, in rows from the top."""
    figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", **look)
    right = at < span[0] + 0.6 * (span[1] - span[0])
    side = {"xanchor": "left", "xshift": 4} if right else {"xanchor": "right", "xshift": -4}
    _word(figure, text, x=at, xref="x", y=1, yanchor="top", yshift=-16 * row, **side)
