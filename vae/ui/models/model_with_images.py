"""One model and the images that it was tested on, safe to ask from several server threads."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from vae.checkpoints.checkpoint import Model
from vae.data import DatasetSpec, ImageSet
from vae.images import to_uint8
from vae.latent.prior_draws import TITLE
from vae.system.cores import Turns, cores
from vae.system.limits import REQUESTS
from vae.ui.kit.i18n import Sentence, UserError
from vae.ui.kit.work import client_left
from vae.ui.models.visitor_models import display_name

DECODED_AT_ONCE = 16  # pictures, then it is the turn of others, and asked whether the answer is still waited for
# More threads that decode than half the cores hand the lock of Python to and fro at every layer.
TURNS = Turns(max(1, cores() // 2), patience=0.5)


@dataclass(eq=False)
class ModelWithImages:
    """A model by its name, with its images or the reason why they are missing; in their place may stand `drawn` ones.

    `decode_seconds` is what one picture costs of one core, as `timed_decode` measured it; `version` tells the file from
    another one under that name.

    Several server threads share its network without a lock: in eval mode, with weights that take no gradient, nothing
    writes into it. Each computes on the one thread of torch that `vae.ui.build_demo` sets.
    """

    name: str
    model: Model
    spec: DatasetSpec | None
    images: ImageSet | None
    missing: Sentence | None
    decode_seconds: float = 0.0
    version: str = ""

    @property
    def dims(self) -> int:
        return self.model.mu.shape[1]

    @property
    def handle(self) -> str:
        """The name with the version: what a page asks this very model by, see `Catalog.open`."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @cached_property
    def code_hash(self) -> str:
        """8 digits of a hash of the codes: a link's z means something beside them alone. A new decoder changes none."""
        return hashlib.sha256(np.ascontiguousarray(self.model.mu)).hexdigest()[:8]

    @property
    def title(self) -> str:
        """What a person is shown: the name, but of a visitor's model, whose name is a secret, what its file says."""
        return display_name(self.name, self.model.header)

    @property
    def dataset(self) -> str:
        """What a person is shown for the data set."""
        if self.spec is not None:
            return self.spec.title
        return self.model.header["dataset"]["name"] if self.drawn is None else TITLE

    @cached_property
    def drawn(self) -> np.ndarray | None:
        """(N, D) z of the pictures whose encodings are stored, where they are draws from the prior and no images."""
        return self.model.draws

    @property
    def pictures_key(self) -> str:
        """The same for models that show the same pictures."""
        return self.model.header["dataset"]["sha256"] if self.images is not None else self.handle

    @cached_property
    def rows(self) -> dict[int, int]:
        """Index in the test split -> row of the stored encodings."""
        return {int(index): row for row, index in enumerate(self.model.index)}

    @cached_property
    def kl_per_image(self) -> np.ndarray:
        """(N,) KL divergence of each stored posterior from the prior, in nats."""
        return self.model.kl.sum(axis=1)

    @cached_property
    def reach(self) -> float:
        """|z| beyond which neither a slider nor an image lies."""
        return max(REQUESTS.most_latent, float(np.abs(self.model.mu).max()))

    def encode(self, images: np.ndarray | Tensor) -> tuple[Tensor, Tensor]:
        """uint8 (n, C, H, W) -> mu and logvar, (n, D) float32."""
        return self.model.encode(images)

    def decode(self, z: np.ndarray | Tensor) -> Tensor:
        """z (n, D) -> uint8 (n, C, H, W)."""
        z = torch.as_tensor(z, dtype=torch.float32)
        parts = []
        for part in z.split(DECODED_AT_ONCE):
            if client_left():
                raise UserError("request.left")
            with TURNS.turn():
                parts.append(to_uint8(self.model.decode(part)))
        return torch.cat(parts)

    def originals(self, rows: np.ndarray | list[int]) -> Tensor:
        """The test images of these rows, uint8 (n, C, H, W), or what was drawn in their place; where they are missing,
        decoded from their stored mean.
        """
        if self.images is None:
            return self.decode((self.model.mu if self.drawn is None else self.drawn)[rows])
        return self.images.batch(self.model.index[rows], "cpu")

    def evenly(self, count: int) -> np.ndarray:
        """At most `count` rows of the stored encodings, drawn evenly over all of them."""
        return even_rows(len(self.model.index), count)


def even_rows(total: int, count: int) -> np.ndarray:
    """At most `count` of the rows 0 … total - 1, evenly out of all, rising."""
    return np.unique(np.linspace(0, total - 1, count).astype(int))
