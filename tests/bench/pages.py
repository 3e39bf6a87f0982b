"""Five hundred pages opened within five minutes, each used every ten seconds.

PYTHONPATH=. python tests/bench/pages.py [--pages 500] [--minutes 5] [--data DIR] [--against CHECKOUT]

Sessions are played over HTTP, for so many browsers would need a hundred cores. A page that opens fetches what a browser
fetches of the app: page, script, the decoder's file, facts and all sheets of thumbnails. Then it colours the map by
something else, picks an image, or changes its model, every ten seconds until the end. Prints how long answers took,
what was refused, and memory. With --against, another checkout has its turn after this one. Asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import random
import re
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import numpy as np
from load import MODELS, Seen, Visitor
from page import ROOT, app_of, resident, served, summary

EVERY = 10.0  # seconds
ADDRESSES = 50  # that they come from: a class sits behind one
ACTS = ("colour", "colour", "pick", "pick", "open_model")
SCRIPT = re.compile(r"/[^\"'\s]*/explorer-[0-9a-f]+\.js")


class Page(Visitor):
    """One browser's tab with Explore."""

    async def fetch(self, what: str, path: str) -> bytes:
        """The body at an address of the app, timed as `what`."""
        began = time.perf_counter()
        try:
            answer = await self._client.get(path)
            fault = None if answer.status_code == 200 else f"HTTP {answer.status_code}"
        except httpx.HTTPError as error:
            answer, fault = None, type(error).__name__
        self.seen.times.setdefault(what, []).append(1000 * (time.perf_counter() - began))
        if fault:
            self.seen.errors[f"{what}: {fault}"] += 1
        return b"" if fault else answer.content

    async def use(self, number: int, begin: float, end: float) -> None:
        chance = random.Random(number)
        await asyncio.sleep(max(0.0, begin - time.perf_counter()))
        text = (await self.fetch("page", "/")).decode()
        script = SCRIPT.search(text)
        if script:
            await self.fetch("script", f"/gradio_api/file={script[0]}")
        overview = await self.show(MODELS[0])
        while overview and time.perf_counter() < end:
            await asyncio.sleep(chance.uniform(0.5, 1.5) * EVERY)
            act = chance.choice(ACTS)
            if act == "colour":
                await self.call("explore", "colour", overview["handle"], chance.choice(overview["colours"]))
            elif act == "pick":
                index = np.frombuffer(base64.b64decode(overview["index"]), "<i4")
                await self.call("explore", "pick", overview["handle"], int(chance.choice(index)))
            else:
                overview = await self.show(chance.choice(MODELS))

    async def show(self, name: str) -> dict | None:
        """A model, with all that the page fetches of it."""
        overview = await self.call("explore", "open_model", name)
        if not overview:
            return None
        handle = overview.setdefault("handle", name)
        if overview.get("decoder"):
            await self.fetch("decoder", f"/gradio_api/file={overview['decoder']['file']}")
        for function in ("forecast_model", "information"):
            await self.call("explore", function, handle)
        for sheet in range(overview["thumbnails"]["sheets"]):
            await self.call("explore", "thumbnails", handle, sheet)
        return overview


def client_of(address: str, number: int) -> httpx.AsyncClient:
    """One of several machines that people sit at."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.0.{2 + number}", limits=limits)
    return httpx.AsyncClient(base_url=address, timeout=60, transport=transport)


async def crowd(address: str, pid: int, pages: int, minutes: float) -> Seen:
    """All of them, opened evenly over the minutes, and one minute more."""
    seen, began = Seen(), time.perf_counter()
    end = began + 60 * (minutes + 1)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client_of(address, number)) for number in range(ADDRESSES)]
        config = (await clients[0].get("/config")).json()
        parts = {each["props"].get("elem_id"): each["id"] for each in config["components"]}
        people = [Page(clients[number % ADDRESSES], parts, number, seen) for number in range(pages)]

        async def weigh() -> None:
            for minute in range(int(minutes) + 2):
                await asyncio.sleep(max(0.0, began + 60 * minute - time.perf_counter()))
                spent = f"{cpu(pid):.0f} s of CPU, this bench {time.process_time():.0f} s"
                print(f"  after {minute} min: server {1000 * resident(pid):,.0f} MB, {spent}", flush=True)

        uses = [each.use(n, began + 60 * minutes * n / pages, end) for n, each in enumerate(people)]
        await asyncio.gather(weigh(), *uses)
    return seen


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(seen: Seen) -> None:
    for name, times in sorted(seen.times.items()):
        print(f"{name}: {len(times):,} answers, {summary(times)}")
    everything = [ms for times in seen.times.values() for ms in times]
    print(f"all: {len(everything):,} answers, {summary(everything)}")
    print("nothing was refused" if not seen.errors else f"refused: {json.dumps(dict(seen.errors))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("LATENT_EXPLORER_DATA", "data")))
    parser.add_argument("--checkpoints", type=Path, default=ROOT / "checkpoints")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, after this one")
    arguments = parser.parse_args()
    for checkout in filter(None, (ROOT, arguments.against and arguments.against.resolve())):
        print(checkout.name if arguments.against else "", flush=True)
        with served(*app_of(checkout, arguments)) as (address, pid, _):
            time.sleep(25)  # its models have been opened
            report(asyncio.run(crowd(address, pid, arguments.pages, arguments.minutes)))


if __name__ == "__main__":
    main()
