"""Figure 1 of two opened models: which latent of either stands in which row, and what the margin says.

Its letters are English in every language, as those of the paper: Pillow draws them with a font that knows no Hangul.
"""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from vae.evaluation.doctor import kl_weight, noise_variance
from vae.evaluation.header_figures import above_floor
from vae.evaluation.latent_use import FOLLOWED
from vae.evaluation.matching import SHARED, Pair
from vae.evaluation.metrics.agreement import rank_correlation
from vae.latent.traversal import traverse
from vae.ui.compare.figure_one import Column, Figure, gif, png, print_layout, print_png, svg, svg_frame
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.model_pair import ModelPair
from vae.ui.models.payload import migs, refit

FIGURES = {  # kind -> how it is drawn, its type, and how its file's name ends
    "png": (png, "image/png", ".png"),
    "print": (print_png, "image/png", "-300dpi.png"),
    "svg": (svg, "image/svg+xml", ".svg"),
    "gif": (gif, "image/gif", ".gif"),
}
MOST_ROWS = 10
INDEX = "{index}"  # stands for that of an image, where a page fills it in
FOOTNOTE = (
    "After figure 1 of Higgins et al. 2017, beta-VAE: two of its three columns, for no InfoGAN is at hand. {picture} "
    "{index}; in each strip one latent goes from 1 % to 99 % of its codes, the others stay. {numbers}"
)
NUMBERS = {
    "factors": "The number beside a latent is its normalised mutual information with the row's factor: the share of "
    "the factor's entropy that the latent knows, from 0 to 1.",
    "matched": "These images come without factors: each row holds two latents whose codes are most alike over the test "
    "images, and r is the size of their rank correlation, from 0 to 1.",
    "exchanged": "The pictures are draws from both priors, one seed each, no factors known: each row holds two latents "
    "that are each other's best match where the draws of either model are sent through the other's encoder. r is the "
    "weaker rank correlation; the number beside a latent is its ceiling: decoded and encoded once more.",
    "strongest": "No latent follows a factor or is like one of the other model: the strongest of each is shown.",
}
ROWS = {
    "factors": "a factor a row",
    "matched": "a pair of matched latents a row",
    "exchanged": "a pair of matched latents a row",
    "strongest": "the strongest latent",
}


@dataclass(frozen=True)
class Row:
    """A row of the figure.

    Attributes:
        name: of the factor, or what the two latents have in common.
        dims: the latent of either side, None where none follows.
        factor: the number of the factor, None where the rows are matched latents.
        signs: -1 turns a strip round, so that both sides run the same way.
        ceilings: of either latent the rank correlation of its own round trip, of latents that draws have matched.
    """

    name: str
    dims: tuple[int | None, int | None]
    factor: int | None = None
    signs: tuple[int, int] = (1, 1)
    ceilings: tuple[float | None, float | None] = (None, None)


def composed(both: ModelPair, index: int, kind: str) -> dict[str, str]:
    """The figure as a data URI, and a name for its file."""
    draw, mime, ending = FIGURES[kind]
    body = base64.b64encode(draw(figure(both, index))).decode("ascii")
    return {
        "uri": f"data:{mime};base64,{body}",
        "name": f"{both.left.title}-{both.right.title}-{index}{ending}",
    }


def figure(both: ModelPair, index: int) -> Figure:
    """The figure of one test image: a row per factor that either model follows; without factors per matched pair."""
    return _figure(both, index, *rows_of(both), written=str(index))


def plan(both: ModelPair) -> dict[str, Any]:
    """What a page draws the figure of any image from, which decodes the strips by itself.

    Returns:
        svg: that of the figure without its strips, `INDEX` in place of the image's index.
        cells: of each strip its row, its model (0 or 1), and x and y of its upper left corner.
        width, height, step: pixels of a picture in a strip, and from one to the next.
        rows: dims and signs of each `Row`.
    """
    kind, rows = rows_of(both)
    drawn = _figure(both, int(both.index[0]), kind, rows, written=INDEX)
    layout = print_layout(drawn)
    height, width = (layout.factor * length for length in drawn.shape[3:])
    return {
        "svg": svg_frame(layout),
        "cells": [[*cell, *place] for cell, place in layout.cells.items()],
        "width": width,
        "height": height,
        "step": layout.step,
        "rows": [{"dims": row.dims, "signs": row.signs} for row in rows],
    }


def _figure(both: ModelPair, index: int, kind: str, rows: list[Row], written: str) -> Figure:
    picture = "Draw" if both.drawn else "Test image"
    return Figure(
        title=f"{both.left.dataset}: what one latent changes, {ROWS[kind]}",
        rows=tuple(row.name for row in rows),
        columns=tuple(_column(side, at, index, rows) for at, side in enumerate(both.sides)),
        footnote=FOOTNOTE.format(picture=picture, index=written, numbers=NUMBERS[kind]),
    )


