"""The Train tab, really training the digits in a process of its own, from the start to Explore."""

import re

import numpy as np
import pytest
from driving import (
    MODULES,
    PATIENCE,
    answered,
    begin_training,
    came,
    drawn_run,
    held_back,
    run_state,
    without_plotly,
)
from PIL import Image

from vae.live.run import COLUMNS
from vae.ui.train.payload import OVER, figures

pytestmark = pytest.mark.browser


def points(page):
    return int(page.get_attribute("#train-curves", "data-points") or 0)


@pytest.fixture
def tab(common_page):
    """The tab before a training, on the page that tests share."""
    common_page.click("button[role=tab][data-tab-id=train]")
    common_page.wait_for_selector("#train-status[data-state=idle]")
    return common_page


def wait_for(page, condition, argument=None):
    page.wait_for_function(condition, arg=argument)


def kl(page):
    return [float(nats) for nats in page.get_attribute("#train-kl", "data-kl").split()]


def step(page):
    """What the map shows, the step of a moment."""
    return int(page.get_attribute("#train-map", "data-step"))


def test_a_run_from_start_to_explore(page):
    # Under load the scene, which brings the colours, waits for its turn: the first look may overtake it.
    waiting = []
    page.route(*held_back("scene", waiting))
    begin_training(page, parts=["train-map"], glides=True)
    assert page.locator("#train-map .lse-legend button").count() == 0
    came(page, waiting).continue_()
    page.unroute_all()
    wait_for(page, "() => document.querySelectorAll('#train-map .lse-legend button').length === 10")
    drawn_run(page)

    # It learns while one looks: curves grow, bars wake, the map moves, pictures change.
    before, first, picture = points(page), step(page), page.get_attribute("#train-samples img", "src")
    wait_for(page, "n => Number(document.querySelector('#train-curves').dataset.points) > n + 5", before)
    wait_for(page, "n => Number(document.querySelector('#train-map').dataset.step) > n", first)
    wait_for(page, "old => document.querySelector('#train-samples img').src !== old", picture)
    assert len(kl(page)) == 10

    # Beta is turned while it runs, and so heavy a beta puts the latents to sleep.
    page.fill(".lse-train-knob:has([data-knob=beta]) input[type=number]", "900")
    page.keyboard.press("Enter")
    wait_for(page, "() => document.querySelector('#train-kl').dataset.kl.split(' ').every(nats => Number(nats) < 0.1)")

    page.click("#train-pause")
    run_state(page, "paused")
    with page.expect_response(lambda answer: '"fn_name":"poll"' in (answer.request.post_data or "")):
        pass  # the slow poll of a run that rests
    held = points(page)
    page.click("#train-step")
    wait_for(page, "n => Number(document.querySelector('#train-curves').dataset.points) === n + 1", held)
    run_state(page, "paused")

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
    run_state(page, "paused")
    drawn_run(page)
    assert points(page) == held + 1

    # A server that is started anew has forgotten what it was making.
    page.route(*answered("keep", {"ok": {}}))
    page.click("#train-open")
    page.wait_for_selector(".lse-train-kept:has-text('press once more')")
    page.unroute_all()
    page.click("#train-open")
    wait_for(page, "() => document.querySelector('#model').value.startsWith('run-')")
    page.wait_for_selector("#map[data-ready='1']")

    # It goes on, and is opened again as it stands by then, though its name is the same.
    page.click("button[role=tab][data-tab-id=train]")
    page.click("#train-pause")  # resume
    wait_for(page, "n => Number(document.querySelector('#train-curves').dataset.points) > n + 3", held)
    page.click("#train-stop")
    run_state(page, "stopped")
    with page.expect_request(lambda request: '"open_model"' in (request.post_data or "")):
        page.click("#train-open")
    page.wait_for_selector("#map[data-ready='1']")
    page.wait_for_selector("#sliders input[data-dim='0']", state="attached")

    # After a reload the model is still offered, before the tab has been opened.
    page.reload()
    page.wait_for_selector("#model option[value^=run-]", state="attached")


# The curves' figure as it is drawn: what a click in the legend has hidden, marks of turned knobs and of the past, axes.
CHART = """() => { const {data, layout} = document.querySelector('#train-curves .js-plotly-plot');
  const places = name => layout.shapes.filter(shape => shape.name === name).map(({x0}) => x0);
  return {hidden: data.filter(({visible}) => visible === 'legendonly').map(({uid}) => uid), changes: places('change'),
    texts: layout.annotations.map(({text}) => text), at: places('at'), points: data[0].x.length, last: data[0].x.at(-1),
    x: [...layout.xaxis.range], y: [...layout.yaxis.range], most: data[0].y.reduce((a, b) => Math.max(a, b))}; }"""


