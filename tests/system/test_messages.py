"""The core's sentences: complete in both languages, and each error says one of them with all that it needs."""

import copy
import json
import pickle
import re
from pathlib import Path

import pytest
from keyed_calls import keyed_calls, with_places
from safetensors.torch import save_file

import vae
from vae.checkpoints import checkpoint
from vae.config import ConfigError
from vae.data import DATASETS, DataError, cache
from vae.system import safetensors_file
from vae.system.messages import KeyedError, Sentence, cause, filled, restored, texts
from vae.system.safetensors_file import CheckpointError

CORE = Path(vae.__file__).parent
MODULES = [path for path in sorted(CORE.rglob("*.py")) if CORE / "ui" not in path.parents]
CALLS = [call for path in MODULES for call in keyed_calls(path)]


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_have_the_same_keys_in_the_same_order_with_the_same_places():
    assert list(texts("en")) == list(texts("ko"))
    assert all(places(text) == places(texts("ko")[key]) for key, text in texts("en").items())


def test_every_place_is_plain():
    """`format` would take attributes and formats as well, which no page knows."""
    for text in [*texts("en").values(), *texts("ko").values()]:
        assert not re.search(r"[{}]", re.sub(r"\{\w+\}", "", text)), text


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.where} {call.key}")
def test_a_sentence_is_given_what_its_places_need(call):
    possible = with_places(texts(), call.key)
    assert possible
    assert call.given is None or all(call.given >= needed for needed in possible.values())


def test_the_walk_through_the_core_meets_nearly_all_that_it_says():
    met = {key for call in CALLS for key in with_places(texts(), call.key)}
    composed = re.compile(r"pictures\.(none|one|few|even|dark|light)|run\..+")  # by names that are computed
    assert [key for key in texts() if key not in met and not composed.fullmatch(key)] == []
    assert sum(call.given is None for call in CALLS) < len(CALLS) / 20


def no_object(folder, monkeypatch):
    save_file({}, folder / "a.safetensors", {"latent_explorer": "[]"})
    safetensors_file.read_header(folder / "a.safetensors")


def read_only(folder, monkeypatch):
    monkeypatch.setattr(cache.os, "access", lambda place, mode: False)
    cache.first_writable((folder / "a", folder / "b"))


def no_models(folder, monkeypatch):
    monkeypatch.setattr(checkpoint, "CHECKPOINT_FOLDER", folder)
    monkeypatch.setattr(checkpoint, "list_headers", list)
    checkpoint.load("mine")


@pytest.mark.parametrize(
    ("refused", "english", "korean"),
    [
        (
            no_object,
            "latent_explorer should be an object, not list.",
            "latent_explorer 항목은 객체여야 하는데 list입니다.",
        ),
        (read_only, "/b cannot be written): choose another --data.", "/b 폴더에는 쓸 수 없습니다). 다른"),
        (no_models, "mine: no such file, and this project has no models", "mine: 그런 파일이 없으며,"),
    ],
)
def test_all_of_a_sentence_is_in_its_language(tmp_path, monkeypatch, refused, english, korean):
    with pytest.raises(KeyedError) as caught:
        refused(tmp_path, monkeypatch)
    error = caught.value
    assert english in str(error) and korean in filled(texts("ko"), error.key, error.values)
    assert korean in filled(texts("ko"), error.key, error.sentence["values"])  # as a page says it


def test_an_error_is_its_english_sentence_with_reasons_within():
    reason = ConfigError("setting.between", name="width", low=1, high="1,024", value=0)
    error = CheckpointError("checkpoint.not_valid", file=Path("/secret/a.safetensors"), entry="config", reason=reason)
    said = "a.safetensors: config is not valid (width must be between 1 and 1,024, not 0)."
    assert str(error) == f"/secret/{said}"
    assert str(error.sentence) == said and "secret" not in json.dumps(error.sentence)  # as a page may have it
    assert isinstance(error, KeyedError) and isinstance(reason, ValueError)
    assert DataError.of(error.sentence).sentence == error.sentence


def test_a_sentence_survives_json_pickling_and_copying():
    error = DataError("pictures.few_skipped", name="a", n=3, least=16, skipped=[Sentence("skipped.huge", n=2)])
    line = json.dumps({"values": {"reason": error.sentence}, "kind": "Failed"}, allow_nan=False)
    again = json.loads(line, object_hook=restored)["values"]["reason"]
    assert isinstance(again, Sentence) and str(again) == str(error) == str(copy.deepcopy(again))
    assert "(skipped: 2 huge)" in str(again)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_what_a_value_holds_is_never_taken_for_a_place():
    name = "{0} {name.__class__} {"
    assert str(DataError("pictures.not_zip", name=name)).startswith(name)


def test_names_of_the_data_are_looked_up_in_the_texts():
    korean = {"a": "{data}: {names}", "name.shape": "모양", "name.Room": "방"}
    values = {"data": "Room", "names": ["shape", ["flux", "z1"], "shape"]}
    assert filled(korean, "a", values) == "방: 모양, flux (z1), 모양"


def test_a_large_broken_number_has_separators_and_whole_ones_may_be_names():
    text = {"a": "{n}"}
    assert [filled(text, "a", {"n": n}) for n in (7172.3, 71720, 999.5)] == ["7,172.3", "71720", "999.5"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "/secret/file"), "No space left on device"),
        (OSError("no strerror"), "no strerror"),
        (ValueError("first\nsecond"), "first"),
        (KeyError(), "KeyError"),
    ],
)
def test_the_cause_is_one_line_without_a_path(error, said):
    assert cause(error) == said


def test_a_data_set_that_is_not_here_says_so_in_both_languages(tmp_path):
    missing = DATASETS["mnist"].missing(tmp_path)
    assert str(missing).startswith("MNIST's images are not here: `python -m vae data mnist`")
    korean = filled(texts("ko"), missing["key"], missing["values"])
    assert "t10k-images-idx3-ubyte.gz" in korean and str(tmp_path) in korean and "내려받거나" in korean
