"""The Compare tab's server functions: validated, stateless, public endpoints that never raise. No gradio in here."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from vae.ui.compare import payload as comparison
from vae.ui.compare.figure_one_rows import FIGURES, composed
from vae.ui.compare.rates import payload as rates_payload
from vae.ui.explore import payload as explorer
from vae.ui.explore.endpoints import dims_of, endpoint, is_whole, z_of
from vae.ui.kit.i18n import UserError
from vae.ui.models.catalog import Catalog


def compare_endpoints(catalog: Catalog) -> list[Callable[[Any], dict[str, Any]]]:
    """The functions that the Compare tab calls as `server.name(...)`, beside some of Explore's."""
    drawing = threading.Lock()

    def index_of(both: comparison.Couple, index: Any) -> int:
        found = is_whole(index) and np.searchsorted(both.index, index)
        if not is_whole(index) or found == len(both.index) or both.index[found] != index:
            raise UserError("error.index", index=index)
        return index

    def compare(left: Any, right: Any) -> dict[str, Any]:
        return comparison.overview(comparison.couple(catalog, left, right))

    def pick_pair(left: Any, right: Any, index: Any) -> dict[str, Any]:
        both = comparison.couple(catalog, left, right)
        return comparison.pick(both, index_of(both, index))

    def decode_pair(left: Any, z_left: Any, right: Any, z_right: Any) -> dict[str, Any]:
        sides = {"left": (catalog.open(left), z_left), "right": (catalog.open(right), z_right)}
        checked = {name: (opened, z_of(opened, z)) for name, (opened, z) in sides.items()}
        return {name: comparison.decoded(opened, z) for name, (opened, z) in checked.items()}

    def traverse_pair(left: Any, z_left: Any, dims_left: Any, right: Any, z_right: Any, dims_right: Any) -> Any:
        wanted = {"left": (left, z_left, dims_left), "right": (right, z_right, dims_right)}
        answer = {}
        for name, (model, z, dims) in wanted.items():
            opened = catalog.open(model)
            rows = dims_of(opened, dims) if dims != [] else []
            answer[name] = explorer.traversal(opened, z_of(opened, z), rows, "quantiles") if rows else None
        return answer

    def spill(name: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        found = opened.spill()
        if found is None:
            raise UserError("error.no_reader", name=opened.name)
        return found

    def rates(left: Any, right: Any) -> dict[str, Any]:
        both = comparison.couple(catalog, left, right)
        return rates_payload(catalog, both.left.model.header["dataset"]["name"], both.left.name, both.right.name)

    def figure_one(left: Any, right: Any, index: Any, kind: Any) -> dict[str, str]:
        both = comparison.couple(catalog, left, right)
        if not isinstance(kind, str) or kind not in FIGURES:
            raise UserError("error.kind")
        index = index_of(both, index)
        with drawing:  # half a second of one core each: a queue, not a crowd
            return composed(both, index, kind)

    functions = (compare, pick_pair, decode_pair, traverse_pair, spill, rates, figure_one)
    return [endpoint(function) for function in functions]
