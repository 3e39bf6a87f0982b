"""The Learn tab, walked from end to end with two tiny models: what is drawn is what Python finds."""

import re

import numpy as np
import pytest
import torch
from closeness import same_pictures
from driving import WORKERS, at_rest, came, canvas_pixels, chw, cut, held_back

from vae.checkpoints import export
from vae.data import default_root
from vae.models.likelihoods import distortion
from vae.models.posterior import kl_to_prior
from vae.system import safetensors_file
from vae.ui.kit.i18n import UserError, say
from vae.ui.learn import answers as lesson_answers
from vae.ui.learn.steps import STEPS
from vae.ui.models.catalog import Catalog

pytestmark = pytest.mark.browser

KEYS = [step.key for step in STEPS]


@pytest.fixture(scope="module")
def url(flat_url):
    """Nothing but the two models of the digits: the tab has to do with any catalog."""
    return flat_url


@pytest.fixture(scope="module")
def models(flat_shared):
    return {name: flat_shared.catalog.open(name) for name in ("flat", "tiny")}


@pytest.fixture
def learn(common_page):
    """The tab on the module's page, seen from its top: for tests that each try a step of their own."""
    to_learn(common_page)
    at_rest(common_page)
    return common_page


def to_learn(page):
    """Open the tab; its first steps, as far as a screen reaches, are asked for at once."""
    page.click("button[role=tab][data-tab-id=learn]")
    page.wait_for_selector("#learn-contents[data-ready='1']")
    return page


def come_to(page, key):
    page.eval_on_selector(f"#learn-{key}", "part => part.scrollIntoView()")
    drawn(page, key)


def drawn(page, key):
    page.wait_for_selector(f"#learn-{key}[data-ready='1']", state="attached")


def fact(page, key, name):
    """The first number of a fact."""
    return numbers(page.inner_text(f"#learn-{key} [data-fact={name}] dd"))[0]


def numbers(text):
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", text.replace("−", "-").replace(",", ""))]


def picked(page, key):
    return int(page.get_attribute(f"#learn-{key} [data-row][aria-pressed=true]", "data-row"))


def posterior(opened, row):
    x = opened.originals([row]).float() / 255
    with torch.no_grad():
        return x, opened.model.network.encode(x)


def test_nothing_is_computed_before_it_is_come_to(page):
    calls = []
    page.on("request", lambda request: calls.append(request.post_data or ""))
    page.wait_for_timeout(300)
    assert page.locator(".lse-step[data-ready], .lse-live button").count() == 0
    page.click("button[role=tab][data-tab-id=learn]")
    drawn(page, "vae")
    assert any("encoded" in call for call in calls)
    assert not any("directions" in call or "aggregate" in call for call in calls), "what is far below waits"

    # The contents lead to a step, and what is drawn above it meanwhile does not move it away.
    page.click("#learn-contents a[href='#learn-bernoulli']")
    drawn(page, "bernoulli")
    page.wait_for_function("Math.abs(document.querySelector('#learn-bernoulli').getBoundingClientRect().top) < 60")
    assert page.evaluate("document.activeElement.closest('section').id") == "learn-bernoulli"

    # A reader who leaves the step is not pulled back.
    page.click("#learn-contents a[href='#learn-bernoulli']")
    drawn(page, "bernoulli")
    there = page.evaluate("""async () => {
      document.documentElement.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}));  // as on a scrollbar
      scrollTo(0, 0);
      document.querySelector('#learn-losses').style.minHeight = '3000px';
      for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
      return scrollY;
    }""")
    assert there == 0


