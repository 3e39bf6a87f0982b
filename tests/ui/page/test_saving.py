"""*Save as a page*: a public server function, which gives everybody what they may open."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from vae.data.own.dataset import gather, own_images
from vae.system import safetensors_file
from vae.ui.kit.client import Client
from vae.ui.models.catalog import Catalog
from vae.ui.models.shares import record
from vae.ui.models.visitor_models import file_stem, images_folder, store_upload
from vae.ui.page import saving
from vae.ui.page.saving import page_endpoint

ADA, EVE = Client("ada", "home"), Client("eve", "elsewhere")


@pytest.fixture(scope="module")
def catalog(trained, flat, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints")
    for path in (trained.path, flat):
        shutil.copy(path, folder)
    return Catalog(folder, folder, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def save(catalog):
    function = page_endpoint(catalog)
    return lambda *arguments: function(list(arguments))


def test_a_page_comes_with_a_name_for_its_file(save):
    answer = save(["tiny"], True)["ok"]
    assert answer["name"] == "tiny-light.html" and answer["text"].endswith("</html>\n")
    assert save(["tiny", "flat"], True)["ok"]["name"] == "tiny-flat-light.html"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("tiny", False),
        ([], False),
        (["tiny"], 1),
        (["tiny"], None),
        (["tiny"] * 3, False),
        ([["tiny"]], False),
        ([None, "tiny"], True),
        (["../tiny"], False),
        ([math.nan], False),
        (["x" * 10**6], False),
        (["tiny", "tiny"], True),
    ],
    ids=lambda arguments: repr(arguments)[:30],
)
def test_whatever_comes_is_refused_in_a_sentence(save, arguments):
    answer = save(*arguments)
    assert set(answer) == {"error", "key", "values"} and answer["key"] != "error.internal"
    assert 10 < len(answer["error"]) < 400


def test_it_says_what_it_costs_before_anything_is_checked(catalog):
    work_of = page_endpoint(catalog).work_of
    one, two = work_of([["tiny"], True]), work_of([["tiny", "flat"], True])
    assert one.lane == "compute" and saving.WRITING < one.seconds < two.seconds
    for arguments in (None, [], [None, None], [[[[]]], {}], [[10**400] * 10**4, 0], [["tiny"] * 10**5, True]):
        assert work_of(arguments).seconds <= 2 * one.seconds + 10


@pytest.mark.parametrize("title", ["../../etc/passwd", "<b>\"'&", "방 β=4", "a\nb\x00", "…", "x" * 500])
def test_a_title_makes_the_name_of_a_file(title):
    stem = file_stem(title)
    assert 0 < len(stem) <= 60 and not set(stem) & set("/\\<>\"'&\n\x00. ")


@pytest.fixture(scope="module")
def private(trained, catalog, tmp_path_factory):
    """The bytes of a model that was trained on a set of ADA's."""
    photos, home = tmp_path_factory.mktemp("photos"), images_folder(catalog.runs) / ("s" * 22)
    rng = np.random.default_rng(0)
    for number in range(300):
        Image.fromarray(rng.integers(0, 256, (32, 32), np.uint8)).save(photos / f"{number}.png")
    gather(photos, 32, home)
    record(home, ADA)
    images = own_images(home)[1]
    tensors, header = safetensors_file.read(trained.path)
    for key in [key for key in tensors if key.startswith(("encodings.", "map."))]:
        tensors[key] = tensors[key][: len(images)].clone()
    tensors["encodings.index"] = torch.arange(len(images), dtype=torch.int32)
    header["dataset"] |= {"name": images.spec.name, "version": images.spec.version}
    header["config"]["dataset"] = images.spec.name
    header["name"] = "mine"
    safetensors_file.write(photos / "mine.safetensors", tensors, header)
    return (photos / "mine.safetensors").read_bytes()


def test_a_private_set_is_saved_by_whoever_may_see_it_and_no_name_is_told(save, catalog, private):
    for client, seen in ((ADA, True), (EVE, False)):
        name = store_upload(catalog.runs, "mine.safetensors", private, client).name
        answer = save([name], True)["ok"]
        assert answer["name"] == "mine-light.html"
        assert name not in answer["text"] and name.partition("-")[2] not in answer["text"]
        content = answer["text"].partition('id="page-content">')[2].partition("</script>")[0]
        overview = json.loads(content)["models"][0]["overview"]
        assert (overview["missing"] is None) == seen
        assert (overview["picked"]["original"] == overview["picked"]["reconstruction"]) == (not seen)
