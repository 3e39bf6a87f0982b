"""One model that is open: the network with its images, and what is known of both by subject."""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from vae.checkpoints.checkpoint import CheckpointError, Entry, load
from vae.data import DATASETS, DataError, ImageSet, available
from vae.data import load as load_data
from vae.data.own.cache import find_gathered
from vae.data.own.dataset import find_own, own_images
from vae.ui.kit.i18n import Sentence, UserError, shorten
from vae.ui.models.diagnosis import Diagnosis
from vae.ui.models.image_facts import ImageFacts
from vae.ui.models.model_with_images import ModelWithImages
from vae.ui.models.spill_meter import SpillMeter
from vae.ui.models.visitor_models import drawable, images_folder

log = logging.getLogger(__name__)


@dataclass(eq=False)
class LoadedModel(ModelWithImages):
    """An open model; what is costly is computed when first asked for, and goes when the model is closed."""

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
        """The value of `compute()`, for what one tab alone asks of a model; two who ask at once may both compute."""
        if key not in self.computed:
            self.computed[key] = compute()
        return self.computed[key]


def open_model(entry: Entry, data_root: Path, runs: Path | None = None) -> LoadedModel:
    """Read a checkpoint and, where they are at hand, the images it was tested on: a visitor's own lie in `runs`."""
    try:
        model = drawable(load(entry.path))
    except CheckpointError as error:
        raise UserError("error.checkpoint", reason=error) from error
    recorded = model.header["dataset"]
    own = _own_images(data_root, runs, recorded["name"])
    spec = DATASETS.get(recorded["name"]) if own is None else own.spec
    if spec is None:
        return LoadedModel(entry.name, model, None, None, Sentence("finding.unknown_data", data=recorded["name"]))
    other = Sentence("finding.other_version", data=spec.title, here=spec.version, then=recorded["version"])
    missing = available(spec.name, data_root) if own is None else None
    if missing is None and recorded["version"] != spec.version:
        missing = other
    if missing is None and model.config.model.shape != spec.shape:
        missing = Sentence("finding.other_shape", data=spec.title)
    images = own if missing is None else None
    if missing is None and own is None:
        try:
            images = load_data(spec.name, "test", data_root, fetch=False)
        except DataError as error:
            log.warning("The images of %s are missing: %s", spec.name, error)
            missing = shorten(error)
    if images is not None and len(model.index) and int(model.index.max()) >= len(images):
        images, missing = None, other
    return LoadedModel(entry.name, model, spec, images, missing)


def _own_images(data_root: Path, runs: Path | None, name: str) -> ImageSet | None:
    """The test images of a set of that name that a visitor or the command line has brought, where it is still here."""
    folder = (find_own(images_folder(runs), name) if runs else None) or find_gathered(name, data_root)
    try:
        return own_images(folder)[1] if folder else None
    except CheckpointError as error:  # removed since it was found, or damaged
        log.warning("One's own images are missing: %s", error)
        return None
