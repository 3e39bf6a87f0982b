"""The Explore tab, driven as a person would."""

from dataclasses import replace

import numpy as np
import pytest
from closeness import same_pictures
from driving import (
    came,
    card_error,
    chw,
    first_map,
    held_back,
    hover,
    lonely,
    pixel_of,
    pixels_of,
    set_slider,
    settled,
    shown,
    strongest,
    z_of,
)

from vae.data import available
from vae.evaluation.doctor import findings
from vae.evaluation.header_figures import above_floor
from vae.ui.explore import payload as explorer
from vae.ui.kit.i18n import say
from vae.ui.models import payload as models
from vae.ui.models.catalog import MIGS

pytestmark = pytest.mark.browser


@pytest.fixture
def page(first_model):
    return first_model


def test_first_map_is_drawn_something_is_picked_and_a_click_picks_another(open_page, opened):
    page = open_page()
    webgl = "['webgl', 'webgl2'].map(kind => document.createElement('canvas').getContext(kind))"
    assert page.evaluate(webgl) == [None, None], "what follows needs none"
    index = int(page.get_attribute("#inspector", "data-index"))
    row = opened.rows[index]
    assert np.array_equal(shown(page, "original"), chw(opened.originals([row])[0]))
    same_pictures(shown(page, "reconstruction"), chw(opened.decode(opened.model.mu[[row]])[0]))
    assert page.locator("#sliders input[type=range]").count() == opened.dims
    assert page.evaluate("document.querySelectorAll('#inspector img:not([alt]), #inspector img[alt=\"\"]').length") == 0

    row = lonely(opened.model.maps[first_map(opened)], list(range(len(opened.model.index))))[1]
    index = int(opened.model.index[row])
    page.mouse.click(*pixel_of(page, opened.model.maps[first_map(opened)][row]))
    page.wait_for_selector(f"#inspector[data-index='{index}'][data-ready]")
    settled(page)
    assert np.array_equal(shown(page, "original"), chw(opened.originals([row])[0]))
    assert np.allclose(z_of(page, opened.dims), opened.model.mu[row], atol=1e-5)
    assert page.locator("#map .lse-hint").is_hidden()


def test_the_right_thumbnail_is_under_the_pointer_without_a_request(page, opened):
    page.wait_for_selector("#map[data-thumbnails='1']")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    rows = lonely(opened.model.maps[first_map(opened)], list(range(len(opened.model.index))))
    for row in rows[:3]:
        x, y = hover(page, opened, row)
        assert card_error(page, opened.originals([row])[0]) < 6
        card = page.locator("#map .lse-card").bounding_box()
        inside = card["x"] <= x <= card["x"] + card["width"] and card["y"] <= y <= card["y"] + card["height"]
        assert not inside, "the card covers the pointer"
    page.mouse.move(5, 5)
    page.wait_for_selector("#map .lse-card", state="hidden")
    asked = [address for address in requests if not address.endswith("/startup-events")]  # whether the server is there
    assert not [address for address in asked if address.startswith("http")]


def test_thumbnails_stay_right_after_hiding_a_class(page, opened):
    page.wait_for_selector("#map[data-thumbnails='1']")
    key = page.input_value("#map-colour")
    if key in ("kl", "distortion"):
        pytest.skip("this model's images have neither classes nor factors at hand")
    page.click("#map .lse-legend button[data-code='0']")
    settled(page)
    if key == "class":
        codes = opened.model.label
    else:
        codes = opened.facts.factors[:, [factor.name for factor in opened.facts.specs].index(key)]
    xy = opened.model.maps[first_map(opened)]
    row = lonely(xy, [int(r) for r in np.flatnonzero(codes != 0)])[0]
    hover(page, opened, row)
    assert card_error(page, opened.originals([row])[0]) < 6
    page.click("#map .lse-legend button[data-code='0']")
    assert page.get_attribute("#map .lse-legend button[data-code='0']", "aria-pressed") == "true"


