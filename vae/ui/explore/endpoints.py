"""The Explore tab's server functions: validated, stateless, public endpoints that never raise."""

from collections.abc import Callable
from typing import Any

from vae.ui.explore import payload
from vae.ui.explore.own_image import own_pick, pixels_of
from vae.ui.kit.endpoint import endpoint, is_finite
from vae.ui.kit.i18n import UserError
from vae.ui.kit.work import Work
from vae.ui.models import payload as models
from vae.ui.models.arguments import count_of, dims_of, row_of, z_of
from vae.ui.models.catalog import Catalog
from vae.ui.models.endpoints import model_endpoints


def explore_endpoints(catalog: Catalog) -> list[Callable[[Any], dict[str, Any]]]:
    """The functions that the Explore tab calls as `server.name(...)`."""

    def open_model(name: Any) -> dict[str, Any]:
        return payload.overview(catalog.open(name))

    def pick(name: Any, index: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        return payload.pick(opened, row_of(opened, index))

    def traverse(name: Any, z: Any, dims: Any, span: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        if span not in ("sigma", "quantiles"):
            raise UserError("error.range")
        return models.traversal(opened, z_of(opened, z), dims_of(opened, dims), span)

    def place(name: Any, projection: Any, x: Any, y: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        if not isinstance(projection, str) or projection not in opened.model.maps:
            raise UserError("error.projection", name=projection)
        if not is_finite(x) or not is_finite(y):
            raise UserError("error.place")
        return payload.place(opened, projection, float(x), float(y))

    def lattice(name: Any, span: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        if opened.dims != 2 or span not in ("prior", "wide"):
            raise UserError("error.lattice")
        return payload.lattice(opened, span)

    def own_image(name: Any, pixels: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        return own_pick(opened, pixels_of(opened, pixels))

    def forecast_model(name: Any) -> dict[str, Any]:
        return payload.forecast_and_findings(catalog.open(name))

    def information(name: Any) -> dict[str, Any] | None:
        """What each latent knows of each factor; None where there is neither."""
        found = models.information(catalog.open(name))
        if not found or not found["rows"]:
            return None
        return models.information_chart(**found)

    def pictures(count: int, more: float = 0.0) -> Callable[..., Work]:
        """The cost of so many decoded pictures and of so many seconds for the rest."""
        return lambda name, *_: catalog.decoding(name, count) + Work(seconds=more)

    costs = {open_model: pictures(models.FIRST_ROWS * len(models.STEPS), 0.1), pick: pictures(2), place: pictures(1)}
    costs |= {own_image: pictures(4, 0.2), forecast_model: pictures(0, 0.5), information: pictures(0, 0.3)}
    costs[lattice] = pictures(payload.LATTICE_STEPS**2)
    costs[traverse] = lambda name, z, dims, span: catalog.decoding(name, len(models.STEPS) * count_of(dims))
    return [*model_endpoints(catalog).values(), *(endpoint(function, cost) for function, cost in costs.items())]
