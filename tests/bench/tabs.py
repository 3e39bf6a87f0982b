"""A hundred tabs that are only open: what each costs the server, and whether it all comes back.

PYTHONPATH=. python tests/bench/tabs.py [--tabs 100] [--seconds 20] [--data DIR]

Each loads the page, holds Gradio's heartbeat of its session, as a browser does, and opens a model. Prints memory,
threads and open files of the server before, with all tabs open, and after they have closed. Asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
from page import resident, served, summary


def standing(pid: int, when: str) -> None:
    threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    print(f"{when}: {1000 * resident(pid):,.0f} MB, {threads} threads, {files} open files", flush=True)


async def tab(client: httpx.AsyncClient, explore: int, number: int, end: float, took: list, states: Counter) -> None:
    """One tab from its opening until it is closed."""
    session = f"tab{number:07d}"
    began = time.perf_counter()
    await client.get("/")
    async with client.stream("GET", f"/gradio_api/heartbeat/{session}", timeout=None) as heart:
        states[f"heartbeat {heart.status_code}"] += 1
        body = {"component_id": explore, "fn_name": "open_model", "data": ["scene3d-beta"], "session_hash": session}
        answer = (await client.post("/gradio_api/component_server", json=body)).json()
        states["opened" if "ok" in answer else f"refused: {answer.get('key')}"] += 1
        took.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(max(0.0, end - time.perf_counter()))


async def all_tabs(address: str, pid: int, count: int, seconds: float) -> None:
    took: list[float] = []
    states: Counter = Counter()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        config = (await client.get("/config")).json()
        explore = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == "explore")
        standing(pid, "before")
        end = time.perf_counter() + seconds
        people = [asyncio.create_task(tab(client, explore, number, end, took, states)) for number in range(count)]
        await asyncio.sleep(max(0.0, end - time.perf_counter() - 1))
        standing(pid, f"{count} open")
        await asyncio.gather(*people)
    print(dict(states), "page and model", summary(took) if took else "")
    for wait in (5, 15):
        await asyncio.sleep(wait)
        standing(pid, "closed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tabs", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("LATENT_EXPLORER_DATA", "data")))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as runs:
        command = ("app.py", "--port", "PORT", "--data", str(arguments.data), "--runs", runs)
        with served(*command) as (address, pid, _):
            time.sleep(25)  # its models have been opened
            asyncio.run(all_tabs(address, pid, arguments.tabs, arguments.seconds))


if __name__ == "__main__":
    main()
