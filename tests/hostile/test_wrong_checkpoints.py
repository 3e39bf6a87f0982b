"""Checkpoints that are none, that do not fit together, or whose header lies."""

from __future__ import annotations

import base64
import io
import json
import pickle
import struct
from dataclasses import replace

import numpy as np
import pytest
import torch
from attacks import FILE, OWNER, SCRIPT, Evil
from described_files import put_description
from safetensors.numpy import save as packed

from vae.config import ModelConfig
from vae.models.vae import VAE
from vae.system import safetensors_file
from vae.system.limits import CHECKPOINTS, MB
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui.kit.i18n import UserError
from vae.ui.models import visitor_models
from vae.ui.models.catalog import Catalog
from vae.ui.models.visitor_models import entry_of, store_upload

GOOD = (CHECKPOINT_FOLDER / "digits-vae.safetensors").read_bytes()


def upload(app, content, name="model.safetensors"):
    return app.call("upload", OWNER, name, base64.b64encode(content).decode())


def bare(header, body=b"", length=None):
    """A safetensors file with that header, JSON or bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def one(start=0, end=4, shape=(1,), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}


def tensor_file(**tensors):
    return packed({name: np.zeros(shape, np.float32) for name, shape in tensors.items()})


MALFORMED = {
    "nothing": b"", "short": b"\x08", "no header": b"\0" * 8, "empty header": bare(b"{}"), "all zeros": b"\0" * 10_000,
    "a header of exabytes": bare(b"{}", length=2**63), "a header of 2^64-1": bare(b"{}", length=2**64 - 1),
    "a header longer than the file": bare(b"{}", length=1000), "a header that is no object": bare(b"[]"),
    "a header that is a number": bare(b"3"), "a header of spaces": bare(b" " * 1000), "no UTF-8":
    bare(b'{"\xff\xfe": 1}'),
    "a deep header": bare(b'{"a":' * 50_000 + b"1" + b"}" * 50_000), "a deep list": bare(b"[" * 100_000),
    "a tensor that is no object": bare({"a": 3}), "no offsets": bare({"a": {"dtype": "F32", "shape": [1]}}),
    "negative offsets": bare({"a": one(-4, 0)}, b"\0" * 8), "offsets beyond": bare({"a": one(0, 4000)}, b"\0" * 8),
    "offsets backwards": bare({"a": one(8, 4)}, b"\0" * 8), "huge offsets": bare({"a": one(2**62, 2**62 + 4)}),
    "overlapping": bare({"a": one(), "b": one()}, b"\0" * 4), "a gap": bare({"a": one(4, 8)}, b"\0" * 8),
    "duplicate keys": bare(b'{"a":%s,"a":%s}' % ((json.dumps(one()).encode(),) * 2), b"\0" * 4),
    "a huge shape": bare({"a": one(shape=(2**40, 2**40))}, b"\0" * 4), "2^70": bare({"a": one(shape=(2**70,))}),
    "a negative shape": bare({"a": one(shape=(-1,))}, b"\0" * 4),
    "an unknown type": bare({"a": one(dtype="F31")}, b"\0" * 4),
    "metadata that is a list": bare({"__metadata__": [1]}),
    "numbers in it": bare({"__metadata__": {"latent_explorer": 3}}),
    "foreign": tensor_file(a=(2, 2)), "cut off": GOOD[:-1], "half": GOOD[: len(GOOD) // 2], "longer": GOOD + b"\0",
    "a pickle": pickle.dumps(Evil()), "a zip": b"PK\x03\x04" + b"\0" * 100, "HTML": SCRIPT.encode() * 50,
    "a pickle in front": pickle.dumps(Evil()) + GOOD, "two files": GOOD + GOOD,
    "random": np.random.default_rng(0).bytes(9999),
}  # fmt: skip
OURS = {
    "no JSON": "{", "a list": "[]", "a number": "1e999", "null": "null", "a deep one": "[" * 100_000,
    "a half pair": '{"format_version": "\\ud800"}', "empty": "{}", "other": '{"format_version": 99}', "NaN": "NaN",
}  # fmt: skip


def test_what_is_no_checkpoint_is_refused_in_one_sentence(app, tmp_path):
    buffer = io.BytesIO()
    torch.save({"model": Evil()}, buffer)
    files = MALFORMED | {"torch.save": buffer.getvalue()}
    before = set(app.place.runs.glob("uploads/*"))
    files |= {
        f"ours: {name}": bare({"__metadata__": {safetensors_file.HEADER_KEY: text}}) for name, text in OURS.items()
    }

    def attempt(case):
        name, content = case
        assert upload(app, content)["key"] == "run.not_a_checkpoint", name

    app.all(attempt, files.items())
    assert set(app.place.runs.glob("uploads/*")) == before and not list(app.place.top.rglob("hacked"))
    big = upload(app, b"\0" * (CHECKPOINTS.most_bytes + 2 * MB))
    assert big["key"] == "run.too_large"


def rewritten(path, change, source=CHECKPOINT_FOLDER / "digits-vae.safetensors"):
    """The bytes of a good checkpoint after change(tensors, header)."""
    tensors, header = safetensors_file.read(source)
    change(tensors, header)
    safetensors_file.write(path, tensors, header)
    return path.read_bytes()


def codes(count, latents):
    """As many encoded images, of as many latents, as one likes."""

    def change(tensors, header):
        tensors["encodings.index"] = torch.arange(count, dtype=torch.int32)
        for key in ("mu", "logvar"):
            tensors[f"encodings.{key}"] = torch.zeros(count, latents, dtype=torch.float16)
        for name in ("map.pca", "map.umap"):
            tensors[name] = torch.zeros(count, 2, dtype=torch.float16)
        for name in ("encodings.label", "encodings.distortion"):
            tensors.pop(name, None)

    return change


def test_tensors_that_do_not_fit_each_other_are_refused(app, tmp_path):
    def with_(key, value):
        return lambda tensors, header: tensors.__setitem__(key, value)

    weights, _ = safetensors_file.read(CHECKPOINT_FOLDER / "digits-vae.safetensors")
    some = next(key for key in weights if key.startswith("model."))
    changes = [
        lambda tensors, header: tensors.pop(some), with_(some, torch.zeros(0)), with_("model.extra", torch.zeros(1)),
        with_(some, torch.full_like(weights[some], torch.nan)),
        with_("__class__", torch.zeros(1)), with_("../../x", torch.zeros(1)), with_(SCRIPT, torch.zeros(1)),
        with_("encodings.index", torch.tensor([-1], dtype=torch.int32)), with_("map.pca", torch.zeros(0, 2).half()),
        with_("encodings.index", torch.zeros(0, dtype=torch.int32)), with_("stats.kl", torch.full((10,), torch.inf)),
        with_("encodings.mu", torch.zeros(3, 3).half()), with_("encodings.label", torch.zeros(1, dtype=torch.uint8)),
        with_("map.umap", torch.full((360, 2), torch.nan).half()), with_("stats.mu_quantiles", torch.zeros(9, 9)),
    ]  # fmt: skip
    for number, change in enumerate(changes):
        said = upload(app, rewritten(tmp_path / "file.safetensors", change))
        assert said.get("key") == "run.not_a_checkpoint", number
    many = rewritten(tmp_path / "file.safetensors", codes(CHECKPOINTS.most_codes + 1, 10))
    assert upload(app, many)["key"] == "run.too_much_model"


def shaped(*shape):
    """A network for images of any shape (C, H, W) in place of the file's own."""

    def change(tensors, header):
        header["config"]["model"] |= {"network": "mlp", "shape": shape}
        network = VAE(ModelConfig(**header["config"]["model"]))
        for key in [key for key in tensors if key.startswith("model.")]:
            del tensors[key]
        tensors |= {f"model.{key}": value.half() for key, value in network.state_dict().items()}

    return change


