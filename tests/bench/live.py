"""What a watched training costs, how soon it shows something, and what it does to a slider: against the real app.

PYTHONPATH=. python tests/bench/live.py [--data DIR] [--seconds 20] [--rounds 3] [--rival PATH] [--only PART]

Prints ratios and figures; asserts nothing, for these machines are shared. Parts:
speed   images/s of a run that an HTTP client polls ten times a second, of the bare loop with the same threads, and of
        the usual loop (DataLoader, Adam, batch 64, fp32) of the same network; they take turns
mnist   seconds from the start of a run until the negative ELBO over the whole test split passes that of the MLP of
        pytorch/examples after 50 epochs (101.9 nats, z sampled)
page    seconds from the click on Start until a real Chromium shows the first pictures, and the first after a second
slider  a decode through the page's own transport, idle and while a run is on
soak    memory of the server, and with --browser heap and nodes of a page, over --minutes of training
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import torch
from page import FLAGS, resident, served
from playwright.sync_api import Browser, sync_playwright
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, Dataset
from training import bare_loop

from vae.data import DATASETS, ImageSet, load
from vae.evaluation.bound import encode_split
from vae.live.devices import threads
from vae.live.moments import read_moment, steps_kept
from vae.live.recipe import Recipe, configured, suggested
from vae.live.runs import Runs
from vae.models.layers import Doubling
from vae.models.vae import VAE
from vae.training.state import TrainState

OWNER = "0123456789abcdef" * 2
MLP_BOUND = 101.9  # nats, after 50 epochs: measured for this project, see the README
BARE_STEPS = 30


class Client:
    """A page's transport: the server functions of a part, over HTTP."""

    def __init__(self, address: str, part: str) -> None:
        config = json.load(urllib.request.urlopen(f"{address}/config"))
        found = [each for each in config["components"] if each["props"].get("elem_id") == part]
        self._address, self._component = f"{address}/gradio_api/component_server", found[0]["id"]

    def __call__(self, name: str, *arguments: object) -> object:
        body = {"data": list(arguments), "component_id": self._component, "fn_name": name, "session_hash": "bench"}
        request = urllib.request.Request(self._address, json.dumps(body).encode(), {"Content-Type": "application/json"})
        answer = json.load(urllib.request.urlopen(request, timeout=120))
        if "error" in answer:
            raise SystemExit(f"{name}: {answer['error']}")
        return answer["ok"]


class AsTensors(Dataset):
    """Images as the usual loop gets them: one at a time, made float on the way."""

    def __init__(self, images: torch.Tensor) -> None:
        self._images = images.numpy()

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.from_numpy(self._images[index]).float().div(255)


def usual_loop(recipe: Recipe, images: torch.Tensor, seconds: float) -> float:
    """Images per second of the loop that most repositories have."""
    spec = DATASETS[recipe.dataset]
    config = configured(replace(recipe, unit="steps", budget=1, batch_size=64), spec, len(images))
    model = VAE(config.model)
    for layer in model.modules():
        if isinstance(layer, Doubling):  # the same sums in a form of our own: the usual loop has torch's layer
            layer.__class__ = nn.ConvTranspose2d
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4)
    done, started = 0, time.perf_counter()
    while True:
        for x in DataLoader(AsTensors(images), batch_size=64, shuffle=True, drop_last=True):
            posterior = model.encode(x)
            recon = binary_cross_entropy_with_logits(model.decode(posterior.sample()), x, reduction="sum")
            kl = 0.5 * (posterior.mu.square() + posterior.logvar.exp() - 1 - posterior.logvar).sum()
            optimiser.zero_grad()
            ((recon + kl) / len(x)).backward()
            optimiser.step()
            done += len(x)
            if time.perf_counter() - started > seconds:
                return done / (time.perf_counter() - started)


