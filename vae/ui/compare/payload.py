"""What the Compare tab asks for: pure functions of two open models -> payloads."""

import math
from typing import Any

import numpy as np

from vae.checkpoints.checkpoint import Entry
from vae.checkpoints.seeds import spread_over_seeds
from vae.evaluation.header_figures import above_floor, number
from vae.evaluation.latent_use import kept_apart
from vae.evaluation.matching import Pair
from vae.ui.kit.pictures import data_uri
from vae.ui.kit.points import pack
from vae.ui.models import payload as models
from vae.ui.models.catalog import MIGS
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.model_pair import ModelPair, likelihood_key
from vae.ui.models.network_files import decoder_file, reader_file

SCORES = (*MIGS, "dci_disentanglement", "dci_completeness", "sap", "modularity", "factor_vae", "beta_vae")
# And their units. What is above the floor comes first: the rest of the −ELBO is the data's own.
BOUNDS = {"above_floor": "nats", "neg_elbo": "nats", "rate": "nats", "distortion": "nats", "active_units": "latents"}
BESIDE = ("noise", "rotated", "perfect", "pca", "untrained")


def partners(entries: list[Entry]) -> dict[str, list[str]]:
    """For each model the pair that it is shown in at first: a plain VAE on the left, a beta-VAE on the right.

    A model that is neither stands beside the plain VAE of its data, one that came without images beside another such
    of the same shape; one that is alone beside itself.
    """
    by_data: dict[str, list[str]] = {}
    for entry in entries:
        data = f"draws {shape_of(entry)}" if "draws" in entry.header else entry.header["dataset"]["name"]
        by_data.setdefault(data, []).append(entry.name)
    found = {}
    for data, names in by_data.items():
        plain, heavy = f"{data}-vae", f"{data}-beta"
        for name in names:
            others = [other for other in (plain, heavy, *names) if other in names and other != name]
            other = others[0] if others else name
            found[name] = [name, other] if name == plain else [other, name]
    return found


def shape_of(entry: Entry) -> list[int]:
    """(C, H, W) of the images that a usable model takes."""
    return list(entry.header["config"]["model"]["shape"])


def overview(both: ModelPair) -> dict[str, Any]:
    """Everything that the page draws for two models, but the pictures of one image."""
    factors = both.left.facts.specs if both.left.facts.information is not None else ()
    return {
        "dataset": both.left.dataset,
        "draws": both.draws and both.draws.each,
        "left": side(both.left),
        "right": side(both.right),
        "index": pack(both.index, "int32"),
        "rows": [pack(rows, "int32") for rows in both.rows],
        "first_pairs": models.FIRST_ROWS,
        "pairs": [pair_of(pair, both) for pair in both.pairs],
        "axes": axes(both),
        "colours": colours(both),
        "factors": [factor.name for factor in factors],
        "sentence": sentence(both),
        "table": table(both),
        "marks": list(BESIDE),
        "reader": reader(both),
        "missing": both.left.missing or both.right.missing,
        "drawn": both.drawn,
        "first": int(both.index[first_row(both)]),
    }


def side(opened: LoadedModel) -> dict[str, Any]:
    """What is particular to one of the two."""
    model = opened.model
    return {
        "name": opened.name,
        "handle": opened.handle,
        "code_hash": opened.code_hash,
        "title": opened.title,
        "trained": str(model.header["steps"]),  # a file may claim more than 64 bits
        "dims": opened.dims,
        "drawn": opened.drawn is not None,
        "shape": list(model.config.model.shape),
        "kl": np.asarray(model.stats["kl"], dtype=float).tolist(),
        "quantiles": np.asarray(model.stats["mu_quantiles"], dtype=float).T.tolist(),
        "follows": models.followed(opened),
        "projections": models.projections(opened),
        "thumbnails": models.thumbnails(opened),
        "synthesis": synthesis(opened),
        "refit": models.refit(opened),
        "decoder": decoder_file(opened),
        "reader_file": reader_file(opened),
    }


def synthesis(opened: LoadedModel) -> dict[str, float] | None:
    """What the file says of best-fitting rendered images: "residual", "residual_spread" and "fade" in grey levels, see
    `measure_synthesis`, or None.
    """
    found = opened.model.header["metrics"].get("synthesis")
    if not isinstance(found, dict):
        return None
    figures = {key: number(found.get(key)) for key in ("residual", "residual_spread", "fade")}
    return None if None in figures.values() else figures


def pair_of(pair: Pair, both: ModelPair) -> dict[str, Any]:
    """A row of the page as plain values; `factor` is the name of what joins them, `strengths` how much either knows."""
    names = both.left.facts.names
    dims = (pair.left, pair.right)
    known = [
        None if pair.factor is None else round(float(side.facts.information[dim, pair.factor]), 2)
        for side, dim in zip(both.sides, dims, strict=True)
    ]
    return {
        "left": pair.left,
        "right": pair.right,
        "factor": None if pair.factor is None else names[pair.factor],
        "strength": round(pair.strength, 2),
        "strengths": known,
        "sign": pair.sign,
        "ceilings": [None if ceiling is None else round(ceiling, 2) for ceiling in pair.ceilings],
    }


