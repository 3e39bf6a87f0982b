"""A model that came without images, on the page: draws from its prior, which are never called images."""

import numpy as np
import pytest
from closeness import same_pictures
from driving import chw, hover, set_slider, settled, shown, strongest, violations, z_of
from published_layouts import write_burgess
from turned_models import write_turned

from vae.cli.main import main
from vae.images import to_uint8
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import open_pair

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(made_once):
    def make(home):
        write_burgess(home / "published", (3, 64, 64))
        assert (
            main(["import", "disentangling-vae", str(home / "published"), "--out", str(home / "it.safetensors")]) == 0
        )

    return made_once("drawn-page", make)


@pytest.fixture(scope="module")
def folder_of_two(made_once):
    """A model, and a copy of it whose latents are permuted and flipped."""

    def make(home):
        write_turned(home / "one", home / "other")
        for source, name in (("one", "it"), ("other", "turned")):
            words = ["import", "disentangling-vae", str(home / source), "--out", str(home / f"{name}.safetensors")]
            assert main(words) == 0

    return made_once("drawn-pair", make)


@pytest.fixture(scope="module")
def drawn(folder):
    return Catalog(folder, folder).open("it")


@pytest.fixture
def page(open_page, address_of, folder):
    return open_page(at=address_of(folder))


def test_it_opens_on_its_draws_and_says_so(page, drawn):
    assert page.inner_text("#map .lse-count") == "2,000 draws from the prior, not images of a data set"
    assert "draws from the prior" in page.get_attribute("#map .lse-stage", "aria-label")
    assert "import the model with --images" in page.inner_text("#doctor")
    row = drawn.rows[int(page.get_attribute("#inspector", "data-index"))]
    assert page.inner_text("#inspector .lse-facts") == f"draw {row}"
    captions = page.locator("#inspector figcaption").all_inner_texts()
    assert captions[:2] == ["drawn from the prior, decoded", "reconstruction"]
    same_pictures(shown(page, "original"), chw(to_uint8(drawn.model.decode(drawn.model.draws[[row]]))[0]))
    same_pictures(shown(page, "reconstruction"), chw(drawn.decode(drawn.model.mu[[row]])[0]))
    assert page.inner_text("#random-image") == "Random draw"
    hover(page, drawn, 40)
    page.wait_for_selector("#map canvas[aria-label='Draw 40 from the prior, decoded']")
    set_slider(page, strongest(drawn), 1.5)
    page.wait_for_selector("#inspector[data-ready]")
    same_pictures(shown(page, "z"), chw(drawn.decode(np.array([z_of(page, drawn.dims)]))[0]))
    page.click("#random-image")
    page.wait_for_selector(f"#inspector[data-ready]:not([data-index='{row}'])")
    settled(page)
    said = " ".join(page.locator("#explore").all_inner_texts())
    assert "test image" not in said.lower()
    assert violations(page) == []


def test_compare_shows_it_beside_itself(page):
    page.click("#to-compare")
    page.wait_for_selector("#compare-pictures[data-ready]")
    assert (
        page.inner_text("#compare-pictures figure:has([data-role=original]) figcaption")
        == "drawn from the prior, decoded"
    )
    assert page.locator("#compare .lse-error").is_hidden()
    assert "test image" not in page.inner_text("#compare").lower()


def test_two_models_without_images_are_matched_by_their_draws(open_page, address_of, folder_of_two):
    """Sliders decode in the page, dots are the draws of both, and what needs images says why it is not there."""
    both = open_pair(Catalog(folder_of_two, folder_of_two), "turned", "it")
    page = open_page(at=address_of(folder_of_two))
    page.click("#to-compare")
    page.wait_for_selector("#compare-sliders[data-ready]")
    page.wait_for_selector("#compare-map-right[data-ready]")
    assert [page.input_value(f"#compare-{side}") for side in ("left", "right")] == ["turned", "it"]
    assert "One seed each, no factors known." in page.inner_text("#compare .lse-sentence")
    for row, pair in enumerate(both.pairs):
        assert page.locator(f".lse-pair[data-pair='{row}'] .lse-ceiling").count() == 2
        assert f"ceiling {pair.ceilings[0]:.2f}".replace("0.", ".") in page.inner_text(f".lse-pair[data-pair='{row}']")
    page.wait_for_selector("#compare-rates[data-ready]")
    for part in ("#compare-table", "#compare-rates"):
        assert "came without any has none to be compared by" in page.inner_text(part)
    index = int(page.get_attribute("#compare-pictures", "data-index"))
    assert f"draw {index}, from the prior of " in page.inner_text("#compare-pictures .lse-facts")
    assert page.inner_text("#compare-random") == "Random draw"
    slider = page.locator(".lse-pair[data-pair='0'] input")
    slider.focus()
    page.keyboard.press("PageUp")
    page.wait_for_selector("#compare-pictures[data-ready][data-where=page]")
    page.click("#figure-one [data-kind=png]")
    page.wait_for_selector("#figure-one[data-kind=png][data-ready] img")
    assert violations(page) == []
    page.click("[data-explore=left]")
    page.wait_for_selector("#inspector[data-ready]")
    assert page.locator("#explore .lse-error").is_hidden()
    assert "test image" not in page.inner_text("#compare").lower()