def test_an_empty_place_is_decoded_and_called_approximate(page, opened):
    before = page.get_attribute("#inspector", "data-index")
    xy = opened.model.maps[first_map(opened)]
    x, y, width, height = (page.locator("#map .lse-dots").bounding_box()[k] for k in ("x", "y", "width", "height"))
    places = [(x + width * a, y + height * b) for a in np.linspace(0.1, 0.96, 24) for b in np.linspace(0.1, 0.9, 24)]
    pixels = pixels_of(page, xy[::7])
    gap = [np.min(((pixels - place) ** 2).sum(1)) for place in np.array(places)]
    page.mouse.click(*places[int(np.argmax(gap))])
    page.wait_for_selector("#inspector figure[data-source=between]")
    page.wait_for_selector("#inspector[data-ready]")
    assert "between 3 images" in page.inner_text("#inspector figure[data-source=between] figcaption")
    assert page.get_attribute("#inspector", "data-index") == before
    expected = opened.decode(np.array([z_of(page, opened.dims)]))[0]
    same_pictures(shown(page, "z"), chw(expected))
    page.click("#reset")
    page.wait_for_selector("#inspector figure[data-source=picked]")


def test_two_latents_are_exact(page, opened):
    page.select_option("#map-projection", "z")
    settled(page)
    across, up = int(page.input_value("#map-x")), int(page.input_value("#map-y"))
    before = z_of(page, opened.dims)
    x, y = pixel_of(page, (2.9, 2.9))
    box = page.locator("#map .lse-dots").bounding_box()
    x, y = min(x, box["x"] + box["width"] - 16), max(y, box["y"] + 16)
    page.mouse.click(x, y)
    page.wait_for_selector("#inspector figure[data-source=moved]")  # a click waits for a second one
    page.wait_for_selector("#inspector[data-ready]")
    after = z_of(page, opened.dims)
    assert {dim for dim in range(opened.dims) if abs(after[dim] - before[dim]) > 1e-6} <= {across, up}
    assert np.allclose(pixel_of(page, (after[across], after[up])), (x, y), atol=1)


def test_a_fast_drag_ends_on_its_last_position(page, opened):
    dim = strongest(opened)
    for value in np.linspace(-2.5, 1.75, 60):
        set_slider(page, dim, float(value))
    page.wait_for_selector("#inspector[data-ready]")
    z = z_of(page, opened.dims)
    assert z[dim] == 1.75
    same_pictures(shown(page, "z"), chw(opened.decode(np.array([z]))[0]))


def test_slider_keys_and_double_click(page, opened):
    dim = strongest(opened)
    slider = page.locator(f"#sliders input[data-dim='{dim}']")
    start = z_of(page, opened.dims)[dim]
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    assert abs(z_of(page, opened.dims)[dim] - max(start + 0.1 - 1, -3)) < 1e-5
    page.locator(".lse-row", has=page.locator(f"input[data-dim='{dim}']")).locator(".lse-name").dblclick()
    assert abs(z_of(page, opened.dims)[dim] - start) < 1e-6


def test_a_traversal_cell_moves_one_latent(page, opened):
    dim = strongest(opened)
    page.click("#random-prior")  # the rows follow, and no click throws the other latents back
    page.wait_for_selector("#traversal[data-ready]")
    drawn = z_of(page, opened.dims)
    page.click(f"#traversal [data-dim='{dim}'][data-step='7']")
    page.wait_for_selector("#inspector[data-ready]")
    z = z_of(page, opened.dims)
    assert abs(z[dim] - 2.25) < 1e-6
    assert np.allclose(np.delete(z, dim), np.delete(drawn, dim))
    assert page.get_attribute(f"#traversal [data-dim='{dim}'][data-step='7']", "aria-pressed") == "true"
    page.select_option("#traversal-range", "quantiles")
    page.wait_for_selector("#traversal[data-ready]")
    title = page.get_attribute(f"#traversal [data-dim='{dim}'][data-step='4']", "title")
    median = float(opened.model.stats["mu_quantiles"][4, dim])
    assert abs(float(title.split("=")[1].replace("−", "-")) - median) < 0.006


