"""A page of `vae.explore`: one's own model is on it alone, and a slider moves a picture."""

import architectures
import numpy as np
import pytest
import torch
from closeness import same_pictures
from driving import chw, set_slider, settled, shown, strongest, violations, z_of

import vae

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", [architectures.ResNet, architectures.Untraceable])
def test_a_slider_moves_a_picture_of_ones_own_model(kind, open_page):
    images, column = architectures.images()
    model = architectures.made(kind)
    with vae.explore(model, images, name="my own", labels=column, launch=False) as found:
        page = open_page(at=found.url)
        opened = found._opened
        assert page.locator("#model option").all_inner_texts()[0].startswith("my own")
        where = "page" if kind is architectures.ResNet else "server"
        page.wait_for_selector(f"#model-decoder[data-where={where}]", state="attached")  # once its network has come
        before = shown(page, "z")
        set_slider(page, strongest(opened), 2.5)
        page.wait_for_selector("#inspector[data-ready]")
        settled(page)
        z = torch.from_numpy(np.array([z_of(page, opened.dims)], np.float32))
        with torch.no_grad():
            wanted = (model.eval().decode(z)[0] * 255).round().byte()
        same_pictures(shown(page, "z"), chw(wanted))
        assert not np.array_equal(before, shown(page, "z"))
        assert page.locator(".lse-assumed li").count() == len(found.notes)
        for away in ("#to-compare", ".lse-lead-ways", "#tour"):
            assert page.locator(away).is_hidden()
        assert violations(page) == []
