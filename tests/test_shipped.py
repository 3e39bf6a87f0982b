"""The files that the project ships: whole, small, honest about themselves, and the pairs are pairs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pytest

from vae.checkpoint import FOLDER, load
from vae.data import DATASETS, available
from vae.data import load as load_data
from vae.evaluate import evaluate
from vae.metrics import mig, mutual_information
from vae.presets import PRESETS

FILES = sorted(FOLDER.glob("*.safetensors"))
PAIRS = ("scene3d", "mnist", "digits")
MEBI = 2**20


@lru_cache(maxsize=2)
def model_at(path: Path):
    return load(path)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def model(request):
    return model_at(request.param)


@pytest.fixture
def held_out(model, request, need):
    """The test split of the model's data set, where it is at hand."""
    name, root = model.config.dataset, None
    if name == "mnist":
        root = request.getfixturevalue("mnist_root")
    need(available(name, root) is None, f"the images of {name} are not here")
    return load_data(name, "test", root, fetch=False)


@cache
def sha256(name: str, root: Path | None) -> str:
    return load_data(name, "test", root, fetch=False).sha256()


def test_the_three_pairs_are_shipped():
    assert {f"{name}-{kind}" for name in PAIRS for kind in ("vae", "beta")} <= {path.stem for path in FILES}


def test_the_files_are_small():
    assert sum(path.stat().st_size for path in FILES) <= 20 * MEBI
    for path in FILES:
        assert path.stat().st_size <= 8 * MEBI, path.name


def test_a_file_names_itself(model):
    header = model.header
    assert header["name"] == model.path.stem
    assert header["dataset"]["name"] == model.config.dataset
    assert header["dataset"]["version"] == DATASETS[model.config.dataset].version
    assert header["steps"] == model.config.training.steps
    assert header["images"] == header["steps"] * model.config.training.batch_size
    assert header["seed"] == model.config.training.seed
    assert header["seconds"] > 0
    assert header["device"]
    assert header["changes"] == []
    assert {"python", "torch", "safetensors"} <= header["versions"].keys()


def test_a_file_is_what_its_preset_makes(model):
    assert model.config == PRESETS[model.name]


def test_the_readme_says_how_each_file_is_made(model, root):
    assert f"train --preset {model.name} " in (root / "README.md").read_text(encoding="utf-8")


def test_a_file_draws_its_first_map_by_itself(model):
    n = min(10_000, DATASETS[model.config.dataset].sizes["test"])
    assert model.maps.keys() == {"pca", "umap"}
    assert len(model.index) == n
    assert (np.diff(model.index) > 0).all()
    assert 0 <= model.index[0] <= model.index[-1] < DATASETS[model.config.dataset].sizes["test"]
    for points in model.maps.values():
        assert points.shape == (n, 2)
        assert (points.std(0) > 0).all()


def test_metrics_are_those_of_the_stored_encodings(model):
    """The header was measured on all test images, and here are all of them: the two must agree."""
    metrics = model.header["metrics"]
    assert metrics["neg_elbo"] == pytest.approx(metrics["distortion"] + metrics["rate"], rel=1e-5)
    np.testing.assert_allclose(model.kl.mean(0), metrics["kl_per_dim"], rtol=0.02, atol=0.005)
    assert (model.mu.astype(float).var(0) > 0.01).sum() == metrics["active_units"]
    assert model.distortion.mean() < metrics["distortion"]  # decoding mu flatters


def test_the_data_are_still_the_same(model, request, need):
    root = request.getfixturevalue("mnist_root") if model.config.dataset == "mnist" else None
    assert model.header["dataset"]["sha256"] == sha256(model.config.dataset, root)


def test_labels_belong_to_their_images(model, held_out):
    if held_out.labels is None:
        assert model.label is None
    else:
        assert np.array_equal(model.label, held_out.labels[model.index])


def test_stored_encodings_are_those_of_the_network(model, held_out):
    rows = np.linspace(0, len(model.index) - 1, 40).astype(int)
    mu, logvar = model.encode(held_out.batch(model.index[rows]))
    np.testing.assert_allclose(model.mu[rows], mu, rtol=0.01, atol=0.01)
    np.testing.assert_allclose(model.logvar[rows], logvar, rtol=0.01, atol=0.01)


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_shares_all_but_the_weight_of_the_kl(name):
    plain, heavier = (load(f"{name}-{kind}").header for kind in ("vae", "beta"))
    assert plain["config"]["objective"]["name"] == "vae"
    assert heavier["config"]["objective"]["name"] in ("beta_h", "beta_b")
    if heavier["config"]["objective"]["name"] == "beta_h":
        assert heavier["config"]["objective"]["beta"] > 1
    for key in ("dataset", "model", "training"):
        assert plain["config"][key] == heavier["config"][key], key
    for key in ("dataset", "seed", "steps", "images"):
        assert plain[key] == heavier[key], key
    assert heavier["metrics"]["rate"] < plain["metrics"]["rate"]
    assert heavier["metrics"]["distortion"] > plain["metrics"]["distortion"]


def test_in_scene3d_beta_every_factor_has_a_latent_of_its_own():
    model, data = load("scene3d-beta"), load_data("scene3d", "test")
    factors = data.factors[model.index]
    shares = mutual_information(model.mu, factors)
    ordered = np.sort(shares, axis=0)
    assert len(set(shares.argmax(0).tolist())) == 6, shares.round(2)
    assert (ordered[-2] < 0.5 * ordered[-1]).all(), shares.round(2)
    assert (ordered[-1] >= 0.6).sum() >= 3, shares.round(2)
    assert mig(model.mu, factors) == pytest.approx(model.header["metrics"]["mig"], abs=0.01)


def test_models_are_loaded_by_name_from_anywhere(root, tmp_path):
    code = "import json, vae; print(json.dumps([vae.load(name).name for name in ('digits-vae', 'digits-beta')]))"
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["digits-vae", "digits-beta"]


@pytest.mark.slow
def test_a_file_reaches_what_its_header_says(model, held_out):
    """Measured again; another device draws other noise, of which ten thousand images leave next to nothing."""
    found, expected = evaluate(model.network, held_out, seed=model.header["seed"]), model.header["metrics"]
    assert found.keys() == expected.keys()
    assert found["active_units"] == expected["active_units"]
    for key, wanted in expected.items():
        near = 5e-3 if key.startswith("mig") else 0.02  # what is drawn, and what is trained, moves a little more
        assert found[key] == (wanted if wanted is None else pytest.approx(wanted, rel=5e-3, abs=near)), key


@pytest.mark.slow
def test_a_file_beats_the_best_constant_picture(model, held_out):
    """The mean image is the best that a decoder without latents can paint."""
    x = held_out.images[:2000].float() / 255
    mean = x.mean(0).clamp(1e-4, 1 - 1e-4)
    constant = -(x * mean.log() + (1 - x) * (1 - mean).log()).flatten(1).sum(1).mean()
    assert model.header["metrics"]["neg_elbo"] < float(constant)
