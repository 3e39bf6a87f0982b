"""A file gives back what went into it or says why, and the shipped ones read what they say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from vae.checkpoints import checkpoint
from vae.data import DATASETS, load
from vae.evaluation.reader import READERS, codes_of, encode_factors, load_reader, measured, reader_of
from vae.system import safetensors_file
from vae.system.safetensors_file import CheckpointError

SHIPPED = ("scene3d", "faces3d", "sprites", "mnist", "fashion_mnist", "digits")
WITH_DATA = [pytest.param(name, marks=pytest.mark.data(name)) for name in SHIPPED]


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
    assert max(path.stat().st_size for path in READERS.glob("*.safetensors")) <= 90_000
    by_name = {figure["name"]: figure for figure in reader_of("scene3d").accuracy}
    assert by_name.pop("shape")["accuracy"] > 0.97
    assert min(figure["r2"] for figure in by_name.values()) > 0.98
    assert min(figure["r2"] for figure in reader_of("faces3d").accuracy) > 0.98


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_DATA)
def test_a_reader_reaches_what_its_header_says(name):
    data, reader = load(name, "test", fetch=False), reader_of(name)
    for found, said in zip(measured(reader.network, reader.factors, data), reader.accuracy, strict=True):
        assert found == {key: pytest.approx(value, abs=1e-3) for key, value in said.items()}
