"""A server function of the page: what may come in, what goes out, and that it never raises."""

import inspect
import logging
from collections.abc import Callable
from typing import Any

from vae.models.caller_code import CallerError
from vae.system.limits import REQUESTS
from vae.ui.kit.i18n import UserError, say
from vae.ui.kit.server_timing import timed
from vae.ui.kit.work import QUICK, Work

Cost = Work | Callable[..., Work]

log = logging.getLogger(__name__)


def endpoint(function: Callable[..., Any], cost: Cost = QUICK) -> Callable[[Any], dict[str, Any]]:
    """Wrap for gr.HTML's server_functions: several JS arguments arrive as one list; the answer is {ok} or {error}.

    Args:
        cost: what an answer costs, or a function of the same arguments that says so; it must answer at once, and may be
            given anything, for nothing has been checked yet. `work_of(arguments)` of the wrapped function tells it.
    """
    signature = inspect.signature(function)

    def answer(arguments: Any = None) -> dict[str, Any]:
        arguments = arguments if isinstance(arguments, list) else [arguments]
        try:
            try:
                signature.bind(*arguments)
            except TypeError as error:
                raise UserError("error.arguments", name=function.__name__) from error
            with timed("work"):
                return {"ok": function(*arguments)}
        except CallerError as error:  # of the model's own code, whose writer is at the page
            log.warning("%s", error, exc_info=error.__cause__)
            shown = UserError("error.own_code", reason=error)
            return {"error": str(shown), "key": shown.key, "values": shown.values}
        except UserError as error:
            return {"error": str(error), "key": error.key, "values": error.values}
        except Exception:
            # A server function that raises answers HTTP 500 and the page learns nothing: say so here, and log why.
            log.exception("%s failed", function.__name__)
            return {"error": say("error.internal"), "key": "error.internal", "values": {}}

    def work_of(arguments: Any) -> Work:
        arguments = arguments if isinstance(arguments, list) else [arguments]
        try:
            signature.bind(*arguments)
        except TypeError:
            return QUICK  # refused without an answer
        return cost(*arguments) if callable(cost) else cost

    answer.__name__ = function.__name__
    answer.work_of = work_of
    return answer


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_finite(value: Any, limit: float = REQUESTS.most_number) -> bool:
    """A real number within ±limit; compared before any conversion, for an int of 400 digits fits no float."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -limit <= value <= limit
