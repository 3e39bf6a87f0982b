"""A container's share of the processor is seen, whichever way Linux says it."""

import os

import pytest

from vae.system.cores import cores

V1 = ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, 64),
        ({"cpu.max": "max 100000\n"}, 64),
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "5000 100000\n"}, 1),
        ({"cpu.max": "6500000 100000\n"}, 64),
        ({"cpu.max": "nonsense"}, 64),
        (dict(zip(V1, ("300000\n", "100000\n"), strict=True)), 3),
        (dict(zip(V1, ("-1\n", "100000\n"), strict=True)), 64),
    ],
)
def test_no_more_than_the_group_is_given(tmp_path, monkeypatch, files, wanted):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert cores(tmp_path) == wanted


def test_of_this_machine():
    assert 1 <= cores() <= (os.cpu_count() or 1)
