"""How near is the same, where something is computed twice in two ways.

Sums of floats depend on their order, and that on the processor, the number of threads and the shape of a batch: only
the very same computation, repeated, gives the same bits.
"""

from __future__ import annotations

import numpy as np
import torch

LEVELS = 1  # grey levels: a value that lies by a rounding error above or below a half goes to either side
RELATIVE, ABSOLUTE = 1e-4, 1e-5  # of what a network computes in float32


def same_pictures(found, expected, levels: int = LEVELS) -> None:
    """Pictures of 8 bits agree in their shape and, to a grey level, in every pixel."""
    found, expected = (np.asarray(pictures).astype(int) for pictures in (found, expected))
    assert found.shape == expected.shape
    assert np.abs(found - expected).max(initial=0) <= levels


def same_floats(found: torch.Tensor, expected: torch.Tensor) -> None:
    """Outputs of a network agree within a float32's rounding errors."""
    torch.testing.assert_close(found, expected, rtol=RELATIVE, atol=ABSOLUTE)
