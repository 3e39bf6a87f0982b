"""The Compare tab as a person uses it: matched rows, linked maps, downloads, keys, the way from Explore and back."""

import base64
import io

import numpy as np
import pytest
import torch
from alignment import align
from closeness import same_pictures
from driving import (
    MODULES,
    answered,
    at_rest,
    background_pixels,
    came,
    canvas_pixels,
    frames,
    held_back,
    lonely,
    offered,
    pixels_of,
    set_slider,
    z_of,
)
from PIL import Image

from vae.ui.compare import payload as comparison
from vae.ui.models.model_pair import open_pair

pytestmark = pytest.mark.browser

PARTS = ("compare-pictures", "compare-sliders", "compare-map-left", "compare-map-right", "compare-table")
SIDES = ("left", "right")
PAIR = ("scene3d-vae", "scene3d-beta")
WATCH = """() => new MutationObserver(() => (window.drawnAnew = true))
  .observe(document.querySelector('#compare-table'), {attributes: true, attributeFilter: ['data-ready']})"""
COLOUR = """([side, [px, py]]) => { const canvas = document.querySelector(`#compare-map-${side} .lse-dots`);
  const r = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
  const at = [px - r.left, py - r.top].map(n => Math.round(n * ratio));
  return Array.from(canvas.getContext('2d').getImageData(...at, 1, 1).data); }"""
# All networks of the two models, in the page.
LOADED = f"""{MODULES}.then(modules => {offered("comparer")}.then(({{state: {{couple}}}}) => Promise.all(
  [couple.left, couple.right].flatMap(side => [side.decoder, side.reader_file])
    .map(({{file}}) => modules['kit/js/networks'].networks.load(file)))))"""
# The two models on that image, as they are when they are opened; to open them again would draw all of it anew.
AS_OPENED = f"""([left, right, image]) => {offered("comparer")}.then(comparer => {{
  const {{couple, picked, z}} = comparer.state;
  const same = couple.left.name === left && couple.right.name === right;
  const latents = document.querySelector('#compare [data-choose=projection]').value === 'z';
  if (!same || !latents) comparer.open(left, right, image);
  else if (picked.index !== image) comparer.pick(image);
  else if (['left', 'right'].some(side => z[side].join() !== picked[side].z.join())) comparer.reset();
}})"""
MOVE = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }"


def place(page, side, xy):
    """Window pixel of a point of a side's map."""
    return pixels_of(page, [xy], f"compare-map-{side}")[0]


def stands(page):
    """Everything that belongs to two models and an image is drawn."""
    for part in PARTS:
        page.wait_for_selector(f"#{part}[data-ready='1']", state="attached")
    for part in (".lse-spills", ".lse-informations"):  # they move what is below
        page.wait_for_selector(f"{part}[data-ready='1']", state="attached")


def opened_tab(page):
    page.locator("button[role=tab][data-tab-id=compare]").click()
    stands(page)
    return page


@pytest.fixture
def tab(common_page, both):
    """The tab with the two models on their first image, as on a visitor's first sight of it."""
    if common_page.locator("#compare").is_visible():
        image = int(both.index[comparison.first_row(both)])
        common_page.evaluate(AS_OPENED, [*PAIR, image])
        common_page.wait_for_selector(".lse-compare > .lse-opening", state="hidden")
        common_page.wait_for_selector(f"#compare-pictures[data-index='{image}'][data-ready='1']")
    else:
        opened_tab(common_page)
    at_rest(common_page)
    stands(common_page)
    return common_page


@pytest.fixture(scope="module")
def plotly_page(open_plotly):
    return open_plotly(opened_tab)


@pytest.fixture
def plotly_tab(plotly_page):
    """The tab on another page, with Plotly, as the test before has left it."""
    tab, faults = plotly_page
    yield tab
    assert not faults, faults


@pytest.fixture(scope="module")
def both(shared):
    torch.set_num_threads(1)
    return open_pair(shared.catalog, *PAIR)


def picture(page, side):
    """Pixels (H, W, 3) of the picture of z."""
    return canvas_pixels(page, f"#compare-pictures [data-side={side}] canvas[data-role=z]")[:, :, :3].astype(int)


def reconstruction(page, side):
    source = page.get_attribute(f"#compare-pictures [data-side={side}] img[data-role=reconstruction]", "src")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1])))).astype(int)


def painted(opened, z):
    return opened.decode(np.asarray([z], np.float32))[0].numpy().transpose(1, 2, 0).astype(int)


def image_of(page):
    return int(page.get_attribute("#compare-pictures", "data-index"))


