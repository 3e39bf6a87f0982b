"""One model that is open, and what is known of it: read, computed when first asked for, and kept. No gradio in here."""

import logging
import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.checkpoints.checkpoint import CheckpointError, Entry, Model, load
from vae.data import DATASETS, DataError, DatasetSpec, Factor, ImageSet, available
from vae.data import load as load_data
from vae.data.own.cache import find_gathered
from vae.data.own.dataset import find_own, own_images
from vae.evaluation.distortion_floor import bernoulli_floor, gaussian_floor
from vae.evaluation.doctor import Evidence, kl_weight, noise_variance, recovered
from vae.evaluation.forecast import Forecast, forecast, spectrum
from vae.evaluation.metrics import mutual_information
from vae.evaluation.reader import Reader, reader_of
from vae.evaluation.spill import is_recorded, measured
from vae.images import to_uint8
from vae.latent.traversal import lattice
from vae.system.limits import REQUESTS
from vae.ui.kit.i18n import Sentence, UserError, recognised
from vae.ui.kit.pictures import sheet
from vae.ui.models.visitor_models import drawable, images_folder, shown

CHECKED_IMAGES = 32  # decoded once for the doctor
FORECAST_IMAGES = 1_500  # of whose covariance the forecast is made: a second for 64x64x3
LATTICE_STEPS = 20  # as in figure 4 of Kingma & Welling 2014
LATTICE_SIDE = 768  # pixels of its sheet: the page shows some 560, and 20 x 20 of 64x64x3 would take half a second
DECODED_AT_ONCE = 64  # pictures per hold of the lock, so that a slider never waits long for a sheet of thumbnails

log = logging.getLogger(__name__)


