"""What an exported page holds of its models: all that its JavaScript would otherwise ask the server for."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from vae.images import tile
from vae.latent.neighbours import NEIGHBOURS
from vae.training.objectives import OBJECTIVES
from vae.ui.compare import payload as comparer
from vae.ui.compare.figure_one_rows import INDEX, plan
from vae.ui.explore import payload as explorer
from vae.ui.explore.code_file import far_from
from vae.ui.kit.i18n import UserError
from vae.ui.kit.pictures import SHEET_COLUMNS, SHEET_IMAGES, data_uri
from vae.ui.kit.points import pack
from vae.ui.models import payload as models
from vae.ui.models.catalog import MARKS, figures_of
from vae.ui.models.image_facts import ImageFacts
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.model_pair import ModelPair, paired
from vae.ui.models.model_with_images import even_rows
from vae.ui.models.rates import payload as rates

QUALITY = 85  # of WebP
SIDES = ("left", "right")


@dataclass(eq=False)
class FewFacts(ImageFacts):
    """What is known of a few images of a model; what its latents know of the factors is measured on all of them."""

    whole: ImageFacts

    @cached_property
    def information(self) -> np.ndarray | None:
        return self.whole.information


@dataclass(eq=False)
class FewImages(LoadedModel):
    """A model of which a page shows a few images; what is said of the model itself is said of the `whole`. Its name is
    its title: that of a visitor's model is a secret, and a file goes from hand to hand.
    """

    whole: LoadedModel | None = None

    @cached_property
    def facts(self) -> ImageFacts:
        return FewFacts(self, self.whole.facts)

    @property
    def diagnosis(self) -> Any:
        return self.whole.diagnosis


def few_images(opened: LoadedModel, rows: np.ndarray) -> FewImages:
    """The same model with these of its images alone."""
    model = opened.model
    taken = {name: getattr(model, name) for name in ("index", "mu", "logvar", "label", "distortion")}
    chosen = {name: values if values is None else values[rows] for name, values in taken.items()}
    model = replace(model, **chosen, maps={name: points[rows] for name, points in model.maps.items()})
    about = (opened.spec, opened.images, opened.missing, opened.decode_seconds, opened.version)
    return FewImages(opened.title, model, *about, whole=opened)


def content_of(chosen: Sequence[LoadedModel], most: int) -> dict[str, Any]:
    """The whole content of a page, see `page.js`.

    Args:
        chosen: one model, or two that are compared.
        most: images, an even choice of all; of two models of those that both have.

    Raises:
        UserError: no page can run a decoder of theirs, they cannot be compared, have only draws in common, or are the
            same model.
    """
    networks: dict[str, str] = {}
    if len(chosen) == 1:
        (opened,) = chosen
        pair, few = None, [few_images(opened, opened.evenly(most))]
    else:
        pair = paired(*distinct(*chosen))
        if pair.draws is not None:
            raise UserError("page.drawn_pair", left=pair.left.title, right=pair.right.title)
        rows = even_rows(len(pair.index), most)
        few = [few_images(side, own[rows]) for side, own in zip(pair.sides, pair.rows, strict=True)]
    contents = [model_content(side, networks) for side in few]
    sheets = {}
    for side, content in zip(few, contents, strict=True):  # two models of the same images share them
        cut = content["overview"]["thumbnails"]
        sheets[cut["key"]] = sheets.get(cut["key"]) or [fine_sheet(side, number) for number in range(cut["sheets"])]
    return {
        "models": contents,
        "couple": pair and couple_content(pair, ModelPair(*few), networks),
        "sheets": sheets,
        "networks": networks,
        "marks": list(MARKS),
    }


def distinct(left: LoadedModel, right: LoadedModel) -> tuple[LoadedModel, LoadedModel]:
    """Two models of different titles: a number is put behind the second one where they are of one.

    Raises:
        UserError: they are the same.
    """
    if left.version == right.version:
        raise UserError("page.same", name=left.title)
    return (left, right) if left.title != right.title else (left, replace(right, name=f"{right.title} (2)"))


def model_content(few: FewImages, networks: dict[str, str]) -> dict[str, Any]:
    """What the page holds of a model, see `answers.js`; its decoder comes among the `networks`."""
    opened = few.whole
    overview = explorer.overview(few)
    if overview["decoder"] is None:
        raise UserError("page.no_decoder", name=opened.title)
    overview["decoder"] = _brought(overview["decoder"], networks)
    overview["codes"] = None  # what stands for the server here has them
    information = models.information(opened)
    maps = few.model.maps
    return {
        "overview": overview,
        "about": about(opened),
        "figures": figures_of(opened.model.header),
        "mu": pack(few.model.mu, "float32"),
        "maps": {name: pack(maps[name], "float32") for name in overview["projections"]},
        "reach": {name: far_from(maps[name]) for name in overview["projections"]},
        "neighbours": NEIGHBOURS,
        "columns": {key: models.column(few, key) for key in overview["colours"]},
        "attributes": list(few.facts.attributes),
        "lattice": explorer.lattice(few, "wide"),
        "information": models.information_chart(**information) if information and information["rows"] else None,
        "forecast": explorer.forecast_and_findings(opened),
    }


def couple_content(pair: ModelPair, few: ModelPair, networks: dict[str, str]) -> dict[str, Any]:
    """What the page holds of two models side by side, see `pair-answers.js`. Matched latents, scores and sentences are
    those of all images.
    """
    overview = comparer.overview(pair)
    overview |= {"index": pack(few.index, "int32"), "rows": [pack(rows, "int32") for rows in few.rows]}
    overview["first"] = int(few.index[comparer.first_row(few)])
    for name, side in zip(SIDES, few.sides, strict=True):
        own = overview[name]
        own |= {"name": side.name, "handle": side.handle, "thumbnails": models.thumbnails(side)}
        own |= {key: _brought(own[key], networks) for key in ("decoder", "reader_file")}
    return {
        "overview": overview,
        "informations": comparer.information_charts(pair),
        "spills": [side.spill_meter.spill() for side in pair.sides] if overview["reader"] else None,
        "rates": rates.chart(rates.measures_of(pair)),
        "figure": plan(pair) | {"index": INDEX},
    }


def _brought(file: dict[str, Any] | None, networks: dict[str, str]) -> dict[str, Any] | None:
    """A network's file by its name alone, which goes by its content: its folder is one of this process."""
    if file is None:
        return None
    path = Path(file["file"])
    if path.name not in networks:
        networks[path.name] = base64.b64encode(path.read_bytes()).decode("ascii")
    return file | {"file": path.name}