def slide(page, number, value):
    page.eval_on_selector(f"#compare-sliders input[data-pair='{number}']", MOVE, value)
    page.wait_for_selector("#compare-pictures[data-ready='1']")


def moved(both, index, number, value):
    """z of both sides when pair `number` of image `index` stands at `value` on the right."""
    pair = both.pairs[number]
    left, right = (side.model.mu[side.rows[index]].astype(float) for side in both.sides)
    quantiles = [side.model.stats["mu_quantiles"] for side in both.sides]
    right[pair.right] = value
    left[pair.left] = align(value, quantiles[1][:, pair.right], quantiles[0][:, pair.left], pair.sign)
    return left, right


def test_matched_latents_stand_on_one_line(tab, both):
    rows = tab.locator("#compare-sliders .lse-pair")
    assert rows.count() == len(both.pairs)
    for number, pair in enumerate(both.pairs):
        row = rows.nth(number)
        assert row.get_attribute("data-left") == ("" if pair.left is None else str(pair.left))
        assert row.get_attribute("data-right") == ("" if pair.right is None else str(pair.right))
        strips = [row.locator(f".lse-strip[data-side={side}]").bounding_box() for side in SIDES]
        middles = [box["y"] + box["height"] / 2 for box in strips]
        assert abs(middles[0] - middles[1]) <= 2
        assert strips[0]["x"] + strips[0]["width"] < strips[1]["x"]
    assert "6 of 6" in tab.inner_text(".lse-sentence") or "all 6" in tab.inner_text(".lse-sentence")


def test_one_slider_moves_a_matched_pair_in_both_pictures(tab, both):
    index = image_of(tab)
    for number, value in ((5, 1.25), (0, -1.5)):
        tab.locator("#compare-reset").click()
        slide(tab, number, value)
        for side, opened, z in zip(SIDES, both.sides, moved(both, index, number, value), strict=True):
            assert np.abs(picture(tab, side) - painted(opened, z)).max() <= 2


def test_steps_of_either_side_stand_at_the_same_share_of_its_codes(tab, both):
    index = image_of(tab)
    for number in (1, 5):
        pair = both.pairs[number]
        for side in SIDES:
            tab.locator("#compare-reset").click()
            tab.locator(f"[data-pair='{number}'] .lse-strip[data-side={side}] button").nth(7).click()
            tab.wait_for_selector("#compare-pictures[data-ready='1']")
            value = float(both.right.model.stats["mu_quantiles"][7, pair.right])
            for name, opened, z in zip(SIDES, both.sides, moved(both, index, number, value), strict=True):
                assert np.abs(picture(tab, name) - painted(opened, z)).max() <= 2
                cell = tab.locator(f"[data-pair='{number}'] .lse-strip[data-side={name}] button").nth(7)
                assert cell.get_attribute("aria-pressed") == "true"


def test_the_meter_says_how_far_each_factor_has_moved(tab, both):
    index = image_of(tab)
    slide(tab, 1, 2.0)
    for side, opened, z in zip(SIDES, both.sides, moved(both, index, 1, 2.0), strict=True):
        start = comparison.decoded(opened, opened.model.mu[opened.rows[index]])["reading"]["at"]
        now = comparison.decoded(opened, z)["reading"]["at"]
        for k, (before, after) in enumerate(zip(start, now, strict=True)):
            share = float(tab.get_attribute(f"[data-side={side}] .lse-spill[data-k='{k}']", "data-share"))
            assert share == pytest.approx(min(1, np.linalg.norm(np.subtract(after, before))), abs=0.02)
    assert tab.locator("[data-side=right] .lse-wanted").inner_text().startswith("wall colour")


def test_a_pair_and_its_meter_move_without_the_server(tab, both):
    index = image_of(tab)
    tab.evaluate(LOADED)
    tab.route("**/component_server/", lambda request: request.abort("blockedbyclient"))
    for value in (1.5, -0.75):
        slide(tab, 1, value)
        assert tab.get_attribute("#compare-pictures", "data-where") == "page"
        for side, opened, z in zip(SIDES, both.sides, moved(both, index, 1, value), strict=True):
            same_pictures(picture(tab, side), painted(opened, z))
            start = comparison.decoded(opened, opened.model.mu[opened.rows[index]])["reading"]
            now = comparison.decoded(opened, z)["reading"]
            for k, (before, after) in enumerate(zip(start["at"], now["at"], strict=True)):
                row = tab.locator(f"[data-side={side}] .lse-spill[data-k='{k}']")
                expected = min(1, np.linalg.norm(np.subtract(after, before)))
                assert float(row.get_attribute("data-share")) == pytest.approx(expected, abs=0.01)
                values = dict.fromkeys((start["values"][k], now["values"][k]))
                assert row.locator("small").inner_text() == " → ".join(values)
    tab.wait_for_selector("#compare-sliders[data-ready='1']")
    for side, opened, z in zip(SIDES, both.sides, moved(both, index, 1, -0.75), strict=True):
        dim = getattr(both.pairs[4], side)
        strip = background_pixels(tab, f"[data-pair='4'] .lse-strip[data-side={side}] button")
        codes = np.tile(z, (9, 1)).astype(np.float32)
        codes[:, dim] = opened.model.stats["mu_quantiles"][:, dim]
        expected = opened.decode(codes).numpy().transpose(0, 2, 3, 1)
        same_pictures(strip.reshape(*expected.shape[:3], 4)[..., :3], expected)