# The bars are as high as the KL divergences that are said, which have three decimals.
BARS = """() => { const said = document.querySelector('#train-kl').dataset.kl.split(' ').map(Number);
  const bars = [...document.querySelector('#train-kl .js-plotly-plot').data[0].y];
  return bars.length === said.length && bars.every((nats, dim) => Math.abs(nats - said[dim]) <= 6e-4); }"""


def more_points(page, count=2):
    drawn = page.evaluate(CHART)["points"]
    wait_for(page, f"n => ({CHART})().points >= n", drawn + count)
    return page.evaluate(CHART)


def test_the_chart_keeps_what_a_hand_has_done_to_it_while_the_run_streams(open_page):
    page = open_page(plotly=True)
    begin_training(page)
    page.wait_for_selector("#train-curves .legendtoggle")
    more_points(page)
    page.locator("#train-curves .legendtoggle").nth(1).click()
    wait_for(page, f"() => ({CHART})().hidden.length")
    assert more_points(page)["hidden"] == ["recon"]

    page.fill(".lse-train-knob:has([data-knob=beta]) input[type=number]", "9")
    page.keyboard.press("Enter")
    wait_for(page, f"() => ({CHART})().changes.length")
    chart = more_points(page)
    assert chart["texts"] == ["β 9"] and 0 < chart["changes"][0] < chart["last"]
    assert chart["x"] == [0, chart["last"]]

    # The keyboard's legend says so too, and hides and shows curves as a click does.
    assert page.get_attribute("#train-curves .lse-legend [data-code=recon]", "aria-pressed") == "false"
    page.press("#train-curves .lse-legend [data-code=kl]", "Enter")
    wait_for(page, f"() => ({CHART})().hidden.length === 2")
    page.keyboard.press("Enter")
    wait_for(page, f"() => ({CHART})().hidden.length === 1")

    # A zoom stays; a button and a double click follow the run again.
    box = page.locator("#train-curves .nsewdrag").first.bounding_box()
    middle = box["y"] + box["height"] / 2
    reset = page.locator("#train-curves [data-zoom=reset]")
    for again in (lambda: reset.press("Enter"), lambda: page.mouse.dblclick(box["x"] + box["width"] * 0.5, middle)):
        page.mouse.move(box["x"] + box["width"] * 0.4, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.6, middle + 2, steps=5)
        page.mouse.up()
        wait_for(page, f"() => ({CHART})().x[0] > 0")
        zoomed = page.evaluate(CHART)
        chart = more_points(page)
        assert chart["x"] == zoomed["x"] and chart["hidden"] == ["recon"]
        again()
        wait_for(page, f"() => ({CHART})().x[0] === 0")
        assert reset.is_hidden()
    chart = more_points(page, 10)
    assert chart["x"] == [0, chart["last"]] and chart["y"][1] < chart["most"]
    page.click("#train-curves button")
    wait_for(page, f"() => ({CHART})().y[1] >= ({CHART})().most")

    page.click("#train-pause")
    run_state(page, "paused")
    page.locator("#train-time input[type=range]").evaluate(
        "e => { e.value = 1; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    wait_for(page, f"() => ({CHART})().at.length")
    wait_for(page, BARS)  # the bars are drawn after the mark
    label = page.get_attribute("#train-curves .js-plotly-plot", "aria-label")
    assert page.get_attribute("#train-curves .js-plotly-plot", "role") == "img" and "KL divergence" in label
    page.click("#train-time [data-time=live]")
    wait_for(page, f"() => !({CHART})().at.length")
    page.select_option("#train-curves select", "seconds")
    wait_for(page, f"n => ({CHART})().last < n", chart["last"])
    assert page.evaluate(CHART)["hidden"] == ["recon"]
    page.click("#train-reset")
    run_state(page, "idle")


STREAM = """async ([payload, curves, updates]) => {
  const modules = await MODULES;
  const original = document.querySelector('#train-curves');
  const element = original.cloneNode(true);
  original.replaceWith(element);
  const listeners = {};
  const state = {rows: [], bounds: [], status: {changes: []}, at: null};
  const trainer = {state, on: (event, listener) => ((listeners[event] ??= []).push(listener))};
  modules['train/curves'].mountCurves(element, trainer, payload, async () => ({curves}));
  const update = async i => {
    state.rows.push([i, 64 * i, i / 8, 400 + 900 / (i + 1), 390 + 900 / (i + 1), 10, 1, 0, 0, 0.001]);
    if (state.rows.length > 2000) state.rows = state.rows.filter((_, n) => n % 2 === 0);
    listeners.curves.forEach(listener => listener());
    await new Promise(done => setTimeout(done, 4));
  };
  const rest = () => new Promise(done => setTimeout(done, 1500));
  const nodes = () => document.querySelectorAll('*').length;
  for (let i = 0; i < 100; i++) await update(i);
  await rest();
  const before = nodes();
  for (let i = 100; i < updates; i++) await update(i);
  await rest();
  return [before, nodes(), element.querySelector('.js-plotly-plot').data[0].x.at(-1), element.dataset.points];
}"""


@pytest.mark.slow
def test_a_long_run_adds_nothing_to_the_page(open_page):
    page = open_page(plotly=True)
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#train-status[data-state=idle]")
    updates = 2000
    argument = [{"columns": COLUMNS, "over": list(OVER)}, figures()["curves"], updates]
    before, after, last, points = page.evaluate(STREAM.replace("MODULES", MODULES), argument)
    assert last == 64 * (updates - 1) and int(points) == updates
    ticks = 40  # an axis has now more, now fewer
    assert abs(after - before) <= ticks


def test_a_second_person_waits_and_a_second_tab_shows_the_same_run(page, open_page):
    begin_training(page)
    page.click("#train-pause")  # the device stays the run's, and the machine is free for the pages
    run_state(page, "paused")
    other = open_page()
    other.click("button[role=tab][data-tab-id=train]")
    other.wait_for_selector("#train-status[data-state=idle]")  # sees nothing of the other's run
    other.select_option("#train-dataset", "digits")
    other.click("#train-start")
    run_state(other, "waiting")
    wait_for(other, "() => /1st of 1/.test(document.querySelector('#train-status').textContent)")
    other.click("#train-stop")
    run_state(other, "stopped")
    assert page.get_attribute("#train-status", "data-state") == "paused"

    tab = page.context.new_page()
    without_plotly(tab)
    tab.set_default_timeout(PATIENCE)
    tab.goto(page.url)
    tab.click("button[role=tab][data-tab-id=train]")
    run_state(tab, "paused")
    drawn_run(tab)
    page.click("#train-pause")  # resume
    run_state(tab, "running")
    page.click("#train-pause")
    run_state(tab, "paused")
    tab.click("#train-stop")
    run_state(page, "stopped")
    tab.close()


def test_a_folder_is_dropped_and_becomes_a_data_set(page, tmp_path):
    """A real drag of a folder from outside the browser, as its own protocol does it."""
    rng = np.random.default_rng(0)
    for number in range(24):
        home = tmp_path / "pictures" / ("red" if number % 2 else "blue")
        home.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 99, (40, 40, 3), np.uint8)
        pixels[..., 0 if number % 2 else 2] = 255
        Image.fromarray(pixels).save(home / f"{number}.png")
    (tmp_path / "pictures" / "notes.txt").write_text("no picture")
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#train-status[data-state=idle]")
    box = page.locator(".lse-train-choose").bounding_box()
    data = {"items": [], "files": [str(tmp_path / "pictures")], "dragOperationsMask": 1}
    protocol = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 60}
        protocol.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    page.wait_for_function("document.querySelector('#train-dataset').value.startsWith('own:')")
    assert "24" in page.inner_text("[data-own=said]")
    page.wait_for_selector("#train-start:not([disabled])")