def test_every_step_is_drawn_and_says_what_it_should(learn, models):
    assert learn.locator("#learn-contents a").count() == len(KEYS) == learn.locator(".lse-step").count()
    for key in KEYS:
        come_to(learn, key)
        part = learn.locator(f"#learn-{key}")
        assert part.locator(".lse-error:visible").count() == 0
        assert part.locator(".lse-live").get_attribute("aria-busy") == "false"
        assert len(part.locator("h2").inner_text()) > 8 and len(part.locator(".lse-step-text").inner_text()) > 100
        words = part.evaluate("part => part.innerText")
        assert "learn." not in words and "undefined" not in words and "NaN" not in words and "{" not in words
        for formula in part.locator("math").all():
            assert formula.get_attribute("aria-label") and formula.bounding_box()["height"] > 8
    assert learn.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shown_by_what_is_drawn(learn, models)


def shown_by_what_is_drawn(page, models):
    """The numbers on the page against the models, step by step."""
    opened, row = models["flat"], picked(page, "vae")
    x, q = posterior(opened, row)
    z = [float(page.eval_on_selector(f"#learn-vae input[data-dim='{dim}']", "e => e.value")) for dim in (0, 1)]
    assert np.allclose(z, np.clip(q.mu[0], -3.2, 3.2), atol=1e-4)

    found = lesson_answers.posterior(opened, picked(page, "posterior"))
    for name, value in (("evidence", found["log_evidence"]), ("elbo", found["elbo"]), ("gap", found["gap"])):
        assert fact(page, "posterior", name) == pytest.approx(value, abs=0.006)
    assert fact(page, "posterior", "difference") == pytest.approx(fact(page, "posterior", "gap"), abs=0.03)

    # The order of the two models is that of the picker; both are of one size.
    names = {
        key: page.inner_text(f"#learn-{key} .lse-strip-learn small").split(": ")[1] for key in ("elbo", "bernoulli")
    }
    opened, row = models[names["elbo"]], picked(page, "elbo")
    x, q = posterior(opened, row)
    sampled = lesson_answers.distortions(opened, row)
    rate = kl_to_prior(q.mu, q.logvar).sum().item()
    with torch.no_grad():
        of_mu = distortion(opened.model.network.decode(q.mu), x, opened.model.config.model).item()
    assert fact(page, "elbo", "rate") == pytest.approx(rate, abs=0.06)
    assert fact(page, "elbo", "mu") == pytest.approx(of_mu + rate, abs=0.06)
    assert fact(page, "elbo", "sampled") == pytest.approx(np.mean(sampled["sampled"]) + rate, abs=0.06)

    opened, row = models[names["bernoulli"]], picked(page, "bernoulli")
    x, q = posterior(opened, row)
    with torch.no_grad():
        p = opened.model.network.decode(q.mu).sigmoid()[0, 0].double().numpy()
    grey = x[0, 0].double().numpy()
    bill = -(grey * np.log(p) + (1 - grey) * np.log1p(-p))
    assert fact(page, "bernoulli", "sum") == pytest.approx(bill.sum(), abs=0.1)
    page.locator("#learn-bernoulli canvas[data-role=map]").focus()
    page.keyboard.press("ArrowLeft")
    column, line, *told = numbers(page.inner_text("#learn-bernoulli .lse-read"))
    at = int(line), int(column)
    assert told[:3] == pytest.approx([grey[at], p[at], bill[at]], abs=1e-3)

    information = lesson_answers.aggregate(
        models[
            page.inner_text(
                "#learn-prior [aria-pressed=true][data-key=flat], #learn-prior [aria-pressed=true][data-key=tiny]"
            )
        ]
    )
    assert fact(page, "prior", "information") == pytest.approx(information["information"], abs=0.006)
    assert fact(page, "prior", "total") == pytest.approx(information["total_correlation"], abs=0.006)

    parts = [fact(page, "posterior", name) for name in ("amortisation", "shape")]
    assert sum(parts) == pytest.approx(found["gap"], abs=0.011) and min(parts) >= 0

    effective = page.locator("#learn-losses [data-loss=conv] td").last.inner_text()
    assert effective == "512"


