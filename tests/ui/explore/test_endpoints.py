"""Every server function is a public endpoint: whatever comes, one sentence and nothing broken."""

import json
import math

import numpy as np
import pytest

from vae.system.limits import REQUESTS
from vae.ui.explore import payload as explorer
from vae.ui.explore.endpoints import explore_endpoints
from vae.ui.models.catalog import Catalog

HUGE = 10**400


@pytest.fixture(scope="module")
def catalog(tmp_path_factory, trained):
    folder = tmp_path_factory.mktemp("checkpoints")
    (folder / "digits-beta.safetensors").write_bytes(trained.path.read_bytes())
    (folder / "broken.safetensors").write_bytes(b"\x00" * 20)
    return Catalog(folder, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def call(catalog):
    functions = {function.__name__: function for function in explore_endpoints(catalog)}
    return lambda name, *arguments: functions[name](list(arguments))


@pytest.fixture(scope="module")
def opened(catalog):
    return catalog.open("digits-beta")


def bad_z(dims):
    good = [0.0] * dims
    return [
        None, "z", {}, 3, [], good[:-1], [*good, 0.0], ["0", *good[1:]], [None, *good[1:]], [True, *good[1:]],
        [math.nan, *good[1:]], [math.inf, *good[1:]], [-math.inf, *good[1:]], [1e30, *good[1:]], [HUGE, *good[1:]],
        [REQUESTS.most_latent + 0.1, *good[1:]], [[0.0], *good[1:]],
    ]  # fmt: skip


NAMES = [
    None,
    "",
    "no-such-model",
    "../digits-beta",
    "/etc/passwd",
    "broken",
    3,
    math.nan,
    ["digits-beta"],
    {},
    "x" * 10**6,
    "half \ud800",
]
NOT_INDICES = [None, -1, 10**9, HUGE, 0.5, 1.0, "0", True, math.nan, [0], {}]


def refused(answer):
    assert set(answer) == {"error", "key", "values"}, answer
    assert isinstance(answer["error"], str) and 10 < len(answer["error"]) < 400
    assert answer["error"].count("\n") == 0 and "Traceback" not in answer["error"]
    assert answer["key"] != "error.internal"
    json.dumps(answer, allow_nan=False, ensure_ascii=False).encode()  # as the server sends it


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:30])
def test_unknown_models(call, opened, name):
    z = [0.0] * opened.dims
    refused(call("open_model", name))
    refused(call("pick", name, 0))
    refused(call("decode", name, z))
    refused(call("traverse", name, z, [0], "sigma"))
    refused(call("coordinates", name, "pca"))
    refused(call("colour", name, "kl"))
    refused(call("place", name, "pca", 0, 0))
    refused(call("thumbnails", name, 0))
    refused(call("lattice", name, "wide"))
    refused(call("forecast_model", name))


def test_bad_z(call, opened):
    for z in bad_z(opened.dims):
        refused(call("decode", "digits-beta", z))
        refused(call("traverse", "digits-beta", z, [0], "sigma"))


@pytest.mark.parametrize("index", NOT_INDICES, ids=lambda index: repr(index)[:20])
def test_bad_indices(call, index):
    refused(call("pick", "digits-beta", index))
    refused(call("thumbnails", "digits-beta", 10**6 if index in (0, True) else index))


@pytest.mark.parametrize(
    "dims", [None, [], "0", [-1], [10**6], [HUGE], [0, 0], [0.5], [True], [None], list(range(1000))]
)
def test_bad_rows(call, opened, dims):
    refused(call("traverse", "digits-beta", [0.0] * opened.dims, dims, "sigma"))


@pytest.mark.parametrize("bad", [None, 1, [], {}, "", "z-1", "z99999", "z1e3", "../x", math.nan])
def test_bad_names_of_things(call, opened, bad):
    refused(call("traverse", "digits-beta", [0.0] * opened.dims, [0], bad))
    refused(call("coordinates", "digits-beta", bad))
    refused(call("colour", "digits-beta", bad))
    refused(call("place", "digits-beta", bad, 0.0, 0.0))
    refused(call("lattice", "digits-beta", bad))


