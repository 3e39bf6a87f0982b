"""Who waits for a lock is told after a while."""

import threading
from functools import partial

import pytest

from vae.ui.kit.bounded_lock import bounded
from vae.ui.kit.i18n import UserError
from vae.ui.models.spill_meter import SpillMeter
from vae.ui.train.run_views import RunViews, View


def test_a_lock_is_not_waited_for_without_end():
    lock = threading.Lock()
    with bounded(lock), pytest.raises(UserError) as refused, bounded(lock, 0.01):
        pytest.fail("held twice")
    assert refused.value.key == "run.busy" and not lock.locked()
    with bounded(lock, 0.01):
        assert lock.locked()


def test_who_asks_for_what_another_computes_without_end_is_told(monkeypatch):
    for module in ("vae.ui.models.spill_meter", "vae.ui.train.run_views"):
        monkeypatch.setattr(f"{module}.bounded", partial(bounded, seconds=0.01))
    meter = SpillMeter(None)
    meter.reader = object()  # in place of one that is read from a file
    with meter._lock, pytest.raises(UserError, match="Many people"):
        meter.spill()
    views, view = RunViews(), View(None)
    run = type("Run", (), {"ident": "r", "moments": [1], "over": True})
    views._views["r"] = view
    with view.lock, pytest.raises(UserError, match="Many people"):
        views.at(run, 1)
