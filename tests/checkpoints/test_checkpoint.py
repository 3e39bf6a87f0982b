"""Checkpoints: everything comes back, and every kind of damage is refused in one sentence that says what and where."""

from __future__ import annotations

import copy
import pickle
import shutil
import sys

import numpy as np
import pytest
import torch
from closeness import same_floats
from described_files import described_twin, put_description
from safetensors.torch import save_file
from torch import nn

import vae
from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import CheckpointError, list_headers, load
from vae.images import to_uint8
from vae.models.weights import rounded
from vae.system import paths, safetensors_file
from vae.system.processor import processor

CONTRACT = {"format_version", "name", "config", "dataset", "metrics", "steps", "images", "seconds", "device", "seed"}
CONTRACT |= {"versions", "changes"}
SINCE = {"dtype", "processor"}  # old files lack them and open all the same
WEIGHT = "model.network.to_latent.1.weight"


@pytest.fixture(scope="module")
def model(trained):
    return load(trained.path)


def test_the_network_comes_back_bit_for_bit(trained, model):
    expected = trained.network.state_dict()
    found = model.network.state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[key], expected[key]) for key in found)
    assert not model.network.training
    assert not any(parameter.requires_grad for parameter in model.network.parameters())


def test_the_header_explains_the_file(trained, model, digits):
    header = model.header
    assert header.keys() == CONTRACT | SINCE
    assert model.config == trained.state.config
    assert header["config"] == trained.state.config.to_json()
    assert header["name"] == model.name == "tiny"
    assert header["dataset"] == {"name": "digits", "version": "1", "sha256": digits["test"].sha256()}
    assert header["metrics"] == trained.metrics
    assert (header["steps"], header["images"], header["seed"]) == (300, 300 * 64, 0)
    assert (header["dtype"], header["processor"]) == ("float32", processor()), "the tiny training asks for fp32"
    assert header["versions"]["torch"] == torch.__version__.split("+")[0]


def test_saving_what_was_loaded_gives_the_same_file(trained, tmp_path):
    tensors, header = safetensors_file.read(trained.path)
    parts: dict = {"model": {}, "encodings": {}, "map": {}, "stats": {}}
    for key, tensor in tensors.items():
        part, name = key.split(".", 1)
        parts[part][name] = tensor
    network = load(trained.path).network
    path = tmp_path / "tiny.safetensors"
    checkpoint.save(path, header, network, parts["encodings"], parts["map"], parts["stats"])
    again, same = safetensors_file.read(path)
    assert same == header
    assert again.keys() == tensors.keys()
    assert all(torch.equal(again[key], tensors[key]) for key in tensors)


def test_a_file_is_written_in_few_bytes(trained, model):
    tensors = safetensors_file.read(trained.path)[0]
    exact = trained.state.model.state_dict()
    for key, tensor in exact.items():
        assert tensors[f"model.{key}"].dtype == torch.float16
        torch.testing.assert_close(tensors[f"model.{key}"].float(), tensor, rtol=2**-11, atol=2**-25)
    assert (tensors["encodings.index"].dtype, tensors["encodings.label"].dtype) == (torch.int32, torch.uint8)
    assert (model.index.dtype, model.label.dtype, model.maps["pca"].dtype) == (np.int64, np.int64, np.float32)


@pytest.mark.parametrize(
    "convert",
    [
        lambda x: x,
        lambda x: x.numpy(),
        lambda x: x.float() / 255,
        lambda x: (x.float() / 255).numpy(),
        lambda x: x.numpy() / 255,
        lambda x: x.double() / 255,
    ],
    ids=["uint8 tensor", "uint8 array", "float tensor", "float array", "double array", "double tensor"],
)
def test_encode_takes_pixels_in_every_form(trained, model, digits, convert):
    x = digits["test"].batch(range(300))  # more than one batch
    with torch.no_grad():
        expected = trained.network.encode(x.float() / 255)
    mu, logvar = model.encode(convert(x))
    for found, wanted in ((mu, expected.mu), (logvar, expected.logvar)):
        assert found.dtype == torch.float32
        assert found.device.type == "cpu"
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


GOOD = np.zeros((2, 1, 32, 32), np.float32)


