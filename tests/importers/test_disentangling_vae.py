"""Models of disentangling-vae: what is imported paints and encodes as a second implementation of their layout does."""

from __future__ import annotations

import json

import pytest
import torch
from published_layouts import SPECS, Burgess, write_burgess

from vae.checkpoints.checkpoint import CheckpointError, load
from vae.config import ObjectiveConfig
from vae.importers import KINDS, ForeignError
from vae.importers.disentangling_vae import read
from vae.latent.prior_draws import COUNT

NAMES = ("VAE_celeba", "betaH_celeba", "betaH_chairs", "VAE_dsprites", "betaB_dsprites", "VAE_mnist")


def assert_same(found, theirs: Burgess, x, z):
    """Means and log variances of x, and pictures of z, to the precision that a file has."""
    with torch.inference_mode():
        mu, logvar = theirs.encoder(x)
        pictures = theirs.decoder(z)
        posterior = found.encode(x)
        torch.testing.assert_close(posterior.mu, mu, rtol=1e-2, atol=1e-2)
        torch.testing.assert_close(posterior.logvar, logvar, rtol=1e-2, atol=1e-2)
        torch.testing.assert_close(found.decode(z).sigmoid(), pictures, rtol=0, atol=1 / 255)
    assert pictures.std(0).max() > 0.02, "the comparison would not tell pictures apart"
    for other in (mu.flip(1), mu.roll(1, 1), logvar):
        assert (other - mu).abs().max() > 0.05, "the comparison would not tell latents apart"


@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 64, 64)])
def test_it_is_the_second_implementation(tmp_path, shape):
    theirs = write_burgess(tmp_path, shape)
    assert_same(read(tmp_path).network, theirs, torch.rand(5, *shape), torch.randn(5, 4))


@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 64, 64)])
def test_the_checkpoint_is_the_second_implementation(run, tmp_path, shape):
    theirs = write_burgess(tmp_path / "model", shape)
    code, out, err = run("import", "disentangling-vae", "model", "--out", "a.safetensors", "--name", "theirs")
    assert code == 0 and "draws from its prior" in out and "4 latents" in out
    model = load("a.safetensors")
    assert_same(model.network, theirs, torch.rand(5, *shape), torch.randn(5, 4))
    assert (model.name, model.config.model.network, model.config.model.likelihood) == ("theirs", "burgess", "bernoulli")
    assert model.header["imported"] == {"kind": "disentangling-vae", "data": "dsprites"} and model.imported


def test_the_recipe_is_what_the_file_says(tmp_path):
    cases = {
        "VAE": ObjectiveConfig("vae"),
        "betaH": ObjectiveConfig("beta_h", beta=4.0),
        "betaB": ObjectiveConfig("beta_b", gamma=1000.0, capacity=25.0),
        "btcvae": ObjectiveConfig("beta_tc", beta=6.0),
        "factor": ObjectiveConfig("factor"),
    }
    for loss, objective in cases.items():
        write_burgess(tmp_path, loss=loss)
        found = read(tmp_path)
        assert (found.objective, found.data) == (objective, "dsprites")
        assert (found.training.batch_size, found.training.lr, found.training.seed) == (64, 5e-4, 1234)


def test_the_draws_are_those_of_the_seed_and_their_codes_those_of_their_pictures(run, tmp_path):
    theirs = write_burgess(tmp_path / "model")
    assert run("import", "disentangling-vae", "model", "--out", "a.safetensors")[0] == 0
    model = load("a.safetensors")
    assert len(model.index) == COUNT and model.draws.shape == (COUNT, 4) and model.label is model.distortion is None
    assert abs(model.draws.mean()) < 0.05 and abs(model.draws.std() - 1) < 0.05
    with torch.inference_mode():
        pictures = theirs.decoder(torch.from_numpy(model.draws[:50])).mul(255).round() / 255
        mu, logvar = theirs.encoder(pictures)
    torch.testing.assert_close(torch.from_numpy(model.mu[:50]), mu, rtol=2e-2, atol=2e-2)
    torch.testing.assert_close(torch.from_numpy(model.logvar[:50]), logvar, rtol=2e-2, atol=2e-2)
    assert set(model.header["metrics"].values()) == {None}


