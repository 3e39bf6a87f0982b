"""One table for every visible string: complete, and complete in what the code asks of it."""

import re

import pytest

from vae.ui.kit.bundle import module_files
from vae.ui.kit.i18n import LANGUAGES, STRINGS, TABLES, UserError, say, table
from vae.ui.kit.part import UI

SOURCES = [UI.parent / "evaluation/doctor.py", *sorted(UI.rglob("*.py")), *module_files(UI).values()]
PREFIXES = "|".join(sorted({key.split(".")[0] for key in STRINGS}))
KEY = re.compile(rf"""['"]((?:{PREFIXES})\.[a-z_]+)['"]""")


@pytest.mark.parametrize("key", STRINGS)
def test_every_language_has_every_string_with_the_same_places(key):
    places = [set(re.findall(r"\{(\w+)\}", STRINGS[key][language])) for language in LANGUAGES]
    assert all(found == places[0] for found in places)
    assert all(STRINGS[key][language].strip() for language in LANGUAGES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_key_that_is_asked_for_exists(path):
    asked = set(KEY.findall(path.read_text(encoding="utf-8")))
    asked = {key for key in asked if not key.endswith(".js")}  # the header's module
    asked |= set(re.findall(r'data-text="([^"]+)"', path.read_text(encoding="utf-8")))
    assert asked <= set(STRINGS)


def test_say_and_table():
    assert say("error.index", index=7) == "7 is not the index of an image on this map."
    assert table("en") == {key: texts["en"] for key, texts in STRINGS.items()}


def test_no_key_stands_in_two_modules():
    keys = [key for table in TABLES for key in table]
    assert len(keys) == len(set(keys))
    assert len(TABLES) == len(list((UI / "kit" / "i18n").glob("*.py"))) - 1  # but for the package itself


def test_what_was_sent_is_not_repeated_at_length():
    assert len(str(UserError("error.model", name="x" * 10**6))) < 500
    assert len(UserError("error.model", name="x" * 10**6).values["name"]) <= 60
