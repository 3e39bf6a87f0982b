"""The Explore tab: map, inspector with sliders, traversal grid, the doctor, and which latent knows which factor."""

from vae.ui.explore import payload as explorer
from vae.ui.explore.endpoints import explore_endpoints
from vae.ui.kit.i18n import UserError
from vae.ui.kit.part import part
from vae.ui.models.shared import Shared

TEMPLATE = """
<div class="lse-part lse-explore">
  <p class="lse-error" role="alert" hidden></p>
  <div class="lse-lead">
    <p id="lead"></p>
    <p class="lse-lead-ways">
      <span data-text="lead.new"></span>
      <button id="lead-tour" class="lse-way" type="button" data-text="lead.tour"></button>
      <button id="lead-vae" class="lse-way" type="button" data-text="lead.vae"></button>
    </p>
  </div>
  <p class="lse-verdict">
    <span data-text="lead.doctor"></span><button id="verdict" class="lse-way" type="button"></button>
  </p>
  <details class="lse-assumed" hidden><summary data-text="lead.assumed"></summary><ul></ul></details>
  <section id="map" class="lse-map">
    <div class="lse-bar">
      <label class="lse-field"><span data-text="map.projection"></span><select id="map-projection"></select></label>
      <span data-ask="latent_space"></span>
      <span class="lse-axes" hidden>
        <label class="lse-field"><span data-text="map.x"></span><select id="map-x"></select></label>
        <label class="lse-field"><span data-text="map.y"></span><select id="map-y"></select></label>
      </span>
      <label class="lse-field"><span data-text="map.colour"></span><select id="map-colour"></select></label>
      <span class="lse-count"></span>
    </div>
    <div class="lse-stage" tabindex="0" role="application">
      <p class="lse-hint"><span data-text="map.hint"></span><span data-text="map.hint_touch"></span></p>
      <p class="lse-opening" role="status" hidden></p>
    </div>
    <p class="lse-selected"></p>
    <p class="lse-note"></p>
  </section>
  <section id="inspector" class="lse-inspector">
    <div class="lse-pictures">
      <figure><img data-role="original"><figcaption></figcaption></figure>
      <figure><img data-role="reconstruction"><figcaption></figcaption></figure>
      <figure><img data-role="z"><figcaption></figcaption></figure>
    </div>
    <p class="lse-facts" aria-live="polite"></p>
    <div class="lse-buttons">
      <button id="reset" type="button"></button><button id="random-image" type="button"></button>
      <label class="lse-file">
        <input id="own-image" type="file" accept="image/*"><span data-text="own.choose"></span>
      </label>
      <button id="random-prior" type="button"></button><button id="to-compare" type="button"></button>
    </div>
    <div id="sliders" class="lse-sliders"></div>
    <div class="lse-model-foot">
      <p class="lse-decoder"><span id="model-decoder"></span> <span class="lse-alone" role="status"></span></p>
      <div class="lse-buttons lse-save"></div>
    </div>
  </section>
  <div class="lse-walks">
    <section id="lattice" class="lse-lattice" hidden>
      <div class="lse-bar">
        <span class="lse-field"><h2 data-text="lattice.title"></h2><span data-ask="prior"></span></span>
        <span class="lse-count"></span>
        <label class="lse-field"><span data-text="traversal.range"></span><select id="lattice-range"></select></label>
      </div>
      <div class="lse-plane">
        <p class="lse-up">
          <span class="lse-low"></span><span data-text="lattice.up"></span><span class="lse-high"></span>
        </p>
        <div class="lse-board" tabindex="0" role="application"></div>
        <p class="lse-across">
          <span class="lse-low"></span><span data-text="lattice.across"></span><span class="lse-high"></span>
        </p>
      </div>
      <p class="lse-note"></p>
    </section>
    <section id="traversal" class="lse-traversal">
      <div class="lse-bar">
        <span class="lse-field"><h2 data-text="traversal.title"></h2><span data-ask="traversal"></span></span>
        <label class="lse-field"><span data-text="traversal.range"></span><select id="traversal-range"></select></label>
        <label class="lse-field">
          <span data-text="traversal.around"></span><select id="traversal-around"></select>
        </label>
      </div>
      <div class="lse-grid"></div>
    </section>
  </div>
  <section id="doctor" class="lse-doctor" tabindex="-1"></section>
  <section id="information" hidden>
    <div class="lse-field">
      <h2 data-text="information.title"></h2><span data-ask="mutual_information"></span>
    </div>
    <div class="lse-heat"></div>
    <p class="lse-note" data-text="information.about"></p>
  </section>
</div>
"""


def build(shared: Shared) -> None:
    """Draw the tab into the current Blocks context; the first model travels with the page."""
    part(
        "explore",
        TEMPLATE.replace("lse-explore", "lse-explore lse-single", 1) if shared.catalog.alone else TEMPLATE,
        first_payload(shared),
        explore_endpoints(shared.catalog),
        elem_id="explore",
    )


def first_payload(shared: Shared) -> dict:
    """The first model that opens, or the reason why none does."""
    reason = UserError("error.no_models", folder=str(shared.catalog.folder))
    for entry in shared.catalog.usable():
        try:
            return {"ok": explorer.overview(shared.catalog.open(entry.name))}
        except UserError as error:
            reason = error
    return {"error": str(reason), "key": reason.key, "values": reason.values}
