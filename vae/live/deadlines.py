"""Until when a run may go on, and when its process is taken to hang: each with the sentence that says so."""

from __future__ import annotations

from typing import Any

from vae.live.process import WorkerProcess
from vae.live.run import LiveRun
from vae.system.limits import RunLimits

Reason = tuple[str, dict[str, Any]]  # key and values of a sentence


def time_is_up(run: LiveRun, waited_for: bool, limits: RunLimits, now: float) -> Reason | None:
    """Why a run that is on has to stop; None where it may go on.

    Args:
        waited_for: do others wait for its device?
        now: monotonic seconds.
    """
    turn = 0.0 if run.turn is None else now - run.turn
    if not run.recipe.going_on and now - run.watched > limits.unwatched:
        key = "run.unwatched" if run.config else "run.unwatched_early"
        return key, {"minutes": in_minutes(limits.unwatched)}
    if run.state == "paused" and waited_for and now - run.since > limits.paused:
        return "run.gave_way", {"minutes": in_minutes(limits.paused)}
    if turn > limits.longest:
        return "run.longest", {"minutes": in_minutes(limits.longest)}
    if waited_for and turn > limits.longest_waited:
        return "run.gave_turn", {"minutes": in_minutes(limits.longest_waited)}
    return None


def hangs(run: LiveRun, worker: WorkerProcess, limits: RunLimits, now: float) -> Reason | None:
    """Why the process of a run that is on has to be ended; None where it is there."""
    if run.turn is None:
        return None
    if run.state == "waiting":  # until its first step it has images to read, and a speed to measure
        late = now - run.turn > limits.answer
        return ("run.slow" if worker.ready else "run.no_process", {}) if late else None
    if now - worker.heard <= limits.silent:
        return None
    values = {"seconds": f"{limits.silent:g}", "step": run.saved}
    return "run.silent" if run.saved else "run.silent_early", values


def in_minutes(seconds: float) -> str:
    """Minutes as a sentence says them: "3" or "2.5"."""
    return f"{round(seconds / 60, 1):g}"
