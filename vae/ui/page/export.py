"""A model as one HTML file: Explore with what it shows, its decoder and the page's own JavaScript, for no server."""

from __future__ import annotations

import base64
import gzip
import html
import json
import math
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from vae.images import tile
from vae.latent.neighbours import NEIGHBOURS
from vae.training.objectives import OBJECTIVES
from vae.ui.explore import payload as explorer
from vae.ui.explore.code_file import far_from
from vae.ui.explore.tab import TEMPLATE
from vae.ui.kit.bundle import UI, plotly_script, script_of
from vae.ui.kit.constants import FONT, constants
from vae.ui.kit.i18n import LANGUAGES, UserError, say
from vae.ui.kit.part import LANGUAGE, made_modules, module, words
from vae.ui.kit.pictures import SHEET_COLUMNS, SHEET_IMAGES, data_uri
from vae.ui.kit.points import pack
from vae.ui.models import payload as models
from vae.ui.models.catalog import MARKS, figures_of
from vae.ui.models.image_facts import ImageFacts
from vae.ui.models.loaded_model import LoadedModel

MOST_IMAGES = 2000  # of the map; the thumbnails of 2,000 pictures 64x64x3 take some 0.5 MB
QUALITY = 85  # of WebP
SHEETS = ("kit", "models", "header", "explore", "page")  # folders of the style sheets, the general ones first
ENTRY = "page/page"
_ESCAPED = {"<": "\\u003c", "\u2028": "\\u2028", "\u2029": "\\u2029"}  # ends an element, or a line of JavaScript
# Strings that no such page says, but for the names of objectives.
_OTHERS = re.compile(r"(learn|compare|tour|present|rates|run|api|request|command|hub|tab|train(?!\.objective\.))\.")


@dataclass(eq=False)
class FewFacts(ImageFacts):
    """What is known of a few images of a model; what its latents know of the factors is measured on all of them."""

    whole: ImageFacts

    @cached_property
    def information(self) -> np.ndarray | None:
        return self.whole.information


@dataclass(eq=False)
class FewImages(LoadedModel):
    """A model of which a page shows a few images; what is said of the model itself is said of the `whole`."""

    whole: LoadedModel | None = None

    @cached_property
    def facts(self) -> ImageFacts:
        return FewFacts(self, self.whole.facts)

    @property
    def diagnosis(self) -> Any:
        return self.whole.diagnosis


def few_images(opened: LoadedModel, most: int = MOST_IMAGES) -> FewImages:
    """The same model with at most so many of its images, evenly out of all."""
    rows, model = opened.evenly(most), opened.model
    taken = {name: getattr(model, name) for name in ("index", "mu", "logvar", "label", "distortion")}
    chosen = {name: values if values is None else values[rows] for name, values in taken.items()}
    model = replace(model, **chosen, maps={name: points[rows] for name, points in model.maps.items()})
    about = (opened.spec, opened.images, opened.missing, opened.decode_seconds, opened.version)
    return FewImages(opened.name, model, *about, whole=opened)


def page(opened: LoadedModel, light: bool = False) -> str:
    """The file's text. The same model gives the same text.

    Args:
        light: without Plotly, 1.9 MB: the map is its raster alone, and charts are their numbers.

    Raises:
        UserError: no page can run this decoder.
    """
    content = {"models": [model_content(opened)], "marks": list(MARKS)}
    plotly = "" if light else f'<script type="text/plain" id="page-plotly">{_plotly()}</script>'
    parts = {
        "title": html.escape(opened.title),
        "style": style(),
        "look": "lse-page lse-page-light" if light else "lse-page",
        "cut": "".join(f'<p lang="{code}">{html.escape(say("page.cut", code))}</p>' for code in LANGUAGES),
        "explore": TEMPLATE,
        "content": as_json(content),
        "script": script(light),
        "plotly": plotly,
    }
    return Template((UI / "page" / "template.html").read_text(encoding="utf-8")).substitute(parts)


