"""The real app in real Chromium: one server and one browser for the session, a page for each test or,
where its tests may share one, for a module.
"""

import os
import shutil
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest
import torch

if os.environ.get("CI"):
    import playwright.sync_api as playwright_api  # has to be there
else:
    playwright_api = pytest.importorskip("playwright.sync_api")

from driving import PATIENCE, leaves, open_anew, settled, without_forgotten_timers, without_plotly  # noqa: E402

from vae.data import default_root  # noqa: E402
from vae.live.runs import Runs  # noqa: E402
from vae.system import paths  # noqa: E402
from vae.ui import TABS, Shared, Tab, build_demo, launch  # noqa: E402
from vae.ui.kit import i18n  # noqa: E402
from vae.ui.models.catalog import Catalog  # noqa: E402

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # One process draws all pages: to start one for each is a sixth of the work of a page.
    "--renderer-process-limit=1",
    "--process-per-site",
    "--disable-site-isolation-trials",
    "--disable-gpu",  # its emulation would take a third of the tests' time
    "--disable-3d-apis",  # nothing here needs WebGL
    "--disable-features=LocalNetworkAccessChecks",  # a page of the Hub frames an app of this machine
]
playwright_api.expect.set_options(timeout=PATIENCE)
CHECKPOINTS = Path(os.environ.get("LATENT_EXPLORER_TEST_CHECKPOINTS") or paths.CHECKPOINT_FOLDER)


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def shared(request, runs_folder):
    """The shipped models, or where there are none yet the tiny one of the other tests."""
    found = Shared.of(CHECKPOINTS, default_root(), runs_folder)
    if found.catalog.usable():
        return found
    return Shared.of(request.getfixturevalue("trained").path.parent, default_root(), runs_folder)


@contextmanager
def served(shared, tabs=TABS, **options):
    """The address of the running app."""
    demo = build_demo(shared, tabs)
    options |= {"_frontend": False}  # Gradio's own look whether it answers, which gives a busy machine three seconds
    _, address, _ = launch(demo, server_name="127.0.0.1", server_port=None, prevent_thread_lock=True, **options)
    yield address
    demo.close()
    shared.training.close()


@pytest.fixture(scope="session")
def url(shared):
    """The running app, with a second tab so that Explore can be closed and opened again."""
    for language, title in {"en": "Other", "ko": "다른 것"}.items():
        i18n.TEXTS[language]["tab.other"] = title
    with served(shared, (*TABS, Tab("other", "other_tab"))) as address:
        yield address
    for texts in i18n.TEXTS.values():
        del texts["tab.other"]


@pytest.fixture(scope="session")
def flat_shared(flat, trained, tmp_path_factory, runs_folder):
    """Two models of the digits: `flat` with two latents, on which the page opens, and `tiny` with six."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for path in (flat, trained.path):
        shutil.copy(path, folder)
    return Shared.of(folder, default_root(), runs_folder)


@pytest.fixture(scope="session")
def flat_url(flat_shared):
    with served(flat_shared) as address:
        yield address


@pytest.fixture(scope="session")
def lent_url(trained, tmp_path_factory):
    """An app whose processor is lent in pieces, as a GPU is elsewhere; the pieces run in its own process."""
    runs = tmp_path_factory.mktemp("runs")
    catalog = Catalog(trained.path.parent, default_root(), runs)
    with served(Shared(catalog, runs, Runs(runs, default_root(), lent=("cpu",)))) as address:
        yield address


@pytest.fixture(scope="module")
def address_of(tmp_path_factory):
    """address_of(folder of checkpoints, **options of a server) -> the address of an app that shows them."""
    with ExitStack() as stack:

        def begin(folder, **options):
            shown = Shared.of(folder, default_root(), tmp_path_factory.mktemp("runs"))
            return stack.enter_context(served(shown, **options))

        yield begin


@pytest.fixture(scope="session")
def chromium(need):
    """Where the browser is."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # as tests/run looks for it
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    need(path, "no Chromium: set $CHROMIUM or install chromium")
    return path


@pytest.fixture(scope="session")
def browser(chromium):
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def visitor(browser, chromium, tmp_path_factory):
    """A profile on disk, where Chromium keeps what it has compiled of the page's scripts: half the work of a page."""
    profile = tmp_path_factory.mktemp("profile")
    context = browser.browser_type.launch_persistent_context(profile, executable_path=chromium, args=FLAGS)
    yield context
    context.close()


def forget(visitor):
    """The profile of one who has never been here, as long as no other page than its blank one is open."""
    (blank,) = visitor.pages
    protocol = visitor.new_cdp_session(blank)
    protocol.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    protocol.detach()


