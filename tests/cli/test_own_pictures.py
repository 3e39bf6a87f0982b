"""One's own pictures on the command line: gathered once, trained on, measured and resumed without the originals."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from vae.checkpoints import checkpoint
from vae.cli import own_pictures
from vae.data import DataError, load
from vae.data.own.dataset import own_images
from vae.ui.models.catalog import Catalog

TINY = ["--width", "4", "--latent-dim", "3", "--batch-size", "8"]


@pytest.fixture
def run(run, tmp_path, monkeypatch):
    """The command line, with a data folder and a cache of its own in that empty folder."""
    monkeypatch.setenv("LATENT_EXPLORER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return run


@pytest.fixture
def pictures(tmp_path):
    """A folder of two classes, and a file that is no picture."""
    folder = tmp_path / "pictures"
    for number in range(40):
        home = folder / ("dark", "light")[number % 2]
        home.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 128, (50, 40, 3)) + 127 * (number % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(home / f"{number:02d}.png")
    (folder / "dark" / "notes.txt").write_text("no picture")
    return folder


def test_from_pictures_to_a_model_on_the_page(run, pictures, tmp_path):
    code, out, err = run("data", "folder", "--images", pictures, "--size", 32)
    assert code == 0
    assert "40 pictures are used; skipped: 1 not an image; kept in" in err
    assert "train: 32 images (3, 32, 32)" in out
    assert "licence: as the images themselves" in out
    given = ["train", "--dataset", "folder", "--images", pictures, "--size", 32, *TINY, "--out", "a.safetensors"]
    code, out, err = run(*given, "--steps", 4)
    assert code == 0
    assert "a.safetensors: -ELBO" in out
    model = checkpoint.load("a.safetensors")
    (home,) = (tmp_path / "data" / "own").iterdir()
    train, test = own_images(home)
    assert model.header["dataset"]["name"] == train.name
    assert model.config.model.shape == (3, 32, 32)
    assert model.header["dataset"]["sha256"] == test.sha256()
    assert torch.equal(load(train.name, "test").images, test.images)

    shutil.rmtree(pictures)  # all else needs the pictures no more
    assert run("evaluate", "a.safetensors")[0] == 0
    assert run("train", "--resume", "a.resume", "--steps", 6, "--out", "b.safetensors")[0] == 0
    opened = Catalog(tmp_path, tmp_path / "data").open("a")
    assert opened.missing is None
    assert opened.spec.label_names == ("dark", "light")
    assert np.array_equal(opened.originals([2])[0].numpy(), test.images[opened.model.index[2]].numpy())

    shutil.rmtree(tmp_path / "data")
    code, _, err = run("evaluate", "a.safetensors")
    assert code == 2
    assert f"The images {train.name} are not in" in err
    assert "`python -m vae data folder --images PATH`" in err
    assert Catalog(tmp_path, tmp_path / "data").open("a").missing


def test_pictures_are_read_again_only_where_they_have_changed(run, pictures, monkeypatch):
    assert run("data", "folder", "--images", pictures)[0] == 0
    first = run("data", "folder", "--images", pictures)[1]
    assert "(3, 64, 64)" in first
    Image.new("RGB", (30, 30)).save(pictures / "light" / "more.png")
    assert "41 pictures are used" in run("data", "folder", "--images", pictures)[2]
    monkeypatch.setattr("vae.data.own.cache.gather", lambda *given, **options: pytest.fail("read again"))
    assert "41 pictures are used" in run("data", "folder", "--images", pictures)[2]


def test_a_few_pictures_train_in_smaller_batches(run, pictures):
    few = ["train", "--dataset", "folder", "--images", pictures, "--size", 32, *TINY[:4], "--out", "a.safetensors"]
    code, _, err = run(*few, "--steps", 2)
    assert code == 0 and "batches of 32, for there are no more images" in err
    assert checkpoint.load("a.safetensors").config.training.batch_size == 32
    code, _, err = run(*few, "--steps", 2, "--batch-size", 50)
    assert code == 2 and "32 train images, fewer than a batch of 50: choose a smaller batch" in err


def test_what_was_decided_for_the_set_is_said_again_from_the_cache(run, tmp_path):
    (tmp_path / "deep").mkdir()
    for number in range(20):
        pixels = np.random.default_rng(number).integers(0, 4096, (40, 40)).astype(np.uint16)
        Image.fromarray(pixels).save(tmp_path / "deep" / f"{number}.tif")
    for _ in range(2):
        code, _, err = run("data", "folder", "--images", "deep", "--size", 32)
        assert (
            code == 0 and "20 images hold numbers from 0 to 4095, more than 8 bits: 0 became black, 4095 white" in err
        )


def test_a_zip_does_as_well(run, pictures, tmp_path):
    shutil.make_archive(str(tmp_path / "zipped"), "zip", pictures)
    first, second = (run("data", "folder", "--images", path)[1] for path in (pictures, tmp_path / "zipped.zip"))
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["data", "folder"], "the data set folder needs --images PATH, a folder or a zip of pictures"),
        (["data", "folder", "--images", "nowhere"], "nowhere is not there: give a folder or a zip file of images"),
        (["data", "folder", "--images", "empty"], "empty holds no readable image, and at least 16 are needed"),
        (["data", "digits", "--images", "empty"], "--images belongs to the data set folder"),
        (["data", "digits", "--size", "32"], "--size belongs to the data set folder"),
        (["data", "folder", "--images", "empty", "--size", "48"], "invalid choice: 48"),
        (["train", "--dataset", "folder", "--out", "a.safetensors"], "needs --images"),
        (["train", "--preset", "mnist-vae", "--images", "empty", "--out", "a.safetensors"], "belongs to the data set"),
        (
            ["train", "--preset", "mnist-vae", "--dataset", "folder", "--images", "pictures", "--out", "a.safetensors"],
            "preset mnist-vae is for mnist",
        ),
    ],
)
def test_wrong_arguments_are_one_sentence(run, pictures, tmp_path, arguments, named):
    (tmp_path / "empty").mkdir()
    code, _, err = run(*arguments)
    assert code == 2
    assert named in err.splitlines()[-1]
    assert "Traceback" not in err


def test_an_unknown_set_of_pictures_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="brings them back"):
        load("own-0123456789ab", "test", tmp_path)
    assert own_pictures.FOLDER_DATASET == "folder"