def test_names_that_no_header_can_hold_are_mended(run, tmp_path):
    """Halves of surrogate pairs are JSON, but no text that a page could show."""
    write_burgess(tmp_path / "model", dataset="half \ud800", loss="x" * 10_000)
    code, _, err = run("import", "disentangling-vae", "model", "--out", "a.safetensors", "--name", "half \udc80")
    assert code == 0, err
    model = load("a.safetensors")
    assert model.header["imported"]["data"] == "half ?" and model.name == "half ?"
    assert len(model.config.objective.name) == 100


@pytest.mark.parametrize(
    ("specs", "named"),
    [
        ({"model_type": "Other"}, "model_type"),
        ({"rec_dist": "laplace"}, "rec_dist"),
        ({"img_size": [1, 28, 28]}, "img_size"),
        ({"img_size": [1, 32, 64]}, "img_size"),
        ({"img_size": "32"}, "img_size"),
        ({"img_size": [3, 32, 32]}, "conv1.weight should have shape"),
        ({"img_size": [1, 64, 64]}, "conv_64.weight is missing"),
        ({"betaH_B": "many"}, "loss 'betaH'"),
        ({"betaH_B": float("nan")}, "loss 'betaH'"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": float("inf")}, "infinity"),
        ({"loss": []}, "loss"),
    ],
)
def test_other_specs_are_named(tmp_path, specs, named):
    write_burgess(tmp_path)
    (tmp_path / "specs.json").write_text(json.dumps(SPECS | {"img_size": [1, 32, 32]} | specs))
    with pytest.raises((ForeignError, CheckpointError), match=named) as told:
        read(tmp_path)
    assert "\n" not in str(told.value)


def test_other_weights_are_named(tmp_path):
    model = write_burgess(tmp_path)
    state = model.state_dict()
    cases = [
        (state | {"encoder.more.weight": torch.zeros(2)}, "encoder.more.weight"),
        ({key: value for key, value in state.items() if "lin2" not in key}, "lin2.*is missing"),
        (state | {"encoder.lin2.bias": torch.full((16,), torch.nan)}, "not finite"),
        (state | {"encoder.mu_logvar_gen.weight": torch.zeros(7, 16)}, "mu_logvar_gen.weight should have shape"),
        ({"weights": 3}, "holds no weights"),
        ([1, 2], "holds no weights"),
    ]
    for content, named in cases:
        torch.save(content, tmp_path / "model.pt")
        with pytest.raises((ForeignError, CheckpointError), match=named):
            read(tmp_path)


def test_what_is_lacking_is_named(run, tmp_path):
    write_burgess(tmp_path / "model")
    for name in ("model.pt", "specs.json"):
        (tmp_path / "model" / name).rename(tmp_path / "aside")
        code, _, err = run("import", "disentangling-vae", "model", "--out", "a.safetensors")
        assert code == 2 and f"{name}: there is no such file" in err and err.count("\n") == 1
        (tmp_path / "aside").rename(tmp_path / "model" / name)


@pytest.mark.parametrize("name", NAMES)
def test_a_published_model_is_the_second_implementation(published, name):
    folder = published(name)
    specs = json.loads((folder / "specs.json").read_text())
    theirs = Burgess(tuple(specs["img_size"])).eval()
    theirs.load_state_dict(torch.load(folder / "model.pt", weights_only=True))
    found = KINDS["disentangling-vae"].read(folder, (0.0, 1.0))
    z = torch.randn(5, 10)
    assert_same(found.network, theirs, theirs.decoder(z).detach(), z)
    assert found.data == specs["dataset"]
