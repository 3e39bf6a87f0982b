"""What the page sends about a model, checked against that model."""

from typing import Any

from vae.system.limits import REQUESTS
from vae.ui.kit.endpoint import is_finite, is_whole
from vae.ui.kit.i18n import UserError
from vae.ui.models.loaded_model import LoadedModel


def row_of(opened: LoadedModel, index: Any) -> int:
    if not is_whole(index) or index not in opened.rows:
        raise UserError("error.index", index=index)
    return opened.rows[index]


def z_of(opened: LoadedModel, z: Any) -> list[float]:
    """The latent vector, D finite numbers of sane size."""
    if not isinstance(z, list) or len(z) != opened.dims:
        raise UserError("error.z_length", dims=opened.dims)
    limit = opened.reach
    for dim, value in enumerate(z):
        if not is_finite(value, limit):
            raise UserError("error.z_value", dim=dim, limit=int(limit))
    return [float(value) for value in z]


def count_of(dims: Any) -> int:
    """How many latents that many rows would be drawn of; nothing has been checked yet."""
    return min(len(dims), REQUESTS.most_rows) if isinstance(dims, list) else 0


def dims_of(opened: LoadedModel, dims: Any) -> list[int]:
    """Different latents of the model, at least one."""
    good = isinstance(dims, list) and 0 < len(dims) <= REQUESTS.most_rows and all(is_whole(dim) for dim in dims)
    if not good or len(set(dims)) != len(dims) or not all(0 <= dim < opened.dims for dim in dims):
        raise UserError("error.dims", last=opened.dims - 1)
    return dims
