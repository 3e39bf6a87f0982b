"""The Train tab's server functions: validated, public endpoints that never raise."""

import base64
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from vae.checkpoints.checkpoint import CheckpointError
from vae.data import DataError
from vae.data.own.dataset import Report, gather, own_images
from vae.live.recipe import suggested
from vae.live.run import LiveRun, RunError
from vae.live.runs import Runs
from vae.live.session import RESUME
from vae.system.confined import Exceeded, confined
from vae.system.limits import IMAGE_SETS, PICTURES, TRAINING
from vae.ui.kit.client import ADDRESS, present_client
from vae.ui.kit.endpoint import endpoint, is_finite, is_whole
from vae.ui.kit.i18n import Sentence, UserError, shorten
from vae.ui.kit.work import QUICK, Work, client_left
from vae.ui.models.shared import Shared
from vae.ui.models.shares import make_room, record, removed_on_error, require_room
from vae.ui.models.visitor_models import entry_of, images_folder, require_size, store_upload
from vae.ui.train.choices import dataset_choice, parse_choices
from vae.ui.train.film import film_of
from vae.ui.train.payload import figures
from vae.ui.train.run_views import RunViews, scene
from vae.ui.train.status import data_title, poll_payload, status, summary

log = logging.getLogger(__name__)
# Of what is not quick.
COSTS = {
    "forecast_training": Work("forecast", 3.0),
    "look": Work("compute", 0.1),
    "film": Work("compute", 3.0),
    "upload": Work("compute", 1.0),
    "own": Work("images", 5.0),
}
_OWNER = re.compile(r"[0-9a-f]{32}")


