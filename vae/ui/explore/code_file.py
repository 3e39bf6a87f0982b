"""The codes of all images with their places on the maps, as a file: with it the page decodes empty places by itself."""

from __future__ import annotations

import json
import logging

import numpy as np
from safetensors.numpy import save

from vae.latent.neighbours import NEIGHBOURS
from vae.system.safetensors_file import HEADER_KEY
from vae.ui.kit.bundle import page_file
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.payload import projections

log = logging.getLogger(__name__)
FAR = 0.05  # of the larger side of a map: a place further than this from every point is called far
MOST_BYTES = 2_000_000  # 0.6 MB are 10,000 codes of ten latents with two maps


def far_from(points: np.ndarray) -> float:
    """From which distance on a place of a map, points (N, 2), is far from a point; some may have no place."""
    placed = points[np.isfinite(points).all(1)]
    return FAR * float(np.ptp(placed, axis=0).max()) if len(placed) else 0.0


def code_file(opened: LoadedModel) -> str | None:
    """Where the file lies, which explore/codes.js reads; None where the server places, for it would be too large."""
    maps = {name: np.asarray(opened.model.maps[name], "float32") for name in projections(opened)}
    arrays = {"codes": np.asarray(opened.model.mu, "float32"), **maps}
    if sum(array.nbytes for array in arrays.values()) > MOST_BYTES:
        return None
    header = {
        "kind": "codes",
        "neighbours": NEIGHBOURS,
        "far": {name: far_from(points) for name, points in maps.items()},
    }
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    try:
        return page_file("codes", save(arrays, {HEADER_KEY: json.dumps(header, allow_nan=False)})).as_posix()
    except OSError as error:  # a full disk
        log.warning("Codes could not be laid out for the page: %s", error)
        return None
