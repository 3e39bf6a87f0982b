"""Takes the README's pictures from the real app, so that they never lie.

PYTHONPATH=. python tests/bench/pictures.py [explore compare train learn at-work]

Each is written into assets/; `at-work` is Explore in motion: an image is picked, and two of its latents are moved.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from page import FLAGS, ROOT, served
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ASSETS = ROOT / "assets"
FRAME = 90  # milliseconds of a frame in motion
SIZE = (980, 630)  # pixels of it
TRAINED = "#train-status[data-state=finished]"


def explore(page: Page) -> None:
    page.wait_for_selector("#map[data-thumbnails='1']", state="attached")
    page.wait_for_selector("#traversal[data-ready='1']", state="attached")


def compare(page: Page) -> None:
    """The pair of the room, with the row of the wall colour moved."""
    page.click("button[role=tab][data-tab-id=compare]")
    page.wait_for_selector("#compare-table[data-ready='1']", state="attached")
    page.wait_for_selector("#compare-map-right[data-ready='1']", state="attached")
    move(page, "#compare-sliders input[type=range] >> nth=0", 1.4)
    page.wait_for_timeout(3_000)  # the spill meter has read its pictures


def train(page: Page) -> None:
    """MNIST for a minute, with the beta-VAE's preset."""
    page.click("button[role=tab][data-tab-id=train]")
    page.wait_for_selector("#train-status[data-state=idle]")
    page.select_option("#train-dataset", "mnist")
    page.click("#train-preset [data-preset=beta]")
    page.wait_for_function("/images/.test(document.querySelector('.lse-train-forecast')?.textContent)")
    page.click("#train-start")
    page.wait_for_selector(TRAINED, timeout=300_000)
    page.wait_for_timeout(3_000)


def learn(page: Page) -> None:
    """The first steps, drawn."""
    page.click("button[role=tab][data-tab-id=learn]")
    for step in ("vae", "layers"):
        page.wait_for_selector(f"#learn-{step}[data-ready='1']")
    page.wait_for_timeout(6_000)


STILL: dict[str, Callable[[Page], None]] = {"explore": explore, "compare": compare, "train": train, "learn": learn}
HEIGHTS = {"explore": 900, "compare": 1180, "train": 1080, "learn": 1500}


def move(page: Page, selector: str, value: float) -> None:
    """A slider, as a hand moves it."""
    page.locator(selector).evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', {bubbles: true})); }", value
    )


def motion(page: Page) -> Iterator[Image.Image]:
    """Explore in motion: hover, click, and two sliders on their way there and back."""
    explore(page)
    box = page.locator("#map .lse-dots").bounding_box()
    places = [(0.30, 0.35), (0.42, 0.52), (0.52, 0.55), (0.57, 0.60)]
    for x, y in places:
        for _ in range(2):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
            page.wait_for_timeout(250)
            yield frame(page)
    page.mouse.click(box["x"] + places[-1][0] * box["width"], box["y"] + places[-1][1] * box["height"])
    page.wait_for_timeout(900)
    yield frame(page)
    page.mouse.move(box["x"] + box["width"] + 8, box["y"] + 4)
    for number in range(2):
        slider = f"#sliders input[type=range] >> nth={number}"
        began = float(page.locator(slider).input_value())
        for k in range(1, 21):
            move(page, slider, began + (2.2 if began < 0 else -2.2) * math.sin(math.pi * k / 20))
            page.wait_for_timeout(180)
            page.wait_for_selector("#inspector[data-ready='1']", state="attached")
            yield frame(page)


def frame(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)


def save_motion(page: Page, path: Path) -> None:
    first, *rest = motion(page)
    times = [FRAME] * len(rest) + [1_200]
    first.save(path, "WEBP", save_all=True, append_images=rest, duration=times, loop=0, quality=62, method=6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=[*STILL, "at-work"], help="which; all unless named")
    parser.add_argument("--runs", default="runs", help="where the training of `train` is kept")
    arguments = parser.parse_args()
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    command = (str(ROOT / "app.py"), "--port", "PORT", "--runs", arguments.runs)
    with sync_playwright() as playwright, served(*command) as (address, _, _):
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        for name in arguments.names:
            size = {"width": 1400, "height": HEIGHTS.get(name, 900)}
            page = browser.new_context(viewport=size, locale="en").new_page()
            page.set_default_timeout(90_000)
            page.goto(f"{address}/?still=1&__theme=light")
            page.wait_for_selector("#map[data-ready='1']", state="attached")
            if name == "at-work":
                save_motion(page, ASSETS / "at-work.webp")
            else:
                STILL[name](page)
                page.screenshot(path=str(ASSETS / f"{name}.png"))
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
