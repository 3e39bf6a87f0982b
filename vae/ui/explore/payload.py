"""What the Explore tab asks for: pure functions of (opened model, z, arguments) -> payloads. No gradio in here."""

import hashlib
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch

from vae.evaluation.doctor import ACTIVE_NATS, Evidence, findings
from vae.evaluation.matching import FOLLOWED
from vae.latent.projection import explained
from vae.latent.traversal import between_neighbours, traverse
from vae.ui.kit import points as figures
from vae.ui.kit.pictures import SHEET_COLUMNS, SHEET_IMAGES, data_uri, sheet
from vae.ui.models.loaded_model import Opened

STEPS = np.linspace(-3.0, 3.0, 9)
FIRST_ROWS = 12  # traversal rows drawn unasked
SPECTRUM_DIRECTIONS, MOST_DIRECTIONS = 24, 48  # bars drawn at least, and at most


def overview(opened: Opened) -> dict[str, Any]:
    """Everything that the page needs to draw a model, its first picked image included: one payload, no second trip."""
    model = opened.model
    maps = projections(opened)
    kl = np.asarray(model.stats["kl"], dtype=float)
    keys = colour_keys(opened)
    first = first_row(opened)
    return {
        "name": opened.name,
        "title": opened.title,
        "dataset": opened.spec.title if opened.spec else model.header["dataset"]["name"],
        "trained": str(model.header["steps"]),  # a file may claim more than 64 bits
        "total": images_of(opened),
        "index": figures.pack(model.index, "int32"),
        "dims": opened.dims,
        "kl": kl.tolist(),
        "active": ACTIVE_NATS,
        "quantiles": np.asarray(model.stats["mu_quantiles"], dtype=float).T.tolist(),
        "steps": STEPS.tolist(),
        "rows": FIRST_ROWS,
        "follows": followed(opened),
        "projections": maps,
        "map": {"name": maps[0], "xy": figures.pack(model.maps[maps[0]], "float32")},
        "colours": keys,
        "column": column(opened, first_colour(opened)),
        "thumbnails": thumbnails(opened),
        "missing": opened.missing,
        "findings": said(opened.evidence),
        "information": information(opened),
        "lattice": lattice(opened),
        "picked": pick(opened, first),
        "traversal": traversal(opened, model.mu[first], first_rows(opened), "sigma"),
    }


def images_of(opened: Opened) -> int:
    """How many test images there are; where they are missing, as many as were published."""
    if opened.images is not None:
        return len(opened.images)
    return opened.spec.sizes["test"] if opened.spec else len(opened.model.index)


def said(known: Evidence) -> list[dict[str, Any]]:
    """The doctor's findings as plain values."""
    return [asdict(finding) for finding in findings(known)]


def foretold(opened: Opened) -> dict[str, Any]:
    """The findings again, with what a linear model of the same images would have done: too slow for the first map.

    `spectrum` holds the variances of the images' strongest directions, the threshold of a latent, and the KL of each
    latent of this model that is in use; None where nothing can be foretold.
    """
    findings, expected = said(replace(opened.evidence, predicted=opened.forecast)), opened.forecast
    if expected is None or not expected.largest:
        return {"findings": findings, "spectrum": None}
    awake = sorted((float(kl) for kl in opened.model.stats["kl"] if kl >= ACTIVE_NATS), reverse=True)
    directions = min(max(SPECTRUM_DIRECTIONS, expected.awake + 6), MOST_DIRECTIONS)
    values = expected.spectrum[:directions]
    values = values[values > 1e-4 * values[0]]  # what rounding leaves has no place on a logarithmic axis
    return {
        "findings": findings,
        "spectrum": {"values": values.tolist(), "threshold": expected.threshold, "kl": awake[: len(values)]},
    }


def information(opened: Opened) -> dict[str, Any] | None:
    """Latents in use, the strongest first, against factors: mutual information in [0, 1]. None without factors."""
    if opened.information is None:
        return None
    kl = opened.model.stats["kl"]
    dims = [int(dim) for dim in np.argsort(-kl, kind="stable") if kl[dim] >= ACTIVE_NATS]
    return {
        "factors": [factor.name for factor in opened.factor_specs],
        "rows": [{"dim": dim, "shares": [round(float(share), 2) for share in opened.information[dim]]} for dim in dims],
    }


def lattice(opened: Opened) -> dict[str, Any] | None:
    """The prior of a model with two latents, decoded: the values of either axis, rising, and one sheet of tiles.

    Tile (row, column) shows z0 = values[column] and z1 = values[-1 - row]. None for any other number of latents.
    """
    if opened.lattice is None:
        return None
    values, tiles = opened.lattice
    return {"values": values.tolist(), "sheet": tiles}


def followed(opened: Opened) -> list[dict[str, Any] | None]:
    """For each latent what it follows and how strongly (in [0, 1]), or None; an entangled one carries several."""
    if opened.information is None:
        return [None] * opened.dims
    names = np.array([factor.name for factor in opened.factor_specs])
    strongest = opened.information.max(axis=1)
    return [
        {"factors": names[shares >= max(FOLLOWED, best / 2)].tolist(), "strength": round(float(best), 2)}
        if best >= FOLLOWED
        else None
        for shares, best in zip(opened.information, strongest, strict=True)
    ]