def bare_speed(recipe: Recipe, data: ImageSet, seconds: float) -> float:
    """Images per second of the bare loop over about so many seconds."""
    config = configured(replace(recipe, unit="steps", budget=10**6), DATASETS[recipe.dataset], len(data))
    state, speeds, started = TrainState.fresh(config), [], time.perf_counter()
    while time.perf_counter() - started < seconds:
        speeds.append(bare_loop(state, data, BARE_STEPS))
    return statistics.median(speeds)


def polled_speed(client: Client, recipe: Recipe, seconds: float) -> float:
    """Images per second of wall clock of a run that is polled ten times a second, once it is under way."""
    run = client("begin", OWNER, replace(recipe, unit="steps", budget=10**6).to_json())["run"]
    seen = dict.fromkeys(("epoch", "rows", "look", "moments", "bounds"), -1)
    marks: list[tuple[float, int]] = []
    while not marks or time.perf_counter() - marks[0][0] < seconds:
        answer = client("poll", OWNER, run, seen)
        if answer["status"]["step"] > 20:
            marks.append((time.perf_counter(), answer["status"]["step"] * recipe.batch_size))
        seen["epoch"] = answer["curves"]["epoch"]
        seen["rows"] = max(seen["rows"], 0) + len(answer["curves"]["rows"])
        seen["look"] = answer["look"]["step"] if answer["look"] else seen["look"]
        time.sleep(0.1)
    client("drive", OWNER, run, "forget")
    time.sleep(3)  # its process goes
    (first, before), (last, after) = marks[0], marks[-1]
    return (after - before) / (last - first)


def speed(address: str, arguments: argparse.Namespace) -> None:
    torch.set_num_threads(threads())
    client = Client(address, "train")
    # The network of Burgess et al. as it is published, 32 channels wide; and what the tab offers first.
    for name, width in (("scene3d", 32), ("mnist32", 32), ("scene3d", None), ("mnist", None)):
        recipe = suggested(DATASETS[name], DATASETS[name].sizes["train"])
        recipe = replace(recipe, width=width or recipe.width)
        data = load(name, "train", arguments.data)
        images = data.batch(torch.arange(4_096))
        found: dict[str, list[float]] = {"polled": [], "bare": [], "usual": []}
        for _ in range(arguments.rounds):
            found["polled"].append(polled_speed(client, recipe, arguments.seconds))
            found["bare"].append(bare_speed(recipe, data, arguments.seconds / 2))
            found["usual"].append(usual_loop(recipe, images, arguments.seconds / 2))
        polled, bare, usual = (statistics.median(values) for values in found.values())
        print(
            f"{name}, width {recipe.width}, {threads()} thread(s): watched {polled:,.0f} images/s, "
            f"bare {bare:,.0f} ({polled / bare:.2f}×), usual fp32 loop {usual:,.0f} ({polled / usual:.2f}×)",
            flush=True,
        )
    if arguments.rival:
        rival(arguments)


