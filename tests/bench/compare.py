"""How quick the Compare tab is in a real Chromium against the real app: a change of models, and a matched slider.

PYTHONPATH=. python tests/bench/compare.py [--checkpoints DIR] [--data DIR] [--rounds 3] [--seconds 5]
                                            [--against CHECKOUT]

Prints figures and asserts nothing, for these machines are shared. A change of models is timed by the page's own clock
from the choice to the moment when every part is drawn, the summary of the spill meter included; the first line of a
pair opens its models, the further ones find them open. With --against, the matched slider alone, in turns with another
checkout of this project.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
from contextlib import ExitStack
from pathlib import Path

from page import FLAGS, ROOT, act, app_of, opened, served, summary
from playwright.sync_api import Browser, Page, sync_playwright

PARTS = ("#compare-pictures", "#compare-sliders", "#compare-map-left", "#compare-map-right", "#compare-table")
LATE = ("#compare-rates", ".lse-spills")
SLIDER = "#compare-sliders input[data-pair='1']"
PICTURE = "#compare-pictures [data-side=right] [data-role=z]"
PAIRS = (
    ("sprites-vae", "sprites-beta"),
    ("mnist-vae", "mnist-beta"),
    ("fashion_mnist-vae", "fashion_mnist-beta"),
    ("digits-vae", "digits-beta"),
    ("scene3d-vae", "scene3d-beta"),
)
CHANGE = """async ([left, right, groups]) => {
  const find = id => document.querySelector(id);
  for (const [id, name] of [['#compare-left', left], ['#compare-right', right]]) find(id).value = name;
  const started = performance.now();
  for (const id of groups.flat()) delete find(id).dataset.ready;
  find('#compare-right').dispatchEvent(new Event('change'));
  const times = [];
  for (const ids of groups) {
    while (!ids.every(id => find(id).dataset.ready)) {
      await new Promise(done => setTimeout(done, 2));
      if (performance.now() - started > 60000) throw new Error(`not drawn in a minute: ${ids}`);
    }
    times.push(performance.now() - started);
  }
  return times;
}"""


def changes(page: Page, rounds: int) -> None:
    """Milliseconds until two other models stand in the page, and until all their figures do."""
    for number in range(rounds):
        for left, right in PAIRS:
            drawn, whole = page.evaluate(CHANGE, [left, right, [PARTS, LATE]])
            state = "opened" if number == 0 else "open"
            print(f"{left} | {right} ({state}): drawn {drawn:.0f} ms, with rates and spill {whole:.0f} ms", flush=True)


def compared(browser: Browser, address: str) -> Page:
    """The tab with its first pair, drawn with all its figures and thumbnails: nothing else is under way."""
    page, _ = opened(browser, f"{address}/?still=1", "#map[data-thumbnails='1']")
    page.locator("button[role=tab][data-tab-id=compare]").click()
    for part in (*PARTS, *LATE):
        page.wait_for_selector(f"{part}[data-ready='1']", state="attached", timeout=120_000)
    thumbnails(page)
    return page


def thumbnails(page: Page) -> None:
    page.wait_for_selector(".lse-compare[data-thumbnails='1']", state="attached", timeout=120_000)


def slid(pages: dict[str, Page], rounds: int, seconds: float) -> None:
    """Milliseconds from a move to both pictures, and pairs a second while dragging, in turns."""
    times = {name: [] for name in pages}
    drags = {name: [] for name in pages}
    for _ in range(rounds):
        for name, page in pages.items():
            page.bring_to_front()
            times[name] += act(page, "moves", [SLIDER, PICTURE, 20])
            drags[name].append(act(page, "drag", [SLIDER, PICTURE, seconds]))
            page.wait_for_timeout(1000)
            page.wait_for_selector("#compare-sliders[data-ready='1']", timeout=120_000)  # it leaves the next one alone
    for name in pages:
        pairs, frames = (statistics.median(drag[what] for drag in drags[name]) for what in ("pictures", "frames"))
        moved = f"matched slider -> both pictures, {name}: {summary(times[name])}"
        print(f"{moved}; {pairs:.1f} pairs/s at {frames:.0f} frames/s while dragging")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=Path, default=ROOT / "checkpoints")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, for the slider alone")
    arguments = parser.parse_args()
    apps = {"this checkout": app_of(ROOT, arguments)}
    if arguments.against:
        apps["the other"] = app_of(arguments.against.resolve(), arguments)
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, ExitStack() as stack:
        addresses = {name: stack.enter_context(served(*app))[0] for name, app in apps.items()}
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        pages = {name: compared(browser, address) for name, address in addresses.items()}
        if not arguments.against:
            (page,) = pages.values()
            changes(page, arguments.rounds)
            thumbnails(page)
        slid(pages, arguments.rounds, arguments.seconds)
        browser.close()


if __name__ == "__main__":
    main()
