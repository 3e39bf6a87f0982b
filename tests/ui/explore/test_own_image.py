"""A visitor's own picture: a test image that comes back is what its file says, and strange ones are told apart."""

import base64
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from closeness import same_pictures
from PIL import Image

from vae.latent.projection import affine, pca
from vae.ui.explore import own_image
from vae.ui.explore.endpoints import explore_endpoints
from vae.ui.models.catalog import Catalog


@pytest.fixture(scope="module")
def catalog(trained):
    return Catalog(trained.path.parent, trained.path.parent)


@pytest.fixture(scope="module")
def opened(catalog):
    return catalog.open("tiny")


@pytest.fixture(scope="module")
def own(catalog):
    (function,) = (found for found in explore_endpoints(catalog) if found.__name__ == "own_image")
    return lambda *arguments: function(list(arguments))


def sent(pixels):
    """uint8 (H, W) or (H, W, 3) as the page sends it."""
    return base64.b64encode(
        np.broadcast_to(pixels.reshape(*pixels.shape[:2], -1), (*pixels.shape[:2], 3)).tobytes()
    ).decode()


def test_a_test_image_comes_back_as_what_its_file_says(opened, own):
    judged = []
    for row in range(0, 360, 24):
        image = opened.originals([row])[0, 0].numpy()
        answer = own("tiny", sent(image))["ok"]
        json.dumps(answer, allow_nan=False)
        assert answer["index"] is None
        assert np.allclose(answer["z"], opened.model.mu[row], atol=5e-3)  # stored as float16
        assert answer["row"] == row
        said = answer["own"]
        assert said["near"] == opened.model.index[row]
        assert said["distance"] < 0.02
        assert np.allclose(said["places"]["pca"], opened.model.maps["pca"][row], atol=1e-2)
        grey = torch.from_numpy(image / 255.0)
        floor = torch.nn.functional.binary_cross_entropy(grey, grey, reduction="sum")
        assert said["cost"] == pytest.approx(float(opened.model.distortion[row] - floor), abs=0.05)
        assert not said["inverted"]
        judged.append(said["far"])
        picture = Image.open(io.BytesIO(base64.b64decode(answer["original"].split(",")[1])))
        assert np.array_equal(np.asarray(picture), image)
    assert judged.count(True) <= 1  # one in two hundred is beyond by its definition


def test_the_limit_is_the_quantile_of_all_test_images(opened):
    limit, total = own_image.usual_cost(opened)
    assert not total
    grey = opened.images.images[opened.model.index].double() / 255
    floors = torch.nn.functional.binary_cross_entropy(grey, grey, reduction="none").flatten(1).sum(1)
    assert limit == pytest.approx(np.quantile(opened.model.distortion - floors.numpy(), 0.995), abs=0.05)


def test_noise_stripes_and_a_blank_are_far_outside(own):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (32, 32)).astype(np.uint8)
    stripes = np.tile(np.array([0, 0, 255, 255], np.uint8), (32, 8))
    for strange in (noise, stripes, np.zeros((32, 32), np.uint8)):
        said = own("tiny", sent(strange))["ok"]["own"]
        assert said["far"], said
        assert said["cost"] > said["limit"]


def test_black_on_white_is_swapped(opened, own):
    image = opened.originals([7])[0, 0].numpy()
    straight, swapped = (own("tiny", sent(pixels))["ok"] for pixels in (image, 255 - image))
    assert swapped["own"]["inverted"]
    assert swapped["z"] == straight["z"]
    assert swapped["original"] == straight["original"]


def test_colours_turn_grey_as_pillow_turns_them(opened):
    colours = np.random.default_rng(1).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    found = own_image.pixels_of(opened, sent(colours))
    expected = np.asarray(Image.fromarray(colours).convert("L"))[None]
    same_pictures(found, expected)
    assert found.shape == (1, 32, 32)


