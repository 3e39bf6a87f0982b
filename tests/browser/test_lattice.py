"""The lattice of a model with two latents, clicked, dragged and walked as a person would."""

import numpy as np
import pytest
from closeness import same_pictures
from driving import answered, canvas_pixels, chw, open_anew, pixel_of, set_slider, settled, shown, z_of

from vae.images import tile
from vae.latent.lattice import lattice
from vae.ui.explore import payload

pytestmark = pytest.mark.browser

STEPS = 20
VALUES = lattice(STEPS)[0].tolist()

FRAMED = """() => { const [frame, board] = ['.lse-board i', '.lse-board'].map(
    part => document.querySelector(`#lattice ${part}`).getBoundingClientRect());
  return {column: (frame.left - board.left) / frame.width, row: (frame.top - board.top) / frame.height,
    across: board.width / frame.width, down: board.height / frame.height}; }"""


@pytest.fixture(scope="module")
def url(flat_url):
    """Every page of this module opens on the model with two latents."""
    return flat_url


@pytest.fixture(scope="module")
def two(flat_shared):
    return flat_shared.catalog.open("flat")


@pytest.fixture
def page(common_page, two):
    """The module's page with that model opened anew, as a visitor finds it."""
    open_anew(common_page, two)
    return common_page


def cell(row, column):
    """z of a cell, counted from the top left."""
    return [VALUES[column], VALUES[STEPS - 1 - row]]


def framed(page):
    """(row, column) of the frame, which fits its cell exactly."""
    found = page.evaluate(FRAMED)
    place = [found["row"], found["column"]]
    assert np.allclose([found["across"], found["down"]], STEPS, atol=0.05)
    assert np.allclose(place, np.round(place), atol=0.05)
    return tuple(int(round(at)) for at in place)


def nearest(z):
    column, up = (int(np.abs(np.array(VALUES) - value).argmin()) for value in z)
    return STEPS - 1 - up, column


def middle(page, row, column):
    """Window pixel of a cell's middle."""
    page.locator("#lattice").scroll_into_view_if_needed()
    box = page.locator("#lattice .lse-board").bounding_box()
    return box["x"] + box["width"] * (column + 0.5) / STEPS, box["y"] + box["height"] * (row + 0.5) / STEPS


def stands_at(page, two, z):
    """Sliders, frame, label and picture all say that z."""
    page.wait_for_selector("#inspector[data-ready]")
    assert np.allclose(z_of(page, 2), z, atol=1e-5)
    assert framed(page) == nearest(z)
    label = page.get_attribute("#lattice .lse-board", "aria-label").replace("−", "-")
    assert f"z0 = {z[0]:.2f}, z1 = {z[1]:.2f}." in label
    same_pictures(shown(page, "z"), chw(two.decode(np.array([z]))[0]))


def test_the_lattice_stands_with_its_frame_at_the_picked_image(page, two):
    assert page.locator("#lattice").is_visible()
    image = page.locator("#lattice .lse-board img")
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [32 * STEPS] * 2
    assert image.get_attribute("alt")
    row = two.rows[int(page.get_attribute("#inspector", "data-index"))]
    stands_at(page, two, two.model.mu[row].tolist())


def test_a_click_sets_both_latents_and_all_parts_follow(page, two):
    assert page.input_value("#map-projection") == "z"
    page.mouse.click(*middle(page, 3, 16))
    stands_at(page, two, cell(3, 16))
    for dim, value in enumerate(cell(3, 16)):
        pressed = page.get_attribute(f"#traversal [data-dim='{dim}'][aria-pressed=true]", "data-step")
        assert int(pressed) == np.abs(np.linspace(-3, 3, 9) - value).argmin()
    across, up = int(page.input_value("#map-x")), int(page.input_value("#map-y"))
    assert (across, up) == (0, 1), "the map does not lie as the lattice does"
    cross = page.locator("#map .lse-cross").bounding_box()
    assert np.allclose((cross["x"], cross["y"]), pixel_of(page, (cell(3, 16)[across], cell(3, 16)[up])), atol=1)


