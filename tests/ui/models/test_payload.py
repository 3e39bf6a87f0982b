"""Slider names, findings, tables and Compare's sentence of the shipped files say the same about who follows what."""

import itertools

import pytest

from vae.data import DATASETS, default_root
from vae.evaluation.latent_use import ACTIVE_NATS, FOLLOWED
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui.compare import payload as compare
from vae.ui.explore import payload as explore
from vae.ui.models import payload as models
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import open_pair

COMPUTED = {name for name, spec in DATASETS.items() if spec.factors} & {"scene3d", "sprites"}  # they need no download


@pytest.fixture(scope="module")
def catalog():
    return Catalog(CHECKPOINT_FOLDER, default_root())


NAMES = [path.stem for path in sorted(CHECKPOINT_FOLDER.glob("*.safetensors")) if path.stem.split("-")[0] in COMPUTED]
PAIRS = [pair for pair in itertools.permutations(NAMES, 2) if pair[0].split("-")[0] == pair[1].split("-")[0]]


def named(follows) -> list[set[str]]:
    """The factors in the name of each slider."""
    return [set(label["factors"]) if label else set() for label in follows]


def lines(overview, key) -> list[dict]:
    return [line["values"] for line in overview["findings"] if line["key"] == f"finding.{key}"]


@pytest.mark.parametrize("name", NAMES)
def test_sliders_findings_and_table_of_a_model_agree(catalog, name):
    overview, table = explore.overview(catalog.open(name)), models.information(catalog.open(name))
    sliders = named(overview["follows"])
    factors = table["factors"]
    lost = {factor for line in lines(overview, "unfollowed") for factor in line["factors"]}
    assert set().union(*sliders) == set(factors) - lost, "a slider is called what no latent is said to follow"
    rows = {row["dim"]: dict(zip(factors, row["shares"], strict=True)) for row in table["rows"]}
    assert sorted(rows) == [dim for dim, kl in enumerate(overview["kl"]) if kl >= ACTIVE_NATS]
    for dim, label in enumerate(sliders):
        assert dim in rows or not label, "a sleeping latent is called after a factor"
        shares = rows.get(dim, {})
        assert label >= {factor for factor, share in shares.items() if share > FOLLOWED + 0.005}  # two decimals
        assert label <= {factor for factor, share in shares.items() if share > FOLLOWED - 0.005}
    for line in lines(overview, "together"):
        assert set(line["factors"]) <= sliders[line["dim"]]


@pytest.mark.parametrize("names", PAIRS, ids="-".join)
def test_the_sentence_and_the_rows_of_compare_agree_with_both_models(catalog, names):
    both = open_pair(catalog, *names)
    overview = compare.overview(both)
    sides = {side.name: explore.overview(side) for side in both.sides}
    sentence = overview["sentence"]["values"]
    alone = {name: [sum(factor in label for label in named(side["follows"])) for factor in overview["factors"]]
             for name, side in sides.items()}  # fmt: skip
    for model, count in ((sentence["name"], sentence["n"]), (sentence["other"], sentence["m"])):
        assert count <= sum(latents > 0 for latents in alone[model]), "more factors apart than are followed"
        assert (count == sentence["total"]) == bool(lines(sides[model], "follows"))
    for pair in overview["pairs"]:
        labels = [
            named(overview[side]["follows"])[pair[side]] if pair[side] is not None else set()
            for side in ("left", "right")
        ]
        assert pair["factor"] is None or pair["factor"] in set().union(*labels), "a row that neither side follows"
    rows = {row["key"]: row for row in overview["table"]}
    assert [rows["mig"][side] for side in ("left", "right")] == [
        side.model.header["metrics"]["mig"] for side in both.sides
    ]
