"""Asks a running app over HTTP, and looks at every answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from attacks import dumped, faults


def functions_of(demo: Any) -> dict[str, int]:
    """Every server function of an app -> the component that it belongs to, whether the page knows of it or not."""
    return {
        name: block._id
        for block in demo.blocks.values()
        for name in dir(block)
        if getattr(getattr(block, name, None), "_is_server_fn", False)
    }


def functions_at(address: str, asker: Any = httpx) -> dict[str, int]:
    """The same of an app in another process, as its page knows them.

    Args:
        asker: a client of httpx that has signed in, where that is asked for.
    """
    components = asker.get(f"{address}/config", timeout=60).json()["components"]
    return {name: each["id"] for each in components for name in each["props"].get("server_fns") or []}


class Client:
    """What an attacker has: a connection. Every answer is looked at, whatever it answers."""

    def __init__(self, address: str, functions: dict[str, int], forbidden: tuple[str, ...] = ()) -> None:
        self.functions, self.forbidden = functions, forbidden
        self.http = httpx.Client(base_url=address.rstrip("/"), timeout=60, limits=httpx.Limits(max_connections=16))

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self.http.request(method, path, **options)
        wrong = faults(answer, self.forbidden)
        assert not wrong, (method, path[:200], str(options)[:300], wrong, answer.status_code, answer.text[:500])
        return answer

    def call(self, name: str, *arguments: Any) -> dict[str, Any]:
        """A server function, as the page calls it; a sentence is an answer, a fault of the server is none."""
        data = arguments[0] if len(arguments) == 1 and not isinstance(arguments[0], list) else list(arguments)
        body = {"component_id": self.functions[name], "fn_name": name, "session_hash": "hostile", "data": data}
        content = dumped(body)
        answer = self.send(
            "POST", "/gradio_api/component_server", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200, (name, dumped(arguments)[:300], answer.status_code, answer.text[:300])
        said = answer.json()
        assert set(said) in ({"ok"}, {"error", "key", "values"}), (name, said)
        if "error" in said:
            assert said["key"] != "error.internal", (name, dumped(arguments)[:500])
            assert 0 < len(said["error"]) < 600 and "\n" not in said["error"], (name, said)
        return said

    def ask(self, name: str, *arguments: Any) -> tuple[str, Any]:
        """A named endpoint, as another program asks it: how it ended and what it said."""
        headers = {"Content-Type": "application/json"}
        sent = self.send("POST", f"/gradio_api/call/{name}", content=dumped({"data": arguments}), headers=headers)
        if sent.status_code != 200:
            return "error", sent.json()
        told = self.http.get(f"/gradio_api/call/{name}/{sent.json()['event_id']}")
        assert not faults(told), told.text[:500]  # where its own pictures lie Gradio says itself
        kind, said = told.text.strip().split("\n\n")[-1].split("\n")
        said = json.loads(said.removeprefix("data: "))
        kind = kind.removeprefix("event: ")
        assert kind in ("complete", "error"), (name, kind)
        if kind == "error":
            assert "log says" not in str(said), (name, dumped(arguments)[:300], said)  # error.internal
        return kind, said

    def all(self, work: Callable[[Any], Any], cases: Iterable[Any], threads: int = 8) -> list[Any]:
        """work(case) for every case, several at a time; what fails is told together."""

        def attempt(case):
            try:
                return None, work(case)
            except Exception as error:
                return f"{type(error).__name__}: {error}"[:700], None

        with ThreadPoolExecutor(threads) as pool:
            done = list(pool.map(attempt, cases))
        failed = [error for error, _ in done if error]
        assert not failed, f"{len(failed)} of {len(done)} failed:\n" + "\n".join(failed[:25])
        return [answer for _, answer in done]
