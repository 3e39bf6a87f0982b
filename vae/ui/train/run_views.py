"""What the Train tab shows of a run at one moment: pictures, a map and the doctor's findings."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from vae.checkpoints.checkpoint import CheckpointError
from vae.evaluation.doctor import Evidence, recovered, too_early_until
from vae.evaluation.metrics import mutual_information
from vae.images import from_output, to_float, to_uint8
from vae.latent.projection import principal_axes, project
from vae.latent.traversal import traverse
from vae.live.moments import Gallery, path_of, read_codes, read_moment
from vae.live.run import LiveRun
from vae.training.schedules import config_in_force
from vae.ui.kit import points as figures
from vae.ui.kit.bounded_lock import bounded
from vae.ui.kit.i18n import UserError
from vae.ui.kit.pictures import sheet
from vae.ui.models.payload import findings_json

ORIGINALS = 8  # originals above their reconstructions
SAMPLES = 16
SAMPLE_COLUMNS = 4
STEPS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
MOST_ROWS = 10  # latents whose traversal is shown, those with the largest KL
MOST_LOOKS = 128  # of all runs, some 60 kB each
LEAST_INFORMATION = 500  # images below which mutual information is mostly noise


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Axes:
    """Principal axes of the codes at `step`: `mean` (D,), `directions` (D, 2)."""

    step: int
    mean: np.ndarray
    directions: np.ndarray


@dataclass
class View:
    """What lasts from one look at a run to the next: its gallery, and where the last map lay."""

    gallery: Gallery
    last: np.ndarray | None = None
    newest: dict[str, Any] | None = None
    axes: Axes | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class RunViews:
    """Looks at runs, kept for as long as they may be asked for again.

    The newest one is made by a thread of its own, so that the curves of whoever polls never wait for pictures.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._maker = ThreadPoolExecutor(1, "looks")
        self._making: dict[str, Future[None]] = {}
        self._views: OrderedDict[str, View] = OrderedDict()
        self._broken: dict[str, int] = {}  # run -> the step of a moment that could not be shown: not tried again
        self._looks: OrderedDict[tuple[str, int, int], dict[str, Any]] = OrderedDict()

    def view(self, run: LiveRun) -> View:
        """Raises UserError where the run has no gallery (yet)."""
        with self._lock:
            if run.ident in self._views:
                self._views.move_to_end(run.ident)
                return self._views[run.ident]
        try:
            view = View(Gallery.load(run.folder))
        except CheckpointError as error:
            log.warning("a run cannot be shown: %s", error)
            raise UserError("run.no_look", reason="gallery.safetensors") from error
        with self._lock:
            while len(self._views) >= MOST_LOOKS:
                self._views.popitem(last=False)
            return self._views.setdefault(run.ident, view)

    def _axes(self, run: LiveRun, view: View) -> Axes:
        """The axes of all moments: those of the newest codes; while a run goes on they stay until it is half as long
        again, for a film whose axes change with every picture could not be read.
        """
        newest = run.moments[-1]
        with bounded(view.lock):
            held = view.axes
            if held is None or (newest != held.step if run.over else newest > 1.5 * held.step):
                try:
                    view.axes = Axes(newest, *principal_axes(read_codes(run.folder, newest)))
                except CheckpointError as error:
                    raise UserError("run.no_moment", step=newest) from error
            return view.axes

    def newest(self, run: LiveRun, after: int) -> dict[str, Any] | None:
        """The newest look that is ready and lies after that step; begins on the next where there is one to make."""
        step = run.moments[-1]
        with self._lock:
            view, making = self._views.get(run.ident), self._making.get(run.ident)
            if making is not None and making.done():
                del self._making[run.ident]
                making = None
            ready = view.newest if view else None
            if making is None and step != self._broken.get(run.ident) and (ready is None or ready["step"] != step):
                self._making[run.ident] = self._maker.submit(self._renew, run, step)
        return ready if ready is not None and ready["step"] != after else None

    def findings(self, run: LiveRun) -> list[dict[str, Any]]:
        """What the doctor says of the newest look; nothing before there is one."""
        with self._lock:
            view = self._views.get(run.ident)
        return view.findings if view else []

    def _renew(self, run: LiveRun, step: int) -> None:
        try:
            view = self.view(run)
            with bounded(view.lock):
                view.newest = render_snapshot(run, view, step)
            return
        except (UserError, CheckpointError) as error:  # curves and bars go on without pictures
            if step in run.moments:  # else it was thinned away meanwhile
                log.warning("a moment cannot be shown: %s", error)
        except Exception:  # in a thread of its own, whose future nobody asks
            log.exception("a moment cannot be shown")
        with self._lock:
            self._broken[run.ident] = step

    def at(self, run: LiveRun, step: int) -> dict[str, Any]:
        """The look at any moment, all on the same axes.

        Raises:
            UserError: there is no such moment (any more), it cannot be read, or another who looks at this run does not
                come to an end.
        """
        if step not in run.moments:
            raise UserError("run.no_moment", step=step)
        view = self.view(run)
        axes = self._axes(run, view)
        key = (run.ident, step, axes.step)
        with bounded(view.lock):  # whoever asks for the same moment meanwhile waits for it
            with self._lock:
                if key in self._looks:
                    self._looks.move_to_end(key)
                    return self._looks[key]
            try:
                found = render_snapshot(run, view, step, axes)
            except CheckpointError as error:
                if not path_of(run.folder, step).is_file():
                    raise UserError("run.no_moment", step=step) from error  # thinned away meanwhile
                log.warning("a moment cannot be shown: %s", error)
                raise UserError("run.no_look", reason=path_of(run.folder, step).name) from error
            with self._lock:
                self._looks[key] = found
                while len(self._looks) > MOST_LOOKS:
                    self._looks.popitem(last=False)
            return found


