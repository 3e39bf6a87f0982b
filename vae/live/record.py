"""What `run.json` holds of a run: the one place where its types are checked.

The file is the program's own, but a full disk, a crash or an editor may have been at it, and one that cannot be used
must cost no run but its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from vae.config import ConfigError, TrainConfig
from vae.live.recipe import Recipe
from vae.system.messages import KeyedError, Sentence, cause, restored
from vae.training.objectives import KNOBS

COLUMNS = ("step", "images", "seconds", "loss", "recon", "kl", *KNOBS)  # of the curves
BOUNDS = ("step", "train", "test", "mig", "active")
NAME = "run.json"
STATES = ("waiting", "running", "paused", "stopped", "finished", "failed")
OVER = ("stopped", "finished", "failed")
MOST_BYTES = 16_000_000  # 2,000 rows have some 300 kB

Row = list["float | None"]


@dataclass(frozen=True)
class RunRecord:
    """A run at rest, see `LiveRun` for what the values mean; the keys of the file are the fields of this."""

    owner: str
    recipe: Recipe
    own: str | None
    state: str
    reason: Sentence | None
    config: TrainConfig | None
    curves: list[Row]
    bounds: list[Row]
    kl: list[float] | None
    changes: list[dict[str, Any]]
    kept: dict[str, Any] | None
    step: int
    seconds: float
    saved: int
    started: float
    device_name: str | Sentence
    address: str = ""
    number: int = 0

    def write(self, folder: Path) -> None:
        """Puts it into its folder, whole or not at all. Raises OSError where the disk refuses."""
        plain = vars(self) | {"recipe": self.recipe.to_json(), "config": self.config and self.config.to_json()}
        temporary = folder / f"{NAME}.tmp"
        temporary.write_text(json.dumps(plain), encoding="utf-8")
        temporary.replace(folder / NAME)

    @classmethod
    def read(cls, folder: Path) -> RunRecord:
        """The inverse of `write`, strict; an earlier version's lacks what has a default here.

        Raises:
            ConfigError: it cannot be read, or a value is not what it should be, which is named.
        """
        try:
            if (folder / NAME).stat().st_size > MOST_BYTES:
                raise ConfigError("record.large", mb=f"{MOST_BYTES / 1e6:g}")
            plain = json.loads((folder / NAME).read_text(encoding="utf-8"), object_hook=restored)
        except ConfigError:
            raise
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise ConfigError("record.unreadable", why=cause(error)) from error
        if not isinstance(plain, dict):
            raise ConfigError("record.value", name=NAME)
        values = {f.name: plain[f.name] for f in fields(cls) if f.name in plain}
        for f in fields(cls):
            if f.name not in values and f.name not in ("address", "number"):
                raise ConfigError("record.value", name=f.name)
        for name, value in values.items():
            values[name] = _checked(name, value)
        return cls(**values)


def _checked(name: str, value: Any) -> Any:
    try:
        return _READ[name](value)
    except ConfigError as error:
        raise ConfigError("record.reason", name=name, reason=error) from error
    except (KeyedError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise ConfigError("record.value", name=name) from error


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError


def _text(value: Any) -> str:
    _require(isinstance(value, str))
    return value


def _number(value: Any) -> float:
    _require(type(value) in (int, float) and math.isfinite(value))
    return value


def _count(value: Any) -> int:
    _require(type(value) is int and value >= 0)
    return value


def _state(value: Any) -> str:
    _require(value in STATES)
    return value


def _sentence(value: Any) -> Sentence:
    """One that can be said."""
    _require(isinstance(value, Sentence) and bool(str(value)))
    return value


def _rows(columns: tuple[str, ...]) -> Callable[[Any], list[Row]]:
    def check(row: Any) -> Row:
        _require(isinstance(row, list) and len(row) == len(columns))
        return [_count(row[0]), *(None if value is None else _number(value) for value in row[1:])]

    return _list(check)


def _change(value: Any) -> dict[str, Any]:
    return {"step": _count(value["step"]), "knob": _text(value["knob"]), "value": _number(value["value"])}


def _checkpoint(value: Any) -> dict[str, Any]:
    return {"name": _text(value["name"]), "dataset": _text(value["dataset"]), "step": _count(value["step"])}


def _list(read: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def check(value: Any) -> list[Any]:
        _require(isinstance(value, list))
        return [read(part) for part in value]

    return check


def _maybe(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


_READ: dict[str, Callable[[Any], Any]] = {
    "owner": _text,
    "recipe": Recipe.from_json,
    "own": _maybe(_text),
    "state": _state,
    "reason": _maybe(_sentence),
    "config": _maybe(TrainConfig.from_json),
    "curves": _rows(COLUMNS),
    "bounds": _rows(BOUNDS),
    "kl": _maybe(_list(_number)),
    "changes": _list(_change),
    "kept": _maybe(_checkpoint),
    "step": _count,
    "seconds": _number,
    "saved": _count,
    "started": _number,
    "device_name": lambda value: _text(value) if isinstance(value, str) else _sentence(value),
    "address": _text,
    "number": _count,
}