@pytest.mark.parametrize(
    "images",
    [
        GOOD[0],
        GOOD[..., :28, :28],
        np.repeat(GOOD, 3, axis=1),
        GOOD.astype(np.int64),
        GOOD > 0,
        GOOD + 1.01,
        GOOD - 0.01,
        GOOD + np.nan,
        GOOD + np.inf,
    ],
    ids=["one image", "28", "channels", "int64", "bool", "above 1", "below 0", "nan", "inf"],
)
def test_encode_refuses_other_pixels(model, images):
    with pytest.raises(ValueError, match="images"):
        model.encode(images)


def test_decode_gives_pictures_of_its_own(trained, model):
    z = torch.randn(300, 6, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = torch.sigmoid(trained.network.decode(z))
    pictures = model.decode(z)
    torch.testing.assert_close(pictures, expected, rtol=1e-4, atol=1e-6)
    assert torch.equal(model.decode(z.numpy()), pictures)
    assert to_uint8(pictures).shape == (300, 1, 32, 32)
    pictures.mul_(0.5)  # the caller may write into them


def test_gaussian_means_are_clamped_to_pixels(tiny, finished, digits, few_samples, tmp_path):
    state = finished(tiny(steps=2, model={"likelihood": "gaussian", "sigma": 0.3}), digits["train"])
    path = tmp_path / "gaussian.safetensors"
    vae_export(state, digits["test"], path)
    z = 30 * torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        means = rounded(state.model).decode(z)
    assert means.min() < 0
    same_floats(load(path).decode(z), means.clamp(0, 1))


def vae_export(*arguments):
    from vae.checkpoints.export import export

    return export(*arguments)


@pytest.mark.parametrize("z", [np.zeros(6), np.zeros((2, 5)), np.zeros((1, 2, 6))], ids=lambda z: str(z.shape))
def test_decode_refuses_other_shapes(model, z):
    with pytest.raises(ValueError, match=r"z \(N, 6\)"):
        model.decode(z)


def test_nothing_in_nothing_out(model):
    mu, logvar = model.encode(torch.zeros(0, 1, 32, 32, dtype=torch.uint8))
    assert mu.shape == logvar.shape == (0, 6)
    assert model.decode(mu).shape == (0, 1, 32, 32)


def test_a_name_is_found_wherever_the_caller_stands(root, trained, tmp_path, monkeypatch):
    assert root / "checkpoints" == paths.CHECKPOINT_FOLDER
    folder, elsewhere = tmp_path / "checkpoints", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    shutil.copy(trained.path, folder / "tiny.safetensors")
    monkeypatch.setattr(checkpoint, "CHECKPOINT_FOLDER", folder)
    monkeypatch.chdir(elsewhere)
    assert vae.load("tiny").path == folder / "tiny.safetensors"
    assert vae.load("../checkpoints/tiny.safetensors").header == vae.load("tiny").header
    with pytest.raises(CheckpointError, match="tinny: neither a file nor a model of this project"):
        vae.load("tinny")
    with pytest.raises(CheckpointError, match="there is no such file"):
        vae.load("tiny.safetensors")


def test_a_folder_is_listed_with_what_cannot_be_used(trained, tmp_path):
    shutil.copy(trained.path, tmp_path / "b.safetensors")
    (tmp_path / "a.safetensors").write_bytes(b"nothing")
    save_file({"weight": torch.zeros(2)}, tmp_path / "c.safetensors")
    (tmp_path / "d.txt").write_text("no checkpoint")
    broken, good, foreign = list_headers(tmp_path)
    assert (broken.name, good.name, foreign.name) == ("a", "b", "c")
    assert good.header == load(trained.path).header
    assert good.error is None
    assert broken.header is foreign.header is None
    assert "a.safetensors" in str(broken.error)
    assert "c.safetensors" in str(foreign.error)
    assert list_headers(tmp_path / "missing") == []


def test_a_list_reads_no_weights(trained, tmp_path, monkeypatch):
    shutil.copy(trained.path, tmp_path / "a.safetensors")
    real = safetensors_file.safe_open

    class HeaderOnly:
        def __init__(self, *arguments, **named):
            self.file = real(*arguments, **named)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def metadata(self):
            return self.file.metadata()

        def keys(self):
            return self.file.keys()

        def get_slice(self, key):
            return self.file.get_slice(key)

    monkeypatch.setattr(safetensors_file, "safe_open", HeaderOnly)
    assert list_headers(tmp_path)[0].error is None


# Damage: each is made to a copy of a good file.


def without(key):
    return lambda tensors, header: tensors.pop(key)


def replaced(key, change):
    return lambda tensors, header: tensors.update({key: change(tensors[key])})


def added(key, tensor):
    return lambda tensors, header: tensors.update({key: tensor})


def header_with(*keys, value):
    def change(tensors, header):
        for key in keys[:-1]:
            header = header[key]
        header[keys[-1]] = value

    return change


def header_without(*keys):
    def change(tensors, header):
        for key in keys[:-1]:
            header = header[key]
        del header[keys[-1]]

    return change


NO_FIGURES = dict.fromkeys(("neg_elbo", "rate", "distortion", "kl_per_dim", "active_units"))


def header_of_draws(seed=0, metrics=None, first=0, of_images=()):
    """As of a model that came without images."""

    def change(tensors, header):
        for name in {"label", "distortion"} - set(of_images):
            del tensors[f"encodings.{name}"]
        header |= {"imported": {"kind": "other", "data": ""}, "draws": {"seed": seed}}
        if metrics is not None:
            header["metrics"] = metrics
        tensors["encodings.index"] = tensors["encodings.index"] + first

    return change


def knots_of(objective):
    def change(tensors, header):
        header["config"]["objective"] |= {"name": objective, "beta": 4.0}
        header["config"]["schedule"] |= {"beta_knots": [[0, 8.0], [5, 4.0]]}

    return change


def first_nan(tensor):
    tensor = tensor.clone()
    tensor.view(-1)[0] = float("nan")
    return tensor


ARRAYS = ["encodings.index", "encodings.mu", "encodings.logvar", "encodings.distortion", "map.pca"]
ARRAYS += ["stats.kl", "stats.mu_mean", "stats.mu_std", "stats.mu_quantiles"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        *[(without(key), f"{key} is missing") for key in (WEIGHT, *ARRAYS) if key != "encodings.distortion"],
        *[(replaced(key, lambda t: t[:-1]), f"{key} should have shape") for key in (WEIGHT, *ARRAYS[1:])],
        *[(replaced(key, lambda t: t.double()), f"{key} should be torch") for key in (WEIGHT, *ARRAYS)],
        *[(replaced(key, first_nan), f"{key} holds values that are not finite") for key in (WEIGHT, *ARRAYS[1:])],
        (replaced(WEIGHT, torch.t), rf"{WEIGHT} should have shape \(64, 128\), not \(128, 64\)"),
        (replaced("encodings.label", lambda t: t[1:]), "encodings.label should have shape"),
        (added("map.umap", torch.zeros(360, 3)), "map.umap should have shape"),
        (added("model.network.extra.weight", torch.zeros(2).half()), "model.network.extra.weight belongs to no part"),
        (added("map.tsne", torch.zeros(360, 2)), "map.tsne is not known"),
        (added("optimiser.step", torch.zeros(2)), "optimiser.step is not known"),
        (replaced("encodings.index", lambda t: t - 1), "encodings.index should rise from 0"),
        (replaced("encodings.index", lambda t: t // 2), "encodings.index should rise from 0"),
        (header_with("dataset", "name", value="mnist"), "dataset.name should be 'digits'"),
        (header_with("dataset", "name", value="half \ud800"), "is not JSON"),
        (header_with("metrics", "mig", value="much"), "metrics.mig should be a number"),
        (header_with("metrics", "mig_sampled", value=True), "metrics.mig_sampled should be a number"),
        (header_with("metrics", "floor", value="low"), "metrics.floor should be a number"),
        *[(header_without(key), f"{key}") for key in sorted(CONTRACT)],
        *[(header_without("dataset", key), f"{key} is missing") for key in ("name", "version", "sha256")],
        *[(header_without("metrics", key), f"{key} is missing") for key in ("neg_elbo", "rate", "kl_per_dim")],
        (header_with("format_version", value=1), "format_version should be 2, not 1"),
        (header_with("format_version", value="1"), "format_version should be 2, not '1'"),
        (header_with("metrics", value=[]), "metrics has the wrong type"),
        (header_with("steps", value="many"), "steps has the wrong type"),
        *[
            (header_with("changes", value=[{"step": 3, "knob": "beta", "value": 4.0} | wrong]), "changes should hold")
            for wrong in ({"step": "3"}, {"step": -1}, {"step": True}, {"knob": 3}, {"value": None}, {"value": -4.0})
        ],
        (header_with("changes", value=["beta"]), "changes should hold"),
        (header_with("changes", value=[{"step": 3, "knob": "beta"}]), "changes should hold"),
        *[
            (header_with("imported", value=value), "(imported|kind|data)")
            for value in (3, {}, {"kind": "a", "data": 1})
        ],
        (header_with("draws", value={"seed": 0}), "imported is missing"),
        *[
            (header_of_draws(seed=seed), "draws.seed should lie in 0 to")
            for seed in (None, -1, 2**32, True, 0.5, "0", [0])
        ],
        (header_of_draws(), "metrics.neg_elbo is about images"),
        (header_of_draws(metrics={}), "neg_elbo is missing"),
        (header_of_draws(metrics=NO_FIGURES | {"mig": 0.5}), "metrics.mig is about images"),
        *[
            (header_of_draws(metrics=NO_FIGURES, of_images=[name]), f"encodings.{name} is about images")
            for name in ("label", "distortion")
        ],
        (header_of_draws(metrics=NO_FIGURES, first=1), "encodings.index should count from 0"),
        (header_with("config", value={}), "config.*dataset"),
        (header_with("config", "model", "network", value="resnet"), "resnet"),
        (header_with("config", "model", "shape", value=[1, 48, 48]), "48"),
        (header_with("config", "model", "latent_dim", value=7), "should have shape"),
        (header_with("config", "model", "latent_dim", value=10**9), "latent_dim.*1000000000"),
        (header_with("config", "model", "hidden", value=10**12), "hidden"),
        (header_with("config", "model", "shape", value=[10**9, 32, 32]), "shape"),
        (header_with("config", "model", "depth", value=3), "depth"),
        *[(knots_of(name), f"beta_knots needs one of .*, not {name}") for name in ("vae", "beta_b")],
    ],
)
def test_damage_is_named(damaged, change, named):
    with pytest.raises(CheckpointError, match=rf"damaged\.safetensors: .*{named}") as caught:
        load(damaged(change))
    assert "\n" not in str(caught.value)


def test_knots_of_a_beta_that_is_read_or_of_an_unknown_objective_open(damaged):
    for name in ("beta_h", "beta_tc", "of another version"):
        assert load(damaged(knots_of(name))).config.objective.name == name


def test_an_absurd_network_is_never_allocated(damaged, monkeypatch):
    """A configuration may ask for a quarter of a billion weights; shapes are compared where none is allocated."""

    def change(tensors, header):
        header["config"]["model"] |= {"width": 1024, "hidden": 8192}

    path, made = damaged(change), []
    for kind in (nn.Linear, nn.Conv2d, nn.ConvTranspose2d):
        monkeypatch.setattr(kind, "reset_parameters", lambda layer: made.append(layer.weight))
    with pytest.raises(CheckpointError, match="model.network.* should have shape"):
        load(path)
    assert sum(weight.numel() for weight in made) > 10**8
    assert all(weight.is_meta for weight in made)


def test_a_described_model_comes_back(trained, damaged, tmp_path):
    """As the model does that it was described from; and saved anew it is the same file."""
    path = damaged(lambda tensors, header: put_description(tensors, header, trained.path))
    model, twin = load(path), described_twin(trained.path)
    assert model.network.graphs == twin.graphs and model.config.model.network == "described"
    z = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))
    same_floats(model.decode(z), load(trained.path).decode(z))
    (entry,) = list_headers(path.parent)
    assert entry.error is None
    tensors, header = safetensors_file.read(path)
    del header["graphs"]  # `save` writes them
    parts = {part: {} for part in ("encodings", "map", "stats")}
    for key, tensor in tensors.items():
        part, _, name = key.partition(".")
        parts.get(part, {})[name] = tensor
    again = tmp_path / "again.safetensors"
    checkpoint.save(again, header, model.network, *parts.values())
    assert again.read_bytes() == path.read_bytes()


