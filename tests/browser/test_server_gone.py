"""The server goes and comes back under an open page: it says so, and goes on by itself."""

import socket

import pytest
from driving import (
    PATIENCE,
    answered,
    begin_training,
    drawn_run,
    leaves,
    run_state,
    set_slider,
    settled,
    without_forgotten_timers,
    without_plotly,
)

from vae.data import default_root
from vae.ui import Shared, build_demo, launch
from vae.ui.kit.i18n import say

pytestmark = pytest.mark.browser
SAID = ".lse-connection"
UPLOAD = "**/gradio_api/upload"


class Host:
    """An app that can be taken away and brought back at the same address, with all that its page knows of it."""

    def __init__(self, shared):
        self.shared, self.demo = shared, build_demo(shared)
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        self.start()

    def start(self):
        launch(self.demo, server_name="127.0.0.1", server_port=self.port, prevent_thread_lock=True)

    def stop(self):
        self.demo.close()


@pytest.fixture(scope="module")
def host(trained, tmp_path_factory):
    found = Host(Shared.of(trained.path.parent, default_root(), tmp_path_factory.mktemp("runs")))
    yield found
    found.stop()
    found.shared.training.close()


@pytest.fixture(scope="module")
def page(browser, host):
    """A page of that app, as the test before has left it.

    That requests fail while the app is gone is no fault, anything else is.
    """
    faults = []
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    opened = context.new_page()
    without_forgotten_timers(opened)
    without_plotly(opened)
    opened.set_default_timeout(PATIENCE)
    opened.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    opened.on("request", lambda request: leaves(request.url) and faults.append(request.url))
    opened.goto(f"http://127.0.0.1:{host.port}/?still=1")
    settled(opened)
    opened.wait_for_selector("#model-decoder[data-where=page]")
    opened.evaluate("window.never_reloaded = true")
    yield opened
    context.close()
    assert not faults, faults


def says(page, pattern):
    page.wait_for_function(
        f"pattern => new RegExp(pattern).test(document.querySelector('{SAID}').textContent)",
        arg=pattern,
    )


def picture(page):
    return page.get_attribute("#inspector img[data-role=z]", "src")


def another_picture(page, before):
    page.wait_for_function("before => document.querySelector('#inspector img[data-role=z]').src !== before", arg=before)


UNREADABLE = """() => {
  const readEntries = (_, refuse) => refuse(new DOMException('A folder that is gone.', 'NotFoundError'));
  const items = [{webkitGetAsEntry: () => ({isDirectory: true, createReader: () => ({readEntries})})}];
  const drop = Object.assign(new Event('drop'), {dataTransfer: {types: ['Files'], items, files: []}});
  document.querySelector('.lse-train-choose').dispatchEvent(drop);
}"""


def test_a_server_that_is_there_and_refuses_is_not_called_gone(page, tmp_path):
    before = picture(page)
    page.route(*answered("pick", {"error": "busy"}, status=503))
    page.click("#random-image")
    page.wait_for_selector("#explore .lse-error:has-text('The server refused this request')")
    page.unroute_all()
    set_slider(page, 0, -2.5)
    another_picture(page, before)
    page.wait_for_selector("#explore .lse-error", state="hidden")
    assert page.inner_text(SAID) == ""

    page.click("button[role=tab][data-tab-id=train]")
    run_state(page, "idle")
    page.route(UPLOAD, lambda route: route.abort())
    page.set_input_files("[data-own=zip]", {"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK"})
    page.wait_for_selector("#train .lse-error:has-text('The server refused this request')")
    page.unroute(UPLOAD)
    room = say("request.disk")
    page.route(UPLOAD, lambda route: route.fulfill(status=507, json={"error": room, "key": "request.disk"}))
    page.set_input_files("[data-own=zip]", {"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK"})
    page.wait_for_selector(f"#train .lse-error:has-text('{room}')")
    page.evaluate(UNREADABLE)
    page.wait_for_selector("#train .lse-error:has-text('These files cannot be read')")
    page.route(*answered("upload", {"error": "busy"}, status=503))
    large = tmp_path / "large.safetensors"
    for size, said in ((33 * 2**20, "33 MB, and at most 32 MB"), (9, "The server refused this request")):
        with large.open("wb") as file:
            file.truncate(size)
        page.set_input_files(".lse-train-keep input[type=file]", large)
        page.wait_for_selector(f"#train .lse-error:has-text('{said}')")
    page.unroute_all()


def test_the_page_says_that_the_server_is_gone_and_goes_on_when_it_is_back(page, host):
    assert page.get_attribute(SAID, "role") == "status" and page.inner_text(SAID) == ""
    begin_training(page)
    page.click("#train-pause")
    run_state(page, "paused")
    page.click("button[role=tab][data-tab-id=explore]")
    before = picture(page)

    host.stop()
    says(page, "does not answer")  # though nobody does anything
    index = page.get_attribute("#inspector", "data-index")
    page.click("#random-image")  # this waits for the server
    page.wait_for_timeout(300)
    assert picture(page) == before
    host.start()
    says(page, "is back|^$")
    page.wait_for_selector(f"#inspector[data-ready]:not([data-index='{index}'])")
    says(page, "^$")

    before = picture(page)
    host.stop()
    page.click("#random-image")
    says(page, "does not answer")  # at the next action
    set_slider(page, 0, -2.5)  # this does not, and there is no other image
    another_picture(page, before)
    page.wait_for_selector("#inspector[data-ready]")
    page.wait_for_selector("#traversal[data-ready]")
    host.start()
    says(page, "is back|^$")

    page.click("#to-compare")
    page.wait_for_selector("#compare-table[data-ready='1']")
    page.click("button[role=tab][data-tab-id=train]")
    run_state(page, "paused")
    page.click("#train-pause")
    run_state(page, "running")
    drawn_run(page)
    host.stop()
    page.wait_for_function("/server/.test(document.querySelector('.lse-train-said').textContent)")  # of what is shown
    host.start()
    says(page, "is back|^$")
    run_state(page, "running")
    page.click("#train-stop")
    run_state(page, "stopped")
    assert page.evaluate("window.never_reloaded") is True
