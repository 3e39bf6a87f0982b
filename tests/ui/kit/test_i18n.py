"""One catalogue a language for every visible string: complete, and no more than the code asks for."""

import ast
import json
import re

import pytest
from keyed_calls import keyed_calls, with_places

from vae.system.messages import texts as core_texts
from vae.ui.kit.bundle import UI, module_files
from vae.ui.kit.i18n import LANGUAGES, TEXTS, Sentence, UserError, say, shorten

ENGLISH = TEXTS["en"]
PYTHON = sorted(path for path in UI.parent.rglob("*.py"))
SCRIPTS = list(module_files(UI).values())
PREFIXES = "|".join(sorted({key.split(".")[0] for key in ENGLISH}))
KEY = re.compile(rf"""['"]((?:{PREFIXES})\.[a-z_]+)['"]""")
HOLE = "\0"  # stands for what is computed in the middle of a key


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_holds_a_key_once_and_a_line(language):
    text = (UI / "kit" / "i18n" / f"{language}.json").read_text(encoding="utf-8")
    pairs = json.loads(text, object_pairs_hook=list)
    assert len(dict(pairs)) == len(pairs)
    assert re.findall(r'^  "([^"]+)": ".*",?$', text, re.MULTILINE) == [key for key, _ in pairs]


def test_every_language_has_every_string_in_the_same_order():
    assert all(list(texts) == list(ENGLISH) for texts in TEXTS.values())


def test_every_language_has_the_same_places():
    for key in ENGLISH:
        assert len({frozenset(places(texts[key])) for texts in TEXTS.values()}) == 1, key
        assert all(texts[key].strip() for texts in TEXTS.values()), key


@pytest.mark.parametrize("path", [*PYTHON, *SCRIPTS], ids=lambda path: path.relative_to(UI.parent).as_posix())
def test_every_key_that_is_asked_for_exists(path):
    asked = set(KEY.findall(path.read_text(encoding="utf-8")))
    asked = {key for key in asked if not key.endswith((".js", ".json"))}  # names of files
    asked |= set(re.findall(r'data-text="([^"]+)"', path.read_text(encoding="utf-8")))
    assert asked <= set(ENGLISH)


def python_texts(source: str) -> set[str]:
    """The texts of a module, what is computed within them as `HOLE`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        if isinstance(node, ast.JoinedStr):
            found.add("".join(part.value if isinstance(part, ast.Constant) else HOLE for part in node.values))
    return found


def script_texts(source: str) -> set[str]:
    """The same of JavaScript, whose strings hold no escaped quotes."""
    plain = set(re.findall(r"'([^'\n]*)'", source)) | set(re.findall(r'"([^"\n]*)"', source))
    inner = re.sub(r"\$\{[^{}]*\}", HOLE, source)
    return plain | set(re.findall(r"`([^`]*)`", inner))


def test_no_key_is_left_that_nobody_asks_for():
    """Names come with the data, and some of them from its files."""
    texts = {text for path in PYTHON for text in python_texts(path.read_text(encoding="utf-8"))}
    texts |= {text for path in SCRIPTS for text in script_texts(path.read_text(encoding="utf-8"))}
    texts |= {key for text in texts for key in re.findall(r'data-[a-z]+="([\w.]+)"', text)}  # of a template
    composed = [text for text in texts if re.match(r"\w+\.", text) and HOLE in text]
    patterns = [re.compile(re.escape(text).replace(re.escape(HOLE), r"[\w-]+")) for text in composed]
    endings = tuple(ending for text in texts if re.fullmatch(r"_[a-z]+", ending := text.removeprefix(HOLE)))
    bare = {key: next((key.removesuffix(end) for end in endings if key.endswith(end)), "") for key in ENGLISH}
    left = [key for key in ENGLISH if not key.startswith("name.") and key not in texts]
    left = [key for key in left if bare[key] not in ENGLISH]
    assert [key for key in left if not any(pattern.fullmatch(key) for pattern in patterns)] == []


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.relative_to(UI).as_posix())
def test_a_sentence_is_given_what_its_places_need(path):
    for call in keyed_calls(path):
        possible = with_places(ENGLISH, call.key)
        assert possible, call.where
        if call.given is not None and "*" not in call.key:
            assert call.given >= possible[call.key], call.where


def test_the_pages_own_texts_are_none_of_the_cores():
    for language in LANGUAGES:
        own = json.loads((UI / "kit" / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
        assert not own.keys() & core_texts(language).keys()


def test_say():
    assert say("error.index", index=7) == "7 is not the index of an image on this map."


def test_what_was_sent_is_not_repeated_at_length():
    assert len(str(UserError("error.model", name="x" * 10**6))) < 500
    assert len(UserError("error.model", name="x" * 10**6).values["name"]) <= 60


def test_a_list_is_repeated_part_by_part():
    assert str(UserError("run.no_device", name="cuda", known=["cpu", "mps"])).endswith("choose cpu, mps.")
    assert shorten(("cpu", "x" * 100, 3)) == ["cpu", "x" * 59 + "…", 3]
    assert shorten([["scale", "z1"], Sentence("error.index", index="7" * 400)])[0] == ["scale", "z1"]


@pytest.mark.parametrize("sent", [[[]], [[[[]]]], ["x" * 10**6] * 10**3, [["x" * 10**6] * 10**3] * 10**3])
def test_any_list_that_was_sent_makes_a_short_sentence(sent):
    error = UserError("error.model", name=sent)
    assert len(str(error)) < 3000 and len(json.dumps(error.values)) < 6000


@pytest.mark.parametrize("number", [2**31 - 1, 3 * 10**9, -(10**15), 2**53 - 1])
def test_a_whole_number_stays_one(number):
    assert shorten(number) == number and type(shorten(number)) is int


def test_a_number_of_many_digits_is_cut():
    assert shorten(2**53) == "9007199254740992"  # no number of a page, which would round it
    assert shorten(10**400) == "1" + "0" * 58 + "…" and shorten(-(10**5000))[:3] == "-10"
