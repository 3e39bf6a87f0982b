"""The tour: through all its stations on the real page, and stopped by whatever a visitor does."""

import numpy as np
import pytest
from closeness import same_pictures
from driving import PATIENCE, came, chw, frames, held_back, settled, shown, strongest, z_of

pytestmark = pytest.mark.browser

RECORD = """() => {
  window.stations = [];
  window.seen = {};
  window.tops = new Set();
  const parts = {map: '#map .lse-hovered:not([hidden])', slide: '#sliders output', lattice: '#lattice[data-ready]',
    compare: '.lse-spill i', figure: '#figure-one img', train: '#train-status', walk: '#traversal [aria-pressed=true]'};
  const look = () => {
    const station = document.querySelector('#tour-bar')?.dataset.station;
    if (station && window.stations.at(-1) !== station) window.stations.push(station);
    if (station && document.querySelector(parts[station])?.checkVisibility()) window.seen[station] = true;
    const outputs = [...document.querySelectorAll('#sliders output')];
    if (station === 'slide') window.tops.add(outputs.map(output => output.textContent).join());
    requestAnimationFrame(look);
  };
  look();
}"""


def over(page):
    page.wait_for_selector("#tour-bar", state="detached", timeout=3 * PATIENCE)  # a whole tour


def started(page):
    page.wait_for_selector("#tour-bar[data-station=map]")


def all_stations(shared):
    latents = [entry.header["config"]["model"]["latent_dim"] for entry in shared.catalog.usable()]
    keys = ["map", "pick", "slide", "walk", "empty", "colour", "lattice", "compare", "figure", "train", "learn"]
    return [key for key in keys if key != "lattice" or 2 in latents]


def without_learn(page, keys):
    return [key for key in keys if key != "learn" or page.locator("button[role=tab][data-tab-id=learn]").count()]


def test_the_tour_shows_every_station_on_the_real_page(open_page, shared):
    for entry in shared.catalog.usable():
        if entry.header["config"]["model"]["latent_dim"] == 2:
            shared.catalog.open(entry.name)  # for the first time it may take longer than the tour waits, as Compare may
    page = open_page(query="?still=1&pace=12")
    said, kept = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("download", lambda download: kept.append(download))
    page.click("button[role=tab][data-tab-id=compare]")
    page.wait_for_selector("#compare-table[data-ready='1']", state="attached")
    page.click("button[role=tab][data-tab-id=explore]")
    page.evaluate(RECORD)
    page.click("#tour")
    over(page)
    assert page.evaluate("window.stations") == without_learn(page, all_stations(shared))
    seen = page.evaluate("window.seen")
    assert {"map", "slide", "walk", "figure", "train"} <= set(seen), seen
    assert not [text for text in said if "not ready in time" in text]
    assert not kept, "the figure is shown, not downloaded"
    assert page.locator(".lse-toured").count() == 0
    assert page.get_attribute("#tour", "aria-pressed") == "false"
    page.click("button[role=tab][data-tab-id=explore]")
    settled(page)


def test_the_address_starts_it_and_escape_stops_it(open_page, opened):
    page = open_page(query="?tour=1&lang=en", drawn=started)
    assert page.locator("#tour-bar p[role=status]").inner_text().startswith("Every point is")
    page.wait_for_selector("#map .lse-hovered:not([hidden])", state="attached")
    page.keyboard.press("Shift")
    assert page.locator("#tour-bar").count() == 1
    page.keyboard.press("Escape")
    over(page)
    assert page.locator("#map .lse-hovered").is_hidden()
    index = page.get_attribute("#inspector", "data-index")
    address = f"?lang=en&tab=explore&model={opened.name}&codes={opened.code_hash}&image={index}"
    assert page.url.endswith(address)


def moving(page, slider, value):
    page.wait_for_function("([slider, value]) => document.querySelector(slider).value !== value", arg=[slider, value])


STOPS = {
    "a click": lambda page: page.mouse.click(500, 80),
    "stop": lambda page: page.click("#tour-stop"),
    "the button again": lambda page: page.eval_on_selector("#tour", "button => button.click()"),
}


def test_it_stops_at_once_and_leaves_the_page_as_it_stands(open_page, opened):
    page = open_page(query="?still=1&pace=3")
    for act in STOPS.values():
        page.click("#tour")
        started(page)
        caption_fits(page, 1400)
        act(page)
        over(page)

    # It can be halted.
    page.click("#tour")
    page.wait_for_selector("#tour-bar[data-station=slide]")
    page.click("#tour-pause")
    page.wait_for_selector("#inspector[data-ready]")
    slider = f"#sliders input[data-dim='{strongest(opened)}']"
    value = page.input_value(slider)
    frames(page)
    assert page.input_value(slider) == value
    assert page.get_attribute("#tour-bar", "data-station") == "slide"
    page.click("#tour-pause")
    moving(page, slider, value)
    page.keyboard.press("a")
    over(page)
    page.wait_for_selector("#inspector[data-ready]")
    z = z_of(page, opened.dims)
    frames(page)
    assert z_of(page, opened.dims) == z
    same_pictures(shown(page, "z"), chw(opened.decode(np.array([z]))[0]))


def test_without_motion_it_goes_in_steps(open_page):
    page = open_page(query="?still=1&pace=4", reduced_motion="reduce")
    page.evaluate(RECORD)
    page.click("#tour")
    page.wait_for_selector("#tour-bar[data-station=walk]")
    page.keyboard.press("Escape")
    over(page)
    assert 3 <= page.evaluate("window.tops.size") <= 6


@pytest.mark.parametrize(
    ("width", "theme", "lang"),
    [
        (390, "dark", "ko"),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in [(390, "dark", "en"), (1400, "light", "ko")]),
    ],
)
def test_the_caption_fits(open_page, width, theme, lang):
    page = open_page(width=width, query=f"?still=1&__theme={theme}&lang={lang}")
    page.click("#tour")
    caption_fits(page, width)
    page.click("#tour-stop")
    over(page)


def caption_fits(page, width):
    box = page.locator("#tour-bar p").bounding_box()
    assert box["x"] >= 0 and width / 2 <= box["width"] <= width - box["x"]
    assert page.locator("#tour-bar").bounding_box()["height"] < 844 / 4
    assert float(page.eval_on_selector("#tour-bar p", "p => parseFloat(getComputedStyle(p).fontSize)")) >= 17
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_small_catalog_has_a_tour_as_well(blank_page, flat_url):
    page, faults = blank_page, []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{flat_url}?still=1&pace=20")
    settled(page)
    page.evaluate(RECORD)
    page.click("#tour")
    over(page)
    assert not faults
    assert "lattice" in page.evaluate("window.stations")

    held = []
    page.route(*held_back("figure_one", held))
    page.click("#tour")
    page.wait_for_selector("#tour-bar[data-station=figure]")
    answer = came(page, held)
    page.keyboard.press("Escape")
    over(page)  # though the figure is still on its way
    answer.continue_()
    page.wait_for_selector("#figure-one[data-ready] img")
