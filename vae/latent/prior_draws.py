"""Draws from the prior N(0, 1), which stand for images where a model comes without any."""

from __future__ import annotations

import numpy as np

COUNT = 2_000
TITLE = "Prior draws"  # of what stands in the place of a data set
MOST_SEED = 2**32 - 1


def prior_draws(seed: int, count: int, latents: int) -> np.ndarray:
    """(count, latents) float32; the first ones are the same whatever the count."""
    stream = np.random.RandomState(seed)  # noqa: NPY002  frozen for good: a file names its draws by the seed alone
    return stream.standard_normal((count, latents)).astype(np.float32)
