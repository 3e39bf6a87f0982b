"""Moments of a training, made from a copy of the weights on another core where there is one."""

from __future__ import annotations

import math
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor

from vae.data import ImageSet
from vae.evaluation.latent_use import awake
from vae.evaluation.metrics.information import mig_in_use
from vae.images import to_float
from vae.live.events import Moment
from vae.live.moments import Gallery, write_moment
from vae.models.likelihoods import distortion
from vae.models.posterior import kl_to_prior
from vae.models.vae import VAE
from vae.system.cores import cores
from vae.training.state import TrainState

EVERY = 1.0  # seconds between two moments
SHARE, SHARE_ASIDE = 0.04, 0.3  # the part of the time that they may cost: of the training's, or of another core's
BOUND_IMAGES = 250  # test images of the bound
LEAST_MIG = 500  # images below which a mutual information is mostly noise


class NotFinite(Exception):
    """The codes are no numbers any more."""


class MomentMaker:
    """Makes one moment at a time. Use it from one thread.

    Args:
        test: the images lie in memory from here on, so that a data set deleted underneath stops nothing.
    """

    def __init__(self, state: TrainState, test: ImageSet, gallery: Gallery, folder: Path) -> None:
        self._folder, self._factors, self._device = folder, gallery.factors, state.device
        self._images = test.batch(gallery.rows, state.device)
        self._mirror = deepcopy(state.model).eval().requires_grad_(False)
        aside = state.device.type == "cpu" and cores() > 1
        self._share = SHARE_ASIDE if aside else SHARE
        self._executor: Executor | None = ThreadPoolExecutor(1, "moments") if aside else None
        self._pending: Future[Moment] | None = None
        self._due = time.monotonic()
        self.step = -1  # of the newest moment, made or in the making

    def due(self) -> bool:
        return self._pending is None and time.monotonic() >= self._due

    def begin(self, state: TrainState, train_bound: float | None) -> None:
        """Starts on a moment of this step; `collect` gives it."""
        self.step = state.step
        self._mirror.load_state_dict(state.model.state_dict())
        if self._executor is None:
            self._pending = Future()
            try:
                self._pending.set_result(self._make(state.step, state.seconds, train_bound))
            except Exception as error:  # for whoever collects it, as an executor does
                self._pending.set_exception(error)
        else:
            self._pending = self._executor.submit(self._make, state.step, state.seconds, train_bound)

    def collect(self, wait: bool = False) -> Moment | None:
        """The moment that has been made since; None where there is none.

        Raises:
            CheckpointError: it could not be written.
            NotFinite: its codes or its bound are no numbers.
        """
        if self._pending is None or not (wait or self._pending.done()):
            return None
        done, self._pending = self._pending, None
        return done.result()

    def _make(self, step: int, seconds: float, train_bound: float | None) -> Moment:
        began = time.monotonic()
        try:
            moment, mu = _seen(self._mirror, self._images, self._factors, step, seconds, train_bound)
            write_moment(self._folder, self._mirror, mu, vars(moment).copy())
            return moment
        finally:
            now = time.monotonic()
            self._due = now + max(EVERY - (now - began), (now - began) / self._share)


def _seen(
    model: VAE, images: Tensor, factors: object, step: int, seconds: float, train_bound: float | None
) -> tuple[Moment, Tensor]:
    """The codes (N, D) of the gallery's images, and the bound, KL and MIG that follow from them."""
    noise = torch.Generator(images.device).manual_seed(0)  # the same for all moments: only the model moves the bound
    mus, kls, bound = [], [], None
    with torch.inference_mode():
        for part in images.split(BOUND_IMAGES):
            x = to_float(part)
            posterior = model.encode(x)
            mus.append(posterior.mu)
            kls.append(kl_to_prior(posterior.mu, posterior.logvar))
            if bound is None:
                output = model.decode(posterior.sample(noise))
                bound = float((distortion(output, x, model.config) + kls[0].sum(1)).mean())
    mu, kl = torch.cat(mus).cpu(), torch.cat(kls).mean(0).cpu()  # arrays from here on, which no GPU gives
    if not bool(mu.isfinite().all() and kl.isfinite().all()) or not math.isfinite(bound):
        raise NotFinite
    scored = factors is not None and len(mu) >= LEAST_MIG
    return Moment(
        step=step,
        seconds=seconds,
        kl=kl.tolist(),
        train=train_bound,
        test=bound,
        active=len(awake(kl)),
        mig=mig_in_use(mu.numpy(), factors, awake(kl)) if scored else None,
    ), mu
