"""The rule of tests/conftest.py: what needs a data set says so by the mark `data`, else there is none."""

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
