"""How the figures of a checkpoint's header are told: what is above the floor, and which MIG comes first.

Whoever prints or draws them asks here, so that header, tables, figures and sentences say the same. A header may be an
old one, or anybody's: what it lacks, or what is no number, is None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

# Chen et al.'s MIG first, of the code that the decoder hears; an old file has that of the means alone.
MIG_FIRST = ("mig_sampled", "mig")


def number(value: Any) -> float | None:
    """The value, a float or an int as it was, where it is a finite number that arrays and JSON take."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12
    return value if good and math.isfinite(value) else None


def above_floor(metrics: Mapping[str, Any], key: str = "neg_elbo") -> float | None:
    """What a bound or a distortion has above the floor under the pictures, nats per image; None where that is unknown.

    The floor is the same for every model of the data: in the room it is 99.5 % of the −ELBO, which hides all that
    models differ by.
    """
    nats, floor = number(metrics.get(key)), number(metrics.get("floor"))
    return None if nats is None or floor is None else nats - floor


def first_mig(metrics: Mapping[str, Any]) -> tuple[str, float] | None:
    """Key and value of the MIG to show where there is room for one; None where none is recorded."""
    values = ((key, number(metrics.get(key))) for key in MIG_FIRST)
    return next(((key, value) for key, value in values if value is not None), None)
