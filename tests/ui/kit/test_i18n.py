"""One catalogue a language for every visible string: complete, and no more than the code asks for."""

import ast
import json
import re
from collections.abc import Iterable

import pytest
from keyed_calls import keyed_calls, with_places

from vae.data.own.archive import REASONS
from vae.live.recipe import PRESETS, UNITS, WAYS
from vae.system.limits import TRAINING
from vae.system.messages import texts as core_texts
from vae.training.objectives import OBJECTIVES
from vae.ui import TABS
from vae.ui.compare.payload import BESIDE, BOUNDS, SCORES
from vae.ui.kit.bundle import UI, module_files
from vae.ui.kit.i18n import LANGUAGES, TEXTS, Sentence, UserError, say, shorten
from vae.ui.learn.formulas import FORMULAS
from vae.ui.learn.steps import others
from vae.ui.models.catalog import FIGURES
from vae.ui.train.payload import CURVES

ENGLISH = dict(TEXTS["en"])  # a page of another test may have a tab of its own for a while
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
    """The same of JavaScript, whose strings hold no escaped quotes; also of templates that lie within templates."""
    plain = set(re.findall(r"'([^'\n]*)'", source)) | set(re.findall(r'"([^"\n]*)"', source))
    inner = re.sub(r"\$\{[^{}]*\}", HOLE, source)
    return plain | set(re.findall(r"`([^`]*)`", inner)) | set(re.findall(rf"`((?:{PREFIXES})\.[^`$]*)`", inner))


def test_texts_within_texts_are_seen():
    assert "train.a_" + HOLE in script_texts("const list = `${name} (${t(`train.a_${reason}`)})`;")


def written_keys(name: str) -> list[str]:
    """The keys of the records that a module of the page lists."""
    return re.findall(r"\bkey: '(\w+)'", (UI / f"{name}.js").read_text(encoding="utf-8"))


GLOSSARY = written_keys("kit/js/glossary")
LINK_KEYS = re.findall(r"^    '?([\w-]+)'?: ", (UI / "kit/js/address.js").read_text(encoding="utf-8"), re.MULTILINE)
NUMBERS = (*TRAINING.keys() - {*UNITS}, "budget")
SHOWN_SCORES = (*BOUNDS, *SCORES)
# Of every key that is put together, "*" for what is computed: what that may be. The pages' own lists stand here again.
COMPOSED = {
    "api.*": REASONS,
    "colour.*": ("class", "kl", "distortion"),
    "compare.*": (*SHOWN_SCORES, *BESIDE),
    "compare.*_help": (*SHOWN_SCORES, *BESIDE),
    "compare.apart_*": ("all", "some"),
    "decoder.*": ("page", "server"),
    "decoder.why_*": ("page", "large", "coming", "failed"),
    "finding.capacity_*": ("short", "exceeded"),
    "finding.*_help": [key.removeprefix("finding.") for key in ENGLISH if key.startswith("finding.")],
    "glossary.*": GLOSSARY,
    "glossary.*_text": GLOSSARY,
    "header.*": FIGURES,
    "header.*_help": FIGURES,
    "header.language_*": LANGUAGES,
    "inspector.*": ("reset", "random_image", "random_prior", "to_compare"),
    "inspector.*_help": ("reset", "random_image", "random_prior", "to_compare"),
    "inspector.*_alt": ("original", "stored", "drawn"),
    "own.*_alt": ("original",),
    "own.on_*": ("white", "black", "grey"),
    "learn.*_formula_*": [f"{step}_formula_{n}" for step, all_ in FORMULAS.items() for n in range(1, len(all_) + 1)],
    "learn.*_missing": FORMULAS,
    "learn.*_text": FORMULAS,
    "learn.*_title": FORMULAS,
    "learn.algorithm_*": ("encode", "sample", "decode", "add", "step"),
    "learn.gradients_*": ("mu", "logvar", "latent", "path", "score", "ratio"),
    "learn.losses_*": (
        "beta",
        "gamma",
        "capacity",
        "whose",
        "pixels",
        "weight",
        "effective",
        *(loss["key"] for loss in others()),
    ),
    "learn.posterior_*": ("true", "q", "best"),
    "learn.prior_*": ("prior", "aggregate", "shuffled"),
    "lattice.*": ("prior", "wide"),
    "lattice.about_*": ("prior", "wide"),
    "link.part.*": LINK_KEYS,
    "map.*": ("umap", "pca", "z"),
    "map.about_*": ("umap", "pca", "z"),
    "pictures.on_*": ("white", "black", "grey"),
    "plotly.*": ("pan", "zoom", "select", "lasso", "in", "out", "home", "png", "svg"),
    "present.*": ("back", "next", "links", "leave"),
    "present.*_help": ("back", "next", "links", "leave"),
    "remedy.capacity_*": ("short", "exceeded"),
    "skipped.*": REASONS,
    "tab.*": [tab.key for tab in TABS],
    "tour.*": written_keys("header/tour"),
    "train.*": NUMBERS,
    "train.at_*": ("images", "seconds"),
    "train.curve_*": CURVES,
    "train.is_*": ("running", "paused", "stopped", "finished"),
    "train.keep_*": ("encode", "measure", "write"),
    "train.objective.*": OBJECTIVES,
    "train.objective.*_about": OBJECTIVES,
    "train.ordinal_*": ("one", "two", "few", "other"),
    "train.over_*": ("images", "seconds"),
    "train.preset.*": PRESETS,
    "train.preset.*_about": PRESETS,
    "train.skipped_*": REASONS,
    "train.state_*": ("waiting", "running", "paused", "stopped", "finished", "failed"),
    "train.unit.*": UNITS,
    "train.way.*": ("constant", *WAYS.values()),
    "traversal.*": ("sigma", "quantiles"),
    "traversal.around_*": ("z", "image"),
}
ENDINGS = ("_early", "_skipped")  # of the core's keys, where the computed part comes first


