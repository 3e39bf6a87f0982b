"""A picture of one's own on Explore, chosen or dropped, and what becomes of it."""

import base64
import io

import numpy as np
import pytest
from closeness import same_pictures
from driving import came, chw, leaves, pixel_of, set_slider, settled, shown, strongest, z_of
from PIL import Image

pytestmark = pytest.mark.browser

DROP = """async ([name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, {type}));
  const target = document.querySelector('#map .lse-stage');
  for (const kind of ['dragover', 'drop']) {
    target.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
  }
}"""
RING = "() => { const {x, y} = document.querySelector('#map .lse-picked').getBoundingClientRect(); return [x, y]; }"


@pytest.fixture
def page(first_model):
    return first_model


def png(pixels):
    """uint8 (H, W, C) as the bytes of a PNG."""
    file = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(file, "PNG")
    return file.getvalue()


def choose(page, content, name="mine.png", mime="image/png"):
    page.set_input_files("#own-image", {"name": name, "mimeType": mime, "buffer": content})


def own_is_shown(page):
    page.wait_for_selector("#inspector[data-index=own][data-ready]")
    settled(page)


def checkerboard():
    tiles = np.indices((300, 420)).sum(0) // 30 % 2 * 255
    return np.repeat(tiles[:, :, None], 3, axis=2).astype(np.uint8)


def test_a_test_image_comes_back_where_it_belongs_and_without_a_warning(page, opened):
    rows = range(0, len(opened.model.index), 97)
    row = min(rows, key=lambda row: abs(opened.model.distortion[row] - np.median(opened.model.distortion)))
    image = chw(opened.originals([row])[0])
    addresses = []
    page.on("request", lambda request: addresses.append((request.url, request.post_data or "")))
    choose(page, png(image))
    own_is_shown(page)
    assert np.array_equal(shown(page, "original"), image)
    assert np.allclose(z_of(page, opened.dims), opened.model.mu[row], atol=5e-3)
    assert page.locator("#inspector .lse-facts.lse-far").count() == 0
    facts = page.inner_text("#inspector .lse-facts")
    assert f"nearest test image: {opened.model.index[row]}, 0.0 away" in facts
    assert "99.5 % of the test images stay below" in facts
    height, width = image.shape[:2]
    assert max(len(body) for _, body in addresses) < 4 * width * height + 600  # no more than the small picture is sent
    assert not [address for address, _ in addresses if "/upload" in address or leaves(address)]

    page.select_option("#map-projection", "pca")
    settled(page)
    assert np.allclose(page.evaluate(RING), pixel_of(page, opened.model.maps["pca"][row]), atol=2)
    assert page.locator("#map .lse-picked.lse-approximate").count() == 0
    page.select_option("#map-projection", "z")
    settled(page)
    axes = [int(page.input_value(f"#map-{axis}")) for axis in "xy"]
    assert np.allclose(page.evaluate(RING), pixel_of(page, opened.model.mu[row][axes]), atol=2)
    if "umap" in opened.model.maps:
        page.select_option("#map-projection", "umap")
        settled(page)
        assert np.allclose(page.evaluate(RING), pixel_of(page, opened.model.maps["umap"][row]), atol=4)
        assert page.locator("#map .lse-picked.lse-approximate").count() == 1
        assert "approximately" in page.inner_text("#map .lse-note")


def test_a_strange_picture_is_dropped_warned_of_and_walked_from(page, opened):
    content = base64.b64encode(png(checkerboard())).decode()
    page.evaluate(DROP, ["board.png", "image/png", content])
    own_is_shown(page)
    assert "Far outside what this model has learned" in page.inner_text("#inspector .lse-facts.lse-far")
    mine = z_of(page, opened.dims)
    dim = strongest(opened)
    set_slider(page, dim, 1.25)
    page.wait_for_selector("#inspector[data-ready]")
    expected = opened.decode(np.array([z_of(page, opened.dims)]))[0]
    same_pictures(shown(page, "z"), chw(expected))
    page.locator(f"#traversal [data-dim='{dim}'][data-step='0']").click()
    page.wait_for_selector("#inspector[data-ready]")
    walked = z_of(page, opened.dims)
    assert np.allclose(np.delete(walked, dim), np.delete(mine, dim), atol=1e-5)
    page.click("#reset")
    page.wait_for_selector("#inspector[data-ready]")
    assert np.allclose(z_of(page, opened.dims), mine)

    page.locator("#map .lse-stage").focus()  # from its nearest neighbour the arrow keys go on
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#inspector[data-ready]:not([data-index=own])")
    settled(page)
    assert page.locator("#inspector .lse-facts.lse-far").count() == 0
    assert page.inner_text("#inspector figure:first-child figcaption") != "your image"


