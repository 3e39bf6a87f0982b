"""The Train tab's charts: Plotly figures without data, which the page fills with what a run sends."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vae.evaluation.latent_use import ACTIVE_NATS
from vae.ui.kit.figure import GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, packed, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

OVER = {"images": ",d", "seconds": ",.1f"}  # what may lie along the x axis, and how its values are written
CURVES = {"loss": GREEN, "recon": ORANGE, "train": SKY, "test": VERMILION, "kl": PURPLE}
LOWER = ("kl",)  # on an axis of their own: a tenth of the others
SHARE, GAP = 0.64, 0.05  # of the height: the upper axis, and what is left free below it


@lru_cache(maxsize=1)
def figures() -> dict[str, Any]:
    """The tab's figures as the page takes them. It asks for them with its first run: Plotly takes half a second to
    import, which nobody's first map is to wait for.
    """
    return {
        "curves": {over: packed(curves_figure(over), words("train.curves")) for over in OVER},
        "kl": packed(kl_figure(), words("train.kl")),
    }


def curves_figure(over: str) -> go.Figure:
    """The curves of a training, in nats per image: two y axes, one above the other, over one x axis.

    A trace's `uid` is the name of its numbers, its `meta` its name, its newest value (the page's to fill in) and the
    unit. The shape and the annotation called `change`, and the shape called `at`, are patterns: of the mark of a knob
    that was turned, of its value, and of the moment that is travelled to.

    Args:
        over: one of OVER.
    """
    import plotly.graph_objects as go

    figure = go.Figure(
        [
            go.Scatter(
                uid=key,
                meta=[words(f"train.curve_{key}"), "", words("train.nats")],
                name="%{meta[0]} <b>%{meta[1]}</b>",
                hovertemplate="%{meta[0]} %{y:,.2f} %{meta[2]}<extra></extra>",
                yaxis="y2" if key in LOWER else "y",
                line={"color": colour, "width": 1.6},
                marker={"size": 4},
            )
            for key, colour in CURVES.items()
        ]
    )
    upright = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": 0, "x1": 0, "visible": False, "layer": "below"}
    text = {"yref": "paper", "yanchor": "top", "xanchor": "left", "showarrow": False, "font": {"size": 11}}
    figure.update_layout(
        xaxis={
            "title": {"text": words(f"train.over_{over}")},
            "anchor": "y2",
            "unifiedhovertitle": {"text": words(f"train.at_{over}", n=f"%{{x:{OVER[over]}}}")},
            "showgrid": False,
            "zeroline": False,
            "spikecolor": GREY,
            "spikethickness": 1,
            "spikedash": "solid",
            "exponentformat": "SI",
            "nticks": 7,
            "fixedrange": False,
        },
        yaxis=_nats("train.curves_unit", (1 - SHARE + GAP / 2, 1), 5) | {"fixedrange": False},
        yaxis2=_nats("train.nats", (0, 1 - SHARE - GAP / 2), 4) | {"fixedrange": False},
        hovermode="x unified",
        hoversubplots="axis",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "entrywidth": 128},
        margin={"l": 54, "r": 10, "t": 8, "b": 34},
        shapes=[
            {**upright, "name": "change", "line": {"color": GREY, "width": 1, "dash": "dash"}},
            {**upright, "name": "at", "line": {"color": GREY, "width": 2}},
        ],
        annotations=[{**text, "name": "change", "text": "", "x": 0, "y": 1, "visible": False}],
    )
    return figure


def kl_figure() -> go.Figure:
    """A bar per latent: its KL divergence in nats, pale while it sleeps. The page fills in `x`, `y` and, as the very
    same numbers, `marker.color`.
    """
    import plotly.graph_objects as go

    pale = "rgba(135, 146, 162, 0.5)"
    figure = go.Figure(
        go.Bar(
            meta=words("train.nats"),
            hovertemplate="%{x}: %{y:.3f} %{meta}<extra></extra>",
            texttemplate="%{y:.1f}",
            textposition="outside",
            textangle=0,
            textfont={"size": 11},
            marker={
                "cmin": 0,
                "cmax": 2 * ACTIVE_NATS,  # the colours change in the middle
                "colorscale": [[0, pale], [0.5, pale], [0.5, GREEN], [1, GREEN]],
                "showscale": False,
            },
        )
    )
    figure.update_layout(
        xaxis={"type": "category", "showgrid": False, "tickangle": 0, "nticks": 12, "fixedrange": True},
        yaxis=_nats("train.nats", (0, 1), 4) | {"fixedrange": True},
        bargap=0.25,
        uniformtext={"minsize": 9, "mode": "hide"},
        margin={"l": 54, "r": 10, "t": 6, "b": 22},
        showlegend=False,
    )
    return figure


def _nats(title: str, domain: tuple[float, float], ticks: int) -> dict[str, Any]:
    """A y axis. Its margin is fixed: one that followed its labels would move all curves while they grow."""
    return {
        "domain": domain,
        "title": {"text": words(title), "standoff": 4},
        "nticks": ticks,
        "zeroline": False,
        "automargin": False,
    }