def test_a_decoder_is_followed_layer_by_layer_without_the_server(open_page, models):
    page = open_page(script=WORKERS)
    to_learn(page)
    come_to(page, "layers")
    opened = models[page.inner_text("#learn-layers .lse-strip-learn small").split(": ")[1]]
    page.route("**/*", lambda route: route.abort("blockedbyclient"))
    _, q = posterior(opened, picked(page, "layers"))
    z = q.mu.clone()
    z[0, 1] = 1.5
    move = "e => { e.value = 1.5; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    page.eval_on_selector("#learn-layers input[data-dim='1']", move)
    drawn(page, "layers")
    pixels = canvas_pixels(page, "#learn-layers canvas[data-role=picture]")[:, :, :1]
    same_pictures(pixels, chw(opened.decode(z.numpy())[0]))

    page.locator("#learn-layers .lse-layer-tiles >> nth=0").locator("[aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.matches('[aria-checked=true]:nth-child(2)')")
    page.wait_for_selector("#learn-layers .lse-layers[data-nudged]")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    channel, latent, percent = map(int, re.findall(r"\d+", label))
    moves = moved_by_each(opened, z, channel)
    assert latent == int(moves.argmax()) and percent == pytest.approx(100 * moves.max() / moves.sum(), abs=1)

    page.evaluate("workers.forEach(worker => worker.dispatchEvent(new ErrorEvent('error')))")
    assert page.inner_text("#learn-layers .lse-step-lack") == say("learn.layers_no_worker")
    assert page.locator("#learn-layers .lse-layers").is_hidden()


def moved_by_each(opened, z, channel):
    """How far a nudge of each latent moves a channel of the first pictures, on average."""
    first = opened.model.network.network.from_latent
    with torch.no_grad():
        nudged = first(z + 0.25 * torch.eye(z.shape[1])) - first(z)
    return nudged[:, channel].abs().mean((1, 2)).numpy()


def test_another_image_changes_the_posterior(learn, models):
    come_to(learn, "posterior")
    before = learn.inner_text("#learn-posterior dl")
    learn.click("#learn-posterior [data-row] >> nth=8")
    drawn(learn, "posterior")
    assert learn.inner_text("#learn-posterior dl") != before
    found = lesson_answers.posterior(models["flat"], picked(learn, "posterior"))
    assert fact(learn, "posterior", "gap") == pytest.approx(found["gap"], abs=0.006)


def test_gradients_of_both_kinds_are_told_by_their_variances(learn, models):
    come_to(learn, "gradients")

    def ratios():
        return [
            float(cell.get_attribute("data-ratio")) for cell in learn.locator("#learn-gradients td[data-ratio]").all()
        ]

    plain = ratios()
    learn.check("#learn-gradients-baseline")
    based = ratios()
    assert len(plain) == len(based) and all(a > b > 1 for a, b in zip(plain, based, strict=True))
    learn.click("#learn-gradients [data-key=logvar]")
    assert ratios() != based


def test_the_training_is_walked_step_by_step(learn):
    come_to(learn, "algorithm")

    def loss():
        return numbers(learn.inner_text("#learn-algorithm [data-line=add]"))

    first = loss()
    assert first[0] + first[1] == pytest.approx(first[2], abs=0.11)
    learn.click("#learn-algorithm [data-do=one]")
    learn.wait_for_selector("#learn-algorithm [data-at='1']")
    learn.click("#learn-algorithm [data-do=ten]")
    learn.wait_for_selector("#learn-algorithm [data-at='11']")
    assert loss()[2] < first[2]
    assert "mean of 64 images" in learn.inner_text("#learn-algorithm [data-line=step]")


def test_buttons_wait_for_a_training(page):
    held = []
    page.route(*held_back("watch_training", held))
    page.click("button[role=tab][data-tab-id=learn]")
    page.eval_on_selector("#learn-algorithm", "part => part.scrollIntoView()")
    answer = came(page, held)
    for key in ("one", "ten", "all"):
        page.click(f"#learn-algorithm [data-do={key}]")
    page.wait_for_timeout(150)  # some ticks of the walk: a fault of the page fails the test
    answer.continue_()
    drawn(page, "algorithm")
    assert page.get_attribute("#learn-algorithm .lse-at", "data-at") == "0"