def test_colour_and_projection_never_send_images_again(page):
    page.wait_for_selector("#map[data-thumbnails='1']")
    sizes = []
    page.on("response", lambda response: "component_server" in response.url and sizes.append(response))
    for value in page.eval_on_selector_all("#map-colour option", "all => all.map(o => o.value)"):
        page.select_option("#map-colour", value)
        settled(page)
    for value in page.eval_on_selector_all("#map-projection option", "all => all.map(o => o.value)"):
        page.select_option("#map-projection", value)
        settled(page)
    assert sizes and not [response for response in sizes if b"data:image" in response.body()]


def test_another_model(page, shared):
    """One of each number of latents; one of each data set is opened where all are read in Korean."""
    kinds = {latents_of(entry): entry for entry in shared.catalog.usable()[1:]}
    for entry in kinds.values():
        page.select_option("#model", entry.name)
        page.wait_for_function("n => document.querySelectorAll('#sliders input').length === n",
                               arg=latents_of(entry))  # fmt: skip
        settled(page)
        assert page.input_value("#model") == entry.name


def latents_of(entry):
    return entry.header["config"]["model"]["latent_dim"]


def open_model(page, name):
    page.select_option("#model", name)
    settled(page)
    page.wait_for_selector("#map .lse-opening", state="hidden")


def check_doctor(page, opened):
    page.wait_for_selector("#doctor[data-forecast]")
    *found, expected_line = findings(replace(opened.diagnosis.evidence, forecast=opened.diagnosis.forecast))
    assert expected_line.key.startswith("finding.forecast")
    spans = page.locator("#doctor > p > span")
    assert [text.strip() for text in spans.all_inner_texts()][: len(found)] == [say(f.key, **f.values) for f in found]
    remedies = [say(f.remedy, **f.values) for f in found if f.remedy]
    expected = [*dict.fromkeys(remedies), say(expected_line.key, **expected_line.values), say("spectrum.about")]
    assert page.locator("#doctor .lse-remedy").all_inner_texts() == expected
    titles = spans.evaluate_all("spans => spans.map(span => span.title)")
    assert titles[0] and all(title for title, f in zip(titles, found, strict=False) if f.remedy)
    spectrum = explorer.spectrum(opened)
    label = say("spectrum.label", n=opened.diagnosis.forecast.paying, m=len(spectrum["kl"]))
    page.wait_for_selector("#doctor .lse-spectrum p")
    assert page.inner_text("#doctor .lse-spectrum") == label, "no Plotly, no sentence"


def check_information(page, opened):
    """Where there is no Plotly, the label stands there."""
    expected = models.information(opened)
    if expected is None:
        assert page.locator("#information").is_hidden()
        return
    page.wait_for_selector("#information .lse-heat p")
    text = page.inner_text("#information .lse-heat")
    assert text.startswith(say("information.label"))
    for k, factor in enumerate(expected["factors"]):
        best = max(expected["rows"], key=lambda row, k=k: row["shares"][k])
        assert f"{factor} (z{best['dim']} {best['shares'][k]:.2f})" in text
    check_table(page, expected)


def check_table(page, information):
    """For who cannot see the chart: every share, under its factor and beside its latent; it takes no room."""
    table = page.locator("#information .lse-heat + .lse-visually-hidden")
    assert table.locator("thead th").all_text_contents() == information["factors"]
    assert table.locator("tbody th").all_text_contents() == [f"z{row['dim']}" for row in information["rows"]]
    shares = [float(text) for text in table.locator("td").all_text_contents() if text]
    assert np.allclose(shares, [share for row in information["rows"] for share in row["shares"]])
    assert max(table.bounding_box()[side] for side in ("width", "height")) <= 1


