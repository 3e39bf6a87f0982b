"""What all tabs share: the catalog of models and the folders of this process. No state of any user."""

import os
from dataclasses import dataclass
from pathlib import Path

from vae.data import default_root
from vae.live.devices import lent_devices
from vae.live.runs import Runs
from vae.system.paths import PROJECT, temporary_cache, writable
from vae.ui.models.catalog import Catalog


@dataclass(frozen=True)
class Shared:
    """Handed to every tab's `build`. Where nothing can be trained, there are neither `runs` nor `training`."""

    catalog: Catalog
    runs: Path | None = None
    training: Runs | None = None

    @classmethod
    def of(cls, checkpoints: Path, data: Path | None = None, runs: Path | None = None) -> "Shared":
        """Data lie in their usual folder unless another is given. Runs lie in the project, but where that is read-only,
        or a folder was named that is there to stay, as the hosts of a Space do, in the usual folder of the data; where
        that is read-only too, in the temporary one.
        """
        data = data or default_root()
        places = [default_root() / "runs", temporary_cache() / "runs"]
        if not os.environ.get("LATENT_EXPLORER_DATA"):
            places.insert(0, PROJECT / "runs")
        runs = runs or next(filter(writable, places), places[-1])
        return cls(Catalog(checkpoints, data, Path(runs)), Path(runs), Runs(Path(runs), data, lent=lent_devices()))
