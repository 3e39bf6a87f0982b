"""A grid of known factors, codes of it, and the reference codes that disentanglement_lib has scored."""

from __future__ import annotations

import json
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

SIZES = (3, 4, 5)


@pytest.fixture(scope="session")
def grid() -> np.ndarray:
    """(1200, 3): every combination equally often, so that the factors are independent."""
    return np.array(list(product(*map(range, SIZES))) * 20)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def codes(grid, rng) -> np.ndarray:
    """One clean latent, one noisy, one mixed, one of pure noise."""
    x, y, z = grid.T.astype(float)
    noise = rng.normal(size=(3, len(grid)))
    return np.stack([-x, y + noise[0], x + z + 0.3 * noise[1], noise[2]], axis=1)


@pytest.fixture(scope="session")
def reference(root, need) -> SimpleNamespace:
    """`codes` by name, their `factors`, and the `scores` that disentanglement_lib gives them."""
    path = root.parent / "shared" / "data" / "metric_reference.npz"
    need(path.is_file(), "the reference codes for the metrics are not here")
    with np.load(path, allow_pickle=False) as archive:
        arrays = dict(archive)
    factors, scores = arrays.pop("factors"), json.loads(path.with_suffix(".json").read_text())
    return SimpleNamespace(codes=arrays, factors=factors, scores=scores)
