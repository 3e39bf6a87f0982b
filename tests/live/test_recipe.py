"""What a page may choose, and the training that it stands for."""

import math
from dataclasses import replace

import pytest

from vae.config import ConfigError
from vae.data import DATASETS
from vae.live.recipe import PRESETS, Recipe, configured, suggested, ways_of
from vae.models.vae import VAE
from vae.system.limits import TRAINING
from vae.training.schedules import scheduled


def test_a_recipe_travels_as_json():
    recipe = suggested(DATASETS["scene3d"], 470_000)
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", DATASETS)
def test_every_preset_is_a_training_of_every_data_set(name, preset):
    spec = DATASETS[name]
    recipe = replace(suggested(spec, spec.sizes["train"]), preset=preset, **PRESETS[preset])
    config = configured(Recipe.from_json(recipe.to_json()), spec, spec.sizes["train"], speed=20.0)
    assert config.training.steps == int(20 * recipe.budget)
    VAE(config.model)


def test_the_collapse_is_the_mean_squared_error_of_a_whole_image():
    assert PRESETS["collapse"]["beta"] == 512
    spec = DATASETS["mnist"]
    config = configured(Recipe("mnist", "collapse", unit="steps", budget=10, **PRESETS["collapse"]), spec, 60_000)
    assert config.model.likelihood == "gaussian"


def test_ways_move_what_they_say():
    spec = DATASETS["digits"]
    falls = configured(
        Recipe("digits", objective="beta_h", beta=2.0, way="falls", unit="steps", budget=1_000), spec, 1_437
    )
    rises = configured(Recipe("digits", objective="beta_b", way="rises", unit="steps", budget=1_000), spec, 1_437)

    def at(config, step, knob):
        return scheduled(step, config.objective, config.schedule, config.training)[knob]

    assert at(falls, 0, "beta") == 16 and at(falls, 300, "beta") == pytest.approx(9) and at(falls, 600, "beta") == 2
    assert at(rises, 0, "capacity") == 0 and at(rises, 800, "capacity") == 20


@pytest.mark.parametrize(("objective", "way"), [("vae", "rises"), ("vae", "falls"), ("beta_b", "falls")])
def test_a_way_that_the_objective_does_not_take_moves_nothing(objective, way):
    recipe = Recipe("digits", objective=objective, way=way, unit="steps", budget=1_000)
    schedule = configured(recipe, DATASETS["digits"], 1_437).schedule
    assert schedule.anneal_steps == 0 and schedule.beta_knots == ()


def test_budgets():
    spec = DATASETS["digits"]
    epochs = configured(Recipe("digits", batch_size=64, unit="epochs", budget=2.5), spec, 1_437)
    assert epochs.training.steps == math.ceil(2.5 * (1_437 // 64))
    with pytest.raises(ConfigError, match="speed"):
        configured(Recipe("digits"), spec, 1_437)
    assert configured(Recipe("digits", batch_size=512, unit="steps", budget=3), spec, 100).training.batch_size == 100


@pytest.mark.parametrize(
    "change",
    [
        {"lr": float("nan")},
        {"lr": 1},
        {"beta": -1},
        {"latent_dim": 2.5},
        {"latent_dim": True},
        {"objective": "gan"},
        {"way": "rises"},
        {"unit": "years"},
        {"budget": 0},
        {"device": "tpu"},
        {"seed": 2**31},
        {"dataset": 7},
        {"preset": "nope"},
        {"more": 1},
    ],
)
def test_what_cannot_be_chosen_is_refused_in_a_sentence(change):
    with pytest.raises(ConfigError):
        Recipe.from_json(Recipe("digits").to_json() | change)


def test_the_sentence_names_the_presets_and_no_empty_one():
    with pytest.raises(ConfigError) as caught:
        Recipe.from_json(Recipe("digits").to_json() | {"preset": "nope"})
    assert str(caught.value) == f"preset must be one of {', '.join(PRESETS)}"
    assert Recipe.from_json(Recipe("digits").to_json() | {"preset": ""}).preset == ""


def test_a_bound_is_written_as_people_write_it():
    for change, bounds in (
        ({"seed": 3_000_000_000}, "between 0 and 2147483647"),
        ({"lr": 1.0}, "between 1e-05 and 0.1"),
    ):
        with pytest.raises(ConfigError, match=bounds):
            Recipe.from_json(Recipe("digits").to_json() | change)


def test_limits_and_ways_are_of_things_that_exist():
    for name, ways in {"vae": (), "beta_h": ("falls",), "beta_tc": ("falls",), "beta_b": ("rises",)}.items():
        assert ways_of(name) == ("constant", *ways)
    known = set(Recipe("digits").to_json()) | {"seconds", "epochs", "steps"}
    assert set(TRAINING) <= known
