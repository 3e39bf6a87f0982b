"""The row above the tabs: the title, the model picker and the figures of the chosen model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from vae.data import DATASETS
from vae.latent.prior_draws import TITLE
from vae.system.limits import REQUESTS
from vae.ui.kit.endpoint import endpoint
from vae.ui.kit.i18n import shorten
from vae.ui.kit.part import part
from vae.ui.models.catalog import MARKS, Catalog, figures_of
from vae.ui.models.visitor_models import entry_of

if TYPE_CHECKING:
    import gradio as gr

TEMPLATE = """
<div class="lse-part lse-header">
  <div class="lse-title"><h1></h1><p></p></div>
  <button id="fold" class="lse-fold" type="button" aria-controls="figures"></button>
  <label class="lse-field"><span></span><select id="model"></select></label>
  <div class="lse-tools">
    <span id="language" class="lse-languages" role="group"></span>
    <button id="copy-link" class="lse-tool" type="button"><svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M6.5 9.5 9.5 6.5M7 4.8 8.6 3.2a3 3 0 0 1 4.2 4.2L11.2 9M9 11.2l-1.6 1.6a3 3 0 0 1-4.2-4.2L4.8 7"/>
    </svg><span></span></button>
    <button id="tour" class="lse-tool" type="button"><svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M5 3.5v9l7.5-4.5z"/>
    </svg><span></span></button>
    <button id="all-terms" class="lse-tool" type="button"><span></span></button>
    <button id="present" class="lse-tool" type="button"><span></span></button>
    <button id="theme" class="lse-tool" type="button"><i></i><span></span></button>
  </div>
  <dl id="figures" class="lse-figures" hidden></dl>
  <p class="lse-connection" role="status"></p>
  <div id="link-said" class="lse-link-said" role="status"></div>
</div>
"""


def models(catalog: Catalog) -> dict[str, Any]:
    """The picker's content: usable models grouped by data set, then the broken ones with their reasons."""
    usable = []
    for entry in catalog.usable():
        name = entry.header["dataset"]["name"]
        usable.append({
            "name": entry.name,
            "group": TITLE if "draws" in entry.header else DATASETS[name].title if name in DATASETS else name,
            "latents": entry.header["config"]["model"]["latent_dim"],
            "figures": figures_of(entry.header),
        })  # fmt: skip
    unusable = [entry for entry in catalog.entries() if entry.header is None]
    return {
        "usable": usable,
        "broken": [{"name": entry.name, "reason": shorten(entry.error)} for entry in unusable],
        "marks": list(MARKS),  # of codes made of the factors
    }


def build(catalog: Catalog, functions: Sequence[Callable[[Any], dict[str, Any]]] = ()) -> gr.HTML:
    """The header as a part of the page.

    Args:
        functions: further server functions, which several tabs call through it.
    """

    def available_models(*names: Any) -> list[str]:
        """Those of a visitor's models that are still here."""
        return [name for name in names[: REQUESTS.most_models] if catalog.runs and entry_of(catalog.runs, name)]

    template = TEMPLATE.replace("lse-header", "lse-header lse-single", 1) if catalog.alone else TEMPLATE
    return part("header", template, models(catalog), [endpoint(available_models), *functions], elem_id="header")
