"""What a short training reaches, and figures that are those of the readings."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from vae.config import ConfigError
from vae.data import load
from vae.evaluation.reader import codes_of, encode_factors, train_reader


def test_a_short_training_beats_the_best_constant(reader, digits):
    figure = reader.accuracy[0]
    truth = encode_factors(reader.factors, codes_of(digits["test"]))[0]
    constant = (truth - truth.mean(0)).square().sum(1).mean()
    assert figure["noise"] < 0.3 * constant
    assert figure["accuracy"] > 0.85
    assert figure["r2"] is None


def test_figures_are_those_of_the_readings(reader, digits):
    images, labels = digits["test"].images, digits["test"].labels
    readings = reader.read(images)
    truth = encode_factors(reader.factors, labels[:, None])[0]
    assert readings[0].shape == (360, 10)
    assert reader.noise[0] == pytest.approx(float((readings[0] - truth).square().sum(1).mean()), rel=1e-4)
    assert reader.accuracy[0]["accuracy"] == (reader.values(readings)[0] == labels).mean()
    np.testing.assert_array_equal(reader.values(readings)[0], readings[0].argmax(1))
    np.testing.assert_allclose(readings[0].sum(1) * math.sqrt(2), 1, rtol=1e-5)


def test_blurred_pictures_are_still_read(reader, digits):
    images = digits["test"].images.float() / 255
    blurred = torch.nn.functional.avg_pool2d(images, 3, 1, 1)
    assert (reader.values(reader.read(blurred))[0] == digits["test"].labels).mean() > 0.8


def test_ordered_factors_have_r2(toy):
    data = {split: load("toy", split) for split in ("train", "test")}
    reader = train_reader(data["train"], data["test"], steps=150)
    readings, codes = reader.read(data["test"].images), codes_of(data["test"])
    for k, figure in enumerate(reader.accuracy):
        assert 0 <= readings[k].min() <= readings[k].max() <= 1
        truth = encode_factors(reader.factors, codes)[k]
        expected = 1 - float((readings[k] - truth).square().mean() / truth.var(correction=0))
        assert figure["r2"] == pytest.approx(expected, abs=1e-4)
        assert figure["r2"] > 0.8


def test_pixels_are_read_alike_as_bytes_and_as_floats(reader, digits):
    images = digits["test"].images[:5]
    torch.testing.assert_close(reader.read(images), reader.read(images.float() / 255))
    assert reader.read(images[:0])[0].shape == (0, 10)
    assert not reader.read(images)[0].is_inference()


@pytest.mark.parametrize("images", [torch.zeros(1, 32, 32), torch.zeros(1, 1, 28, 28), torch.zeros(1, 1, 32, 32).int()])
def test_other_pictures_are_refused(reader, images):
    with pytest.raises(ValueError, match="images"):
        reader.read(images)


def test_training_is_repeatable_and_leaves_randomness_alone(digits):
    state = torch.get_rng_state()
    first, again, other = (train_reader(digits["train"], digits["test"], 3, seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    images = digits["test"].images[:9]
    assert torch.equal(first.read(images)[0], again.read(images)[0])
    assert not torch.equal(first.read(images)[0], other.read(images)[0])


@pytest.mark.parametrize(("steps", "seed"), [(0, 0), (5, -1), (5, 2**31)])
def test_budgets_that_make_no_sense(digits, steps, seed):
    with pytest.raises(ConfigError, match=r"steps|seed"):
        train_reader(digits["train"], digits["test"], steps, seed)
