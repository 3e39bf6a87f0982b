"""How quick the page is, in a real Chromium against the real app, each figure beside its rival of the same run.

PYTHONPATH=. python tests/bench/page.py [--checkpoints DIR] [--data DIR] [--rounds 5] [--seconds 5] [--delay 150]
                                         [--against CHECKOUT]

Prints ratios and figures; asserts nothing, for these machines are shared. The rivals: importing torch and gradio alone,
an empty Blocks page, and the same decode of the same model through gr.Slider and gr.Image. With --against, another
checkout of this project instead of all of them; there a slider is moved once more with --delay ms added to every
answer, the bytes of a first visit are counted, and with --drag MINUTES the page's memory is watched during a drag.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

from network import delayed
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

import vae

Options = argparse.Namespace
ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
RIVAL = str(ROOT / "tests" / "bench" / "rival.py")
ACTIONS = (ROOT / "tests" / "bench" / "page.js").read_text().partition("\n")[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def served(*command: str):
    """A server process: (its address, its pid, seconds from the start to the first HTTP answer)."""
    port = free_port()
    runs = tempfile.TemporaryDirectory()  # two apps with the same ones would train each other's
    arguments = [argument.replace("PORT", str(port)).replace("RUNS", runs.name) for argument in command]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "GRADIO_ANALYTICS_ENABLED": "False"}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).read()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - started > 120:
                    raise SystemExit(f"the server did not start: {' '.join(arguments)}") from None
                time.sleep(0.02)
        yield address, process.pid, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(20)
        runs.cleanup()


def resident(pid: int) -> float:
    """Resident memory of a process in GB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1e6


def summary(times: list[float]) -> str:
    ordered = sorted(times)
    late = ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {statistics.median(ordered):.0f} ms, p95 {late:.0f} ms, n = {len(ordered)}"


def versus(what: str, ours: list[float], rival: str, theirs: list[float]) -> None:
    """Prints the medians of two lists of seconds and their ratio."""
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"{what} {a:.3g} s, {rival} {b:.3g} s: {a / b:.2f}×", flush=True)


def act(page: Page, name: str, argument: object) -> object:
    """Runs one of the actions of page.js in the page."""
    return page.evaluate(f"argument => {ACTIONS.strip()}.{name}(argument)", argument)


def opened(browser: Browser, address: str, ready: str) -> tuple[Page, float]:
    """A page in a new profile, and the seconds until `ready` stands in it."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(ready, state="attached", timeout=60_000)
    return page, time.perf_counter() - started


def start_up(app: tuple[str, ...], rounds: int) -> None:
    """The app's first HTTP answer against importing what it is made of."""
    imports, answers = [], []
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch, gradio"], check=True)
        imports.append(time.perf_counter() - started)
        with served(*app) as (_, _, seconds):
            answers.append(seconds)
    versus("first HTTP answer", answers, "importing torch and gradio", imports)


def first_map(browser: Browser, ours: str, empty: str, rounds: int) -> None:
    """From an empty profile to the drawn map, against an empty page."""
    times: dict[str, list[float]] = {ours: [], empty: []}
    for _ in range(rounds):
        for address, ready in ((empty, ".gradio-container .contain"), (ours, "#map[data-ready='1']")):
            page, seconds = opened(browser, f"{address}/?still=1", ready)
            times[address].append(seconds)
            page.context.close()
    versus("first map", times[ours], "empty Blocks", times[empty])


def sliders(ways: dict[str, tuple[Page, str, str]], moves: int, seconds: float) -> None:
    """Latency of a single move and pictures a second of a drag, for each way."""
    medians, rates = {}, {}
    for name, (page, slider, image) in ways.items():
        page.bring_to_front()
        times = act(page, "moves", [slider, image, moves])
        drag = act(page, "drag", [slider, image, seconds])
        medians[name], rates[name] = statistics.median(times), drag["pictures"]
        print(f"slider -> picture, {name}: {summary(times)}", end="; ")
        print(f"{drag['pictures']:.1f} pictures/s at {drag['frames']:.0f} frames/s", flush=True)
    (ours, rival) = ways
    quicker, more = medians[rival] / medians[ours], rates[ours] / rates[rival]
    print(f"against {rival}: {quicker:.2f}× as quick, {more:.2f}× the pictures")


def app_of(checkout: Path, arguments: argparse.Namespace) -> tuple[str, ...]:
    """The command that serves a checkout's own page with the same files."""
    folders = ("--checkpoints", str(arguments.checkpoints), "--data", str(arguments.data))
    return (str(checkout / "app.py"), "--port", "PORT", "--runs", "RUNS", *folders)


def parts_of(page: Page) -> list[str]:
    """The slider that is used most, and the picture that it moves."""
    dim = page.eval_on_selector("#sliders input[data-dim]", "e => e.dataset.dim")
    return [f"#sliders input[data-dim='{dim}']", "#inspector img[data-role=z]"]


