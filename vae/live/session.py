"""A training that is watched and driven: the one training loop, cut into events, between commands."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from vae.config import ConfigError
from vae.data import ImageSet
from vae.live.events import Alive, Begun, Changed, Command, Event, Planned, Point, Saved, State, Warned
from vae.live.moment_maker import MomentMaker, NotFinite
from vae.live.moments import Gallery, forget_after
from vae.live.recipe import TimeBudget
from vae.system.messages import cause
from vae.system.safetensors_file import CheckpointError
from vae.training import snapshot
from vae.training.loop import TrainEvent, train
from vae.training.state import TrainState

POINT_EVERY = 0.125  # seconds between two points of the curves
PLAN_EVERY = 1.0  # seconds between two looks at how well a budget of time is kept
SPEED_OVER = 10  # such looks, over which the speed is taken
SAVE_EVERY = 15.0  # seconds between two snapshots to go on from
SAVE_SHARE = 0.01  # the part of the time that they may cost
EXPLODED = 30.0  # times its first value, beyond which a bound will not come back
RESUME = "last.resume"

Inbox = Callable[[bool], "Command | None"]


@dataclass
class RateLimiter:
    """When something that costs time may be done again: `every` seconds apart, and at most `share` of all time."""

    every: float
    share: float = 1.0
    due_at: float = -math.inf

    def due(self, now: float) -> bool:
        return now >= self.due_at

    def spend(self, now: float, cost: float) -> None:
        self.due_at = now + max(self.every, cost / self.share)


@dataclass
class RunningMean:
    """Running mean of loss terms, summed on the device so that nothing waits for it until it is read."""

    steps: int = 0
    sums: list[Tensor] = field(default_factory=list)

    def add(self, event: TrainEvent) -> None:
        terms = [event.loss, event.terms.recon, event.terms.kl_per_dim]
        self.sums = [a + b for a, b in zip(self.sums, terms, strict=True)] if self.steps else terms
        self.steps += 1

    def take(self) -> tuple[float, float, list[float]]:
        """Means of loss, reconstruction and KL per latent; empties the sums."""
        loss, recon, kl = (total / self.steps for total in self.sums)
        self.steps, self.sums = 0, []
        return float(loss), float(recon), kl.tolist()


def session(
    state: TrainState,
    data: ImageSet,
    test: ImageSet,
    gallery: Gallery,
    folder: Path,
    inbox: Inbox,
    paused: bool = False,
    budget: TimeBudget | None = None,
) -> Iterator[Event]:
    """Trains to the last step, obeying commands between two steps; ends with a `State` that is no more running, but
    when told to rest: then it ends with a snapshot, from which another session of the same run goes on.

    Args:
        gallery: of `test`, see `vae.live.moments`.
        folder: the run's own; moments and the snapshot to go on from are kept in it.
        inbox: gives the next command or None; asked with True it waits some seconds for one.
        paused: begins so, and waits for a command.
        budget: of time, after which the number of steps is planned anew while it trains.

    A loss that is not finite, or thirty times the first bound, ends the run as failed; its last good snapshot stays.
    A disk that refuses is told once and costs no step.
    """
    run = _Run(state, test, gallery, folder, budget)
    yield from run.forget_later()
    yield Begun(state.config.to_json(), state.step)
    yield from run.look(wait=True)
    yield State("paused" if paused else "running", state.step)
    while run.goes_on:
        command = inbox(True) if paused else (yield from run.train(data, inbox))
        if command is None:
            if paused:
                yield Alive()
            continue
        if command.name == "stop":
            yield from run.end_stretch("stopped", command.values.get("key"))
            return
        if command.name == "rest":
            yield from run.rest()
            return
        if command.name == "turn":
            yield from run.turn(command)
        elif command.name == "save":
            yield from run.save()
        elif command.name == "pause" and not paused:
            paused = True
            yield from run.end_stretch("paused")
        elif command.name == "resume" and paused:
            paused = False
            yield State("running", state.step)
        elif command.name == "step":
            paused = True
            yield from run.train(data, lambda wait: None, steps=1)
            if run.goes_on:
                yield from run.look(wait=True)
                yield State("paused", state.step)
    if run.failure is None:
        yield from run.end_stretch("finished")
    else:
        early = "" if (folder / RESUME).is_file() else "_early"  # nothing to go on from
        yield State("failed", state.step, run.failure + early, {"step": state.step})


class _Run:
    """What lasts over the stretches between two commands."""

    def __init__(
        self, state: TrainState, test: ImageSet, gallery: Gallery, folder: Path, budget: TimeBudget | None
    ) -> None:
        self.state, self.folder, self.budget = state, folder, budget
        self.plans = RateLimiter(PLAN_EVERY, due_at=time.monotonic() + PLAN_EVERY)
        self.marks = deque([(state.step, state.seconds)], SPEED_OVER)  # steps and seconds of the latest looks
        self.moment_maker = MomentMaker(state, test, gallery, folder)
        self.means, self.pace = RunningMean(), StepBatching()
        self.points = RateLimiter(POINT_EVERY)
        self.saves = RateLimiter(SAVE_EVERY, SAVE_SHARE, time.monotonic() + SAVE_EVERY)
        self.first_bound: float | None = None
        self.bound: float | None = None
        self.failure: str | None = None
        self.refused = False
        self.saved: int | None = None

    @property
    def goes_on(self) -> bool:
        return self.failure is None and self.state.step < self.state.config.training.steps

    def train(self, data: ImageSet, inbox: Inbox, steps: int | None = None) -> Iterator[Event]:
        """Trains until a command arrives, which it returns, or until there is no more to do, which is None."""
        self.means, self.pace.since = RunningMean(), None  # what came before a pause belongs to no point after it
        for event in train(self.state, data, every=1 if steps else self.pace.every):
            self.means.add(event)
            now = time.monotonic()
            self.pace.count(event.step, now)
            if steps is None and self.replan(event, now):
                yield Planned(self.state.config.to_json())
                return None  # the loop holds to the configuration that it began with
            steps = steps and steps - 1
            last = event.step == self.state.config.training.steps or steps == 0
            if last or self.points.due(now):
                self.points.spend(now, 0)
                yield self.point(event)
                if self.failure or last:
                    return None
                yield from self.look()
                if self.saves.due(now):
                    began = time.monotonic()
                    yield from self.save()
                    self.saves.spend(time.monotonic(), time.monotonic() - began)
                if self.failure:
                    return None
            if (command := inbox(False)) is not None or self.pace.changed:
                return command
        return None

    def replan(self, event: TrainEvent, now: float) -> bool:
        """Plans the steps anew where the time that is left asks for it; said by True."""
        last = event.step == self.state.config.training.steps
        if self.budget is None or not (last or self.plans.due(now)):
            return False
        self.plans.spend(now, 0)
        step, seconds = self.marks[0]
        self.marks.append((event.step, event.seconds))
        if event.seconds <= seconds:
            return False
        speed = (event.step - step) / (event.seconds - seconds)
        planned = self.budget.replanned(self.state.config, event.step, event.seconds, speed)
        if planned is None:
            return False
        self.state.config = planned
        return True

    def point(self, event: TrainEvent) -> Point:
        loss, recon, kl = self.means.take()
        bound = recon + sum(kl)
        self.bound, self.first_bound = bound, bound if self.first_bound is None else self.first_bound
        if not math.isfinite(loss) or not math.isfinite(bound):
            self.failure = "run.nan"
        elif bound > EXPLODED * max(self.first_bound, 1.0):
            self.failure = "run.exploded"
        return Point(event.step, event.images, event.seconds, loss, recon, kl, event.knobs)

    def turn(self, command: Command) -> Iterator[Event]:
        knob, value = command.values["knob"], command.values["value"]
        try:
            self.state.change(knob, value)
        except ConfigError as error:
            yield Warned("run.knob", {"reason": error.sentence})
        else:
            yield Changed(self.state.step, knob, value)

    def look(self, wait: bool = False) -> Iterator[Event]:
        """Tells of the moment that has been made since, and begins the next where it is due; with `wait`, of this step
        and at once.
        """
        try:
            moments = [self.moment_maker.collect(wait)]
            if self.moment_maker.step != self.state.step and (wait or self.moment_maker.due()):
                self.moment_maker.begin(self.state, self.bound)
                moments.append(self.moment_maker.collect(wait))
        except NotFinite:
            self.failure = "run.nan"
        except CheckpointError as error:
            yield from self.refuse(error)
        else:
            yield from (moment for moment in moments if moment is not None)

    def save(self) -> Iterator[Event]:
        try:
            snapshot.save(self.state, self.folder / RESUME)
        except CheckpointError as error:
            yield from self.refuse(error)
        else:
            self.saved = self.state.step
            yield Saved(self.state.step)

    def forget_later(self) -> Iterator[Event]:
        """Takes away the moments after the step from which it goes on."""
        try:
            forget_after(self.folder, self.state.step)
        except OSError as error:
            yield from self.refuse(CheckpointError("checkpoint.unwritten", file="moments", why=cause(error)))

    def rest(self) -> Iterator[Event]:
        """To go on from elsewhere; without a snapshot of this very step that would be the same stretch for ever."""
        self.saved = None
        yield from self.save()
        if self.saved is None:
            early = "" if (self.folder / RESUME).is_file() else "_early"
            yield State("failed", self.state.step, "run.no_rest" + early, {"step": self.state.step})

    def refuse(self, error: CheckpointError) -> Iterator[Event]:
        if not self.refused:
            self.refused = True
            yield Warned("run.disk", {"reason": error.sentence})

    def end_stretch(self, state: str, key: str | None = None) -> Iterator[Event]:
        """Tells the new state at once, then saves and makes the moment of this step, which takes up to a second."""
        yield State(state, self.state.step, key)
        yield from self.save()
        yield from self.look(wait=True)


class StepBatching:
    """How many steps the loop makes between two looks at the clock: about ten milliseconds of them."""

    def __init__(self) -> None:
        self.every, self.changed = 1, False
        self.since: tuple[int, float] | None = None  # step and time from which is counted

    def count(self, step: int, now: float) -> None:
        self.changed = False
        if self.since is None:
            self.since = (step, now)
        elif now - self.since[1] > 0.5:
            per_step = (now - self.since[1]) / (step - self.since[0])
            every = min(max(1, int(0.01 / per_step)), 64)
            self.changed = every > 1.5 * self.every or every < self.every / 1.5
            if self.changed:
                self.every = every
            self.since = (step, now)