def check_scores(page, metrics, width):
    if page.locator("#figures").is_hidden():
        page.click("#fold")
    labels, values = (page.locator(f".lse-figures {tag}").all_inner_texts() for tag in ("dt", "dd"))
    marks = ("noise", "rotated", "perfect")
    bounds = ["above floor", "−ELBO", "decoding μ", "rate", "distortion", "active units"]
    assert labels == [*bounds, *([] if metrics["mig"] is None else ["MIG", "means", "in use", *marks])]
    keys = ("neg_elbo", "neg_elbo_decoding_mu", "rate", "distortion")
    shown = [float(text.removesuffix(" nats").replace(",", "")) for text in values[:5]]
    assert np.allclose(shown, [above_floor(metrics), *(metrics[key] for key in keys)], atol=0.051)
    if metrics["mig"] is not None:
        expected = [metrics[key] for key in (*MIGS, *(f"mig_{mark}" for mark in marks))]
        assert np.allclose([float(text) for text in values[6:]], expected, atol=0.0051)
    boxes = page.locator(".lse-figures > div").evaluate_all(
        "divs => divs.map(div => div.getBoundingClientRect().toJSON())"
    )
    assert max(box["right"] for box in boxes) <= width
    for left, right in zip(boxes, boxes[1:], strict=False):
        assert right["top"] > left["top"] or right["left"] >= left["right"] + 4, "figures crowd each other"
    assert width < 1400 or len({box["top"] for box in boxes}) == 1, "the figures need a second line"


def test_what_is_said_about_a_model(page, shared):
    entries = [entry for entry in shared.catalog.usable() if not available(entry.header["dataset"]["name"])]
    for entry in [*entries[:2], *entries[2:][-1:]]:  # the first pair, and one that most likely has no factors
        opened = shared.catalog.open(entry.name)
        open_model(page, entry.name)
        check_doctor(page, opened)
        check_information(page, opened)
        for width in (390, 1400):
            page.set_viewport_size({"width": width, "height": 900})
            check_scores(page, entry.header["metrics"], width)


BOXES = """(box, selector) => [...box.querySelectorAll(selector)].map(part => {
  const {left, right, top, bottom} = part.getBoundingClientRect();
  return [left, right, top, bottom];
})"""


def boxes(chart, selector):
    """(N, 4): left, right, top and bottom of parts of a chart."""
    return np.array(chart.evaluate(BOXES, selector), dtype=float).reshape(-1, 4)


