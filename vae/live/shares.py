"""Whose turn it is where places are few: of many runs that want a place, none costs another visitor theirs.

A client is a browser and an address. Names of browsers are free, so that what bounds a browser bounds nobody; addresses
are not quite, and a whole class may stand behind one. So an address may hold as many places as it leaves free: alone
half of them, beside others less, and there is always one for whoever comes next.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from vae.live.run import LiveRun, RunError
from vae.system.limits import RunLimits


class BeginRate:
    """How often one client may begin a run. Use it under a lock."""

    def __init__(self, limits: RunLimits) -> None:
        self._limits = limits
        self._times: dict[tuple[str, str], deque[float]] = {}

    def spend(self, owner: str, address: str, now: float) -> None:
        """Counts a beginning.

        Args:
            address: "" where it is not known.
            now: monotonic seconds.

        Raises:
            RunError: it is one too many; then it does not count.
        """
        since = now - self._limits.begins_within
        self._times = {client: times for client, times in self._times.items() if times[-1] > since}
        most = {("owner", owner): self._limits.owner_begins}
        most |= {("address", address): self._limits.address_begins} if address else {}
        for client, n in most.items():
            times = self._times.get(client, deque())
            while times and times[0] <= since:
                times.popleft()
            if len(times) >= n:
                raise RunError("run.rate", n=n, seconds=f"{self._limits.begins_within:g}")
        for client in most:
            self._times.setdefault(client, deque()).append(now)


def require_place(address: str, waiting: Sequence[LiveRun], most: int) -> None:
    """May one more run of this address wait for the device? Raises RunError where it may not."""
    if len(waiting) >= most:
        raise RunError("run.queue_full", n=len(waiting))
    own = sum(run.address == address for run in waiting)
    if address and own >= most - len(waiting):
        raise RunError("run.queue_full", n=own)


def evicted_for(owner: str, address: str, runs: Iterable[LiveRun], limits: RunLimits, now: float) -> list[LiveRun]:
    """The runs that make room for a new one; none where there is room.

    What was learned stays for `limits.fresh` seconds after its run, whoever wants its place. Later those go first who
    hold most: of the address with most runs the browser with most, its oldest run. A browser that has all that it may
    have makes room among its own, of which only a fresh checkpoint is never given up.

    Args:
        owner, address: as the runs hold them, hashed; `address` is "" where it is not known.
        now: monotonic seconds.

    Raises:
        RunError: there is no room.
    """
    runs = [run for run in runs if run.learned or not run.over]  # the others are on their way out
    mine = [run for run in runs if run.owner == owner]
    mine_to_go = [run for run in mine if run.over and not (run.has_checkpoint and _fresh(run, limits, now))]
    mine_to_go.sort(key=lambda run: run.since)
    if len(mine) >= limits.per_owner:
        gone = mine_to_go[: len(mine) - limits.per_owner + 1]
        if len(mine) - len(gone) >= limits.per_owner:
            raise RunError("run.own_full", n=len(mine))
        return gone
    fixed = [run for run in runs if not run.over or _fresh(run, limits, now)]
    free = limits.most_runs - len(fixed)
    if free <= 0 or (address and sum(run.address == address for run in fixed) >= free):
        if mine_to_go:
            return mine_to_go[:1]
        left = min((limits.fresh - (now - run.since) for run in fixed if run.over), default=limits.fresh)
        raise RunError("run.full", n=len(runs), minutes=f"{max(1, round(left / 60)):g}")
    gone: list[LiveRun] = []
    while len(runs) - len(gone) >= limits.most_runs:
        rest = [run for run in runs if run not in gone]
        of_address, of_owner = Counter(run.address for run in rest), Counter(run.owner for run in rest)
        gone.append(
            max(
                (run for run in rest if run not in fixed),
                key=lambda run: (of_address[run.address], of_owner[run.owner], -run.since),  # noqa: B023  used at once
            )
        )
    return gone


def _fresh(run: LiveRun, limits: RunLimits, now: float) -> bool:
    return now - run.since < limits.fresh
