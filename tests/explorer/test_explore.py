"""`vae.explore` of models that are not of this project, held against the models themselves."""

import json
import threading
import urllib.request
from copy import deepcopy

import architectures
import numpy as np
import pytest
import torch
from PIL import Image
from torch.distributions import Normal
from torch.nn import functional

import vae
from vae.checkpoints import checkpoint
from vae.explorer import explorer as module
from vae.explorer.columns import read_columns
from vae.explorer.functions import functions_of
from vae.explorer.pictures import ExploreError, read_pictures
from vae.explorer.probe import probe
from vae.models.caller_code import CallerError
from vae.ui.explore.endpoints import explore_endpoints
from vae.ui.models.network_files import decoder_file
from vae.ui.models.single_model import SingleModel

IMAGES, COLUMN = architectures.images()


@pytest.fixture
def explore(monkeypatch):
    """explore(*arguments) -> the handle, which is closed at the end; no page is served unless `served`."""
    opened = []

    def run(*arguments, served=False, **options):
        if not served:
            monkeypatch.setattr(
                module,
                "_served",
                lambda name, model, images, notes, seconds, port: module.Explorer(
                    name, "", notes, seconds, None, opened_in_memory(name, model, images, notes)
                ),
            )
        found = vae.explore(*arguments, launch=False, **options)
        opened.append(found)
        return found

    from vae.ui.models.single_model import opened_in_memory

    yield run
    for each in opened:
        each.close()


def keys(found):
    return [note["key"].removeprefix("explore.") for note in found.notes]


def probed(model, images=IMAGES, **options):
    return probe(functions_of(model, None, None), read_pictures(images), **options)


@pytest.mark.parametrize("kind", architectures.ALL)
def test_the_page_shows_what_the_model_computes(kind, explore):
    model = architectures.made(kind)
    before = deepcopy(model.state_dict())
    signed = kind is architectures.Upsampler
    given = 2 * IMAGES - 1 if signed else IMAGES
    found = explore(model, given, outputs="logits" if kind is architectures.Mlp else None)
    assert model.training and all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    model.eval()
    with torch.no_grad():
        output = model.encode(given)
        if kind in (architectures.Mlp, architectures.Untraceable):
            mu = output[0] if kind is architectures.Mlp else output
        elif kind is architectures.ResNet:
            mu = output["mu"]
        else:
            mu = output.mean if kind is architectures.Softplus else output.chunk(2, 1)[0]
        pictures = model.decode(mu[:5])
        pictures = pictures.sigmoid() if kind is architectures.Mlp else pictures
        pictures = (pictures + 1) / 2 if signed else pictures
    opened = found._opened
    assert np.allclose(opened.model.mu, mu, atol=1e-5)
    shown = opened.decode(opened.model.mu[:5]).float() / 255
    assert (shown - pictures).abs().max() <= 0.51 / 255
    assert ("signed" in keys(found)) == signed
    assert torch.equal(opened.originals([3, 7]), (IMAGES[[3, 7]] * 255).round().byte())
    assert (decoder_file(opened) is None) == (kind is architectures.Untraceable)


@pytest.mark.parametrize("kind", architectures.ALL)
def test_it_saves_what_a_file_can_hold(kind, explore, tmp_path):
    found = explore(architectures.made(kind), IMAGES, outputs="logits" if kind is architectures.Mlp else None)
    path = tmp_path / "mine.safetensors"
    if kind in (architectures.Softplus, architectures.Untraceable):  # no node is a logarithm, or NumPy
        with pytest.raises(ExploreError, match="cannot be a file"):
            found.save(path)
        assert not path.exists()
        return
    found.save(path)
    model = checkpoint.load(path)
    assert model.config.model.network == "described"
    assert np.allclose(model.mu, found._opened.model.mu, atol=0.02)
    z = torch.from_numpy(found._opened.model.mu[:4])
    assert (model.decode(z) - found._opened.decode(z).float() / 255).abs().max() < 0.02


