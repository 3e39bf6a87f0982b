"""Presenter mode: entered and left, stepped by keys, through the tour's stations and through links of one's own."""

import numpy as np
import pytest
from driving import frames, settled, strongest, violations, z_of

pytestmark = pytest.mark.browser


def entered(page):
    page.wait_for_selector("#present-bar")


def test_keys_step_through_the_tour_and_escape_leaves(open_page, opened):
    page = open_page()
    plain = page.url
    page.click("#present")
    entered(page)
    assert "present=1" in page.url
    assert page.locator("#header .lse-tools").is_hidden() and page.locator("#map .lse-note").is_hidden()
    assert page.locator("#sliders").evaluate("part => parseFloat(getComputedStyle(part).fontSize)") >= 18
    assert page.evaluate("document.documentElement.scrollWidth") <= 1400
    caption = page.locator("#present-bar p")
    page.keyboard.press("ArrowRight")
    assert caption.inner_text().startswith("Every point is")
    slider = page.locator(f"#sliders input[data-dim='{strongest(opened)}']")
    slider.focus()
    value = slider.input_value()
    page.keyboard.press("PageDown")  # a remote steps on wherever the focus is
    assert caption.inner_text().startswith("Pick one") and slider.input_value() == value
    slider.focus()
    page.keyboard.press("ArrowLeft")  # a slider keeps its own arrows
    assert caption.inner_text().startswith("Pick one") and slider.input_value() != value
    page.keyboard.press("PageUp")
    assert caption.inner_text().startswith("Every point is")
    page.keyboard.press("Escape")
    page.wait_for_selector("#present-bar", state="detached")
    assert page.locator("#header .lse-tools").is_visible() and "present" not in page.url
    assert page.url.startswith(plain.split("?")[0])

    page.evaluate("document.querySelector('#present').click()")
    page.click("#present-links")
    page.fill("#present-field", "Here: ?still=1&tab=explore&z=0:1.5\n?still=1&tab=explore&z=0:-1\nno link")
    assert "2" in page.locator("#present-bar .lse-talk span").inner_text()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#present-next").click()
    page.wait_for_url("**/*slide=1*")
    entered(page)
    settled(page)
    assert caption.inner_text() == "Here" and page.locator("#present-bar > span").inner_text() == "1 of 2"
    assert np.isclose(z_of(page, opened.dims)[0], 1.5)
    assert page.evaluate("new URLSearchParams(location.search).get('present')") == "1"


def test_a_slider_plays_until_a_hand_takes_it(first_model, opened):
    page = first_model
    dim = strongest(opened)
    play = page.locator(f"#sliders .lse-play[data-dim='{dim}']")
    before = z_of(page, opened.dims)
    play.click()
    page.wait_for_function(f"value => document.querySelector('#sliders input[data-dim=\"{dim}\"]').value !== value",
                           arg=page.input_value(f"#sliders input[data-dim='{dim}']"))  # fmt: skip
    play.click()
    assert play.get_attribute("aria-pressed") == "false"
    page.wait_for_selector("#inspector[data-ready]")
    z = z_of(page, opened.dims)
    assert z[dim] != before[dim] and np.allclose(np.delete(z, dim), np.delete(before, dim))
    play.click()
    page.locator(f"#sliders input[data-dim='{dim}']").press("ArrowRight")
    assert play.get_attribute("aria-pressed") == "false"
    z = z_of(page, opened.dims)
    frames(page)
    assert z_of(page, opened.dims) == z


def test_the_first_screen_says_what_one_sees(open_page, opened):
    page = open_page()
    assert f"{opened.dims} numbers" in page.locator("#lead").inner_text()
    assert page.locator("#lead").bounding_box()["y"] < page.locator("#map").bounding_box()["y"]
    assert page.locator("#figures").is_hidden()
    page.click("#fold")
    assert page.locator("#figures").is_visible()
    assert all(page.locator(f"#{tool} span").inner_text() for tool in ("copy-link", "tour", "all-terms", "theme"))

    asks = page.locator("#sliders .lse-ask")
    asks.first.focus()
    page.keyboard.press("Enter")
    note = page.locator("#glossary")
    assert note.locator("h2").inner_text() == "latent" and "slider" in note.inner_text()
    page.keyboard.press("Escape")
    assert note.is_hidden() and asks.first.evaluate("button => button === document.activeElement")
    page.click("#figures .lse-ask >> nth=-1")
    assert note.locator("h2").inner_text() == "MIG"
    note.locator("button").click()
    assert note.locator("dt").count() > 15
    assert violations(page) == []
    page.keyboard.press("Escape")

    page.click("#verdict")
    assert page.evaluate("document.activeElement.id") == "doctor"
    page.click("#lead-vae")
    page.wait_for_selector("#learn-vae[data-ready='1']")
    page.reload()
    assert page.locator("#fold").get_attribute("aria-expanded") in ("true", None)


def test_pictures_stay_in_sight_on_a_phone(open_page):
    page = open_page(width=390, height=700)
    page.locator("#sliders .lse-row").last.evaluate("row => row.scrollIntoView({block: 'center'})")
    page.locator("#sliders .lse-row").nth(3).evaluate("row => row.scrollIntoView({block: 'center'})")
    box = page.locator("#inspector img[data-role=z]").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] < 300
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