def informations(both: ModelPair) -> dict[str, dict[str, Any]] | None:
    """For either side what its latents know of the factors, matched ones on one line; None without factors."""
    found = {}
    for name, opened in zip(("left", "right"), both.sides, strict=True):
        known = models.information(opened)
        if known is None:
            return None
        of = {row["dim"]: row for row in known["rows"]}
        found[name] = known | {"rows": [of.get(getattr(pair, name)) for pair in both.pairs]}
    return found


def information_charts(both: ModelPair) -> dict[str, dict[str, Any]] | None:
    """The same as charts of the page."""
    sides = informations(both) or {}
    return {side: models.information_chart(**information) for side, information in sides.items()} or None


def axes(both: ModelPair) -> list[dict[str, Any]]:
    """What the maps can be spanned by, the two best first: per factor the latent in use of either side that knows most
    of it; without factors the matched pairs. A model that uses none has its strongest latent everywhere.
    """
    strongest = [int(np.argmax(side.model.stats["kl"])) for side in both.sides]
    if both.left.facts.information is None or both.right.facts.information is None:
        found = [{"name": None, "left": p.left, "right": p.right} for p in both.pairs if None not in (p.left, p.right)]
        return found or [{"name": None, "left": strongest[0], "right": strongest[1]}]
    best = [
        np.where(side.facts.best < 0, top, side.facts.best) for side, top in zip(both.sides, strongest, strict=True)
    ]
    shares = [side.facts.information[dims, range(len(dims))] for side, dims in zip(both.sides, best, strict=True)]
    strength = np.maximum(*shares)
    order = np.argsort(-strength, kind="stable")
    names = both.left.facts.names
    return [{"name": names[k], "left": int(best[0][k]), "right": int(best[1][k])} for k in order]


def colours(both: ModelPair) -> list[dict[str, str | None]]:
    """What both maps can be coloured by: what is known of the images, and of the left model, which is then named."""
    of = {"kl": both.left.title, "distortion": both.left.title}
    return [{"key": key, "of": of.get(key)} for key in models.colour_keys(both.left)]


def first_row(both: ModelPair) -> int:
    """The row among the common images to begin with: what Explore would show of the right model, if the left has it."""
    wanted = both.right.model.index[models.first_row(both.right)]
    return int(min(np.searchsorted(both.index, wanted), len(both.index) - 1))


def pick(both: ModelPair, index: int) -> dict[str, Any]:
    """One image through both models: the original, and of each z = mu, the reconstruction, its error and reading. Of
    common draws `owner` is the title of the model whose draw it is.
    """
    row = both.right.rows[index]
    return {
        "index": index,
        "row": int(np.searchsorted(both.index, index)),
        "original": data_uri(both.right.originals([row])[0].numpy()),
        "facts": models.facts(both.right, row),
        "owner": both.draws and both.sides[index % 2].title,
        "left": _through(both.left, index),
        "right": _through(both.right, index),
    }


def _through(opened: LoadedModel, index: int) -> dict[str, Any]:
    row = opened.rows[index]
    error = opened.model.distortion
    mu = opened.model.mu[row]
    return {"z": mu.tolist(), "error": None if error is None else number(float(error[row])), **decoded(opened, mu)}


def decoded(opened: LoadedModel, z: np.ndarray | list[float]) -> dict[str, Any]:
    """The picture of z (D,) and what the reader sees in it."""
    pixels = opened.decode(np.asarray([z]))
    return {"image": data_uri(pixels[0].numpy()), "reading": reading(opened, pixels)}


def reading(opened: LoadedModel, pixels: Any) -> dict[str, Any] | None:
    """What the reader of this data set sees in one picture (1, C, H, W): for each factor where it stands, in a space
    whose unit is the factor's whole range, and the value that lies nearest. None where there is no reader.
    """
    reader = opened.spill_meter.reader
    if reader is None:
        return None
    readings = reader.read(pixels)
    values = zip(reader.factors, reader.values(readings), strict=True)
    return {
        "at": [[round(float(number), 4) for number in at[0]] for at in readings],
        "values": [factor.values[int(value[0])] for factor, value in values],
    }


def reader(both: ModelPair) -> list[dict[str, Any]] | None:
    """Every factor that the reader tells, {"name", "kind", "values"}, and how well it does so on real images that it
    has not seen, {"r2", "accuracy"}. What it does on the reconstructions of a model comes with the spill of that model.

    `still` is what a factor must seem to move by, as a share of its range, before it counts: twice the error of the
    difference of two readings, each of which is off by `noise` in the mean square.
    """
    known = both.left.spill_meter.reader
    if known is None:
        return None
    return [
        {"name": factor.name, "kind": factor.kind, "values": factor.values}
        | {"r2": figure["r2"], "accuracy": figure["accuracy"], "still": 2 * math.sqrt(2 * figure["noise"])}
        for factor, figure in zip(known.factors, known.accuracy, strict=True)
    ]


