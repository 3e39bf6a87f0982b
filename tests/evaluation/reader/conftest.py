"""A short training on the digits, and its file."""

from __future__ import annotations

import pytest

from vae.evaluation.reader import save_reader, train_reader


@pytest.fixture(scope="session")
def reader(digits):
    return train_reader(digits["train"], digits["test"], steps=150)


@pytest.fixture
def file(reader, tmp_path):
    path = tmp_path / "digits.safetensors"
    save_reader(reader, path)
    return path
