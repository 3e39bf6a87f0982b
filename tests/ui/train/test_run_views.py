"""What the Train tab shows of a run: the moment's own model, on one map for all moments."""

import base64
import io
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from vae.checkpoints.checkpoint import CheckpointError
from vae.config import ObjectiveConfig, ScheduleConfig
from vae.data import DATASETS, load
from vae.images import from_output, to_uint8
from vae.latent.projection import pca
from vae.live.moments import gallery_of, read_moment
from vae.live.recipe import Recipe, configured
from vae.live.run import LiveRun
from vae.live.session import session
from vae.training.state import TrainState
from vae.ui.kit.i18n import UserError
from vae.ui.train.film import film_of, smooth_reaches
from vae.ui.train.run_views import RunViews, _following, render_snapshot, scene

RECIPE = Recipe("digits", latent_dim=4, width=4, batch_size=64, unit="steps", budget=30)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A whole run, trained in this process."""
    folder = tmp_path_factory.mktemp("run")
    train_images, test = load("digits", "train"), load("digits", "test")
    found = LiveRun("r" * 22, "owner", folder, RECIPE)
    gallery = gallery_of(test)
    gallery.save(folder)
    state = TrainState.fresh(configured(RECIPE, DATASETS["digits"], len(train_images)))
    for event in session(state, train_images, test, gallery, folder, lambda wait: None):
        found.absorb(event)
    assert found.state == "finished" and len(found.moments) >= 2
    return found


def until(condition):
    end = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


def numbers(packed):
    return np.frombuffer(base64.b64decode(packed), "<f4")


def picture(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).convert("L"), float)


def test_a_look_decodes_with_the_model_of_its_moment(run):
    looks = RunViews()
    step = run.moments[-1]
    network, codes, _ = read_moment(run.folder, step, run.config)
    originals = looks.view(run).gallery.originals
    with torch.no_grad():
        wanted = to_uint8(from_output(network.decode(network.encode(originals[:8].float() / 255).mu), "bernoulli"))
    got = picture(looks.at(run, step)["reconstructions"])
    whole = torch.cat(list(wanted[:, 0]), dim=1).numpy()
    assert got.shape == whole.shape and np.abs(got - whole).mean() < 3  # WebP loses a little
    first = picture(looks.at(run, 0)["reconstructions"])
    assert np.abs(first - got).mean() > 10


def test_all_moments_lie_on_the_axes_of_the_newest_codes(run):
    looks, newest = RunViews(), run.moments[-1]
    assert looks.at(run, newest)["axes"] == looks.at(run, 0)["axes"] == newest
    found = looks.at(run, newest)["map"]
    codes = read_moment(run.folder, newest, run.config)[1]
    np.testing.assert_allclose(np.stack([numbers(found[axis]) for axis in "xy"], 1), pca(codes), atol=1e-4)
    early = looks.at(run, 0)["map"]
    assert numbers(early["x"]).std() < numbers(found["x"]).std() / 2  # the map unfolds
    assert 0 <= early["explained"] <= 1 and 0 < found["explained"] <= 1 + 1e-6


def test_a_live_map_follows_its_predecessor_through_turns_and_mirrors():
    codes = np.random.default_rng(0).normal(size=(200, 5)) * [4, 2, 1, 0.5, 0.1]
    last = pca(codes)
    angle = 2.0
    turned = last @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * [1, -1]
    np.testing.assert_allclose(_following(codes, turned.astype(np.float32)), turned, atol=1e-4)
    np.testing.assert_allclose(_following(codes, None), last)


def test_the_newest_look_is_made_aside_and_comes_once(run):
    looks = RunViews()
    assert looks.newest(run, -1) is None  # asked for, not waited for
    found = until(lambda: looks.newest(run, -1))
    assert found["axes"] is None  # its own
    assert found["step"] == run.moments[-1] and looks.newest(run, found["step"]) is None
    assert "finding.early" in [finding["key"] for finding in looks.view(run).findings]  # 30 steps


def test_the_doctor_judges_a_moment_by_the_numbers_of_that_moment(run, monkeypatch):
    """A capacity that rises to 20 is 5 after a quarter of its way; one that was turned is what it was turned to."""
    judged = []
    monkeypatch.setattr("vae.ui.train.run_views.findings_json", lambda evidence: judged.append(evidence) or [])
    rising = replace(run.config, objective=ObjectiveConfig("beta_b", capacity=20.0))
    last = run.moments[-1]
    monkeypatch.setattr(run, "config", replace(rising, schedule=ScheduleConfig(anneal_steps=4 * last)))
    view = RunViews().view(run)
    render_snapshot(run, view, last)
    monkeypatch.setattr(run, "changes", [{"step": 10, "knob": "capacity", "value": 7.0}])
    render_snapshot(run, view, last)
    assert [evidence.config.objective.capacity for evidence in judged] == [5.0, 7.0]
    assert [(evidence.steps, evidence.until) for evidence in judged] == [(last, 250)] * 2


@pytest.mark.parametrize("fault", [ValueError("genuine"), CheckpointError("checkpoint.no_file", file="gone")])
def test_a_look_that_cannot_be_made_is_logged_once_and_not_tried_again(run, monkeypatch, caplog, fault):
    tried, last = [], run.moments[-1]

    def of_the_last_fails(run, view, step):
        tried.append(step)
        if step == last:
            raise fault
        return render_snapshot(run, view, step)

    looks = RunViews()
    monkeypatch.setattr("vae.ui.train.run_views.render_snapshot", of_the_last_fails)
    looks.newest(run, -1)
    until(lambda: caplog.records)
    for _ in range(20):
        assert looks.newest(run, -1) is None
    monkeypatch.setattr(run, "moments", run.moments[:-1])  # another moment may fare better; it is made after all others
    until(lambda: looks.newest(run, -1))
    assert tried == [last, run.moments[-1]]
    [record] = caplog.records
    assert bool(record.exc_info) == isinstance(fault, ValueError)


def test_the_scene_says_what_stays_the_same(run):
    looks = RunViews()
    found = scene(run, looks.view(run))
    assert found["dims"] == 4 and found["shape"] == [1, 32, 32] and found["images"] == 360 and found["shown"] == 8
    assert found["column"]["kind"] == "discrete" and len(found["column"]["names"]) == 10


def test_a_moment_that_is_not_there_is_a_sentence(run):
    with pytest.raises(UserError, match="no moment"):
        RunViews().at(run, 7_777)


def test_the_film_shows_every_moment(run):
    film = film_of(run, RunViews())
    with Image.open(io.BytesIO(base64.b64decode(film["uri"].split(",")[1]))) as animation:
        assert animation.format == "GIF" and animation.n_frames == len(run.moments)
    assert film["name"] == "digits-vae.gif"


def test_the_maps_scale_glides_and_a_collapse_still_fills_it():
    wide, narrow = [4.0] * 10, [0.02] * 10
    reaches = smooth_reaches([*wide, *narrow])
    assert np.allclose([reaches[0], reaches[-1]], [4.0, 0.02], rtol=0.01), "each end has a scale of its own"
    assert all(reach >= own for reach, own in zip(reaches, [*wide, *narrow], strict=True)), "no point leaves the map"
    falls = np.array(reaches[10:-1]) / np.array(reaches[11:])
    assert (falls >= 1 - 1e-9).all() and falls.max() < 4, "it glides, where the points jump by 200"
    assert smooth_reaches([0.0, 0.0]) == [1.0, 1.0]
    assert np.allclose(smooth_reaches([2.0, 0.0]), 2.0)
