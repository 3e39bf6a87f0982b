"""What a run leaves on disk to be looked at: fixed images once, and small snapshots of its weights over time.

`gallery.safetensors` holds the images that every look is taken at, so that nothing else is needed to show a run.
`moments/<step>.safetensors` holds weights in half precision and the codes of the gallery's test images.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.checkpoints.export import spread_evenly
from vae.config import TrainConfig
from vae.data import ImageSet
from vae.models.vae import VAE
from vae.models.weights import halved, network_of
from vae.system.limits import MOST_MOMENTS
from vae.system.messages import cause
from vae.system.safetensors_file import CheckpointError, expect, expect_tensor, read, write

SHOWN = 32  # images that are kept as pixels
CODES = 1_000  # test images whose codes are kept


@dataclass(frozen=True)
class Gallery:
    """The images of a run that are looked at.

    Attributes:
        originals: (n, C, H, W) uint8, at most 32 test images, spread over the classes.
        rows: (N,) int64, at most 1,000 test images: whose codes a moment holds.
        labels: (N,) int64 or None. factors: (N, K) int64 or None.
        about: JSON: the data set's name, title and version, label names, factors with values and colours.
    """

    originals: Tensor
    rows: np.ndarray
    labels: np.ndarray | None
    factors: np.ndarray | None
    about: dict[str, Any]

    def save(self, folder: Path) -> None:
        """Raises CheckpointError where the disk refuses."""
        tensors = {"originals": self.originals, "rows": torch.from_numpy(self.rows)}
        for key in ("labels", "factors"):
            values = getattr(self, key)
            if values is not None:
                tensors[key] = torch.from_numpy(np.ascontiguousarray(values, np.int64))
        write(folder / "gallery.safetensors", tensors, {"gallery": self.about})

    @classmethod
    def load(cls, folder: Path) -> Gallery:
        """Raises CheckpointError where the file is missing or damaged."""
        path = folder / "gallery.safetensors"
        tensors, header = read(path)
        expect(isinstance(header.get("gallery"), dict), path, "gallery", "checkpoint.header_lacks")
        for key in ("originals", "rows"):
            expect(key in tensors, path, key, "checkpoint.lacks")
        labels, factors = (tensors[key].numpy() if key in tensors else None for key in ("labels", "factors"))
        return cls(tensors["originals"], tensors["rows"].numpy(), labels, factors, header["gallery"])


def gallery_of(test: ImageSet) -> Gallery:
    """The images of a test split that a run is looked at with, always the same ones."""
    shown, rows = spread_evenly(test, SHOWN), spread_evenly(test, CODES)
    spec = test.spec
    about = {
        "dataset": spec.name,
        "title": spec.title,
        "version": spec.version,
        "label_names": list(spec.label_names or ()),
        "factors": [
            {"name": f.name, "values": list(f.values), "colours": list(f.colours or ()), "ordered": f.ordered}
            for f in spec.factors
        ],
    }
    labels = None if test.labels is None else test.labels[rows]
    factors = None if test.factors is None else np.asarray(test.factors)[rows]
    order = np.random.RandomState(1).permutation(len(shown))  # noqa: NPY002  a frozen stream; neighbours look alike
    return Gallery(test.batch(shown[order]), rows, labels, factors, about)


def path_of(folder: Path, step: int) -> Path:
    """Where the moment at `step` of the run in `folder` is kept."""
    return folder / "moments" / f"{step:09d}.safetensors"


def steps_kept(folder: Path) -> list[int]:
    """The steps of all moments, rising."""
    return sorted(int(path.stem) for path in (folder / "moments").glob("*.safetensors") if path.stem.isdigit())


def write_moment(folder: Path, model: VAE, mu: Tensor, about: dict[str, Any]) -> None:
    """Writes a moment; where there would be more than `MOST_MOMENTS`, the one that is missed least goes: the one
    between the two closest neighbours. So the gaps stay within a factor of four, but for the newest.

    Args:
        mu: (N, D) codes of the gallery's rows.
        about: JSON, with "step".

    Raises:
        CheckpointError: the disk refuses.
    """
    path = path_of(folder, about["step"])
    try:
        path.parent.mkdir(exist_ok=True)
        write(path, halved(model) | {"codes.mu": mu.half()}, {"moment": about})
        kept = steps_kept(folder)
        while len(kept) > MOST_MOMENTS:
            gone = min(range(1, len(kept) - 1), key=lambda i: kept[i + 1] - kept[i - 1])
            path_of(folder, kept.pop(gone)).unlink(missing_ok=True)
    except OSError as error:
        raise CheckpointError("checkpoint.unwritten", file=path, why=cause(error)) from error


def read_moment(folder: Path, step: int, config: TrainConfig) -> tuple[VAE, np.ndarray, dict[str, Any]]:
    """The network in eval mode, float32; the codes (N, D); and what was written about it.

    Raises:
        CheckpointError: no such moment, or a damaged one.
    """
    path = path_of(folder, step)
    tensors, header = read(path)
    network = network_of(path, config.model, tensors)
    expect_tensor(path, tensors, "codes.mu", (-1, config.model.latent_dim), torch.float16)
    return network, tensors["codes.mu"].float().numpy(), header.get("moment", {})


def read_codes(folder: Path, step: int) -> np.ndarray:
    """The codes (N, D) alone. Raises CheckpointError as `read_moment` does."""
    path = path_of(folder, step)
    tensors, _ = read(path)
    expect_tensor(path, tensors, "codes.mu", (-1, -1), torch.float16)
    return tensors["codes.mu"].float().numpy()


def forget_after(folder: Path, step: int) -> None:
    """Takes away what lies after a step from which a run goes on once more. Raises OSError where the disk refuses."""
    for later in steps_kept(folder):
        if later > step:
            path_of(folder, later).unlink(missing_ok=True)