def test_what_an_encoder_gives_is_read_by_what_it_is():
    x, model = IMAGES[:8], architectures.made(architectures.Softplus).eval()
    with torch.no_grad():
        wanted = model.encode(x)
    for encode, scale in [
        (model.encode, None),
        (lambda x: (model.encode(x).mean, model.encode(x).stddev), "deviation"),
        (lambda x: (model.encode(x).mean, model.encode(x).variance), "variance"),
        (lambda x: (model.encode(x).mean, model.encode(x).variance.log()), None),
        (lambda x: (model.encode(x).sample(), model.encode(x).mean, model.encode(x).variance.log()), None),
    ]:
        found = probe(functions_of(None, encode, model.decode), read_pictures(IMAGES), scale)
        posterior = found.network.encode(x)
        assert torch.allclose(posterior.mu, wanted.mean, atol=1e-5)
        assert torch.allclose(posterior.logvar, wanted.variance.log(), atol=1e-4)


@pytest.mark.parametrize(("factor", "kind"), [(1.0, "deviation"), (None, "variance")])
def test_a_scale_without_a_sign_is_the_one_nearer_to_the_prior(factor, kind):
    """mu and scale of an aggregate posterior that is the prior's: 0.6² + 0.8² = 1."""
    model = architectures.made(architectures.Softplus).eval()

    def encode(x):
        mu = model.encode(x).mean
        mu = 0.6 * mu.sign()
        return mu, torch.full_like(mu, 0.8 if factor else 0.64)

    with torch.no_grad():
        assert probe(functions_of(None, encode, model.decode), read_pictures(IMAGES)).network.reading.scale == kind


def test_a_layout_and_a_range_are_read_off():
    values = (IMAGES * 255).round().byte()
    for given, expected in [
        (values, IMAGES),
        (values.permute(0, 2, 3, 1).numpy(), IMAGES),
        (2 * IMAGES - 1, 2 * IMAGES - 1),
        (values.float(), values.float()),
        ([(image, 1) for image in IMAGES], IMAGES),
    ]:
        found = read_pictures(given)
        assert torch.allclose(found.part(slice(0, 120)), expected, atol=0.5 / 255 if expected is IMAGES else 1e-6)
        assert (found.pixels().int() - values.int()).abs().max() <= 1
    assert read_pictures(values[:, 0]).shape == (1, 16, 16)
    assert torch.equal(read_pictures(values, colours="BGR").pixels(), values.flip(1))
    assert [len(read_pictures([(image, "a") for image in IMAGES]).labels)] == [120]


def test_of_a_million_images_an_even_choice_is_encoded():
    found = read_pictures(
        np.broadcast_to(np.arange(256, dtype=np.uint8).repeat(4000)[:, None, None], (1_024_000, 2, 2))
    )
    assert len(found.values) == 10_000 and found.rows[-1] == 1_023_999
    assert "10,000 of 1,024,000" in str(next(note for note in found.notes if note["key"] == "explore.choice"))
    assert np.ptp(np.bincount(found.values[:, 0, 0, 0])) <= 1


def test_a_folder_is_read_with_its_classes(tmp_path):
    for number, image in enumerate(IMAGES[:8]):
        folder = tmp_path / "ab"[number % 2]
        folder.mkdir(exist_ok=True)
        Image.fromarray((image * 255).byte().permute(1, 2, 0).numpy()).save(folder / f"{number}.png")
    found = read_pictures(tmp_path, size=32)
    assert found.shape == (3, 32, 32) and found.labels.tolist() == ["a"] * 4 + ["b"] * 4


