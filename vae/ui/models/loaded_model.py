"""One model that is open: the network with its images, and what is known of both by subject."""

import hashlib
import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from vae.checkpoints.checkpoint import CheckpointError, Entry, Model, load
from vae.data.recorded import find_images
from vae.system.safetensors_file import HOST
from vae.ui.kit.i18n import Sentence, UserError, shorten
from vae.ui.models.diagnosis import Diagnosis
from vae.ui.models.image_facts import ImageFacts
from vae.ui.models.model_with_images import ModelWithImages
from vae.ui.models.spill_meter import SpillMeter
from vae.ui.models.visitor_models import HEADER, own_sets, require_drawable, timed_decode


@dataclass(eq=False)
class LoadedModel(ModelWithImages):
    """An open model; what is costly is computed when first asked for, and goes when the model is closed.

    `notes` are what had to be assumed about a model that is no file.
    """

    notes: tuple[Sentence, ...] = ()
    computed: dict[Hashable, Any] = field(default_factory=dict, init=False)

    @cached_property
    def facts(self) -> ImageFacts:
        return ImageFacts(self)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        return Diagnosis(self, self.facts)

    @cached_property
    def spill_meter(self) -> SpillMeter:
        return SpillMeter(self)

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """The value of `compute()`, for what one tab alone asks of a model.

        Two who ask at once may both compute, for no lock is held meanwhile; both are given the value of the first.
        """
        if key not in self.computed:
            self.computed.setdefault(key, compute())
        return self.computed[key]


def open_model(entry: Entry, data_root: Path, runs: Path | None = None) -> LoadedModel:
    """Read a checkpoint and, where they are at hand, the images it was tested on: a visitor's own lie in `runs`, and
    nobody else is given them. A model that came without images has none, whatever its file calls its data.
    """
    own = own_sets(runs, entry.name) if runs else None
    try:
        model = require_drawable(load(entry.path, HOST if own is None else HEADER))
    except CheckpointError as error:
        raise UserError("error.checkpoint", reason=error) from error
    if model.draws is not None:
        missing = Sentence("map.no_images")
        return LoadedModel(entry.name, model, None, None, missing, timed_decode(model), _version(model))
    recorded = model.header["dataset"]
    found = find_images(
        recorded["name"],
        recorded["version"],
        model.config.model.shape,
        int(model.index.max()),
        data_root,
        own,
    )
    missing = found.missing and shorten(found.missing)
    return LoadedModel(entry.name, model, found.spec, found.images, missing, timed_decode(model), _version(model))


def _version(model: Model) -> str:
    """12 digits of a hash of all that a page may hold or ask for: the header, the codes and the weights."""
    digest = hashlib.sha256(json.dumps(model.header, sort_keys=True).encode())
    for values in (model.index, model.mu, *(tensor.numpy() for tensor in model.network.state_dict().values())):
        digest.update(np.ascontiguousarray(values))
    return digest.hexdigest()[:12]