@pytest.mark.parametrize(("width", "theme"), [(1400, "light"), (390, "dark")])
def test_charts_of_a_model(open_page, shared, width, theme):
    page = open_page(width=width, query=f"?still=1&__theme={theme}", plotly=True)
    entries = [entry for entry in shared.catalog.usable() if not available(entry.header["dataset"]["name"])]
    opened = next(found for entry in entries if (found := shared.catalog.open(entry.name)).facts.names)
    page.wait_for_selector("#doctor[data-forecast]")
    open_model(page, opened.name)
    page.wait_for_selector("#doctor[data-forecast]")
    page.wait_for_selector("#doctor .lse-spectrum .bars .point", state="attached")
    page.wait_for_selector("#information .lse-heat .hm image", state="attached")
    check_spectrum(page.locator("#doctor .lse-spectrum"), explorer.spectrum(opened))
    check_heat(page.locator("#information .lse-heat"), models.information(opened), width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def check_spectrum(chart, spectrum):
    """On one scale in nats: a bar rises above the line by what it is worth, a dot by what its latent carries."""
    bars, dots = boxes(chart, ".bars .point path"), boxes(chart, ".scatterlayer .point")
    (line,) = boxes(chart, ".shapelayer path")
    assert (len(bars), len(dots)) == (len(spectrum["variances"]), len(spectrum["kl"]))
    level = line[2:].mean()
    nats = 0.5 * np.log(spectrum["variances"] / spectrum["threshold"])
    bars, dots = level - bars[:, 2], level - dots[:, 2:].mean(axis=1)
    pixels = bars[0] / nats[0]  # a nat's
    assert pixels > 0
    assert np.allclose(bars, nats * pixels, atol=1.5) and np.allclose(dots, spectrum["kl"] * pixels, atol=1.5)
    assert chart.get_attribute("role") == "img" and "threshold" in chart.get_attribute("aria-label")


def check_heat(chart, information, width):
    texts = chart.locator(".textpoint").all_text_contents()
    shares = np.array([float(text) for text in texts]).reshape(len(information["rows"]), -1)
    assert np.allclose(shares, [row["shares"] for row in information["rows"]])
    heads = chart.locator(".xtick text").all_text_contents()
    assert ["".join(head.split()) for head in heads] == [factor.replace(" ", "") for factor in information["factors"]]
    assert chart.locator(".ytick text").all_text_contents() == [f"z{row['dim']}" for row in information["rows"]]
    words = boxes(chart, ".xtick text")
    words = words[np.argsort(words[:, 0])]
    assert (words[1:, 0] >= words[:-1, 1]).all() and words[:, 0].min() >= 0 and words[:, 1].max() <= width


def hold_opening(page, name):
    """Choose a model; its request, which waits."""
    held = []
    page.route(*held_back("open_model", held))
    page.select_option("#model", name)
    page.wait_for_selector("#map .lse-opening", state="visible")
    return came(page, held)


def test_the_chart_of_the_last_model_is_not_seen_under_the_next(page, shared):
    *_, other = [entry.name for entry in shared.catalog.usable() if entry.header["dataset"]["name"] == "scene3d"]
    parts = "#information .lse-heat, #information .lse-heat + .lse-visually-hidden"
    visible = "parts => parts.map(part => getComputedStyle(part).visibility === 'visible')"
    assert page.eval_on_selector_all(parts, visible) == [True, True]
    held = []
    page.route(*held_back("information", held))
    page.select_option("#model", other)
    request = came(page, held)
    assert page.eval_on_selector_all(parts, visible) == [False, False]
    request.continue_()
    settled(page)
    assert page.eval_on_selector_all(parts, visible) == [True, True]


def test_while_a_model_is_read_the_map_says_so(page, shared):
    name = shared.catalog.usable()[-1].name
    held = hold_opening(page, name)
    assert name in page.inner_text("#map .lse-opening")
    assert page.locator("#map[data-ready]").count() == 0
    held.continue_()
    settled(page)
    page.wait_for_selector("#map .lse-opening", state="hidden")


def test_a_model_that_cannot_be_read_leaves_the_page_as_it_was(page, shared):
    before, name = page.input_value("#model"), shared.catalog.usable()[-1].name
    hold_opening(page, name).fulfill(json={"error": "That file is damaged."})
    page.wait_for_selector(".lse-error:has-text('That file is damaged.')")
    settled(page)
    page.wait_for_selector("#map .lse-opening", state="hidden")
    assert page.input_value("#model") == before


def test_a_theme_stays_and_the_tab_can_be_closed_and_opened_again(open_page):
    page = open_page()
    background = "getComputedStyle(document.querySelector('#doctor')).color"
    before = page.evaluate(background)
    page.click("#theme")
    settled(page)
    assert page.evaluate(background) != before

    index = page.get_attribute("#inspector", "data-index")
    page.get_by_role("tab", name="Other").click()
    page.wait_for_selector("#map", state="hidden")
    page.set_viewport_size({"width": 1100, "height": 800})
    page.get_by_role("tab", name="Explore").click()
    page.wait_for_selector("#map .lse-dots", state="visible")
    settled(page)
    page.wait_for_function(
        """() => { const [dots, stage] = ['dots', 'stage'].map(name => document.querySelector(`#map .lse-${name}`));
          return dots.clientWidth > stage.clientWidth - 200 && dots.clientWidth < stage.clientWidth; }"""
    )
    assert page.get_attribute("#inspector", "data-index") == index

    page.reload()
    settled(page)
    assert page.evaluate("document.body.classList.contains('dark')")


def test_the_map_by_keyboard(page, opened):
    before = int(page.get_attribute("#inspector", "data-index"))
    page.focus("#map .lse-stage")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"#inspector[data-ready]:not([data-index='{before}'])")
    after = int(page.get_attribute("#inspector", "data-index"))
    xy = opened.model.maps[first_map(opened)]
    assert xy[opened.rows[after], 0] > xy[opened.rows[before], 0]


