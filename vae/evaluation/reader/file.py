"""Readers as files, in half precision and with what they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vae.config import ConfigError
from vae.data import DATASETS, Factor
from vae.evaluation.reader.network import blank
from vae.evaluation.reader.reading import Reader
from vae.system.paths import READERS
from vae.system.safetensors_file import CheckpointError, expect, expect_keys, expect_tensor, read, read_header, write

_FORMAT_VERSION = 1
_KEYS = {
    "format_version": int,
    "dataset": dict,
    "shape": list,
    "factors": list,
    "accuracy": list,
    "steps": int,
    "seed": int,
}
_FACTOR = {"name": str, "values": list, "ordered": bool, "cyclic": bool}
_NUMBER = (int, float)
_FIGURES = {"name": str, "kind": str, "accuracy": _NUMBER, "noise": _NUMBER}


def save_reader(reader: Reader, path: Path) -> None:
    """Writes a reader in half precision, which its weights already have.

    Raises:
        CheckpointError: the file cannot be written.
    """
    tensors = {f"reader.{key}": tensor.half() for key, tensor in reader.network.state_dict().items()}
    header = {
        "format_version": _FORMAT_VERSION,
        "dataset": {"name": reader.dataset, "version": reader.version},
        "shape": list(reader.shape),
        "factors": [
            {key: value for key, value in asdict(factor).items() if value is not None} for factor in reader.factors
        ],
        "accuracy": list(reader.accuracy),
        "steps": reader.steps,
        "seed": reader.seed,
    }
    write(path, tensors, header)


def load_reader(path: str | Path) -> Reader:
    """Reads a reader back.

    Raises:
        CheckpointError: no such file, a foreign or damaged one, one whose parts do not fit each other, or one that
            learned from a data set that is not here in that version.
    """
    path = Path(path)
    tensors, header = read(path)
    factors = _checked(path, header)
    name, version = header["dataset"]["name"], header["dataset"]["version"]
    known = list(DATASETS)
    expect(name in known, path, "dataset.name", "checkpoint.one_of", expected=known, actual=repr(name))
    spec = DATASETS[name]
    versions = {"expected": repr(spec.version), "actual": repr(version)}
    expect(version == spec.version, path, "dataset.version", "checkpoint.other", **versions)
    shapes = {"expected": str(list(spec.shape)), "actual": str(header["shape"])}
    expect(header["shape"] == list(spec.shape), path, "shape", "checkpoint.other", **shapes)
    expect(not spec.factors or factors == spec.factors, path, "factors", "checkpoint.other_factors", name=name)
    network = _network(path, spec.shape, factors, tensors)
    return Reader(
        name, version, spec.shape, factors, network, tuple(header["accuracy"]), header["steps"], header["seed"]
    )


def reader_of(dataset: str, folder: Path | None = None) -> Reader | None:
    """The reader of a data set from a folder, `READERS` unless given; None where there is none for this version of it.

    Raises:
        CheckpointError: the file is foreign or damaged.
    """
    path = (folder or READERS) / f"{dataset}.safetensors"
    if not path.is_file() or dataset not in DATASETS:
        return None
    header = read_header(path)
    _checked(path, header)
    same = header["dataset"]["name"] == dataset
    expect(same, path, "dataset.name", "checkpoint.should_be", expected=repr(dataset))
    return load_reader(path) if header["dataset"]["version"] == DATASETS[dataset].version else None


def _checked(path: Path, header: dict[str, Any]) -> tuple[Factor, ...]:
    """The factors of a header in which everything is there and of its kind."""
    version = header.get("format_version")
    same = version == _FORMAT_VERSION
    expect(same, path, "format_version", "checkpoint.other", expected=_FORMAT_VERSION, actual=repr(version))
    expect_keys(path, header, _KEYS)
    expect_keys(path, header["dataset"], {"name": str, "version": str})
    expect(len(header["factors"]) > 0, path, "factors", "checkpoint.empty")
    factors = tuple(_factor(path, found) for found in header["factors"])
    found = header["accuracy"]
    rows = {"expected": len(factors), "actual": len(found)}
    expect(len(found) == len(factors), path, "accuracy", "checkpoint.rows", **rows)
    for figure, factor in zip(found, factors, strict=True):
        expect(isinstance(figure, dict), path, "accuracy", "checkpoint.objects")
        expect_keys(path, figure, _FIGURES)
        expect(figure["name"] == factor.name, path, "accuracy.name", "checkpoint.should_be", expected=repr(factor.name))
        expect(figure["kind"] == factor.kind, path, "accuracy.kind", "checkpoint.should_be", expected=repr(factor.kind))
        for key in ("accuracy", "noise"):
            expect(0 <= figure[key] <= 1, path, f"accuracy.{key}", "checkpoint.share", actual=figure[key])
        r2 = figure.get("r2")
        expect(r2 is None or (isinstance(r2, _NUMBER) and r2 <= 1), path, "accuracy.r2", "checkpoint.at_most_one")
    return factors


def _factor(path: Path, found: Any) -> Factor:
    expect(isinstance(found, dict), path, "factors", "checkpoint.objects")
    expect_keys(path, found, _FACTOR)
    values, colours = found["values"], found.get("colours")
    expect(len(values) > 0, path, "factors.values", "checkpoint.empty")
    for name, texts in (("values", values), ("colours", colours or [])):
        whole = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
        expect(whole, path, f"factors.{name}", "checkpoint.texts")
    return Factor(found["name"], tuple(values), tuple(colours) if colours else None, found["ordered"], found["cyclic"])


def _network(
    path: Path, shape: tuple[int, int, int], factors: Sequence[Factor], tensors: dict[str, Tensor]
) -> nn.Module:
    """The network with the file's weights as float32, in eval mode."""
    try:
        network = blank(shape, factors)
    except ConfigError as error:
        raise CheckpointError("checkpoint.not_valid", file=path, entry="shape", reason=error) from error
    wanted = network.state_dict()
    for key, tensor in wanted.items():
        expect_tensor(path, tensors, f"reader.{key}", tuple(tensor.shape), torch.float16)
    for key in tensors:
        expect(key.removeprefix("reader.") in wanted, path, key, "checkpoint.no_part")
    network.load_state_dict({key: tensors[f"reader.{key}"].float() for key in wanted}, assign=True)
    return network.requires_grad_(False).eval()
