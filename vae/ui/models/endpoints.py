"""Server functions about one model that several tabs call."""

import re
from collections.abc import Callable
from typing import Any

from vae.ui.kit.endpoint import endpoint, is_whole
from vae.ui.kit.i18n import UserError
from vae.ui.kit.work import Work
from vae.ui.models import payload
from vae.ui.models.arguments import z_of
from vae.ui.models.catalog import Catalog
from vae.ui.models.loaded_model import LoadedModel
from vae.ui.models.model_pair import open_pair, pairing
from vae.ui.models.rates import payload as rate_plane


def coordinates_of(opened: LoadedModel, projection: Any) -> str:
    """A map of a model, or "z3" for one latent, checked: see `payload.coordinates`."""
    latent = isinstance(projection, str) and re.fullmatch(r"z\d{1,4}", projection)
    if latent and int(projection[1:]) >= opened.dims:
        raise UserError("error.dim", dim=projection[1:], last=opened.dims - 1)
    if not latent and not (isinstance(projection, str) and projection in opened.model.maps):
        raise UserError("error.projection", name=projection)
    return payload.coordinates(opened, projection)


def colour_of(opened: LoadedModel, key: Any) -> dict[str, Any]:
    """A column to colour a map by, checked."""
    if not isinstance(key, str) or key not in payload.colour_keys(opened):
        raise UserError("error.colour", name=key)
    return payload.column(opened, key)


def sheet_of(opened: LoadedModel, number: Any) -> str:
    """A sprite sheet, checked."""
    if not is_whole(number) or not 0 <= number < payload.thumbnails(opened)["sheets"]:
        raise UserError("error.sheet", number=number)
    return payload.thumbnail_sheet(opened, number)


def model_endpoints(catalog: Catalog) -> dict[str, Callable[[Any], dict[str, Any]]]:
    """The functions by the names under which the page calls them."""

    def decode(name: Any, z: Any) -> str:
        opened = catalog.open(name)
        return payload.picture(opened, z_of(opened, z))

    def coordinates(name: Any, projection: Any) -> str:
        return coordinates_of(catalog.open(name), projection)

    def colour(name: Any, key: Any) -> dict[str, Any]:
        return colour_of(catalog.open(name), key)

    def thumbnails(name: Any, number: Any) -> str:
        return sheet_of(catalog.open(name), number)

    def rates(left: Any, right: Any) -> dict[str, Any]:
        pair = open_pair(catalog, left, right)
        data = pair.left.model.header["dataset"]["name"]
        return rate_plane.chart(rate_plane.measures(catalog, data, pair.left.name, pair.right.name))

    def one_picture(name: Any, *_: Any) -> Work:
        return catalog.decoding(name)

    def sheet(name: Any, *_: Any) -> Work:
        return catalog.decoding(name) + Work(seconds=0.1)

    costs = {decode: one_picture, coordinates: one_picture, colour: one_picture, thumbnails: sheet}
    costs[rates] = lambda left, right: (
        catalog.decoding(left) + catalog.decoding(right) + pairing(catalog, left, right) + Work(seconds=0.1)
    )
    return {function.__name__: endpoint(function, cost) for function, cost in costs.items()}