def test_the_heat_map_is_empty_until_something_moves(tab):
    heat = "[data-side=right] canvas[data-role=change]"
    tab.locator("#compare-reset").click()
    tab.wait_for_selector("#compare-pictures[data-ready='1']")
    assert ": 0.0 %" in tab.get_attribute(heat, "aria-label")
    slide(tab, 0, 2.0)
    assert ": 0.0 %" not in tab.get_attribute(heat, "aria-label")


def test_the_summary_of_the_meter_comes_for_every_latent(tab, both):
    tab.wait_for_selector(".lse-spills[data-ready='1']")
    for number, pair in enumerate(both.pairs):
        for side, dim in zip(SIDES, (pair.left, pair.right), strict=True):
            text = tab.inner_text(f"[data-pair='{number}'] .lse-stays[data-side={side}]")
            assert ("% in" in text) == (dim is not None)
    assert "scene3d-vae" in tab.inner_text(".lse-spills p")


def axes_of(both):
    """The two latents of either side that the maps are spanned by at first."""
    first, second = comparison.axes(both)[:2]
    return {side: (first[side], second[side]) for side in SIDES}


def points(both, side):
    number = SIDES.index(side)
    dims = axes_of(both)[side]
    return both.sides[number].model.mu[both.rows[number]][:, dims].astype(float)


def alone(both, side):
    """The row that lies farthest from all others on a map."""
    xy = points(both, side)
    return lonely(xy, list(range(len(xy))))[0]


@pytest.mark.parametrize(("side", "other"), [SIDES, SIDES[::-1]])
def test_hovering_one_map_shows_on_both(tab, both, side, other):
    tab.locator(f"#compare-map-{side}").scroll_into_view_if_needed()
    row = alone(both, side)
    x, y = place(tab, side, points(both, side)[row])
    tab.mouse.move(x - 40, y - 30)
    tab.mouse.move(x, y)
    tab.wait_for_selector(f"#compare-map-{other}[data-hovered='{row}']")
    ring = tab.locator(f"#compare-map-{other} .lse-hovered").bounding_box()
    there = place(tab, other, points(both, other)[row])
    assert np.allclose([ring["x"], ring["y"]], there, atol=1.5)
    card = tab.locator(f"#compare-map-{side} .lse-card[data-index='{int(both.index[row])}']")
    card.wait_for(state="visible")


def test_a_click_on_a_map_picks_the_image_for_both(tab, both):
    tab.locator("#compare-map-left").scroll_into_view_if_needed()
    row = alone(both, "left")
    tab.mouse.click(*place(tab, "left", points(both, "left")[row]))
    index = int(both.index[row])
    tab.wait_for_selector(f"#compare-pictures[data-index='{index}'][data-ready='1']")
    for side, opened in zip(SIDES, both.sides, strict=True):
        mu = opened.model.mu[opened.rows[index]]
        same_pictures(reconstruction(tab, side), painted(opened, mu))


