"""A browser without a GPU and without WebGL: the map is drawn and answers."""

import pytest
from driving import PATIENCE, first_map, lonely, pixel_of, settled

pytestmark = pytest.mark.browser


def test_the_map_needs_no_webgl(flat_browser, url, opened):
    page = flat_browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(PATIENCE)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url + "?still=1")
    settled(page)
    assert page.evaluate(
        "['webgl', 'webgl2'].every(kind => document.createElement('canvas').getContext(kind) === null)"
    )
    points = opened.model.maps[first_map(opened)]
    row = lonely(points, list(range(len(points))))[0]
    page.mouse.click(*pixel_of(page, points[row]))
    page.wait_for_selector(f"#inspector[data-index='{int(opened.model.index[row])}'][data-ready='1']")
    assert not faults, faults