def test_draws_are_told_by_their_seed(damaged):
    model = load(damaged(header_of_draws(seed=7, metrics=NO_FIGURES)))
    frozen = np.random.RandomState(7).standard_normal((360, 6))  # noqa: NPY002  the stream that files rely on
    np.testing.assert_array_equal(model.draws, frozen.astype(np.float32))
    assert model.imported


def test_an_absurd_description_is_never_allocated(damaged, trained, monkeypatch):
    """17 GB of weights, and shapes that no tensor of the file has, where only their names are asked for."""

    def change(tensors, header):
        put_description(tensors, header, trained.path)
        graph = header["graphs"]["decoder"]
        graph["nodes"][:0] = [
            {"op": "linear", "inputs": [0], "out": 65_536, "bias": True},
            {"op": "linear", "inputs": [1], "out": 6, "bias": True},
        ]
        for node in graph["nodes"][2:]:
            node["inputs"] = [value + 2 for value in node["inputs"]]

    made = []
    real = torch.zeros
    monkeypatch.setattr(torch, "zeros", lambda *shape, **how: made.append(real(*shape, **how)) or made[-1])
    with pytest.raises(CheckpointError, match="model.network.from_latent.* (is missing|should have shape)"):
        load(damaged(change))
    assert sum(weight.numel() for weight in made) > 800_000
    assert all(weight.is_meta for weight in made)


