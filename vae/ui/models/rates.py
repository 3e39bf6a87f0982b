"""Rate against distortion: every model of a data set as a point, and the floor under them.

Source: Alemi et al. 2018, "Fixing a Broken ELBO", arXiv:1711.00464.
"""

from __future__ import annotations

import math
from typing import Any

from vae.checkpoints.checkpoint import Entry
from vae.config import TrainConfig
from vae.data import DATASETS
from vae.evaluation.doctor import kl_weight, noise_variance
from vae.ui.kit.endpoint import finite
from vae.ui.models.catalog import Catalog
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.model_pair import likelihood_key
from vae.ui.models.visitor_models import display_name


def combinations(name: str) -> float | None:
    """The log of how many combinations of factors a data set has: the nats that name one of its images exactly.

    None where its factors are not known.
    """
    spec = DATASETS.get(name)
    return sum(math.log(len(factor.values)) for factor in spec.factors) if spec and spec.factors else None


def payload(catalog: Catalog, name: str, left: str, right: str) -> dict[str, Any]:
    """Every usable model of a data set, by the headers alone; only the left model is opened, for its images.

    The first time takes as long as counting the floor under the left model's images.

    Args:
        name: of the data set.
        left, right: names of the compared models.

    Returns:
        left, right, floor (nats or None), grid (nats or None), and models: name, title, rate, distortion, neg_elbo,
        mig (or None), beta (the weight of the KL at the end, None where there is none) and `alike`: is its distortion
        measured by the likelihood and on the images of the left model?

    Raises:
        UserError: there is no left model.
    """
    opened = catalog.open(left)
    entries = [entry for entry in catalog.usable() if entry.header["dataset"]["name"] == name]
    listed = {entry.name for entry in entries}
    entries += [catalog.entry(other) for other in dict.fromkeys((left, right)) if other not in listed]
    return {
        "left": left,
        "right": right,
        "floor": opened.diagnosis.floor,
        "grid": combinations(name),
        "models": [found for entry in entries if (found := point(entry, opened))],
    }


def point(entry: Entry, opened: LoadedModel) -> dict[str, Any] | None:
    """A model's place, held against the opened one; None where its rate or distortion is no number."""
    figures = {key: finite(entry.header["metrics"].get(key)) for key in ("rate", "distortion", "neg_elbo", "mig")}
    if figures["rate"] is None or figures["distortion"] is None:
        return None
    config = TrainConfig.from_json(entry.header["config"])
    weight = kl_weight(config)
    versions = [header["dataset"]["version"] for header in (entry.header, opened.model.header)]
    return {
        "name": entry.name,
        "title": display_name(entry.name, entry.header),
        **figures,
        "beta": None if weight is None else weight / noise_variance(config),
        "alike": likelihood_key(config) == likelihood_key(opened.model.config) and versions[0] == versions[1],
    }
