"""A visitor's own picture in the eyes of a model: its codes, its place on the maps, and whether it is of the kind that
the model knows. It comes as pixels that the page has shrunk already, and nothing of it is kept.
"""

import base64
import binascii
from typing import Any

import numpy as np
import torch

from vae.data.own.decode import to_grey
from vae.evaluation.distortion_floor import entropies
from vae.images import to_float
from vae.latent.neighbours import between_neighbours
from vae.latent.projection import affine
from vae.models.likelihoods import distortion
from vae.ui.kit.i18n import UserError
from vae.ui.kit.pictures import data_uri
from vae.ui.models.loaded_model import LoadedModel

COUNTED = 2_000  # test images of which the usual cost is taken: a fifth of a second for 64x64x3
USUAL = 0.995  # the share of them that costs less than what is called far outside


def pixels_of(opened: LoadedModel, sent: Any) -> np.ndarray:
    """uint8 (C, H, W) of what the page has sent: the bytes of H x W pixels, red, green and blue, as base64.

    Raises:
        UserError: it is something else.
    """
    channels, height, width = opened.model.config.model.shape
    size = 3 * height * width
    try:
        if not isinstance(sent, str) or len(sent) != 4 * -(-size // 3):
            raise ValueError
        content = base64.b64decode(sent, validate=True)
        pixels = np.frombuffer(content, np.uint8).reshape(height, width, 3).transpose(2, 0, 1)
    except (ValueError, binascii.Error) as error:
        raise UserError("error.own_pixels", width=width, height=height) from error
    return pixels if channels == 3 else to_grey(pixels)


def own_pick(opened: LoadedModel, pixels: np.ndarray) -> dict[str, Any]:
    """The answer of `payload.pick`, for a picture uint8 (C, H, W) of one's own instead of a test image.

    `index` is None, for it is no test image. `row` is that of the nearest encoded test image, from where arrow keys go
    on. `own` holds

    - places: its place on each map; that of PCA is exact, that of UMAP lies between its nearest in latent space;
    - near, distance: the nearest encoded test image and how far its code is away;
    - cost, limit: nats that it costs beyond the least possible, and below what 99.5 % of the test images stay. `total`
      is True where neither is known without the images, and both are the whole cost; None where no limit is known;
    - far: is the cost above the limit?
    - inverted: of grey pictures black and white are also tried the other way round, and the cheaper one is taken.
    """
    model = opened.model
    tried = np.stack([pixels, 255 - pixels] if len(pixels) == 1 else [pixels])
    limit, total = opened.once("usual cost", lambda: usual_cost(opened))
    costs, codes = cost(opened, tried, total)
    best = int(costs.argmin())
    z = np.clip(codes[best], -opened.reach, opened.reach)  # beyond it no slider leads and no request may go
    distances = np.sqrt(np.square(model.mu - z).sum(1))
    near = int(distances.argmin())
    weights, offset = affine(model.mu, model.maps["pca"])
    places = {"pca": (z @ weights + offset).tolist()}
    if "umap" in model.maps:
        places["umap"] = between_neighbours(z, model.mu, model.maps["umap"])[0].tolist()
    return {
        "index": None,
        "row": near,
        "z": z.tolist(),
        "original": data_uri(tried[best]),
        "reconstruction": data_uri(opened.decode(z[None])[0].numpy()),
        "facts": [],
        "own": {
            "places": places,
            "near": int(model.index[near]),
            "distance": float(distances[near]),
            "cost": float(costs[best]),
            "limit": limit if np.isfinite(limit) else None,
            "total": total,
            "far": bool(costs[best] > limit),
            "inverted": best == 1,
        },
    }


def cost(opened: LoadedModel, images: np.ndarray, total: bool) -> tuple[np.ndarray, np.ndarray]:
    """What pictures (N, C, H, W) cost, −log p(x | z = mu) in nats, and their mu (N, D).

    Beyond the least that each could cost under any decoder, unless the `total` is asked for: pictures of even greys
    cost hundreds of nats even when they are painted perfectly, and black ones none.
    """
    mu, _ = opened.encode(images)
    x = torch.from_numpy(images)
    with torch.inference_mode():
        found = distortion(opened.model.network.decode(mu), to_float(x), opened.model.config.model)
    return (found.numpy() if total else found.numpy() - least(opened, x)), mu.numpy()


def least(opened: LoadedModel, images: torch.Tensor) -> np.ndarray:
    """(N,) nats that pictures cost when they are painted exactly."""
    config = opened.model.config.model
    if config.likelihood == "bernoulli":
        return entropies(images)
    exact = to_float(images)
    return distortion(exact, exact, config).numpy()


def usual_cost(opened: LoadedModel) -> tuple[float, bool]:
    """The cost that `USUAL` of the test images stay below, and whether it is the total one: without the images the
    least possible is not known. Infinite where neither images nor their stored costs are at hand.
    """
    model = opened.model
    rows = opened.evenly(COUNTED)
    if opened.images is None:
        return np.inf if model.distortion is None else float(np.quantile(model.distortion, USUAL)), True
    images = opened.originals(rows)
    if model.distortion is None:
        costs, _ = cost(opened, images.numpy(), total=False)
    else:
        costs = model.distortion[rows] - least(opened, images)
    return float(np.quantile(costs, USUAL)), False
