"""The map once Plotly has taken over: by mouse, wheel, keyboard and touch, its toolbar and legend, and odd points."""

import base64
import io
from contextlib import contextmanager

import numpy as np
import pytest
from driving import MODULES, at_rest, first_map, frames, lonely, pixel_of, pixels_of, settled
from PIL import Image

pytestmark = pytest.mark.browser
STAGE, DOTS = "#map .lse-stage", "#map .lse-dots"
VIEW = f"""() => {{ const dots = document.querySelector('{DOTS}');
  return [...dots.dataset.x.split(' '), ...dots.dataset.y.split(' ')].map(Number); }}"""
LAYOUT = """() => { const {xaxis, yaxis} = document.querySelector('#map .js-plotly-plot').layout;
  return [...xaxis.range, ...yaxis.range]; }"""
INDEX = "document.querySelector('#inspector').dataset.index"
BUTTONS = ["pan", "zoom", "select", "lasso", "in", "out", "home", "png", "svg"]


def taken_over(page):
    settled(page)
    page.wait_for_selector("#map[data-plotly='1']")


@pytest.fixture(scope="module")
def plotly_page(open_plotly):
    return open_plotly(taken_over)


@pytest.fixture
def page(plotly_page):
    """The page with Plotly as the tests before have left it, its map at home and nothing selected or hidden."""
    page, faults = plotly_page
    at_rest(page)
    press(page, "pan")
    press(page, "home")
    page.focus(STAGE)
    page.keyboard.press("Escape")
    settled(page)
    frames(page)
    yield page
    assert not faults, faults


def press(page, name):
    page.locator("#map .modebar-btn").nth(BUTTONS.index(name)).click()
    frames(page)  # the dots follow with the next one


def view(page):
    """The ranges of the dots, once Plotly's axes say the same."""
    page.wait_for_function(
        f"() => {{ const [dots, axes] = [({VIEW})(), ({LAYOUT})()]; "
        "return dots.every((end, i) => Math.abs(end - axes[i]) < 1e-6 * (1 + Math.abs(end))); }"
    )
    return np.array(page.evaluate(VIEW))


def span(ranges):
    return np.array([ranges[1] - ranges[0], ranges[3] - ranges[2]])


def drag(page, *places):
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def middle(page):
    box = page.locator(DOTS).bounding_box()
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


@contextmanager
def asked(page, function):
    """The requests of a server function meanwhile."""
    calls = []

    def note(request):
        if f'"fn_name":"{function}"' in (request.post_data or ""):
            calls.append(request)

    page.on("request", note)
    yield calls
    page.remove_listener("request", note)


def titles(page):
    """What the buttons of the toolbar say."""
    return page.eval_on_selector_all("#map .modebar-btn", "all => all.map(one => one.dataset.title)")


def test_plotly_takes_over_without_a_jump(open_page):
    # From the very beginning: an observer that waits for the map may come after its dots.
    script = """window.order = []; new MutationObserver(all => all.forEach(({attributeName, target}) => {
        if (target.id !== 'map') return;
        const dots = target.querySelector('.lse-dots');
        window.order.push([attributeName, dots.style.cssText, dots.dataset.x, dots.toDataURL()]);
      })).observe(document, {subtree: true, attributeFilter: ['data-ready', 'data-plotly']});"""
    page = open_page(query="?still=1&lang=ko", drawn=taken_over, plotly=True, script=script)
    names, boxes, ranges, pictures = zip(*page.evaluate("window.order"), strict=True)
    assert names.index("data-ready") < names.index("data-plotly")
    for seen in (boxes, ranges, pictures):
        assert seen[names.index("data-ready")] == seen[names.index("data-plotly")]
    view(page)
    assert int(page.get_attribute("#map", "data-points")) > 0
    assert page.evaluate("document.querySelectorAll('#map path.point').length") == 0, "the dots are ours"
    assert titles(page) == [
        "지도 이동",
        "상자로 확대",
        "상자로 선택",
        "올가미로 선택",
        "확대",
        "축소",
        "전체 보기",
        "PNG로 저장",
        "SVG로 저장",
    ]


def test_the_toolbar_is_a_list_of_ours(page):
    modes = ["Move the map", "Zoom into a box", "Select with a box", "Select with a lasso"]
    assert titles(page) == [*modes, "Zoom in", "Zoom out", "Show all", "Save as PNG", "Save as SVG"]
    assert page.evaluate("document.querySelectorAll('.js-plotly-plot a').length") == 0


