"""The images that a file names: the very same, or the sentence that says what is different."""

import pytest

from vae.data import DATASETS
from vae.data.recorded import find_images

SPEC = DATASETS["digits"]
LAST = SPEC.sizes["test"] - 1


def test_the_same_images_are_found(tmp_path):
    found = find_images("digits", SPEC.version, SPEC.shape, LAST, tmp_path)
    assert found.spec is SPEC and len(found.images) == LAST + 1 and found.missing is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "nothing"}, "The data set nothing is not known here."),
        ({"version": "0"}, f"{SPEC.title} is here in version {SPEC.version}, the model was trained on version 0."),
        ({"shape": (3, 64, 64)}, f"{SPEC.title} has images of another shape than this model."),
        (
            {"last": LAST + 5},
            f"{SPEC.title} has {LAST + 1} test images here, the model was tested on at least {LAST + 6}.",
        ),
    ],
    ids=["unknown", "version", "shape", "fewer"],
)
def test_other_images_are_told_apart(tmp_path, changes, sentence):
    asked = {"name": "digits", "version": SPEC.version, "shape": SPEC.shape, "last": LAST} | changes
    found = find_images(**asked, root=tmp_path)
    assert found.images is None and str(found.missing) == sentence