def first_visit(browser: Browser, address: str) -> float:
    """Megabytes that a new profile fetches until the page is whole, as they travel."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page, total = context.new_page(), []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: total.append(event["encodedDataLength"]))
    page.goto(f"{address}/?still=1")
    page.wait_for_selector("#map[data-thumbnails='1'][data-plotly='1']", state="attached", timeout=60_000)
    page.wait_for_timeout(3000)
    context.close()
    return sum(total) / 1e6


def far_away(browser: Browser, name: str, address: str, delay: float, rounds: int) -> None:
    """Slider to picture where every answer of the server takes `delay` ms more."""
    with delayed(address, delay / 1000) as far:
        page, _ = opened(browser, f"{far}/?still=1", "#map[data-thumbnails='1']")
        page.bring_to_front()
        times = act(page, "moves", [*parts_of(page), 20 * rounds])
        print(f"slider -> picture, {name}, {delay:.0f} ms added to every answer: {summary(times)}", flush=True)
        page.context.close()


def dragged(browser: Browser, address: str, minutes: float) -> None:
    """What the page holds while its slider is dragged, each time after a collection."""
    page, _ = opened(browser, f"{address}/?still=1", "#map[data-thumbnails='1']")
    session = page.context.new_cdp_session(page)
    for minute in range(round(minutes) + 1):
        if minute:
            act(page, "drag", [*parts_of(page), 60])
        session.send("HeapProfiler.collectGarbage")
        heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        nodes = session.send("Memory.getDOMCounters")["nodes"]
        print(f"  after {minute} minutes of dragging: heap {heap:.1f} MB, {nodes:,} nodes", flush=True)
    page.context.close()


def against(playwright: Playwright, executable: str, apps: dict[str, tuple[str, ...]], options: Options) -> None:
    """Two checkouts in turn: first answer, first map, slider to picture, pictures a second of a drag."""
    rounds = options.rounds
    answers: dict[str, list[float]] = {name: [] for name in apps}
    maps: dict[str, list[float]] = {name: [] for name in apps}
    moves: dict[str, list[float]] = {name: [] for name in apps}
    rates: dict[str, list[float]] = {name: [] for name in apps}
    turns = [list(apps), list(reversed(apps))]  # whoever comes second in a round finds a warmer machine
    for number in range(rounds):
        for name in turns[number % 2]:
            with served(*apps[name]) as (_, _, seconds):
                answers[name].append(seconds)
    with ExitStack() as stack:
        addresses = {name: stack.enter_context(served(*app))[0] for name, app in apps.items()}
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        pages = {}
        for number in range(rounds + 1):
            for name in turns[number % 2]:
                page, seconds = opened(browser, f"{addresses[name]}/?still=1", "#map[data-ready='1']")
                if number:  # the first ones warm the servers up
                    maps[name].append(seconds)
                    page.context.close()
                else:
                    pages[name] = page
        for number in range(rounds):
            for name in turns[number % 2]:
                page = pages[name]
                page.bring_to_front()
                parts = parts_of(page)
                moves[name] += [ms / 1000 for ms in act(page, "moves", [*parts, 20])]
                rates[name].append(act(page, "drag", [*parts, 3])["pictures"])
        for page in pages.values():
            page.context.close()
        for name, address in addresses.items():
            far_away(browser, name, address, options.delay, rounds)
            print(f"bytes of a first visit, {name}: {first_visit(browser, address):.2f} MB", flush=True)
        if options.drag:
            dragged(browser, next(iter(addresses.values())), options.drag)
        browser.close()
    (ours, theirs) = apps
    for what, times in (("first HTTP answer", answers), ("first map", maps), ("slider -> picture", moves)):
        versus(what, times[ours], theirs, times[theirs])
    more = statistics.median(rates[ours]) / statistics.median(rates[theirs])
    print(f"pictures a second {statistics.median(rates[ours]):.1f}: {more:.2f}× those of {theirs}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=Path, default=ROOT / "checkpoints")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, in place of all rivals")
    parser.add_argument("--delay", type=float, default=150, help="ms, with --against")
    parser.add_argument("--drag", type=float, default=0, help="minutes, with --against")
    arguments = parser.parse_args()
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if arguments.against:
        apps = {"this checkout": app_of(ROOT, arguments), "the other": app_of(arguments.against.resolve(), arguments)}
        with sync_playwright() as playwright:
            against(playwright, executable, apps, arguments)
        return
    app = app_of(ROOT, arguments)
    path = arguments.checkpoints / "scene3d-beta.safetensors"
    start_up(app, arguments.rounds)
    with (
        sync_playwright() as playwright,
        served(*app) as (ours, pid, _),
        served(RIVAL, "PORT", str(path)) as (rival, _, _),
        served(RIVAL, "PORT") as (empty, _, _),
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        first_map(browser, ours, empty, arguments.rounds)
        page, _ = opened(browser, f"{ours}/?still=1", "#map[data-thumbnails='1']")
        other, _ = opened(browser, rival, "#slider input[type=range]")
        ways = {
            "page": (page, *parts_of(page)),
            "gr.Image": (other, "#slider input[type=range]", "#picture img"),
        }
        sliders(ways, 20 * arguments.rounds, arguments.seconds)
        page.bring_to_front()
        points = vae.load(path).maps["umap"]
        places = points[:: len(points) // (8 * arguments.rounds)].tolist()
        print(f"click -> picture: {summary(act(page, 'clicks', places))}")
        print(f"memory of the app with one model: {resident(pid):.2f} GB")
        page.select_option("#model", "scene3d-vae")
        page.wait_for_timeout(3000)  # the pair shares its thumbnails: only the weights and the map are read
        print(f"memory of the app with the pair: {resident(pid):.2f} GB")
        browser.close()


if __name__ == "__main__":
    main()