DESCRIBED = CHECKPOINT_FOLDER / "digits-vae.safetensors"


def redescribed(path, change):
    """The bytes of a good described checkpoint after change(tensors, header)."""

    def both(tensors, header):
        put_description(tensors, header, DESCRIBED)
        change(tensors, header)

    return rewritten(path, both, DESCRIBED)


def in_graph(part, change):
    return lambda tensors, header: change(header["graphs"][part])


def node(number, **settings):
    return lambda graph: graph["nodes"][number].update(settings)


def dear(graph):
    """At the front a convolution of three billion multiply-adds, whose weights are none at all beside them."""
    kernel = {"kernel": [33, 33], "stride": [1, 1], "padding": [512, 512]}
    graph["nodes"].insert(0, {"op": "conv", "inputs": [0], "out": 3, "bias": False, **kernel})


def wide(graph):
    graph["nodes"][:] = [{"op": "linear", "inputs": [i], "out": 65_536, "bias": True} for i in range(3)]


def test_a_description_that_is_none_is_refused(app, tmp_path):
    """Of every kind one; what is asked before the weights is told before any of them is read, let alone made."""
    first = "model.network.to_latent.nodes.1.weight"
    graphs = {
        "none": lambda tensors, header: header.pop("graphs"),
        "a list": lambda tensors, header: header.update(graphs=[]),
        "one part": lambda tensors, header: header["graphs"].pop("decoder"),
        "three parts": lambda tensors, header: header["graphs"].update(more=header["graphs"]["encoder"]),
        "turned": lambda tensors, header: header.update(
            graphs=dict(zip(("encoder", "decoder"), list(header["graphs"].values())[::-1], strict=True))
        ),
        "version": in_graph("encoder", lambda graph: graph.update(version=True)),
        "no nodes": in_graph("decoder", lambda graph: graph.update(nodes=[])),
        "many nodes": in_graph("decoder", lambda graph: graph["nodes"].extend([{"op": "tanh", "inputs": [1]}] * 501)),
        "dear": in_graph("encoder", dear),
        "wide": in_graph("decoder", wide),
        "eval": in_graph("encoder", node(0, op="eval")),
        "script": in_graph("encoder", node(0, op=SCRIPT)),
        "later": in_graph("encoder", node(0, inputs=[1])),
        "an object": in_graph("encoder", node(0, inputs=[{}])),
        "a huge number": in_graph("decoder", lambda graph: graph["nodes"].append(
            {"op": "elu", "inputs": [len(graph["nodes"])], "alpha": 10**300}
        )),
        "a long number": in_graph("decoder", node(0, out=10**400)),
        "another width": in_graph("decoder", lambda graph: graph.update(input=[11])),
        "a huge input": in_graph("encoder", lambda graph: graph.update(input=[2**62, 2**62, 2**62])),
        "other latents": lambda tensors, header: header["config"]["model"].update(latent_dim=11),
        "other images": lambda tensors, header: header["config"]["model"].update(shape=[3, 32, 32]),
    }  # fmt: skip
    weights = {
        "lacking": lambda tensors, header: tensors.pop(first),
        "too many": lambda tensors, header: tensors.update({f"{first}2": torch.zeros(1).half()}),
        "another shape": lambda tensors, header: tensors.update({first: tensors[first][:1].clone()}),
        "another type": lambda tensors, header: tensors.update({first: tensors[first].float()}),
        "no number": lambda tensors, header: tensors.update({first: torch.full_like(tensors[first], torch.nan)}),
        "of a class": lambda tensors, header: header["config"]["model"].update(network="burgess"),
    }
    for name, change in graphs.items():
        said = upload(app, redescribed(tmp_path / "file.safetensors", change))
        assert (said["key"], said["values"]["reason"]["values"]["entry"]) == ("run.not_a_checkpoint", "graphs"), name
        assert said["values"]["reason"]["values"]["reason"]["key"].startswith(("graph.", "setting.")), name
    for name, change in weights.items():
        said = upload(app, redescribed(tmp_path / "file.safetensors", change))
        assert said["key"] == "run.not_a_checkpoint" and "model." in str(said), name
    assert not app.heard.records, app.heard.records[:5]


