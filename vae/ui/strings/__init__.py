"""Every string that a person can read in the app: one table, key -> language -> text, a module for each topic.

Texts may hold ``{name}`` placeholders, filled by `say` here and by ``t`` in assets/js/strings.js. Findings and errors
travel as key and values, so that the page can say them in its own language.
"""

from vae.ui.strings.api import API
from vae.ui.strings.compare import COMPARE
from vae.ui.strings.doctor import DOCTOR
from vae.ui.strings.errors import ERRORS
from vae.ui.strings.explore import EXPLORE
from vae.ui.strings.frame import FRAME
from vae.ui.strings.runs import RUNS
from vae.ui.strings.train import TRAIN

LANGUAGES = ("en",)

STRINGS: dict[str, dict[str, str]] = FRAME | EXPLORE | COMPARE | DOCTOR | ERRORS | TRAIN | RUNS | API


class UserError(Exception):
    """Something that the person at the page can understand: the key of a sentence and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(key, **values))
        self.key = key
        self.values = {name: shorten(value) for name, value in values.items()}


def shorten(value: object, limit: int = 60) -> object:
    """A value that is safe to repeat in a sentence: whatever was sent to us may be a megabyte long, or NaN."""
    if isinstance(value, int) and abs(value) < 10**9:
        return value
    text = str(value) if isinstance(value, (str, float)) else type(value).__name__
    text = text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be sent back
    return text if len(text) <= limit else text[: limit - 1] + "…"


def say(key: str, language: str = "en", **values: object) -> str:
    """The sentence behind `key`, English where a language lacks it."""
    texts = STRINGS[key]
    return texts.get(language, texts["en"]).format(**{name: shorten(value, 300) for name, value in values.items()})


def table(language: str) -> dict[str, str]:
    """key -> text for a page in that language."""
    return {key: texts.get(language, texts["en"]) for key, texts in STRINGS.items()}
