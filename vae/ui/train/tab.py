"""The Train tab: choose a small VAE, train it and watch its latent space come into being."""

from pathlib import Path

from gradio.utils import get_upload_folder

from vae.ui.kit.part import part
from vae.ui.models.shared import Shared
from vae.ui.server.zerogpu import lend_device
from vae.ui.train.choices import train_payload
from vae.ui.train.endpoints import train_endpoints


def _number(key: str) -> str:
    """A field for one of the numbers of a choice; its name and its ends come with the page."""
    return f"""
      <label class="lse-train-field" data-field="{key}">
        <span></span><input type="number" inputmode="decimal" data-choice="{key}">
      </label>"""


# The way of beta or of the capacity has no room beside the numbers: it takes a row of its own.
_CHOICES = f"""
  <details class="lse-train-choose" open>
    <summary><b data-text="train.choices"></b><span class="lse-train-chosen"></span></summary>
    <div class="lse-train-form">
      <label class="lse-train-field" data-field="dataset">
        <span data-text="train.dataset"></span><select id="train-dataset"></select>
      </label>
      <div class="lse-note lse-train-dataset-about"></div>
      <details class="lse-train-own">
        <summary data-text="train.own"></summary>
        <div class="lse-train-drop">
          <p data-text="train.own_about"></p>
          <div class="lse-buttons">
            <label class="lse-train-file">
              <input type="file" accept=".zip,application/zip" data-own="zip"><span data-text="train.own_zip"></span>
            </label>
            <label class="lse-train-file">
              <input type="file" webkitdirectory multiple data-own="folder"><span data-text="train.own_folder"></span>
            </label>
            <label class="lse-field"><span data-text="train.own_size"></span><select data-own="size"></select></label>
          </div>
          <p class="lse-note" role="status" data-own="said"></p>
        </div>
      </details>
      <div id="train-preset" class="lse-train-presets" role="group"></div>
      <div class="lse-train-numbers">
        <label class="lse-train-field lse-train-wide" data-field="objective">
          <span data-text="train.objective"></span><select data-choice="objective"></select>
        </label>
        <p class="lse-note lse-train-wide lse-train-formula"></p>
        {_number("beta")}{_number("gamma")}{_number("capacity")}
        <label class="lse-train-field" data-field="way">
          <span data-text="train.way"></span><select data-choice="way"></select>
        </label>
      </div>
      <div class="lse-train-numbers">
        {_number("latent_dim")}
        <div class="lse-train-field lse-train-budget" data-field="budget">
          <label><span data-text="train.budget"></span>
            <input type="number" inputmode="decimal" data-choice="budget"></label>
          <select data-choice="unit"></select>
        </div>
        <label class="lse-train-field lse-train-wide" data-field="device">
          <span data-text="train.device"></span><select data-choice="device"></select>
        </label>
      </div>
      <details class="lse-train-advanced">
        <summary data-text="train.advanced"></summary>
        <div class="lse-train-numbers">
          {_number("lr")}{_number("batch_size")}{_number("width")}{_number("seed")}
          <label class="lse-train-check lse-train-wide">
            <input type="checkbox" data-choice="going_on"><span data-text="train.going_on"></span>
          </label>
        </div>
      </details>
      <div class="lse-train-forecast" role="status"></div>
    </div>
  </details>"""
_DRIVE = """
  <section class="lse-train-drive">
    <div class="lse-train-buttons">
      <button id="train-start" type="button" class="lse-train-start" data-text="train.start"></button>
      <button id="train-pause" type="button" data-text="train.pause"></button>
      <button id="train-step" type="button" data-text="train.step"></button>
      <button id="train-stop" type="button" data-text="train.stop"></button>
      <button id="train-reset" type="button" data-text="train.reset"></button>
    </div>
    <div id="train-status" class="lse-train-status">
      <p class="lse-train-said"><b role="status"></b><span class="lse-train-facts"></span></p>
      <progress max="1" value="0"></progress>
    </div>
    <fieldset class="lse-train-knobs" hidden></fieldset>
    <p class="lse-note lse-train-warning" hidden></p>
  </section>"""