def render_snapshot(run: LiveRun, view: View, step: int, axes: Axes | None = None) -> dict[str, Any]:
    """Pictures, map and numbers of one moment.

    Args:
        axes: of the map; None for a live one, which is turned so that it follows `view.last`, and leaves itself and
            the doctor's findings in `view`.
    """
    live = axes is None
    network, codes, about = read_moment(run.folder, step, run.config)
    kind = run.config.model.likelihood
    originals = view.gallery.originals
    noise = torch.randn(SAMPLES, network.config.latent_dim, generator=torch.Generator().manual_seed(0))
    kl = np.nan_to_num(np.asarray(about["kl"], float))
    dims = [int(dim) for dim in np.argsort(-kl, kind="stable")[:MOST_ROWS]]
    with torch.inference_mode():
        mu = network.encode(to_float(originals)).mu
        walks = traverse(mu[0], dims, torch.tensor(STEPS)).flatten(0, 1)
        shown = mu if live else mu[:ORIGINALS]
        z = torch.cat([shown, noise, walks])
        pictures = to_uint8(from_output(network.decode(z), kind))
    reconstructions, samples, walked = pictures.split([len(shown), SAMPLES, len(walks)])
    if live:
        points = _following(codes, view.last)
        view.last = points
        view.findings = _findings(run, step, view.gallery, codes, kl, reconstructions)
    else:
        points = project(codes, axes.mean, axes.directions)
    spread = float(codes.var(axis=0).sum())
    return {
        "step": step,
        "axes": None if live else axes.step,  # looks with other axes do not belong into one film
        "reconstructions": sheet(reconstructions[:ORIGINALS], ORIGINALS, quality=90),
        "samples": sheet(samples, SAMPLE_COLUMNS, quality=90),
        "traversal": {
            "uri": sheet(walked, len(STEPS), quality=90),
            "columns": len(STEPS),
            "dims": dims,
            "kl": kl[dims].tolist(),
        },
        "kl": kl.tolist(),
        "map": {
            "x": figures.pack(points[:, 0], "float32"),
            "y": figures.pack(points[:, 1], "float32"),
            "explained": float(points.var(axis=0).sum() / spread) if spread > 0 else 1.0,
        },
        "bound": {"test": about["test"], "train": about["train"]},
        "mig": about["mig"],
        "active": about["active"],
    }


def _following(codes: np.ndarray, last: np.ndarray | None) -> np.ndarray:
    """The principal components (N, 2), turned or mirrored in their plane to lie as close to `last` as they can.

    Source: the orthogonal Procrustes problem, Schönemann 1966.
    """
    points = project(codes, *principal_axes(codes))
    if last is None or last.shape != points.shape:
        return points
    left, _, right = np.linalg.svd(points.T.astype(float) @ last)
    return (points @ (left @ right)).astype(np.float32)


def _findings(
    run: LiveRun, step: int, gallery: Gallery, codes: np.ndarray, kl: np.ndarray, reconstructions: torch.Tensor
) -> list[dict[str, Any]]:
    """What the doctor says of the moment at `step`, by the numbers of the loss as they are there."""
    pictures = reconstructions.numpy().astype(np.float32)
    scored = gallery.factors is not None and len(codes) >= LEAST_INFORMATION
    return findings_json(
        Evidence(
            kl=kl,
            config=config_in_force(run.config, step, run.changes),
            steps=step,
            until=too_early_until(run.config),
            spread=float(pictures.std(axis=0).max()),
            recovered=recovered(gallery.originals[: len(pictures)].numpy(), pictures),
            information=mutual_information(codes, gallery.factors) if scored else None,
            factors=[factor["name"] for factor in gallery.about["factors"]] if scored else (),
        )
    )


def scene(run: LiveRun, view: View) -> dict[str, Any]:
    """What stays the same over a run: its images, and a column to colour the map by."""
    gallery = view.gallery
    return {
        "run": run.ident,
        "choice": run.recipe.to_json(),
        "dims": run.config.model.latent_dim,
        "shape": list(run.config.model.shape),
        "images": len(gallery.rows),
        "shown": min(ORIGINALS, len(gallery.originals)),
        "originals": sheet(gallery.originals[:ORIGINALS], ORIGINALS, quality=90),
        "column": _column(gallery),
    }


def _column(gallery: Gallery) -> dict[str, Any] | None:
    if gallery.labels is not None:
        count = int(gallery.labels.max()) + 1
        names = tuple(gallery.about["label_names"]) or tuple(str(value) for value in range(count))
        return figures.discrete("class", gallery.labels, names, None, ordered=False)
    if gallery.factors is not None and gallery.about["factors"]:
        k = len(gallery.about["factors"]) // 2  # of the room: the scale; of sprites: the orientation
        factor = gallery.about["factors"][k]
        colours = tuple(factor["colours"]) or None
        return figures.discrete(
            factor["name"], gallery.factors[:, k], tuple(factor["values"]), colours, factor["ordered"]
        )
    return None
