"""Who may wait for a heavy answer, and who is sent away."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vae.ui.kit.bounded_lock import BoundedLock
from vae.ui.kit.i18n import UserError


def test_one_works_some_wait_and_the_rest_are_sent_away():
    turns, at_work, go_on = BoundedLock(most_waiting=2), threading.Event(), threading.Event()
    inside, most, guard = 0, 0, threading.Lock()

    def ask():
        nonlocal inside, most
        with turns:
            with guard:
                inside += 1
                most = max(most, inside)
            at_work.set()
            assert go_on.wait(60)
            with guard:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8)]
        assert at_work.wait(60)
        while sum(each.done() for each in asked) < 5:  # three have a place
            assert not go_on.wait(0.01)
        go_on.set()
        errors = [each.exception(60) for each in asked]
    assert most == 1
    assert sum(isinstance(error, UserError) and error.key == "run.busy" for error in errors) == 5
    assert errors.count(None) == 3


def test_a_place_is_free_again_after_an_error_and_after_one_who_gave_up():
    turns = BoundedLock(most_waiting=1, patience=0.0)
    with pytest.raises(ValueError, match="its own"), turns:
        raise ValueError("its own")
    for _ in range(5):
        with turns, pytest.raises(UserError) as told, turns:
            pass
        assert told.value.key == "run.busy"
