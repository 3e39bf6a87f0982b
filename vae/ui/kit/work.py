"""What a request costs, as its server function says before it starts."""

from dataclasses import dataclass


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
