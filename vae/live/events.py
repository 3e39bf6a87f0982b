"""What a worker tells and what it is told: frozen dataclasses, one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any

from vae.config import ConfigError
from vae.system.messages import restored


@dataclass(frozen=True)
class Ready:
    """The process has imported what it needs."""


@dataclass(frozen=True)
class Alive:
    """Nothing new, but the process is there: said by the very thread that trains, while it waits for a command."""


@dataclass(frozen=True)
class TrainingForecast:
    """What to expect: steps, seconds, images per second, None where only the device itself could tell; and of a linear
    model `awake` latents and their `nats`. `beside`: measured while another training was on.
    """

    steps: int | None
    seconds: float | None
    speed: float | None
    awake: int | None
    nats: float | None
    beside: bool


@dataclass(frozen=True)
class Begun:
    """The run has its configuration (as JSON) and its gallery; the first step comes next, or the next one."""

    config: dict[str, Any]
    step: int


@dataclass(frozen=True)
class Point:
    """Means over the steps since the last point, in nats per image; `knobs` are those of its last step."""

    step: int
    images: int
    seconds: float
    loss: float
    recon: float
    kl: list[float]
    knobs: dict[str, float]


@dataclass(frozen=True)
class Moment:
    """A snapshot for looking at has been written: see `vae.live.moments`. Bounds in nats per image, beta = 1;
    `mig` is that of the latents in use, as everywhere on the page.
    """

    step: int
    seconds: float
    kl: list[float]
    train: float | None
    test: float
    active: int
    mig: float | None


@dataclass(frozen=True)
class Planned:
    """The training has other numbers of steps from here on, for its budget is a time: see `TimeBudget`."""

    config: dict[str, Any]


@dataclass(frozen=True)
class Saved:
    """A snapshot for going on has been written."""

    step: int


@dataclass(frozen=True)
class State:
    """running, paused, stopped, finished or failed; `key` and `values` are the sentence that says why."""

    state: str
    step: int
    key: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Changed:
    """A knob was turned from this step on."""

    step: int
    knob: str
    value: float


@dataclass(frozen=True)
class Warned:
    """Something failed that the run can do without."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How much of a stage is done, as of an export."""

    stage: str
    share: float


@dataclass(frozen=True)
class Exported:
    """The checkpoint lies at `path`."""

    path: str


@dataclass(frozen=True)
class Failed:
    """A task other than a run could not be done."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


Event = (
    Ready
    | Alive
    | TrainingForecast
    | Begun
    | Planned
    | Point
    | Moment
    | Saved
    | State
    | Changed
    | Warned
    | Progress
    | Exported
    | Failed
)
KINDS: dict[str, type] = {kind.__name__: kind for kind in Event.__args__}


@dataclass(frozen=True)
class Command:
    """`name` is a method of the worker, or of a session: "pause", "resume", "step", "stop", "turn", "save" or "rest";
    `values` are its arguments.
    """

    name: str
    values: dict[str, Any] = field(default_factory=dict)


def to_line(message: Event | Command) -> str:
    """One line of JSON. Numbers that are not finite travel as null: no browser reads NaN."""
    return json.dumps({"kind": type(message).__name__, **_finite(vars(message))}, ensure_ascii=False) + "\n"


def from_line(line: str) -> Event | Command:
    """The inverse of `to_line`.

    Raises:
        ConfigError: not such a line.
    """
    try:
        plain = json.loads(line, object_hook=restored)
        kind = (KINDS | {"Command": Command})[plain.pop("kind")]
        return kind(**{f.name: plain[f.name] for f in fields(kind)})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError("setting.line", line=repr(line[:200])) from error


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not -1e300 < value < 1e300 else value
