"""The Learn tab's server functions: validated, bounded in cost, stateless. No gradio in here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vae.ui import lesson_answers as answers
from vae.ui.catalog import Catalog
from vae.ui.endpoints import endpoint, is_whole
from vae.ui.first_steps import SEEDS, first_steps
from vae.ui.opened import Opened
from vae.ui.strings import UserError
from vae.ui.turns import Turns


def lesson_endpoints(catalog: Catalog) -> list[Callable[[Any], dict[str, Any]]]:
    """The functions that the Learn tab calls as `server.name(...)`, beside some of Explore's and Compare's."""
    computing = Turns()  # up to two seconds of one core each; a step that is sent away offers to ask again

    def place(name: Any, row: Any) -> tuple[Opened, int]:
        opened = catalog.open(name)
        if not is_whole(row) or not 0 <= row < len(opened.model.index):
            raise UserError("error.row", row=row)
        return opened, row

    def gallery(name: Any) -> dict[str, Any]:
        return answers.gallery(catalog.open(name))

    def encoded(name: Any, row: Any) -> dict[str, Any]:
        return answers.encoded(*place(name, row))

    def costs(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        with computing:
            return answers.costs(opened, row)

    def own_q(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        with computing:
            return answers.own_q(opened, row)

    def gradients(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        with computing:
            return answers.gradients(opened, row)

    def posterior(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        if opened.dims != 2:
            raise UserError("error.two_latents", name=opened.title, dims=opened.dims)
        with computing:
            return answers.posterior(opened, row)

    def distortions(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        with computing:
            return answers.distortions(opened, row)

    def pixels(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        if opened.model.config.model.likelihood != "bernoulli":
            raise UserError("error.bernoulli", name=opened.title)
        with computing:
            return answers.pixels(opened, row)

    def aggregate(name: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        with computing:
            return answers.aggregate(opened)

    def directions(name: Any) -> dict[str, Any]:
        opened = catalog.open(name)
        with computing:
            return answers.directions(opened)

    def watch_training(seed: Any) -> dict[str, Any]:
        if not is_whole(seed) or not 0 <= seed < SEEDS:
            raise UserError("error.seed", last=SEEDS - 1)
        with computing:
            return first_steps(seed)

    functions = (gallery, encoded, costs, own_q, gradients, posterior, distortions, pixels, aggregate, directions)
    return [endpoint(function) for function in (*functions, watch_training)]
