"""What is told of a header's figures: an old file's, a stranger's, and the present ones."""

import math

import pytest

from vae.evaluation.header_figures import above_floor, first_mig, number


@pytest.mark.parametrize("value", [None, "7", True, math.nan, math.inf, 10**400, [1.0]])
def test_what_is_no_number_is_none(value):
    assert number(value) is None


def test_above_the_floor_is_what_models_differ_by():
    """The room's two models: of 7,211.7 and 7,203.2 nats all but 39.4 and 30.9 are the pictures' own greys."""
    floor = 7172.3
    assert above_floor({"neg_elbo": 7211.7, "floor": floor}) == pytest.approx(39.4)
    assert above_floor({"neg_elbo": 1.0, "distortion": 7198.0, "floor": floor}, "distortion") == pytest.approx(25.7)
    assert above_floor({"neg_elbo": 7211.7}) is None, "an old file does not say"
    assert above_floor({"neg_elbo": 7211.7, "floor": math.nan}) is None


def test_the_mig_of_sampled_codes_comes_first():
    assert first_mig({"mig_sampled": 0.7, "mig": 0.8, "mig_in_use": 0.9}) == ("mig_sampled", 0.7)
    assert first_mig({"mig_sampled": None, "mig": 0.8}) == ("mig", 0.8)
    assert first_mig({}) is None
