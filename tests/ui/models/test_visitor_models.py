"""What visitors have brought lies under names that nobody guesses, and private images are shown to whom they belong."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from vae.data.own.dataset import gather, own_images
from vae.system import safetensors_file
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui.kit.client import Client
from vae.ui.models.catalog import Catalog
from vae.ui.models.shares import record
from vae.ui.models.visitor_models import UPLOADS, folder_of, images_folder, own_sets, store_upload

ADA, EVE = Client("ada", "home"), Client("eve", "elsewhere")
RUN, SET, OTHER = "r" * 22, "s" * 22, "t" * 22


@pytest.mark.parametrize("name", ["up-scaled", "run-1", f"digits-{'x' * 22}", f"up-{'x' * 23}", f"up-{'ä' * 22}"])
def test_a_hosts_own_file_is_no_visitors(tmp_path, name):
    """The page asks the same of a name, kit/js/link.test.js."""
    assert folder_of(tmp_path, name) is None
    assert folder_of(tmp_path, f"up-{'Ab3_-' * 4}xx") is not None


def made(runs, token, client):
    home = images_folder(runs) / token
    home.mkdir(parents=True)
    if client:
        record(home, client)
    return home


def test_which_private_sets_a_model_may_show(tmp_path):
    mine, others = made(tmp_path, SET, ADA), made(tmp_path, OTHER, EVE)
    made(tmp_path, "u" * 22, None)  # of an older version, which wrote down nobody
    (tmp_path / RUN).mkdir()
    for own, homes in ((str(mine), [mine]), (f"/elsewhere/{OTHER}", [others]), (None, []), (3, [])):
        (tmp_path / RUN / "run.json").write_text(json.dumps({"own": own}))
        assert own_sets(tmp_path, f"run-{RUN}") == homes
    (tmp_path / RUN / "run.json").unlink()
    assert own_sets(tmp_path, f"run-{RUN}") == []
    for client, homes in ((ADA, [mine]), (EVE, [others]), (Client("eva"), []), (None, [])):
        folder = tmp_path / UPLOADS / RUN
        folder.mkdir(parents=True, exist_ok=True)
        if client:
            record(folder, client)
        assert own_sets(tmp_path, f"up-{RUN}") == homes
        shutil.rmtree(folder)
    assert own_sets(tmp_path, "scene3d-vae") is None


def trained_on(home, path):
    """The bytes of a model that says it was tested on the images there."""
    tensors, header = safetensors_file.read(CHECKPOINT_FOLDER / "digits-vae.safetensors")
    for key in [key for key in tensors if key.startswith(("encodings.", "map."))]:
        tensors[key] = tensors[key][:4].clone()
    tensors["encodings.index"] = torch.arange(4, dtype=torch.int32)
    spec = own_images(home)[1].spec
    header["dataset"] |= {"name": spec.name, "version": spec.version}
    header["config"]["dataset"] = spec.name
    safetensors_file.write(path, tensors, header)
    return path.read_bytes()


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    """A folder of runs with a set of ADA's, and the bytes of a model that was trained on it."""
    runs, photos = tmp_path_factory.mktemp("runs"), tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for number in range(40):
        Image.fromarray(rng.integers(0, 256, (32, 32), np.uint8)).save(photos / f"{number}.png")
    home = images_folder(runs) / SET
    gather(photos, 32, home)
    record(home, ADA)
    return runs, trained_on(home, photos / "mine.safetensors")


def test_pictures_of_a_private_set_are_its_owners(private, tmp_path):
    """Whoever has a copy of the file opens the model, and no picture."""
    runs, content = private
    catalog = Catalog(tmp_path, tmp_path / "data", runs)
    for client, seen in (
        (ADA, True),
        (Client("ada", "on a train"), True),
        (EVE, False),
        (Client("eva", "home"), False),
    ):
        opened = catalog.open(store_upload(runs, "mine.safetensors", content, client).name)
        assert (opened.images is not None) == seen and (opened.missing is None) == seen, client
    (runs / RUN / "kept").mkdir(parents=True)
    (runs / RUN / "kept" / "my.safetensors").write_bytes(content)
    (runs / RUN / "run.json").write_text(json.dumps({"own": str(images_folder(runs) / SET)}))
    assert catalog.open(f"run-{RUN}").images is not None  # who has the run's name has the run
    (tmp_path / "hosts.safetensors").write_bytes(content)
    assert catalog.open("hosts").images is None  # a host's file shows what the command line has gathered


def test_what_the_command_line_has_gathered_is_no_strangers(private, tmp_path):
    runs, content = private
    data = tmp_path / "data"
    shutil.copytree(images_folder(runs) / SET, data / "own" / "gathered")
    catalog = Catalog(tmp_path, data, tmp_path / "runs")
    (tmp_path / "hosts.safetensors").write_bytes(content)
    assert catalog.open("hosts").images is not None
    assert catalog.open(store_upload(tmp_path / "runs", "copy.safetensors", content, EVE).name).images is None