@pytest.fixture
def unasked(models, monkeypatch):
    """Nothing has been asked of the models yet, and what will be is forgotten."""
    for model in models.values():
        monkeypatch.setattr(model, "computed", {})


def test_what_was_refused_can_be_asked_again(page, unasked, monkeypatch):
    own_q, refused, given = lesson_answers.own_q, [], []

    def refuse(*_):
        raise UserError("request.disk")

    def at_the_third_time(*place):
        if len(refused) == 2:
            given.append(place)
            return own_q(*place)
        refused.append(place)
        raise UserError("request.busy", seconds=1)

    monkeypatch.setattr(lesson_answers, "own_q", at_the_third_time)
    with monkeypatch.context() as patched:
        patched.setattr(lesson_answers, "distortions", refuse)
        to_learn(page)
        page.eval_on_selector("#learn-elbo", "part => part.scrollIntoView()")
        page.click("#learn-elbo .lse-error [data-do=retry]", trial=True)
        assert page.inner_text("#learn-elbo .lse-error").startswith(say("request.disk"))
    page.click("#learn-elbo .lse-error [data-do=retry]")
    page.wait_for_selector("#learn-elbo [data-fact=rate]")
    assert page.locator("#learn-elbo .lse-error:visible").count() == 0

    # A busy server is asked again by the page itself.
    come_to(page, "amortised")
    assert len(refused) == 2 and page.locator("#learn-amortised .lse-error:visible").count() == 0

    # A time is measured once more.
    assert len(given) == 1
    page.click("#learn-amortised [data-do=again]")
    drawn(page, "amortised")
    assert len(given) == 2 and given[0] == given[1]


@pytest.fixture(scope="module")
def even(tiny, finished, digits, tmp_path_factory):
    """The file of a model of the digits with a Gaussian likelihood."""
    path = tmp_path_factory.mktemp("even") / "even.safetensors"
    export.export(finished(tiny(model={"likelihood": "gaussian"}), digits["train"]), digits["test"], path)
    return path


def test_sliders_weigh(learn):
    come_to(learn, "beta")
    said = learn.inner_text("#learn-beta .lse-read")
    move = "e => { e.value = 5; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    learn.eval_on_selector("#learn-beta input[type=range]", move)
    assert learn.inner_text("#learn-beta .lse-read") != said
    assert learn.inner_text("#learn-beta .lse-row output") == "β = 32.00"


def test_a_spectrum_wakes_latents(open_page, even, address_of):
    page = open_page(at=address_of(even.parent))
    page.click("button[role=tab][data-tab-id=learn]")
    assert "{" not in page.inner_text("#learn-collapse .lse-step-text"), "before there is any answer"
    come_to(page, "collapse")
    page.click("#learn-collapse [data-do=mean]")
    assert page.get_attribute("#learn-collapse .lse-read", "data-awake") == "0"
    page.click("#learn-collapse [data-do=sum]")
    spectrum = lesson_answers.directions(Catalog(even.parent, default_root()).open("even"))["values"]
    assert int(page.get_attribute("#learn-collapse .lse-read", "data-awake")) == sum(value > 0.5 for value in spectrum)


def test_missing_images_are_said(open_page, even, address_of, tmp_path):
    tensors, header = safetensors_file.read(even)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    safetensors_file.write(
        folder / "bare.safetensors", tensors, header | {"dataset": header["dataset"] | {"version": "0"}}
    )
    page = open_page(at=address_of(folder))
    page.click("button[role=tab][data-tab-id=learn]")
    for key in ("vae", "elbo"):
        come_to(page, key)
        assert "the model was trained on version 0" in page.inner_text(f"#learn-{key} .lse-live")
    assert page.inner_text("#learn-vae figcaption >> nth=0") == say("inspector.stored")
    come_to(page, "collapse")
    assert "they are missing" in page.inner_text("#learn-collapse .lse-live")
    assert page.locator("#learn-collapse [role=img], #learn-collapse .lse-error:visible").count() == 0


