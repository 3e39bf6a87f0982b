"""What pages show of an open model: pure functions of (model, z, arguments) -> payloads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from vae.evaluation.doctor import Evidence, findings
from vae.evaluation.evaluate import CONVENTIONS, mig_conventions
from vae.evaluation.header_figures import number
from vae.evaluation.latent_use import awake
from vae.latent.traversal import traverse
from vae.models.posterior import Posterior
from vae.ui.kit import figure as charts
from vae.ui.kit import points
from vae.ui.kit.pictures import SHEET_COLUMNS, SHEET_IMAGES, data_uri, sheet
from vae.ui.models.loaded_model import LoadedModel

if TYPE_CHECKING:
    import plotly.graph_objects as go

STEPS = np.linspace(-3.0, 3.0, 9)
FIRST_ROWS = 12  # of traversals, drawn unasked
# From nothing to everything, so pale that the page's own ink is read on it in light and dark.
SHARES = ((0.0, "rgba(0, 158, 115, 0.05)"), (1.0, "rgba(0, 158, 115, 0.75)"))
ROW, AROUND = 24, 32  # pixels of height of a latent's cells, and of the factors' names


def findings_json(evidence: Evidence) -> list[dict[str, Any]]:
    """The doctor's findings as plain values."""
    return [asdict(finding) for finding in findings(evidence)]


def information(opened: LoadedModel) -> dict[str, Any] | None:
    """Latents in use, the strongest first, against factors: mutual information in [0, 1]. None without factors."""
    if opened.facts.information is None:
        return None
    rows = [(dim, opened.facts.information[dim]) for dim in latents_in_use(opened)]
    return {
        "factors": opened.facts.names,
        "rows": [{"dim": dim, "shares": [round(float(share), 2) for share in shares]} for dim, shares in rows],
    }


def information_figure(factors: Sequence[str], rows: Sequence[dict[str, Any] | None]) -> go.Figure:
    """Latents × factors as a heat map, the share in each cell.

    Args:
        rows: of `information`; where one is None a line stays empty, so that two figures may stand line beside line.
    """
    import plotly.graph_objects as go

    cells = [(k, line, row["shares"][k]) for line, row in enumerate(rows) if row for k in range(len(factors))]
    columns, lines, shares = (np.array(values) for values in zip(*cells, strict=True)) if cells else ([], [], [])
    hover = [
        charts.words("information.cell", dim=rows[line]["dim"], factor=factors[k], share=f"{share:.2f}")
        for k, line, share in cells
    ]
    drawing = go.Figure()
    drawing.add_heatmap(
        x=columns,
        y=lines,
        z=shares,
        zmin=0,
        zmax=1,
        colorscale=SHARES,
        showscale=False,
        hovertext=hover,
        hoverinfo="text",
        xgap=2,
        ygap=2,
    )
    # Words of a heat map take black or white after their cell's colour, and do not see that it lets the page through.
    texts = [f"{share:.2f}" for share in shares]
    drawing.add_scatter(x=columns, y=lines, mode="text", text=texts, hoverinfo="skip")
    named = [charts.named(factor) for factor in factors]
    latents = [f"<b>z{row['dim']}</b>" if row else "–" for row in rows]
    bare = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "ticklabelstandoff": 4}
    drawing.update_layout(
        height=AROUND + ROW * len(rows),
        margin={"t": 0, "b": 0, "l": 0, "r": 0},
        showlegend=False,
        xaxis=bare
        | {"range": [-0.5, len(named) - 0.5], "side": "top", "tickvals": list(range(len(named))), "ticktext": named},
        yaxis=bare | {"range": [len(rows) - 0.5, -0.5], "tickvals": list(range(len(rows))), "ticktext": latents},
    )
    return drawing


def information_label(factors: Sequence[str], rows: Sequence[dict[str, Any] | None]) -> str:
    """That figure in sentences: of each factor the latent that knows most of it, and how much."""
    label = charts.words("information.label")
    known = [row for row in rows if row]
    if not known:
        return label
    strongest = []
    for k, factor in enumerate(factors):
        share, dim = max((row["shares"][k], -row["dim"]) for row in known)
        strongest.append([factor, f"z{-dim} {share:.2f}"])
    return charts.lines(label, charts.words("information.strongest", strongest=strongest))


