"""The Learn tab's server functions: validated, bounded in cost, computed once for all who ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from vae.ui.kit.endpoint import endpoint, is_whole
from vae.ui.kit.i18n import UserError
from vae.ui.kit.work import QUICK, Work
from vae.ui.learn import answers
from vae.ui.learn.answers import OWN_SECONDS
from vae.ui.learn.first_steps import SEEDS, first_steps
from vae.ui.learn.payload import TEMPLATES, template, with_figure
from vae.ui.models.catalog import Catalog
from vae.ui.models.endpoints import model_endpoints
from vae.ui.models.loaded_model import LoadedModel

MOST_ANSWERS = 40  # answers of a model, some ten kilobytes each: the ten images of a gallery in four lessons


def lesson_endpoints(catalog: Catalog) -> list[Callable[[Any], dict[str, Any]]]:
    """The functions that the Learn tab calls as `server.name(...)`."""
    trainings: dict[int, dict[str, Any]] = {}
    filling = threading.Lock()

    def once(known: dict[Any, dict[str, Any]], key: Any, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The answer that somebody was given before, for a class opens the tab together; else computed."""
        answer = known.get(key)
        if answer is None:
            answer = compute()
            with filling:
                while len(known) >= MOST_ANSWERS:
                    known.pop(next(iter(known)), None)  # it may be measured again at this very moment
                known[key] = answer
        return answer

    def answers_of(opened: LoadedModel) -> dict[Any, dict[str, Any]]:
        return opened.once("lessons", dict)

    def of_model(
        lesson: str, compute: Callable[..., dict[str, Any]], opened: LoadedModel, *place: int
    ) -> dict[str, Any]:
        return once(answers_of(opened), (lesson, *place), lambda: with_figure(lesson, compute(opened, *place)))

    def place(name: Any, row: Any) -> tuple[LoadedModel, int]:
        opened = catalog.open(name)
        if not is_whole(row) or not 0 <= row < len(opened.model.index):
            raise UserError("error.row", row=row)
        return opened, row

    def gallery(name: Any) -> dict[str, Any]:
        return answers.gallery(catalog.open(name))

    def decoder(name: Any) -> dict[str, Any]:
        return answers.decoder(catalog.open(name))

    def encoded(name: Any, row: Any) -> dict[str, Any]:
        return answers.encoded(*place(name, row))

    def costs(name: Any, row: Any) -> dict[str, Any]:
        return of_model("costs", answers.costs, *place(name, row))

    def own_q(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        answer = of_model("own_q", answers.own_q, opened, row)
        if not answer.get("passed", True):  # too few steps this time: whoever asks next has it measured anew
            answers_of(opened).pop(("own_q", row), None)
        return answer

    def own_q_again(name: Any, row: Any) -> dict[str, Any]:
        """Measured anew, for it measures time."""
        opened, row = place(name, row)
        answers_of(opened).pop(("own_q", row), None)
        return own_q(name, row)

    def gradients(name: Any, row: Any) -> dict[str, Any]:
        return of_model("gradients", answers.gradients, *place(name, row))

    def posterior(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        if opened.dims != 2:
            raise UserError("error.two_latents", name=opened.title, dims=opened.dims)
        return of_model("posterior", answers.posterior, opened, row)

    def distortions(name: Any, row: Any) -> dict[str, Any]:
        return of_model("distortions", answers.distortions, *place(name, row))

    def pixels(name: Any, row: Any) -> dict[str, Any]:
        opened, row = place(name, row)
        if opened.model.config.model.likelihood != "bernoulli":
            raise UserError("error.bernoulli", name=opened.title)
        return of_model("pixels", answers.pixels, opened, row)

    def aggregate(name: Any) -> dict[str, Any]:
        return of_model("aggregate", answers.aggregate, catalog.open(name))

    def directions(name: Any) -> dict[str, Any]:
        return of_model("directions", answers.directions, catalog.open(name))

    def watch_training(seed: Any) -> dict[str, Any]:
        if not is_whole(seed) or not 0 <= seed < SEEDS:
            raise UserError("error.seed", last=SEEDS - 1)
        return once(trainings, seed, lambda: with_figure("watch_training", first_steps(seed)))

    def chart(lesson: Any) -> dict[str, Any]:
        if lesson not in (*TEMPLATES,):
            raise UserError("error.lesson", name=lesson)
        return template(lesson)

    def cost_of(lesson: str, seconds: float) -> Callable[..., Work]:
        """The cost of a lesson: that of looking it up where somebody has asked for it before."""

        def cost(name: Any, *place: Any) -> Work:
            opened = catalog.at_hand(name)
            answered = opened is not None and all(map(is_whole, place)) and (lesson, *place) in answers_of(opened)
            return QUICK if answered else catalog.decoding(name) + Work(seconds=seconds)

        return cost

    functions = (costs, gradients, posterior, distortions, pixels, aggregate, directions)
    priced = {function: cost_of(function.__name__, 0.5) for function in functions}
    priced |= {own_q: cost_of("own_q", OWN_SECONDS), own_q_again: cost_of("own_q_again", OWN_SECONDS)}
    priced[watch_training] = lambda seed: QUICK if is_whole(seed) and seed in trainings else Work(seconds=2.0)
    priced |= {chart: QUICK, gallery: lambda name: catalog.decoding(name, answers.GALLERY)}
    priced |= {decoder: lambda name: catalog.decoding(name), encoded: lambda name, row: catalog.decoding(name)}
    of_models = model_endpoints(catalog)
    shared = [of_models[name] for name in ("decode", "rates")]
    return [*shared, *(endpoint(function, cost) for function, cost in priced.items())]
