"""Names that are HTML, of checkpoints, data sets, classes and files: they are shown, and nothing of them runs."""

import io
import shutil
import zipfile

import numpy as np
import pytest
from driving import drawn_run, run_state, settled
from PIL import Image

from vae.system import safetensors_file
from vae.system.paths import CHECKPOINT_FOLDER

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=window.hacked=1>"
NAMES = (EVIL, "</script><script>window.hacked=2<|script>", "'\"><svg onload=window.hacked=3>")


def renamed(path, name, dataset):
    """A copy of a model of the digits under another name, of another data set."""
    tensors, header = safetensors_file.read(CHECKPOINT_FOLDER / "digits-vae.safetensors")
    header["name"], header["versions"] = name, {EVIL: EVIL}
    header["dataset"]["name"] = header["config"]["dataset"] = dataset
    header["device"] = EVIL
    safetensors_file.write(path, tensors, header)


@pytest.fixture(scope="module")
def url(tmp_path_factory, address_of):
    folder = tmp_path_factory.mktemp("checkpoints")
    for number, name in enumerate(NAMES):
        renamed(folder / f"{name.replace('/', '|')}.safetensors", name, NAMES[number - 1])
    shutil.copy(CHECKPOINT_FOLDER / "digits-vae.safetensors", folder)
    (folder / f"broken {EVIL}.safetensors").write_bytes(EVIL.encode())
    return address_of(folder)


def pictures():
    """A zip of two classes whose folders and files are called so."""
    buffer, rng = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(32):
            png = io.BytesIO()
            Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8)).save(png, "PNG")
            archive.writestr(f"{NAMES[number % 2].replace('/', '|')}/{number}{EVIL}.png", png.getvalue())
        archive.writestr(f"{EVIL}.txt", "no picture")
    return buffer.getvalue()


def unharmed(page):
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('img[src=x], [onerror], [onload]').length") == 0


def test_html_in_names_is_text_in_charts(open_page):
    page = open_page(plotly=True)
    page.select_option("#model", EVIL)
    page.wait_for_function("name => document.querySelector('#model').value === name", arg=EVIL)
    settled(page)
    page.click("#to-compare")
    page.wait_for_selector("#compare-rates[data-ready='1']", state="attached")
    page.locator("#compare-rates").scroll_into_view_if_needed()
    page.wait_for_selector("#compare-rates .textpoint", state="attached")
    plane = page.locator("#compare-rates .lse-plane-rates")
    assert plane.locator(".textpoint").first.text_content().startswith(EVIL[:23] + "…")
    assert f"{EVIL}: rate" in plane.get_attribute("aria-label")
    plane.locator(".scatterlayer .point").hover(force=True)
    page.wait_for_selector("#compare-rates .hovertext", state="attached")
    assert EVIL in plane.locator(".hovertext").text_content()
    unharmed(page)


def test_html_in_names_is_text(page, tmp_path):
    for name in (*NAMES, "digits-vae"):
        page.select_option("#model", name.replace("/", "|"))
        page.wait_for_function("name => document.querySelector('#model').value === name", arg=name.replace("/", "|"))
        settled(page)
        unharmed(page)
    assert EVIL in page.inner_text("#model")

    page.select_option("#model", EVIL)
    settled(page)
    page.click("#to-compare")
    page.wait_for_selector("#compare-pictures[data-ready='1'], #compare-table[data-ready='1']")
    assert EVIL in page.inner_text("#compare-left")
    unharmed(page)

    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#train-status[data-state=idle]")
    page.click(".lse-train-own summary")
    page.set_input_files("[data-own=zip]", {"name": f"{EVIL}.zip", "mimeType": "application/zip", "buffer": pictures()})
    page.wait_for_function("document.querySelector('#train-dataset').value.startsWith('own:')")
    assert EVIL in page.inner_text("[data-own=said]")
    page.select_option("[data-choice=unit]", "steps")
    page.fill("[data-choice=budget]", "200")
    page.locator("[data-choice=budget]").blur()
    page.click("#train-start")
    run_state(page, "running", "finished")
    drawn_run(page)
    unharmed(page)
    page.click("#train-stop", force=True)
    run_state(page, "stopped", "finished")
    page.wait_for_selector("#train-open:not([disabled])")
    page.click("#train-open")
    page.wait_for_function("document.querySelector('#model').value.startsWith('run-')")
    settled(page)
    assert EVIL in page.inner_text("#map .lse-legend")  # the class is called so
    unharmed(page)
    upload = tmp_path / f"{EVIL}.safetensors"
    renamed(upload, EVIL, EVIL)
    page.click("button[role=tab][data-tab-id=train]")
    page.set_input_files(".lse-train-keep input[type=file]", upload)
    page.wait_for_selector("#model option[value^=up-]", state="attached")
    unharmed(page)