def test_a_button_carries_model_image_and_z_to_explore(learn, models):
    drawn(learn, "vae")
    move = "e => { e.value = 1.25; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    learn.eval_on_selector("#learn-vae input[data-dim='1']", move)
    drawn(learn, "vae")
    row = picked(learn, "vae")
    learn.click("#learn-vae .lse-step-go button")
    index = int(models["flat"].model.index[row])
    learn.wait_for_selector(f"#inspector[data-index='{index}'][data-ready]:visible")
    value = "() => Math.abs(document.querySelector(\"#sliders input[data-dim='1']\").value - 1.25) < 1e-6"
    learn.wait_for_function(value)


DRAWN = ("algorithm", "amortised", "gradients", "posterior", "elbo", "prior", "losses")  # by Plotly


def figure(page, key):
    """A step's chart, once it is drawn: its label, and the texts in it."""
    chart = page.locator(f"#learn-{key} [role=img].js-plotly-plot")
    chart.locator(".main-svg text").first.wait_for()
    return chart.get_attribute("aria-label"), chart.locator(".main-svg text").all_text_contents()


def points(page, key, trace, axis):
    """What Plotly draws of a trace along an axis, as numbers."""
    chart = page.locator(f"#learn-{key} .js-plotly-plot")
    return chart.evaluate("(box, [trace, axis]) => Array.from(box._fullData[trace][axis])", [trace, axis])


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_a_phone_shows_all_of_it(open_page, theme):
    query = f"?still=1&__theme={theme}"
    page = open_page(width=390, height=844, query=query, has_touch=True, is_mobile=True, plotly=True)
    page.click("button[role=tab][data-tab-id=learn]")
    for key in ("vae", "algorithm", "gradients", "posterior", "elbo", "bernoulli", "beta", "prior", "losses"):
        come_to(page, key)
        if key in DRAWN:
            figure(page, key)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert cut(page) == []


def test_charts_show_what_is_answered_and_chosen(open_page, models):
    page = to_learn(open_page(plotly=True))
    for key in DRAWN:
        come_to(page, key)
        label, words = figure(page, key)
        assert label and words and not [word for word in (label, *words) if re.search(r"learn\.|t:|[{}]|NaN", word)]
    assert cut(page) == []

    density = lesson_answers.posterior(models["flat"], picked(page, "posterior"))["density"]
    assert np.allclose(points(page, "posterior", 0, "z"), density, atol=1e-6)
    name = page.inner_text("#learn-elbo .lse-strip-learn small").split(": ")[1]
    sampled = lesson_answers.distortions(models[name], picked(page, "elbo"))["sampled"]
    assert points(page, "elbo", 0, "x") == pytest.approx(sampled)

    page.click("#learn-algorithm [data-do=ten]")
    page.wait_for_function("document.querySelector('#learn-algorithm .js-plotly-plot')._fullData[0].x.length === 10")

    cloud = points(page, "prior", 0, "y")
    page.click("#learn-prior [data-key=shuffled]")
    page.wait_for_selector(f"#learn-prior [aria-label*='{say('learn.prior_shuffled')}'].js-plotly-plot")
    shuffled = points(page, "prior", 0, "y")
    assert shuffled != cloud and sorted(shuffled) == sorted(cloud)

    move = "e => { e.value = 30; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    page.eval_on_selector("#learn-losses input[aria-label=C]", move)
    page.wait_for_selector("#learn-losses [aria-label*='30.0'].js-plotly-plot")
    kl, nats = points(page, "losses", 1, "x"), points(page, "losses", 1, "y")
    assert kl[int(np.argmin(nats))] == 30 and min(nats) == 0
