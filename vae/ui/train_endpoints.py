"""The Train tab's server functions: validated, public endpoints that never raise. No gradio in here."""

import base64
import binascii
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from vae.checkpoint import CheckpointError
from vae.data import DATASETS, DataError, DatasetSpec, available
from vae.data.own import gather, own_images
from vae.live.recipe import LIMITS, PRESETS, UNITS, WAYS, Recipe, suggested
from vae.live.run import ADJUSTABLE, COLUMNS, LiveRun
from vae.live.runs import RunError, Runs, checked_recipe
from vae.live.session import RESUME
from vae.objective import OBJECTIVES
from vae.ui.endpoints import endpoint, is_finite, is_whole
from vae.ui.film import film_of
from vae.ui.kept import LARGEST, entry_of, take_in, thin
from vae.ui.looks import Looks, scene
from vae.ui.shared import Shared
from vae.ui.strings import UserError, say

MOST_IMAGE_SETS = 40  # of all visitors; the oldest go
log = logging.getLogger(__name__)
_OWNER = re.compile(r"[0-9a-f]{32}")
_OWN = re.compile(r"own:([\w-]{22})")


def train_payload(shared: Shared) -> dict[str, Any]:
    """What the tab offers; fixed while the app runs."""
    root, best = shared.catalog.data_root, next(iter(shared.training.devices))
    sets = list(DATASETS.values())
    return {
        "datasets": [_listed(spec, spec.sizes["train"], available(spec.name, root)) for spec in sets],
        "presets": [{"key": key, "values": values} for key, values in PRESETS.items()],
        "objectives": list(OBJECTIVES),
        "ways": {name: list(ways) for name, ways in WAYS.items()},
        "devices": [{"key": key, "name": name} for key, name in shared.training.devices.items()],
        "units": list(UNITS),
        "defaults": {spec.name: suggested(spec, spec.sizes["train"], best).to_json() for spec in sets},
        "limits": {key: list(ends) for key, ends in LIMITS.items()},
        "columns": list(COLUMNS),
    }


