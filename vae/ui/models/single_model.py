"""The catalog of one model that lives in memory: a page that a caller has opened on a model of their own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from vae.checkpoints.checkpoint import Entry, Model
from vae.data import ImageSet
from vae.system.messages import Sentence
from vae.ui.kit.i18n import UserError
from vae.ui.models.catalog import Catalog, parts_of
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.visitor_models import require_drawable, timed_decode


def opened_in_memory(name: str, model: Model, images: ImageSet, notes: tuple[Sentence, ...] = ()) -> LoadedModel:
    """A model as pages ask it, with the images of its codes.

    Args:
        notes: what had to be assumed about it.
    """
    version = hashlib.sha256(np.ascontiguousarray(model.mu)).hexdigest()[:12]
    seconds = timed_decode(require_drawable(model))
    return LoadedModel(name, model, images.spec, images, None, seconds, version, notes)


class SingleModel(Catalog):
    """Offers an open model alone, and nothing of any folder; no other tab stands beside its map."""

    alone = True

    def __init__(self, opened: LoadedModel) -> None:
        super().__init__(Path(), opened.model.path.parent)
        self._opened = opened
        self._entry = Entry(opened.name, opened.model.path, opened.model.header, None)

    def entries(self) -> list[Entry]:
        return [self._entry]

    def warm(self) -> None:
        """It is open."""

    def open(self, name: object) -> LoadedModel:
        """The model, by its name or handle. Raises UserError where another is asked for."""
        name, version = parts_of(name)
        if name != self._opened.name:
            raise UserError("error.model", name=name if isinstance(name, str) else type(name).__name__)
        if version not in ("", self._opened.version):
            raise UserError("error.changed", name=self._opened.title)
        return self._opened

    def at_hand(self, name: object) -> LoadedModel | None:
        return self._opened if parts_of(name)[0] == self._opened.name else None
