"""A link to what the page shows, opened elsewhere; links that cannot be followed; the button that copies one."""

import base64
import io
import re

import numpy as np
import pytest
from closeness import same_pictures
from driving import first_map, pixels_of, set_slider, settled, shown, strongest, z_of
from PIL import Image

from vae.ui.models.visitor_models import store_upload

pytestmark = pytest.mark.browser

MAP = "document.querySelector('#map .lse-dots').toDataURL()"
MENUS = ("map-projection", "map-x", "map-y", "map-colour", "traversal-range", "model")
COMPARE = ("compare-pictures", "compare-sliders", "compare-map-left", "compare-map-right")
WRITINGS = """() => {
  window.writings = [];
  const replace = history.replaceState.bind(history);
  history.replaceState = (...all) => { window.writings.push(performance.now()); replace(...all); };
}"""


@pytest.fixture
def copied(browser, url):
    """copied(page) -> the query of the link that the button copies."""

    def press(page):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.click("#copy-link")
        page.wait_for_selector("#link-said:has-text('Link copied.')")
        link = page.evaluate("navigator.clipboard.readText()")
        assert link == page.input_value("#link-said input") and link.startswith(url)
        return link.removeprefix(url)

    return press


def place_of_an_edge(page, opened):
    """Pixel of a place on the map where no point lies."""
    box = page.locator("#map .lse-dots").bounding_box()
    pixels = pixels_of(page, opened.model.maps[first_map(opened)][::7])
    places = [
        (box["x"] + box["width"] * a, box["y"] + box["height"] * b)
        for a in (0.15, 0.5, 0.85)
        for b in (0.15, 0.5, 0.85)
    ]
    return max(places, key=lambda place: np.min(((pixels - place) ** 2).sum(1)))


def looks(page):
    return {
        "menus": [page.input_value(f"#{menu}") for menu in MENUS],
        "index": page.get_attribute("#inspector", "data-index"),
        "caption": page.inner_text("#inspector figure[data-source] figcaption"),
        "legend": page.inner_text("#map .lse-legend"),
        "map": page.evaluate(MAP),
    }


def cross(page):
    """Pixel of the cross that stands where z lies on the map; none where z has no place on it."""
    mark = page.locator("#map .lse-cross")
    return [] if mark.is_hidden() else [float(n) for n in re.findall(r"[\d.]+", mark.get_attribute("style"))]


def move_a_slider(page, opened):
    page.click("#random-image")
    page.select_option("#map-colour", "kl")
    page.select_option("#traversal-range", "quantiles")
    settled(page)
    set_slider(page, strongest(opened), -1.23456789)


def draw_from_the_prior(page, opened):
    page.select_option("#map-projection", "z")
    page.select_option("#map-x", str((strongest(opened) + 1) % opened.dims))
    page.click("#random-prior")


def go_to_an_empty_place(page, opened):
    page.mouse.click(*place_of_an_edge(page, opened))
    page.wait_for_selector("#inspector figure[data-source=between]")  # a click waits for a second one


def test_a_link_shows_elsewhere_what_it_was_copied_from(page, open_page, opened, copied):
    """And so does a link that is copied there, and so on."""
    for act in (go_to_an_empty_place, move_a_slider, draw_from_the_prior):
        act(page, opened)
        page.wait_for_selector("#inspector[data-ready]")
        settled(page)
        page.mouse.move(1, 1)
        query, seen, place, z = copied(page), looks(page), cross(page), z_of(page, opened.dims)
        pictures = {role: shown(page, role).astype(int) for role in ("original", "reconstruction", "z")}
        page = open_page(query=query, after=page)
        page.wait_for_selector("#inspector[data-ready]")
        assert looks(page) == seen, act
        assert np.allclose(cross(page), place, atol=0.1), act
        assert np.allclose(z_of(page, opened.dims), z, atol=6e-5 if act is not go_to_an_empty_place else 0.01), act
        for role, picture in pictures.items():
            assert np.abs(shown(page, role) - picture).max() <= 2, (act, role)
        assert page.locator("#link-said").inner_text() == "", act


