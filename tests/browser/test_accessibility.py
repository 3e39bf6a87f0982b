"""axe-core on every tab in the states that matter: wide and light, narrow and dark. Nothing is left out."""

import pytest
from driving import begin_training, run_state, settled, violations

from vae.data import DATASETS
from vae.ui import TABS
from vae.ui.learn.steps import STEPS

pytestmark = pytest.mark.browser


def explore(page, shared):
    """A model with factors and, where there is room for more than one column, one without and one with a lattice."""
    entries = shared.catalog.usable()
    without = [entry for entry in entries if not DATASETS[entry.header["dataset"]["name"]].factors]
    flat = [entry for entry in entries if entry.header["config"]["model"]["latent_dim"] == 2]
    wide = page.viewport_size["width"] > 900
    for entry in [entries[0], *(without[:1] + flat[:1] if wide else [])]:
        page.select_option("#model", entry.name)
        page.wait_for_function("n => document.querySelectorAll('#sliders input').length === n",
                               arg=entry.header["config"]["model"]["latent_dim"])  # fmt: skip
        settled(page)
        page.wait_for_selector("#map .lse-opening", state="hidden")
        page.wait_for_selector("#doctor[data-forecast]")
        yield entry.name


def compare(page, shared):
    page.wait_for_selector("#compare-table[data-ready='1']", state="attached")
    for side in ("left", "right"):
        page.wait_for_selector(f"#compare-map-{side}[data-ready='1']", state="attached")
    page.click("#figure-one button[data-kind=png]")
    page.wait_for_selector("#figure-one[data-kind=png] img")
    yield "two models and their figure"


def train(page, shared):
    page.wait_for_selector("#train-status[data-state=idle]")
    yield "idle"
    page.eval_on_selector_all("#train details", "all => all.forEach(each => { each.open = true; })")
    begin_training(page)
    page.click("#train-pause")
    run_state(page, "paused")
    yield "paused"
    page.click("#train-reset")
    run_state(page, "idle")


def learn(page, shared):
    for step in STEPS:
        page.eval_on_selector(f"#learn-{step.key}", "step => step.scrollIntoView()")
        page.wait_for_selector(f"#learn-{step.key}[data-ready='1']")
    yield "every step"


def shown(page, shared):
    page.wait_for_load_state("networkidle")
    yield "open"


STATES = {"explore": explore, "compare": compare, "train": train, "learn": learn}


@pytest.mark.parametrize(("theme", "width"), [("light", 1400), ("dark", 390)])
def test_no_rule_is_broken(open_page, shared, theme, width):
    page = open_page(width=width, query=f"?still=1&__theme={theme}", plotly=True)
    page.wait_for_selector("#map[data-plotly='1']")
    broken = {}
    for tab in TABS:
        page.locator(f"button[role=tab][data-tab-id={tab.key}]").click()
        for state in STATES.get(tab.key, shown)(page, shared):
            if found := violations(page, f"#{tab.key}"):
                broken[f"{tab.key}, {state}"] = found
    page.click("button[role=tab][data-tab-id=train]")  # a short one: all of them have been looked at
    if found := violations(page):  # what is around them
        broken["the whole page"] = found
    assert not broken, "\n".join(f"{state}: {line}" for state, found in broken.items() for line in found)
    page.evaluate("""() => {
      document.querySelector('.lse-title p').style.color = 'color-mix(in srgb, currentcolor 40%, transparent)';
      document.querySelector('#theme span').remove();
      document.querySelector('#theme').removeAttribute('title');
      document.querySelector('#theme').removeAttribute('aria-label');
    }""")
    expected = {"button-name", "color-contrast"} if width > 900 else {"button-name"}  # narrow, the line is not shown
    assert {line.split(" ")[0] for line in violations(page, "#header")} == expected, "the check sees nothing"
