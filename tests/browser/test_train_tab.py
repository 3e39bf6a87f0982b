"""The Train tab, really training the digits in a process of its own, from the start to Explore."""

import re

import pytest

pytestmark = pytest.mark.browser


def begin(page, preset="beta", budget=2_000):
    """Open the tab, choose the digits, and press start; the run is under way when this returns."""
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#train-status[data-state=idle]")
    page.select_option("#train-dataset", "digits")
    page.click(f"#train-preset [data-preset={preset}]")
    page.select_option("[data-choice=unit]", "steps")
    page.fill("[data-choice=budget]", str(budget))
    page.locator("[data-choice=budget]").blur()
    page.click("#train-start")
    state(page, "running")
    drawn(page)


def state(page, *wanted):
    page.wait_for_selector(", ".join(f"#train-status[data-state={each}]" for each in wanted))


def drawn(page):
    for part in ("train-curves", "train-kl", "train-map", "train-samples"):
        page.wait_for_selector(f"#{part}[data-ready='1']")


def points(page):
    return int(page.get_attribute("#train-curves", "data-points") or 0)


def wait_for(page, condition, argument=None):
    page.wait_for_function(condition, arg=argument)


def kl(page):
    return page.eval_on_selector_all("#train-kl [data-dim]", "bars => bars.map(bar => Number(bar.dataset.kl))")


def step(page):
    """What the map shows, the step of a moment."""
    return int(page.get_attribute("#train-map", "data-step"))


@pytest.fixture
def trained_page(page):
    """A page whose run is under way; whatever the test leaves is stopped and forgotten."""
    begin(page)
    yield page
    page.click("#train-reset")
    state(page, "idle")


def test_a_run_from_start_to_explore(trained_page):
    page = trained_page
    # It learns while one looks: curves grow, bars wake, the map moves, pictures change.
    before, first, picture = points(page), step(page), page.get_attribute("#train-samples img", "src")
    wait_for(page, "n => Number(document.querySelector('#train-curves').dataset.points) > n + 5", before)
    wait_for(page, "n => Number(document.querySelector('#train-map').dataset.step) > n", first)
    wait_for(page, "old => document.querySelector('#train-samples img').src !== old", picture)
    assert len(kl(page)) == 10

    # Beta is turned while it runs, and so heavy a beta puts the latents to sleep.
    page.fill(".lse-train-knob:has([data-knob=beta]) input[type=number]", "900")
    page.keyboard.press("Enter")
    wait_for(
        page, "() => [...document.querySelectorAll('#train-kl [data-dim]')].every(b => Number(b.dataset.kl) < 0.1)"
    )

    page.click("#train-pause")
    state(page, "paused")
    page.wait_for_timeout(2_500)  # the slow poll of a run that rests
    held = points(page)
    page.click("#train-step")
    wait_for(page, "n => Number(document.querySelector('#train-curves').dataset.points) === n + 1", held)
    state(page, "paused")

    # Back to the first moment, and to the present.
    time = page.locator("#train-time input[type=range]")
    assert int(time.get_attribute("max")) >= 2
    time.evaluate("e => { e.value = 0; e.dispatchEvent(new Event('input', {bubbles: true})); }")
    wait_for(page, "() => document.querySelector('#train-map').dataset.step === '0'")
    page.click("#train-time [data-time=live]")
    wait_for(page, "() => document.querySelector('#train-map').dataset.step !== '0'")

    # A reload finds the run again, as it was.
    page.reload()
    page.click("button[role=tab][data-tab-id=train]")
    state(page, "paused")
    drawn(page)
    assert points(page) == held + 1

    page.click("#train-pause")  # resume
    state(page, "running")
    page.click("#train-stop")
    state(page, "stopped")
    page.wait_for_selector("#train-open:not([disabled])")
    page.click("#train-open")
    page.wait_for_selector("#map[data-ready='1']")
    wait_for(page, "() => document.querySelector('#model').value.startsWith('run-')")
    page.wait_for_selector("#sliders input[data-dim='0']", state="attached")
    page.click("button[role=tab][data-tab-id=train]")


def test_a_second_person_waits_and_is_told_so(trained_page, open_page):
    other = open_page()
    other.click("button[role=tab][data-tab-id=train]")
    other.wait_for_selector("#train-status[data-state=idle]")  # sees nothing of the other's run
    other.select_option("#train-dataset", "digits")
    other.click("#train-start")
    state(other, "waiting")
    wait_for(other, "() => /1st of 1/.test(document.querySelector('#train-status').textContent)")
    other.click("#train-stop")
    state(other, "stopped")
    assert trained_page.get_attribute("#train-status", "data-state") == "running"


def test_what_cannot_be_chosen_is_said_before_the_start(page):
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#train-status[data-state=idle]")
    page.fill("[data-choice=budget]", "-3")
    page.locator("[data-choice=budget]").blur()
    page.wait_for_selector("#train-start[disabled]")
    page.fill("[data-choice=budget]", "30")
    page.locator("[data-choice=budget]").blur()
    page.wait_for_selector("#train-start:not([disabled])")
    page.wait_for_selector(".lse-train-forecast")
    wait_for(page, "() => /images\\/s/.test(document.querySelector('.lse-train-forecast').textContent)")
    text = page.inner_text(".lse-train-forecast")
    assert re.search(r"\d+ steps", text) and "linear model" in text