def header_bytes(path, text: bytes) -> None:
    """A safetensors file whose own JSON header is `text`."""
    path.write_bytes(len(text).to_bytes(8, "little") + text)


class Explosive:
    """A pickle that leaves a mark where it is read."""

    def __reduce__(self):
        return exec, ("import sys; sys.modules['exploded'] = sys",)


def write_pickle(path, good):
    path.write_bytes(pickle.dumps(Explosive()))
    pickle.loads(path.read_bytes())
    assert sys.modules.pop("exploded") is sys


def write_torch(path, good):
    torch.save({"weight": torch.zeros(2), "bomb": Explosive()}, path)


@pytest.mark.parametrize(
    ("write", "named"),
    [
        (lambda path, good: None, "no such file"),
        (lambda path, good: path.mkdir(), "no such file"),
        (lambda path, good: path.write_bytes(b""), "not a whole safetensors file"),
        (write_pickle, "not a whole safetensors file"),
        (write_torch, "not a whole safetensors file"),
        (lambda path, good: path.write_bytes(good[:-1]), "not a whole safetensors file"),
        (lambda path, good: path.write_bytes(good[: len(good) // 2]), "not a whole safetensors file"),
        (lambda path, good: path.write_bytes(good[:100]), "not a whole safetensors file"),
        (lambda path, good: path.write_bytes(good + b"more"), "not a whole safetensors file"),
        (lambda path, good: path.write_bytes(b"\xff" * 8 + good[8:]), "not a whole safetensors file"),
        (lambda path, good: header_bytes(path, b"{"), "not a whole safetensors file"),
        (lambda path, good: header_bytes(path, b"{}"), "without the header"),
        (lambda path, good: save_file({"weight": torch.zeros(2)}, path, {"format": "pt"}), "without the header"),
        (lambda path, good: save_file({}, path, {"latent_explorer": "{nonsense"}), "not JSON"),
        (lambda path, good: save_file({}, path, {"latent_explorer": "[" * 100_000}), "not JSON"),
        (lambda path, good: save_file({}, path, {"latent_explorer": "[]"}), "should be an object, not list"),
        (lambda path, good: save_file({}, path, {"latent_explorer": "{}"}), "format_version should be 2, not None"),
    ],
)
def test_foreign_and_broken_files_are_refused(trained, tmp_path, write, named):
    path = tmp_path / "broken.safetensors"
    write(path, trained.path.read_bytes())
    with pytest.raises(CheckpointError, match=rf"broken\.safetensors: .*{named}") as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert "exploded" not in sys.modules


@pytest.mark.parametrize("change", ["header", "encodings"])
def test_what_could_not_be_loaded_is_not_saved(trained, tmp_path, change):
    model = load(trained.path)
    header = copy.deepcopy(model.header)
    encodings = {"index": torch.zeros(0, dtype=torch.int32)}
    if change == "header":
        del header["seed"]
    with pytest.raises(CheckpointError, match="seed" if change == "header" else "encodings.mu"):
        checkpoint.save(tmp_path / "a.safetensors", header, model.network, encodings, {}, {})
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_precision_are_refused_in_the_list_as_on_loading(damaged):
    """A list offers nothing that does not open."""

    def change(tensors, header):
        name = next(key for key in tensors if key.startswith("model."))
        tensors[name] = tensors[name].bfloat16()

    path = damaged(change)
    (entry,) = [entry for entry in list_headers(path.parent) if entry.path == path]
    with pytest.raises(CheckpointError) as caught:
        load(path)
    assert entry.header is None and entry.error == caught.value.sentence
    assert "should be torch.float16, not BF16" in str(caught.value)
