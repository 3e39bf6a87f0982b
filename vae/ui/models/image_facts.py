"""What is known of a model's test images, and how much its latents know of that."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vae.data import Factor
from vae.evaluation.latent_use import awake, best_latents, followed_factors
from vae.evaluation.metrics import mutual_information
from vae.ui.models.model_with_images import ModelWithImages


@dataclass(eq=False)
class ImageFacts:
    """Factors and attributes of the images whose encodings are stored; all empty where the images are missing."""

    of: ModelWithImages

    @cached_property
    def factors(self) -> np.ndarray | None:
        """(N, K) factor values of the stored images."""
        images = self.of.images
        return None if images is None or images.factors is None else np.asarray(images.factors)[self.of.model.index]

    @property
    def specs(self) -> tuple[Factor, ...]:
        """The K factors; none where their values are not at hand."""
        return self.of.spec.factors if self.of.spec and self.factors is not None else ()

    @property
    def names(self) -> list[str]:
        """Of the K factors."""
        return [factor.name for factor in self.specs]

    @cached_property
    def attributes(self) -> dict[str, np.ndarray]:
        """What the stored images have and have not, by name: (N,) of zeros and ones for every attribute."""
        images = self.of.images
        if images is None or images.attributes is None:
            return {}
        return dict(zip(images.attribute_names, images.attributes[self.of.model.index].T, strict=True))

    @cached_property
    def information(self) -> np.ndarray | None:
        """(D, K) mutual information of latent and factor, in [0, 1]."""
        return None if self.factors is None else mutual_information(self.of.model.mu, self.factors)

    @cached_property
    def followed(self) -> list[list[int]]:
        """For each latent the numbers of the factors that it follows, the strongest first."""
        if self.information is None:
            return [[]] * self.of.dims
        return followed_factors(self.information, awake(self.of.model.stats["kl"]))

    @cached_property
    def best(self) -> np.ndarray:
        """(K,) the latent in use that knows most of each factor; -1 where none is in use.

        Only where there is `information`.
        """
        return best_latents(self.information, awake(self.of.model.stats["kl"]))
