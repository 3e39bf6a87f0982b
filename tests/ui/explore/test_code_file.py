"""The codes that the page mixes by itself: all of them with their places, where they are few enough."""

from pathlib import Path

import numpy as np
import pytest

from vae.system import safetensors_file
from vae.ui.explore import code_file, payload
from vae.ui.models.catalog import Catalog


@pytest.fixture
def opened(trained, tmp_path):
    return Catalog(trained.path.parent, tmp_path).open("tiny")


def test_the_file_holds_all_codes_and_maps(opened):
    path = payload.overview(opened)["codes"]
    tensors, header = safetensors_file.read(Path(path))
    assert np.array_equal(tensors.pop("codes").numpy(), opened.model.mu)
    assert tensors.keys() == header["far"].keys() == set(payload.projections(opened))
    for name, points in tensors.items():
        assert np.array_equal(points.numpy(), opened.model.maps[name])
        edge = points.numpy().max(0) + header["far"][name]
        assert payload.place(opened, name, *(edge + 1e-3))["far"]
    assert code_file.code_file(opened) == path


def test_an_image_without_a_place_leaves_the_size_of_its_map_as_it_is():
    points = np.array([[np.nan, np.nan], [0.0, 1.0], [2.0, 1.0], [np.inf, 0.0]])
    assert code_file.far_from(points) == pytest.approx(0.1)
    assert code_file.far_from(points[:1]) == 0.0


def test_what_is_too_large_or_has_no_room_stays_with_the_server(opened, monkeypatch, caplog):
    with monkeypatch.context() as patched:
        patched.setattr(code_file, "MOST_BYTES", 1000)
        assert payload.overview(opened)["codes"] is None

    def full(kind, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(code_file, "page_file", full)
    assert code_file.code_file(opened) is None and "No space left" in caplog.text
