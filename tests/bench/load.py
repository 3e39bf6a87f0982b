"""Fifty people at one app while it trains.

PYTHONPATH=. python tests/bench/load.py [--users 50] [--class 0] [--minutes 2] [--data DIR] [--quiet]

Each drags a slider for two seconds in every ten as the page does (one request in flight, the newest wins, no more than
one a frame), then clicks an image, gets its traversal and recolours the map; each at a time of their own. One training
runs and is polled. A class opens Learn together, after a quarter of the time: each of it walks through all steps, and
then looks at other images. Prints how long decodes took, whether anything was refused, whether each picture that was
looked at is the decode of the z that this very person sent, and what memory did. Asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import numpy as np
from live import OWNER
from page import resident, served, summary
from PIL import Image

import vae
from vae.data import DATASETS
from vae.images import to_uint8
from vae.live.recipe import suggested

MODELS = ("scene3d-beta", "scene3d-beta", "scene3d-vae", "sprites-beta", "mnist-beta", "fashion_mnist-vae")
ROUND, DRAGGED = 10.0, 2.0  # seconds
FRAME = 1 / 60  # a browser's input events come once a frame
LOOKED_AT = 7  # every so many pictures is decoded again and compared
LESSONS = (
    ("vae", "encoded"),
    ("amortised", "own_q"),
    ("gradients", "gradients"),
    ("posterior", "posterior"),
    ("elbo", "distortions"),
    ("bernoulli", "pixels"),
    ("beta", "costs"),
    ("prior", "aggregate"),
    ("collapse", "directions"),
)
OF_IMAGES = {"encoded", "own_q", "gradients", "posterior", "distortions", "pixels", "costs"}
PATIENCE = 30.0  # seconds
CLOSE = 0.5  # mean grey levels: the pictures travel without loss, but another thread may round otherwise


@dataclass
class Seen:
    """What all users together have met."""

    times: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter = field(default_factory=Counter)
    pictures: list[tuple[str, list[float], str]] = field(default_factory=list)
    asked_again: int = 0
    steps: list[int] = field(default_factory=list)


class Visitor:
    """One page: its session, and the server functions of a part as the page calls them."""

    def __init__(self, client: httpx.AsyncClient, parts: dict[str, int], number: int, seen: Seen) -> None:
        self._client, self._parts, self._session, self.seen = client, parts, f"visitor{number}", seen

    async def call(self, part: str, name: str, *arguments: object, again: str = "") -> object:
        """The value of {ok}, or None where it was refused, which is counted unless it is to be asked `again`."""
        body = {"data": list(arguments), "component_id": self._parts[part], "fn_name": name}
        began = time.perf_counter()
        try:
            answer = await self._client.post(
                "/gradio_api/component_server", json=body | {"session_hash": self._session}
            )
            found = answer.json() if answer.status_code == 200 else {"error": f"HTTP {answer.status_code}"}
        except (httpx.HTTPError, ValueError) as error:
            found = {"error": type(error).__name__}
        self.seen.times.setdefault(name, []).append(1000 * (time.perf_counter() - began))
        if "ok" not in found and found.get("key") != again:
            self.seen.errors[f"{name}: {found.get('error')}"] += 1
        return found.get("ok")

    async def explore(self, number: int, end: float) -> None:
        """Drag, click, recolour, rest; until the end."""
        chance = random.Random(number)
        model = MODELS[number % len(MODELS)]
        await asyncio.sleep(chance.uniform(0, ROUND))
        overview = await self.call("explore", "open_model", model)
        if overview is None:
            return
        index = np.frombuffer(base64.b64decode(overview["index"]), "<i4")
        z, strongest = overview["picked"]["z"], int(np.argmax(overview["kl"]))
        while (began := time.perf_counter()) < end:
            phase, drawn = chance.uniform(0, 6), 0
            while (at := time.perf_counter()) < began + DRAGGED:
                z[strongest] = 2.5 * float(np.sin(phase + at - began))
                uri = await self.call("explore", "decode", model, z)
                drawn += 1
                if uri and drawn % LOOKED_AT == 0:
                    self.seen.pictures.append((model, list(z), uri))
                await asyncio.sleep(max(0.0, FRAME - (time.perf_counter() - at)))
            await asyncio.sleep(chance.uniform(0.3, 2))
            picked = await self.call("explore", "pick", model, int(chance.choice(index)))
            if picked:
                z = picked["z"]
                await self.call("explore", "traverse", model, z, overview["traversal"]["dims"], "sigma")
            await asyncio.sleep(chance.uniform(0.3, 2))
            await self.call("explore", "colour", model, chance.choice(overview["colours"]))
            await asyncio.sleep(max(0.0, began + ROUND - time.perf_counter()))

    async def learn(self, number: int, start: float, end: float, models: dict[str, object]) -> None:
        """Walk through the steps as the page asks for them, then look at other images."""
        chance, lessons = random.Random(number), {}
        await asyncio.sleep(max(0.0, start + chance.uniform(0, 3) - time.perf_counter()))
        await self.lesson("watch_training", 0)
        for step, function in LESSONS:
            names = [models[step]] if isinstance(models[step], str) else models[step]
            for name in names if step == "beta" else names[:1]:
                gallery = await self.call("learn", "gallery", name)
                lessons[function] = (name, gallery["rows"])
                await self.lesson(function, name, *([gallery["rows"][3]] if function in OF_IMAGES else []))
                await asyncio.sleep(chance.uniform(1, 4))
        while time.perf_counter() < end:
            function = chance.choice(sorted(OF_IMAGES))
            name, rows = lessons[function]
            await self.lesson(function, name, chance.choice(rows))
            await asyncio.sleep(chance.uniform(1, 4))

    async def lesson(self, name: str, *arguments: object) -> None:
        """One answer, and how long it took with all that it waited; asked again as the page does, for half a minute."""
        began = time.perf_counter()
        while await self.call("learn", name, *arguments, again="request.busy") is None:
            if time.perf_counter() - began > PATIENCE:
                self.seen.errors[f"{name}: given up"] += 1
                break
            self.seen.asked_again += 1
            await asyncio.sleep(random.uniform(0.5, 1.5))
        self.seen.times.setdefault("lesson", []).append(1000 * (time.perf_counter() - began))

    async def train(self, end: float) -> None:
        """One run from beginning to end, polled as the page polls it."""
        recipe = replace(suggested(DATASETS["scene3d"], 456_000), unit="steps", budget=10**6)
        begun = await self.call("train", "begin", OWNER, recipe.to_json())
        if begun is None:
            return
        seen = dict.fromkeys(("epoch", "rows", "look", "moments", "bounds"), -1)
        while time.perf_counter() < end:
            answer = await self.call("train", "poll", OWNER, begun["run"], seen)
            if answer:
                self.seen.steps.append(answer["status"]["step"])
                seen["epoch"] = answer["curves"]["epoch"]
                seen["rows"] = max(seen["rows"], 0) + len(answer["curves"]["rows"])
                seen["look"] = answer["look"]["step"] if answer["look"] else seen["look"]
            await asyncio.sleep(0.5)
        await self.call("train", "drive", OWNER, begun["run"], "forget")


async def crowd(address: str, pid: int, arguments: argparse.Namespace) -> Seen:
    """All of them at once; memory is told four times."""
    seen, end = Seen(), time.perf_counter() + 60 * arguments.minutes
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        config = (await client.get("/config")).json()
        parts = {each["props"].get("elem_id"): each["id"] for each in config["components"]}
        visitors = [Visitor(client, parts, number, seen) for number in range(arguments.users + 1)]
        people = [visitor.explore(number, end) for number, visitor in enumerate(visitors[:-1])]
        shown = next(each["props"] for each in config["components"] if each["props"].get("elem_id") == "learn")
        models, start = json.loads(shown["value"])["models"], time.perf_counter() + 15 * arguments.minutes
        pupils = [Visitor(client, parts, arguments.users + 1 + number, seen) for number in range(arguments.pupils)]
        people += [pupil.learn(number, start, end, models) for number, pupil in enumerate(pupils)]
        if not arguments.quiet:
            people.append(visitors[-1].train(end))

        async def weigh() -> None:
            for _ in range(5):
                print(f"  server {1000 * resident(pid):,.0f} MB", flush=True)
                await asyncio.sleep(max(0.0, (end - time.perf_counter()) / 5))

        await asyncio.gather(weigh(), *people)
        print(f"  server {1000 * resident(pid):,.0f} MB at the end")
    return seen


def others(pictures: list[tuple[str, list[float], str]]) -> list[float]:
    """Mean difference in grey levels of each picture from the decode of the z that was sent for it."""
    models = {name: vae.load(name) for name in {name for name, _, _ in pictures}}
    found = []
    for name, z, uri in pictures:
        got = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).convert("RGB"), float)
        expected = to_uint8(models[name].decode([z]))[0].expand(3, -1, -1).permute(1, 2, 0).numpy()
        found.append(float(np.abs(got - expected).mean()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--class", type=int, default=0, dest="pupils", help="people who open Learn together")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--quiet", action="store_true", help="without a training")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("LATENT_EXPLORER_DATA", "data")))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs:
        command = ("app.py", "--port", "PORT", "--data", str(arguments.data), "--runs", runs)
        with served(*command) as (address, pid, _):
            time.sleep(25)  # its models have been opened
            seen = asyncio.run(crowd(address, pid, arguments))
    for name in ("decode", "pick", "traverse", "colour", "poll", "lesson"):
        if name in seen.times:
            print(f"{name}: {len(seen.times[name]):,} answers, {summary(seen.times[name])}")
    if arguments.pupils:
        print(f"lessons were asked for again {seen.asked_again:,} times, for the server was busy")
    if seen.steps:
        print(f"the training went on: {seen.steps[-1]:,} steps")
    off = others(seen.pictures)
    strange = sum(each > CLOSE for each in off)
    print(f"{len(off):,} pictures looked at: {strange} not of the z that was sent (at most {max(off):.2f} levels off)")
    print("nothing was refused" if not seen.errors else f"refused: {dict(seen.errors)}")


if __name__ == "__main__":
    main()
