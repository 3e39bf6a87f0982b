"""Two models of the same data."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vae.config import TrainConfig
from vae.evaluation.matching import Pair, Side, match
from vae.ui.kit.i18n import UserError
from vae.ui.models.catalog import Catalog
from vae.ui.models.loaded_model import LoadedModel

LEAST_COMMON = 20  # images that both files must hold, or a correlation means nothing


@dataclass(frozen=True)
class ModelPair:
    """Two opened models of the same data."""

    left: LoadedModel
    right: LoadedModel

    @property
    def sides(self) -> tuple[LoadedModel, LoadedModel]:
        return self.left, self.right

    @cached_property
    def index(self) -> np.ndarray:
        """The test images whose codes both files hold, rising."""
        return np.intersect1d(self.left.model.index, self.right.model.index, assume_unique=True)

    @cached_property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Where these images stand in the encodings of either file."""
        return tuple(np.searchsorted(side.model.index, self.index) for side in self.sides)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The rows of the page: the latents in use of both, matched."""
        sides = [
            Side(side.model.mu[rows], tuple(int(dim) for dim in side.diagnosis.evidence.awake), side.facts.information)
            for side, rows in zip(self.sides, self.rows, strict=True)
        ]
        return match(*sides)


def open_pair(catalog: Catalog, left: object, right: object) -> ModelPair:
    """Both models opened.

    Raises:
        UserError: a model cannot be opened, they are not of the same images, or have none in common: one that came
            without any has them in common with itself alone.
    """
    return paired(catalog.open(left), catalog.open(right))


def paired(left: LoadedModel, right: LoadedModel) -> ModelPair:
    """Two open models side by side.

    Raises:
        UserError: they are not of the same images, or have none in common.
    """
    pair = ModelPair(left, right)
    names = {"left": pair.left.title, "right": pair.right.title}
    if any(side.drawn is not None for side in pair.sides) and pair.left.handle != pair.right.handle:
        raise UserError("error.drawn_pair", **names)
    datasets = [side.model.header["dataset"] for side in pair.sides]
    if datasets[0]["name"] != datasets[1]["name"]:
        raise UserError("error.other_data", **names)
    if datasets[0]["version"] != datasets[1]["version"]:  # not the hash: another machine may draw a last bit otherwise
        raise UserError("error.other_images", **names)
    if len(pair.index) < LEAST_COMMON:
        raise UserError("error.few_common", n=len(pair.index), **names)
    return pair


def likelihood_key(config: TrainConfig) -> tuple[object, ...]:
    """What a distortion depends on beside the model: likelihood, sigma of a Gaussian, and the images' shape."""
    model = config.model
    return model.likelihood, model.sigma if model.likelihood == "gaussian" else None, model.shape