def test_a_lattice_needs_two_latents(call):
    assert call("lattice", "digits-beta", "prior")["key"] == "error.lattice"


@pytest.mark.parametrize("xy", [(None, 0), (0, math.nan), (math.inf, 0), (HUGE, 0), ("0", "0"), ([0], 0), (True, 0)])
def test_bad_places(call, xy):
    refused(call("place", "digits-beta", "pca", *xy))


@pytest.mark.parametrize("arguments", [[], ["digits-beta"], ["digits-beta", 1, 2, 3, 4, 5, 6]])
def test_wrong_number_of_arguments(call, arguments):
    for name in ("pick", "decode", "traverse", "place"):
        refused(call(name, *arguments))


def test_any_call_without_a_list(catalog):
    for function in explore_endpoints(catalog):
        for thing in (None, 3, "x", {}, math.nan):
            refused(function(thing))


def test_good_calls_are_json_and_right(call, opened):
    overview = call("open_model", "digits-beta")["ok"]
    json.dumps(overview, allow_nan=False)
    assert overview["picked"]["z"] == opened.model.mu[overview["picked"]["row"]].tolist()
    assert call("decode", "digits-beta", overview["picked"]["z"])["ok"] == overview["picked"]["reconstruction"]
    traversal = call("traverse", "digits-beta", overview["picked"]["z"], [1, 0], "quantiles")["ok"]
    assert np.allclose(traversal["values"], opened.model.stats["mu_quantiles"][:, [1, 0]].T, atol=1e-4)
    place = call("place", "digits-beta", "pca", *opened.model.maps["pca"][5].tolist())["ok"]
    assert (
        place["neighbours"][int(np.argmin([abs(n - opened.model.index[5]) for n in place["neighbours"]]))]
        == opened.model.index[5]
    )
    assert np.allclose(place["z"], opened.model.mu[5], atol=1e-3) and place["distance"] < 1e-3


def test_the_forecast_comes_after_the_findings(call, opened):
    answer = call("forecast_model", "digits-beta")["ok"]
    found, drawn = answer["findings"], explorer.spectrum(opened)
    assert [trace["type"] for trace in answer["spectrum"]["data"]] == ["bar", "scatter"]
    assert found[:-1] == call("open_model", "digits-beta")["ok"]["findings"]
    x = opened.images.images.flatten(1).numpy() / 255
    mean = x.mean(0)
    alive = (mean > 0) & (mean < 1)
    scaled = (x - mean)[:, alive] / np.sqrt(mean * (1 - mean))[alive]
    values = np.linalg.svd(scaled, compute_uv=False) ** 2 / len(x)
    beta = opened.model.config.objective.beta
    rates = 0.5 * np.log(values[: opened.dims][values[: opened.dims] > beta] / beta)
    paying = int((values > beta).sum())
    assert paying > opened.dims == len(rates)  # more directions than latents: the sentence says both
    assert (found[-1]["key"], found[-1]["values"]["paying"]) == ("finding.forecast_crowded", paying)
    assert (found[-1]["values"]["symbol"], found[-1]["values"]["total"]) == ("β", opened.dims)
    assert (drawn["variances"] > beta).sum() == min(paying, 48)
    assert found[-1]["values"]["awake"] == len(rates)
    assert found[-1]["values"]["nats"] == pytest.approx(rates.sum(), rel=1e-3)
    assert drawn["variances"] == pytest.approx(values[: len(drawn["variances"])], rel=1e-3)
    assert 24 <= len(drawn["variances"]) <= 48 and drawn["threshold"] == beta
    kl = opened.model.stats["kl"]
    assert drawn["kl"] == pytest.approx(sorted(kl[kl >= 0.1], reverse=True))


def test_without_factors_there_is_no_figure_of_information(call):
    assert call("information", "digits-beta") == {"ok": None}


def test_broken_files_are_listed_with_their_reason(catalog):
    assert [entry.name for entry in catalog.usable()] == ["digits-beta"]
    assert [entry.name for entry in catalog.entries() if entry.error] == ["broken"]
