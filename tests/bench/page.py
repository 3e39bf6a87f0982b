"""How quick the page is, in a real Chromium against the real app, each figure beside its rival of the same run.

python tests/bench/page.py [--checkpoints DIR] [--data DIR] [--rounds 5] [--seconds 5]

Prints ratios and figures; asserts nothing, for these machines are shared. The rivals: importing torch and gradio alone,
an empty Blocks page, and the same decode of the same model through gr.Slider and gr.Image.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import vae

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader"
).split()

RIVAL = """
import sys
import gradio as gr
import numpy as np
import torch
import vae
from vae.images import to_uint8
torch.set_num_threads(1)
with gr.Blocks(analytics_enabled=False) as demo:
    if sys.argv[2] != "empty":
        model = vae.load(sys.argv[2])
        def decode(value):
            z = model.mu[:1].copy()
            z[0, 0] = value
            return np.ascontiguousarray(to_uint8(model.decode(z))[0].permute(1, 2, 0).numpy())
        slider = gr.Slider(-3, 3, 0, step=0.01, elem_id="slider")
        picture = gr.Image(elem_id="picture", format="webp", height=180)
        slider.input(decode, slider, picture, show_progress="hidden", trigger_mode="always_last")
demo.launch(server_port=int(sys.argv[1]), run_history=False, quiet=True)
"""

# A move of the slider until the picture that answers it is decoded in the page; then the next, `count` times.
MOVES = """async ([input, image, count]) => {
  const slider = document.querySelector(input), times = [];
  const place = image.split('>>')[0], find = () => document.querySelector(place);
  for (let i = 0; i < count + 3; i++) {
    const before = find()?.src, started = performance.now();
    slider.value = 2.5 * Math.sin(i * 0.7) + i * 0.001;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    while (!find() || find().src === before) {
      await new Promise(done => setTimeout(done, 1));
      if (performance.now() - started > 5000) throw new Error('no picture in five seconds');
    }
    await find().decode().catch(() => {});
    if (i >= 3) times.push(performance.now() - started);
    await new Promise(done => setTimeout(done, 30));
  }
  return times;
}"""

# The slider moves with every frame; pictures that arrive are counted, and the last one must answer the last place.
DRAG = """async ([input, image, seconds]) => {
  const slider = document.querySelector(input), find = () => document.querySelector(image);
  let pictures = 0, frames = 0, last = find()?.src;
  const watch = setInterval(() => { const now = find()?.src; if (now !== last) { last = now; pictures++; } }, 2);
  const started = performance.now();
  await new Promise(done => {
    const step = () => {
      const at = (performance.now() - started) / 1000;
      if (at > seconds) return done();
      frames++;
      slider.value = 2.5 * Math.sin(at * 2);
      slider.dispatchEvent(new Event('input', {bubbles: true}));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  const took = (performance.now() - started) / 1000, count = pictures;
  await new Promise(done => setTimeout(done, 1000));
  clearInterval(watch);
  return {pictures: count / took, frames: frames / took};
}"""

CLICKS = """async places => {
  const stage = document.querySelector('#map .lse-stage'), box = document.querySelector('#map .js-plotly-plot');
  const {left, top} = box.getBoundingClientRect(), {xaxis, yaxis} = box._fullLayout, times = [];
  const inspector = document.querySelector('#inspector'), image = inspector.querySelector('img[data-role=original]');
  for (const [x, y] of places) {
    const before = inspector.dataset.index;
    const place = {clientX: left + xaxis._offset + xaxis.d2p(x), clientY: top + yaxis._offset + yaxis.d2p(y),
      bubbles: true, isPrimary: true, button: 0, pointerType: 'mouse'};
    const started = performance.now();
    stage.dispatchEvent(new PointerEvent('pointerdown', place));
    stage.dispatchEvent(new PointerEvent('pointerup', place));
    while (inspector.dataset.index === before && performance.now() - started < 3000) await new Promise(done => setTimeout(done, 1));
    await image.decode();
    if (inspector.dataset.index !== before) times.push(performance.now() - started);
    await new Promise(done => setTimeout(done, 250));
  }
  return times;
}"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def served(*command: str):
    """A server process: (its address, its pid, seconds from the start to the first HTTP answer)."""
    port = free_port()
    arguments = [argument.replace("PORT", str(port)) for argument in command]
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


def resident(pid: int) -> float:
    """Resident memory of a process in GB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1e6


def summary(times: list[float]) -> str:
    ordered = sorted(times)
    return f"median {statistics.median(ordered):.0f} ms, p95 {ordered[int(0.95 * (len(ordered) - 1))]:.0f} ms, n = {len(ordered)}"


def opened(browser: Browser, address: str, ready: str) -> tuple[Page, float]:
    """A page in a new profile, and the seconds until `ready` stands in it."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(ready, state="attached", timeout=60_000)
    return page, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=Path, default=ROOT / "checkpoints")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    app = (str(ROOT / "app.py"), "--port", "PORT", "--checkpoints", str(arguments.checkpoints), "--data", str(arguments.data))
    model = str(sorted(arguments.checkpoints.glob("scene3d-beta*.safetensors"))[0])

    imports, answers = [], []
    for _ in range(arguments.rounds):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch, gradio"], check=True)
        imports.append(time.perf_counter() - started)
        with served(*app) as (_, _, seconds):
            answers.append(seconds)
    ratio = statistics.median(answers) / statistics.median(imports)
    print(f"first HTTP answer {statistics.median(answers):.2f} s, imports {statistics.median(imports):.2f} s: {ratio:.2f}×")

    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with (
        sync_playwright() as playwright,
        served(*app) as (ours, pid, _),
        served("-c", RIVAL, "PORT", model) as (rival, _, _),
        served("-c", RIVAL, "PORT", "empty") as (empty, _, _),
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        maps, blanks = [], []
        for _ in range(arguments.rounds):
            for address, ready, times in ((empty, ".gradio-container .contain", blanks), (ours, "#map[data-ready='1']", maps)):
                page, seconds = opened(browser, f"{address}/?still=1", ready)
                times.append(seconds)
                page.context.close()
        ratio = statistics.median(maps) / statistics.median(blanks)
        print(f"first map {statistics.median(maps):.2f} s, empty Blocks {statistics.median(blanks):.2f} s: {ratio:.2f}×")

        page, _ = opened(browser, f"{ours}/?still=1", "#map[data-thumbnails='1']")
        other, _ = opened(browser, rival, "#slider input[type=range]")
        dim = page.eval_on_selector("#sliders input[data-dim]", "e => e.dataset.dim")
        ways = {
            "page": (page, f"#sliders input[data-dim='{dim}']", "#inspector img[data-role=z]"),
            "gr.Image": (other, "#slider input[type=range]", "#picture img"),
        }
        medians, rates = {}, {}
        for name, (where, slider, image) in ways.items():
            where.bring_to_front()
            times = where.evaluate(MOVES, [slider, image, 20 * arguments.rounds])
            drag = where.evaluate(DRAG, [slider, image, arguments.seconds])
            medians[name], rates[name] = statistics.median(times), drag["pictures"]
            print(f"slider -> picture, {name}: {summary(times)}; {drag['pictures']:.1f} pictures/s, {drag['frames']:.0f} frames/s")
        print(f"gr.Image / page: {medians['gr.Image'] / medians['page']:.2f}× the time, {rates['page'] / rates['gr.Image']:.2f}× the pictures")
        page.bring_to_front()
        points = vae.load(model).maps["umap"]
        places = points[:: len(points) // (8 * arguments.rounds)].tolist()
        print(f"click -> picture: {summary(page.evaluate(CLICKS, places))}")
        print(f"memory of the app: {resident(pid):.2f} GB after one model")
        names = page.eval_on_selector("#model", "e => Array.from(e.options, o => o.value)")
        for name in names[1:2]:
            page.select_option("#model", name)
            page.wait_for_selector("#map[data-thumbnails='1']", state="attached")
            print(f"memory of the app: {resident(pid):.2f} GB with the pair open ({name})")
        browser.close()


if __name__ == "__main__":
    main()
