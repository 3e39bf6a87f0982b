"""A stand-in of the Hugging Face Hub: what huggingface_hub needs of its HTTP interface, for models, on this machine.

Safetensors files go the way of large files, as on the real one; everything is kept in memory.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "hf_of_ada"  # may write to ada/…


@dataclass
class Hub:
    """`repositories`: name -> path -> content; `private`: names; `asked`: the requests, as "METHOD /path"."""

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    large: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def commit(self, repo: str) -> str:
        return hashlib.sha1(repr(sorted(self.repositories[repo].items())).encode()).hexdigest()


def _repo(request: Request) -> str:
    return f"{request.path_params['user']}/{request.path_params['name']}"


def _refusal(status: int, code: str, said: str) -> Response:
    return JSONResponse({"error": said}, status, {"X-Error-Code": code, "X-Error-Message": said})


def _routes(hub: Hub) -> list[Route]:
    def may(request: Request, write: bool = False) -> Response | None:
        """None where it may, else the refusal: a missing repository and a hidden one look the same."""
        repo, token = _repo(request), request.headers.get("authorization", "").removeprefix("Bearer ")
        if repo not in hub.repositories or (repo in hub.private and token != TOKEN):
            status = 404 if token == TOKEN else 401
            return _refusal(status, "RepoNotFound", "Repository not found")
        if write and (token != TOKEN or not repo.startswith("ada/")):
            return _refusal(403, "", "You don't have the rights")
        return None

    def info(request: Request) -> Response:
        repo = _repo(request)
        files = [
            {"rfilename": path, "size": len(content), "blobId": hashlib.sha1(content).hexdigest()}
            for path, content in hub.repositories.get(repo, {}).items()
        ]
        return may(request) or JSONResponse({"id": repo, "sha": hub.commit(repo), "siblings": files, "private": False})

    def tree(request: Request) -> Response:
        files = [
            {"type": "file", "path": path, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
            for path, content in hub.repositories.get(_repo(request), {}).items()
        ]
        return may(request) or JSONResponse(files)

    def resolve(request: Request) -> Response:
        refused = may(request)
        if refused:
            return refused
        content = hub.repositories[_repo(request)].get(request.path_params["path"])
        if content is None:
            return _refusal(404, "EntryNotFound", "Entry not found")
        told = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": hub.commit(_repo(request))}
        return Response(content, 200, told)

    async def create(request: Request) -> Response:
        asked = await request.json()
        repo = f"{asked.get('organization') or 'ada'}/{asked['name']}"
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _refusal(401, "", "Invalid credentials in Authorization header")
        if not repo.startswith("ada/"):
            return _refusal(403, "", "You don't have the rights")
        hub.repositories[repo] = {}
        if asked.get("private") or asked.get("visibility") == "private":
            hub.private.add(repo)
        return JSONResponse({"url": f"{hub.url}/{repo}", "id": repo})

    async def preupload(request: Request) -> Response:
        files = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(".safetensors") else "regular",
                "shouldIgnore": False,
                "oid": None,
            }
            for file in (await request.json())["files"]
        ]
        return may(request, write=True) or JSONResponse({"files": files})

    async def batch(request: Request) -> Response:
        objects = (await request.json())["objects"]
        told = [one | {"actions": {"upload": {"href": f"{hub.url}/large/{one['oid']}"}}} for one in objects]
        return may(request, write=True) or JSONResponse({"transfer": "basic", "objects": told})

    async def large(request: Request) -> Response:
        hub.large[request.path_params["oid"]] = await request.body()
        return Response()

    async def commit(request: Request) -> Response:
        refused = may(request, write=True)
        if refused:
            return refused
        files = hub.repositories[_repo(request)]
        for line in (await request.body()).splitlines():
            entry = json.loads(line)
            if entry["key"] == "file":
                files[entry["value"]["path"]] = base64.b64decode(entry["value"]["content"])
            if entry["key"] == "lfsFile":
                content = hub.large[entry["value"]["oid"]]
                assert hashlib.sha256(content).hexdigest() == entry["value"]["oid"]
                files[entry["value"]["path"]] = content
        oid = hub.commit(_repo(request))
        return JSONResponse({"commitUrl": f"{hub.url}/{_repo(request)}/commit/{oid}", "commitOid": oid})

    async def validate(request: Request) -> Response:
        good = (await request.json())["content"].startswith("---\n")
        return JSONResponse(
            {"warnings": [], "errors": [] if good else [{"message": "no metadata"}]}, 200 if good else 400
        )

    def route(path: str, endpoint, *methods: str) -> Route:
        async def noted(request: Request) -> Response:
            hub.asked.append(f"{request.method} {request.url.path}")
            answer = endpoint(request)
            return await answer if hasattr(answer, "__await__") else answer

        return Route(path, noted, methods=list(methods))

    api = "/api/models/{user}/{name}"
    return [
        route("/api/repos/create", create, "POST"),
        route("/api/validate-yaml", validate, "POST"),
        route(api, info, "GET"),
        route(api + "/revision/{revision}", info, "GET"),
        route(api + "/tree/{revision}", tree, "GET"),
        route(api + "/preupload/{revision}", preupload, "POST"),
        route(api + "/commit/{revision}", commit, "POST"),
        route("/large/{oid}", large, "PUT"),
        route("/{user}/{name}.git/info/lfs/objects/batch", batch, "POST"),
        route("/{user}/{name}/resolve/{revision}/{path:path}", resolve, "GET", "HEAD"),
    ]


@contextmanager
def running() -> Iterator[Hub]:
    """A Hub at its `url`."""
    hub = Hub()
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=_routes(hub)), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    hub.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield hub
    server.should_exit = True
    thread.join(10)