FOCUS = """modules => {
  const list = document.createElement('details');
  list.open = true;
  list.innerHTML = '<summary></summary><ul></ul>';
  document.querySelector('#train').append(list);
  const entry = {title: 'Digits', objective: 'vae', state: 'stopped', step: 1, steps: 2, started: 3, kept: null};
  const state = {runs: ['first', 'second'].map(run => ({...entry, run})), run: null, status: null};
  let draw = null;
  const on = (event, listener) => event === 'run' && (draw = listener);
  modules['train/runs'].mountRuns(list, {state, on, refresh: () => {}});
  list.querySelector('[data-run=second]').focus();
  const focused = [null, 'second'].map(run => {
    state.run = run;
    draw();
    return document.activeElement.dataset.run ?? document.activeElement.tagName;
  });
  list.remove();
  return focused;
}"""


def test_the_focus_stays_where_the_list_of_runs_is_drawn_anew(tab):
    assert tab.evaluate(f"{MODULES}.then({FOCUS})") == ["second", "SUMMARY"]


def test_what_cannot_be_chosen_is_said_before_the_start(tab):
    tab.fill("[data-choice=budget]", "-3")
    tab.locator("[data-choice=budget]").blur()
    tab.wait_for_selector("#train-start[disabled]")
    tab.fill("[data-choice=budget]", "30")
    tab.locator("[data-choice=budget]").blur()
    tab.wait_for_selector("#train-start:not([disabled])")
    tab.wait_for_selector(".lse-train-forecast")
    wait_for(tab, "() => /images\\/s/.test(document.querySelector('.lse-train-forecast').textContent)")
    text = tab.inner_text(".lse-train-forecast")
    assert re.search(r"\d+ steps", text) and "linear model" in text
