"""A small training that takes milliseconds a step, and an inbox that plays a script."""

import pytest

from vae.data import DATASETS, load
from vae.live.events import Command
from vae.live.moments import gallery_of
from vae.live.recipe import Recipe, configured
from vae.train import TrainState

SMALL = Recipe("digits", latent_dim=4, width=4, batch_size=64, unit="steps", budget=60)


@pytest.fixture(scope="session")
def digits():
    return load("digits", "train"), load("digits", "test")


@pytest.fixture
def fresh(digits):
    """A state before its first step, and what a session needs beside it: `fresh(**of the recipe)`."""

    def make(**changes):
        from dataclasses import replace

        train_images, test = digits
        config = configured(replace(SMALL, **changes), DATASETS["digits"], len(train_images))
        return TrainState.fresh(config), train_images, test, gallery_of(test)

    return make


class Script:
    """An inbox: after so many questions, that command; a question that waits gets the next one at once."""

    def __init__(self, *commands: tuple[int, Command]) -> None:
        self.asked, self.commands = 0, list(commands)

    def __call__(self, wait: bool) -> Command | None:
        self.asked += 1
        if self.commands and (wait or self.asked >= self.commands[0][0]):
            return self.commands.pop(0)[1]
        assert not wait, "the session waits for a command that nobody will give"
        return None