def information_table(factors: Sequence[str], rows: Sequence[dict[str, Any] | None]) -> charts.Table:
    """Every share of that figure: a latent a row, a factor a column."""
    head = ["", *(charts.named(factor) for factor in factors)]
    return charts.Table(head, [[f"z{row['dim']}", *(f"{share:.2f}" for share in row["shares"])] for row in rows if row])


def information_chart(factors: Sequence[str], rows: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """That figure with its label and its table, as the page takes it."""
    label, table = information_label(factors, rows), information_table(factors, rows)
    return charts.packed(information_figure(factors, rows), label, table)


def refit(opened: LoadedModel) -> dict[str, Any] | None:
    """What the file says of a decoder that was fitted anew: "steps", and "distortion" in nats an image and "psnr" in
    decibels before and after; None of a decoder that was trained with its encoder.
    """
    found = opened.model.header.get("refit")
    return found and {"steps": str(found["steps"])} | {key: found[key] for key in ("distortion", "psnr")}


def migs(opened: LoadedModel) -> dict[str, float | None]:
    """MIG of sampled codes and of the latents in use, see `mig_conventions`: as recorded, else of the stored codes;
    None where neither is at hand. The page goes by the second: latents that sleep follow nothing.
    """
    recorded = {key: number(opened.model.header["metrics"].get(key)) for key in CONVENTIONS}
    if None not in recorded.values() or opened.facts.factors is None:
        return recorded
    model, factors = opened.model, opened.facts.factors
    posterior = Posterior(torch.from_numpy(model.mu), torch.from_numpy(model.logvar))
    found = opened.once("migs", lambda: mig_conventions(posterior, factors))
    return {key: found[key] for key in CONVENTIONS}


def latents_in_use(opened: LoadedModel) -> list[int]:
    """The latents in use, by KL, the strongest first."""
    kl = np.asarray(opened.model.stats["kl"])
    dims = awake(kl)
    return dims[np.argsort(-kl[dims], kind="stable")].tolist()


def strongest_latents(opened: LoadedModel, most: int) -> list[int]:
    """The latents to show first: at most so many of those in use, by KL, or three of a model that uses none."""
    return latents_in_use(opened)[:most] or np.argsort(-opened.model.stats["kl"], kind="stable")[:3].tolist()


def followed(opened: LoadedModel) -> list[dict[str, Any] | None]:
    """For each latent what it follows, the strongest first, and how strongly (in [0, 1]); None where nothing."""
    names, shares = opened.facts.names, opened.facts.information
    return [
        {"factors": [names[k] for k in numbers], "strength": round(float(shares[dim, numbers[0]]), 2)}
        if numbers
        else None
        for dim, numbers in enumerate(opened.facts.followed)
    ]


def first_row(opened: LoadedModel) -> int:
    """The image to begin with: the best reconstructed of those near the middle of the latent space.

    In the middle every slider has room on both sides; a good reconstruction makes the two pictures comparable.
    """
    distance = ((opened.model.mu - np.median(opened.model.mu, axis=0)) ** 2).sum(axis=1)
    near = np.argsort(distance, kind="stable")[: max(1, len(distance) // 10)]
    error = opened.model.distortion
    return int(near[0] if error is None else near[np.argmin(error[near])])


def colour_keys(opened: LoadedModel) -> list[str]:
    """What the map can be coloured by: the class, names of factors, what is known of each image's code, attributes."""
    keys = ["class"] if opened.model.label is not None else []
    keys += opened.facts.names
    keys += ["kl"] if opened.model.distortion is None else ["kl", "distortion"]
    return [*keys, *opened.facts.attributes]


def projections(opened: LoadedModel) -> list[str]:
    """The maps that a model brings along, the one to begin with first."""
    return [name for name in ("umap", "pca") if name in opened.model.maps]


def column(opened: LoadedModel, key: str) -> dict[str, Any]:
    """One column to colour the map by; `key` is one of `colour_keys`."""
    model = opened.model
    if key == "kl":
        return points.continuous(key, opened.kl_per_image)
    if key == "distortion":
        return points.continuous(key, model.distortion)
    if key == "class":
        count = int(model.label.max()) + 1
        names = (opened.spec.label_names if opened.spec else None) or tuple(str(value) for value in range(count))
        return points.discrete(key, model.label, names, None, ordered=False)
    if key in opened.facts.attributes:
        return points.discrete(key, opened.facts.attributes[key], ("without", "with"), None, ordered=False)
    k = opened.facts.names.index(key)
    factor = opened.facts.specs[k]
    return points.discrete(key, opened.facts.factors[:, k], factor.values, factor.colours, factor.ordered)


def coordinates(opened: LoadedModel, name: str) -> str:
    """A stored projection (N, 2), or "z3" for one latent (N,): float32 as base64."""
    if name in opened.model.maps:
        return points.pack(opened.model.maps[name], "float32")
    return points.pack(opened.model.mu[:, int(name[1:])], "float32")


def facts(opened: LoadedModel, row: int) -> list[list[str | list[str]]]:
    """What is known of an image: [name, value] pairs, and the list of the attributes that it has."""
    known = []
    if opened.model.label is not None:
        label = int(opened.model.label[row])
        names = opened.spec.label_names if opened.spec else None
        known.append(["class", names[label] if names else str(label)])
    for k, factor in enumerate(opened.facts.specs):
        known.append([factor.name, factor.values[int(opened.facts.factors[row, k])]])
    has = [name for name, column in opened.facts.attributes.items() if column[row]]
    if has:
        known.append(["attributes", has])
    return known


def picture(opened: LoadedModel, z: list[float]) -> str:
    """The picture of z (D,) as a data URI."""
    return data_uri(opened.decode(np.asarray([z]))[0].numpy())


def traversal(opened: LoadedModel, z: list[float] | np.ndarray, dims: list[int], span: str) -> dict[str, Any]:
    """One row of pictures per latent in `dims`: that latent takes nine values, all others stay as in z (D,).

    Args:
        span: "sigma" for -3 ... 3, "quantiles" for those of the aggregate posterior.

    Returns:
        dims, values (len(dims), 9) and one sheet, a row of tiles per latent.
    """
    values = np.tile(STEPS, (len(dims), 1)) if span == "sigma" else opened.model.stats["mu_quantiles"][:, dims].T
    values = np.asarray(values, dtype=np.float32)
    grid = traverse(torch.tensor(np.asarray(z), dtype=torch.float32), dims, torch.from_numpy(values))
    images = opened.decode(grid.reshape(-1, opened.dims))
    return {
        "dims": dims,
        "range": span,
        "values": values.astype(float).round(4).tolist(),
        "sheet": sheet(images, values.shape[1], quality=90),
    }


def thumbnails(opened: LoadedModel) -> dict[str, Any]:
    """How the sprite sheets are cut; `key` is the same for models that show the same pictures."""
    header = opened.model.header
    height, width = header["config"]["model"]["shape"][1:]
    rows = hashlib.sha256(opened.model.index.tobytes()).hexdigest()[:12]
    return {
        "key": f"{opened.pictures_key}:{rows}",
        "columns": SHEET_COLUMNS,
        "per_sheet": SHEET_IMAGES,
        "sheets": -(-len(opened.model.index) // SHEET_IMAGES),
        "width": width,
        "height": height,
    }


def thumbnail_sheet(opened: LoadedModel, number: int) -> str:
    """Sprite sheet `number` as a data URI, made when it is first asked for and kept."""

    def make() -> str:
        rows = np.arange(number * SHEET_IMAGES, min((number + 1) * SHEET_IMAGES, len(opened.model.index)))
        return sheet(opened.originals(rows), SHEET_COLUMNS, quality=70)

    return opened.once(("thumbnails", number), make)
