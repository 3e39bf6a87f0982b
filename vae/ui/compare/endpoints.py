"""The Compare tab's server functions: validated, stateless, public endpoints that never raise."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vae.ui.compare import payload
from vae.ui.compare.figure_one_rows import FIGURES, composed
from vae.ui.kit.endpoint import endpoint, is_whole
from vae.ui.kit.i18n import UserError
from vae.ui.kit.work import Work
from vae.ui.models import payload as models
from vae.ui.models.arguments import count_of, dims_of, z_of
from vae.ui.models.catalog import Catalog
from vae.ui.models.endpoints import colour_of, coordinates_of, model_endpoints, sheet_of
from vae.ui.models.model_pair import ModelPair, open_pair, pairing

SPILL_PICTURES = 18_000  # of a model whose spill is not recorded: 200 starts, 9 stops, ten latents
MOST_SPILL = 25.0  # seconds that it is taken to cost at most, so that no model is too dear to be measured


def compare_endpoints(catalog: Catalog) -> list[Callable[[Any], dict[str, Any]]]:
    """The functions that the Compare tab calls as `server.name(...)`."""

    def index_of(both: ModelPair, index: Any) -> int:
        found = is_whole(index) and np.searchsorted(both.index, index)
        if not is_whole(index) or found == len(both.index) or both.index[found] != index:
            raise UserError("error.index", index=index)
        return index

    def compare(left: Any, right: Any) -> dict[str, Any]:
        return payload.overview(open_pair(catalog, left, right))

    def information_pair(left: Any, right: Any) -> dict[str, Any] | None:
        return payload.information_charts(open_pair(catalog, left, right))

    def pick_pair(left: Any, right: Any, index: Any) -> dict[str, Any]:
        both = open_pair(catalog, left, right)
        return payload.pick(both, index_of(both, index))

    def decode_pair(left: Any, z_left: Any, right: Any, z_right: Any) -> dict[str, Any]:
        sides = {"left": (catalog.open(left), z_left), "right": (catalog.open(right), z_right)}
        checked = {name: (opened, z_of(opened, z)) for name, (opened, z) in sides.items()}
        return {name: payload.decoded(opened, z) for name, (opened, z) in checked.items()}

    def traverse_pair(left: Any, z_left: Any, dims_left: Any, right: Any, z_right: Any, dims_right: Any) -> Any:
        wanted = {"left": (left, z_left, dims_left), "right": (right, z_right, dims_right)}
        answer = {}
        for name, (model, z, dims) in wanted.items():
            opened = catalog.open(model)
            rows = dims_of(opened, dims) if dims != [] else []
            answer[name] = models.traversal(opened, z_of(opened, z), rows, "quantiles") if rows else None
        return answer

    def spill(name: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        found = opened.spill_meter.spill()
        if found is None:
            raise UserError("error.no_reader", name=opened.name)
        return found

    def figure_one(left: Any, right: Any, index: Any, kind: Any) -> dict[str, str]:
        both = open_pair(catalog, left, right)
        if not isinstance(kind, str) or kind not in FIGURES:
            raise UserError("error.kind")
        return composed(both, index_of(both, index), kind)

    def coordinates_pair(left: Any, right: Any, side: Any, projection: Any) -> str:
        both = open_pair(catalog, left, right)
        if not isinstance(side, str) or side not in ("left", "right"):
            raise UserError("error.side")
        return coordinates_of(both.left if side == "left" else both.right, projection)

    def colour_pair(left: Any, right: Any, key: Any) -> dict[str, Any]:
        return colour_of(open_pair(catalog, left, right).left, key)

    def thumbnails_pair(left: Any, right: Any, number: Any) -> str:
        return sheet_of(open_pair(catalog, left, right).right, number)

    shared = [model_endpoints(catalog)["rates"]]

    def both(count: int, more: float = 0.0) -> Callable[..., Work]:
        """The cost of so many decoded pictures of either model, of pairing them, and of seconds for the rest."""

        def cost(left: Any, right: Any, *_: Any) -> Work:
            decoded = (catalog.decoding(name, count) for name in (left, right))
            return sum(decoded, start=pairing(catalog, left, right) + Work(seconds=more))

        return cost

    def decoded(left: Any, z_left: Any, right: Any, z_right: Any) -> Work:
        return catalog.decoding(left) + catalog.decoding(right)

    def traversed(left: Any, z_left: Any, dims_left: Any, right: Any, z_right: Any, dims_right: Any) -> Work:
        sides, stops = ((left, dims_left), (right, dims_right)), len(models.STEPS)
        return sum((catalog.decoding(name, stops * count_of(dims)) for name, dims in sides), start=Work())

    def measured(name: Any) -> Work:
        """Nothing where it is recorded, but that shows only when it is asked for; so it waits in any case."""
        return Work(seconds=min(MOST_SPILL, catalog.decoding(name, SPILL_PICTURES).seconds))

    maps = {coordinates_pair: both(1), colour_pair: both(1), thumbnails_pair: both(1, 0.1)}
    costs = maps | {
        compare: both(100, 0.3),
        information_pair: both(0, 0.5),
        pick_pair: both(2),
        figure_one: both(100, 0.5),
    }
    costs |= {decode_pair: decoded, traverse_pair: traversed, spill: measured}
    return [*shared, *(endpoint(function, cost) for function, cost in costs.items())]
