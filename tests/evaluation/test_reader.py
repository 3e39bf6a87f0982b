"""Readers: where values lie, what a short training learns, and that a file gives back what went into it or says why."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from vae.checkpoints import checkpoint
from vae.config import ConfigError
from vae.data import DATASETS, DataError, Factor, ImageSet, load
from vae.evaluation.reader import (
    READERS,
    codes_of,
    encode_factors,
    factors_of,
    load_reader,
    measured,
    reader_of,
    save_reader,
    train_reader,
)
from vae.system import safetensors_file
from vae.system.safetensors_file import CheckpointError

ROW = Factor("row", tuple("01234"))
RING = Factor("ring", tuple("01234"), cyclic=True)
BAG = Factor("bag", tuple("abc"), ordered=False)
SHIPPED = ("scene3d", "sprites", "mnist", "fashion_mnist", "digits")
WITH_DATA = [pytest.param(name, marks=pytest.mark.data(name)) for name in SHIPPED]


@pytest.fixture(scope="module")
def reader(digits):
    return train_reader(digits["train"], digits["test"], steps=150)


@pytest.fixture
def file(reader, tmp_path):
    path = tmp_path / "digits.safetensors"
    save_reader(reader, path)
    return path


def all_values(factor):
    return encode_factors((factor,), torch.arange(len(factor.values))[:, None])[0]


@pytest.mark.parametrize("factor", [ROW, RING, BAG], ids=lambda factor: factor.kind)
def test_from_one_end_to_the_other_is_one(factor):
    places = all_values(factor)
    assert torch.cdist(places, places).max() == pytest.approx(1, abs=1e-3)  # cdist rounds


def test_where_values_lie():
    assert all_values(ROW).flatten().tolist() == [0, 0.25, 0.5, 0.75, 1]
    torch.testing.assert_close(all_values(RING), torch.tensor([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]]) / 2)
    torch.testing.assert_close(all_values(BAG), torch.eye(3) / math.sqrt(2))
    assert all_values(Factor("still", ("only",))).tolist() == [[0]]


def test_codes_become_readings_and_come_back(reader):
    factors, codes = (ROW, RING, BAG), np.array([[4, 3, 2], [1, 0, 0], [2, 4, 1]])
    readings = encode_factors(factors, codes)
    assert [tuple(reading.shape) for reading in readings] == [(3, 1), (3, 2), (3, 3)]
    nearest = replace(reader, factors=factors).values(readings)
    np.testing.assert_array_equal(np.stack(nearest, axis=1), [[4, 3, 2], [1, 0, 0], [2, 0, 1]])  # ends of a ring meet
    with pytest.raises(ValueError, match=r"\(n, 3\)"):
        encode_factors(factors, codes[:, :2])


def test_kinds_of_factors():
    assert [factor.kind for factor in DATASETS["sprites"].factors] == ["unordered", "ordered", "cyclic"] + 2 * [
        "ordered"
    ]
    assert [factor.kind for factor in DATASETS["scene3d"].factors].count("unordered") == 1


def test_classes_are_one_factor(digits, toy):
    assert factors_of(digits["test"]) == (Factor("class", tuple("0123456789"), ordered=False),)
    np.testing.assert_array_equal(codes_of(digits["test"])[:, 0], digits["test"].labels)
    assert factors_of(load("toy", "test")) == toy.factors
    with pytest.raises(DataError, match="nothing to read"):
        factors_of(ImageSet(replace(toy, factors=()), "test"))


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


def test_a_file_gives_back_what_went_in(reader, file, digits):
    found = load_reader(file)
    for key in ("dataset", "version", "shape", "factors", "accuracy", "steps", "seed"):
        assert getattr(found, key) == getattr(reader, key)
    images = digits["test"].images[:50]
    assert torch.equal(found.read(images)[0], reader.read(images)[0])  # the figures are those of the rounded weights


def test_a_reader_is_found_by_its_data_set(file, tmp_path, monkeypatch):
    assert reader_of("digits", tmp_path).dataset == "digits"
    assert reader_of("mnist", tmp_path) is None
    assert reader_of("imagenet", tmp_path) is None
    monkeypatch.setitem(DATASETS, "digits", replace(DATASETS["digits"], version="2"))
    assert reader_of("digits", tmp_path) is None
    with pytest.raises(CheckpointError, match=r"dataset\.version should be '2'"):
        load_reader(file)


def test_a_file_under_another_name_is_refused(file, tmp_path):
    file.rename(tmp_path / "mnist.safetensors")
    with pytest.raises(CheckpointError, match=r"dataset\.name should be 'mnist'"):
        reader_of("mnist", tmp_path)


def narrower(tensors, header):
    tensors["reader.convolutions.0.weight"] = tensors["reader.convolutions.0.weight"][:4]


def infinite(tensors, header):
    tensors["reader.convolutions.0.bias"][0] = math.inf


DAMAGES = {
    "format_version": lambda tensors, header: header.update(format_version=9),
    "dataset ": lambda tensors, header: header.pop("dataset"),
    "dataset.name": lambda tensors, header: header["dataset"].update(name="imagenet"),
    "shape": lambda tensors, header: header.update(shape=[3, 32, 32]),
    "factors should": lambda tensors, header: header.update(factors=[3]),
    "factors is empty": lambda tensors, header: header.update(factors=[], accuracy=[]),
    "factors.values should": lambda tensors, header: header["factors"][0].update(values=[1, 2]),
    "factors.values is empty": lambda tensors, header: header["factors"][0].update(values=[]),
    "ordered": lambda tensors, header: header["factors"][0].update(ordered="no"),
    "accuracy should have 1": lambda tensors, header: header.update(accuracy=[]),
    "noise": lambda tensors, header: header["accuracy"][0].pop("noise"),
    "accuracy.noise": lambda tensors, header: header["accuracy"][0].update(noise=-1),
    "accuracy.name": lambda tensors, header: header["accuracy"][0].update(name="shape"),
    "accuracy.r2": lambda tensors, header: header["accuracy"][0].update(r2="good"),
    "steps": lambda tensors, header: header.update(steps="many"),
    "reader.convolutions.0.weight is missing": lambda tensors, header: tensors.pop("reader.convolutions.0.weight"),
    "reader.convolutions.0.weight should have shape": narrower,
    "reader.convolutions.0.bias": infinite,
    "reader.output.bias should be torch.float16": lambda tensors, header: tensors.update(
        {"reader.output.bias": tensors["reader.output.bias"].float()}
    ),
    "more": lambda tensors, header: tensors.update(more=torch.zeros(1)),
}


@pytest.mark.parametrize("named", DAMAGES)
def test_damage_is_named(file, named):
    tensors, header = safetensors_file.read(file)
    DAMAGES[named](tensors, header)
    safetensors_file.write(file, tensors, header)
    with pytest.raises(CheckpointError) as raised:
        load_reader(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert named in str(raised.value)


def test_half_a_file_is_refused(file, tmp_path):
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(CheckpointError, match="digits"):
        reader_of("digits", tmp_path)
    with pytest.raises(CheckpointError, match="no such file"):
        load_reader(tmp_path / "missing.safetensors")


def test_readers_are_no_models():
    assert not {entry.name for entry in checkpoint.list_headers()} & set(SHIPPED)


@pytest.mark.parametrize("name", WITH_DATA)
def test_a_reader_is_shipped_and_reads_what_it_says(name):
    """Measured again on a part of the test images; the whole split is measured in tests/bench."""
    reader = reader_of(name)
    assert reader.dataset == name
    data = load(name, "test", fetch=False)
    rows = np.linspace(0, len(data) - 1, 360).astype(int)
    codes, readings = codes_of(data)[rows], reader.read(data.batch(rows))
    for k, figure in enumerate(reader.accuracy):
        truth = encode_factors(reader.factors, codes)[k]
        squares = (readings[k] - truth).square().sum(1)
        slack = 5 * float(squares.std()) / math.sqrt(len(rows)) + 1e-3  # rare errors may be missed
        assert float(squares.mean()) == pytest.approx(figure["noise"], abs=slack)


def test_the_shipped_readers_are_small_and_sharp():
    assert sum(path.stat().st_size for path in READERS.glob("*.safetensors")) <= 300_000
    by_name = {figure["name"]: figure for figure in reader_of("scene3d").accuracy}
    assert by_name.pop("shape")["accuracy"] > 0.97
    assert min(figure["r2"] for figure in by_name.values()) > 0.98


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_DATA)
def test_a_reader_reaches_what_its_header_says(name):
    data, reader = load(name, "test", fetch=False), reader_of(name)
    for found, said in zip(measured(reader.network, reader.factors, data), reader.accuracy, strict=True):
        assert found == {key: pytest.approx(value, abs=1e-3) for key, value in said.items()}
