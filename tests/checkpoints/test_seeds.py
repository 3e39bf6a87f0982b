"""Trainings of one recipe held against each other: what is refused, and the range that a header tells."""

import math
import shutil

import pytest

from vae.checkpoints.checkpoint import load
from vae.checkpoints.seeds import runs, spread_over_seeds
from vae.evaluation.metrics import udr
from vae.system import safetensors_file
from vae.system.safetensors_file import CheckpointError


@pytest.fixture
def copies(trained, tmp_path):
    """copies(name, …): that many files of the same training."""

    def make(*names):
        return [load(shutil.copy(trained.path, tmp_path / f"{name}.safetensors")) for name in names]

    return make


def test_the_figure_is_udr_of_the_stored_codes(copies):
    one, other = copies("one", "other")
    expected = udr([one.mu, other.mu], [one.stats["kl"], other.stats["kl"]])
    found = runs([one, other])
    assert [row["udr"] for row in found] == pytest.approx(expected, abs=1e-4)
    assert found[0]["neg_elbo"] == one.header["metrics"]["neg_elbo"] and found[0]["mig"] is None


def test_codes_of_the_images_that_both_hold_are_compared(copies, tmp_path):
    one, _ = copies("one", "other")
    tensors, header = safetensors_file.read(tmp_path / "other.safetensors")
    half = {key: value[::2].clone() for key, value in tensors.items() if key.startswith(("encodings.", "map."))}
    safetensors_file.write(tmp_path / "other.safetensors", tensors | half, header)
    found = runs([one, load(tmp_path / "other.safetensors")])
    assert found[0]["udr"] == pytest.approx(udr([one.mu[::2]] * 2, [one.stats["kl"]] * 2)[0], abs=1e-4)


def test_what_cannot_be_compared_is_refused(copies, tmp_path):
    one, other = copies("one", "other")
    with pytest.raises(CheckpointError) as alone:
        runs([one])
    assert alone.value.key == "checkpoint.udr_alone"
    with pytest.raises(CheckpointError) as twice:
        runs([one, one])
    assert twice.value.key == "checkpoint.udr_twice"
    tensors, header = safetensors_file.read(tmp_path / "other.safetensors")
    dataset = header["dataset"] | {"version": "another"}
    safetensors_file.write(tmp_path / "other.safetensors", tensors, header | {"dataset": dataset})
    with pytest.raises(CheckpointError) as elsewhere:
        runs([one, load(other.path)])
    assert elsewhere.value.key == "checkpoint.udr_data"


@pytest.mark.parametrize(
    "seeds", [None, [], {}, [1, 2], [{"mig": 0.5}], [{"mig": 0.5}, {"mig": "1"}], [{"mig": math.nan}] * 2]
)
def test_a_header_that_tells_nothing_has_no_range(seeds):
    assert spread_over_seeds({"seeds": seeds}, "mig") is None
    assert spread_over_seeds({}, "mig") is None


def test_the_range_is_from_the_lowest_to_the_highest():
    rows = [{"seed": seed, "mig": value, "udr": 0.7} for seed, value in enumerate([0.49, 0.22, None, 0.44])]
    assert spread_over_seeds({"seeds": rows}, "mig") == (0.22, 0.49)
