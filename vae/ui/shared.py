"""What all tabs share: the catalog of models and the folders of this process. No state of any user."""

from dataclasses import dataclass
from pathlib import Path

from vae.live.devices import lent_devices
from vae.live.runs import Runs
from vae.ui.catalog import Catalog


@dataclass(frozen=True)
class Shared:
    """Handed to every tab's `build`."""

    catalog: Catalog
    runs: Path
    training: Runs

    @classmethod
    def of(cls, checkpoints: Path, data: Path, runs: Path) -> "Shared":
        return cls(Catalog(checkpoints, data, Path(runs)), Path(runs), Runs(Path(runs), data, lent=lent_devices()))
