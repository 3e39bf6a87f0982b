"""What all tabs share: the catalog of models and the folders of this process. No state of any user."""

import os
from dataclasses import dataclass
from pathlib import Path

from vae.checkpoint import FOLDER
from vae.data import default_root
from vae.live.devices import lent_devices
from vae.live.runs import Runs
from vae.ui.catalog import Catalog

PROJECT = FOLDER.parent


@dataclass(frozen=True)
class Shared:
    """Handed to every tab's `build`."""

    catalog: Catalog
    runs: Path
    training: Runs

    @classmethod
    def of(cls, checkpoints: Path, data: Path | None = None, runs: Path | None = None) -> "Shared":
        """Data lie in their usual folder unless another is given, and runs in the project or, where that is read-only,
        in the usual folder of the data.
        """
        data = data or default_root()
        runs = runs or (PROJECT if os.access(PROJECT, os.W_OK) else default_root()) / "runs"
        return cls(Catalog(checkpoints, data, Path(runs)), Path(runs), Runs(Path(runs), data, lent=lent_devices()))