def table(both: ModelPair) -> list[dict[str, Any]]:
    """Rows of figures: key, unit, left and right with their spread and with lowest and highest of the other seeds where
    a file tells them, and beside each score its marks and baselines.

    The marks and PCA belong to the data and the number of latents: they are those of the right file. A score that this
    data does not define has no value on either side.
    """
    headers = [side.model.header for side in both.sides]
    metrics = [
        header["metrics"] | models.migs(side) | {"above_floor": above_floor(header["metrics"])}
        for header, side in zip(headers, both.sides, strict=True)
    ]
    rows = []
    for key in (*BOUNDS, *SCORES):
        rows.append({
            "key": key,
            "unit": BOUNDS.get(key),
            "left": number(metrics[0].get(key)),
            "right": number(metrics[1].get(key)),
            "seeds": [spread_over_seeds(header, key) for header in headers],
            "spread": [number(known.get(f"{key}_spread")) for known in metrics],
            "beside": {mark: number(metrics[1].get(f"{key}_{mark}")) for mark in BESIDE} if key in SCORES else None,
        })  # fmt: skip
    return rows


def sentence(both: ModelPair) -> dict[str, Any]:
    """Key and values of one sentence: which of the two keeps the factors apart, and what it pays for that in nats."""
    metrics = [side.model.header["metrics"] for side in both.sides]
    names = [side.title for side in both.sides]
    if both.left.name == both.right.name:
        return {"key": "compare.same", "values": {"name": names[0]}}
    if both.draws is not None:
        matched = sum(None not in (pair.left, pair.right) for pair in both.pairs)
        latents = [len(side.diagnosis.evidence.awake) for side in both.sides]
        values = {"name": names[0], "other": names[1], "n": matched, "draws": both.draws.each}
        return {"key": "compare.exchanged", "values": values | {"left": latents[0], "right": latents[1]}}
    if likelihood_key(both.left.model.config) != likelihood_key(both.right.model.config):
        return {"key": "compare.unlike", "values": {"name": names[0], "other": names[1]}}
    if both.left.spec is None or not both.left.spec.factors:
        return _thrifty(names, metrics)
    unmeasured = [name for name, known in zip(names, metrics, strict=True) if known.get("mig") is None]
    if len(unmeasured) == 2:
        return {"key": "compare.unmeasured_both", "values": {"name": names[0], "other": names[1]}}
    if unmeasured:
        return {"key": "compare.unmeasured", "values": {"name": unmeasured[0]}}
    if any(side.facts.information is None for side in both.sides):
        return {"key": "compare.unseen", "values": {"data": both.left.spec.title}}
    return _apart(both, names, metrics)


def _thrifty(names: list[str], metrics: list[dict[str, Any]]) -> dict[str, Any]:
    """Without factors: who spends less on its latents, and whether that costs anything."""
    thrifty = int(metrics[1]["rate"] <= metrics[0]["rate"])
    saved = metrics[1 - thrifty]["rate"] - metrics[thrifty]["rate"]
    paid = metrics[thrifty]["distortion"] - metrics[1 - thrifty]["distortion"]
    values = {
        "name": names[thrifty],
        "other": names[1 - thrifty],
        "saved": round(saved, 1),
        "paid": round(abs(paid), 1),
    }
    return {"key": "compare.thrifty" if paid >= 0 else "compare.better", "values": values}


def _apart(both: ModelPair, names: list[str], metrics: list[dict[str, Any]]) -> dict[str, Any]:
    """With factors: who has a latent for more of them, by its MIG where both have as many. Latents that sleep count
    for neither, as everywhere on the page.
    """
    apart = [np.flatnonzero(kept_apart(side.facts.information, side.diagnosis.evidence.awake)) for side in both.sides]
    score = [models.migs(side)["mig_in_use"] for side in both.sides]
    better = int((len(apart[1]), score[1]) >= (len(apart[0]), score[0]))
    factors = both.left.facts.names
    paid = round(metrics[better]["distortion"] - metrics[1 - better]["distortion"], 1)
    values = {
        "name": names[better],
        "other": names[1 - better],
        "n": len(apart[better]),
        "m": len(apart[1 - better]),
        "total": len(factors),
        "factors": [factors[k] for k in apart[better]],
        "mig": round(score[better], 2),
        "other_mig": round(score[1 - better], 2),
        "paid": abs(paid),
    }
    if not len(apart[better]):
        return {"key": "compare.neither", "values": values}
    key = "compare.pays" if paid > 0 else "compare.free" if paid < 0 else "compare.even"
    return {"key": key, "values": values, "apart": f"compare.apart_{'all' if values['n'] == len(factors) else 'some'}"}
