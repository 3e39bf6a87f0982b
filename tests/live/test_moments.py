"""What lies on disk: at most a hundred moments, the first and the newest among them."""

import numpy as np
import pytest
import torch

from vae.live import moments
from vae.live.moments import Gallery, forget_after, gallery_of, path_of, read_moment, steps_kept, write_moment
from vae.system.safetensors_file import CheckpointError


def test_moments_are_thinned_evenly_and_never_more_than_a_hundred(fresh, tmp_path, monkeypatch):
    assert moments.MOST_MOMENTS == 100
    monkeypatch.setattr(moments, "MOST_MOMENTS", 16)
    state, *_ = fresh()
    for step in range(0, 1_200, 10):
        write_moment(tmp_path, state.model, torch.zeros(3, 4), {"step": step})
        kept = steps_kept(tmp_path)
        assert len(kept) <= 16 and kept[0] == 0 and kept[-1] == step
        gaps = np.diff(kept)[:-2]
        assert not len(gaps) or gaps.max() <= 4 * gaps.min()  # no long time without a moment


def test_what_lies_after_a_step_can_be_forgotten(fresh, tmp_path):
    state, *_ = fresh()
    for step in (0, 5, 9):
        write_moment(tmp_path, state.model, torch.zeros(2, 4), {"step": step})
    forget_after(tmp_path, 5)
    assert steps_kept(tmp_path) == [0, 5]


def test_a_gallery_comes_back_as_it_was(digits, tmp_path):
    gallery = gallery_of(digits[1])
    gallery.save(tmp_path)
    again = Gallery.load(tmp_path)
    assert torch.equal(again.originals, gallery.originals) and again.about == gallery.about
    assert (again.rows == gallery.rows).all() and (again.labels == gallery.labels).all() and again.factors is None
    assert (again.labels == digits[1].labels[again.rows]).all()


def test_damage_is_named(fresh, tmp_path):
    state, *_ = fresh()
    with pytest.raises(CheckpointError, match="no such file"):
        read_moment(tmp_path, 7, state.config)
    write_moment(tmp_path, state.model, torch.zeros(2, 4), {"step": 7})
    path = path_of(tmp_path, 7)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="whole safetensors"):
        read_moment(tmp_path, 7, state.config)