def train_endpoints(shared: Shared, uploads: Path) -> list[Callable[[Any], dict[str, Any]]]:
    """The functions that the Train tab calls as `server.name(...)`.

    Args:
        uploads: the folder that the app's upload address puts files into; nothing else is read.
    """
    runs, looks, folder, root = shared.training, Looks(), shared.runs, shared.catalog.data_root
    reading = threading.Lock()  # one person's images at a time: they take memory

    def foresee(owner: Any, choice: Any) -> dict[str, Any]:
        _owner(owner)
        recipe, own = _choice(choice, folder, root)
        shared_core = runs.busy(recipe.device)
        found = runs.foresee(recipe, own)
        return {
            "steps": found.steps,
            "seconds": found.seconds,
            "speed": found.speed,
            "awake": found.awake,
            "nats": found.nats,
            "latents": recipe.latent_dim,
            "shared": shared_core,
        }

    def begin(owner: Any, choice: Any) -> dict[str, Any]:
        recipe, own = _choice(choice, folder, root)
        return {"run": runs.begin(_owner(owner), recipe, own).ident}

    def drive(owner: Any, run: Any, action: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        if action == "forget":
            runs.forget(found)
        else:
            runs.drive(found, action if isinstance(action, str) else "")
        return status(runs, found)

    def turn(owner: Any, run: Any, knob: Any, value: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        if knob not in ADJUSTABLE[found.recipe.objective] or not is_finite(value):
            raise UserError("run.knob", reason=str(knob)[:20])
        low, high = LIMITS[knob]
        if not low <= value <= high:
            raise UserError("run.knob", reason=f"{knob} must lie between {low:g} and {high:g}")
        runs.turn(found, knob, float(value))
        return status(runs, found)

    def scene_of(owner: Any, run: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        return scene(found, looks.view(found))

    def poll(owner: Any, run: Any, seen: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        held = seen if isinstance(seen, dict) else {}
        at = {key: held.get(key) if is_whole(held.get(key)) else -1 for key in ("epoch", "rows", "look", "moments")}
        at |= {"bounds": held.get("bounds") if is_whole(held.get("bounds")) else -1}
        return polled(runs, looks, found, at)

    def look(owner: Any, run: Any, step: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        if not is_whole(step):
            raise UserError("run.no_moment", step=step)
        return looks.at(found, step)

    def film(owner: Any, run: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        if not found.moments:
            raise UserError("run.nothing_saved")
        return film_of(found, looks)

    def keep(owner: Any, run: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        with found.lock:
            if found.kept and ("name" in found.kept and found.kept.get("step") == found.saved or "stage" in found.kept):
                return {}
            if not (found.folder / RESUME).is_file():
                raise UserError("run.nothing_saved")
            found.kept = {"stage": "encode", "share": 0.0}
        threading.Thread(target=_make, args=[runs, found], name="keep", daemon=True).start()
        return {}

    def download(owner: Any, run: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        entry = entry_of(folder, f"run-{found.ident}")
        if entry is None:
            raise UserError("run.not_kept")
        return {"name": entry.path.name, "base64": base64.b64encode(entry.path.read_bytes()).decode()}

    def upload(owner: Any, name: Any, content: Any) -> dict[str, Any]:
        _owner(owner)
        if not isinstance(name, str) or not isinstance(content, str) or len(content) > 1.4 * LARGEST:
            raise UserError("run.too_large", mb=len(content) // 2**20 if isinstance(content, str) else 0, limit=32)
        try:
            entry = take_in(folder, name, base64.b64decode(content, validate=True))
        except binascii.Error as error:
            raise UserError("run.not_a_checkpoint", reason="not base64") from error
        return {"name": entry.name, "dataset": entry.header["dataset"]["name"], "title": entry.path.stem}

    def own(owner: Any, path: Any, size: Any) -> dict[str, Any]:
        _owner(owner)
        source = _uploaded(path, uploads)
        token = secrets.token_urlsafe(16)
        home = folder / "images" / token
        try:
            with reading:
                report = gather(source, size if is_whole(size) else 0, home)
                train_images, _ = own_images(home)
        except (DataError, CheckpointError) as error:
            raise UserError("run.unusable", reason=str(error).replace(str(source), source.name)) from error
        finally:
            source.unlink(missing_ok=True)  # up to 200 MB that nobody reads again
        thin(home.parent, MOST_IMAGE_SETS, {Path(run.own).name for run in runs.all() if run.own})
        spec = replace(train_images.spec, name=f"own:{token}")
        best = next(iter(runs.devices))
        return {
            "dataset": _listed(spec, len(train_images), None) | {"title": say("run.own_images")},
            "defaults": suggested(spec, len(train_images), best).to_json(),
            "used": report.used,
            "skipped": [{"name": each.name, "reason": each.reason} for each in report.skipped[:20]],
            "skipped_count": len(report.skipped),
        }

    def runs_of(owner: Any) -> list[dict[str, Any]]:
        runs.warm()
        return [_entry(run) for run in runs.listed(_owner(owner))]

    named = {"scene": scene_of, "runs": runs_of}
    plain = (foresee, begin, drive, turn, poll, look, film, keep, download, upload, own)
    return [endpoint(_told(function, function.__name__)) for function in plain] + [
        endpoint(_told(function, name)) for name, function in named.items()
    ]


def status(runs: Runs, run: LiveRun) -> dict[str, Any]:
    """Where a run stands, in the words of the page's contract."""
    place, waiting = runs.place(run)
    ahead = _ahead(runs, run) if place else None  # before the run's lock, which comes after that of all runs
    with run.lock:
        steps = run.config.training.steps if run.config else 0
        images = run.step * run.config.training.batch_size if run.config else 0
        left = (steps * run.config.training.batch_size - images) / run.speed if run.config and run.speed else None
        return {
            "run": run.ident,
            "state": run.state,
            "place": place,
            "waiting": waiting,
            "ahead": ahead,
            "starting": not place and run.state == "waiting",
            "reason": run.reason,
            "device": run.recipe.device,
            "name": run.device_name,
            "step": run.step,
            "steps": steps,
            "images": images,
            "seconds": run.seconds,
            "left": None if run.over else left,
            "speed": run.speed,
            "knobs": run.knobs,
            "adjustable": list(ADJUSTABLE[run.recipe.objective]),
            "changes": run.changes,
            "scene": bool(run.moments),
            "going_on": run.recipe.going_on,
            "resumable": run.resumable,
            "kept": run.kept,
            "warnings": run.warnings,
        }


def _ahead(runs: Runs, run: LiveRun) -> dict[str, Any] | None:
    """What trains on the device that a run waits for: of which images, and for how many seconds more; nobody's name."""
    other = runs.training(run.recipe.device)
    if other is None:
        return None
    config = other.config
    left = (config.training.steps - other.step) * config.training.batch_size / other.speed if other.speed else None
    return {"title": _entry(other)["title"], "left": left}


def polled(runs: Runs, looks: Looks, run: LiveRun, at: dict[str, int]) -> dict[str, Any]:
    """What is new since the page last asked; `at` says what it holds already, -1 where nothing."""
    answer: dict[str, Any] = {"status": status(runs, run), "look": None, "findings": []}
    with run.lock:
        curves, bounds, moments = run.curves, run.bounds, list(run.moments)
        whole = at["epoch"] != curves.epoch or not 0 <= at["rows"] <= len(curves.rows)
        answer["curves"] = {"epoch": curves.epoch, "rows": curves.rows if whole else curves.rows[at["rows"] :]}
        first = at["bounds"] if 0 <= at["bounds"] <= len(bounds.rows) and not whole else 0
        answer["bounds"] = {"from": first, "rows": bounds.rows[first:]}
        answer["kl"] = run.kl
        version = sum(moments) + len(moments) if moments else 0
        answer["moments"] = None if version == at["moments"] else {"steps": moments, "version": version}
    if moments:
        answer["look"] = looks.newest(run, at["look"])
        answer["findings"] = looks.view(run).findings
    return answer


def _told(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The sentence of a RunError, as of any other mistake."""

    @wraps(function)
    def answer(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except RunError as error:
            raise UserError(error.key, **error.values) from error

    answer.__name__ = name
    return answer


def _owner(token: Any) -> str:
    if not isinstance(token, str) or not _OWNER.fullmatch(token):
        raise UserError("run.owner")
    return token


def _choice(plain: Any, folder: Path, root: Path) -> tuple[Recipe, str | None]:
    """The recipe, and the folder of one's own images where it is for those."""
    recipe = checked_recipe(plain)
    own = _OWN.fullmatch(recipe.dataset)
    if own:
        home = folder / "images" / own[1]
        if not home.is_dir():
            raise UserError("run.no_images")
        return recipe, str(home.resolve())
    if recipe.dataset not in DATASETS:
        raise UserError("run.no_dataset", name=recipe.dataset)
    missing = available(recipe.dataset, root)
    if missing:
        raise UserError("run.refused", reason=missing)
    return recipe, None


def _uploaded(path: Any, uploads: Path) -> Path:
    """A file below the folder of uploads, whatever the path claims."""
    try:
        found = Path(path).resolve(strict=True) if isinstance(path, str) else None
    except (OSError, ValueError, RuntimeError):
        found = None
    if found is None or not found.is_file() or uploads.resolve() not in found.parents:
        raise UserError("run.upload")
    return found


def _listed(spec: DatasetSpec, train_images: int, missing: str | None) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": spec.title,
        "shape": list(spec.shape),
        "train": train_images,
        "missing": missing,
    }


def _entry(run: LiveRun) -> dict[str, Any]:
    spec = DATASETS.get(run.recipe.dataset)
    return {
        "run": run.ident,
        "state": run.state,
        "dataset": run.recipe.dataset,
        "title": spec.title if spec else say("run.own_images"),
        "preset": run.recipe.preset,
        "objective": run.recipe.objective,
        "step": run.step,
        "steps": run.config.training.steps if run.config else 0,
        "started": run.started,
        "kept": run.kept.get("name") if run.kept else None,
    }


def _make(runs: Runs, run: LiveRun) -> None:
    """Makes the checkpoint of a run; how far it is, and what came of it, stands in `run.kept`."""

    def progress(event: Any) -> None:
        run.kept = {"stage": event.stage, "share": event.share}

    name = run.recipe.dataset.split(":")[0]
    moment = time.strftime("%H%M", time.localtime(run.started))  # two runs of one recipe are told apart
    path = run.folder / "kept" / f"my-{name}-{run.recipe.objective.replace('_', '-')}-{moment}.safetensors"
    step = run.saved
    try:
        path.parent.mkdir(exist_ok=True)
        runs.export(run, path, progress)
        run.kept = {"name": f"run-{run.ident}", "dataset": run.config.dataset, "step": step}
    except RunError as error:
        run.kept = {"error": say(error.key, **error.values)}
    except Exception:  # in a thread of its own nobody else would hear of it, and the page would wait for ever
        log.exception("the checkpoint of a run could not be made")
        run.kept = {"error": say("error.internal")}
    run.write()
