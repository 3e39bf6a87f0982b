"""A model of another program: what its files say, and what a kind of such files is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vae.config import ObjectiveConfig, TrainingConfig
from vae.models.vae import VAE
from vae.system.messages import KeyedError

UNKNOWN = "unknown"  # an objective that no file tells
MOST_LETTERS = 100  # of a name that a file gives


class ForeignError(KeyedError):
    """A file of another program that is not what it should be; the message names it and what was expected."""


@dataclass(frozen=True)
class Foreign:
    """A model as its files tell it.

    Attributes:
        network: in eval mode, float32; pictures are in [0, 1].
        objective: one of `OBJECTIVES`, or another name where none of them is the loss.
        training: batch size, learning rate and seed, where the files tell them; the steps are not told by any.
        data: what the files call the data set, "" where they do not.
    """

    network: VAE
    objective: ObjectiveConfig = field(default_factory=lambda: ObjectiveConfig(UNKNOWN))
    training: TrainingConfig = field(default_factory=lambda: TrainingConfig(steps=1))
    data: str = ""


@dataclass(frozen=True)
class Kind:
    """A layout of files, as one program writes it.

    Attributes:
        name: on the command line.
        about: what the path leads to, and whose layout it is.
        read: (path, pixels) -> the model. Raises ForeignError or CheckpointError.
        pixels: the ranges of an image's values that such a program may have trained with, the usual one first: of what
            its encoder takes and its decoder gives. One range alone is no choice.
    """

    name: str
    about: str
    read: Callable[[Path, tuple[float, float]], Foreign]
    pixels: tuple[tuple[float, float], ...] = ((0.0, 1.0),)


def plain_name(value: object) -> str:
    """A name as a header may hold it, whatever a file gave: text of few letters, without halves of surrogate pairs."""
    return str(value).encode("utf-8", "replace").decode()[:MOST_LETTERS]