def test_a_picture_of_ones_own_has_no_address_but_its_code_has(first_model, open_page, opened, copied):
    page = first_model
    file = io.BytesIO()
    Image.fromarray(shown(page, "z").squeeze()[::-1]).save(file, "PNG")
    page.set_input_files("#own-image", {"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()})
    page.wait_for_selector("#inspector[data-index=own][data-ready]")
    query, z, picture = copied(page), z_of(page, opened.dims), shown(page, "z").astype(int)
    assert "image=" not in query
    other = open_page(query=query)
    other.wait_for_selector("#inspector[data-ready]")
    assert np.allclose(z_of(other, opened.dims), z, atol=6e-5)
    assert np.abs(shown(other, "z") - picture).max() <= 2


def test_the_address_follows_and_a_reload_shows_the_same(open_page, opened):
    page = open_page(query="?still=1&lang=en&mine=1%202")
    page.evaluate(WRITINGS)
    page.wait_for_timeout(600)
    assert page.url.endswith("?still=1&lang=en&mine=1%202"), "a page that nobody has touched keeps its address"
    dim, length = strongest(opened), page.evaluate("history.length")
    for value in np.linspace(-2, 1.5, 60):
        set_slider(page, dim, float(value))
        page.wait_for_timeout(20)
    page.wait_for_url(lambda address: address.endswith(f"&z={dim}:1.5"))
    assert "?still=1&lang=en&mine=1%202&tab=explore&model=" in page.url
    times = np.array(page.evaluate("window.writings"))
    assert len(times) >= 2 and np.diff(times).min() >= 480, "twice a second at most"
    assert page.evaluate("history.length") == length
    page.wait_for_selector("#inspector[data-ready]")
    z = shown(page, "z")
    page.reload()
    settled(page)
    page.wait_for_function(f"document.querySelector('#sliders input[data-dim=\"{dim}\"]').value === '1.5'")
    page.wait_for_selector("#inspector[data-ready]")
    same_pictures(shown(page, "z"), z)
    page.click("#reset")
    page.wait_for_url(lambda address: "&z=" not in address)


def test_back_goes_through_images_and_tabs_and_not_out_of_the_app(open_page):
    page = open_page(query="?still=1")
    first = page.get_attribute("#inspector", "data-index")
    before = shown(page, "original")
    page.wait_for_timeout(600)
    length = page.evaluate("history.length")
    page.click("#random-image")
    page.wait_for_function("location.search.includes('image=')")
    second = page.get_attribute("#inspector", "data-index")
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_function("location.search.includes('tab=train')")
    assert page.evaluate("history.length") == length + 2
    page.go_back()
    page.wait_for_selector("#inspector", state="visible")
    assert page.get_attribute("#inspector", "data-index") == second and f"image={second}" in page.url
    page.go_back()
    page.wait_for_selector(f"#inspector[data-index='{first}'][data-ready]")
    same_pictures(shown(page, "original"), before)
    page.go_forward()
    page.wait_for_selector(f"#inspector[data-index='{second}'][data-ready]")
    page.wait_for_timeout(600)
    assert page.evaluate("history.length") == length + 2, "going back and on writes no entry"


def test_a_link_to_another_model_opens_nothing_else(blank_page, url, shared):
    name = shared.catalog.usable()[-1].name
    asked, page = [], blank_page
    page.on("request", lambda request: "component_server" in request.url and asked.append(request.post_data))
    page.goto(f"{url}?model={name}")
    settled(page)
    assert page.input_value("#model") == name
    assert not [text for text in asked if '"pick"' in text or '"decode"' in text], "no other picture, and no sway"


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("?tab=explore&model=nobody&image=3&z=1", "(model)"),
        (
            "?tab=nowhere&colour=kl&image=123456789&z=0:1000&map=globe&x=<b>&beta=NaN",
            "(latent across, β, tab, map, image, z)",
        ),
        ("?codes=0a0a0a0a&z=0:1.5&x=1&colour=kl", "made for an earlier"),
    ],
)
def test_a_bad_link_opens_the_default_and_says_so(open_page, opened, query, parts):
    page = open_page(query=query)
    assert parts in page.locator("#link-said[role=status]").inner_text()
    assert page.input_value("#model") == opened.name
    assert page.input_value("#map-projection") == first_map(opened)
    assert ("nobody" in query) or page.input_value("#map-colour") == "kl", "what is good is kept"
    assert page.locator("#explore .lse-error").is_hidden()
    if "codes" in query:
        row = opened.model.index.tolist().index(int(page.get_attribute("#inspector", "data-index")))
        assert np.allclose(z_of(page, opened.dims), opened.model.mu[row], atol=6e-5)
    page.click("#link-said .lse-close")
    assert page.locator("#link-said").is_hidden()


def test_without_the_clipboard_the_link_is_selected(first_model, url):
    page = first_model
    page.evaluate("""Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true});
      document.execCommand = () => false;""")
    page.click("#copy-link")
    page.wait_for_selector("#link-said:has-text('by hand')")
    assert page.evaluate("getSelection().toString()") == page.input_value("#link-said input")
    assert page.input_value("#link-said input").startswith(url)
    page.evaluate("delete navigator.clipboard; delete document.execCommand;")


def test_a_visitors_model_is_named_by_its_title_and_its_link_called_a_secret(open_page, trained, runs_folder, copied):
    name = store_upload(runs_folder, "of mine.safetensors", trained.path.read_bytes()).name
    page = open_page(query=f"?model={name}")
    assert page.input_value("#model") == name
    assert name not in page.inner_text("body")
    assert f"model={name}" in copied(page)
    assert "opens your model for anyone" in page.inner_text("#link-said")