def test_latents_with_sides_of_one_are_vectors_and_go_back_as_they_came():
    def encode(x):
        return x[:, :, :1, :1], -x[:, :, 1:2, 1:2] - 1

    def decode(z):
        assert z.shape[1:] == (3, 1, 1)
        return z.expand(-1, 3, 16, 16).clamp(0, 1)

    found = probe(functions_of(None, encode, decode), read_pictures(IMAGES)).network
    assert found.encode(IMAGES[:5]).mu.shape == (5, 3) and found.decode(torch.rand(2, 3)).shape == (2, 3, 16, 16)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((0, 3, 16, 16), np.uint8), "too few images"),
        (IMAGES[:1], "too few images"),
        (IMAGES[0, 0], r"\(N, C, H, W\)"),
        (IMAGES.repeat(1, 2, 1, 1), "one channel or three"),
        (IMAGES.long(), "not int64"),
        (torch.full((3, 1, 4, 4), torch.nan), "not finite"),
        ([IMAGES[0], IMAGES[0, :1]], "several shapes"),
        (object(), "not object"),
        ("/no/such/folder", "folder"),
    ],
)
def test_images_that_cannot_be_shown_are_refused(images, message):
    with pytest.raises(Exception, match=message) as refused:
        read_pictures(images)
    assert isinstance(refused.value, (ExploreError, vae.DataError))


@pytest.mark.parametrize(
    ("encode", "decode", "message"),
    [
        (None, True, "There is no encode"),
        (lambda x: Normal(x.mean((2, 3)), 1.0).sample(), True, "not a sample"),
        (lambda x: x.mean((2, 3)) * torch.nan, True, "not finite"),
        (lambda x: x[:, :, ::4, ::4], True, "grid"),
        (lambda x: x.flatten(1), True, "up to 256"),
        (lambda x: functional.batch_norm(x.mean((2, 3)), None, None, training=True), True, "another batch"),
        (lambda x: x.mean(), True, r"must give \(N, D\)"),
        (lambda x: object(), True, "gives object"),
        (lambda x: (x.mean((2, 3)), x.mean((1, 2))[:, :2]), True, "one shape"),
        (lambda x: x.mean((2, 3)), lambda z: z, "decode gives"),
        (lambda x: x.mean((2, 3)), lambda z: torch.full((len(z), 3, 16, 16), torch.inf), "not finite"),
    ],
)
def test_functions_that_are_no_autoencoder_are_refused(encode, decode, message):
    decode = (lambda z: z[:, :3, None, None].expand(-1, 3, 16, 16)) if decode is True else decode
    with pytest.raises(ExploreError, match=message):
        probe(functions_of(None, encode, decode), read_pictures(IMAGES))


def test_batch_normalisation_in_train_mode_is_refused():
    model = architectures.made(architectures.Mlp)
    with pytest.raises(ExploreError, match="train mode"):
        functions_of(model, None, None, copy=False)
    with pytest.raises(ExploreError, match="train mode"):
        functions_of(None, lambda x: model.encode(x), model.decode)
    assert functions_of(model.eval(), None, None, copy=False).encode.__self__ is model


def test_an_error_has_the_line_of_the_caller():
    def encode(x):
        return x.reshape(7, 7, 7)

    with pytest.raises(CallerError, match=r"encode raises RuntimeError.*test_explore\.py, line \d+: return x\.reshape"):
        probe(functions_of(None, encode, encode), read_pictures(IMAGES))


def test_an_error_of_the_decoder_reaches_the_page(explore):
    model = architectures.made(architectures.Untraceable)
    found = explore(model, IMAGES)

    def broken(z):
        raise ValueError("out of paint")

    object.__setattr__(found._opened.model.network._functions, "decode", broken)
    functions = {function.__name__: function for function in explore_endpoints(SingleModel(found._opened))}
    answer = functions["decode"]([found._opened.handle, [0.0, 0.0]])
    assert answer["key"] == "error.own_code" and "out of paint" in answer["error"]
    assert 'raise ValueError("out of paint")' in answer["error"] and "/" not in answer["error"]