def test_a_slow_encoder_is_refused_as_a_slow_decoder_is(monkeypatch):
    """Multiply-adds do not say all: what is copied costs time too."""
    path = CHECKPOINT_FOLDER / "digits-vae.safetensors"
    for quick in ("timed_decode", "timed_encode"):
        with monkeypatch.context() as patch:
            patch.setattr(visitor_models, quick, lambda model: 0.0)
            with pytest.raises(UserError) as told:
                visitor_models.examine(path, replace(CHECKPOINTS, most_decode=1e-9))
            assert told.value.key == "run.slow_model"
    visitor_models.examine(path, CHECKPOINTS)


def test_a_described_model_is_used_as_any_other(app, tmp_path):
    name = upload(app, redescribed(tmp_path / "file.safetensors", lambda tensors, header: None))["ok"]["name"]
    overview, answers = used(app, name)
    assert overview["ok"]["decoder"]["cost"] > 0 and all("ok" in answer for answer in answers)
    z, shipped = [0.5] * 10, app.call("decode", "digits-vae", [0.5] * 10)["ok"]
    assert app.call("decode", name, z)["ok"][:22] == shipped[:22]
    assert not app.heard.records, app.heard.records[:5]


def drawn(**origin):
    """Of a model that came without images."""

    def change(tensors, header):
        for name in ("label", "distortion"):
            del tensors[f"encodings.{name}"]
        header |= {"imported": {"kind": "other", "data": SCRIPT}, "draws": {"seed": 2**32 - 1}} | origin
        header["metrics"] = dict.fromkeys(("neg_elbo", "rate", "distortion", "kl_per_dim", "active_units"))

    return change


