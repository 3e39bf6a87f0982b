"""Models of pytorch/examples and of PyTorch-VAE, held to a second implementation of either layout."""

from __future__ import annotations

import argparse

import pytest
import torch
from published_layouts import Examples, Vanilla, as_trained, scaled

from vae.checkpoints.checkpoint import CheckpointError, load
from vae.importers import KINDS, ForeignError
from vae.importers.foreign import UNKNOWN
from vae.importers.torch_file import state_of

CLOSE = {"rtol": 1e-2, "atol": 1e-2}  # of half precision, through several layers
PLAIN = (0.0, 1.0)


@pytest.fixture
def examples(tmp_path):
    torch.manual_seed(0)
    model = scaled(Examples(values=144, hidden=30, latents=3)).eval()
    torch.save(model.state_dict(), tmp_path / "vae.pt")
    return model


@pytest.fixture
def vanilla(tmp_path):
    """As Lightning writes it, with other things beside the weights."""
    torch.manual_seed(0)
    model = as_trained(Vanilla(3, 5, (4, 6, 8, 10)), torch.rand(40, 3, 32, 32))
    state = {f"model.{key}": value for key, value in model.state_dict().items()}
    content = {"epoch": 3, "state_dict": state, "hyper_parameters": {"lr": 0.005}, "callbacks": {}}
    torch.save(content, tmp_path / "last.ckpt")
    return model


def test_examples_are_the_second_implementation(run, examples, tmp_path):
    code, out, err = run("import", "pytorch-examples", "vae.pt", "--out", "a.safetensors")
    assert code == 0, err
    model = load("a.safetensors")
    x, z = torch.rand(6, 1, 12, 12), torch.randn(6, 3)
    with torch.inference_mode():
        for found, expected in zip(model.encode(x), examples.encode(x.flatten(1)), strict=True):
            torch.testing.assert_close(found, expected, **CLOSE)
        torch.testing.assert_close(model.decode(z).flatten(1), examples.decode(z), rtol=0, atol=1 / 255)
    assert (model.config.model.network, model.config.model.likelihood) == ("mlp", "bernoulli")
    assert model.config.objective.name == UNKNOWN


@pytest.mark.parametrize("pixels", ["0,1", "-1,1"])
def test_pytorch_vae_is_the_second_implementation(run, vanilla, pixels):
    """A model of -1 to 1 takes and gives twice the picture less one."""
    code, _, err = run("import", "pytorch-vae", "last.ckpt", f"--pixels={pixels}", "--out", "a.safetensors")
    assert code == 0, err
    model = load("a.safetensors")
    x, z = torch.rand(6, 3, 32, 32), torch.randn(6, 5)
    with torch.inference_mode():
        theirs, painted = (x, vanilla.decode(z)) if pixels == "0,1" else (2 * x - 1, (vanilla.decode(z) + 1) / 2)
        for found, expected in zip(model.encode(x), vanilla.encode(theirs), strict=True):
            torch.testing.assert_close(found, expected, **CLOSE)
        torch.testing.assert_close(model.decode(z), painted.clamp(0, 1), rtol=0, atol=1.5 / 255)
    assert painted.std() > 0.05
    assert (model.config.model.network, model.config.model.likelihood) == ("described", "gaussian")
    assert model.config.model.shape == (3, 32, 32) and len(model.draws) == len(model.index) == 2000


def test_the_usual_range_is_the_first(vanilla, tmp_path):
    kind = KINDS["pytorch-vae"]
    usual = kind.read(tmp_path / "last.ckpt", kind.pixels[0]).network
    z = torch.randn(2, 5)
    with torch.inference_mode():
        torch.testing.assert_close(usual.decode(z), vanilla.decode(z), rtol=1e-4, atol=1e-4)


def test_a_range_that_is_no_choice_is_refused(run, examples):
    code, _, err = run("import", "pytorch-examples", "vae.pt", "--pixels=-1,1", "--out", "a.safetensors")
    assert code == 2 and "--pixels belongs to pytorch-vae" in err and err.count("\n") == 1


def test_other_layouts_are_named(tmp_path, examples, vanilla):
    path = tmp_path / "other.pt"
    state, large = examples.state_dict(), {f"model.{key}": value for key, value in vanilla.state_dict().items()}
    cases = [
        ("pytorch-examples", state | {"fc5.weight": torch.zeros(2, 2)}, "fc5.weight"),
        ("pytorch-examples", state | {"fc22.weight": torch.zeros(4, 30)}, "fc22.weight should have shape"),
        ("pytorch-examples", state | {"fc1.weight": torch.zeros(30, 145)}, "square"),
        ("pytorch-examples", large, "fc1.weight is missing"),
        ("pytorch-vae", state, "encoder.0.0.weight is missing"),
        ("pytorch-vae", large | {"model.decoder.0.0.weight": torch.zeros(3)}, "decoder.0.0.weight should have shape"),
        ("pytorch-vae", large | {"model.discriminator.weight": torch.zeros(3)}, "discriminator.weight"),
        (
            "pytorch-vae",
            {key: value for key, value in large.items() if "fc_var" not in key},
            "fc_var.weight is missing",
        ),
    ]
    for kind, content, named in cases:
        torch.save(content, path)
        with pytest.raises((ForeignError, CheckpointError), match=named) as told:
            KINDS[kind].read(path, PLAIN)
        assert "\n" not in str(told.value)


@pytest.mark.parametrize("kind", ["pytorch-examples", "pytorch-vae"])
def test_what_would_be_run_is_refused_by_its_name(run, kind, tmp_path):
    """As old checkpoints hold the arguments of the command line."""
    torch.save({"state_dict": {}, "hparams": argparse.Namespace(lr=1)}, tmp_path / "old.ckpt")
    code, _, err = run("import", kind, "old.ckpt", "--out", "a.safetensors")
    assert code == 2 and "argparse.Namespace" in err and "state_dict()" in err and err.count("\n") == 1


def test_files_that_are_none(tmp_path):
    good = tmp_path / "good.pt"
    torch.save({"a": torch.zeros(1000)}, good)
    assert "a" in state_of(good)
    for content in (b"", b"PK", b"nothing", good.read_bytes()[:-400], b"\x80\x02."):
        path = tmp_path / "bad.pt"
        path.write_bytes(content)
        with pytest.raises(ForeignError) as told:
            state_of(path)
        assert told.value.key in ("foreign.unread", "foreign.no_weights") and "\n" not in str(told.value)
    with pytest.raises(ForeignError, match="no such file"):
        state_of(tmp_path / "absent.pt")
