"""Files are written whole or not at all, and read back as they were."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from vae.system import safetensors_file
from vae.system.safetensors_file import CheckpointError, HeaderLimits

TENSORS = {"a": torch.arange(6).view(2, 3), "b.c": torch.randn(4).half(), "d": torch.zeros(0, 2)}
HEADER = {"name": "β", "numbers": [1, 2.5, None], "inner": {"true": True}}


def test_round_trip(tmp_path):
    path = tmp_path / "a.safetensors"
    safetensors_file.write(path, TENSORS, HEADER)
    tensors, header = safetensors_file.read(path)
    assert header == safetensors_file.read_header(path) == HEADER
    assert tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[key], TENSORS[key]) and tensors[key].dtype == TENSORS[key].dtype for key in TENSORS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_layout_and_gradients_do_not_matter(tmp_path):
    pictures = torch.randn(2, 3, 4, 4, requires_grad=True)
    safetensors_file.write(tmp_path / "a", {"x": pictures.to(memory_format=torch.channels_last), "y": pictures.mT}, {})
    tensors, _ = safetensors_file.read(tmp_path / "a")
    assert torch.equal(tensors["x"], pictures)
    assert torch.equal(tensors["y"], pictures.mT)


def test_what_was_read_outlives_its_file(tmp_path):
    path = tmp_path / "a"
    safetensors_file.write(path, {"x": torch.ones(1000)}, {})
    tensors, _ = safetensors_file.read(path)
    path.write_bytes(b"\0" * path.stat().st_size)
    assert torch.equal(tensors["x"], torch.ones(1000))


def half_written(tensors, path, metadata):
    Path(path).write_bytes(b"half")
    raise OSError("No space left on device")


def killed(tensors, path, metadata):
    Path(path).write_bytes(b"half")
    raise KeyboardInterrupt


def refuse(*paths):
    raise OSError("Read-only file system")


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize(
    ("owner", "name", "failure", "raised"),
    [
        (safetensors_file, "save_file", half_written, CheckpointError),
        (safetensors_file, "save_file", killed, KeyboardInterrupt),
        (os, "fsync", refuse, CheckpointError),
        (Path, "replace", refuse, CheckpointError),
    ],
    ids=["disk full", "interrupted", "no sync", "no move"],
)
def test_a_failed_write_leaves_everything_as_it_was(tmp_path, monkeypatch, owner, name, failure, raised, exists):
    path = tmp_path / "a.safetensors"
    if exists:
        safetensors_file.write(path, TENSORS, HEADER)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    monkeypatch.setattr(owner, name, failure)
    with pytest.raises(raised):
        safetensors_file.write(path, {"a": torch.ones(1)}, {})
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_no_reader_ever_meets_half_a_file(tmp_path, monkeypatch):
    """While the new file is being written, the old one is what its name stands for."""
    path = tmp_path / "a"
    safetensors_file.write(path, {"x": torch.zeros(3)}, {})

    def watched(tensors, temporary, metadata):
        save_file(tensors, temporary, metadata)
        assert torch.equal(safetensors_file.read(path)[0]["x"], torch.zeros(3))

    monkeypatch.setattr(safetensors_file, "save_file", watched)
    safetensors_file.write(path, {"x": torch.ones(3)}, {})
    assert torch.equal(safetensors_file.read(path)[0]["x"], torch.ones(3))


@pytest.mark.parametrize(
    ("path", "header"),
    [("missing/a", {}), ("a", {"loss": float("nan")}), ("a", {"loss": float("inf")})],
    ids=["no folder", "nan", "inf"],
)
def test_what_cannot_be_written_is_named(tmp_path, path, header):
    with pytest.raises(CheckpointError, match=f"{path}: could not be written"):
        safetensors_file.write(tmp_path / path, {"x": torch.zeros(1)}, header)
    assert list(tmp_path.iterdir()) == []


LIMITS = HeaderLimits(most_bytes=2_000, most_tensors=5, most_text=200)


def refused(path, limits=LIMITS):
    keys = set()
    for ask in (safetensors_file.read_header, safetensors_file.read):
        with pytest.raises(CheckpointError) as told:
            ask(path, limits)
        keys.add(told.value.key)
    return keys


def test_a_header_is_measured_before_it_is_parsed(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    safetensors_file.write(path, TENSORS, HEADER)
    assert safetensors_file.read(path, LIMITS)[1] == safetensors_file.read_header(path, LIMITS) == HEADER
    safetensors_file.write(path, TENSORS, {"name": "x" * 300})
    assert refused(path) == {"checkpoint.header_long"}  # our own JSON in it
    monkeypatch.setattr(safetensors_file, "safe_open", lambda *a, **b: pytest.fail("it was parsed"))
    safetensors_file.write(path, TENSORS, {"name": "x" * 3000})
    assert refused(path) == {"checkpoint.header_long"}
    safetensors_file.write(path, {str(n): torch.ones(1) for n in range(6)}, {})
    assert refused(path) == {"checkpoint.many_tensors"}
    monkeypatch.undo()
    for content in (b"", b"\1", b"\xff" * 8, b"no tensors", struct.pack("<Q", 3_000) + b" " * 2_999):
        path.write_bytes(content)  # it has no header of that length
        assert refused(path) == {"checkpoint.not_safetensors"} == refused(path, safetensors_file.HOST)


def test_tensors_whose_places_are_spelt_with_escapes_are_counted_too(tmp_path):
    one = '"%d":{"dtype":"U8","shape":[0],"data_\\u006fffsets":[0,0]}'
    text = ("{" + ",".join(one % n for n in range(6)) + "}").encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    assert refused(path) == {"checkpoint.many_tensors"}
    assert refused(path, safetensors_file.HOST) == {"checkpoint.foreign"}
