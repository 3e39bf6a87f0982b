"""A small training that takes milliseconds a step."""

from dataclasses import replace

import pytest

from vae.data import DATASETS, load
from vae.live.moments import gallery_of
from vae.live.recipe import Recipe, configured
from vae.training.state import TrainState

SMALL = Recipe("digits", latent_dim=4, width=4, batch_size=64, unit="steps", budget=60)


@pytest.fixture(scope="session")
def digits():
    return load("digits", "train"), load("digits", "test")


@pytest.fixture(scope="session")
def fresh(digits):
    """A state before its first step, and what a session needs beside it: `fresh(**of the recipe)`."""

    def make(**changes):
        train_images, test = digits
        config = configured(replace(SMALL, **changes), DATASETS["digits"], len(train_images))
        return TrainState.fresh(config), train_images, test, gallery_of(test)

    return make
