"""A beta that was turned while the model was trained: whoever speaks of it speaks of the last one."""

import re

import pytest

from vae.system import safetensors_file
from vae.ui.compare.figure_one_rows import figure
from vae.ui.explore import payload as explorer
from vae.ui.learn.answers import directions
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import open_pair
from vae.ui.models.rates import payload as rates
from vae.ui.server.api import described


@pytest.fixture
def catalog(trained, tmp_path) -> Catalog:
    """The tiny model of the digits as if its beta of 4 had been turned to 40 at step 52 of 300."""
    tensors, header = safetensors_file.read(trained.path)
    header["config"]["objective"] |= {"name": "beta_h", "beta": 4.0}
    header["changes"] = [
        {"step": 20, "knob": "lr", "value": 0.004},
        {"step": 52, "knob": "beta", "value": 40.0},
        {"step": 300, "knob": "beta", "value": 1.0},
    ]
    header["name"] = "turned"
    safetensors_file.write(tmp_path / "turned.safetensors", tensors, header)
    return Catalog(tmp_path, tmp_path)


def test_the_doctor_and_the_forecast(catalog):
    opened = catalog.open("turned")
    found = {finding["key"]: finding["values"] for finding in explorer.forecast_and_findings(opened)["findings"]}
    assert found["finding.turned"] == {"number": "β", "before": 4, "value": 40, "step": 52, "n": 1}
    assert found["finding.forecast"]["weight"] == 40
    assert explorer.spectrum(opened)["threshold"] == 40
    assert [finding["key"] for finding in explorer.overview(opened)["findings"]].count("finding.turned") == 1


def test_the_tangent_the_threshold_and_figure_one(catalog):
    assert [model["beta"] for model in rates.measures(catalog, "digits", "turned", "turned")["models"]] == [40]
    assert directions(catalog.open("turned"))["threshold"] == 40
    drawn = figure(open_pair(catalog, "turned", "turned"), int(catalog.open("turned").model.index[0]))
    assert "β 40 ·" in drawn.columns[0].notes[0]


def test_other_programs(catalog, run, tmp_path):
    assert described(catalog.entry("turned"))["beta"] == 40
    code, out, _ = run("list", "--checkpoints", tmp_path)
    assert code == 0 and re.search(r"^turned .* 40$", out, re.MULTILINE)


def test_nobody_reads_the_number_that_a_training_began_with(root):
    """A model's own configuration holds what it began with; numbers of its loss are read where they are in force."""
    reads = re.compile(
        r"""model\.config\.(objective|schedule)|kl_\w+\([\w.]*model\.config\)|\["config"\]\["objective"\]"""
    )
    for path in sorted((root / "vae").rglob("*.py")):
        assert not reads.search(path.read_text(encoding="utf-8")), path