def test_a_drag_follows_the_pointer_and_ends_at_the_edge(page, two):
    page.mouse.move(*middle(page, 10, 4))
    page.mouse.down()
    page.mouse.move(*middle(page, 8, 9), steps=5)
    stands_at(page, two, cell(8, 9))
    x, y = middle(page, 2, STEPS + 1)
    page.mouse.move(x, y, steps=5)
    page.mouse.up()
    stands_at(page, two, cell(2, STEPS - 1))
    page.mouse.move(*middle(page, 12, 12))
    assert framed(page) == (2, STEPS - 1), "the pointer is no longer pressed"


def test_arrow_keys_walk_from_cell_to_cell(page, two):
    page.mouse.click(*middle(page, 1, 17))
    board = page.locator("#lattice .lse-board")
    assert board.evaluate("board => board === document.activeElement")
    for key, row, column in (("Right", 1, 18), ("Up", 0, 18), ("Up", 0, 18), ("Right", 0, 19), ("Right", 0, 19)):
        page.keyboard.press(f"Arrow{key}")
        stands_at(page, two, cell(row, column))
    for key, row, column in (("Down", 1, 19), ("Left", 1, 18)):
        page.keyboard.press(f"Arrow{key}")
        stands_at(page, two, cell(row, column))
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert board.evaluate("board => board === document.activeElement && board.matches(':focus-visible')")


def test_a_slider_moves_the_frame(page, two):
    page.mouse.click(*middle(page, 10, 10))
    set_slider(page, 0, VALUES[5] + 0.01)
    stands_at(page, two, [VALUES[5] + 0.01, cell(10, 10)[1]])
    assert framed(page) == (10, 5)
    set_slider(page, 1, 3)
    assert framed(page) == (0, 5), "z beyond the lattice is framed at its edge"


def test_the_page_decodes_the_wider_lattice(page, two):
    page.wait_for_selector("#model-decoder[data-where=page]")
    page.route(*answered("lattice", {"error": "asked"}))
    page.select_option("#lattice-range", "wide")
    page.wait_for_selector("#lattice[data-ready] .lse-board canvas[aria-label]")
    values = payload.lattice(two, "wide")["values"]
    z = np.array([(across, up) for up in reversed(values) for across in values])
    expected = chw(tile(two.decode(z), len(values)))
    same_pictures(canvas_pixels(page, "#lattice .lse-board canvas")[:, :, :1], expected)
    page.select_option("#lattice-range", "prior")
    page.wait_for_selector("#lattice[data-ready] .lse-board img")


def test_more_latents_have_no_lattice(page, two):
    for name, visible in (("tiny", False), ("flat", True)):
        page.select_option("#model", name)
        page.wait_for_function("n => document.querySelectorAll('#sliders input').length === n", arg=2 if visible else 6)
        settled(page)
        assert page.locator("#lattice").is_visible() == visible
        assert page.locator("#lattice .lse-board > *").count() == (2 if visible else 0)
    page.mouse.click(*middle(page, 15, 2))
    stands_at(page, two, cell(15, 2))


def test_it_is_not_ready_before_its_sheet_is_drawn(page):
    changes = """() => new Promise(done => {
      const part = document.querySelector('#lattice'), seen = [];
      new MutationObserver(() => {
        seen.push([part.dataset.ready ?? '', part.querySelectorAll('img').length]);
        if (part.dataset.ready) done(seen);
      }).observe(part, {attributes: true, attributeFilter: ['data-ready']});
      document.querySelector('#model').value = 'flat';
      document.querySelector('#model').dispatchEvent(new Event('change'));
    })"""
    page.select_option("#model", "tiny")
    page.wait_for_selector("#lattice", state="hidden")
    settled(page)
    assert page.evaluate(changes) == [["", 0], ["1", 1]]


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_a_thumb_on_a_phone(open_page, two, theme):
    page = open_page(width=390, height=844, query=f"?still=1&__theme={theme}", has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("#lattice").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.touchscreen.tap(*middle(page, 4, 13))
    stands_at(page, two, cell(4, 13))
    finger = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": float(x), "y": float(y)} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    touch("Start", middle(page, 9, 9))
    touch("Move", np.add(middle(page, 9, 9), (4, 0)))
    assert framed(page) == (4, 13), "it may be about to scroll the page"
    touch("Move", middle(page, 9, 15))
    touch("Move", middle(page, 8, 13))
    touch("End")
    stands_at(page, two, cell(8, 13))
