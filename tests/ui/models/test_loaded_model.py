"""What an open model computes once, also where several ask for it together."""

import threading
from concurrent.futures import ThreadPoolExecutor

from vae.ui.models.loaded_model import LoadedModel


def test_who_ask_at_once_are_given_the_same_value():
    """Else what one of them puts into its dict would be lost with it."""
    opened = LoadedModel("name", None, None, None, None)
    together = threading.Barrier(2)

    def compute():
        together.wait(60)
        return {}

    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(opened.once, "lessons", compute) for _ in range(2))
    assert first.result() is second.result() is opened.once("lessons", dict)
