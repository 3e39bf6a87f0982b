"""Every string that a person can read in the app: the page's own texts and the core's, key -> text in each language.

The page's lie in a JSON file for each language, the core's in system/messages. All files hold the same keys in the same
order, one a line, a blank line between two topics. Findings and errors travel as key and values, so that the page can
say them in its own language.
"""

import json
from pathlib import Path

from vae.system.messages import KeyedError, Sentence, filled, texts

LANGUAGES = ("en", "ko")
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
    """A value that is safe to repeat in a sentence: whatever was sent to us may be a megabyte long, or NaN.

    Of a sentence, or an error, each value is: its names may come from a foreign file.
    """
    if isinstance(value, KeyedError):
        value = value.sentence
    if isinstance(value, Sentence):
        return Sentence(value["key"], **{name: _shorten_within(inner) for name, inner in value["values"].items()})
    if isinstance(value, int) and abs(value) < 10**9:
        return value
    text = str(value) if isinstance(value, (str, float)) else type(value).__name__
    # No halves of surrogate pairs, which cannot be sent back; no line breaks, and nothing that turns the line around.
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:limit])
    return shown if len(text) <= limit else shown[: limit - 1] + "…"


def _shorten_within(value: object) -> object:
    return [_shorten_within(part) for part in value] if isinstance(value, list) else shorten(value, 300)


def say(key: str, language: str = "en", **values: object) -> str:
    """The sentence behind `key`."""
    return filled(TEXTS[language], key, values)


def named(name: str, language: str = "en") -> str:
    """A name that comes with the data, as it is where nothing else is known."""
    return TEXTS[language].get(f"name.{name}", name)
