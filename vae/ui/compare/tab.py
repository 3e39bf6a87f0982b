"""The Compare tab: two models of the same data, one image, matched latents, linked maps, scores, and figure 1."""

from vae.data import DATASETS
from vae.latent.prior_draws import TITLE
from vae.ui.compare.endpoints import compare_endpoints
from vae.ui.compare.payload import partners, shape_of
from vae.ui.kit.part import part
from vae.ui.models.shared import Shared

# What stands once on either side.
_SIDE = """
    <section class="lse-side" data-side="{side}">
      <div class="lse-bar">
        <label class="lse-field"><span></span><select id="compare-{side}"></select></label>
        <button type="button" data-explore="{side}" data-text="compare.explore"></button>
      </div>
      <div class="lse-pictures">
        <figure><img data-role="reconstruction"><figcaption></figcaption></figure>
        <figure><canvas data-role="z" role="img"></canvas><figcaption data-text="inspector.z"></figcaption></figure>
        <figure>
          <canvas data-role="change" role="img"></canvas><figcaption data-text="compare.change"></figcaption>
        </figure>
      </div>
      <div class="lse-meter"></div>
    </section>"""
_MAP = """
    <section id="compare-map-{side}" class="lse-pairmap">
      <h3></h3>
      <div class="lse-stage" tabindex="0" role="application"></div>
    </section>"""
TEMPLATE = f"""
<div class="lse-part lse-compare">
  <p class="lse-error" role="alert" hidden></p>
  <p class="lse-opening" role="status" hidden></p>
  <p class="lse-notice" role="status"></p>
  <p class="lse-sentence" aria-live="polite"></p>
  <div id="compare-pictures" class="lse-through">
    {_SIDE.format(side="left")}
    <section class="lse-shared">
      <figure><img data-role="original"><figcaption></figcaption></figure>
      <p class="lse-facts" aria-live="polite"></p>
      <div class="lse-buttons">
        <button id="compare-reset" type="button" data-text="inspector.reset"></button>
        <button id="compare-random" type="button" data-text="inspector.random_image"></button>
      </div>
    </section>
    {_SIDE.format(side="right")}
    <p class="lse-note lse-reader"></p>
  </div>
  <section id="compare-sliders" class="lse-matched">
    <div class="lse-bar">
      <h2 data-text="compare.rows"></h2><span class="lse-note" data-text="compare.rows_about"></span>
    </div>
    <div class="lse-pairs"></div>
    <div class="lse-spills"><p></p></div>
  </section>
  <div class="lse-bar lse-maps-bar">
    <h2 data-text="compare.maps"></h2>
    <label class="lse-field"><span data-text="map.projection"></span><select data-choose="projection"></select></label>
    <span class="lse-axes">
      <label class="lse-field"><span data-text="map.x"></span><select data-choose="x"></select></label>
      <label class="lse-field"><span data-text="map.y"></span><select data-choose="y"></select></label>
    </span>
    <label class="lse-field"><span data-text="map.colour"></span><select data-choose="colour"></select></label>
  </div>
  <div class="lse-maps">{_MAP.format(side="left")}{_MAP.format(side="right")}</div>
  <p class="lse-note lse-maps-note"></p>
  <p class="lse-selected"></p>
  <div class="lse-selection" hidden></div>
  <div class="lse-informations" hidden>
    <section data-side="left"><h3></h3><div class="lse-heat"></div></section>
    <section data-side="right"><h3></h3><div class="lse-heat"></div></section>
    <p class="lse-note" data-text="information.about"></p>
  </div>
  <div class="lse-figures-both">
    <section id="compare-table">
      <h2 id="compare-table-title" data-text="compare.table"></h2>
      <div class="lse-scroll" tabindex="0" role="region" aria-labelledby="compare-table-title"></div>
    </section>
    <section id="compare-rates"><h2 data-text="compare.rates"></h2><div class="lse-plane-rates"></div>
      <p class="lse-note" data-role="others"></p><p class="lse-note" data-text="rates.about"></p></section>
  </div>
  <section id="figure-one">
    <div class="lse-bar">
      <h2 data-text="compare.figure"></h2>
      <button type="button" data-kind="png" data-text="compare.png"></button>
      <button type="button" data-kind="print" data-text="compare.print"></button>
      <button type="button" data-kind="svg" data-text="compare.svg"></button>
      <button type="button" data-kind="gif" data-text="compare.gif"></button>
      <span class="lse-note" data-text="compare.figure_about"></span>
    </div>
    <div class="lse-figure"></div>
  </section>
  <div class="lse-buttons lse-save"></div>
</div>
"""


def build(shared: Shared) -> None:
    """Draw the tab into the current Blocks context; it asks for its models when it is first opened."""
    entries = shared.catalog.usable()
    shown_beside = partners(entries)
    groups: dict[str, list[str]] = {}
    for entry in entries:
        name = entry.header["dataset"]["name"]
        title = TITLE if "draws" in entry.header else DATASETS[name].title if name in DATASETS else name
        groups.setdefault(title, []).append(entry.name)
    part(
        "compare",
        TEMPLATE,
        {
            "groups": [{"title": title, "names": names} for title, names in groups.items()],
            "partners": shown_beside,
            "shapes": {entry.name: shape_of(entry) for entry in entries},
            "drawn": [entry.name for entry in entries if "draws" in entry.header],
            "first": shown_beside[entries[0].name] if entries else None,
        },
        compare_endpoints(shared.catalog),
        elem_id="compare",
    )
