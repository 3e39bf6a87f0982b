"""Explore's pictures are decoded by the page, also without the server; by the server where the page cannot."""

import numpy as np
import pytest
from closeness import same_pictures
from driving import (
    WORKERS,
    background_pixels,
    chw,
    first_map,
    offered,
    open_anew,
    set_slider,
    shown,
    strongest,
    z_of,
)

from vae.images import tile
from vae.latent.neighbours import between_neighbours
from vae.latent.traversal import traverse
from vae.ui.kit.i18n import say
from vae.ui.models.payload import STEPS

pytestmark = pytest.mark.browser

BY_PAGE, BY_SERVER = ("#model-decoder[data-where=page]", "#model-decoder[data-where=server]")
CUT_SHORT = """const own = window.fetch;
window.cut = true;
window.fetch = async (address, ...more) => {
  const answer = await own(address, ...more);
  return cut && /file=.*network-/.test(address) ? new Response((await answer.arrayBuffer()).slice(0, 9000)) : answer;
};"""


def decodes_right(page, opened, value):
    """A move of the strongest slider, and the picture of where z stands then."""
    set_slider(page, strongest(opened), value)
    page.wait_for_selector("#inspector[data-ready]")
    z = z_of(page, opened.dims)
    same_pictures(shown(page, "z"), chw(opened.decode(np.array([z]))[0]))
    return z


def goes_between(page, opened):
    """A click at the emptiest place of a map, and the picture of what lies between its neighbours."""
    x, y = page.evaluate(
        f"{offered('map')}.then(map => {{ const [place] = map.emptiest(1); map.goTo(...place); return place; }})"
    )
    page.wait_for_selector("#inspector[data-ready]:has-text('approximate')")
    expected, _, distance = between_neighbours(np.array([x, y]), opened.model.maps[first_map(opened)], opened.model.mu)
    z = z_of(page, opened.dims)
    assert z == pytest.approx(np.clip(expected, -3, 3).tolist(), abs=1e-3)
    assert f"{distance:.1f} away" in page.inner_text("#inspector")
    same_pictures(shown(page, "z"), chw(opened.decode(expected[None])[0]))


def test_with_the_network_cut_the_page_goes_on_and_says_what_it_cannot_do(open_page, opened):
    page = open_page()
    page.wait_for_selector(f"{BY_PAGE}[data-places=page]")
    assert "by itself" in page.get_attribute("#model-decoder", "title")
    page.route("**/*", lambda route: route.abort("blockedbyclient"))
    decodes_right(page, opened, 1.75)
    page.click("#random-prior")
    z = decodes_right(page, opened, -1.25)
    page.wait_for_selector("#traversal[data-ready]")
    dim = strongest(opened)
    expected = tile(opened.decode(traverse(np.array(z), [dim], STEPS)[0]), len(STEPS))
    row = background_pixels(page, f"#traversal [data-dim='{dim}']")
    same_pictures(row[:, :, : len(expected)], chw(expected))
    page.wait_for_selector(".lse-alone:has-text('goes on without the server')")
    assert page.inner_text(".lse-alone") == say("decoder.alone")
    goes_between(page, opened)
    page.select_option("#map-projection", "z")
    page.wait_for_selector("#map[data-ready]")
    assert page.locator("#explore .lse-error").is_hidden()
    page.unroute_all()
    page.wait_for_selector(".lse-alone:not(:has-text('server'))", state="attached")
    before = page.get_attribute("#inspector", "data-index")
    page.click("#random-image")
    page.wait_for_selector(f"#inspector[data-ready]:not([data-index='{before}'])")


def test_where_the_page_cannot_the_server_decodes_and_a_word_says_so(open_page, opened):
    page = open_page(script=WORKERS + CUT_SHORT)
    page.wait_for_selector(f"{BY_SERVER}[title*='could not']")
    decodes_right(page, opened, 1.75)
    page.evaluate("window.cut = false")
    open_anew(page, opened)
    page.wait_for_selector(BY_PAGE)
    decodes_right(page, opened, -1.25)
    page.evaluate("workers.forEach(worker => worker.dispatchEvent(new ErrorEvent('error')))")
    page.wait_for_selector(f"{BY_SERVER}[title*='could not']")
    decodes_right(page, opened, 0.5)
    assert page.locator("#explore .lse-error").is_hidden()
