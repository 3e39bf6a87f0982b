"""How a part of the page is made: a gr.HTML with a fixed template, driven by a module of assets/js."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from vae.ui.modules import written
from vae.ui.strings import table

ASSETS = Path(__file__).resolve().parents[2] / "assets"

# All parts import the same address, so they share one store. The root is asked for at run time: under a sub-path it is
# not known here.
LOADER = """
import(window.gradio_config.root + (window.gradio_config.api_prefix || '') + '/file=' + props.bundle)
  .then(({modules}) => modules[props.part].mount({element, props, server, trigger}));
"""


def part(
    name: str,
    template: str,
    prefixes: tuple[str, ...],
    payload: Any,
    functions: list[Callable[[Any], dict[str, Any]]] = (),
    elem_id: str | None = None,
) -> gr.HTML:
    """One part of the page.

    Args:
        name: of the module in assets/js whose `mount` draws it.
        template: fixed HTML; nothing in it is filled in by Gradio, whose DOM diff would delete what JS has drawn.
        prefixes: of the string keys that it says.
        payload: what it shows first, as JSON, so that the first drawing needs no round trip.
        functions: server functions.
        elem_id: of the element around it.
    """
    return gr.HTML(
        value=json.dumps(payload),
        html_template=template,
        js_on_load=LOADER,
        apply_default_css=False,
        elem_id=elem_id,
        server_functions=list(functions),
        part=name,
        bundle=written(ASSETS / "js").as_posix(),
        strings=json.dumps(table(*prefixes), ensure_ascii=False),
    )
