"""The models at hand: what a folder of checkpoints offers, and the few of them that are open."""

import logging
import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vae.checkpoints.checkpoint import Entry, list_headers
from vae.data import DATASETS
from vae.evaluation.header_figures import above_floor, number
from vae.system.limits import OPEN_MODELS
from vae.ui.kit.bounded_lock import bounded
from vae.ui.kit.i18n import UserError
from vae.ui.kit.work import Work
from vae.ui.models.loaded_model import LoadedModel, open_model
from vae.ui.models.visitor_models import entry_of

# Of a header, as the page and the API give them for every model.
BOUNDS = ("above_floor", "neg_elbo", "neg_elbo_decoding_mu", "rate", "distortion", "active_units")
MIGS = ("mig_sampled", "mig", "mig_in_use")  # over z, over means, over the means of the latents in use
MARKS = ("mig_noise", "mig_rotated", "mig_perfect")
FIGURES = (*BOUNDS, *MIGS, *MARKS)
OPENING, USUAL_DECODE = 0.5, 0.001  # seconds of one core, of a model that nobody has opened yet
WARM_EVERY = 1.0  # seconds between two models that are opened ahead: whoever drags a slider now comes first
_HANDLE = re.compile(r"(.+)@([0-9a-f]{12})", re.ASCII | re.DOTALL)

log = logging.getLogger(__name__)


def figures_of(header: dict[str, Any]) -> dict[str, float | None]:
    """The `FIGURES` of a header; None where it has none."""
    metrics = header["metrics"]
    return {key: number(metrics.get(key)) for key in FIGURES} | {"above_floor": above_floor(metrics)}


@dataclass
class Slot:
    """Where a model goes once it has been read; whoever asks meanwhile waits for this one alone."""

    entry: Entry
    stamp: tuple[int, int]  # of its file, when it was found
    lock: threading.Lock = field(default_factory=threading.Lock)
    opened: LoadedModel | None = None


def seen(path: Path) -> tuple[int, int]:
    """When a file was last changed and how long it is; zeros for one that has gone or leads nowhere."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


class Catalog:
    """What lies in the checkpoint folder, and a few opened models.

    Attributes:
        alone: does the page that shows them have no tab but Explore?

    Args:
        folder: holds `*.safetensors`.
        data_root: holds the data sets' files.
        runs: holds what visitors have trained or uploaded, see `vae.ui.models.visitor_models`; it is listed nowhere.
    """

    alone = False

    def __init__(self, folder: Path, data_root: Path, runs: Path | None = None) -> None:
        self.folder, self.data_root, self.runs = Path(folder), Path(data_root), runs
        self._lock = threading.Lock()  # under it nothing waits for the disk
        self._slots: OrderedDict[str, Slot] = OrderedDict()
        self._listing: tuple[tuple[Any, ...], list[Entry]] = ((), [])
        self._warm = False

    def entries(self) -> list[Entry]:
        """All checkpoints of the folder; read again only where a file came, went or changed."""
        files = sorted(self.folder.glob("*.safetensors"))
        stamp = tuple((path.name, *seen(path)) for path in files)
        listing = self._listing
        if listing[0] != stamp:  # read under no lock: two who ask at once may both read
            self._listing = listing = (stamp, list_headers(self.folder))
        return listing[1]

    def usable(self) -> list[Entry]:
        """The entries that can be opened, scene3d and beta-VAEs first: the page opens on the first of them."""
        return sorted((entry for entry in self.entries() if entry.header is not None), key=_rank)

    def warm(self) -> None:
        """Opens the models one after the other in the background, once: to import what reads MNIST takes seconds."""
        with self._lock:
            if self._warm:
                return
            self._warm = True
        threading.Thread(target=self._open_all, name="warm", daemon=True).start()

    def _open_all(self) -> None:
        for entry in self.usable()[:OPEN_MODELS]:
            time.sleep(WARM_EVERY)
            try:
                self.open(entry.name)
            except UserError as error:  # whoever asks for this one is told again
                log.info("%s is not opened ahead: %s", entry.name, error)

    def entry(self, name: object) -> Entry:
        """The file of that name, listed or a visitor's.

        Raises:
            UserError: there is none that can be used.
        """
        entry = next((entry for entry in self.usable() if entry.name == name), None)
        if entry is None and self.runs is not None:
            entry = entry_of(self.runs, name)
        if entry is None:
            raise UserError("error.model", name=name if isinstance(name, str) else type(name).__name__)
        return entry

    def open(self, name: object) -> LoadedModel:
        """The model of that name; while one is being read, the others stay at hand.

        Args:
            name: or the handle of a model that was open: a page holds codes and a map, which would lie beside another
                network's pictures.

        Raises:
            UserError: no such model, its file is damaged or another one than that of the handle, or another who opens
                it does not come to an end.
        """
        name, version = parts_of(name)
        slot = self._slot(name)
        if slot.opened is None:
            with bounded(slot.lock):
                if slot.opened is None:
                    slot.opened = open_model(slot.entry, self.data_root, self.runs)
        if version not in ("", slot.opened.version):
            raise UserError("error.changed", name=slot.opened.title)
        return slot.opened

    def decoding(self, name: object, pictures: int = 1) -> Work:
        """What it costs to decode so many pictures of a model, as measured when it was opened; with opening it where it
        is not open yet.
        """
        opened = self.at_hand(name)
        if opened is None:
            return Work("compute", OPENING + pictures * USUAL_DECODE)
        return Work("compute", pictures * opened.decode_seconds)

    def at_hand(self, name: object) -> LoadedModel | None:
        """The model of that name or handle if it is open; nothing is read and nothing waited for."""
        name, _ = parts_of(name)
        with self._lock:
            slot = self._slots.get(name) if isinstance(name, str) else None
        return slot and slot.opened

    def _slot(self, name: object) -> Slot:
        """The slot of that name. Of a model at hand only its own file is looked at: this is on every slider's way."""
        with self._lock:
            slot = self._slots.get(name) if isinstance(name, str) else None
        if slot is None or seen(slot.entry.path) != slot.stamp:
            slot = self._fresh_slot(self.entry(name))
        with self._lock:
            if name in self._slots:
                self._slots.move_to_end(name)
        return slot

    def _fresh_slot(self, entry: Entry) -> Slot:
        """A slot for what the folder holds now under that name; the one that has not been asked for longest goes."""
        stamp = seen(entry.path)
        if stamp == (0, 0):  # deleted since it was listed
            raise UserError("error.model", name=entry.name)
        with self._lock:
            slot = self._slots.get(entry.name)
            if slot is None or slot.stamp != stamp:  # else somebody else has found it meanwhile
                slot = self._slots[entry.name] = Slot(entry, stamp)
            while len(self._slots) > OPEN_MODELS:
                self._slots.popitem(last=False)
        return slot


def parts_of(name: object) -> tuple[object, str]:
    """A name and a version, "" where there is none: of a handle, see `ModelWithImages.handle`."""
    found = _HANDLE.fullmatch(name) if isinstance(name, str) else None
    return found.groups() if found else (name, "")


def _rank(entry: Entry) -> tuple[int, str, int, str]:
    dataset = entry.header["dataset"]["name"] if entry.header else ""
    order = list(DATASETS)
    place = order.index(dataset) if dataset in order else len(order)
    return place, dataset, {f"{dataset}-beta": 0, f"{dataset}-vae": 1}.get(entry.name, 2), entry.name