def test_a_model_without_images_is_used_as_any_other(app, tmp_path):
    """Also beside another model of its shape, with which it has draws in common."""
    name = upload(app, rewritten(tmp_path / "file.safetensors", drawn()))["ok"]["name"]
    overview, answers = used(app, name)
    assert overview["ok"]["drawn"] and overview["ok"]["missing"]["key"] == "map.no_images"
    refused = [answer["key"] for answer in answers if "ok" not in answer]
    assert set(refused) == {"error.no_reader", "error.colour"}, refused
    assert "ok" in app.call("compare", name, name) and "ok" in app.call("rates", name, name)
    pixels = base64.b64encode(bytes(3 * 32 * 32)).decode()
    assert app.call("own_image", name, pixels)["ok"]["own"]["limit"] is None
    assert not app.heard.records, app.heard.records[:5]


@pytest.mark.parametrize("key", ["imported", "draws"])
def test_an_origin_that_lies_is_refused(app, tmp_path, key):
    inside = {"imported": ("kind", "data"), "draws": ("seed",)}[key]
    for value in (*PLAIN, None, *({name: wrong} for name in inside for wrong in ([], {}, None, -1, 2**70))):
        said = upload(app, rewritten(tmp_path / "file.safetensors", drawn(**{key: value})))
        assert said.get("key") == "run.not_a_checkpoint", value
    assert not app.heard.records, app.heard.records[:5]


def test_a_file_that_is_all_header_is_refused_before_it_is_written_or_parsed(app, monkeypatch):
    """28 MB of names took a gigabyte and five seconds, in which nobody else was answered."""
    places = b",".join(b'"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}' % n for n in range(300_000))
    content = bare(b"{" + places + b"}")
    monkeypatch.setattr("vae.ui.models.visitor_models.confined", lambda *a, **b: pytest.fail("it was read"))
    assert CHECKPOINTS.most_head < len(content) < CHECKPOINTS.most_bytes
    said = upload(app, content)
    assert (said["key"], said["values"]["reason"]["key"]) == ("run.not_a_checkpoint", "checkpoint.header_long")
    many = tensor_file(**{str(n): (1,) for n in range(CHECKPOINTS.most_tensors + 1)})
    assert upload(app, many)["values"]["reason"]["key"] == "checkpoint.many_tensors"


@pytest.mark.parametrize("shape", [(5, 20, 20), (2, 32, 32)])
def test_images_that_no_page_can_show_are_refused(app, tmp_path, shape):
    before = sorted(app.place.runs.rglob("*.safetensors"))
    said = upload(app, rewritten(tmp_path / "file.safetensors", shaped(*shape)))
    assert said["key"] == "error.channels" and sorted(app.place.runs.rglob("*.safetensors")) == before
    with pytest.raises(UserError) as told:  # of the host's own
        Catalog(tmp_path, tmp_path).open("file")
    assert told.value.key == "error.channels"