def test_dragging_moves_dots_and_axes_together(page):
    before, at = view(page), middle(page)
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(*(at + [60, 30]), steps=6)
    frames(page)
    moving = np.array(page.evaluate(VIEW))
    page.mouse.up()
    after = view(page)
    box = page.locator(DOTS).bounding_box()
    expected = -60 / box["width"] * span(before)[0]
    assert after[0] - before[0] == pytest.approx(expected, rel=0.02) and np.allclose(span(after), span(before))
    assert np.allclose(moving, after, atol=1e-3 * span(before)[0]), "the dots follow while the button is down"


def test_a_new_colour_keeps_the_place_that_is_looked_at(page):
    whole = view(page)
    press(page, "in")
    near = view(page)
    assert not np.allclose(near, whole)
    colour = page.input_value("#map-colour")
    for other in ("kl", colour):
        page.select_option("#map-colour", other)
        page.wait_for_selector("#map[data-ready='1']")
        frames(page)
        now = view(page)  # one scale for both axes, or Plotly's would differ
        assert np.allclose(span(now), span(near), rtol=0.2), "the legend takes another part of the room"
        assert np.allclose(now.reshape(2, 2).mean(1), near.reshape(2, 2).mean(1))


def test_a_double_click_shows_all_and_picks_nothing(page, opened):
    whole = view(page)
    press(page, "in")
    assert not np.allclose(view(page), whole)
    row = lonely(opened.model.maps[first_map(opened)], list(range(len(opened.model.index))))[0]
    with asked(page, "pick") as picks, asked(page, "place") as places:
        press(page, "home")
        view(page)
        press(page, "in")
        view(page)
        page.mouse.dblclick(*middle(page))
        page.wait_for_function(f"([low]) => Math.abs(({VIEW})()[0] - low) < 1e-6", arg=[float(whole[0])])
        page.mouse.dblclick(*pixel_of(page, opened.model.maps[first_map(opened)][row]))
        page.wait_for_timeout(400)  # longer than a click waits for a second one
    assert not picks and not places
    assert np.allclose(view(page), whole)


def test_the_wheel_zooms_within_bounds_and_else_scrolls_the_page(page):
    whole = view(page)
    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"width => ({VIEW})()[1] - ({VIEW})()[0] < 0.8 * width", arg=float(span(whole)[0]))
    assert page.evaluate("scrollY") == 0
    for _ in range(12):
        page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 0")
    assert np.allclose(span(view(page)), 2 * span(whole), rtol=1e-3), "twice of what shows all"
    page.evaluate("scrollTo(0, 0)")

    box = page.locator("#inspector").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 300)
    page.mouse.wheel(0, 60)
    page.mouse.move(*(middle(page) - [0, 40]))
    zoomed = view(page)
    page.mouse.wheel(0, -60)  # the page was scrolling before
    page.wait_for_timeout(100)
    assert np.allclose(view(page), zoomed)


@pytest.mark.parametrize("name", ["select", "lasso"])
def test_a_selection_is_what_lies_inside_and_a_click_does_not_end_it(page, opened, name):
    xy = opened.model.maps[first_map(opened)]
    low, high = np.quantile(xy, 0.3, axis=0), np.quantile(xy, 0.6, axis=0)
    (left, bottom), (right, top) = pixels_of(page, [low, high])
    press(page, name)
    drag(page, (left, bottom), *([(right, bottom), (right, top), (left, top)] if name == "lasso" else [(right, top)]))
    page.wait_for_selector("#explore .lse-selected:not([hidden])")
    count = int(page.get_attribute("#explore .lse-selected", "data-count"))
    inside = ((xy >= low) & (xy <= high)).all(1)
    assert count == pytest.approx(inside.sum(), rel=0.06)  # corners lie between pixels
    line = page.inner_text("#explore .lse-selected span")
    assert line.startswith(f"{count:,} of {len(xy):,} images selected · ")
    assert sum(int(part.rsplit(" ", 1)[1].replace(",", "")) for part in line.split(": ")[1].split(", ")) == count
    before = page.evaluate(INDEX)
    others = [row for row in lonely(xy, list(np.flatnonzero(~inside))) if str(opened.model.index[row]) != before]
    page.mouse.click(*pixel_of(page, xy[others[0]]))
    page.wait_for_function(f"before => {INDEX} !== before", arg=before)
    assert page.inner_text("#explore .lse-selected span") == line
    page.click("#explore .lse-selected button")
    page.wait_for_selector("#explore .lse-selected", state="hidden")


