"""How quick the Compare tab is in a real Chromium against the real app: a change of models, and a matched slider.

PYTHONPATH=. python tests/bench/compare.py [--checkpoints DIR] [--data DIR] [--rounds 3] [--seconds 5]

Prints figures and asserts nothing, for these machines are shared. A change of models is timed by the page's own clock
from the choice to the moment when every part is drawn, the summary of the spill meter included; the first line of a
pair opens its models, the further ones find them open.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
from pathlib import Path

from page import FLAGS, ROOT, act, opened, served, summary
from playwright.sync_api import Page, sync_playwright

PARTS = ("#compare-pictures", "#compare-sliders", "#compare-map-left", "#compare-map-right", "#compare-table")
LATE = ("#compare-rates", ".lse-spills")
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=Path, default=ROOT / "checkpoints")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    app = (str(ROOT / "app.py"), "--port", "PORT")
    app += ("--checkpoints", str(arguments.checkpoints), "--data", str(arguments.data))
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, served(*app) as (address, _, _):
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page, _ = opened(browser, f"{address}/?still=1", "#map[data-thumbnails='1']")
        page.locator("button[role=tab][data-tab-id=compare]").click()
        for part in (*PARTS, *LATE):
            page.wait_for_selector(f"{part}[data-ready='1']", state="attached", timeout=120_000)
        changes(page, arguments.rounds)
        page.wait_for_selector(".lse-compare[data-thumbnails='1']", state="attached", timeout=120_000)
        slider, images = "#compare-sliders input[data-pair='1']", "#compare-pictures [data-side=right] img[data-role=z]"
        times = act(page, "moves", [slider, images, 60])
        drags = [act(page, "drag", [slider, images, arguments.seconds]) for _ in range(arguments.rounds)]
        rate = statistics.median(drag["pictures"] for drag in drags)
        print(f"matched slider -> both pictures: {summary(times)}; {rate:.1f} pairs of pictures/s while dragging")
        browser.close()


if __name__ == "__main__":
    main()
