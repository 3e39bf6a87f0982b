"""Imported models with images of a data set, or of a folder, in the place of draws."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from published_layouts import write_burgess

from vae.checkpoints.checkpoint import load
from vae.data import load as load_data
from vae.ui.models.catalog import Catalog


@pytest.fixture
def model(tmp_path):
    write_burgess(tmp_path / "model")
    return tmp_path / "model"


def test_a_data_set_is_encoded(run, model, tmp_path):
    code, out, _ = run("import", "disentangling-vae", model, "--images", "digits", "--out", "a.safetensors")
    assert code == 0 and "360 images of digits: -ELBO" in out
    found, test = load("a.safetensors"), load_data("digits")
    assert found.draws is None and found.imported and found.config.dataset == "digits"
    assert found.header["dataset"]["sha256"] == test.sha256() and found.label is not None
    mu, _ = found.encode(test.batch(found.index[:20]))
    np.testing.assert_allclose(found.mu[:20], mu.numpy(), rtol=1e-2, atol=1e-2)
    metrics = found.header["metrics"]
    assert metrics["neg_elbo"] == pytest.approx(metrics["rate"] + metrics["distortion"])
    opened = Catalog(tmp_path, tmp_path).open("a")
    assert opened.images is not None and opened.missing is None and opened.drawn is None
    assert opened.diagnosis.evidence.steps is None, "a training that nobody watched here is not too early"


def test_pictures_of_a_folder_are_encoded(run, model, tmp_path):
    (tmp_path / "pictures").mkdir()
    for number in range(40):
        Image.new("L", (50, 40), 6 * number).save(tmp_path / "pictures" / f"{number}.png")
    words = ("--images", "pictures", "--data", "data", "--out", "a.safetensors")
    code, out, err = run("import", "disentangling-vae", model, *words)
    assert code == 0 and "8 images of own-" in out and "40 pictures are used" in err
    opened = Catalog(tmp_path, tmp_path / "data").open("a")
    assert opened.images is not None and len(opened.model.index) == 8


def test_images_that_do_not_fit_are_named(run, model):
    code, _, err = run("import", "disentangling-vae", model, "--images", "scene3d", "--out", "a.safetensors")
    assert code == 2 and "(3, 64, 64)" in err and "(1, 32, 32)" in err and err.strip().count("\n") == 0
    code, _, err = run(
        "import", "disentangling-vae", model, "--images", "nowhere", "--data", "data", "--out", "a.safetensors"
    )
    assert code == 2 and "nowhere is not there" in err


def test_a_kind_that_is_none_is_named(run, model):
    code, _, err = run("import", "keras", model, "--out", "a.safetensors")
    assert code == 2 and "disentangling-vae" in err and err.count("\n") == 1
