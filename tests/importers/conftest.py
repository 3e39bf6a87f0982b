"""Published models, which are not part of the repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def published(root, need) -> Callable[[str], Path]:
    """published(name): the folder of a model of disentangling-vae, as it was published."""

    def folder(name: str) -> Path:
        found = root.parent / "shared" / "data" / "published" / name
        need((found / "model.pt").is_file(), f"the published model {name} is not here")
        return found

    return folder
