"""What the steps of the Learn tab compute, live, from a model and one image: payloads."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae.evaluation.bound import log_likelihood
from vae.evaluation.doctor import kl_weight
from vae.evaluation.forecast import spectrum
from vae.evaluation.header_figures import number
from vae.evaluation.latent_use import awake
from vae.images import to_float
from vae.inference.gradients import reparameterised, score_function, slopes
from vae.inference.per_image_posterior import neg_elbo, own_posterior
from vae.inference.true_posterior import nearest, true_posterior
from vae.models.posterior import Posterior, kl_to_prior
from vae.training.aggregate_posterior import dependence
from vae.ui.kit.pictures import data_uri, sheet
from vae.ui.kit.points import pack
from vae.ui.models import payload as models
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.network_files import decoder_file

GALLERY = 10  # images to choose from
MOVED = 6  # latents with a slider, where every layer of a decoder is drawn below them
SMALL = 1_024  # values of an image up to which a lesson may take its full number of samples
VALUES_AT_ONCE = 200_000  # decoded together: some ten milliseconds, and little memory
OWN_STEPS = 300  # gradient steps on one image's own q: enough to pass the encoder by, measured on every shipped network
OWN_SECONDS = 5.0  # of computing, after which a slow machine stops all the same
COMPARED = 256  # samples by which two posteriors, or a mean and its samples, are compared
GRADIENTS = 400
BILLED = 64  # samples of a distortion that stands beside those of all test images
CODES, MEASURED_CODES = 2_000, 320  # samples of the aggregate posterior: drawn as points, and held against all images
CODE_DIMS = 8
TOLD_APART = 0.5  # nats below ln N at which the codes name their image, whatever they have in common
DIRECTIONS = 40  # bars of a spectrum
SUMMED = 0.5  # beta·sigma² of a summed squared error: where the threshold of a spectrum begins
DIRECTION_IMAGES = 1_000  # where the model has no forecast of its own


def gallery(opened: LoadedModel) -> dict[str, Any]:
    """A few images to choose from, one of each class where there are such; and what the page must know of a model."""
    rows = _chosen(opened)
    return {
        "title": opened.title,
        "rows": rows,
        "sheet": sheet(opened.originals(rows), len(rows), quality=90),
        "order": np.argsort(-np.asarray(opened.model.stats["kl"], float), kind="stable").tolist(),
        "follows": models.followed(opened),
        "missing": opened.missing,
    }


def decoder(opened: LoadedModel) -> dict[str, Any]:
    """A model's decoder for the page, see `decoder_file`, and the latents that are worth moving in it, the strongest
    first.
    """
    follows = models.followed(opened)
    return {
        "decoder": decoder_file(opened),
        "dims": opened.dims,
        "used": len(models.latents_in_use(opened)),
        "latents": [{"dim": dim, "follows": follows[dim]} for dim in models.strongest_latents(opened, MOVED)],
    }


def encoded(opened: LoadedModel, row: int) -> dict[str, Any]:
    """What the encoder makes of an image: mu and sigma of each latent."""
    posterior = _encode(opened, _image(opened, row))
    return {
        "index": _index(opened, row),
        "original": data_uri(opened.originals([row])[0].numpy()),
        "mu": posterior.mu[0].tolist(),
        "sigma": posterior.logvar[0].mul(0.5).exp().tolist(),
    }


def own_q(opened: LoadedModel, row: int) -> dict[str, Any]:
    """One pass of the encoder against gradient steps on a q of this image alone: nats and milliseconds, measured now.

    Milliseconds are of this thread at work, so that it does not matter who else uses the machine; `trace` holds them
    and the −ELBO along the steps. All of them are compared under the same noise.

    `own` is the best q that was measured, and the encoder's own is one of them: the amortisation gap `gap` is never
    negative. It is a lower bound of the true one. `passed` says whether the steps came below the encoder at all; where
    they did not, they have not arrived, and the answer is not worth keeping.
    """
    x = _image(opened, row)
    few, generator = _small(opened), torch.Generator().manual_seed(0)
    eps = torch.randn(COMPARED if few else COMPARED // 4, opened.dims, generator=generator)
    took = []
    for _ in range(5):
        started = time.thread_time()
        posterior = _encode(opened, x)
        took.append(time.thread_time() - started)
    encoder = _nats(opened, x, posterior, eps)
    steps = own_posterior(opened.model.network, x, generator, samples=16 if few else 4, lr=0.1)
    prior = Posterior(torch.zeros(1, opened.dims), torch.zeros(1, opened.dims))
    trace, spent, count = [[0.0, _nats(opened, x, prior, eps)]], 0.0, 0
    while count < OWN_STEPS and spent < OWN_SECONDS:
        started = time.thread_time()
        q = next(steps)
        spent, count = spent + time.thread_time() - started, count + 1
        if count < 20 or count % 10 == 0 or spent >= OWN_SECONDS:
            trace.append([1e3 * spent, _nats(opened, x, q, eps)])
    reached = min(nats for _, nats in trace)
    return {
        "encoder": {"nats": encoder, "ms": 1e3 * min(took)},
        "own": {"nats": min(reached, encoder), "ms": 1e3 * spent, "steps": count},
        "gap": max(encoder - reached, 0.0),
        "passed": reached <= encoder,
        "trace": trace,
        "images": opened.spec.sizes["train"] if opened.spec else None,
    }


def gradients(opened: LoadedModel, row: int) -> dict[str, Any]:
    """Single-sample gradients of E_q[log p(x|z)] by three estimators, of the latents in use, at one image.

    `samples[of][by]` is (N, K) float32 as base64; of mu or logvar, by reparameterisation, score or score_baseline.
    """
    x = _image(opened, row)
    posterior = _encode(opened, x)
    dims = models.strongest_latents(opened, 8)
    count = GRADIENTS if _small(opened) else GRADIENTS // 4
    eps = torch.randn(count, opened.dims, generator=torch.Generator().manual_seed(0))
    parts = []
    for part in (posterior.mu + torch.exp(0.5 * posterior.logvar) * eps).split(_at_once(opened)):
        parts.append(slopes(opened.model.network, x, part))
    found, slope = (torch.cat(each) for each in zip(*parts, strict=True))
    logvar = posterior.logvar[0]
    by = {
        "reparameterisation": reparameterised(slope, logvar, eps),
        "score": score_function(found, logvar, eps),
        "score_baseline": score_function(found, logvar, eps, baseline=True),
    }
    samples = {
        of: {name: pack(getattr(estimate, of)[:, dims].numpy(), "float32") for name, estimate in by.items()}
        for of in ("mu", "logvar")
    }
    return {"dims": dims, "count": count, "samples": samples}


def posterior(opened: LoadedModel, row: int) -> dict[str, Any]:
    """p(z|x) of a model with two latents on a grid, and the encoder's Gaussian.

    `density`, an array (S, S) whose rows are of the second latent, is over its greatest. `nearest` is the best Gaussian
    of that kind: its `gap` is owed to the posterior's shape, the rest to the encoder.
    """
    x = _image(opened, row)
    q = _encode(opened, x)
    grid = true_posterior(lambda z: _likelihood(opened, x, z), q.mu[0], q.logvar[0], _grid_steps(opened))
    density = np.exp(grid.log_posterior - grid.log_posterior.max())
    return {
        "index": _index(opened, row),
        "axes": [[float(axis[0]), float(axis[-1])] for axis in grid.axes],
        "steps": len(density),
        "density": density.astype("float32"),
        "mu": q.mu[0].tolist(),
        "sigma": q.logvar[0].mul(0.5).exp().tolist(),
        "log_evidence": grid.log_evidence,
        "elbo": grid.elbo,
        "gap": grid.gap,
        "nearest": asdict(nearest(grid)),
    }


def distortions(opened: LoadedModel, row: int) -> dict[str, Any]:
    """−log p(x|z) of one image for many z drawn from q, and for z = mu; with what the file says of all test images."""
    x = _image(opened, row)
    q = _encode(opened, x)
    metrics = opened.model.header["metrics"]
    return {
        "index": _index(opened, row),
        "sampled": _sampled(opened, x, q, COMPARED if _small(opened) else COMPARED // 2).tolist(),
        "mu": -_likelihood(opened, x, q.mu).item(),
        "rate": kl_to_prior(q.mu, q.logvar).sum().item(),
        "all": {key: number(metrics.get(key)) for key in ("neg_elbo", "neg_elbo_decoding_mu")},
    }


def pixels(opened: LoadedModel, row: int) -> dict[str, Any]:
    """An image and what the decoder says of mu, value by value: `x` uint8 and `logits` float32, (C, H, W) each."""
    x = _image(opened, row)
    q = _encode(opened, x)
    with torch.inference_mode():
        logits = opened.model.network.decode(q.mu)
    return {
        "index": _index(opened, row),
        "shape": list(x.shape[1:]),
        "x": pack(opened.originals([row])[0].numpy(), "uint8"),
        "logits": pack(logits[0].numpy(), "float32"),
        "floor": opened.diagnosis.floor,
    }


def costs(opened: LoadedModel, row: int) -> dict[str, Any]:
    """Distortion and rate of one image, the mean of many sampled z, and the picture of mu; and as the file says, the
    same of all test images.
    """
    x = _image(opened, row)
    q = _encode(opened, x)
    metrics = opened.model.header["metrics"]
    return {
        "index": _index(opened, row),
        "title": opened.title,
        "original": data_uri(opened.originals([row])[0].numpy()),
        "reconstruction": data_uri(opened.decode(q.mu)[0].numpy()),
        "distortion": _sampled(opened, x, q, BILLED).mean().item(),
        "rate": kl_to_prior(q.mu, q.logvar).sum().item(),
        "all": {key: number(metrics.get(key)) for key in ("distortion", "rate")},
    }


def aggregate(opened: LoadedModel) -> dict[str, Any]:
    """The aggregate posterior of the stored images: its total correlation, and samples of the two latents that depend
    on each other most. Of at most eight latents, those in use first; `pair` is None where there is only one latent.

    The numbers are of the first `measured` samples. `total_correlation` is None where nearly every code is a place of
    its own, so that log q(z) is that of its own image less ln N: it then says how many images there are, and falls by
    ln 2 with each doubling of N.
    """
    model, generator = opened.model, torch.Generator().manual_seed(0)
    kl = np.asarray(model.stats["kl"], float)
    dims = np.sort(np.argsort(-kl, kind="stable")[: max(2, min(CODE_DIMS, len(awake(kl))))])
    mu, logvar = (torch.from_numpy(part[:, dims]) for part in (model.mu, model.logvar))
    rows = torch.randperm(len(mu), generator=generator)[:CODES]
    eps = torch.randn(len(rows), len(dims), generator=generator)
    z = mu[rows] + torch.exp(0.5 * logvar[rows]) * eps
    known = {"name": opened.name, "count": len(z), "images": len(mu), "dims": dims.tolist()}
    if len(dims) < 2:
        return {**known, "pair": None}
    found = dependence(z[:MEASURED_CODES], mu, logvar)
    log_own = -0.5 * (eps.square() + logvar[rows] + math.log(2 * math.pi))[:MEASURED_CODES].sum(1).mean().item()
    measurable = log_own - found.log_joint <= math.log(len(mu)) - TOLD_APART  # I(x; z) of these codes
    i, j = sorted(divmod(int(found.pairs.argmax()), len(dims)))
    return {
        **known,
        "measured": min(MEASURED_CODES, len(z)),
        "total_correlation": found.total_correlation if measurable else None,
        "pair": [int(dims[i]), int(dims[j])],
        "information": found.pairs[i, j].item(),
        "samples": [z[:, d].numpy() for d in (i, j)],
    }


def directions(opened: LoadedModel) -> dict[str, Any]:
    """Variances of the images along their strongest directions, in the likelihood's coordinates, to be held against
    beta·sigma²; with this model's own threshold. Of what is `missing` alone where the images are not here.
    """
    if opened.missing:
        return {"missing": opened.missing}
    config = opened.model.config_in_force
    if opened.diagnosis.forecast is not None:
        values = opened.diagnosis.forecast.spectrum
    else:
        values = spectrum(opened.originals(opened.evenly(DIRECTION_IMAGES)).numpy(), config.model.likelihood)
    return {
        "missing": None,
        "values": values[values > 0].tolist()[:200],
        "bars": DIRECTIONS,
        "pixels": int(np.prod(config.model.shape)),
        "summed": SUMMED,
        "threshold": kl_weight(config),
    }


def _chosen(opened: LoadedModel) -> list[int]:
    """Rows of the gallery: of each class the image whose distortion is the median of the class, else an even choice."""
    model = opened.model
    if model.label is None:
        return opened.evenly(GALLERY).tolist()
    rows = []
    for label in np.unique(model.label)[:GALLERY]:
        members = np.flatnonzero(model.label == label)
        if model.distortion is not None:
            members = members[np.argsort(model.distortion[members], kind="stable")]
        rows.append(int(members[len(members) // 2]))
    return rows


def _index(opened: LoadedModel, row: int) -> int:
    """Of the test image, by which Explore knows it."""
    return int(opened.model.index[row])


def _small(opened: LoadedModel) -> bool:
    return int(np.prod(opened.model.config.model.shape)) <= SMALL


def _grid_steps(opened: LoadedModel) -> int:
    """Points along either latent: two grids of them are decoded."""
    values = int(np.prod(opened.model.config.model.shape))
    return 61 if values <= SMALL else 33 if values <= 12 * SMALL else 21


def _at_once(opened: LoadedModel) -> int:
    return int(np.clip(VALUES_AT_ONCE // np.prod(opened.model.config.model.shape), 8, 64))


def _image(opened: LoadedModel, row: int) -> Tensor:
    """(1, C, H, W) float32 in [0, 1]."""
    return to_float(opened.originals([row]))


def _encode(opened: LoadedModel, x: Tensor) -> Posterior:
    """q(z|x) of one image, (1, D); ordinary tensors, so that gradients can pass."""
    with torch.no_grad():
        return opened.model.network.encode(x)


def _likelihood(opened: LoadedModel, x: Tensor, z: Tensor) -> Tensor:
    parts = []
    for part in z.split(_at_once(opened)):
        with torch.no_grad():
            parts.append(log_likelihood(opened.model.network, x, part))
    return torch.cat(parts)


def _sampled(opened: LoadedModel, x: Tensor, q: Posterior, count: int) -> Tensor:
    """−log p(x|z) of so many z drawn from q, (count,), always the same ones."""
    eps = torch.randn(count, opened.dims, generator=torch.Generator().manual_seed(0))
    return -_likelihood(opened, x, q.mu + torch.exp(0.5 * q.logvar) * eps)


def _nats(opened: LoadedModel, x: Tensor, q: Posterior, eps: Tensor) -> float:
    """The mean −ELBO of a posterior under this noise."""
    parts = []
    for part in eps.split(_at_once(opened)):
        with torch.no_grad():
            parts.append(neg_elbo(opened.model.network, x, q, part))
    return torch.cat(parts).mean().item()
