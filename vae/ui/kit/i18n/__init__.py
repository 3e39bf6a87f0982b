"""Every string that a person can read in the app: a catalogue for each language, key -> text, in a JSON file.

Both files hold the same keys in the same order, one a line, a blank line between two topics. Texts may hold ``{name}``
placeholders, filled by `say` here and by ``t`` in kit/js/strings.js. Findings and errors travel as key and values, so
that the page can say them in its own language. A value may be a list, a name of the data under one of `DATA_NAMES`, or
a `Sentence` within the sentence.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "ko")
# Places of names that come with the data, such as a data set's or a factor's, one or a list of them.
DATA_NAMES = ("data", "factor", "factors", "skipped")

TEXTS: dict[str, dict[str, str]] = {
    language: json.loads(Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8"))
    for language in LANGUAGES
}


class Sentence(dict):
    """A sentence within a sentence, or one that waits for the page: {"key", "values"}, JSON as it stands."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key=key, values=values)


class UserError(Exception):
    """Something that the person at the page can understand: the key of a sentence and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(say(key, **values))
        self.key = key
        told = recognised_in(values)
        self.values = {name: value if name == "reason" else shorten(value) for name, value in told.items()}


def shorten(value: object, limit: int = 60) -> object:
    """A value that is safe to repeat in a sentence: whatever was sent to us may be a megabyte long, or NaN."""
    if isinstance(value, Sentence):
        return value
    if isinstance(value, int) and abs(value) < 10**9:
        return value
    text = str(value) if isinstance(value, (str, float)) else type(value).__name__
    # No halves of surrogate pairs, which cannot be sent back; no line breaks, and nothing that turns the line around.
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:limit])
    return shown if len(text) <= limit else shown[: limit - 1] + "…"


def say(key: str, language: str = "en", **values: object) -> str:
    """The sentence behind `key`."""
    filled = {name: _spoken(name, value, language) for name, value in values.items()}
    return TEXTS[language][key].format(**filled)


def _spoken(name: str, value: object, language: str) -> object:
    """A value as it stands in a sentence; the same as ``spoken`` in kit/js/strings.js."""
    if isinstance(value, Sentence):
        return say(value["key"], language, **value["values"])
    if isinstance(value, (list, tuple)) and name in DATA_NAMES:  # names alone, or each with what is said of it
        parts = [each if isinstance(each, (list, tuple)) else (each, None) for each in value]
        texts = [(_spoken("factor", first, language), more) for first, more in parts]
        return ", ".join(str(text) if more is None else f"{text} ({more})" for text, more in texts)
    return named(value, language) if name in DATA_NAMES and isinstance(value, str) else shorten(value, 300)


def named(name: str, language: str = "en") -> str:
    """A name that comes with the data, as it is where nothing else is known."""
    return TEXTS[language].get(f"name.{name}", name)


def recognised(text: str) -> Sentence | str:
    """A sentence of the core, told by its words; or the text itself, where it is none that the pages can translate.

    A long one is not looked at: it may be made to fit a pattern in as many ways as there are.
    """
    for key, pattern in _patterns() if len(text) < 600 else ():
        found = pattern.fullmatch(text)
        if found:
            values: dict[str, Any] = found.groupdict()
            if "skipped" in values:
                values["skipped"] = [recognised(part) for part in values["skipped"].split(", ")]
            return Sentence(key, **values)
    return text


def recognised_in(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a sentence; a `reason` among them as `recognised`, and never longer than a page can show."""
    reason = values.get("reason")
    return values | {"reason": shorten(recognised(reason), 300)} if isinstance(reason, str) else values


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """key -> what the core's English says, with the places as groups."""
    places = re.compile(r"\\{(\w+)\\}")  # after re.escape
    return [
        (key, re.compile(places.sub(r"(?P<\1>.+?)", re.escape(text)), re.DOTALL))
        for key, text in TEXTS["en"].items()
        if key.startswith("core.")
    ]