def test_buttons(page, opened):
    before = page.get_attribute("#inspector", "data-index")
    picked = z_of(page, opened.dims)
    page.click("#random-prior")
    page.wait_for_selector("#inspector[data-ready] figure[data-source=prior]")
    assert not np.allclose(z_of(page, opened.dims), picked)
    page.click("#reset")
    page.wait_for_selector("#inspector[data-ready] figure[data-source=picked]")
    assert np.allclose(z_of(page, opened.dims), picked)
    page.click("#random-image")
    page.wait_for_selector(f"#inspector[data-ready]:not([data-index='{before}'])")


def test_a_late_pick_does_not_undo_a_newer_action(page, opened):
    before = page.get_attribute("#inspector", "data-index")
    row = lonely(opened.model.maps[first_map(opened)], list(range(len(opened.model.index))))[1]
    held = []

    def hold(route):
        held.append(route) if '"pick"' in (route.request.post_data or "") else route.continue_()

    page.route(lambda address: "component_server" in address, hold)
    with page.expect_request(lambda request: '"pick"' in (request.post_data or "")):
        page.mouse.click(*pixel_of(page, opened.model.maps[first_map(opened)][row]))
    page.click("#random-prior")
    prior = z_of(page, opened.dims)
    with page.expect_response(lambda response: '"pick"' in (response.request.post_data or "")):
        held[0].continue_()
    settled(page)
    assert len(held) == 1
    assert z_of(page, opened.dims) == prior
    assert page.get_attribute("#inspector", "data-index") == before
    assert page.locator("#inspector figure[data-source=prior]").count() == 1


REACH = """window.reach = {};  // of each slider: its least and its largest value so far
(function look() {
  for (const {value, dataset} of document.querySelectorAll('#sliders input[type=range]')) {
    const [least, most] = reach[dataset.dim] ?? [value, value];
    reach[dataset.dim] = [Math.min(least, value), Math.max(most, value)];
  }
  requestAnimationFrame(look);
})();"""


def test_the_strongest_slider_sways_once_and_returns(open_page, opened):
    page = open_page(query="", script=REACH)  # it sways while a busy machine still draws other parts
    dim = strongest(opened)
    start = float(opened.model.mu[opened.rows[int(page.get_attribute("#inspector", "data-index"))], dim])
    page.wait_for_function(f"Math.max(...reach[{dim}].map(value => Math.abs(value - {start}))) > 0.1")
    page.keyboard.press("Shift")
    page.wait_for_function(
        f"Math.abs(document.querySelector('#sliders input[data-dim=\"{dim}\"]').value - {start}) < 0.1"
    )
    page.wait_for_selector("#inspector[data-ready] figure[data-source=picked]")


def test_a_phone(open_page, opened):
    page = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in ("map", "inspector", "sliders", "traversal", "doctor", "header"):
        assert page.locator(f"#{part}").bounding_box()["width"] <= 390
    table = page.locator("#information")
    assert table.is_hidden() or table.evaluate("e => e.scrollWidth <= e.clientWidth && e.clientWidth <= 390")
    before = page.get_attribute("#inspector", "data-index")
    page.tap("#random-image")
    page.wait_for_selector(f"#inspector[data-ready]:not([data-index='{before}'])")
    settled(page)
    page.wait_for_selector("#map[data-thumbnails='1']")  # the ring stays for a moment only, the card needs its picture
    row = lonely(opened.model.maps[first_map(opened)], list(range(len(opened.model.index))))[0]
    page.locator("#map .lse-stage").scroll_into_view_if_needed()
    page.touchscreen.tap(*pixel_of(page, opened.model.maps[first_map(opened)][row]))
    page.wait_for_selector(
        f"#map:has(.lse-hovered:not([hidden])) .lse-card[data-index='{int(opened.model.index[row])}']:not([hidden])"
    )
    page.wait_for_selector("#map .lse-hovered", state="hidden")  # after a while by itself