def train_endpoints(shared: Shared, uploads: Path) -> list[Callable[[Any], dict[str, Any]]]:
    """The functions that the Train tab calls as `server.name(...)`.

    Args:
        uploads: the folder that the app's upload address puts files into; nothing else is read.
    """
    runs, looks, folder, root = shared.training, RunViews(), shared.runs, shared.catalog.data_root

    def forecast_training(owner: Any, choice: Any) -> dict[str, Any]:
        _owner(owner)
        recipe, own = parse_choices(choice, folder, root)
        found = runs.forecast(recipe, own)
        return {
            "steps": found.steps,
            "seconds": found.seconds,
            "speed": found.speed,
            "awake": found.awake,
            "nats": found.nats,
            "latents": recipe.latent_dim,
            "shared": found.beside,
        }

    def begin(owner: Any, choice: Any) -> dict[str, Any]:
        recipe, own = parse_choices(choice, folder, root)
        return {"run": runs.begin(_owner(owner), recipe, own, ADDRESS.get()).ident}

    def drive(owner: Any, run: Any, action: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        if action == "forget":
            runs.forget(found)
        else:
            runs.drive(found, action if isinstance(action, str) else "")
        return status(runs, found)

    def turn(owner: Any, run: Any, knob: Any, value: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        if knob not in found.adjustable or not is_finite(value):
            raise UserError("run.no_knob", name=knob)
        low, high = TRAINING[knob]
        if not low <= value <= high:
            raise UserError("run.knob_range", name=Sentence(f"train.{knob}"), low=f"{low:g}", high=f"{high:g}")
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
        return poll_payload(runs, looks, found, at)

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
        unsaved = runs.unsaved(found)
        with found.lock:
            kept = found.exported or {}
            if "stage" in kept or "name" in kept and kept.get("step") == found.saved and not unsaved:
                return {}
            if not unsaved and not (found.folder / RESUME).is_file():
                raise UserError("run.nothing_saved")
            found.exported = {"stage": "encode", "share": 0.0}
        threading.Thread(target=_make, args=[runs, found], name="keep", daemon=True).start()
        return {}

    def download(owner: Any, run: Any) -> dict[str, Any]:
        found = runs.get(_owner(owner), run)
        entry = entry_of(folder, f"run-{found.ident}")
        if entry is None:
            raise UserError("run.not_kept")
        return {"name": entry.path.name, "base64": base64.b64encode(entry.path.read_bytes()).decode()}

    def upload(owner: Any, name: Any, content: Any) -> dict[str, Any]:
        client = present_client(runs.hashed(_owner(owner)))
        if not isinstance(name, str) or not isinstance(content, str):
            raise UserError("error.arguments", name="upload")
        require_size(3 * len(content) // 4 - content[-2:].count("="))  # before it is decoded
        try:
            entry = store_upload(folder, name, base64.b64decode(content, validate=True), client)
        except ValueError as error:  # of base64: other letters, or a wrong length
            raise UserError("run.not_a_checkpoint", reason="not base64") from error
        return {"name": entry.name, "dataset": data_title(entry.header["dataset"]["name"]), "title": entry.path.stem}

    def trained_on() -> set[str]:
        """The image sets that runs need."""
        return {Path(run.own).name for run in runs.all() if run.own}

    def own(owner: Any, path: Any, size: Any) -> dict[str, Any]:
        client = present_client(runs.hashed(_owner(owner)))
        source = _uploaded(path, uploads)
        token = secrets.token_urlsafe(16)
        home = images_folder(folder) / token
        try:
            require_room(home.parent, client, IMAGE_SETS, trained_on())
            with removed_on_error(home):
                report = _gathered(source, size if is_whole(size) else 0, home)
                train_images, _ = own_images(home)
                record(home, client)
        except (DataError, CheckpointError, Exceeded) as error:
            raise UserError("run.unusable", reason=error) from error
        except OSError as error:
            raise UserError("request.disk") from error
        finally:
            _discard(source, uploads)  # up to 200 MB that nobody reads again
        make_room(home, client, IMAGE_SETS, trained_on())
        spec = replace(train_images.spec, name=f"own:{token}")
        best = next(iter(runs.devices))
        return {
            "dataset": dataset_choice(spec, len(train_images), None),
            "defaults": suggested(spec, len(train_images), best).to_json(),
            "used": report.used,
            "skipped": [{"name": each.name, "reason": each.reason} for each in report.skipped[:20]],
            "skipped_count": len(report.skipped),
            "notes": list(report.notes),
        }

    def runs_of(owner: Any) -> list[dict[str, Any]]:
        runs.warm()
        return [summary(run) for run in runs.listed(_owner(owner))]

    def charts(owner: Any) -> dict[str, Any]:
        _owner(owner)
        return figures()

    named = {"scene": scene_of, "runs": runs_of}
    plain = (forecast_training, begin, drive, turn, poll, look, film, keep, download, upload, own, charts)
    functions = {function.__name__: function for function in plain} | named
    return [endpoint(_with_user_errors(function, name), COSTS.get(name, QUICK)) for name, function in functions.items()]


def _with_user_errors(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same function, whose RunErrors are raised as UserErrors; by that name."""

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


def _uploaded(path: Any, uploads: Path) -> Path:
    """A file below the folder of uploads, whatever the path claims."""
    try:
        found = Path(path).resolve(strict=True) if isinstance(path, str) else None
    except (OSError, ValueError, RuntimeError):
        found = None
    if found is None or not found.is_file() or uploads.resolve() not in found.parents:
        raise UserError("run.upload")
    return found


def _gathered(source: Path, size: int, home: Path) -> Report:
    """`gather` of a stranger's file, in a process of its own. It looks at the time between two images."""
    return confined(
        gather,
        source,
        size,
        home,
        PICTURES,
        seconds=PICTURES.most_seconds_of_set + PICTURES.most_seconds_of_image,
        memory=PICTURES.most_memory_of_set,
        abandoned=client_left,
    )


def _discard(source: Path, uploads: Path) -> None:
    """Takes an uploaded file away, with the folder that it had to itself."""
    source.unlink(missing_ok=True)
    if source.parent != uploads.resolve():
        with suppress(OSError):  # there is something else in it
            source.parent.rmdir()


def _make(runs: Runs, run: LiveRun) -> None:
    """Makes the checkpoint of a run; how far it is, and what came of it, stands in `run.exported`."""

    def progress(event: Any) -> None:
        run.exported = {"stage": event.stage, "share": event.share}

    name = run.recipe.dataset.split(":")[0]
    moment = time.strftime("%H%M", time.localtime(run.started))  # two runs of one recipe are told apart
    path = run.folder / "kept" / f"my-{name}-{run.recipe.objective.replace('_', '-')}-{moment}.safetensors"
    try:
        path.parent.mkdir(exist_ok=True)
        step = runs.export(run, path, progress)
        run.exported = {"name": f"run-{run.ident}", "dataset": run.config.dataset, "step": step}
    except RunError as error:
        run.exported = {"error": shorten(error)}
    except Exception:  # in a thread of its own nobody else would hear of it, and the page would wait for ever
        log.exception("the checkpoint of a run could not be made")
        run.exported = {"error": Sentence("error.internal")}
    run.write()
