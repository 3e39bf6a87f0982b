"""The Train tab where the device is lent for a while at a time: the page itself asks for every piece."""

import pytest
from driving import begin_training, run_state

pytestmark = pytest.mark.browser


@pytest.fixture
def url(lent_url):
    return lent_url


def test_the_page_asks_for_the_device_and_drives_the_run(page):
    begin_training(page)
    points = int(page.get_attribute("#train-curves", "data-points"))
    page.wait_for_function("n => Number(document.querySelector('#train-curves').dataset.points) > n", arg=points)
    page.click("#train-pause")
    run_state(page, "paused")
    page.click("#train-pause")  # resume: another piece
    run_state(page, "running")
    page.click("#train-stop")
    run_state(page, "stopped")
    page.click("#train-reset")
    run_state(page, "idle")
