"""The whole page in Korean: nothing on it is left in English, whoever asks for it and however."""

import re

import pytest
from driving import begin_training, cut, drawn_run, run_state, settled
from playwright.sync_api import expect

from vae.data import DATASETS
from vae.ui import TABS
from vae.ui.learn.references import references

pytestmark = pytest.mark.browser

# Every text below an element: what can be read, what a pointer is told, and what is read aloud.
TEXTS = """roots => {
  const found = [];
  const place = node => {
    const [at, known] = [node.closest('[id]'), node.className?.baseVal ?? node.className];
    return `#${at?.id} ${node.tagName.toLowerCase()}${known ? `.${known}` : ''}`;
  };
  for (const root of document.querySelectorAll(roots)) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = root; node; node = walk.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        const parent = node.parentElement;
        if (!parent.closest('style, script, math')) found.push([place(parent), node.data]);
        continue;
      }
      for (const name of ['title', 'aria-label', 'alt', 'placeholder', 'aria-valuetext', 'label', 'aria-description'])
        if (node.hasAttribute(name)) found.push([`${place(node)}[${name}]`, node.getAttribute(name)]);
    }
  }
  return found.filter(([, text]) => /[A-Za-z]{3}/.test(text));
}"""
WORD = re.compile(r"[A-Za-z]{3,}")
# Commands, a library's own words, paths and files, and the English term in brackets after a Korean one.
ASIDE = re.compile(r"`[^`]*`|\(Error while .*|\S*(?:\w[._]\w|/)\S*|(?<=[가-힣])\([A-Za-z -]+\)")
# Names of methods, formats and things that have no other name in Korean.
KEPT = {
    *("argmin", "diag"),  # in formulas
    *("SVG", "PDF", "GIF", "PNG", "WebP", "dpi", "HTML", "Plotly"),
    *("VAE", "ELBO", "MIG", "DCI", "SAP", "UMAP", "PCA", "MSE", "nat", "nats", "log", "beta", "FactorVAE", "InfoGAN"),
    *(
        "MNIST",
        "Fashion",
        "CelebA",
        "dSprites",
        "scikit",
        "learn",
        "PyTorch",
        "safetensors",
        "PNG",
        "SVG",
        "dpi",
        "GIF",
        "WebP",
        "zip",
    ),
    *("CPU", "GPU", "CUDA", "NVIDIA", "ZeroGPU", "Shift", "Enter", "Esc", "Latent", "Space", "Explorer", "English"),
}


def untranslated(page, shared, roots, names=()):
    """[place, text] of whatever still has an English word in it; names of models, files and commands are not words, nor
    is the source of a data set whose images are not here.
    """
    known = sorted([*(entry.name for entry in shared.catalog.entries()), *names], key=len, reverse=True)
    found = {}
    for place, text in page.evaluate(TEXTS, roots):
        for spec in DATASETS.values():
            text = text.replace(spec.source, "")
        left = ASIDE.sub("", text)
        for name in known:
            left = left.replace(name, "")
        words = set(WORD.findall(left)) - KEPT
        if words:
            found[place] = text.strip()[:120]
    return found


@pytest.fixture(scope="module")
def query():
    """The pages that tests share are Korean."""
    return "?still=1&lang=ko"


def test_explore_and_compare_are_korean(common_page, shared):
    page = common_page
    page.wait_for_selector("#doctor[data-forecast]")
    page.wait_for_selector("#map[data-thumbnails]", state="attached")
    page.click("#random-prior")
    assert page.get_attribute("html", "lang") == "ko"
    assert untranslated(page, shared, "#header, #explore, [role=tablist]") == {}
    for colour in page.eval_on_selector_all("#map-colour option", "options => options.map(option => option.value)"):
        page.select_option("#map-colour", colour)
        page.wait_for_selector("#map[data-ready]")
        assert untranslated(page, shared, "#map") == {}
    for projection in page.eval_on_selector_all("#map-projection option", "options => options.map(o => o.value)"):
        page.select_option("#map-projection", projection)
        page.wait_for_selector("#map[data-ready]")
        assert untranslated(page, shared, "#map") == {}

    page.click("button[role=tab][data-tab-id=compare]")
    for part in ("compare-sliders", "compare-map-left", "compare-map-right", "compare-table", "compare-rates"):
        page.wait_for_selector(f"#{part}[data-ready='1']")
    page.wait_for_selector(".lse-spills[data-ready='1']", state="attached")
    assert untranslated(page, shared, "#compare") == {}
    page.click("#figure-one button[data-kind=png]")
    page.wait_for_selector("#figure-one img")
    assert untranslated(page, shared, "#figure-one", [".png"]) == {}


def test_every_data_set_is_korean(common_page, shared):
    """Its classes, its factors and their values, and what the doctor says of a model of it."""
    page = common_page
    page.click("button[role=tab][data-tab-id=explore]")
    one_of_each = {entry.header["dataset"]["name"]: entry.name for entry in shared.catalog.usable()}
    for name in one_of_each.values():
        page.select_option("#model", name)
        page.wait_for_function("name => document.querySelector('#model').value === name", arg=name)
        page.wait_for_selector("#map .lse-opening", state="hidden")
        settled(page)
        page.wait_for_selector("#doctor[data-forecast]")
        assert untranslated(page, shared, "#header, #explore") == {}, name


