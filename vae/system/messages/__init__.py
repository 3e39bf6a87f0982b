"""Sentences by key and values, so that a page can say them in its own language: the core's own, English without a page.

The texts lie beside this module, one file a language, in the form of the page's own ones in ui/kit/i18n. A text may
hold ``{name}`` places. A value is a number, a text, a sentence within the sentence, an error that is the reason for
another, or a list of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

DATA_NAMES = ("data", "factor")  # places of names that come with the data; what lists hold is looked up as well


@cache
def texts(language: str = "en") -> dict[str, str]:
    """The core's texts by key, in "en" or "ko"."""
    return json.loads(Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8"))


class Sentence(dict):
    """A sentence that waits for its language: {"key", "values"}, JSON as it stands; `str()` is the core's English.

    An error among the values becomes its sentence. Under `file` stands a name without its folder: where the files of
    a server lie is nobody's business.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key=key, values={name: _plain(value, name) for name, value in values.items()})

    def __str__(self) -> str:
        return filled(texts(), self["key"], self["values"])


class KeyedError(Exception):
    """Something that a person can understand: `key` and `values` of a sentence; `str()` is the English one."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values

    @classmethod
    def of(cls, sentence: Sentence) -> KeyedError:
        return cls(sentence["key"], **sentence["values"])

    def __str__(self) -> str:
        return filled(texts(), self.key, self.values)

    @property
    def sentence(self) -> Sentence:
        return Sentence(self.key, **self.values)


def filled(texts: Mapping[str, str], key: str, values: Mapping[str, object]) -> str:
    """The text behind `key`, its places filled; the same as ``t`` in ui/kit/js/strings.js.

    Args:
        texts: by key, all in one language.
    """
    return texts[key].format(**{name: _spoken(texts, value, name) for name, value in values.items()})


def _spoken(texts: Mapping[str, str], value: object, name: str = "") -> str:
    """A value as it stands in a sentence; the same as ``spoken`` in ui/kit/js/strings.js."""
    if isinstance(value, Sentence):
        return filled(texts, value["key"], value["values"])
    if isinstance(value, KeyedError):
        return filled(texts, value.key, value.values)
    if isinstance(value, (list, tuple)):  # names alone, or each with what is said of it
        parts = [part if isinstance(part, (list, tuple)) else (part,) for part in value]
        firsts = [_spoken(texts, part[0], "factor") for part in parts]
        return ", ".join(f"{text} ({part[1]})" if part[1:] else text for text, part in zip(firsts, parts, strict=True))
    if isinstance(value, float) and abs(value) >= 1000 and not value.is_integer():
        return f"{value:,}".replace("-", "\u2212")
    return texts.get(f"name.{value}", str(value)) if name in DATA_NAMES else str(value)


def _plain(value: object, name: str = "") -> Any:
    """A value as JSON knows it."""
    if isinstance(value, KeyedError):
        return value.sentence
    if isinstance(value, Sentence) or type(value) is int:
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return Path(str(value)).name if name == "file" else str(value)


def restored(plain: dict[str, Any]) -> dict[str, Any]:
    """A sentence that was written as JSON; another object as it is: the `object_hook` of `json.loads`."""
    return Sentence(plain["key"], **plain["values"]) if plain.keys() == {"key", "values"} else plain


def cause(error: Exception) -> str:
    """What an error of a library says, as a value: one line, and of the system's own no more than the reason."""
    reason = getattr(error, "strerror", None) or str(error)
    return (reason.strip().splitlines() or [type(error).__name__])[0][:200]
