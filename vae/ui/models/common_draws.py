"""The pictures that two models share where they have no images in common: draws from the prior of both, decoded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.evaluation.matching import Exchange
from vae.latent.prior_draws import TITLE, prior_draws
from vae.ui.kit.bounded_lock import bounded
from vae.ui.kit.i18n import Sentence, UserError
from vae.ui.kit.work import client_left
from vae.ui.models.diagnosis import Diagnosis
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.model_with_images import DECODED_AT_ONCE, TURNS

DRAWS = 500  # of either model at most
SEED = 0  # of the draws of a model that has images
KEPT = 4  # models beside which the codes of another one are kept


@dataclass(frozen=True)
class CommonDraws:
    """The draws of a left and a right model in turn: picture 2k is draw k of the left one, 2k + 1 of the right one.

    Attributes:
        z: (n, D) draws of either model.
        mu, logvar: (2n, D) posteriors of all pictures by the encoder of either.
        computed: what the page has made of them, by subject.
    """

    z: tuple[np.ndarray, np.ndarray]
    mu: tuple[np.ndarray, np.ndarray]
    logvar: tuple[np.ndarray, np.ndarray]
    computed: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def each(self) -> int:
        """Draws of either model."""
        return len(self.z[0])

    def exchanges(self, awake: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[Exchange, Exchange]:
        """What matching needs of either model; `awake` are its latents in use."""
        left, right = (tuple(mu[at::2] for mu in self.mu) for at in (0, 1))
        return (
            Exchange(self.z[0], left[0], left[1], awake[0]),
            Exchange(self.z[1], right[1], right[0], awake[1]),
        )


@dataclass(eq=False)
class BesideAnother(LoadedModel):
    """A model whose pictures are those that it shares with another one. What is said of the model itself is said of the
    `whole`; nothing is known of the pictures.
    """

    whole: LoadedModel = None
    draws: CommonDraws = None
    owners: tuple[LoadedModel, LoadedModel] = None

    @property
    def code_hash(self) -> str:
        return self.whole.code_hash

    @property
    def dataset(self) -> str:
        return TITLE

    @property
    def drawn(self) -> np.ndarray | None:
        return self.whole.drawn

    @property
    def pictures_key(self) -> str:
        return " | ".join(owner.handle for owner in self.owners)

    @property
    def diagnosis(self) -> Diagnosis:
        return self.whole.diagnosis

    def originals(self, rows: np.ndarray | list[int]) -> Tensor:
        rows = np.asarray(rows)
        pictures = torch.empty(len(rows), *self.model.config.model.shape, dtype=torch.uint8)
        for at, owner in enumerate(self.owners):
            own = np.flatnonzero(rows % 2 == at)
            pictures[own] = owner.decode(self.draws.z[at][rows[own] // 2])
        return pictures

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        if key not in self.draws.computed:
            self.draws.computed.setdefault(key, compute())
        return self.draws.computed[key]


class Partners:
    """The common draws of a model and of those that were last compared with it, which stood on the right."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, CommonDraws] = OrderedDict()

    def at_hand(self, handle: str) -> bool:
        return handle in self._kept

    def beside(self, left: LoadedModel, right: LoadedModel) -> CommonDraws:
        """Those of both; whoever asks for them meanwhile waits.

        Raises:
            UserError: who computes them does not come to an end.
        """
        with bounded(self._lock):
            found = self._kept.get(right.handle)
            if found is None:
                found = self._kept[right.handle] = exchange(left, right)
            self._kept.move_to_end(right.handle)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def partners_of(left: LoadedModel) -> Partners:
    """Those of a model on the left, which go when it is closed."""
    return left.once("partners", Partners)


def exchanges(left: LoadedModel, right: LoadedModel) -> bool:
    """Have they nothing but draws in common, for one of them came without images? A model beside itself has its own."""
    return left.handle != right.handle and any(side.drawn is not None for side in (left, right))


def sides_of(draws: CommonDraws, left: LoadedModel, right: LoadedModel) -> tuple[BesideAnother, BesideAnother]:
    """Both models with the pictures that they share."""
    return tuple(_side(draws, at, (left, right)) for at in (0, 1))


def _side(draws: CommonDraws, at: int, owners: tuple[LoadedModel, LoadedModel]) -> BesideAnother:
    whole = owners[at]
    codes = {"mu": draws.mu[at], "logvar": draws.logvar[at], "index": np.arange(2 * draws.each)}
    model = replace(whole.model, **codes, label=None, distortion=None, maps={})
    about = (None, None, Sentence("map.no_images"), whole.decode_seconds, whole.version)
    return BesideAnother(whole.name, model, *about, whole=whole, draws=draws, owners=owners)


def exchange(left: LoadedModel, right: LoadedModel) -> CommonDraws:
    """Send the draws of either model through the encoder of the other one; takes seconds for large networks."""
    z = [draws_of(side) for side in (left, right)]
    each = min(map(len, z))
    z = [own[:each] for own in z]
    owned = [
        _encoded(side, side, own) if side.drawn is None else _recorded(side, each)
        for side, own in zip((left, right), z, strict=True)
    ]
    sent = [_encoded(right, left, z[1]), _encoded(left, right, z[0])]
    mu, logvar = [], []
    for of, numbers in enumerate((mu, logvar)):
        numbers += [_in_turn(owned[0][of], sent[0][of]), _in_turn(sent[1][of], owned[1][of])]
    # Pictures of another decoder may lead an encoder to where no slider reaches.
    mu = [np.clip(codes, -side.reach, side.reach) for codes, side in zip(mu, (left, right), strict=True)]
    return CommonDraws(tuple(z), tuple(mu), tuple(logvar))


def draws_of(opened: LoadedModel) -> np.ndarray:
    """(n, D) draws from the prior of a model: those that its file names, if it came without images."""
    drawn = prior_draws(SEED, DRAWS, opened.dims) if opened.drawn is None else opened.drawn
    return drawn[:DRAWS]


def _recorded(opened: LoadedModel, count: int) -> tuple[np.ndarray, np.ndarray]:
    return opened.model.mu[:count], opened.model.logvar[:count]


def _encoded(painter: LoadedModel, reader: LoadedModel, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """mu and logvar (n, D) that one model gives the pictures that another one decodes of z."""
    parts = []
    for part in np.split(z, range(DECODED_AT_ONCE, len(z), DECODED_AT_ONCE)):
        if client_left():
            raise UserError("request.left")
        pictures = painter.decode(part)
        with TURNS.turn():
            parts.append([numbers.numpy() for numbers in reader.encode(pictures)])
    return tuple(np.concatenate(numbers) for numbers in zip(*parts, strict=True))


def _in_turn(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(n, D) and (n, D) -> (2n, D), a row of either in turn."""
    return np.stack([first, second], axis=1).reshape(-1, first.shape[1])