def test_a_selection_on_one_map_shows_on_both(plotly_tab, both):
    tab = plotly_tab
    tab.wait_for_selector("#compare-map-right[data-plotly='1']")
    tab.locator("#compare-map-right").scroll_into_view_if_needed()
    xy = points(both, "right")
    low, high = np.quantile(xy, 0.35, axis=0), np.quantile(xy, 0.65, axis=0)
    (left, bottom), (right, top) = (place(tab, "right", corner) for corner in (low, high))
    tab.click("#compare-map-right .modebar-btn[data-val=lasso]")
    tab.mouse.move(left, bottom)
    tab.mouse.down()
    for at in ((right, bottom), (right, top), (left, top), (left, bottom)):
        tab.mouse.move(*at, steps=4)
    tab.mouse.up()
    tab.wait_for_selector(".lse-selection:not([hidden])")
    inside = ((xy >= low) & (xy <= high)).all(1)
    found = int(tab.get_attribute(".lse-selection", "data-count"))
    assert found == pytest.approx(inside.sum(), rel=0.03)
    assert tab.inner_text("#compare .lse-selected").startswith(f"{found:,} of {len(xy):,} images selected")
    frames(tab)
    for side in SIDES:  # the loneliest image outside is pale on both maps
        at = points(both, side)
        row = lonely(at, list(np.flatnonzero(~inside)))[0]
        red, green, blue, _ = tab.evaluate(COLOUR, [side, place(tab, side, at[row]).tolist()])
        assert min(red, green, blue) > 200
    tab.locator("#compare-map-left .lse-stage").focus()
    tab.keyboard.press("Escape")
    tab.wait_for_selector(".lse-selection", state="hidden")

    tab.focus("#compare-map-left .lse-legend button[data-code='0']")
    tab.keyboard.press("Enter")
    for side in SIDES:
        assert tab.get_attribute(f"#compare-map-{side} .lse-legend button[data-code='0']", "aria-pressed") == "false"


def test_umap_is_one_choice_away_and_brings_its_caveat(tab):
    tab.select_option("[data-choose=projection]", "umap")
    for side in SIDES:
        tab.wait_for_selector(f"#compare-map-{side}[data-ready='1']")
    tab.wait_for_function("document.querySelector('.lse-maps-note').textContent.includes('UMAP')")
    assert tab.locator(".lse-maps-bar .lse-axes").is_hidden()


def test_everything_goes_by_keys(tab, both):
    index = image_of(tab)
    slider = tab.locator("#compare-sliders input[data-pair='0']")
    slider.focus()
    before = both.right.model.mu[both.right.rows[index], both.pairs[0].right]
    tab.keyboard.press("ArrowRight")
    tab.wait_for_selector("#compare-pictures[data-ready='1']")
    assert float(slider.input_value()) == pytest.approx(before + 0.1, abs=1e-3)
    tab.locator("#compare-map-right .lse-stage").focus()
    tab.keyboard.press("ArrowUp")
    tab.wait_for_function(f"document.querySelector('#compare-pictures').dataset.index !== '{index}'")
    stands(tab)
    tab.locator("#figure-one button[data-kind=png]").focus()
    with tab.expect_download():
        tab.keyboard.press("Enter")


@pytest.mark.parametrize("kind", ["png", "gif"])
def test_figure_one_downloads(tab, both, kind):
    with tab.expect_download() as waited:
        tab.locator(f"#figure-one button[data-kind={kind}]").click()
    assert waited.value.suggested_filename == f"scene3d-vae-scene3d-beta-{image_of(tab)}.{kind}"
    image = Image.open(waited.value.path())
    assert image.format == kind.upper() and image.width >= 600
    assert (getattr(image, "n_frames", 1) > 8) == (kind == "gif")
    tab.wait_for_selector(f"#figure-one[data-kind={kind}] img")


def test_figure_one_waits_for_an_image(page):
    held = []
    page.route(*held_back("pick_pair", held))
    page.click("button[role=tab][data-tab-id=compare]")
    page.wait_for_selector("#compare-table[data-ready='1']", state="attached")
    answer = came(page, held)
    assert page.locator("#figure-one button[data-kind]:enabled").count() == 0
    answer.continue_()
    page.click("#figure-one button[data-kind=png]")
    page.wait_for_selector("#figure-one[data-kind=png] img")


def test_charts_of_two_models(plotly_tab, both):
    tab = plotly_tab
    tab.wait_for_selector("#compare-rates[data-ready='1']", state="attached")
    plane = tab.locator("#compare-rates .lse-plane-rates")
    plane.scroll_into_view_if_needed()
    tab.wait_for_selector("#compare-rates .textpoint", state="attached")
    names = plane.locator(".textpoint text").evaluate_all("all => all.map(text => text.firstElementChild.textContent)")
    assert set(PAIR) <= set(names)
    assert plane.locator(".shapelayer path").count() == 3  # of equal costs two, and the nats of all combinations
    for name, side in zip(PAIR, both.sides, strict=True):
        metrics = side.model.header["metrics"]
        measured = f"{name}: rate {metrics['rate']:.1f} nats, distortion {metrics['distortion']:,.0f} nats, "
        _, _, facts = plane.get_attribute("aria-label").partition(measured)
        assert facts and f"MIG of sampled z {metrics['mig_sampled']:.2f}." in facts
    plane.locator(".scatterlayer .point").last.hover(force=True)  # the left one, or the right: both lie on top
    tab.wait_for_selector("#compare-rates .hovertext", state="attached")
    lines = plane.locator(".hovertext tspan.line").all_text_contents()
    assert lines[0] in PAIR and len(lines) == 7
    for side in SIDES:
        heat = tab.locator(f".lse-informations [data-side={side}] .lse-heat")
        rows = comparison.informations(both)[side]["rows"]
        assert heat.locator(".ytick").all_text_contents() == [f"z{row['dim']}" if row else "–" for row in rows]
        assert heat.locator(".textpoint").count() == sum(len(row["shares"]) for row in rows if row)


