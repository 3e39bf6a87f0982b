"""The Explore tab's server functions: validated, stateless, public endpoints that never raise. No gradio in here."""

import inspect
import logging
import re
from collections.abc import Callable
from typing import Any

from vae.system.limits import REQUESTS
from vae.ui.explore import payload as explorer
from vae.ui.explore.own_image import own_pick, pixels_of
from vae.ui.kit.i18n import UserError, say
from vae.ui.models.catalog import Catalog
from vae.ui.models.loaded_model import Opened

log = logging.getLogger(__name__)


def endpoint(function: Callable[..., Any]) -> Callable[[Any], dict[str, Any]]:
    """Wrap for gr.HTML's server_functions: several JS arguments arrive as one list; the answer is {ok} or {error}."""
    signature = inspect.signature(function)

    def answer(arguments: Any = None) -> dict[str, Any]:
        arguments = arguments if isinstance(arguments, list) else [arguments]
        try:
            try:
                signature.bind(*arguments)
            except TypeError as error:
                raise UserError("error.arguments", name=function.__name__) from error
            return {"ok": function(*arguments)}
        except UserError as error:
            return {"error": str(error), "key": error.key, "values": error.values}
        except Exception:
            # A server function that raises answers HTTP 500 and the page learns nothing: say so here, and log why.
            log.exception("%s failed", function.__name__)
            return {"error": say("error.internal"), "key": "error.internal", "values": {}}

    answer.__name__ = function.__name__
    return answer


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_finite(value: Any, limit: float = REQUESTS.most_number) -> bool:
    """A real number within ±limit; compared before any conversion, for an int of 400 digits fits no float."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -limit <= value <= limit


def row_of(opened: Opened, index: Any) -> int:
    if not is_whole(index) or index not in opened.rows:
        raise UserError("error.index", index=index)
    return opened.rows[index]


def z_of(opened: Opened, z: Any) -> list[float]:
    """The latent vector, D finite numbers of sane size."""
    if not isinstance(z, list) or len(z) != opened.dims:
        raise UserError("error.z_length", dims=opened.dims)
    limit = opened.reach
    for dim, value in enumerate(z):
        if not is_finite(value, limit):
            raise UserError("error.z_value", dim=dim, limit=int(limit))
    return [float(value) for value in z]


def dims_of(opened: Opened, dims: Any) -> list[int]:
    """Different latents of the model, at least one."""
    good = isinstance(dims, list) and 0 < len(dims) <= REQUESTS.most_rows and all(is_whole(dim) for dim in dims)
    if not good or len(set(dims)) != len(dims) or not all(0 <= dim < opened.dims for dim in dims):
        raise UserError("error.dims", last=opened.dims - 1)
    return dims


def explore_endpoints(catalog: Catalog) -> list[Callable[[Any], dict[str, Any]]]:
    """The functions that the Explore tab calls as `server.name(...)`."""

    def open_model(name: Any) -> dict[str, Any]:
        return explorer.overview(catalog.open(name))

    def pick(name: Any, index: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        return explorer.pick(opened, row_of(opened, index))

    def decode(name: Any, z: Any) -> str:
        opened = catalog.open(name)
        return explorer.picture(opened, z_of(opened, z))

    def traverse(name: Any, z: Any, dims: Any, span: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        if span not in ("sigma", "quantiles"):
            raise UserError("error.range")
        return explorer.traversal(opened, z_of(opened, z), dims_of(opened, dims), span)

    def coordinates(name: Any, projection: Any) -> str:
        opened = catalog.open(name)
        latent = isinstance(projection, str) and re.fullmatch(r"z\d{1,4}", projection)
        if latent and int(projection[1:]) >= opened.dims:
            raise UserError("error.dim", dim=projection[1:], last=opened.dims - 1)
        if not latent and not (isinstance(projection, str) and projection in opened.model.maps):
            raise UserError("error.projection", name=projection)
        return explorer.coordinates(opened, projection)

    def colour(name: Any, key: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        if not isinstance(key, str) or key not in explorer.colour_keys(opened):
            raise UserError("error.colour", name=key)
        return explorer.column(opened, key)

    def place(name: Any, projection: Any, x: Any, y: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        if not isinstance(projection, str) or projection not in opened.model.maps:
            raise UserError("error.projection", name=projection)
        if not is_finite(x) or not is_finite(y):
            raise UserError("error.place")
        return explorer.place(opened, projection, float(x), float(y))

    def thumbnails(name: Any, number: Any) -> str:
        opened = catalog.open(name)
        if not is_whole(number) or not 0 <= number < explorer.thumbnails(opened)["sheets"]:
            raise UserError("error.sheet", number=number)
        return explorer.thumbnail_sheet(opened, number)

    def own_image(name: Any, pixels: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        return own_pick(opened, pixels_of(opened, pixels))

    def foretell(name: Any) -> dict[str, Any]:
        return explorer.foretold(catalog.open(name))

    functions = (open_model, pick, decode, traverse, coordinates, colour, place, thumbnails, own_image, foretell)
    return [endpoint(function) for function in functions]
