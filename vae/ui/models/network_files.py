"""Networks as files that the page fetches, for it computes by itself what is cheap."""

from __future__ import annotations

import logging
from typing import Any

from vae.models.graph.description import Description, describe
from vae.models.graph.file import to_bytes
from vae.models.graph.operations import GraphError
from vae.system.limits import GRAPHS
from vae.ui.kit.bundle import page_file
from vae.ui.models.loaded_model import LoadedModel

log = logging.getLogger(__name__)


def decoder_file(opened: LoadedModel) -> dict[str, Any] | None:
    """The decoder: where its file lies and what a picture costs in multiply-adds. None where the server decodes, for it
    is too dear for a page or no operations stand for it.
    """
    config = opened.model.config.model
    try:
        description = describe(opened.model.network.network.decoder(), (config.latent_dim,))
    except GraphError:
        return None
    return _file(description, likelihood=config.likelihood)


def reader_file(opened: LoadedModel) -> dict[str, Any] | None:
    """The same of what reads this model's pictures."""
    reader = opened.spill_meter.reader
    return reader and _file(reader.network.description(reader.shape))


def _file(description: Description, **facts: str) -> dict[str, Any] | None:
    if description.graph.cost > GRAPHS.most_cost_in_page:
        return None
    try:
        path = page_file("network", to_bytes(description, **facts))
    except OSError as error:  # a full disk: the server decodes
        log.warning("A network could not be laid out for the page: %s", error)
        return None
    return {"file": path.as_posix(), "cost": description.graph.cost}
