"""What the doctor looks at in a model, and what a linear model of the same images would have done."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vae.evaluation.distortion_floor import floor_of
from vae.evaluation.doctor import Evidence, recovered, too_early_until
from vae.evaluation.forecast import FORECAST_IMAGES, Forecast, forecast_training, spectrum
from vae.evaluation.header_figures import number
from vae.ui.models.image_facts import ImageFacts
from vae.ui.models.model_with_images import ModelWithImages

CHECKED_IMAGES = 32  # decoded once for the doctor


@dataclass(eq=False)
class Diagnosis:
    """Evidence, forecast and floor of a model, each computed when first asked for."""

    of: ModelWithImages
    facts: ImageFacts

    @cached_property
    def evidence(self) -> Evidence:
        """The file's numbers, and a few images decoded from their codes."""
        model = self.of.model
        rows = self.of.evenly(CHECKED_IMAGES)
        pictures = self.of.decode(model.mu[rows]).numpy()
        drawn = self.of.drawn is not None
        compared = (self.of.images is not None or drawn) and len(rows) > 1
        return Evidence(
            kl=np.asarray(model.stats["kl"], dtype=float),
            config=None if drawn else model.config_in_force,  # what was asked of the KL was asked of that of images
            turns=model.turns,
            steps=None if model.imported else model.header["steps"],
            until=too_early_until(model.config),
            name=self.of.name,
            neg_elbo=model.header["metrics"]["neg_elbo"],
            floor=number(model.header["metrics"].get("floor")),  # to count it takes a second: only where it is recorded
            spread=float(pictures.std(axis=0).max()) if len(rows) > 1 else None,
            recovered=recovered(self.of.originals(rows).numpy(), pictures) if compared else None,
            information=self.facts.information,
            factors=self.facts.names,
        )

    @cached_property
    def forecast(self) -> Forecast | None:
        """What a linear model of these images would do under this training's weight of the KL; takes up to a second.

        None where the images are missing, or where no fixed weight lies on the whole KL.
        """
        if self.of.images is None:
            return None
        return forecast_training(self.of.model.config_in_force, self._spectrum)

    def _spectrum(self, likelihood: str) -> np.ndarray:
        return spectrum(self.of.originals(self.of.evenly(FORECAST_IMAGES)).numpy(), likelihood)

    @cached_property
    def floor(self) -> float | None:
        """Nats per image below which no distortion of this likelihood lies; None where it takes missing images.

        That of the images that the file's figures were measured on, where it tells; else of the whole split, which
        takes up to a second for 10,000 images 64x64x3.
        """
        model, images = self.of.model.config.model, self.of.images
        recorded = number(self.of.model.header["metrics"].get("floor"))
        if recorded is None or images is None or model.likelihood == "gaussian":
            return floor_of(model, images)
        return recorded
