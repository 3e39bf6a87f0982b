"""Takes the README's picture from the real app, so that it never lies: PYTHONPATH=. python tests/bench/picture.py"""

from __future__ import annotations

import os
import shutil

from page import FLAGS, ROOT, opened, served
from playwright.sync_api import sync_playwright


def main() -> None:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, served(str(ROOT / "app.py"), "--port", "PORT") as (address, _, _):
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page, _ = opened(browser, f"{address}/?still=1&__theme=light", "#map[data-thumbnails='1']")
        page.wait_for_selector("#traversal[data-ready='1']", state="attached")
        page.screenshot(path=str(ROOT / "assets" / "explore.png"))
        browser.close()


if __name__ == "__main__":
    main()