def possible(pattern: str, values: Iterable[str]) -> set[str]:
    first, last = pattern.index("*"), pattern.rindex("*")
    return {pattern[:first] + value + pattern[last + 1 :] for value in values}


def composed_keys(texts: set[str]) -> set[str]:
    """The keys with something computed in them that any of the texts is and the catalogue has."""
    found = {text.replace(HOLE, "*") for text in texts if re.match(r"\w+\.", text) and HOLE in text}
    return {text for text in found if with_places(ENGLISH, text) and not text.startswith("name.")}


def all_texts() -> set[str]:
    texts = {text for path in PYTHON for text in python_texts(path.read_text(encoding="utf-8"))}
    texts |= {text for path in SCRIPTS for text in script_texts(path.read_text(encoding="utf-8"))}
    return texts | {key for text in texts for key in re.findall(r'data-[a-z]+="([\w.]+)"', text)}  # of a template


def test_it_is_declared_what_a_composed_key_may_become():
    assert composed_keys(all_texts()) - COMPOSED.keys() == set()


def unasked(texts: set[str], keys: Iterable[str]) -> list[str]:
    """Those of the keys that neither stand in a text nor are among what a composed one may become."""
    asked = texts.union(*(possible(pattern, values) for pattern, values in COMPOSED.items()))
    asked |= {key + end for key in asked for end in ENDINGS}
    return [key for key in keys if not key.startswith("name.") and key not in asked]


def test_no_key_is_left_that_nobody_asks_for():
    """Names come with the data, and some of them from its files."""
    assert unasked(all_texts(), ENGLISH) == []


@pytest.mark.parametrize("key", ["train.unused", "header.unused_help", "tour.unused", "learn.unused_title"])
def test_a_key_beside_composed_ones_is_unused(key):
    assert unasked(all_texts(), [key]) == [key]


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


@pytest.mark.parametrize("sent", [[[]], [[[[]]]], [["x"]], ["x" * 10**6] * 10**3, [["x" * 10**6] * 10**3] * 10**3])
def test_any_list_that_was_sent_makes_a_short_sentence(sent):
    error = UserError("error.model", name=sent)
    assert len(str(error)) < 3000 and len(json.dumps(error.values)) < 6000
    parts = error.values["name"]
    assert all(len(part) == 2 for part in parts if isinstance(part, list))  # the page says no other


@pytest.mark.parametrize("number", [2**31 - 1, 3 * 10**9, -(10**15), 2**53 - 1])
def test_a_whole_number_stays_one(number):
    assert shorten(number) == number and type(shorten(number)) is int


def test_a_number_of_many_digits_is_cut():
    assert shorten(2**53) == "9007199254740992"  # no number of a page, which would round it
    assert shorten(10**400) == "1" + "0" * 58 + "…" and shorten(-(10**5000))[:3] == "-10"
