"""Who waits for a lock is told after a while."""

import threading

import pytest

from vae.ui.kit.bounded_lock import bounded
from vae.ui.kit.i18n import UserError


def test_a_lock_is_not_waited_for_without_end():
    lock = threading.Lock()
    with bounded(lock), pytest.raises(UserError) as refused, bounded(lock, 0.01):
        pytest.fail("held twice")
    assert refused.value.key == "run.busy" and not lock.locked()
    with bounded(lock, 0.01):
        assert lock.locked()
