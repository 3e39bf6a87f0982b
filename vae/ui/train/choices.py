"""What the Train tab offers, and what a page has chosen of it."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from vae.data import DATASETS, DatasetSpec, available
from vae.live.recipe import PRESETS, UNITS, Recipe, suggested, ways_of
from vae.live.run import COLUMNS
from vae.live.runs import checked_recipe
from vae.system.limits import CHECKPOINTS, TRAINING
from vae.training.objectives import NUMBERS, OBJECTIVES
from vae.ui.kit.i18n import Sentence, UserError
from vae.ui.models.shared import Shared
from vae.ui.models.visitor_models import images_folder
from vae.ui.train import run_views
from vae.ui.train.payload import OVER

LOWEST = {"beta": 0.01, "gamma": 0.1, "capacity": 0.1}
_OWN = re.compile(r"own:([\w-]{22})")


def train_payload(shared: Shared) -> dict[str, Any]:
    """What the tab offers; fixed while the app runs."""
    root, best = shared.catalog.data_root, next(iter(shared.training.devices))
    sets = list(DATASETS.values())
    return {
        "datasets": [dataset_choice(spec, spec.sizes["train"], available(spec.name, root)) for spec in sets],
        "presets": [{"key": key, "values": values} for key, values in PRESETS.items()],
        "objectives": [
            {"key": key, "reads": list(objective.reads), "ways": list(ways_of(key))}
            for key, objective in OBJECTIVES.items()
        ],
        "devices": [{"key": key, "name": name} for key, name in shared.training.devices.items()],
        "units": list(UNITS),
        "defaults": {spec.name: suggested(spec, spec.sizes["train"], best).to_json() for spec in sets},
        "numbers": numbers(),
        "columns": list(COLUMNS),
        "over": list(OVER),
        "most_bytes": CHECKPOINTS.most_bytes,
        "sheets": {
            "shown": run_views.ORIGINALS,
            "samples": [run_views.SAMPLE_COLUMNS, run_views.SAMPLES // run_views.SAMPLE_COLUMNS],
            "columns": len(run_views.STEPS),
            "most_rows": run_views.MOST_ROWS,
        },
    }


def numbers() -> list[dict[str, Any]]:
    """The numbers of the form, and the budget in each of its units: the ends between which each one lies.

    `lowest` is where the slider begins of a number that may be 0: it has a logarithmic scale, and 0 stands beside it.
    """
    whole = {field.name for field in fields(Recipe) if field.type == "int"} | {"steps"}
    return [
        {
            "key": key,
            "low": low,
            "high": high,
            "whole": key in whole,
            "of_a_loss": key in NUMBERS,
            "lowest": LOWEST.get(key, low),
        }
        for key, (low, high) in TRAINING.items()
    ]


def parse_choices(plain: Any, folder: Path, root: Path) -> tuple[Recipe, str | None]:
    """The recipe, and the folder of one's own images where it is for those."""
    recipe = checked_recipe(plain)
    own = _OWN.fullmatch(recipe.dataset)
    if own:
        home = images_folder(folder) / own[1]
        if not home.is_dir():
            raise UserError("run.no_images")
        return recipe, str(home.resolve())
    if recipe.dataset not in DATASETS:
        raise UserError("run.no_dataset", name=recipe.dataset)
    missing = available(recipe.dataset, root)
    if missing:
        raise UserError("run.refused", reason=missing)
    return recipe, None


def dataset_choice(spec: DatasetSpec, train_images: int, missing: Sentence | None) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": spec.title,
        "shape": list(spec.shape),
        "train": train_images,
        "missing": missing,
    }
