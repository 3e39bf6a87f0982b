"""A model as one HTML file, opened from the disk by a browser without a network."""

from pathlib import Path

import pytest
from driving import PATIENCE, lonely, pixel_of
from test_accessibility import violations

from vae.ui.models.catalog import Catalog
from vae.ui.page.export import page as exported

pytestmark = pytest.mark.browser
PARTS = ("map", "inspector", "sliders", "traversal", "doctor", "information")
OWN = ("file:", "data:", "blob:")
EMPTY_MODULE = "() => new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) instanceof WebAssembly.Module"
EVIL = "<img src=x onerror=window.hacked=1></script><script>window.hacked=2</script>"


@pytest.fixture(scope="module")
def model(trained):
    return Catalog(trained.path.parent, trained.path.parent).open("tiny")


@pytest.fixture(scope="module")
def text(model):
    return exported(model)


@pytest.fixture
def open_file(browser, tmp_path):
    """open_file(text, query=, width=, parts=) -> its page, drawn. Its faults and what it asks of others fail a test."""
    contexts, faults = [], []

    def open_(text, query="?still=1", width=1400, height=900, parts=PARTS):
        path = tmp_path / "model.html"
        path.write_text(text, encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, offline=True))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: request.url.startswith(OWN) or faults.append(request.url))
        page.goto(path.as_uri() + query)
        for part in parts:
            page.wait_for_selector(f"#{part}[data-ready='1']", state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not faults, faults


def picture(page):
    return page.get_attribute("#inspector img[data-role=z]", "src")


def test_it_explores_without_a_server(open_file, text, model):
    page = open_file(text)
    page.wait_for_selector("#map[data-thumbnails='1'][data-plotly='1']")
    assert page.evaluate("document.getElementById('page-cut')") is None
    assert page.evaluate(EMPTY_MODULE)  # its policy lets the decoder compute four numbers at a time
    assert page.title() == "tiny" and page.inner_text("h1") == "tiny"
    for needs_server in ("#own-image", "#to-compare", "#lead-tour"):
        assert not page.is_visible(needs_server)
    assert "6 of 6" in page.inner_text("#figures") and "CC BY 4.0" in page.inner_text("#page-foot")

    page.wait_for_selector("#doctor[data-forecast]")
    assert violations(page) == []
    points = model.model.maps["pca"]
    row = lonely(points, range(len(points)))[40]
    page.select_option("#map-projection", "pca")
    page.wait_for_selector("#map[data-ready='1']")
    page.mouse.move(*pixel_of(page, points[row]))
    page.wait_for_selector(f"#map[data-hovered='{row}'] .lse-card", state="visible")
    page.mouse.down()
    page.mouse.up()
    page.wait_for_selector(f"#inspector[data-index='{model.model.index[row]}'][data-ready='1']")

    for act in (
        lambda: page.press("#sliders input >> nth=0", "ArrowRight"),
        lambda: page.click("#random-prior"),
        lambda: page.click("#traversal button[data-step='0'] >> nth=0"),
    ):
        before = picture(page)
        act()
        page.wait_for_function("before => document.querySelector('[data-role=z]').src !== before", arg=before)
        page.wait_for_selector("#inspector[data-ready='1']")
        page.wait_for_selector("#traversal[data-ready='1']")
    page.click("#language [lang=ko]")
    page.wait_for_selector("html[lang=ko] #map[data-ready='1']")


@pytest.mark.slow
def test_a_light_page_in_korean_on_a_phone(open_file, model):
    page = open_file(exported(model, light=True), "?still=1&lang=ko", 390, 844)
    assert page.evaluate("document.documentElement.lang") == "ko"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "라이선스" in page.inner_text("#page-foot")
    assert violations(page) == []
    before = picture(page)
    page.press("#sliders input >> nth=0", "PageUp")
    page.wait_for_function("before => document.querySelector('[data-role=z]').src !== before", arg=before)


@pytest.mark.slow
def test_a_name_is_text_and_runs_nothing(open_file, trained, flat):
    evil = Catalog(trained.path.parent, trained.path.parent).open("tiny")
    evil.name = EVIL
    page = open_file(exported(evil, light=True))
    assert page.inner_text("h1") == evil.title
    assert page.evaluate("window.hacked") is None
    page = open_file(
        exported(evil, Catalog(flat.parent, flat.parent).open("flat"), light=True), "?still=1&tab=compare", parts=()
    )
    page.wait_for_selector("#compare-table[data-ready='1']")
    assert page.inner_text(".lse-side h2 >> nth=0") == evil.title
    page.wait_for_selector("#compare-pictures[data-ready='1']")
    page.click("#figure-one [data-kind=svg]")
    page.wait_for_selector("#figure-one[data-kind=svg][data-ready='1']")
    assert page.evaluate("window.hacked") is None


COMPARED = ("pictures", "sliders", "map-left", "map-right", "table", "rates")
PICTURES = """() => ['left', 'right'].map(side =>
  document.querySelector(`#compare-pictures [data-side=${side}] canvas[data-role=z]`).toDataURL())"""


def test_two_models_on_a_phone_in_korean(open_file, trained, flat):
    left, right = (Catalog(path.parent, path.parent).open(path.stem) for path in (trained.path, flat))
    page = open_file(exported(left, right, light=True), "?still=1&lang=ko", 390, 844, parts=("map", "inspector"))
    page.focus("#tab-explore")
    page.keyboard.press("ArrowRight")
    for part in COMPARED:
        page.wait_for_selector(f"#compare-{part}[data-ready='1']", state="attached")
    assert page.is_hidden("#explore") and page.evaluate("document.activeElement.id") == "tab-compare"
    assert page.url.endswith("&lang=ko&tab=compare")  # to be opened so again
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for needs_server in ("[data-kind=print]", "[data-kind=gif]", ".lse-save", "#compare-left"):
        assert not page.is_visible(f"#compare {needs_server}")
    assert violations(page) == []

    for act in (
        lambda: page.press("#compare-sliders input >> nth=0", "PageUp"),
        lambda: page.click("#compare-sliders .lse-strip button >> nth=0"),
    ):
        before = page.evaluate(PICTURES)
        act()
        page.wait_for_selector("#compare-pictures[data-ready='1']")
        after = page.evaluate(PICTURES)
        assert all(one != other for one, other in zip(before, after, strict=True))
    page.click("#figure-one [data-kind=png]")
    page.wait_for_selector("#figure-one[data-kind=png][data-ready='1']")
    assert page.evaluate("document.querySelector('#figure-one img').naturalWidth") > 2000
    before = page.get_attribute("#compare-pictures", "data-index")
    page.press("#compare-map-right .lse-stage", "ArrowRight")
    page.wait_for_selector(f"#compare-pictures[data-ready='1']:not([data-index='{before}'])")
    index = page.get_attribute("#compare-pictures", "data-index")
    page.click("[data-explore=right]")
    page.wait_for_selector(f"#inspector[data-index='{index}'][data-ready='1']")
    assert page.is_hidden("#compare") and page.input_value("#model") == "flat"
    page.select_option("#model", "tiny")
    page.wait_for_selector("#sliders input[data-dim='5']", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_app_saves_what_it_shows(open_page, open_file):
    page = open_page()
    with page.expect_download() as download:
        page.click("#explore .lse-save [data-light=true]")
    page.wait_for_selector("#explore .lse-save[data-ready='1']")
    name = page.input_value("#model")
    assert download.value.suggested_filename == f"{name}-light.html"
    saved = open_file(Path(download.value.path()).read_text(encoding="utf-8"), parts=("map", "inspector"))
    assert saved.inner_text("h1") == name


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_that_was_cut_off_says_so(open_file, text, share):
    at = len(text.partition('<script type="module">')[0]) // 2 if share < 0.5 else int(share * len(text))
    page = open_file(text[:at], parts=PARTS if share > 0.5 else ())
    page.wait_for_selector("#page-cut", state="visible")
    assert "not complete" in page.inner_text("#page-cut")
