"""How a part of the page is made: a gr.HTML with a fixed template, driven by the `tab.js` of its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vae.training.objectives import OBJECTIVES
from vae.ui.kit.bundle import UI, plotly_script, worker_source, written
from vae.ui.kit.constants import STORAGE_PREFIX, constants
from vae.ui.kit.i18n import LANGUAGES, TEXTS

if TYPE_CHECKING:
    import gradio as gr

# The language is that of the address, else the one chosen last, else the browser's, as ko for ko-KR.
LANGUAGE = """
function languageOf(known) {
  const chosen = [new URLSearchParams(location.search).get('lang')];
  try {
    chosen.push(localStorage.getItem('STORAGE_PREFIX' + 'language'));
  } catch {} // refused in a private window: nothing was chosen
  const codes = [...chosen, ...navigator.languages].map(code => code?.toLowerCase().split('-')[0]);
  return codes.find(code => known.includes(code)) ?? 'en';
}
""".replace("'STORAGE_PREFIX'", repr(STORAGE_PREFIX))

# All parts import the same address, so they share one store. The root is asked for at run time: under a sub-path it is
# not known here.
LOADER = (
    LANGUAGE
    + """
const file = props.bundles[languageOf(Object.keys(props.bundles))];
import(window.gradio_config.root + (window.gradio_config.api_prefix || '') + '/file=' + file)
  .then(({modules}) => modules[`${props.part}/tab`].mount({element, props, server, trigger}));
"""
)


def part(
    name: str,
    template: str,
    payload: Any,
    functions: list[Callable[[Any], dict[str, Any]]] = (),
    elem_id: str | None = None,
) -> gr.HTML:
    """One part of the page.

    Args:
        name: of the folder of `ui` whose `tab.js` draws it with its `mount`.
        template: fixed HTML; nothing in it is filled in by Gradio, whose DOM diff would delete what JS has drawn.
        payload: what it shows first, as JSON, so that the first drawing needs no round trip.
        functions: server functions.
        elem_id: of the element around it.
    """
    import gradio as gr  # what ends in a file imports this module without it

    return gr.HTML(
        value=json.dumps(payload),
        html_template=template,
        js_on_load=LOADER,
        apply_default_css=False,
        elem_id=elem_id,
        server_functions=list(functions),
        part=name,
        bundles={language: script(language).as_posix() for language in LANGUAGES},
    )


def script(language: str) -> Path:
    """All modules of the page in one file, with those that Python makes now: a text may have been added since."""
    return _written(tuple(made_modules(language).items()))


@lru_cache(maxsize=len(LANGUAGES))
def _written(made: tuple[tuple[str, str], ...]) -> Path:
    return written(UI, dict(made))


def made_modules(language: str) -> dict[str, str]:
    """The modules that are no files: name -> source."""
    plotly = {"PLOTLY": plotly_script().as_posix()}
    modules = {
        "words": words(language),
        "constants": constants() | plotly,
        "worker-source": {"SOURCE": worker_source()},
    }
    return {f"kit/js/{name}": module(values) for name, values in modules.items()}


def words(language: str) -> dict[str, object]:
    """What the module `words` exports: the language, all that there are, its strings, and the key of every title that
    Gradio has put on a tab. An objective that the catalogue lacks brings its own.
    """
    tabs = {title: key for key, title in TEXTS["en"].items() if key.startswith("tab.")}
    own = {key: text for objective in OBJECTIVES.values() for key, text in objective.words.items()}
    return {"language": language, "languages": LANGUAGES, "texts": own | TEXTS[language], "tabs": tabs}


def module(values: dict[str, object]) -> str:
    """The source of a module that exports these values by their names."""
    return "".join(f"export const {name} = {json.dumps(value)};\n" for name, value in values.items())
