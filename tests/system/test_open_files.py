"""As many connections as the system lets this process have."""

import sys

import pytest

from vae.system.open_files import raise_limit

if sys.platform == "win32":
    pytest.skip("Windows has no such limit", allow_module_level=True)
import resource

INFINITY = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "hard", "asked", "limit"),
    [
        (256, 4096, (4096, 4096), 4096),
        (256, INFINITY, (65_536, INFINITY), 65_536),
        (4096, 4096, None, 4096),
        (100_000, INFINITY, None, 100_000),
        (INFINITY, INFINITY, None, INFINITY),
    ],
)
def test_the_limit_is_raised_as_far_as_it_goes(monkeypatch, soft, hard, asked, limit):
    done = []
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: done.append(limits))
    assert raise_limit() == limit and done == ([asked] if asked else [])


def test_a_system_that_refuses_is_left_alone(monkeypatch):
    def refuse(kind, limits):
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda kind: (256, 4096))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert raise_limit() == 256
    monkeypatch.setitem(sys.modules, "resource", None)  # Windows
    assert raise_limit() is None