def first_row(opened: Opened) -> int:
    """The image to begin with: the best reconstructed of those near the middle of the latent space.

    In the middle every slider has room on both sides; a good reconstruction makes the two pictures comparable.
    """
    distance = ((opened.model.mu - np.median(opened.model.mu, axis=0)) ** 2).sum(axis=1)
    near = np.argsort(distance, kind="stable")[: max(1, len(distance) // 10)]
    error = opened.model.distortion
    return int(near[0] if error is None else near[np.argmin(error[near])])


def first_rows(opened: Opened) -> list[int]:
    """The latents whose traversal is drawn first: those in use by KL, or three of a model that uses none."""
    kl = opened.model.stats["kl"]
    order = np.argsort(-kl, kind="stable")
    return [int(dim) for dim in order if kl[dim] >= ACTIVE_NATS][:FIRST_ROWS] or [int(dim) for dim in order[:3]]


def colour_keys(opened: Opened) -> list[str]:
    """What the map can be coloured by: the class, names of factors, what is known of each image's code, attributes."""
    keys = ["class"] if opened.model.label is not None else []
    keys += [factor.name for factor in opened.factor_specs]
    keys += ["kl"] if opened.model.distortion is None else ["kl", "distortion"]
    return [*keys, *opened.attributes]


def first_colour(opened: Opened) -> str:
    """The class, else the factor by which the first map is ordered most, else the KL divergence."""
    if opened.model.label is not None:
        return "class"
    if opened.factors is None:
        return "kl"
    points = opened.model.maps[projections(opened)[0]]
    shares = [explained(points, codes) for codes in opened.factors.T]
    return opened.factor_specs[int(np.argmax(shares))].name


def projections(opened: Opened) -> list[str]:
    """The maps that a model brings along, the one to begin with first."""
    return [name for name in ("umap", "pca") if name in opened.model.maps]


def column(opened: Opened, key: str) -> dict[str, Any]:
    """One column to colour the map by; `key` is one of `colour_keys`."""
    model = opened.model
    if key == "kl":
        return figures.continuous(key, opened.kl_per_image)
    if key == "distortion":
        return figures.continuous(key, model.distortion)
    if key == "class":
        count = int(model.label.max()) + 1
        names = (opened.spec.label_names if opened.spec else None) or tuple(str(value) for value in range(count))
        return figures.discrete(key, model.label, names, None, ordered=False)
    if key in opened.attributes:
        return figures.discrete(key, opened.attributes[key], ("without", "with"), None, ordered=False)
    k = [factor.name for factor in opened.factor_specs].index(key)
    factor = opened.factor_specs[k]
    return figures.discrete(key, opened.factors[:, k], factor.values, factor.colours, factor.ordered)


def coordinates(opened: Opened, name: str) -> str:
    """A stored projection (N, 2), or "z3" for one latent (N,): float32 as base64."""
    if name in opened.model.maps:
        return figures.pack(opened.model.maps[name], "float32")
    return figures.pack(opened.model.mu[:, int(name[1:])], "float32")


def pick(opened: Opened, row: int) -> dict[str, Any]:
    """The image in that row of the encodings, its reconstruction from the mean, and z = that mean."""
    z = opened.model.mu[row]
    reconstruction = data_uri(opened.decode(z[None])[0].numpy())
    original = reconstruction if opened.images is None else data_uri(opened.originals([row])[0].numpy())
    return {
        "index": int(opened.model.index[row]),
        "row": row,
        "z": z.tolist(),
        "original": original,
        "reconstruction": reconstruction,
        "facts": facts(opened, row),
    }


def facts(opened: Opened, row: int) -> list[list[str | list[str]]]:
    """What is known of an image: [name, value] pairs, and the list of the attributes that it has."""
    known = []
    if opened.model.label is not None:
        label = int(opened.model.label[row])
        names = opened.spec.label_names if opened.spec else None
        known.append(["class", names[label] if names else str(label)])
    for k, factor in enumerate(opened.factor_specs):
        known.append([factor.name, factor.values[int(opened.factors[row, k])]])
    has = [name for name, column in opened.attributes.items() if column[row]]
    if has:
        known.append(["attributes", has])
    return known


def picture(opened: Opened, z: list[float]) -> str:
    """The picture of z (D,) as a data URI."""
    return data_uri(opened.decode(np.asarray([z]))[0].numpy())


def traversal(opened: Opened, z: list[float] | np.ndarray, dims: list[int], span: str) -> dict[str, Any]:
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


def place(opened: Opened, projection: str, x: float, y: float) -> dict[str, Any]:
    """Decode an empty place of a map, which has no inverse: a mixture of its nearest images' latents.

    `distance` says how far the result lies from the nearest image in latent space, so the page can call it approximate.
    """
    model = opened.model
    z, nearest, distance = between_neighbours(np.array([x, y]), model.maps[projection], model.mu)
    neighbours = [int(index) for index in model.index[nearest]]
    return {"z": z.tolist(), "image": picture(opened, z.tolist()), "neighbours": neighbours, "distance": distance}


def thumbnails(opened: Opened) -> dict[str, Any]:
    """How the sprite sheets are cut; `key` is the same for models that show the same pictures."""
    header = opened.model.header
    height, width = header["config"]["model"]["shape"][1:]
    source = header["dataset"]["sha256"] if opened.images is not None else f"{opened.name}@{header['steps']}"
    rows = hashlib.sha256(opened.model.index.tobytes()).hexdigest()[:12]
    return {
        "key": f"{source}:{rows}",
        "columns": SHEET_COLUMNS,
        "per_sheet": SHEET_IMAGES,
        "sheets": -(-len(opened.model.index) // SHEET_IMAGES),
        "width": width,
        "height": height,
    }


def thumbnail_sheet(opened: Opened, number: int) -> str:
    """Sprite sheet `number` as a data URI, made when it is first asked for and kept."""
    if number not in opened.sheets:
        rows = np.arange(number * SHEET_IMAGES, min((number + 1) * SHEET_IMAGES, len(opened.model.index)))
        opened.sheets[number] = sheet(opened.originals(rows), SHEET_COLUMNS, quality=70)
    return opened.sheets[number]