def test_another_model_is_shown_the_same_picture(page, shared, opened):
    names = page.eval_on_selector_all("#model option:enabled", "all => all.map(option => option.value)")
    others = [shared.catalog.open(name) for name in names if name != opened.name]
    other = next((one for one in others if one.model.config.model.shape != opened.model.config.model.shape), None)
    if other is None:
        pytest.skip("all models here take images of one shape")
    choose(page, png(checkerboard()))
    own_is_shown(page)
    page.select_option("#model", other.name)
    channels, height, width = other.model.config.model.shape
    page.wait_for_function(
        "([w, h]) => { const img = document.querySelector('#inspector img[data-role=original]');"
        " return img.naturalWidth === w && img.naturalHeight === h"
        " && document.querySelector('#inspector').dataset.index === 'own'; }",
        arg=[width, height],
    )
    own_is_shown(page)
    assert shown(page, "original").shape == (height, width, channels)


def test_transparent_and_turned_pictures_are_cropped_to_their_upright_middle(page, opened):
    _, height, width = opened.model.config.model.shape
    pixels = np.zeros((90, 150, 4), np.uint8)  # transparent black stands on white
    pixels[:, 70:, :] = (0, 0, 255, 255)
    image, file = Image.fromarray(pixels), io.BytesIO()
    image.save(file, "PNG")
    choose(page, file.getvalue())
    own_is_shown(page)
    got = shown(page, "original").astype(int)
    assert got.shape[:2] == (height, width)
    left, right = got[:, : width // 4], got[:, -width // 4 :]
    assert left.mean() > right.mean() + 60
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    turned = io.BytesIO()
    image.convert("RGB").save(turned, "JPEG", exif=exif, quality=95)
    before = page.get_attribute("#inspector img[data-role=original]", "src")
    choose(page, turned.getvalue(), "turned.jpg", "image/jpeg")
    page.wait_for_function(
        "before => document.querySelector('#inspector img[data-role=original]').src !== before", arg=before
    )
    own_is_shown(page)
    got = shown(page, "original").astype(int)
    spread_down, spread_across = np.ptp(got.mean((1, 2))), np.ptp(got.mean((0, 2)))
    assert spread_down > 4 * spread_across


def test_what_is_no_picture_is_said_and_changes_nothing(page):
    before = page.get_attribute("#inspector", "data-index")
    choose(page, b"nothing of the kind", "<b>notes</b>.png")
    page.wait_for_selector("#explore .lse-error:not([hidden])")
    said = page.inner_text("#explore .lse-error")
    assert said == "<b>notes</b>.png is no picture that this browser can read: choose a PNG, JPEG or WebP."
    assert page.get_attribute("#inspector", "data-index") == before
    assert page.get_attribute("#inspector", "data-ready") == "1"


def test_the_keyboard_reaches_it_and_compare_takes_the_nearest_image(open_page, opened):
    page = open_page()
    choosers = []
    # Heard before anything is pressed: else the browser may open its own.
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    page.locator("#random-image").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "own-image"
    page.keyboard.press(" ")
    came(page, choosers).set_files({"name": "mine.png", "mimeType": "image/png", "buffer": png(checkerboard())})
    own_is_shown(page)
    near = page.inner_text("#inspector .lse-facts span:first-child").split("nearest test image: ")[1].split(",")[0]
    page.click("#to-compare")
    page.wait_for_selector("#compare-sliders[data-ready]")
    assert int(near) in opened.rows
