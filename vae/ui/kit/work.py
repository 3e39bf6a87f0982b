"""What a request costs, as its server function says before it starts, and whether its answer is still waited for."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

# Set by `vae.ui.server.guard` for the request that is being answered; the threads of its functions get a copy.
LEFT: ContextVar[Callable[[], bool] | None] = ContextVar("left", default=None)


@dataclass(frozen=True)
class Work:
    """The queue that a request stands in where it is heavy.

    Attributes:
        lane: a name of `vae.system.limits.AdmissionLimits.lanes`.
        seconds: of one core, estimated; 0 is work that never waits.
    """

    lane: str = "compute"
    seconds: float = 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(self.lane, self.seconds + other.seconds)


QUICK = Work()


def client_left() -> bool:
    """Has the client of the present request gone? Long work looks at this and stops."""
    left = LEFT.get()
    return left is not None and left()
