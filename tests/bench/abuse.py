"""One abuser beside ten people who drag, and a class behind one address.

PYTHONPATH=. python tests/bench/abuse.py [--seconds 8] [--connections 60] [--only KIND …] [--data DIR]

All on this machine: the abuser, in its own process, asks from 127.0.0.2 for the dearest request of each kind, one kind
after the other, over so many connections, half of which hang up at once; the people ask from 127.0.0.3 and on, each a
decode at a time as a dragged slider does. Prints for each kind how long their decodes take beside the abuser and
without, what they were refused, how long the page itself takes, what memory did, and how busy the server is ten seconds
after the abuser has gone. Then thirty sessions behind 127.0.0.2 open a model, drag, and bring the same zip. Asserts
nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import random
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import httpx
import numpy as np
from live import OWNER
from page import resident, served
from PIL import Image

from vae.data import DATASETS
from vae.live.recipe import suggested

PEOPLE, PUPILS = 10, 30
MODELS = ("scene3d-beta", "scene3d-vae", "sprites-beta", "mnist-beta", "digits-beta")
DIMS = 10  # latents of scene3d-beta
STARTED = 2.0  # seconds that the abuser takes to begin
AFTER, WATCHED = 10.0, 3.0  # seconds after the abuser has gone, and for which the server is watched then
FRAME = 1 / 60

Ask = Callable[["Caller"], Awaitable[object]]


class Caller:
    """A client at an address of its own, with a session."""

    def __init__(self, address: str, host: str, session: str, parts: dict[str, int]) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        transport = httpx.AsyncHTTPTransport(local_address=host, limits=limits)
        self.client = httpx.AsyncClient(base_url=address, transport=transport, timeout=120)
        self.session, self.parts = session, parts
        self.times: list[float] = []
        self.refused: Counter[str] = Counter()

    async def call(self, part: str, name: str, *arguments: object) -> object:
        """The value of {ok}; None where it was refused, which is counted."""
        body = {
            "data": list(arguments),
            "component_id": self.parts[part],
            "fn_name": name,
            "session_hash": self.session,
        }
        try:
            answer = (await self.client.post("/gradio_api/component_server", json=body)).json()
        except httpx.HTTPError as error:
            answer = {"key": type(error).__name__}
        if "ok" not in answer:
            self.refused[f"{name}: {answer.get('key')}"] += 1
        return answer.get("ok")

    async def drag(self, model: str, end: float) -> None:
        """Decodes one after the other until the end; the times in milliseconds."""
        overview = await self.call("explore", "open_model", model)
        z = [0.0] * len(overview["kl"]) if overview else [0.0] * DIMS
        while (began := time.perf_counter()) < end:
            z[0] = 2.5 * float(np.sin(began))
            await self.call("explore", "decode", model, z)
            self.times.append(1000 * (time.perf_counter() - began))
            await asyncio.sleep(max(0.0, FRAME - (time.perf_counter() - began)))

    async def upload(self, name: str, content: bytes) -> str:
        answer = await self.client.post("/gradio_api/upload", files={"files": (name, content)})
        return answer.json()[0] if answer.status_code == 200 else ""


def pictures(count: int, side: int, seed: int) -> bytes:
    """A zip of made-up pictures."""
    chance, file = np.random.default_rng(seed), io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            content = io.BytesIO()
            Image.fromarray(chance.integers(0, 255, (side, side, 3), np.uint8)).save(content, "PNG")
            archive.writestr(f"class{number % 3}/{number}.png", content.getvalue())
    return file.getvalue()


def kinds(run: str) -> dict[str, Ask]:
    """The dearest request of each kind."""
    z, big = [0.0] * DIMS, pictures(100, 256, 0)
    recipe = suggested(DATASETS["mnist"], 60_000).to_json()

    async def own(caller: Caller) -> None:
        path = await caller.upload(f"{random.random()}.zip", big)
        await caller.call("train", "own", OWNER, path, 64)

    async def program(caller: Caller) -> None:
        data = ["scene3d-beta", z, list(range(6)), -3.0, 3.0, 64]
        asked = await caller.client.post("/gradio_api/call/traverse", json={"data": data})
        if asked.status_code == 200:
            await caller.client.get(f"/gradio_api/call/traverse/{asked.json()['event_id']}")

    async def models(caller: Caller) -> None:
        await caller.call("explore", "open_model", random.choice(MODELS))

    return {
        "traverse": lambda caller: caller.call("explore", "traverse", "scene3d-beta", z, list(range(DIMS)), "sigma"),
        "open_model": models,
        "compare": lambda caller: caller.call("compare", "compare", "scene3d-beta", "scene3d-vae"),
        "figure_one": lambda caller: caller.call("compare", "figure_one", "scene3d-beta", "scene3d-vae", 3, "gif"),
        "film": lambda caller: caller.call("train", "film", OWNER, run),
        "own images": own,
        "uploads": lambda caller: caller.upload(f"{random.random()}.zip", big),
        "forecast": lambda caller: caller.call("train", "forecast_training", OWNER, recipe),
        "lessons": lambda caller: caller.call("learn", "own_q_again", "scene3d-beta", random.randrange(2_000)),
        "programs": program,
    }


async def abuse(callers: list[Caller], ask: Ask, end: float) -> None:
    """Every connection asks again and again; every other one hangs up at once."""

    async def ask_on(number: int, caller: Caller) -> None:
        while time.perf_counter() < end:
            patience = 0.3 if number % 2 else end - time.perf_counter()
            try:
                await asyncio.wait_for(ask(caller), patience)
            except (TimeoutError, asyncio.TimeoutError, httpx.HTTPError, ValueError):
                await asyncio.sleep(0.01)

    await asyncio.gather(*(ask_on(*each) for each in enumerate(callers)))


def abuser(address: str, parts: dict[str, int], run: str, kind: str, arguments: argparse.Namespace) -> None:
    """In a process of its own, else its connections would keep the people's waiting in the loop that plays them."""

    async def main() -> None:
        callers = [Caller(address, "127.0.0.2", f"abuser{n}", parts) for n in range(arguments.connections)]
        await abuse(callers, kinds(run)[kind], time.perf_counter() + arguments.seconds)
        for caller in callers:
            await caller.client.aclose()

    asyncio.run(main())