def rows_of(both: ModelPair) -> tuple[str, list[Row]]:
    """What a row stands for, one of `ROWS`; and the rows of the figure, at least one and at most ten."""
    kind = "factors"
    if both.left.facts.information is None or both.right.facts.information is None:
        pairs = [pair for pair in both.pairs if None not in (pair.left, pair.right)]
        kind = "matched" if both.draws is None else "exchanged"
        found = [
            Row(_pair_name(pair), (pair.left, pair.right), signs=(pair.sign, 1), ceilings=pair.ceilings)
            for pair in pairs
        ]
    else:
        found = []
        for k, factor in enumerate(both.left.facts.specs):
            best = [(int(side.facts.best[k]), side.facts.information[:, k]) for side in both.sides]
            if any(dim >= 0 and shares[dim] >= FOLLOWED for dim, shares in best):
                dims = tuple(dim if dim >= 0 and shares[dim] >= SHARED else None for dim, shares in best)
                signs = tuple(_rising(side, dim, k) for side, dim in zip(both.sides, dims, strict=True))
                found.append(Row(factor.name, dims, k, signs))
    if found:
        return kind, found[:MOST_ROWS]
    return "strongest", [Row("strongest latent", tuple(int(np.argmax(side.model.stats["kl"])) for side in both.sides))]


def _pair_name(pair: Pair) -> str:
    """Two matched latents, and how alike they are."""
    return f"z{pair.left} and z{pair.right}, r {pair.strength:.2f}"


def _rising(opened: LoadedModel, dim: int | None, factor: int) -> int:
    """-1 where a latent falls as the factor's values rise."""
    if dim is None:
        return 1
    return -1 if rank_correlation(opened.model.mu[:, [dim]], opened.facts.factors[:, [factor]])[0, 0] < 0 else 1


def _column(opened: LoadedModel, at: int, index: int, rows: list[Row]) -> Column:
    """The strips of one model; where it has no latent for a row its reconstruction is repeated."""
    z = torch.from_numpy(opened.model.mu[opened.rows[index]])
    quantiles = np.asarray(opened.model.stats["mu_quantiles"])  # (S, D)
    grids = []
    for row in rows:
        dim, sign = row.dims[at], row.signs[at]
        if dim is None:
            grids.append(z.expand(len(quantiles), -1))
        else:
            values = np.ascontiguousarray(quantiles[::sign, dim])
            grids.append(traverse(z, [dim], torch.from_numpy(values))[0])
    strips = opened.decode(torch.stack(grids).flatten(0, 1)).unflatten(0, (len(rows), len(quantiles)))
    return Column(opened.title, _notes(opened), strips, tuple(_label(opened, row, at) for row in rows))


def _label(opened: LoadedModel, row: Row, at: int) -> str:
    """The latent with its strength or its ceiling, and what it carries where that is more than the row's factor."""
    dim, factor, ceiling = row.dims[at], row.factor, row.ceilings[at]
    if dim is None:
        return "no latent follows it"
    strength = "" if factor is None else f", {opened.facts.information[dim, factor]:.2f}"
    strength += "" if ceiling is None else f", {ceiling:.2f}"
    carried = [opened.facts.names[k] for k in opened.facts.followed[dim]]
    own = factor is None or carried in ([], [opened.facts.names[factor]])
    return f"z{dim}{strength}" + ("" if own else f" ({' + '.join(carried)})")


def _notes(opened: LoadedModel) -> tuple[str, str]:
    """How the model was trained, with the final weight of the KL or the objective's name; and what it reached."""
    config, metrics = opened.model.config_in_force, opened.model.header["metrics"]
    weight = kl_weight(config)
    text = config.objective.name if weight is None else f"β {weight / noise_variance(config):g}"
    steps = f"{opened.model.header['steps']:,}"
    above, score = above_floor(metrics), migs(opened)["mig_in_use"]
    if opened.drawn is not None:
        return f"{text} · seed {config.training.seed}", ""
    bound = f"−ELBO {metrics['neg_elbo']:,.1f} nats"
    if above is not None:
        bound = f"{above:,.1f} nats above the floor, {bound}"
    if score is not None:
        bound += f" · MIG {score:.2f} of latents in use"
        if metrics.get("mig") is not None:
            bound += f", {metrics['mig']:.2f} of all means"
    decoder = refit(opened)
    again = "" if decoder is None else f", decoder {int(decoder['steps']):,} more"
    trained = "" if opened.model.imported else f" · {steps} steps{again}"
    return f"{text} · seed {config.training.seed}{trained}", bound