def fine_sheet(few: FewImages, number: int) -> str:
    """Sprite sheet `number` as a data URI: finer than the app's, for it stands for the images themselves too."""
    rows = np.arange(number * SHEET_IMAGES, min((number + 1) * SHEET_IMAGES, len(few.model.index)))
    return data_uri(tile(few.originals(rows), SHEET_COLUMNS).numpy(), "WEBP", quality=QUALITY, method=6)


def about(opened: LoadedModel) -> dict[str, Any]:
    """The model in a sentence, as key and values, and the licence of its images, None where there are none."""
    config = opened.model.config_in_force
    objective = OBJECTIVES.get(config.objective.name)
    beta = objective and objective.beta(config.objective)
    values = {"data": opened.dataset, "latents": opened.dims, "steps": opened.model.header["steps"]}
    licence = opened.spec.licence if opened.spec else None if opened.drawn is not None else "?"
    if opened.model.imported:
        kind = opened.model.header["imported"]["kind"]
        return {"key": "page.about_imported", "values": values | {"kind": kind}, "licence": licence}
    values |= {"objective": {"key": f"train.objective.{config.objective.name}", "values": {}}}
    values |= {} if beta is None else {"beta": f"{beta:g}"}
    key = "page.about" if beta is None else "page.about_beta"
    return {"key": key, "values": values, "licence": licence, "refit": models.refit(opened)}
