"""From a training to its file: the stored encodings, map and statistics are those of the network beside them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch.distributions import Bernoulli, Normal, kl_divergence

from vae.checkpoints import export
from vae.checkpoints.checkpoint import QUANTILES, load
from vae.data import StoredImages
from vae.latent.projection import PROJECTIONS
from vae.system import safetensors_file


@pytest.fixture(scope="module")
def model(trained):
    return load(trained.path)


@pytest.fixture(scope="module")
def encoded(model, digits):
    return model.encode(digits["test"].images)


def test_encodings_are_those_of_the_network(model, digits, encoded):
    mu, logvar = encoded
    assert np.array_equal(model.index, np.arange(360))
    np.testing.assert_allclose(model.mu, mu, rtol=1e-3, atol=1e-3)  # half precision in the file
    np.testing.assert_allclose(model.logvar, logvar, rtol=1e-3, atol=1e-3)
    assert np.array_equal(model.label, digits["test"].labels)


def test_distortions_are_those_of_the_mean(model, digits, encoded):
    x = digits["test"].images.double() / 255
    with torch.no_grad():
        likelihood = Bernoulli(logits=model.network.decode(encoded[0]).double(), validate_args=False)
    np.testing.assert_allclose(model.distortion, -likelihood.log_prob(x).sum((1, 2, 3)), rtol=1e-4)


def test_the_map_is_the_pca_of_the_encodings(model, encoded):
    expected = PCA(2).fit_transform(encoded[0].numpy())
    assert model.maps.keys() == {"pca"}
    signs = np.sign((model.maps["pca"] * expected).sum(0))
    np.testing.assert_allclose(model.maps["pca"] * signs, expected, rtol=1e-2, atol=1e-2)


def test_statistics_are_those_of_the_split(model, encoded):
    mu, logvar = encoded
    kl = kl_divergence(Normal(mu, logvar.exp().sqrt()), Normal(0.0, 1.0))
    np.testing.assert_allclose(model.stats["kl"], kl.mean(0), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(model.stats["mu_mean"], mu.numpy().mean(0), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(model.stats["mu_std"], mu.numpy().std(0), rtol=1e-3, atol=1e-4)
    below = (mu.numpy()[None] <= model.stats["mu_quantiles"][:, None] + 1e-5).mean(1)
    np.testing.assert_allclose(below, np.repeat(np.array(QUANTILES)[:, None], 6, axis=1), atol=2 / 360)
    np.testing.assert_allclose(model.kl.mean(0), model.stats["kl"], rtol=2e-2, atol=2e-3)


def test_a_map_is_added_in_place_and_nothing_else_changes(trained, tmp_path, monkeypatch):
    path = tmp_path / "tiny.safetensors"
    path.write_bytes(trained.path.read_bytes())
    seen = []
    monkeypatch.setitem(PROJECTIONS, "umap", lambda codes: seen.append(codes) or 2 * codes[:, 1:3])
    export.add_map(path)
    (before, header), (after, same) = safetensors_file.read(trained.path), safetensors_file.read(path)
    assert same == header
    assert after.keys() - before.keys() == {"map.umap"}
    assert all(torch.equal(after[key], before[key]) for key in before)
    model = load(path)
    assert np.array_equal(seen[0], model.mu)
    assert np.array_equal(model.maps["umap"], 2 * model.mu[:, 1:3])
    export.add_map(path)  # once more replaces it
    assert safetensors_file.read(path)[0].keys() == after.keys()


def labelled(digits, labels) -> StoredImages:
    pixels = torch.zeros(len(labels), 1, 32, 32, dtype=torch.uint8)
    return StoredImages(digits["test"].spec, "test", pixels, labels)


@pytest.mark.parametrize(
    ("sizes", "count", "expected"),
    [
        ([100, 100, 100], 30, [10, 10, 10]),
        ([500, 50, 5], 60, [28, 27, 5]),
        ([500, 2, 2], 100, [96, 2, 2]),
        ([3, 3], 6, [3, 3]),
        ([3, 3], 100, [3, 3]),
    ],
)
def test_images_are_chosen_evenly_over_the_classes(digits, sizes, count, expected):
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    chosen = export.spread_evenly(labelled(digits, labels), count)
    assert chosen.dtype == np.int64
    assert (np.diff(chosen) > 0).all()
    found = Counter(labels[chosen].tolist())
    assert sum(found.values()) == min(count, sum(sizes))
    assert all(abs(found[label] - wanted) <= 1 for label, wanted in enumerate(expected))


def test_without_classes_images_are_chosen_over_the_whole_split(digits):
    data = labelled(digits, np.zeros(1000, np.int64))
    data.labels = None
    chosen = export.spread_evenly(data, 200)
    assert len(set(chosen.tolist())) == 200
    assert (np.diff(chosen) > 0).all()
    assert np.histogram(chosen, bins=4, range=(0, 1000))[0].min() > 30


def test_more_classes_than_a_byte_holds_are_refused(tiny, digits, few_samples, tmp_path):
    from vae.training.state import TrainState

    data = labelled(digits, np.arange(60) + 200)
    with pytest.raises(safetensors_file.CheckpointError, match="encodings.label should lie in 0 to 255"):
        export.export(TrainState.fresh(tiny()), data, tmp_path / "many.safetensors")


def test_many_latents_store_fewer_encodings(tiny, digits, few_samples, tmp_path):
    """2,000 where D > 32, so that no file grows beyond bounds."""
    from vae.training.state import TrainState

    state = TrainState.fresh(tiny(model={"latent_dim": 33}))
    data = labelled(digits, np.arange(2500) % 10)
    path = tmp_path / "wide.safetensors"
    export.export(state, data, path)
    wide = load(path)
    assert wide.mu.shape == (2000, 33)
    assert set(Counter(wide.label.tolist()).values()) == {200}
    assert np.array_equal(wide.label, data.labels[wide.index])