def test_models_of_other_data_bring_their_partner_and_say_so(tab):
    tab.select_option("#compare-left", "mnist-vae")
    tab.wait_for_function("document.querySelector('.lse-sentence').textContent.includes('mnist-beta')")
    stands(tab)
    assert tab.input_value("#compare-right") == "mnist-beta"
    assert "scene3d-beta" in tab.inner_text(".lse-notice")
    assert tab.locator("#compare-table .lse-undefined").count() > 6
    assert tab.locator(".lse-informations").is_hidden()
    tab.select_option("#compare-left", "mnist-collapsed")  # alone with its data: it stands beside itself
    tab.wait_for_function("document.querySelector('.lse-sentence').textContent.includes('mnist-collapsed')")
    stands(tab)
    tab.select_option("#compare-right", "mnist-conv20")
    tab.wait_for_function("document.querySelector('.lse-sentence').textContent.includes('mnist-conv20')")
    stands(tab)
    assert (tab.input_value("#compare-left"), tab.input_value("#compare-right")) == ("mnist-vae", "mnist-conv20")


def test_the_side_that_was_set_stays(tab):
    tab.select_option("#compare-left", "mnist-2d")
    tab.wait_for_function("document.querySelector('.lse-sentence').textContent.includes('mnist-2d')")
    stands(tab)
    assert (tab.input_value("#compare-left"), tab.input_value("#compare-right")) == ("mnist-2d", "mnist-vae")


def test_from_explore_to_compare_and_back_with_the_same_image_and_z(page, both):
    page.locator("#random-image").click()
    page.wait_for_selector("#inspector[data-ready='1']")
    index = int(page.get_attribute("#inspector", "data-index"))
    pair = both.pairs[2]
    set_slider(page, pair.right, 1.5)
    page.wait_for_selector("#inspector[data-ready='1']")
    z = z_of(page, 10)
    page.locator("#to-compare").click()
    page.wait_for_selector(f"#compare-pictures[data-index='{index}'][data-ready='1']")
    stands(page)
    assert np.abs(picture(page, "right") - painted(both.right, z)).max() <= 2
    left = moved(both, index, 2, 1.5)[0]
    assert np.abs(picture(page, "left") - painted(both.left, left)).max() <= 2
    page.locator("[data-explore=left]").click()
    page.wait_for_selector(f"#inspector[data-index='{index}'][data-ready='1']")
    page.wait_for_function("document.querySelector('#model').value === 'scene3d-vae'")
    page.wait_for_selector("#inspector[data-ready='1']")
    assert np.allclose(z_of(page, 10), left, atol=1e-4)


def test_an_image_that_is_refused_leaves_the_rows_as_they_were(tab):
    index = image_of(tab)
    tab.route(*answered("pick_pair", {"error": "There is no such image."}))
    tab.locator("#compare-random").click()
    tab.wait_for_selector(".lse-error:has-text('There is no such image.')")
    stands(tab)
    assert image_of(tab) == index


def test_a_model_that_is_made_anew_is_compared_anew(tab):
    index = image_of(tab)
    with tab.expect_response(lambda answer: '"compare"' in (answer.request.post_data or "")):
        tab.evaluate(WATCH)
        tab.evaluate(f"{MODULES}.then(modules => modules['models/visitor-models'].renew('scene3d-vae', '1'))")
    tab.wait_for_function("window.drawnAnew")
    stands(tab)
    assert image_of(tab) == index


def overflows(tab):
    return tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0


def test_nothing_overflows(tab):
    assert not overflows(tab)
    assert tab.locator(".lse-figures").is_hidden()  # Explore's figures step back

    tab.set_viewport_size({"width": 390, "height": 844})
    frames(tab)
    assert not overflows(tab)
    assert tab.locator(".lse-figures").is_hidden()
    tab.set_viewport_size({"width": 1400, "height": 900})
