"""What the Learn tab computes, held against the models directly; and every call that is not right is refused."""

import base64
import json
import math
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from vae.data import default_root
from vae.evaluation.bound import importance_weighted_bound, log_likelihood
from vae.evaluation.forecast import forecast
from vae.models.graph.description import Description, network_of
from vae.models.graph.graph import Graph
from vae.models.likelihoods import distortion
from vae.models.posterior import kl_to_prior
from vae.system import safetensors_file
from vae.ui.kit.i18n import TEXTS, say
from vae.ui.learn import answers as lesson_answers
from vae.ui.learn import endpoints
from vae.ui.learn.endpoints import MOST_ANSWERS, lesson_endpoints
from vae.ui.learn.first_steps import CONFIG, SEEDS, WATCHED
from vae.ui.learn.formulas import FORMULAS, formulas
from vae.ui.learn.references import references
from vae.ui.learn.steps import STEPS, chosen, others
from vae.ui.models.catalog import Catalog

ROWED = ("encoded", "costs", "own_q", "gradients", "posterior", "distortions", "pixels")
NAMED = ("gallery", "decoder", "aggregate", "directions")
ROW = 7


@pytest.fixture(scope="module")
def catalog(tmp_path_factory, trained, flat):
    torch.set_num_threads(1)  # as the app does
    folder = tmp_path_factory.mktemp("checkpoints")
    for path in (trained.path, flat):
        shutil.copy(path, folder)
    return Catalog(folder, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory, trained):
    """A model of digits in a version that is not here: its images are missing."""
    folder = tmp_path_factory.mktemp("checkpoints")
    tensors, header = safetensors_file.read(trained.path)
    safetensors_file.write(
        folder / "bare.safetensors", tensors, header | {"dataset": header["dataset"] | {"version": "0"}}
    )
    return Catalog(folder, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def functions(catalog):
    return {function.__name__: function for function in lesson_endpoints(catalog)}


@pytest.fixture(scope="module")
def ask(functions):
    """ask(name, *arguments): the answer of a call that is right, as the page receives it."""
    return lambda name, *arguments: json.loads(json.dumps(functions[name](list(arguments)), allow_nan=False))["ok"]


@pytest.fixture(scope="module")
def seen(catalog):
    """(network, x, q) of one image of the model with six latents."""
    return look(catalog.open("tiny"), ROW)


def look(opened, row):
    x = opened.originals([row]).float() / 255
    with torch.no_grad():
        return opened.model.network, x, opened.model.network.encode(x)


def array(text, dtype="<f4"):
    return np.frombuffer(base64.b64decode(text), dtype)


@pytest.mark.parametrize(
    "row", [None, -1, 10**9, 10**400, 0.5, "0", True, math.nan, [0], {}], ids=lambda x: repr(x)[:9]
)
def test_a_row_that_is_none_is_refused(functions, row):
    for name in ROWED:
        assert functions[name](["tiny", row])["key"] == "error.row"


@pytest.mark.parametrize("model", [None, "", "nothing", "../tiny", 3, ["tiny"], {}, "x" * 10**5, math.nan])
def test_a_model_that_is_none_is_refused(functions, model):
    for name in (*ROWED, *NAMED):
        answer = functions[name]([model, 0] if name in ROWED else [model])
        assert answer["key"] == "error.model" and len(answer["error"]) < 400


@pytest.mark.parametrize("seed", [None, -1, SEEDS, 0.0, "0", True, math.inf, [], 10**400])
def test_a_seed_that_is_none_is_refused(functions, seed):
    assert functions["watch_training"]([seed])["key"] == "error.seed"


@pytest.mark.parametrize("lesson", [None, "", "posterior", 0, [], {}, math.nan])
def test_a_chart_that_is_none_is_refused(functions, lesson):
    assert functions["chart"]([lesson])["key"] == "error.lesson"


def test_other_numbers_of_arguments_are_refused(functions):
    for function in functions.values():
        assert function([])["key"] == function(["tiny", 0, 0, 0])["key"] == "error.arguments"


def test_what_a_model_cannot_show_is_said(functions, catalog, monkeypatch):
    assert functions["posterior"](["tiny", 0])["key"] == "error.two_latents"
    model = catalog.open("tiny").model
    gaussian = torch.nn.Module()
    gaussian.config = model.config
    monkeypatch.setattr("vae.ui.learn.endpoints.answers.pixels", lambda *_: pytest.fail("computed all the same"))
    config = model.config.model.__class__(**{**vars(model.config.model), "likelihood": "gaussian"})
    monkeypatch.setitem(vars(model.config), "model", config)
    assert functions["pixels"](["tiny", 0])["key"] == "error.bernoulli"


def test_the_gallery_has_one_image_of_each_class(ask, catalog):
    opened = catalog.open("tiny")
    rows = ask("gallery", "tiny")["rows"]
    assert opened.model.label[rows].tolist() == list(range(10))
    for row in rows:  # half of its class is dearer, half cheaper
        members = opened.model.distortion[opened.model.label == opened.model.label[row]]
        assert abs((members < opened.model.distortion[row]).sum() - len(members) // 2) <= 1


def test_encoded_and_costs_are_the_networks_own(ask, seen):
    network, x, q = seen
    told = ask("encoded", "tiny", ROW)
    assert told["mu"] == pytest.approx(q.mu[0].tolist(), abs=1e-5)
    assert told["sigma"] == pytest.approx(q.logvar[0].mul(0.5).exp().tolist(), rel=1e-5)
    bill = ask("costs", "tiny", ROW)
    eps = torch.randn(lesson_answers.BILLED, 6, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        nats = distortion(
            network.decode(q.mu + q.logvar.mul(0.5).exp() * eps), x.expand(64, -1, -1, -1), network.config
        )
    assert bill["distortion"] == pytest.approx(nats.mean().item(), rel=1e-5), "under q, as a bound asks for it"
    assert bill["rate"] == pytest.approx(kl_to_prior(q.mu, q.logvar).sum().item(), rel=1e-5)


def test_a_decoder_comes_as_a_file_with_the_latents_worth_moving(ask, catalog, seen):
    network, _, q = seen
    told = ask("decoder", "tiny")
    kl = catalog.open("tiny").model.stats["kl"]
    dims = [latent["dim"] for latent in told["latents"]]
    assert dims == np.argsort(-kl, kind="stable")[: len(dims)].tolist()
    assert told["dims"] == 6 and len(dims) == min(told["used"], lesson_answers.MOVED)
    tensors, header = safetensors_file.read(Path(told["decoder"]["file"]))
    assert header["likelihood"] == "bernoulli"
    weights = {name: tensor.float() for name, tensor in tensors.items()}
    decoder = network_of(Description(Graph.from_json(header["graph"]), weights))
    with torch.no_grad():
        assert torch.allclose(decoder(q.mu), network.decode(q.mu), atol=0.05)


def test_own_q_measures_both_and_ends_no_worse_than_it_began(catalog, seen):
    network, x, q = seen
    told = lesson_answers.own_q(catalog.open("tiny"), ROW)
    with torch.no_grad():
        expected = importance_weighted_bound(network, x, 400, torch.Generator().manual_seed(5))[1].item()
    assert told["encoder"]["nats"] == pytest.approx(expected, abs=2.0)
    assert 0 < told["encoder"]["ms"] < told["own"]["ms"]
    spent, nats = zip(*told["trace"], strict=True)
    assert spent[0] == 0 and list(spent) == sorted(spent) and told["own"]["steps"] >= len(spent) - 1
    assert told["own"]["nats"] < nats[0] - 20
    assert told["own"]["nats"] == min(nats), "drawn as it is told: under the same noise"
    assert told["own"]["steps"] == lesson_answers.OWN_STEPS, "steps end it, not the clock"
    assert told["passed"] and told["gap"] == pytest.approx(told["encoder"]["nats"] - told["own"]["nats"])


def test_a_gap_is_never_negative_nor_kept_where_the_steps_have_not_arrived(functions, catalog, monkeypatch):
    """One step from the prior is far above the encoder: the encoder's own q is then the best that is at hand."""
    monkeypatch.setattr(catalog.open("tiny"), "computed", {})
    monkeypatch.setattr(lesson_answers, "OWN_STEPS", 1)
    found = functions["own_q"](["tiny", ROW])["ok"]
    assert found["gap"] == 0 and not found["passed"] and found["own"]["nats"] == found["encoder"]["nats"]
    monkeypatch.undo()
    again = functions["own_q"](["tiny", ROW])["ok"]
    assert again["passed"] and again["gap"] > 0, "the answer of too few steps was kept"


def test_the_clock_starts_behind_the_optimiser(catalog, monkeypatch):
    """The first optimiser of a process imports for a second, as this one does: no millisecond of it is counted."""
    built = torch.optim.Adam

    def slow(*arguments, **options):
        until = time.thread_time() + 0.5
        while time.thread_time() < until:
            pass
        return built(*arguments, **options)

    monkeypatch.setattr(torch.optim, "Adam", slow)
    monkeypatch.setattr(lesson_answers, "OWN_STEPS", 2)
    assert lesson_answers.own_q(catalog.open("tiny"), ROW)["own"]["ms"] < 400


def test_gradients_travel_sample_by_sample(ask, seen):
    network, x, q = seen
    told = ask("gradients", "tiny", ROW)
    shape = (told["count"], len(told["dims"]))
    eps = torch.randn(told["count"], 6, generator=torch.Generator().manual_seed(0))
    sigma = q.logvar.mul(0.5).exp()
    z = (q.mu + sigma * eps).requires_grad_()
    found = log_likelihood(network, x, z)
    (slope,) = torch.autograd.grad(found.sum(), z)
    mu = array(told["samples"]["mu"]["reparameterisation"]).reshape(shape)
    assert np.allclose(mu, slope[:, told["dims"]], rtol=1e-3, atol=1e-2)
    score = array(told["samples"]["logvar"]["score"]).reshape(shape)
    by_hand = found.detach()[:, None] * (eps.square() - 1) / 2
    assert np.allclose(score, by_hand[:, told["dims"]], rtol=1e-3, atol=1e-2)


def test_the_gap_is_the_kl_to_the_true_posterior(ask):
    told = ask("posterior", "flat", ROW)
    assert told["log_evidence"] - told["elbo"] == pytest.approx(told["gap"], abs=0.03) and told["gap"] >= 0
    assert 0 <= told["nearest"]["gap"] <= told["gap"] + 1e-6
    shades = told["figure"]["data"][0]["z"]
    density = array(shades["bdata"]).reshape([int(side) for side in shades["shape"].split(",")])
    assert density.max() == 1 and density.min() >= 0
    edge = np.concatenate([density[0], density[-1], density[:, 0], density[:, -1]])
    assert edge.max() < 0.02, "the window holds the whole posterior"


def test_distortions_are_those_of_sampled_codes(ask, seen):
    network, x, q = seen
    told = ask("distortions", "tiny", ROW)
    with torch.no_grad():
        assert told["mu"] == pytest.approx(-log_likelihood(network, x, q.mu).item(), rel=1e-5)
        loose = importance_weighted_bound(network, x, 400, torch.Generator().manual_seed(5))[1].item()
    sampled = np.array(told["sampled"])
    error = sampled.std() / math.sqrt(len(sampled))
    assert abs(sampled.mean() + told["rate"] - loose) < 5 * error
    assert told["all"]["neg_elbo_decoding_mu"] < told["all"]["neg_elbo"]


def test_the_bill_of_all_pixels_is_the_distortion(ask, catalog):
    told = ask("pixels", "tiny", ROW)
    x, logits = array(told["x"], "u1") / 255, array(told["logits"]).astype(float)
    p = 1 / (1 + np.exp(-logits))
    bill = -(x * np.log(p) + (1 - x) * np.log1p(-p))
    network, image, q = look(catalog.open("tiny"), ROW)
    with torch.no_grad():
        assert bill.sum() == pytest.approx(-log_likelihood(network, image, q.mu).item(), rel=1e-4)
    assert told["floor"] == catalog.open("tiny").diagnosis.floor


def test_the_most_dependent_pair_is_drawn(ask):
    told = ask("aggregate", "tiny")
    assert len(set(told["pair"])) == 2 and set(told["pair"]) <= set(told["dims"])
    assert 0 < told["information"] < told["total_correlation"]
    assert [len(array(told["figure"]["data"][0][axis]["bdata"])) for axis in "xy"] == [told["count"]] * 2
    two = ask("aggregate", "flat")
    assert two["information"] == pytest.approx(two["total_correlation"], abs=1e-3)
    assert two["measured"] == min(lesson_answers.MEASURED_CODES, two["count"])


@pytest.mark.parametrize("images", [100, 400])
def test_a_total_correlation_that_counts_the_images_is_not_told(images):
    """Codes of independent latents, so narrow that each is a place of its own, or so wide that none is."""

    def asked(sigma):
        mu = np.random.default_rng(0).standard_normal((images, 6)).astype(np.float32)
        model = SimpleNamespace(mu=mu, logvar=np.full_like(mu, 2 * math.log(sigma)), stats={"kl": np.ones(6)})
        return lesson_answers.aggregate(SimpleNamespace(model=model, name="codes"))

    assert asked(0.02)["total_correlation"] is None and asked(0.02)["information"] > 0
    assert asked(1.0)["total_correlation"] < 0.5


def test_missing_images_are_said_and_nothing_is_measured_on_what_stands_for_them(bare, ask):
    opened = bare.open("bare")
    missing = lesson_answers.gallery(opened)["missing"]
    assert missing["key"] == "data.other_version" and "data.other_version" in TEXTS["en"]
    assert lesson_answers.directions(opened) == {"missing": missing}
    assert ask("gallery", "tiny")["missing"] is None and ask("directions", "tiny")["missing"] is None


def test_what_measures_time_can_be_measured_again(functions, catalog, monkeypatch):
    given = []
    monkeypatch.setattr(catalog.open("tiny"), "computed", {})
    monkeypatch.setattr(lesson_answers, "own_q", lambda *place: given.append(place) or {"n": len(given)})
    monkeypatch.setattr(endpoints, "with_figure", lambda _, found: found)
    asked = [functions[name](["tiny", 1])["ok"]["n"] for name in ("own_q", "own_q", "own_q_again", "own_q")]
    assert asked == [1, 1, 2, 2]


def test_what_a_class_asks_is_computed_once(functions, catalog, monkeypatch):
    given = []
    monkeypatch.setattr(catalog.open("tiny"), "computed", {})
    monkeypatch.setattr(lesson_answers, "distortions", lambda *place: given.append(place) or {"n": len(given)})
    monkeypatch.setattr(endpoints, "with_figure", lambda _, found: found)
    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(lambda _: functions["distortions"](["tiny", 1]), range(8)))
    assert asked == [{"ok": {"n": 1}}] * 8
    for row in range(2, 2 + MOST_ANSWERS):
        functions["distortions"](["tiny", row])
    assert functions["distortions"](["tiny", 1]) == {"ok": {"n": MOST_ANSWERS + 2}}, "the oldest has gone"
    assert functions["distortions"](["tiny", 1 + MOST_ANSWERS]) == {"ok": {"n": MOST_ANSWERS + 1}}


def test_directions_wake_as_many_latents_as_the_forecast_says(ask, catalog):
    told = ask("directions", "tiny")
    opened = catalog.open("tiny")
    assert told["threshold"] == 1.0 and told["pixels"] == 1024
    for threshold in (0.5, 5.0, 512.0):
        expected = forecast(opened.diagnosis.forecast.spectrum, threshold)
        assert sum(value > threshold for value in told["values"]) == expected.awake


def test_the_first_steps_are_a_training_of_their_own(ask):
    told = ask("watch_training", 0)
    moments = told["moments"]
    assert len(moments) == CONFIG.training.steps + 1 and told["columns"] == len(WATCHED)
    for moment in (moments[0], moments[-1]):
        z = np.array(moment["mu"]) + np.array(moment["sigma"]) * np.array(moment["eps"])
        assert np.allclose(z, moment["z"], atol=1e-5)
    cost = [moment["distortion"] + moment["rate"] for moment in moments]
    assert np.mean(cost[-20:]) < 0.75 * cost[0]
    assert moments[-1]["batch"] is None and moments[0]["batch"] > moments[-2]["batch"]
    other = ask("watch_training", 1)["moments"]
    assert other[0]["mu"] != moments[0]["mu"]


def test_every_step_finds_its_model_or_none(catalog):
    found = chosen(catalog.usable(), catalog.data_root)
    assert found["posterior"] == "flat" and sorted(found["beta"]) == ["flat", "tiny"]
    assert set(found["prior"]) == {"flat", "tiny"}
    assert {found[key] for key in ("vae", "layers", "amortised", "gradients", "elbo", "bernoulli")} <= {"flat", "tiny"}
    assert found["collapse"] is None, "a mean of squared errors is none of Bernoulli's"
    assert all(value is None for value in chosen([], catalog.data_root).values())


def test_a_model_whose_images_are_here_comes_first(catalog, bare):
    entries = [*bare.usable(), *catalog.usable()]
    found = chosen(entries, catalog.data_root)
    assert "bare" not in [found[key] for key in ("vae", "amortised", "gradients", "elbo", "bernoulli")]
    assert "bare" not in found["beta"]
    assert found["prior"][0] == "bare", "which are codes of the file"
    assert found["layers"] == "bare", "which is a decoder"
    assert chosen(bare.usable(), bare.data_root)["elbo"] == "bare"


@pytest.mark.data("mnist", "mnist32")
def test_the_shipped_models_stand_where_they_show_most(need, tmp_path):
    from vae.checkpoints.checkpoint import list_headers
    from vae.system.paths import CHECKPOINT_FOLDER

    entries = list_headers(CHECKPOINT_FOLDER)
    need({entry.name for entry in entries} >= {"mnist-2d", "mnist-kingma"}, "the shipped models are not here")
    usable = [entry for entry in entries if entry.header]
    found = chosen(usable, default_root())
    assert found["posterior"] == "mnist-2d" and found["elbo"] == "mnist-kingma"
    assert found["collapse"] == "mnist-collapsed" and found["vae"] == found["layers"] == "scene3d-beta"
    vae, beta = found["beta"]
    assert (vae.removesuffix("-vae"), "-vae") == (beta.removesuffix("-beta"), "-vae")
    without = chosen(usable, tmp_path)
    assert {without[key] for key in ("amortised", "gradients", "elbo", "bernoulli")} == {"digits-vae"}
    assert without["prior"] == found["prior"] and without["posterior"] == "mnist-2d"


def test_betas_of_others_are_those_of_the_table():
    found = {row["key"]: row["beta"] for row in others()}
    assert found == pytest.approx({"examples": 1, "conv": 512, "today": 15.36, "then": 13.59, "posts": 480}, rel=1e-3)
    assert all(f"learn.losses_{key}" in TEXTS["en"] for key in found)


@pytest.mark.parametrize("step", [step.key for step in STEPS])
def test_a_step_is_short_and_its_formulas_can_be_drawn_and_read(step):
    assert len(say(f"learn.{step}_text").split()) <= 90
    said = [texts[f"learn.{step}_{part}"] for part in ("title", "text") for texts in TEXTS.values()]
    assert not any("{" in text for text in said), "they are shown before any answer"
    tree = ElementTree.fromstring(f"<all>{formulas(step)}</all>")
    assert len(tree) == len(FORMULAS[step])
    for math_, latex in zip(tree, FORMULAS[step], strict=True):
        assert math_.tag.endswith("math") and math_.get("display") == "block"
        assert "\\" not in "".join(math_.itertext()), f"{latex} was not understood"
        assert math_.get("data-label") in TEXTS["en"]
    assert sum(key.startswith(f"learn.{step}_formula_") for key in TEXTS["en"]) == len(FORMULAS[step])


def test_every_step_names_what_it_rests_on():
    found = references()
    assert list(found) == [step.key for step in STEPS]
    addresses = r"https://(arxiv\.org/abs/\d{4}\.\d{4,5}|doi\.org/10\.\S+|openreview\.net/forum\?id=\w+)"
    for works in found.values():
        assert works
        for work in works:
            assert re.search(r" (19|20)\d\d$", work["cited"]) and len(work["title"]) > 10
            assert re.fullmatch(addresses, work["address"])


def test_the_words_of_the_steps_are_exact():
    """The loss has its expectation, a grey Bernoulli is no density, and what holds for a linear VAE says so."""
    [loss] = FORMULAS["algorithm"]
    assert loss.index("mathbb{E}_q") < loss.index("log")
    assert "expectation" in TEXTS["en"]["learn.algorithm_formula_1"]
    assert "no normalised density" in TEXTS["en"]["learn.bernoulli_text"]
    assert "In a linear VAE" in TEXTS["en"]["learn.collapse_text"]
    assert not [key for key, text in TEXTS["en"].items() if key.startswith("learn.") and "never as good" in text]
