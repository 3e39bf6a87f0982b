"""How long a map takes to draw, in a real Chromium without a graphics card: dots alone, and a frame of a drag.

PYTHONPATH=. python tests/bench/map.py [--data DIR] [--rounds 20] [--against CHECKOUT]

Prints medians; asserts nothing. The rival, with --against, is another checkout's dots of ten thousand points in the
same run: of the canvas that was its map (kit/js/scatter/plot), or of this one's kind.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
from contextlib import ExitStack
from pathlib import Path

from page import FLAGS, ROOT, app_of, served
from playwright.sync_api import Browser, Page, sync_playwright

COUNTS = (10_000, 100_000, 1_000_000)
SIZE = (650, 650)  # CSS pixels of the stage
MODULES = r"""import(performance.getEntriesByType('resource').map(entry => entry.name)
  .find(name => /explorer-[0-9a-f]+\.js/.test(name))).then(({modules}) => modules)"""
ACTIONS = (ROOT / "tests" / "bench" / "map.js").read_text().partition("\n")[2].strip()


def act(page: Page, name: str, *arguments: object) -> list[float]:
    """Runs one of the actions of map.js in the page."""
    return page.evaluate(f"async args => ({ACTIONS}).{name}(args)", list(arguments))


def opened(browser: Browser, address: str, ratio: int) -> Page:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, device_scale_factor=ratio)
    page = context.new_page()
    page.goto(f"{address}/?still=1")
    page.wait_for_selector("#map[data-ready='1']")
    page.evaluate(f"async size => ({ACTIONS}).make([await {MODULES}, ...size])", list(SIZE))
    return page


def medians(page: Page, count: int, rounds: int) -> float:
    return statistics.median(act(page, "draws", count, rounds))


def drag(page: Page, count: int) -> float:
    """Milliseconds between two frames of a drag across the map, Plotly's axes included."""
    page.evaluate("count => window.show(count)", count)
    page.wait_for_selector("#bench[data-plotly='1']")
    page.wait_for_timeout(500)
    dots = page.locator("#bench .lse-dots")
    box, before = dots.bounding_box(), dots.get_attribute("data-x")
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    act(page, "watch")
    for step in range(60):
        page.mouse.move(box["x"] + 200 + 3 * step, box["y"] + 200 + 2 * step)
    times = act(page, "watched")
    page.mouse.up()
    if dots.get_attribute("data-x") == before:
        raise SystemExit("the drag has moved nothing")
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=Path, default=ROOT / "checkpoints")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT")
    arguments = parser.parse_args()
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with ExitStack() as stack:
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=executable, args=FLAGS)
        ours = stack.enter_context(served(*app_of(ROOT, arguments)))[0]
        rival = arguments.against and stack.enter_context(served(*app_of(arguments.against.resolve(), arguments)))[0]
        for ratio in (1, 2):
            page = opened(browser, ours, ratio)
            other = rival and opened(browser, rival, ratio)
            for count in COUNTS:
                took = medians(page, count, arguments.rounds)
                against = ""
                if other and count == COUNTS[0]:
                    theirs = medians(other, count, arguments.rounds)
                    again = medians(page, count, arguments.rounds)
                    took = min(took, again)
                    against = f", the other {theirs:.1f} ms: {took / theirs:.2f}×"
                print(f"DPR {ratio}, {count:,} points: {took:.1f} ms{against}", flush=True)
            print(f"DPR {ratio}, a frame of a drag at {COUNTS[1]:,} points: {drag(page, COUNTS[1]):.0f} ms", flush=True)
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
