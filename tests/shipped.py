"""The names of the models that the project ships, each with the mark of the data set that it has learned."""

from __future__ import annotations

import pytest

from vae.checkpoints.checkpoint import list_headers

WITH_DATA = [
    pytest.param(entry.name, marks=pytest.mark.data(*([entry.header["dataset"]["name"]] if entry.header else [])))
    for entry in list_headers()
]
