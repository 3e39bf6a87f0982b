"""How a part of the page is made: a gr.HTML with a fixed template, driven by an ES module of assets/js."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from vae.ui.strings import table

ASSETS = Path(__file__).resolve().parents[2] / "assets"

# Modules load each other by relative addresses, so all of them share one store. The root is asked for at run time:
# under a sub-path it is not known here.
LOADER = """
const file = path => window.gradio_config.root + (window.gradio_config.api_prefix || '') + '/file=' + path;
for (const address of props.preload) {
  document.head.append(Object.assign(document.createElement('link'), {rel: 'modulepreload', href: file(address)}));
}
import(file(props.script)).then(module => module.mount({element, props, server}));
"""


def part(
    script: str,
    template: str,
    prefixes: tuple[str, ...],
    payload: Any,
    functions: list[Callable[[Any], dict[str, Any]]] = (),
    elem_id: str | None = None,
    preload: bool = False,
) -> gr.HTML:
    """One part of the page.

    Args:
        script: the module in assets/js whose `mount` draws it.
        template: fixed HTML; nothing in it is filled in by Gradio, whose DOM diff would delete what JS has drawn.
        prefixes: of the string keys that it says.
        payload: what it shows first, as JSON, so that the first drawing needs no round trip.
        functions: server functions.
        elem_id: of the element around it.
        preload: fetch every module now, for the parts inside tabs mount later.
    """
    return gr.HTML(
        value=json.dumps(payload),
        html_template=template,
        js_on_load=LOADER,
        apply_default_css=False,
        elem_id=elem_id,
        server_functions=list(functions),
        script=(ASSETS / "js" / script).as_posix(),
        preload=[path.as_posix() for path in sorted((ASSETS / "js").glob("*.js"))] if preload else [],
        strings=json.dumps(table(*prefixes), ensure_ascii=False),
    )