def test_labels_and_factors():
    rows = np.arange(120)
    found = read_columns(["a", "b"] * 60, {"column": COLUMN, "width": np.linspace(0, 1, 120)}, 120, rows)
    assert found.classes.factor.values == ("a", "b") and found.classes.codes[:3].tolist() == [0, 1, 0]
    assert [len(column.factor.values) for column in found.factors] == [10, 20]
    assert "width" in str(found.notes[0]) and "20 bins" in str(found.notes[0])
    assert read_columns(np.linspace(0, 1, 120), None, 120, rows).classes is None
    assert "one value" in str(read_columns(None, np.ones(120), 120, rows).notes[0])
    for labels, factors in [([1, 2], None), (None, np.zeros((119, 2))), (None, np.zeros((120, 2, 2)))]:
        with pytest.raises(ExploreError):
            read_columns(labels, factors, 120, rows)
    with pytest.raises(ExploreError, match="not finite"):
        read_columns([np.nan] * 120, None, 120, rows)


def test_scores_where_factors_are_given(explore):
    def encode(x):
        across = torch.arange(16.0) @ x.sum((1, 2)).t() / x.sum((1, 2, 3))
        return torch.stack([across / 4 - 2, x.mean((1, 2, 3)) * 0], 1), torch.full((len(x), 2), -4.0)

    def decode(z):
        return z.sum(1)[:, None, None, None].expand(-1, 3, 16, 16).sigmoid()

    found = explore(encode=encode, decode=decode, images=IMAGES, factors={"column": COLUMN}, labels=COLUMN)
    opened = found._opened
    assert opened.facts.names == ["column"] and opened.facts.information[0, 0] > 0.9
    assert opened.model.header["metrics"]["mig"] > 0.9 and opened.model.header["metrics"]["mig_sampled"] > 0.4
    functions = {function.__name__: function for function in explore_endpoints(SingleModel(opened))}
    assert functions["information"](opened.name)["ok"] and functions["colour"]([opened.name, "column"])["ok"]
    shown = functions["open_model"](opened.name)["ok"]
    assert [note["key"] for note in shown["notes"]] == [note["key"] for note in found.notes]
    assert json.dumps(shown)


def test_a_decoder_is_read_by_what_comes_nearest_to_the_images():
    def encode(x):
        return x.flatten(1)[:, 388:392]

    for outputs, decode in {
        "logits": lambda x: 8 * x - 4,
        "signed": lambda x: 2 * x - 1,
        "unit": lambda x: 1.2 * x - 0.1,
    }.items():
        functions = functions_of(None, encode, lambda z, decode=decode: decode(IMAGES[: len(z)]))
        found = probe(functions, read_pictures(IMAGES))
        assert found.network.reading.outputs == outputs


def test_a_data_set_of_this_project_keeps_its_factors(explore):
    test = vae.load_data("sprites", "test")
    shape = test.spec.shape
    weights = torch.randn(int(np.prod(shape)), 3, generator=torch.Generator().manual_seed(0)) / 50
    found = explore(
        encode=lambda x: x.flatten(1) @ weights,
        decode=lambda z: (z @ weights.t()).view(-1, *shape).sigmoid(),
        images="sprites",
    )
    assert found._opened.facts.names == list(test.factor_names)
    row = 17
    index = found._opened.model.index[row]
    assert torch.equal(found._opened.originals([row])[0], test.batch([index])[0])


def test_two_pages_of_one_name_live_side_by_side_and_end(explore):
    model = architectures.made(architectures.Softplus)
    threads, before = torch.get_num_threads(), set(threading.enumerate())
    first = explore(model, IMAGES, name="mine", served=True)
    second = explore(model, 1 - IMAGES, name="mine", served=True)
    assert torch.get_num_threads() == threads
    assert first.url != second.url
    assert first._demo._queue.sleep_when_free == second._demo._queue.sleep_when_free == module.POLL
    for each in (first, second):
        assert b"mine" in urllib.request.urlopen(each.url + "/config", timeout=20).read()
    first.close()
    first.close()
    assert b"mine" in urllib.request.urlopen(second.url + "/config", timeout=20).read()
    second.close()
    for each in (first, second):
        with pytest.raises(OSError):
            urllib.request.urlopen(each.url, timeout=5)
    left = [thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("AnyIO")]
    for thread in left:
        thread.join(timeout=10)
    assert not [thread for thread in left if thread.is_alive()]