def test_no_picture_is_made_to_fit_images_that_are_no_squares(app, tmp_path):
    name = upload(app, rewritten(tmp_path / "file.safetensors", shaped(3, 20, 30)))["ok"]["name"]
    picture = FILE | {"path": app.http.post("/gradio_api/upload", files={"files": ("a.png", b"any")}).json()[0]}
    kind, said = app.ask("encode", name, picture, -1)
    assert kind == "error" and "30×20" in str(said)
    assert app.ask("encode", name, "", 0)[0] == "complete"


PLAIN = (True, -1, SCRIPT, [], {}, 2**70)


def paths(value, before=()):
    """Where in a header something stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*before, key)
            yield from paths(inner, (*before, key))


def put(header, path, value):
    for key in path[:-1]:
        header = header[key]
    header[path[-1]] = value


def used(app, name):
    """Everything that a page asks of a model."""
    z = [0.0] * 10
    overview = app.call("open_model", name)
    calls = [("pick", name, 5), ("decode", name, z), ("traverse", name, z, [0, 9], "sigma"), ("forecast_model", name)]
    calls += [("spill", name), ("coordinates", name, "pca"), ("place", name, "pca", 0.0, 0.0), ("thumbnails", name, 0)]
    calls += [("colour", name, key) for key in ("kl", "class", "distortion")]
    for pair in ((name, name), (name, "digits-vae"), ("digits-vae", name)):
        calls += [("compare", *pair), ("rates", *pair), ("pick_pair", *pair, 5), ("figure_one", *pair, 5, "png")]
    calls += [("available_models", name, name)]
    return overview, [app.call(*call) for call in calls]


def lying(*lies):
    """A good checkpoint whose header says something else at some (path, value)."""
    size = struct.unpack("<Q", GOOD[:8])[0]
    outer = json.loads(GOOD[8 : 8 + size])
    header = json.loads(outer["__metadata__"][safetensors_file.HEADER_KEY])
    for path, value in lies:
        put(header, path, value)
    outer["__metadata__"][safetensors_file.HEADER_KEY] = json.dumps(header)
    return bare(outer, GOOD[8 + size :])


def accepted(app, every):
    """path in the header -> the wrong values that pass for one; all others are refused in a sentence. One in `every`
    pairs of a path and a value is tried, so that all paths and all values have their turn.
    """
    found = {}
    _, header = safetensors_file.read(CHECKPOINT_FOLDER / "digits-vae.safetensors")
    with pytest.MonkeyPatch.context() as patch:  # read here: hundreds of processes would take a minute
        patch.setattr("vae.ui.models.visitor_models.confined", lambda function, *given, **bounds: function(*given))
        pairs = [(path, PLAIN[k]) for n, path in enumerate(paths(header)) for k in range(n % every, len(PLAIN), every)]
        for path, value in pairs:
            try:
                entry = store_upload(app.place.runs, "file", lying((path, value)))
            except UserError as error:
                assert error.key in ("run.not_a_checkpoint", "run.too_much_model"), (path, value)
            else:
                found.setdefault(path, []).append(value)
                assert entry_of(app.place.runs, entry.name) is not None
    return found


@pytest.mark.parametrize(("every", "turns"), [(6, 1), pytest.param(1, 3, marks=pytest.mark.slow)])
def test_a_header_that_lies_breaks_nothing(app, every, turns):
    lies = accepted(app, every)
    assert len(lies) > 10
    leaves = [path for path in lies if path[0] not in ("config", "dataset")]
    leaves = [path for path in leaves if not any(other[: len(path)] == path for other in leaves if other != path)]
    for turn in range(turns):
        said = upload(app, lying(*((path, lies[path][turn % len(lies[path])]) for path in leaves)))
        assert "ok" in said, said
        used(app, said["ok"]["name"])
    assert not app.heard.records, app.heard.records[:5]


@pytest.mark.slow
def test_one_lie_alone_breaks_nothing(app):
    for path, values in accepted(app, 1).items():
        said = upload(app, lying((path, values[-1])))
        assert "error" not in app.call("open_model", said["ok"]["name"]), path
    assert not app.heard.records, app.heard.records[:5]


def test_a_normal_file_works_afterwards(app):
    name = upload(app, GOOD)["ok"]["name"]
    overview, answers = used(app, name)
    assert overview["ok"]["dims"] == 10 and all("ok" in answer for answer in answers)
    assert not app.heard.records, app.heard.records[:5]
