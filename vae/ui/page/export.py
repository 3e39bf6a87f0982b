"""A model, or two side by side, as one HTML file: Explore and Compare with what they show, the decoders and the page's
own JavaScript, for no server.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import math
import re
from string import Template
from typing import Any

from vae.ui.compare.tab import TEMPLATE as COMPARE
from vae.ui.explore.tab import TEMPLATE as EXPLORE
from vae.ui.kit.bundle import UI, plotly_script, script_of
from vae.ui.kit.constants import FONT, constants
from vae.ui.kit.i18n import LANGUAGES, say
from vae.ui.kit.part import LANGUAGE, made_modules, module, words
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.page.content import content_of

MOST_IMAGES, LEAST_IMAGES = 2000, 200  # of the map; the thumbnails of 2,000 pictures 64x64x3 take some 1 MB
MOST_BYTES, MOST_BYTES_OF_LIGHT = 8_000_000, 3_000_000  # beyond which a page shows fewer images
SHEETS = ("kit", "models", "header", "explore", "page")  # folders of the style sheets, the general ones first
SHEETS_OF_PAIR = ("kit", "models", "header", "compare", "explore", "page")  # of the tabs in the order of the app
ENTRY, ENTRY_OF_PAIR = "page/page", "page/pair"
_TABS = """<div class="lse-part lse-tabs" role="tablist">
<button id="tab-explore" type="button" role="tab" aria-controls="explore" data-tab-id="explore"></button>
<button id="tab-compare" type="button" role="tab" aria-controls="compare" data-tab-id="compare"></button>
</div>
"""
_COMPARE = f'<div id="compare" hidden><div>{COMPARE}</div></div>\n'
_ESCAPED = {"<": "\\u003c", "\u2028": "\\u2028", "\u2029": "\\u2029"}  # ends an element, or a line of JavaScript
# Strings that no such page says, but for the names of objectives; the second ones are those of one model's page alone.
_OTHERS = re.compile(r"(learn|tour|present|run|api|request|command|hub|train(?!\.objective\.))\.")
_OF_PAIR = re.compile(r"(compare|rates|tab)\.")


def page(*chosen: LoadedModel, light: bool = False) -> str:
    """The file's text. The same models give the same text. It shows fewer images where it would be too large: two large
    decoders leave a light page room for some 1,000.

    Args:
        chosen: one model, or two that are compared, the left one first.
        light: without Plotly, 1.9 MB: the map is its raster alone, and charts are their numbers.

    Raises:
        UserError: no page can run a decoder of theirs, they cannot be compared, or are the same model.
    """
    content = content_of(chosen, MOST_IMAGES)
    text = _written(content, light)
    over = len(text.encode()) - (MOST_BYTES_OF_LIGHT if light else MOST_BYTES)
    return text if over <= 0 else _written(content_of(chosen, fewer_images(content, over)), light)


def fewer_images(content: dict[str, Any], over: int) -> int:
    """How many images a page may show that is so many bytes too large. What else grows with them makes it smaller."""
    models = content["models"]
    count = len(base64.b64decode(models[0]["overview"]["index"])) // 4
    growing = [sheet for sheets in content["sheets"].values() for sheet in sheets]
    growing += [packed for model in models for packed in (model["mu"], *model["maps"].values())]
    return max(LEAST_IMAGES, int(count * (1 - over / sum(map(len, growing)))))


def _written(content: dict[str, Any], light: bool) -> str:
    pair = content["couple"] is not None
    titles = [model["overview"]["title"] for model in content["models"]]
    plotly = "" if light else f'<script type="text/plain" id="page-plotly">{_plotly()}</script>'
    parts = {
        "title": html.escape(" · ".join(titles)),
        "style": style(pair),
        "look": "lse-page lse-page-light" if light else "lse-page",
        "cut": "".join(f'<p lang="{code}">{html.escape(say("page.cut", code))}</p>' for code in LANGUAGES),
        "tabs": _TABS if pair else "",
        "explore": EXPLORE,
        "compare": _COMPARE if pair else "",
        "content": as_json(content),
        "script": script(light, pair),
        "plotly": plotly,
    }
    text = Template((UI / "page" / "template.html").read_text(encoding="utf-8")).substitute(parts)
    return text.encode("utf-8", "replace").decode()  # a file may bring names with halves of letters


def script(light: bool, pair: bool = False) -> str:
    """The page's modules, those that it needs alone, in all languages."""
    entry = ENTRY_OF_PAIR if pair else ENTRY
    made = made_modules("en")
    made["kit/js/words"] = all_words(pair)
    made["kit/js/constants"] = module(constants() | {"PLOTLY": "" if light else "plotly"})
    text = script_of(UI, made, entry)
    if re.search(r"</script|<!--", text, re.IGNORECASE):
        raise ValueError("a module of the page would end the element that it stands in")
    return f"{text}modules['{entry}'].open();"


def all_words(pair: bool = False) -> str:
    """The module `words` of a page that holds every language and chooses its own when it is opened."""
    spoken = {language: words(language) for language in LANGUAGES}
    texts = {
        language: {key: text for key, text in each["texts"].items() if may_say(key, pair)}
        for language, each in spoken.items()
    }
    rest = module({"languages": LANGUAGES, "tabs": {}})
    return (
        f"{LANGUAGE.lstrip()}export const language = languageOf({json.dumps(LANGUAGES)});\n{rest}"
        f"export const texts = {as_json(texts)}[language];\n"
    )


def may_say(key: str, pair: bool) -> bool:
    """May a page say the string of that key?"""
    return not _OTHERS.match(key) and (pair or not _OF_PAIR.match(key))


def style(pair: bool = False) -> str:
    """The style sheets of what the page shows, and the app's font."""
    sheets = [(UI / name / "style.css").read_text(encoding="utf-8") for name in (SHEETS_OF_PAIR if pair else SHEETS)]
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