@pytest.fixture
def newcomer(visitor):
    """The same where nothing but that is left of the tests before."""
    forget(visitor)
    yield visitor
    visitor.clear_permissions()


BLOCKED = "net::ERR_BLOCKED_BY_CLIENT"  # what a browser says of what a test has blocked


def is_fault(message):
    return message.type == "error" and BLOCKED not in message.text


def watched(context, faults, plotly=False):
    """A new page of a visitor, whose faults are put into a list. Plotly, a second of work, comes only where asked for:
    without it a map has no axes, toolbar and selections, and its legend is the page's own.
    """
    page = context.new_page()
    without_forgotten_timers(page)
    if not plotly:
        without_plotly(page)
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: is_fault(message) and faults.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    page.on("request", lambda request: leaves(request.url) and faults.append(f"leaves this machine: {request.url}"))
    return page


@pytest.fixture
def open_page(browser, newcomer, url, address_of):
    """open_page(width=, height=, query=, drawn=, script=, plotly=, after=, at=) -> a page; its faults fail the test at
    the end.

    It is that of the module's app, or of the address `at`, and `drawn`, by itself its whole first tab. The script runs
    before everything else in the page. It is closed before an app of `address_of`. Each page is another visitor's; a
    page `after` the first one takes its place and its profile, all that was stored forgotten, which is half the work of
    a profile of its own.
    """
    contexts, faults, known = [], [], [newcomer]

    def open_(
        width=1400,
        height=900,
        query="?still=1",
        drawn=settled,
        script="",
        plotly=False,
        after=None,
        at=url,
        **options,
    ):
        if after is not None:
            after.close()
            forget(newcomer)
            known.append(newcomer)
        motion = options.pop("reduced_motion", None)
        if options or not known:
            context = browser.new_context(**options)
            contexts.append(context)
        else:
            context = known.pop()
        page = watched(context, faults, plotly)
        page.emulate_media(reduced_motion=motion)
        page.set_viewport_size({"width": width, "height": height})
        page.add_init_script(script)
        page.goto(at + query)
        drawn(page)
        return page

    yield open_
    for page in newcomer.pages[1:]:  # the first is its blank one
        page.close()
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture(scope="session")
def query():
    """That of the pages that tests share."""
    return "?still=1"


@pytest.fixture(scope="session")
def open_common(browser):
    """open_common(address) -> the page that tests share, drawn, and its faults; the same until it is forgotten."""
    opened = []

    @cache
    def open_(address):
        faults = []
        page = watched(browser.new_context(viewport={"width": 1400, "height": 900}), faults)
        opened.append(page)
        page.goto(address)
        settled(page)
        return page, faults

    yield open_
    for page in opened:
        page.context.close()


@pytest.fixture(scope="module")
def open_plotly(browser, url):
    """open_plotly(drawn) -> a page with Plotly for a module's tests, and its faults."""
    contexts = []

    def open_(drawn):
        faults = []
        contexts.append(browser.new_context(viewport={"width": 1400, "height": 900}))
        page = watched(contexts[-1], faults, plotly=True)
        page.goto(url + "?still=1")
        drawn(page)
        return page, faults

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def common_page(request, open_common, url, query):
    """That page as the test before has left it, be it of another module: a module brings it to where its tests begin.

    Its faults fail the test at the end. What has failed leaves the next test a new page.
    """
    page, faults = open_common(url + query)
    failures = request.session.testsfailed
    yield page
    failed = request.session.testsfailed > failures
    if not failed:
        page.unroute_all()
        page.evaluate("() => new Promise(done => setTimeout(done))")  # what the test has set going may fail now
    if failed or faults:
        open_common.cache_clear()
    assert not faults, faults


@pytest.fixture
def first_model(common_page, opened):
    """That page with the first model opened anew: all as a visitor finds it, but that the map's hint may be gone."""
    open_anew(common_page, opened)
    return common_page


@pytest.fixture
def blank_page(newcomer):
    """A page that has gone nowhere yet."""
    found = newcomer.new_page()
    without_forgotten_timers(found)
    without_plotly(found)
    found.set_default_timeout(PATIENCE)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    """The doctor's forecast is made of fewer images than for a person: it takes two seconds a model of 64×64×3."""
    monkeypatch.setattr("vae.ui.models.diagnosis.FORECAST_IMAGES", 200)


@pytest.fixture(autouse=True)
def nothing_trains_on(shared):
    """All tests share one queue: what one of them leaves there, as where it fails, would keep the next one waiting."""
    yield
    for run in shared.training.all():
        shared.training.forget(run)


@pytest.fixture(scope="session")
def opened(shared):
    """The model that the page opens on."""
    torch.set_num_threads(1)
    return shared.catalog.open(shared.catalog.usable()[0].name)