@dataclass
class Opened:
    """One model with the images that it was tested on (or the reason why they are missing).

    Torch modules are read by several server threads: `decode` holds a lock and uses the one thread that app.py allows.
    """

    name: str
    model: Model
    spec: DatasetSpec | None
    images: ImageSet | None
    missing: Sentence | str | None
    sheets: dict[int, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    spilled: dict[str, Any] | None = None
    spill_lock: threading.Lock = field(default_factory=threading.Lock)
    lessons: dict[Any, dict[str, Any]] = field(default_factory=dict)  # answers, see `vae.ui.learn.endpoints`

    @property
    def dims(self) -> int:
        return self.model.mu.shape[1]

    @property
    def title(self) -> str:
        """What a person is shown: the name, but of a visitor's model, whose name is a secret, what its file says."""
        return shown(self.name, self.model.header)

    @cached_property
    def rows(self) -> dict[int, int]:
        """Index in the test split -> row of the stored encodings."""
        return {int(index): row for row, index in enumerate(self.model.index)}

    @cached_property
    def factors(self) -> np.ndarray | None:
        """(N, K) factor values of the stored images."""
        if self.images is None or self.images.factors is None:
            return None
        return np.asarray(self.images.factors)[self.model.index]

    @cached_property
    def attributes(self) -> dict[str, np.ndarray]:
        """What the stored images have and have not, by name: (N,) of zeros and ones each."""
        if self.images is None or self.images.attributes is None:
            return {}
        return dict(zip(self.images.attribute_names, self.images.attributes[self.model.index].T, strict=True))

    @property
    def factor_specs(self) -> tuple[Factor, ...]:
        return self.spec.factors if self.spec and self.factors is not None else ()

    @cached_property
    def information(self) -> np.ndarray | None:
        """(D, K) mutual information of latent and factor, in [0, 1]."""
        return None if self.factors is None else mutual_information(self.model.mu, self.factors)

    @cached_property
    def reader(self) -> Reader | None:
        """Reads the factors, or the class, of pictures of this data set; None where there is no such file, or where the
        model was trained on another version of the data or on images of another shape.
        """
        known = self.spec and (self.spec.version, self.spec.shape)
        if known != (self.model.header["dataset"]["version"], self.model.config.model.shape):
            return None
        try:
            beside = self.model.path.parent / "readers"  # as in a repository of the Hub
            return reader_of(self.spec.name, beside) or reader_of(self.spec.name)
        except CheckpointError as error:
            log.warning("Pictures of %s are not read: %s", self.spec.name, error)
            return None

    @cached_property
    def floor(self) -> float | None:
        """Nats per image below which no distortion of this likelihood lies; None where it takes missing images.

        Takes up to a second for 10,000 images 64x64x3.
        """
        model = self.model.config.model
        if model.likelihood == "gaussian":
            return gaussian_floor(model.shape, model.sigma)
        return None if self.images is None else bernoulli_floor(self.images)

    def spill(self) -> dict[str, Any] | None:
        """What `vae.evaluation.spill.measured` says of this model: as its file recorded it, or else measured once,
        which takes seconds. No rows where no latent is in use; None where nothing reads its pictures.
        """
        if self.reader is None:
            return None
        with self.spill_lock:  # whoever asks meanwhile waits for this model alone
            if self.spilled is None:
                recorded = self.model.header["metrics"].get("spill")
                names = [factor.name for factor in self.reader.factors]
                if not is_recorded(recorded, self.dims, names):
                    recorded = None
                found = recorded or measured(self.decode, self.reader, self.model.mu, self.model.stats["kl"])
                self.spilled = found or {"overall": None, "overall_spread": None, "dims": []}
            return self.spilled

    @cached_property
    def evidence(self) -> Evidence:
        """What the doctor looks at: the file's numbers, and a few images decoded from their codes."""
        model = self.model
        rows = np.unique(np.linspace(0, len(model.index) - 1, CHECKED_IMAGES).astype(int))
        pictures = self.decode(model.mu[rows]).numpy()
        compared = self.images is not None and len(rows) > 1
        return Evidence(
            kl=np.asarray(model.stats["kl"], dtype=float),
            config=model.config,
            name=self.name,
            neg_elbo=model.header["metrics"]["neg_elbo"],
            spread=float(pictures.std(axis=0).max()) if len(rows) > 1 else None,
            recovered=recovered(self.originals(rows).numpy(), pictures) if compared else None,
            information=self.information,
            factors=[factor.name for factor in self.factor_specs],
        )

    @cached_property
    def forecast(self) -> Forecast | None:
        """What a linear model of these images would do under this training's weight of the KL; takes up to a second.

        None where the images are missing, or where no fixed weight lies on the whole KL.
        """
        config, weight = self.model.config, kl_weight(self.model.config)
        if self.images is None or not weight:
            return None
        rows = np.unique(np.linspace(0, len(self.model.index) - 1, FORECAST_IMAGES).astype(int))
        eigenvalues = spectrum(self.originals(rows).numpy(), config.model.likelihood)
        sigma2 = noise_variance(config)
        return forecast(eigenvalues, weight / sigma2, sigma2, self.dims)

    @cached_property
    def lattice(self) -> tuple[np.ndarray, str] | None:
        """The values (S,) of either latent and the sheet of S x S decoded tiles as a data URI; None unless D is 2.

        Kept, for it takes 30 ms for 28x28 and 0.2 to 1 s for 64x64x3.
        """
        if self.dims != 2:
            return None
        steps = max(2, min(LATTICE_STEPS, LATTICE_SIDE // max(self.model.config.model.shape[1:])))
        values, z = lattice(steps)
        return values.numpy(), sheet(self.decode(z.flatten(0, 1)), steps, quality=90)

    @cached_property
    def kl_per_image(self) -> np.ndarray:
        """(N,) KL divergence of each stored posterior from the prior, in nats."""
        return self.model.kl.sum(axis=1)

    @cached_property
    def reach(self) -> float:
        """|z| beyond which neither a slider nor an image lies."""
        return max(REQUESTS.most_latent, float(np.abs(self.model.mu).max()))

    @cached_property
    def usual(self) -> tuple[float, bool]:
        """See `vae.ui.explore.own_image.usual`; takes a fifth of a second for 64x64x3."""
        from vae.ui.explore.own_image import usual  # it stands on this module

        return usual(self)

    def encode(self, images: np.ndarray | Tensor) -> tuple[Tensor, Tensor]:
        """uint8 (n, C, H, W) -> mu and logvar, (n, D) float32."""
        with self.lock:
            return self.model.encode(images)

    def decode(self, z: np.ndarray | Tensor) -> Tensor:
        """z (n, D) -> uint8 (n, C, H, W)."""
        z = torch.as_tensor(np.asarray(z), dtype=torch.float32)
        parts = []
        for part in z.split(DECODED_AT_ONCE):
            with self.lock:
                parts.append(to_uint8(self.model.decode(part)))
        return torch.cat(parts)

    def originals(self, rows: np.ndarray | list[int]) -> Tensor:
        """The test images of these rows, uint8 (n, C, H, W); where they are missing, decoded from their stored mean."""
        if self.images is None:
            return self.decode(self.model.mu[rows])
        return self.images.batch(self.model.index[rows], "cpu")


def open_model(entry: Entry, data_root: Path, runs: Path | None = None) -> Opened:
    """Read a checkpoint and, where they are at hand, the images it was tested on: a visitor's own lie in `runs`."""
    try:
        model = drawable(load(entry.path))
    except CheckpointError as error:
        reason = str(error).replace(str(entry.path), entry.path.name)  # its folder is nobody's business
        raise UserError("error.checkpoint", reason=reason) from error
    recorded = model.header["dataset"]
    own = _own_images(data_root, runs, recorded["name"])
    spec = DATASETS.get(recorded["name"]) if own is None else own.spec
    if spec is None:
        return Opened(entry.name, model, None, None, Sentence("finding.unknown_data", data=recorded["name"]))
    other = Sentence("finding.other_version", data=spec.title, here=spec.version, then=recorded["version"])
    missing = available(spec.name, data_root) if own is None else None
    if missing is None and recorded["version"] != spec.version:
        missing = other
    if missing is None and model.config.model.shape != spec.shape:
        missing = Sentence("finding.other_shape", data=spec.title)
    images = own if missing is None else None
    if missing is None and own is None:
        try:
            images = load_data(spec.name, "test", data_root, fetch=False)
        except DataError as error:
            log.warning("The images of %s are missing: %s", spec.name, error)
            missing = str(error)
    if images is not None and len(model.index) and int(model.index.max()) >= len(images):
        images, missing = None, other
    return Opened(entry.name, model, spec, images, recognised(missing) if isinstance(missing, str) else missing)


def _own_images(data_root: Path, runs: Path | None, name: str) -> ImageSet | None:
    """The test images of a set of that name that a visitor or the command line has brought, where it is still here."""
    folder = (find_own(images_folder(runs), name) if runs else None) or find_gathered(name, data_root)
    try:
        return own_images(folder)[1] if folder else None
    except CheckpointError as error:  # removed since it was found, or damaged
        log.warning("One's own images are missing: %s", error)
        return None
