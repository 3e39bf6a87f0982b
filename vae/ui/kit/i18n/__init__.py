"""Every string that a person can read in the app: the page's own texts and the core's, key -> text in each language.

The page's lie in a JSON file for each language, the core's in system/messages. All files hold the same keys in the same
order, one a line, a blank line between two topics. Findings and errors travel as key and values, so that the page can
say them in its own language.
"""

import json
from decimal import Decimal
from pathlib import Path

from vae.system.messages import KeyedError, Sentence, filled, texts

LANGUAGES = ("en", "ko")
MOST_PARTS = 20  # of a list that is repeated in a sentence
EXACT_IN_JS = 2**53  # below it an integer is the same number in a page
TEXTS: dict[str, dict[str, str]] = {
    language: texts(language) | json.loads(Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8"))
    for language in LANGUAGES
}


class UserError(KeyedError):
    """Something that the person at the page can understand; its values are safe to repeat there."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(
            key, **{name: shorten(value, 300 if name == "reason" else 60) for name, value in values.items()}
        )

    def __str__(self) -> str:
        return say(self.key, **self.values)


def shorten(value: object, limit: int = 60) -> object:
    """A value that is safe to repeat in a sentence, as JSON: what was sent to us may be a megabyte long, or NaN.

    Of a list, a sentence or an error each value is shortened, for the names in it may come from a foreign file.
    """
    if isinstance(value, (list, tuple)):
        parts = [_shorten_part(part, limit) for part in value[:MOST_PARTS]]
        return parts if len(value) <= MOST_PARTS else [*parts, "…"]
    if isinstance(value, KeyedError):
        value = value.sentence
    if isinstance(value, Sentence):
        return Sentence(value["key"], **{name: shorten(inner, 300) for name, inner in value["values"].items()})
    if isinstance(value, int) and abs(value) < EXACT_IN_JS:
        return value
    if isinstance(value, int):
        text = str(Decimal(value))  # all its digits: str(value) refuses more than 4,300
    else:
        text = str(value) if isinstance(value, (str, float)) else type(value).__name__
    # No halves of surrogate pairs, which cannot be sent back; no line breaks, and nothing that turns the line around.
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:limit])
    return shown if len(text) <= limit else shown[: limit - 1] + "…"


def _shorten_part(part: object, limit: int) -> object:
    """A part of a list: a value, or a pair of a name and what is said of it; nothing lies deeper."""
    if not isinstance(part, (list, tuple)):
        return shorten(part, limit)
    if len(part) != 2:
        return type(part).__name__
    return [type(each).__name__ if isinstance(each, (list, tuple)) else shorten(each, limit) for each in part]


def say(key: str, language: str = "en", **values: object) -> str:
    """The sentence behind `key`."""
    return filled(TEXTS[language], key, values)


def named(name: str, language: str = "en") -> str:
    """A name that comes with the data, as it is where nothing else is known."""
    return TEXTS[language].get(f"name.{name}", name)