_BOARD = """
  <div class="lse-train-board">
    <p class="lse-train-empty" data-text="train.empty"></p>
    <section id="train-curves" class="lse-train-curves">
      <div class="lse-bar">
        <h2 data-text="train.curves"></h2>
        <label class="lse-field"><span data-text="train.over"></span><select></select></label>
        <button type="button" aria-pressed="false" data-text="train.all_values"></button>
      </div>
      <div class="lse-train-canvas" role="group">
        <div class="lse-train-figure" hidden></div><div class="lse-legend"></div>
        <button type="button" data-zoom="reset" data-text="train.reset_zoom" hidden></button>
        <p data-text="train.curves_empty"></p>
      </div>
    </section>
    <section id="train-kl" class="lse-train-kl">
      <div class="lse-bar"><h2 data-text="train.kl"></h2><span class="lse-count"></span></div>
      <div class="lse-train-bars">
        <div class="lse-train-figure" hidden></div><p data-text="train.kl_empty"></p>
      </div>
    </section>
    <section id="train-map" class="lse-train-map">
      <div class="lse-bar"><h2 data-text="train.map"></h2><span class="lse-count"></span></div>
      <div class="lse-stage"><p data-text="train.map_empty"></p></div>
    </section>
    <section class="lse-train-pairs">
      <h2 data-text="train.pictures"></h2>
      <figure><figcaption data-text="train.originals"></figcaption><div><img data-role="originals"></div></figure>
      <figure>
        <figcaption data-text="train.reconstructions"></figcaption>
        <div><img data-role="reconstructions"><p data-text="train.pictures_empty"></p></div>
      </figure>
    </section>
    <section id="train-samples" class="lse-train-samples">
      <div class="lse-bar">
        <h2 data-text="train.samples"></h2><span class="lse-note" data-text="train.samples_about"></span>
      </div>
      <div class="lse-train-sheet"><img data-role="samples"><p data-text="train.samples_empty"></p></div>
    </section>
    <section class="lse-train-traversal">
      <div class="lse-bar"><h2 data-text="train.traversal"></h2></div>
      <div class="lse-train-rows">
        <div class="lse-train-names"></div>
        <div class="lse-train-sheet"><img data-role="traversal"><p data-text="train.traversal_empty"></p></div>
      </div>
    </section>
    <section class="lse-train-doctor">
      <h2 data-text="train.doctor"></h2>
      <div class="lse-train-findings"></div>
    </section>
  </div>"""
_FOOT = """
  <section class="lse-train-foot">
    <div id="train-time" class="lse-train-time">
      <button type="button" data-time="play" data-text="train.film_play"></button>
      <div class="lse-row"><input type="range" min="0" max="0" step="1" value="0" disabled></div>
      <output></output>
      <button type="button" data-time="live" data-text="train.live"></button>
      <button type="button" data-time="gif" data-text="train.gif"></button>
    </div>
  </section>
  <section class="lse-train-keep">
    <h2 data-text="train.keep"></h2>
    <div class="lse-buttons">
      <button id="train-open" type="button" data-keep="explore" data-text="train.to_explore"></button>
      <button type="button" data-keep="compare" data-text="train.to_compare"></button>
      <button type="button" data-keep="download" data-text="train.download"></button>
      <button type="button" data-keep="page" data-text="page.save"></button>
      <label class="lse-train-file">
        <input type="file" accept=".safetensors"><span data-text="train.upload"></span>
      </label>
    </div>
    <p class="lse-train-kept"><span role="status"></span><progress max="1" hidden></progress></p>
    <details class="lse-train-runs"><summary></summary><ul></ul></details>
  </section>"""
TEMPLATE = f"""
<div class="lse-part lse-train">
  <p class="lse-error" role="alert" hidden></p>{_CHOICES}{_DRIVE}{_BOARD}{_FOOT}
</div>
"""


def build(shared: Shared) -> None:
    """Draw the tab into the current Blocks context."""
    functions = train_endpoints(shared, Path(get_upload_folder()))
    html = part("train", TEMPLATE, train_payload(shared), functions, elem_id="train")
    lend_device(html, shared.training)
