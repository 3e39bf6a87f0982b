"""How much of what each latent changes is one factor, as the reader of the data set sees it in decoded pictures."""

import logging
import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from vae.checkpoints.checkpoint import CheckpointError
from vae.evaluation.reader import Reader, codes_of, reader_of
from vae.evaluation.spill import NOTHING_MOVES, is_recorded, measure_spill
from vae.ui.kit.bounded_lock import bounded
from vae.ui.models.model_with_images import ModelWithImages

log = logging.getLogger(__name__)


@dataclass(eq=False)
class SpillMeter:
    """The spill of a model, as its file recorded it or measured once."""

    of: ModelWithImages
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _measured: dict[str, Any] | None = None

    @cached_property
    def reader(self) -> Reader | None:
        """Reads the factors, or the class, of pictures of this data set; None where there is no such file, or where the
        model was trained on another version of the data or on images of another shape.
        """
        spec, model = self.of.spec, self.of.model
        if spec is None or (spec.version, spec.shape) != (model.header["dataset"]["version"], model.config.model.shape):
            return None
        try:
            beside = model.path.parent / "readers"  # as in a repository of the Hub
            return reader_of(spec.name, beside) or reader_of(spec.name)
        except CheckpointError as error:
            log.warning("Pictures of %s are not read: %s", spec.name, error)
            return None

    def spill(self) -> dict[str, Any] | None:
        """What `measure_spill` says of this model: recorded in its file, or measured once in seconds.

        No rows where no latent is in use; None where nothing reads its pictures.

        Raises:
            UserError: another who measures it does not come to an end.
        """
        if self.reader is None:
            return None
        with bounded(self._lock):  # whoever asks meanwhile waits for this model alone
            if self._measured is None:
                stats, mu = self.of.model.stats, self.of.model.mu
                recorded = self.of.model.header["metrics"].get("spill")
                if is_recorded(recorded, self.of.dims, [factor.name for factor in self.reader.factors]):
                    self._measured = recorded
                else:
                    rows = measure_spill(self.of.decode, self.reader, mu, stats["kl"], codes=self._codes())
                    self._measured = rows or NOTHING_MOVES
            return self._measured

    def _codes(self) -> np.ndarray | None:
        """(N, K) what the reader should read in the stored images; None where they are not here."""
        return None if self.of.images is None else codes_of(self.of.images).numpy()[self.of.model.index]