async def page_times(address: str, end: float) -> list[float]:
    """Seconds of `GET /`, once in half a second."""
    found = []
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        while time.perf_counter() < end:
            began = time.perf_counter()
            (await client.get("/")).raise_for_status()
            found.append(time.perf_counter() - began)
            await asyncio.sleep(0.5)
    return found


def late(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))] if times else float("nan")


def spent(pid: int) -> float:
    """Seconds of processor time of a process and all below it."""
    fields = [Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split() for each in _family(pid)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[int]:
    children = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [pid, *(each for child in sum(children, []) for each in _family(int(child)))]


async def people(address: str, parts: dict[str, int], seconds: float) -> tuple[list[Caller], list[float]]:
    """Ten who drag for so long, and the times of the page meanwhile."""
    end = time.perf_counter() + seconds
    callers = [Caller(address, f"127.0.0.{3 + number}", f"person{number}", parts) for number in range(PEOPLE)]
    *_, pages = await asyncio.gather(
        *(caller.drag(MODELS[number % len(MODELS)], end) for number, caller in enumerate(callers)),
        page_times(address, end),
    )
    for caller in callers:
        await caller.client.aclose()
    return callers, pages


async def prepared_run(caller: Caller) -> str:
    """A short run with moments, for the film."""
    recipe = replace(suggested(DATASETS["digits"], 1_500), unit="steps", budget=300)
    run = (await caller.call("train", "begin", OWNER, recipe.to_json()))["run"]
    for _ in range(600):
        answer = await caller.call("train", "poll", OWNER, run, {})
        if answer["status"]["state"] in ("finished", "failed"):
            break
        await asyncio.sleep(0.2)
    return run


async def class_of(address: str, parts: dict[str, int]) -> None:
    """Thirty behind one address."""
    content = pictures(60, 64, 1)

    async def pupil(number: int) -> tuple[bool, Caller]:
        caller = Caller(address, "127.0.0.2", f"pupil{number}", parts)
        await asyncio.sleep(random.uniform(0, 2))
        await caller.drag(MODELS[number % len(MODELS)], time.perf_counter() + 6)
        path = await caller.upload("ours.zip", content)
        brought = await caller.call("train", "own", f"{number:032x}", path, 32)
        await caller.client.aclose()
        return brought is not None, caller

    began = time.perf_counter()
    found = await asyncio.gather(*(pupil(number) for number in range(PUPILS)))
    refused = sum((caller.refused for _, caller in found), Counter())
    times = [each for _, caller in found for each in caller.times]
    print(
        f"a class of {PUPILS} behind one address: {sum(brought for brought, _ in found)} had their zip read, all after "
        f"{time.perf_counter() - began:.0f} s; decodes p95 {late(times):.0f} ms; refused: {dict(refused) or 'nothing'}"
    )


async def measured(address: str, pid: int, arguments: argparse.Namespace) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        config = (await client.get("/config")).json()
    parts = {each["props"].get("elem_id"): each["id"] for each in config["components"]}
    run = await prepared_run(Caller(address, "127.0.0.2", "run", parts))
    await people(address, parts, 4)
    asks = [name for name in kinds(run) if not arguments.only or name in arguments.only]
    print("| kind | decode p95, alone | beside | ratio | refused | page, worst | memory | busy after |")
    print("|---|---|---|---|---|---|---|---|")
    for name in asks:
        callers, _ = await people(address, parts, arguments.seconds)
        alone, before = late([each for caller in callers for each in caller.times]), resident(pid)
        greedy = get_context("spawn").Process(target=abuser, args=(address, parts, run, name, arguments))
        greedy.start()
        await asyncio.sleep(STARTED)
        callers, pages = await people(address, parts, arguments.seconds)
        beside, after = late([each for caller in callers for each in caller.times]), resident(pid)
        refused = sum((caller.refused for caller in callers), Counter())
        greedy.join()
        await asyncio.sleep(AFTER)
        began = spent(pid)
        await asyncio.sleep(WATCHED)
        busy = (spent(pid) - began) / WATCHED
        print(
            f"| {name} | {alone:.0f} ms | {beside:.0f} ms | {beside / alone:.1f}× | {dict(refused) or 'nothing'} | "
            f"{max(pages):.2f} s | {after / before - 1:+.0%} | {busy:.0%} of a core |",
            flush=True,
        )
    if not arguments.only:
        await class_of(address, parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--connections", type=int, default=60)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("LATENT_EXPLORER_DATA", "data")))
    arguments = parser.parse_args()
    command = ("app.py", "--port", "PORT", "--data", str(arguments.data), "--runs")
    with tempfile.TemporaryDirectory() as runs, served(*command, runs) as (address, pid, _):
        time.sleep(25)  # its models have been opened
        asyncio.run(measured(address, pid, arguments))


if __name__ == "__main__":
    main()