def rival(arguments: argparse.Namespace) -> None:
    """disentangling-vae's own model and loss in its own loop, from a checkout."""
    code = (
        "import sys, time, torch\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from disvae.models.vae import init_specific_model\n"
        "from disvae.models.losses import BetaHLoss\n"
        f"torch.set_num_threads({threads()})\n"
        "model = init_specific_model('Burgess', (1, 64, 64), 10)\n"
        "loss = BetaHLoss(rec_dist='bernoulli')\n"
        "adam = torch.optim.Adam(model.parameters(), lr=5e-4)\n"
        "x = torch.rand(256, 1, 64, 64)\n"
        "def step():\n"
        "    r, d, z = model(x)\n"
        "    value = loss(x, r, d, True, None, latent_sample=z)\n"
        "    adam.zero_grad(); value.backward(); adam.step()\n"
        "step(); t = time.perf_counter(); n = 0\n"
        "while time.perf_counter() - t < 10: step(); n += 256\n"
        "print(n / (time.perf_counter() - t))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, arguments.rival], capture_output=True, text=True, check=True)
    print(f"disentangling-vae, 64×64×1, batch 256: {float(done.stdout):,.0f} images/s", flush=True)


def mnist(address: str, arguments: argparse.Namespace) -> None:
    """A run without a page, and afterwards the bound of its moments over the whole test split."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(Path(folder), arguments.data)
        recipe = replace(suggested(DATASETS["mnist"], 60_000), latent_dim=20, budget=72.0)
        runs.forecast(recipe)
        started = time.time()
        run = runs.begin(OWNER, recipe)
        at: dict[int, float] = {}
        while not run.over:
            time.sleep(0.05)
            run.watched = time.monotonic()
            for step in run.moments:
                at.setdefault(step, time.time() - started)
        time.sleep(2)
        test, passed = load("mnist", "test", arguments.data), None
        at.setdefault(run.moments[-1], time.time() - started)
        bounds = []
        for step in [step for step in steps_kept(run.folder) if step > 0.6 * run.config.training.steps]:
            network = read_moment(run.folder, step, run.config)[0]
            bounds.append((encode_split(network, test, torch.Generator().manual_seed(0)).neg_elbo, step))
            if bounds[-1][0] <= MLP_BOUND and passed is None:
                passed = step
        said = f"passed {MLP_BOUND} after {at[passed]:.0f} s" if passed else f"did not pass {MLP_BOUND}"
        best = min(bounds)
        print(
            f"mnist, {threads()} thread(s): first moment {at[0]:.1f} s after the start, {said}; "
            f"{best[0]:.2f} nats at the end ({at[best[1]]:.0f} s, {run.step * recipe.batch_size / 6e4:.1f} epochs)",
            flush=True,
        )
        runs.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Playwright's own browser is not needed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        yield browser
        browser.close()


WATCH = """() => {
    const shown = document.querySelector('#train-samples');
    window.seen = {};
    const look = () => {
        const spent = performance.now() - window.began;
        if (shown.dataset.ready === '1') {
            window.seen.first ??= spent;
            if (Number(document.querySelector('#train-map').dataset.step)) window.seen.later ??= spent;
        }
        if (!window.seen.later) requestAnimationFrame(look);
    };
    document.querySelector('#train-start').addEventListener('click', () => {
        window.began = performance.now();
        look();
    }, {capture: true});
}"""  # marks when the samples of a model are on the screen, and when those of a model that has learnt


def first_picture(address: str, arguments: argparse.Namespace) -> None:
    """From the click on Start, the forecast having been read."""
    with chromium() as browser:
        for name in ("mnist", "scene3d"):
            times: dict[str, list[float]] = {"first": [], "later": []}
            for _ in range(arguments.rounds):
                page = browser.new_page()
                page.goto(address)
                page.click("button[role=tab][data-tab-id=train]")
                page.select_option("#train-dataset", name)
                page.wait_for_function("/images/.test(document.querySelector('.lse-train-forecast')?.textContent)")
                page.wait_for_timeout(2_000)
                page.evaluate(WATCH)
                page.click("#train-start")
                page.wait_for_function("window.seen.later")
                for key, found in page.evaluate("window.seen").items():
                    times[key].append(found / 1000)
                page.click("#train-stop")
                page.wait_for_timeout(3_000)
                page.close()
            first, later = (statistics.median(found) for found in times.values())
            print(
                f"{name}, in a page: pictures {first:.2f} s after the click, of a later step {later:.2f} s", flush=True
            )


def slider(address: str, arguments: argparse.Namespace) -> None:
    """Milliseconds of a decode, idle and beside a run of the room; rounds take turns."""
    explore, train = Client(address, "explore"), Client(address, "train")
    z = [0.0] * 10
    explore("decode", "scene3d-beta", z)
    recipe = replace(suggested(DATASETS["scene3d"], 456_000), unit="steps", budget=10**6)
    times: dict[str, list[float]] = {"idle": [], "training": []}

    def drag(into: list[float]) -> None:
        end = time.perf_counter() + arguments.seconds / 2
        while time.perf_counter() < end:
            began = time.perf_counter()
            explore("decode", "scene3d-beta", [time.perf_counter() % 3 - 1.5, *z[1:]])
            into.append(1000 * (time.perf_counter() - began))
            time.sleep(0.02)

    for _ in range(arguments.rounds):
        drag(times["idle"])
        run = train("begin", OWNER, recipe.to_json())["run"]
        seen = dict.fromkeys(("epoch", "rows", "look", "moments", "bounds"), -1)
        while train("poll", OWNER, run, seen)["status"]["step"] < 5:
            time.sleep(0.1)
        drag(times["training"])
        train("drive", OWNER, run, "forget")
        time.sleep(3)
    idle, busy = (statistics.median(times[key]) for key in times)
    late = [statistics.quantiles(times[key], n=20)[-1] for key in times]
    print(
        f"a decode: idle {idle:.1f} ms (p95 {late[0]:.1f}), beside a training {busy:.1f} ms (p95 {late[1]:.1f}): "
        f"{busy / idle:.2f}×"
    )


def soak(address: str, arguments: argparse.Namespace, pid: int) -> None:
    """A long training, watched: what grows."""
    client = Client(address, "train")
    recipe = replace(suggested(DATASETS["digits"], 1_437), unit="steps", budget=2 * 10**6)
    client("forecast_training", OWNER, recipe.to_json())
    run = client("begin", OWNER, recipe.to_json())["run"]
    with chromium() if arguments.browser else nullcontext() as browser:
        watched(client, run, browser, address, arguments, pid)


def watched(
    client: Client, run: str, browser: Browser | None, address: str, arguments: argparse.Namespace, pid: int
) -> None:
    """Polls as a page does, beside a page where there is a browser, and reports ten times."""
    seen, page = dict.fromkeys(("epoch", "rows", "look", "moments", "bounds"), -1), None
    if browser:
        page = browser.new_page()
        stored = {"latent-space-explorer.owner": OWNER, "latent-space-explorer.run": run}
        page.add_init_script(f"for (const [k, v] of Object.entries({json.dumps(stored)})) localStorage.setItem(k, v)")
        page.goto(address)
        page.click("button[role=tab][data-tab-id=train]")
    end, report = time.monotonic() + 60 * arguments.minutes, time.monotonic() + 60
    while time.monotonic() < end:
        answer = client("poll", OWNER, run, seen)
        seen["epoch"] = answer["curves"]["epoch"]
        seen["rows"] = max(seen["rows"], 0) + len(answer["curves"]["rows"])
        time.sleep(0.125)
        if time.monotonic() > report:
            report += max(60, 6 * arguments.minutes)
            said = f"{answer['status']['seconds']:.0f} s of training: server {1000 * resident(pid):.0f} MB"
            if page:
                session = page.context.new_cdp_session(page)
                session.send("HeapProfiler.collectGarbage")
                heap = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
                said += f", page {heap:.1f} MB and {page.evaluate('document.querySelectorAll(`*`).length')} nodes"
            print(said, flush=True)
    client("drive", OWNER, run, "forget")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("LATENT_EXPLORER_DATA", "data")))
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rival", help="a checkout of disentangling-vae")
    parser.add_argument("--browser", action="store_true", help="look at the soak with a real Chromium too")
    parser.add_argument("--only", choices=("speed", "mnist", "page", "slider", "soak"))
    arguments = parser.parse_args()
    parts = [arguments.only] if arguments.only else ["speed", "mnist", "page", "slider"]
    with tempfile.TemporaryDirectory() as runs:
        command = ("app.py", "--port", "PORT", "--data", str(arguments.data), "--runs", runs)
        with served(*command) as (address, pid, _):
            for part in parts:
                if part == "soak":
                    soak(address, arguments, pid)
                else:
                    {"speed": speed, "mnist": mnist, "page": first_picture, "slider": slider}[part](address, arguments)


if __name__ == "__main__":
    main()