def test_without_the_images_the_whole_cost_is_compared(trained, tmp_path):
    (tmp_path / "tiny.safetensors").write_bytes(trained.path.read_bytes())
    bare = Catalog(tmp_path, tmp_path).open("tiny")
    image = bare.originals([5])[0].numpy()
    bare.images = None
    said = own_image.own_pick(bare, image)["own"]
    assert said["total"]
    assert said["cost"] == pytest.approx(float(bare.model.distortion[5]), abs=0.05)
    assert said["limit"] == pytest.approx(float(np.quantile(bare.model.distortion, 0.995)))


def test_without_any_costs_nothing_is_judged(trained, tmp_path):
    (tmp_path / "tiny.safetensors").write_bytes(trained.path.read_bytes())
    bare = Catalog(tmp_path, tmp_path).open("tiny")
    bare.images, bare.model = None, replace(bare.model, distortion=None)
    said = own_image.own_pick(bare, np.zeros((1, 32, 32), np.uint8))["own"]
    assert said["limit"] is None
    assert not said["far"]
    json.dumps(said, allow_nan=False)


def test_a_code_beyond_all_sliders_is_cut_to_where_they_lead(opened, own, monkeypatch):
    monkeypatch.setattr(opened.model.network, "encode", lambda x: far_away(len(x), opened.dims))
    z = own("tiny", sent(np.zeros((32, 32), np.uint8)))["ok"]["z"]
    assert np.abs(z).max() == opened.reach


def far_away(images, dims):
    from vae.models.posterior import Posterior

    return Posterior(torch.full((images, dims), 1e4), torch.zeros(images, dims))


def test_umap_lies_between_the_nearest(opened, monkeypatch):
    points = np.random.default_rng(2).normal(size=(360, 2))
    monkeypatch.setitem(opened.model.maps, "umap", points)
    image = opened.originals([11])[0].numpy()
    answer = own_image.own_pick(opened, image)
    away = np.linalg.norm(opened.model.mu - np.array(answer["z"]), axis=1)
    nearest = np.argsort(away)[:3]
    weights = 1 / away[nearest]
    assert np.allclose(answer["own"]["places"]["umap"], weights @ points[nearest] / weights.sum(), atol=1e-4)


def test_the_straight_map_is_the_projection_that_made_the_points():
    codes = np.random.default_rng(3).normal(size=(200, 5)) * (3, 2, 1, 0.5, 0)  # the last latent never moves
    weights, offset = affine(codes[:150], pca(codes[:150]))
    assert np.allclose(codes[:150] @ weights + offset, pca(codes[:150]), atol=1e-5)
    fresh = codes[150:] - codes[:150].mean(0)
    _, _, directions = np.linalg.svd(codes[:150] - codes[:150].mean(0), full_matrices=False)
    assert np.allclose(np.abs(codes[150:] @ weights + offset), np.abs(fresh @ directions[:2].T), atol=1e-5)


RIGHT = sent(np.zeros((32, 32), np.uint8))


@pytest.mark.parametrize(
    "pixels",
    [
        None, 3, math.nan, [], {}, b"", "", "A", RIGHT[:-4], RIGHT + "AAAA", "!" * len(RIGHT), "é" * len(RIGHT),
        "A" * 10**6, [RIGHT], RIGHT[:-4] + "====", RIGHT.replace("A", "\n", 1), "data:image/png;base64,AAAA",
    ],
    ids=lambda pixels: repr(pixels)[:20],
)  # fmt: skip
def test_anything_else_is_refused_in_one_sentence(own, pixels):
    answer = own("tiny", pixels)
    assert answer["key"] == "error.own_pixels"
    assert answer["error"] == "An image of one's own comes as the red, green and blue of 32 × 32 pixels."


@pytest.mark.parametrize("arguments", [[], ["tiny"], ["tiny", RIGHT, 1], ["no-such-model", RIGHT], [None, RIGHT]])
def test_wrong_calls_are_refused(own, arguments):
    assert own(*arguments)["key"] in ("error.arguments", "error.model")