def model_content(opened: LoadedModel) -> dict[str, Any]:
    """What the page holds of a model, see `answers.js`."""
    few = few_images(opened)
    overview = explorer.overview(few)
    if overview["decoder"] is None:
        raise UserError("page.no_decoder", name=opened.title)
    network = Path(overview["decoder"]["file"])  # its name goes by its content, its folder by this process
    overview["decoder"] |= {"file": network.name}
    overview["codes"] = None  # what stands for the server here has them
    information = models.information(opened)
    maps = few.model.maps
    return {
        "overview": overview,
        "about": about(opened),
        "figures": figures_of(opened.model.header),
        "network": base64.b64encode(network.read_bytes()).decode("ascii"),
        "mu": pack(few.model.mu, "float32"),
        "maps": {name: pack(maps[name], "float32") for name in overview["projections"]},
        "reach": {name: far_from(maps[name]) for name in overview["projections"]},
        "neighbours": NEIGHBOURS,
        "columns": {key: models.column(few, key) for key in overview["colours"]},
        "attributes": list(few.facts.attributes),
        "sheets": [fine_sheet(few, number) for number in range(overview["thumbnails"]["sheets"])],
        "lattice": explorer.lattice(few, "wide"),
        "information": models.information_chart(**information) if information and information["rows"] else None,
        "forecast": explorer.forecast_and_findings(opened),
    }


def fine_sheet(few: FewImages, number: int) -> str:
    """Sprite sheet `number` as a data URI: finer than the app's, for it stands for the images themselves too."""
    rows = np.arange(number * SHEET_IMAGES, min((number + 1) * SHEET_IMAGES, len(few.model.index)))
    return data_uri(tile(few.originals(rows), SHEET_COLUMNS).numpy(), "WEBP", quality=QUALITY, method=6)


def about(opened: LoadedModel) -> dict[str, Any]:
    """The model in a sentence, as key and values, and the licence of its images."""
    config = opened.model.config_in_force
    objective = OBJECTIVES.get(config.objective.name)
    beta = objective and objective.beta(config.objective)
    data = opened.spec.title if opened.spec else opened.model.header["dataset"]["name"]
    values = {"data": data, "latents": opened.dims, "steps": opened.model.header["steps"]}
    values |= {"objective": {"key": f"train.objective.{config.objective.name}", "values": {}}}
    values |= {} if beta is None else {"beta": f"{beta:g}"}
    licence = opened.spec.licence if opened.spec else "?"
    return {"key": "page.about" if beta is None else "page.about_beta", "values": values, "licence": licence}


def script(light: bool) -> str:
    """The page's modules, those that it needs alone, in all languages."""
    made = made_modules("en")
    made["kit/js/words"] = all_words()
    made["kit/js/constants"] = module(constants() | {"PLOTLY": "" if light else "plotly"})
    text = script_of(UI, made, ENTRY)
    if re.search(r"</script|<!--", text, re.IGNORECASE):
        raise ValueError("a module of the page would end the element that it stands in")
    return f"{text}modules['{ENTRY}'].open();"


def all_words() -> str:
    """The module `words` of a page that holds every language and chooses its own when it is opened."""
    spoken = {language: words(language) for language in LANGUAGES}
    texts = {
        language: {key: text for key, text in each["texts"].items() if not _OTHERS.match(key)}
        for language, each in spoken.items()
    }
    rest = module({"languages": LANGUAGES, "tabs": {}})
    return (
        f"{LANGUAGE.lstrip()}export const language = languageOf({json.dumps(LANGUAGES)});\n{rest}"
        f"export const texts = {as_json(texts)}[language];\n"
    )


def style() -> str:
    """The style sheets of what the page shows, and the app's font."""
    sheets = [(UI / name / "style.css").read_text(encoding="utf-8") for name in SHEETS]
    font = ", ".join(name if name.isidentifier() or "-" in name else f'"{name}"' for name in FONT)
    return "".join(sheets) + f".lse-page {{ --page-font: {font}; }}\n"


def as_json(value: Any) -> str:
    """JSON that may stand in a script element: no value of it ends the element. What is no number is null, as in the
    app's answers.
    """
    text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(str.maketrans(_ESCAPED))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plotly() -> str:
    """Plotly's script, compressed to a quarter, as base64."""
    return base64.b64encode(gzip.compress(plotly_script().read_bytes(), mtime=0)).decode("ascii")
