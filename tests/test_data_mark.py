"""The rule of tests/conftest.py: what needs a data set says so by the mark `data`, else there is none."""

import re

import pytest

from vae.data import DataError, available, load


def test_without_the_mark_data_that_come_in_files_are_neither_here_nor_fetched():
    assert available("mnist") and available("fashion_mnist")
    with pytest.raises(DataError, match="could not be read or fetched"):
        load("mnist")


@pytest.mark.data("mnist")
def test_with_the_mark_they_are_here():
    assert available("mnist") is None


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_a_set_that_is_absent_is_named(need, monkeypatch, ci, outcome):
    """By the very sentence that the hook hands on."""
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="python -m vae data mnist"):
        need(False, available("mnist"))


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_what_is_absent_is_skipped_and_on_ci_it_fails(need, monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="it is not here"):
        need(False, "it is not here")


def test_no_module_skips_by_itself_what_a_missing_program_or_package_hides(root):
    """On CI that has to fail: by `need`, or where a conftest asks for $CI before it skips."""
    rule = re.compile(r"skipif\(\s*not shutil\.which|^\w+ = pytest\.importorskip", re.MULTILINE)
    assert [path.name for path in (root / "tests").rglob("*.py") if rule.search(path.read_text("utf-8"))] == []
