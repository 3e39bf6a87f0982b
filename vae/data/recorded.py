"""The images that a file says it was tested on: found again, or the sentence that says why they cannot be shown."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vae.data import DATASETS, available, load
from vae.data.imageset import DataError, DatasetSpec, ImageSet
from vae.data.own.cache import find_gathered
from vae.data.own.dataset import find_own, own_images
from vae.system.messages import Sentence
from vae.system.safetensors_file import CheckpointError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordedImages:
    """What a name and a version stand for on this machine.

    Attributes:
        spec: the data set; None where nobody knows one of that name.
        images: its test images; None where they are missing or not the same.
        missing: why there are no images.
    """

    spec: DatasetSpec | None
    images: ImageSet | None
    missing: Sentence | None


def find_images(
    name: str, version: str, shape: tuple[int, int, int], last: int, root: Path, own: Sequence[Path] | None = None
) -> RecordedImages:
    """The test images of a data set, where they are at hand and the very same. Nothing is downloaded.

    Args:
        name, version: as the file records them.
        shape: (C, H, W) that the model takes.
        last: the highest index of an image that the file speaks of.
        root: folder of downloaded data, and of pictures that the command line has gathered.
        own: folders of the private sets that may be shown; None for those that the command line has gathered. The name
            alone opens nobody's pictures: a file is easily copied.
    """
    brought = _brought(name, root, own)
    spec = brought.spec if brought else DATASETS.get(name)
    if spec is None:
        return RecordedImages(None, None, Sentence("data.unknown_here", data=name))
    if brought is None and (missing := available(name, root)):
        return RecordedImages(spec, None, missing)
    if version != spec.version:
        other = Sentence("data.other_version", data=spec.title, here=spec.version, then=version)
        return RecordedImages(spec, None, other)
    if shape != spec.shape:
        return RecordedImages(spec, None, Sentence("data.other_shape", data=spec.title))
    try:
        images = brought or load(name, "test", root, fetch=False)
    except DataError as error:
        log.warning("The images of %s are missing: %s", name, error)
        return RecordedImages(spec, None, error.sentence)
    if last >= len(images):
        fewer = Sentence("data.fewer_images", data=spec.title, here=len(images), then=last + 1)
        return RecordedImages(spec, None, fewer)
    return RecordedImages(spec, images, None)


def _brought(name: str, root: Path, own: Sequence[Path] | None) -> ImageSet | None:
    """The test images of a set of that name that a visitor or the command line has brought, where it is still here."""
    folder = find_gathered(name, root) if own is None else find_own(own, name)
    try:
        return own_images(folder)[1] if folder else None
    except CheckpointError as error:  # removed since it was found, or damaged
        log.warning("One's own images are missing: %s", error)
        return None
