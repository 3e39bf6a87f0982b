"""Two models of the same data, or of pictures that either draws from its prior."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vae.config import TrainConfig
from vae.evaluation.matching import Pair, Side, match, match_exchanged
from vae.ui.kit.i18n import UserError
from vae.ui.kit.work import Work
from vae.ui.models.catalog import Catalog
from vae.ui.models.common_draws import DRAWS, CommonDraws, exchanges, partners_of, sides_of
from vae.ui.models.loaded_model import LoadedModel

LEAST_COMMON = 20  # pictures that both files must hold, or a correlation means nothing
ENCODED = 3  # what it costs to decode a picture and to send it through two encoders, in decoded pictures


@dataclass(frozen=True)
class ModelPair:
    """Two opened models of the same data; or, with `draws`, two that share the pictures of these alone."""

    left: LoadedModel
    right: LoadedModel
    draws: CommonDraws | None = None

    @property
    def drawn(self) -> bool:
        """Are the pictures draws from a prior, and no images?"""
        return self.draws is not None or self.left.drawn is not None

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
        awake = tuple(tuple(int(dim) for dim in side.diagnosis.evidence.awake) for side in self.sides)
        if self.draws is not None:
            return match_exchanged(*self.draws.exchanges(awake))
        sides = [
            Side(side.model.mu[rows], dims, side.facts.information)
            for side, rows, dims in zip(self.sides, self.rows, awake, strict=True)
        ]
        return match(*sides)


def open_pair(catalog: Catalog, left: object, right: object) -> ModelPair:
    """Both models opened, see `paired`.

    Raises:
        UserError: a model cannot be opened, or they cannot be compared.
    """
    return paired(catalog.open(left), catalog.open(right))


def paired(left: LoadedModel, right: LoadedModel) -> ModelPair:
    """Two open models side by side. Two of which one came without images share draws of both, see `CommonDraws`.

    Raises:
        UserError: they are not of the same images, have none in common, or decode pictures of unlike shapes.
    """
    names = {"left": left.title, "right": right.title}
    if exchanges(left, right):
        shapes = [side.model.config.model.shape for side in (left, right)]
        if shapes[0] != shapes[1]:
            raise UserError("error.other_shapes", **names, shapes=["×".join(map(str, shape)) for shape in shapes])
        draws = partners_of(left).beside(left, right)
        if 2 * draws.each < LEAST_COMMON:
            raise UserError("error.few_common", n=2 * draws.each, **names)
        return ModelPair(*sides_of(draws, left, right), draws)
    pair = ModelPair(left, right)
    datasets = [side.model.header["dataset"] for side in pair.sides]
    if datasets[0]["name"] != datasets[1]["name"]:
        raise UserError("error.other_data", **names)
    if datasets[0]["version"] != datasets[1]["version"]:  # not the hash: another machine may draw a last bit otherwise
        raise UserError("error.other_images", **names)
    if len(pair.index) < LEAST_COMMON:
        raise UserError("error.few_common", n=len(pair.index), **names)
    return pair


def pairing(catalog: Catalog, left: object, right: object) -> Work:
    """What it costs to put two models side by side once they are open: of two that share draws alone, to decode and
    encode these the first time.
    """
    sides = [catalog.at_hand(name) for name in (left, right)]
    if None in sides or not exchanges(*sides) or partners_of(sides[0]).at_hand(sides[1].handle):
        return Work()
    return catalog.decoding(left, ENCODED * DRAWS) + catalog.decoding(right, ENCODED * DRAWS)


def likelihood_key(config: TrainConfig) -> tuple[object, ...]:
    """What a distortion depends on beside the model: likelihood, sigma of a Gaussian, and the images' shape."""
    model = config.model
    return model.likelihood, model.sigma if model.likelihood == "gaussian" else None, model.shape