def pressed(page):
    return page.eval_on_selector_all("#map .lse-legend button", "all => all.map(one => one.ariaPressed === 'true')")


def until_pressed(page, expected):
    page.wait_for_function(
        "expected => [...document.querySelectorAll('#map .lse-legend button')]"
        ".every((one, i) => (one.ariaPressed === 'true') === expected[i])",
        arg=expected,
    )
    frames(page)


def test_the_legend_hides_and_isolates_by_mouse_and_by_keyboard(page):
    count = page.locator("#map .lse-legend button").count()
    assert page.locator("#map .legend .traces").count() == count > 1
    entries = [page.locator("#map .legend .traces").nth(i).bounding_box() for i in range(2)]
    first, second = ((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in entries)
    page.mouse.click(*first)
    until_pressed(page, [False] + [True] * (count - 1))
    page.mouse.dblclick(*second)
    until_pressed(page, [False, True] + [False] * (count - 2))
    page.mouse.dblclick(*second)
    until_pressed(page, [True] * count)

    page.focus("#map .lse-legend button[data-code='1']")
    assert float(page.eval_on_selector("#map .lse-legend", "legend => getComputedStyle(legend).opacity")) == 1
    page.keyboard.press("Enter")
    until_pressed(page, [True, False] + [True] * (count - 2))
    page.wait_for_function("document.querySelector('#map .js-plotly-plot').data[1].visible === 'legendonly'")
    page.keyboard.press("Shift+Enter")
    until_pressed(page, [False, True] + [False] * (count - 2))
    page.keyboard.press("Shift+Enter")
    until_pressed(page, [True] * count)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_saved_map_holds_dots_and_legend(page, kind, tmp_path):
    with page.expect_download() as download:
        press(page, kind)
    path = tmp_path / f"map.{kind}"
    download.value.save_as(path)
    assert download.value.suggested_filename.endswith(f".{kind}")
    dots = page.evaluate(f"document.querySelector('{DOTS}').toDataURL()")
    if kind == "svg":
        text = path.read_text(encoding="utf-8")
        assert dots in text and 'class="legendtext"' in text
        return
    saved = np.asarray(Image.open(path).convert("RGB"), float)
    raster = Image.open(io.BytesIO(base64.b64decode(dots.split(",")[1]))).convert("RGBA")
    white = Image.new("RGBA", raster.size, "white")
    white.alpha_composite(raster)
    [stage, box] = [page.locator(part).bounding_box() for part in (STAGE, DOTS)]
    left, top = round(2 * (box["x"] - stage["x"])), round(2 * (box["y"] - stage["y"]))
    cut = saved[top : top + 2 * raster.height, left : left + 2 * raster.width].astype(np.uint8)
    small = [Image.fromarray(cut).resize((60, 60), Image.BOX), white.convert("RGB").resize((60, 60), Image.BOX)]
    assert np.abs(np.subtract(*(np.asarray(image, float) for image in small))).mean() < 2


@pytest.fixture
def fingers(open_page):
    """A page on a phone, and what touches it."""
    page = open_page(width=390, height=844, drawn=taken_over, plotly=True, has_touch=True, is_mobile=True)
    protocol = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": float(x), "y": float(y), "id": i} for i, (x, y) in enumerate(places)]
        protocol.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    page.locator(STAGE).scroll_into_view_if_needed()
    return page, touch


def test_by_touch_one_finger_scrolls_two_zoom_and_a_tap_picks_once(fingers, opened):
    page, touch = fingers
    whole, at, scrolled = view(page), middle(page), page.evaluate("scrollY")
    touch("touchStart", at)
    for step in range(1, 8):
        touch("touchMove", at - [0, 25 * step])
    touch("touchEnd")
    page.wait_for_function("before => scrollY > before + 50", arg=scrolled)
    assert np.allclose(view(page), whole), "one finger moves the page alone"
    for _ in range(2):  # what was flung comes to rest
        page.wait_for_function("at => { scrollTo(0, at); return Math.abs(scrollY - at) < 1; }", arg=scrolled)
        frames(page, 30)

    at = middle(page)
    touch("touchStart", at - [30, 0], at + [30, 0])
    for step in range(1, 7):
        touch("touchMove", at - [30 + 10 * step, 0], at + [30 + 10 * step, 0])
    touch("touchEnd")
    page.wait_for_function(f"width => ({VIEW})()[1] - ({VIEW})()[0] < 0.5 * width", arg=float(span(whole)[0]))
    assert span(view(page))[0] == pytest.approx(span(whole)[0] / 3, rel=0.1)
    assert page.evaluate("scrollY") == pytest.approx(scrolled, abs=1)
    press(page, "home")
    assert np.allclose(view(page), whole)

    xy = opened.model.maps[first_map(opened)]
    row = lonely(xy, list(range(len(xy))))[0]
    with asked(page, "pick") as picks, asked(page, "place") as places:
        point = pixel_of(page, xy[row])
        touch("touchStart", point)
        touch("touchEnd")
        page.wait_for_selector(f"#inspector[data-index='{int(opened.model.index[row])}'][data-ready]")
        page.wait_for_timeout(400)  # the clicks that a browser makes of a tap would have come
    assert len(picks) == 1 and not places
    assert np.allclose(view(page), whole)

    # A lasso needs its button.
    press(page, "lasso")
    at, scrolled = middle(page), page.evaluate("scrollY")
    corners = [at + np.array(corner) * 60 for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    touch("touchStart", corners[0])
    for corner in corners[1:]:
        for part in (0.5, 1):
            touch("touchMove", corner * part + (at if part < 1 else 0) * 0.5)
    touch("touchEnd")
    page.wait_for_selector("#explore .lse-selected:not([hidden])")
    assert int(page.get_attribute("#explore .lse-selected", "data-count")) > 0
    assert page.evaluate("scrollY") == scrolled


ODD = (
    MODULES
    + """.then(async modules => {
  const part = document.createElement('div');
  part.className = 'lse-part';
  part.innerHTML = '<div class="lse-stage" style="height:400px;width:600px" tabindex="0"></div>';
  document.querySelector('#explore .lse-explore').append(part);
  const drawn = {draw: () => (part.dataset.ready = 1)};
  const made = modules['kit/js/scatter/scatter'].createScatter(part, part.firstChild, drawn);
  const floats = values => Float32Array.from(values, value => value ?? NaN);
  window.odd = {part, made, floats, show(points, column) {
    delete part.dataset.ready;
    if (column?.codes) column.codes = Uint8Array.from(column.codes);
    if (column?.values) column.values = floats(column.values);
    const [x, y] = [0, 1].map(axis => floats(points.map(point => point[axis])));
    made.show({x, y, column, titles: null, key: Math.random(), name: 'odd'});
  }};
})"""
)


@pytest.fixture
def odd(page):
    """A map of its own in the page: odd(points, column) draws it and gives how many pixels of it are dots."""
    page.evaluate(ODD)

    def show(points, column=None):
        page.evaluate("([points, column]) => window.odd.show(points, column)", [points, column])
        page.wait_for_function("window.odd.part.dataset.ready")
        page.wait_for_function("window.odd.part.dataset.plotly")
        frames(page)
        return page.evaluate("""() => { const dots = window.odd.part.querySelector('.lse-dots');
          const {data} = dots.getContext('2d').getImageData(0, 0, dots.width, dots.height);
          return data.filter((value, i) => i % 4 === 3 && value > 0).length; }""")

    yield show
    page.evaluate("window.odd.part.remove()")


def test_odd_points_are_drawn(odd, page):
    one = odd([[3, -2]])
    assert 20 < one < 80 and odd([[1, 1]] * 5) == one
    assert odd([]) == 0 and page.evaluate("window.odd.part.dataset.points") == "0"
    assert odd([[3, -2], [None, 1], [4, None]]) == one and page.evaluate("window.odd.part.dataset.points") == "1"
    assert odd([[0, 0], [1e-30, 0]]) >= one
    assert odd([[0, 0], [1, 1], [1e30, 0]]) > 0


def test_256_classes_and_names_that_are_html(odd, page):
    names = [f"<img src=x onerror=window.hacked=1> & <b>{code}</b>" for code in range(256)]
    colours = [f"#{code:02x}8080" for code in range(256)]
    column = {"key": "class", "kind": "discrete", "names": names, "colours": colours, "codes": list(range(256))}
    assert odd([[code % 16, code // 16] for code in range(256)], column) > 1000
    assert page.evaluate("window.odd.part.querySelectorAll('.lse-legend button').length") == 256
    assert page.evaluate("window.odd.part.querySelectorAll('img, b, a').length") == 0
    assert page.evaluate("window.hacked") is None
    text = page.evaluate("window.odd.part.querySelector('.legendtext').textContent")
    assert text.startswith("<img src=")
    legend = page.evaluate("window.odd.part.querySelector('.legend .bg').getBoundingClientRect().height")
    assert legend <= 400, "a long legend is scrolled, not cut"
    numbers = {
        "key": "kl",
        "kind": "continuous",
        "scale": ["#000000", "#ffffff"],
        "low": 2,
        "high": 2,
        "values": [2, None],
    }
    assert odd([[0, 0], [1, 1]], numbers) > 20


def test_a_map_that_is_watched_from_another_tab_is_drawn_when_it_comes_back(page):
    """What a live run does to its map while its tab is closed: looks come, and points glide to the next."""
    page.evaluate(ODD)
    page.evaluate("""() => { const {part, made, floats} = window.odd;
      part.style.display = 'none';
      made.show({x: floats([0, 1]), y: floats([0, 1]), column: null, titles: null, key: 1, name: 'odd'});
      for (const end of [5, 9]) {
        made.points.x[1] = end;
        made.move(false);
        made.move(true);
      } }""")
    frames(page)
    assert page.evaluate("window.odd.part.dataset.ready") is None
    page.evaluate("window.odd.part.style.display = ''")
    page.wait_for_function("window.odd.part.dataset.ready")
    low, high = map(float, page.evaluate("window.odd.part.querySelector('.lse-dots').dataset.x").split())
    assert low < 0 and high > 9
    page.evaluate("window.odd.part.remove()")


def test_what_plotly_says_after_a_reset_changes_nothing(odd, page):
    column = {"key": "class", "kind": "discrete", "names": ["a", "b"], "colours": ["#f00", "#00f"], "codes": [0, 1]}
    odd([[0, 0], [1, 1]], column)
    page.evaluate("""() => { const {part, made} = window.odd;
      const box = part.querySelector('.js-plotly-plot');
      made.show(null);
      const ranges = {'xaxis.range[0]': 0, 'xaxis.range[1]': 1, 'yaxis.range[0]': 0, 'yaxis.range[1]': 1};
      box.emit('plotly_relayouting', ranges);
      box.emit('plotly_relayout', ranges);
      box.emit('plotly_selected', {range: {x: [0, 1], y: [0, 1]}});
      box.data[0].visible = 'legendonly';
      box.emit('plotly_restyle', [{visible: ['legendonly']}, [0]]); }""")
    frames(page)
    assert odd([[0, 0], [1, 1]], column) > 1.5 * odd([[3, -2]]), "nothing of it stays hidden"


def test_the_theme_turns_in_the_middle_of_a_drag(page):
    at = middle(page)
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(*(at + [40, 0]), steps=4)
    page.evaluate("document.body.classList.toggle('dark')")
    page.mouse.move(*(at + [80, 0]), steps=4)
    page.mouse.up()
    view(page)
    page.wait_for_function(
        """() => { const style = getComputedStyle(document.querySelector('#map .lse-stage'));
          const {font} = document.querySelector('#map .js-plotly-plot').layout;
          return font.color === style.getPropertyValue('--body-text-color').trim(); }"""
    )
    page.evaluate("document.body.classList.toggle('dark')")


def test_the_dots_stay_while_a_zoom_box_is_drawn(page):
    whole, at = view(page), middle(page)
    press(page, "zoom")
    page.mouse.move(*(at - [100, 100]))
    page.mouse.down()
    page.mouse.move(*(at + [50, 50]), steps=6)
    frames(page)
    assert np.allclose(page.evaluate(VIEW), whole)
    page.mouse.up()
    page.wait_for_function(f"width => ({VIEW})()[1] - ({VIEW})()[0] < 0.5 * width", arg=float(span(whole)[0]))


def test_a_theme_that_turns_while_the_tab_is_closed_is_drawn_when_it_opens(page):
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#map", state="hidden")
    page.evaluate("document.body.classList.toggle('dark')")
    frames(page)
    page.click("button[role=tab][data-tab-id=explore]")
    page.wait_for_function(
        """() => { const style = getComputedStyle(document.querySelector('#map .lse-stage'));
          const {font} = document.querySelector('#map .js-plotly-plot').layout;
          return font.color === style.getPropertyValue('--body-text-color').trim(); }"""
    )
    page.evaluate("document.body.classList.toggle('dark')")