def test_train_is_korean(common_page, shared, tmp_path):
    page = common_page
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#train-status[data-state=idle]")
    assert untranslated(page, shared, "#train") == {}
    page.select_option("#train-dataset", "digits")  # whose forecasts take no second
    for objective in page.eval_on_selector_all("[data-choice=objective] option", "all => all.map(one => one.value)"):
        page.select_option("[data-choice=objective]", objective)
        page.fill("[data-choice=latent_dim]", "-1")  # what is wrong with a number
        assert untranslated(page, shared, "#train") == {}
        page.fill("[data-choice=latent_dim]", "10")

    # Refused files: of images, and of a checkpoint.
    names = ["images.zip", "mine.safetensors"]
    (tmp_path / "images.zip").write_bytes(b"no zip")
    page.set_input_files("[data-own=zip]", tmp_path / "images.zip", strict=True)
    expect(page.locator("#train .lse-error")).to_contain_text("zip 파일이 아닙니다")
    assert untranslated(page, shared, "#train", names) == {}
    (tmp_path / "mine.safetensors").write_bytes(b"no tensors")
    page.set_input_files(".lse-train-keep input[type=file]", tmp_path / "mine.safetensors")
    expect(page.locator("#train .lse-error")).to_contain_text("온전한 safetensors")
    assert untranslated(page, shared, "#train", names) == {}

    begin_training(page)
    page.wait_for_selector(".lse-train-findings span")
    expect(page.locator("#train-status .lse-train-said")).to_contain_text("학습 중")
    assert untranslated(page, shared, "#train", names) == {}
    page.click("#train-pause")
    run_state(page, "paused")
    page.click("#train-stop")
    run_state(page, "stopped")
    drawn_run(page)
    page.click(".lse-train-runs summary")
    assert untranslated(page, shared, "#train", names) == {}
    page.click("#train-reset")
    run_state(page, "idle")


def publications():
    """What is cited, in the language that it was written in."""
    return {work[part] for works in references().values() for work in works for part in ("cited", "title")}


def test_lessons_are_korean(common_page, shared):
    page = common_page
    for tab in [tab.key for tab in TABS if tab.key not in ("explore", "compare", "train")]:
        page.click(f"button[role=tab][data-tab-id={tab}]")
        page.wait_for_selector(f"#{tab}")
        page.set_viewport_size({"width": 390, "height": 900})
        for step in page.eval_on_selector_all(f"#{tab} .lse-step", "steps => steps.map(step => step.id)"):
            page.eval_on_selector(f"#{step}", "step => step.scrollIntoView()")
            page.wait_for_selector(f"#{step}[data-ready='1']", state="attached")
        assert untranslated(page, shared, f"#{tab}", publications()) == {}
    assert cut(page) == []


def language(page):
    return page.get_attribute("html", "lang"), page.inner_text("button[role=tab][data-tab-id=compare]").strip()


def test_the_browser_s_language_is_taken_where_none_was_chosen(open_page, url):
    page = open_page(drawn=lambda page: page.wait_for_selector("#language button"))
    protocol = page.context.new_cdp_session(page)
    browser = page.evaluate("navigator.userAgent")
    for query, locale, found in [
        ("", "ko-KR", ("ko", "비교")),
        ("&lang=xx", "fr-FR", ("en", "Compare")),
        ("&lang=en", "ko-KR", ("en", "Compare")),
        ("&lang=ko-KR", "en-US", ("ko", "비교")),
    ]:
        protocol.send("Emulation.setUserAgentOverride", {"userAgent": browser, "acceptLanguage": locale})
        page.goto(f"{url}?still=1{query}")
        page.wait_for_selector("#language button")
        assert page.evaluate("navigator.language") == locale and language(page) == found


def test_a_chosen_language_is_remembered(open_page, url):
    page = open_page()
    assert page.get_attribute("#language [lang=en]", "aria-pressed") == "true"
    with page.expect_navigation():
        page.click("#language [lang=ko]")
    settled(page)
    assert language(page) == ("ko", "비교") and "lang=ko" in page.url and "still=1" in page.url
    page.goto(f"{url}?still=1")
    settled(page)
    assert language(page) == ("ko", "비교")


def test_tabs_that_gradio_folds_away_keep_their_names(common_page):
    page = common_page
    for width in (300, 1400):  # Gradio moves them some time after a resize
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(
            """([korean, english]) => {
              const titles = [...document.querySelectorAll('.tab-wrapper button')].map(tab => tab.textContent.trim());
              return korean.every(title => titles.includes(title)) && !english.some(title => titles.includes(title));
            }""",
            arg=[["탐색", "비교", "학습"], ["Explore", "Compare", "Train"]],
        )
