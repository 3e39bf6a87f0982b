"""Where a run stands and what is new of it, in the words of the page."""

from typing import Any

from vae.data import DATASETS
from vae.data.own.dataset import PREFIX, TITLE
from vae.live.run import LiveRun
from vae.live.runs import Runs
from vae.ui.kit.i18n import shorten
from vae.ui.train.run_views import RunViews


def status(runs: Runs, run: LiveRun) -> dict[str, Any]:
    """Where a run stands, in the words of the page's contract."""
    place, waiting = runs.place(run)
    ahead = _ahead(runs, run) if place else None  # before the run's lock, which comes after that of all runs
    wanting = runs.needs_chunk(run)
    with run.lock:
        steps = run.config.training.steps if run.config else 0
        return {
            "run": run.ident,
            "state": run.state,
            "place": place,
            "waiting": waiting,
            "ahead": ahead,
            "starting": not place and run.state == "waiting",
            "wanting": wanting and not run.over,
            "reason": run.reason and shorten(run.reason),
            "name": run.device_name,
            "step": run.step,
            "steps": steps,
            "seconds": run.seconds,
            "left": None if run.over else _left(run),
            "speed": run.speed,
            "knobs": run.knobs,
            "adjustable": list(run.adjustable),
            "changes": run.changes,
            "scene": bool(run.moments),
            "resumable": run.resumable,
            "kept": run.exported,
            "warnings": [shorten(warning) for warning in run.warnings],
        }


def _ahead(runs: Runs, run: LiveRun) -> dict[str, Any] | None:
    """What trains on the device that a run waits for: of which images, and for how many seconds more; nobody's name."""
    other = runs.training(run.recipe.device)
    if other is None:
        return None
    with other.lock:
        return {"data": title_of(other), "left": _left(other)}


def _left(run: LiveRun) -> float | None:
    """Seconds until its last step; None before its speed is known."""
    if run.config is None or not run.speed:
        return None
    return (run.config.training.steps - run.step) * run.config.training.batch_size / run.speed


def poll_payload(runs: Runs, looks: RunViews, run: LiveRun, at: dict[str, int]) -> dict[str, Any]:
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
        answer["findings"] = looks.findings(run)
    return answer


def summary(run: LiveRun) -> dict[str, Any]:
    """A run in the list of its owner's."""
    return {
        "run": run.ident,
        "state": run.state,
        "title": title_of(run),
        "objective": run.recipe.objective,
        "step": run.step,
        "steps": run.config.training.steps if run.config else 0,
        "started": run.started,
        "kept": run.exported.get("name") if run.exported else None,
    }


def title_of(run: LiveRun) -> str:
    """What it is trained on."""
    return data_title(run.recipe.dataset) if run.recipe.dataset in DATASETS else TITLE


def data_title(dataset: str) -> str:
    """Of a data set as a checkpoint names it; one that is not known here is called so."""
    if dataset in DATASETS:
        return DATASETS[dataset].title
    return TITLE if dataset.startswith(PREFIX) else dataset