def pair_pictures(page):
    for part in COMPARE:
        page.wait_for_selector(f"#{part}[data-ready='1']", state="attached")
    sources = page.eval_on_selector_all("#compare-pictures img", "all => all.map(image => image.src.split(',')[1])")
    return np.stack([np.asarray(Image.open(io.BytesIO(base64.b64decode(source)))).astype(int) for source in sources])


def spilled(page):
    """What the factor that is moved changes: its words without numbers, and the shares."""
    rows = page.locator(".lse-wanted")
    shares = rows.evaluate_all("rows => rows.map(row => Number(row.dataset.share))")
    return [re.sub(r"\d+", "", text) for text in rows.all_inner_texts()], shares


def texts(page, parts):
    return page.locator(parts).all_inner_texts()


def choices(page):
    return page.eval_on_selector_all("#compare select", "all => all.map(select => select.value)")


def test_a_link_to_two_models(page, open_page, copied):
    page.click("button[role=tab][data-tab-id=compare]")
    pair_pictures(page)
    page.click("#compare-random")
    pair_pictures(page)
    page.locator(".lse-maps-bar [data-choose=colour]").select_option("kl")
    page.locator(".lse-maps-bar [data-choose=x]").select_option("1")
    page.eval_on_selector(
        "#compare-sliders input[data-pair='1']",
        "input => { input.value = 1.25; input.dispatchEvent(new Event('input', {bubbles: true})); }",
    )
    before, legends, (wanted, right) = pair_pictures(page), texts(page, ".lse-maps-legend"), spilled(page)
    chosen = choices(page)
    assert "tab=compare" in (query := copied(page))
    other = open_page(query=query, drawn=pair_pictures, after=page)
    assert np.abs(pair_pictures(other) - before).max() <= 2
    assert texts(other, ".lse-maps-legend") == legends
    # A link holds four decimals of z, so that a share of all change may round to another percent.
    names, shares = spilled(other)
    assert names == wanted and shares == pytest.approx(right, abs=0.002)
    assert choices(other) == chosen
    assert other.locator("#link-said").inner_text() == ""


def idle(page):
    page.wait_for_selector("#train-status[data-state=idle]")


def test_a_link_to_choices_of_a_training(open_page, copied):
    query = "?tab=train&dataset=digits&preset=capacity&gamma=50&latent_dim=4"
    page = open_page(query=query, drawn=idle)
    fields = [page.input_value(f"[data-choice={key}]") for key in ("objective", "gamma", "latent_dim")]
    assert [page.input_value("#train-dataset"), *fields] == ["digits", "beta_b", "50", "4"]
    assert copied(page) == query
    query = "?tab=train&dataset=digits&preset=none&beta=-4&latent_dim=2.5&budget=30"
    page = open_page(query=query, drawn=idle, after=page)
    page.wait_for_selector("#link-said:has-text('(preset, β, latents)')")
    assert (page.input_value("#train-dataset"), page.input_value("[data-choice=budget]")) == ("digits", "30")


def listed(page):
    page.wait_for_selector("#learn-contents[data-ready]")


def test_a_link_to_a_step(open_page):
    page = open_page(query="?tab=learn&step=bernoulli&lang=en", drawn=listed)
    page.wait_for_function("Math.abs(document.querySelector('#learn-bernoulli').getBoundingClientRect().top) < 120")
    page.click("#learn-contents a[href='#learn-elbo']")
    page.wait_for_url(lambda address: address.endswith("?lang=en&tab=learn&step=elbo"))
    page = open_page(query="?tab=learn&step=nothing", drawn=listed, after=page)
    page.wait_for_selector("#link-said:has-text('(step)')")


def test_in_a_frame_of_the_hub_the_page_around_is_told(blank_page, url, opened):
    page = blank_page
    around = f"<iframe src='{url}?still=1&__sign=secret' style='width: 100%; height: 90vh'></iframe>"
    script = "<script>addEventListener('message', event => (window.told = event.data))</script>"
    page.route("https://huggingface.co/*", lambda route: route.fulfill(body=script + around, content_type="text/html"))
    page.goto("https://huggingface.co/somewhere")
    frame = page.frame_locator("iframe")
    frame.locator("#map[data-ready='1']").wait_for()
    frame.locator("#random-image").click()
    told = page.wait_for_function("window.told?.queryString?.includes('image=') && window.told").json_value()
    assert told["queryString"].startswith(f"?still=1&tab=explore&model={opened.name}") and told["hash"] == ""
    assert "secret" not in told["queryString"]


def test_where_no_model_opens_the_address_follows_all_the_same(blank_page, address_of, tmp_path):
    page, address = blank_page, address_of(tmp_path)
    for query, said in (("?still=1&model=gone", "could be followed (model)"), ("?still=1", "")):
        page.goto(address + query)
        page.wait_for_selector("#explore .lse-error:not([hidden])")
        page.wait_for_selector(f"#link-said:has-text('{said}')", state="attached")
        page.click("button[role=tab][data-tab-id=train]")
        page.wait_for_function("location.search.includes('tab=train')")
