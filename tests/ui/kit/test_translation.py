"""English and Korean: every string in both, names of the data and sentences of the core among them."""

import ast
import json
import re
import shutil
import subprocess
import zipfile
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import CheckpointError
from vae.data import DATASETS, DataError, available, load
from vae.data.own.archive import REASONS
from vae.data.own.dataset import gather
from vae.live.devices import device_name
from vae.live.recipe import Recipe
from vae.live.run import RunError
from vae.live.runs import checked_recipe
from vae.system import safetensors_file
from vae.system.messages import KeyedError
from vae.ui import TABS
from vae.ui.kit.bundle import UI, module_files
from vae.ui.kit.i18n import LANGUAGES, TEXTS, Sentence, UserError, named, say
from vae.ui.kit.part import made_modules

HANGUL = re.compile(r"[가-힣]")
WORD = re.compile(r"[A-Za-z]{3,}")
# Symbols, units and names that are the same in every language.
SAME = {"Latent", "Space", "Explorer", "English", "nat", "nats", "VAE", "ELBO", "MIG", "UMAP", "PCA", "SAP"}
SAME |= {"log", "PyTorch"}
NAMES = {"MNIST", "Fashion", "CelebA", "dSprites"}


def test_the_korean_is_korean():
    english, korean = TEXTS["en"], TEXTS["ko"]
    words = {key: set(WORD.findall(re.sub(r"\{\w+\}", "", text))) for key, text in english.items()}
    said = [key for key, found in words.items() if not found <= SAME]  # the rest is symbols and units
    assert [key for key in said if korean[key] == english[key] or not HANGUL.search(korean[key])] == []


# Not in the Korean: 해요-endings beside 합니다, a second word for a likelihood, a reconstruction, a latent.
STRAY = re.compile(r"세요|[나까]요\?|(?<![가-힣])우도|재구성|잠재 변수|데이터 세트|nats")


def test_the_korean_keeps_one_register_and_one_term():
    assert {key: text for key, text in TEXTS["ko"].items() if STRAY.search(re.sub(r"\{\w+\}", "", text))} == {}
    assert STRAY.findall("고르세요. 로그 우도는 몇 nats인가?") == ["세요", "우도", "nats"]


@pytest.mark.parametrize("name", DATASETS)
def test_names_of_the_data_have_korean(name):
    spec = DATASETS[name]
    found = [spec.title, *(spec.label_names or ())]
    found += [text for factor in spec.factors for text in (factor.name, *factor.values)]
    missing = [text for text in found if WORD.search(text) and not set(WORD.findall(text)) <= NAMES]
    assert [text for text in missing if not HANGUL.search(named(text, "ko"))] == []


def test_a_name_that_nobody_knows_stays():
    assert named("flux", "ko") == "flux" and named("cube", "ko") == "정육면체" and named("cube") == "cube"


def test_lists_and_sentences_within_a_sentence():
    assert say("finding.unfollowed", factors=["shape", "flux"]) == "Followed by no latent: shape, flux."
    assert say("finding.unfollowed", "ko", factors=["shape", "flux"]).endswith("모양, flux.")
    assert say("finding.spread", "ko", factors=[["scale", "z1, z2"]]).endswith("크기 (z1, z2).")
    within = Sentence("data.other_shape", data="Room")
    assert "Room has images" in say("finding.missing_images", reason=within)
    assert "방 이미지" in say("finding.missing_images", "ko", reason=within)


def raised(error: type[KeyedError], action) -> KeyedError:
    with pytest.raises(error) as caught:
        action()
    return caught.value


def said_in_korean(error: KeyedError) -> str:
    """What a page says of an error, which must not hold the English sentence."""
    reason = UserError("error.checkpoint", reason=error).values["reason"]
    korean = say(reason["key"], "ko", **reason["values"])
    assert HANGUL.search(korean) and "{" not in korean and str(error) not in korean
    return korean


def pictures(folder: Path, count: int) -> Path:
    for i in range(count):
        Image.fromarray(np.full((40, 40), 20 * i, np.uint8)).save(folder / f"{i}.png")
    return folder


def packed(folder: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(folder / "images.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "images.zip"


OWN = {
    "not_zip": lambda folder: (folder / "a.txt").write_text("no") and folder / "a.txt",
    "not_there": lambda folder: folder / "nowhere",
    "none": lambda folder: packed(folder),
    "none_skipped": lambda folder: packed(folder, a=b"no picture", b=b"none"),
    "one": lambda folder: pictures(folder, 1),
    "few": lambda folder: pictures(folder, 3),
    "few_skipped": lambda folder: (folder / "a.txt").write_text("no") and pictures(folder, 3),
}


@pytest.mark.parametrize("key", OWN)
def test_what_is_wrong_with_ones_own_images_has_korean(key, tmp_path):
    source = OWN[key](tmp_path)
    error = raised(DataError, lambda: gather(source, 32, tmp_path / "out"))
    assert error.key == f"pictures.{key}" and source.name in str(error)
    assert source.name in said_in_korean(error)
    for part in error.values.get("skipped", ()):
        assert HANGUL.search(say(part["key"], "ko", **part["values"]))


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_to_leave_a_file_out_has_korean(reason):
    counted, listed = say(f"skipped.{reason}", "ko", n=3), say(f"train.skipped_{reason}", "ko")
    assert counted.count("3") == 1 and HANGUL.search(counted) and HANGUL.search(listed)


def test_what_is_wrong_with_a_file_has_korean(tmp_path, trained):
    broken, foreign, poor = tmp_path / "a.safetensors", tmp_path / "b.safetensors", tmp_path / "c.safetensors"
    broken.write_bytes(b"no tensors")
    tensors, header = safetensors_file.read(trained.path)
    safetensors_file.save_file(tensors, foreign)
    safetensors_file.write(poor, tensors, {key: value for key, value in header.items() if key != "steps"})
    wanted = {broken: "not_safetensors", foreign: "foreign", poor: "header_lacks", tmp_path / "d": "no_file"}
    for path, key in wanted.items():
        error = raised(CheckpointError, lambda path=path: storage_or_load(path))
        assert error.key == f"checkpoint.{key}" and str(path) in str(error)
        korean = said_in_korean(error)
        assert path.name in korean and str(tmp_path) not in korean


def test_a_reason_within_a_reason_has_korean(tmp_path, trained):
    tensors, header = safetensors_file.read(trained.path)
    header["config"]["training"]["lr"] = 7
    safetensors_file.write(tmp_path / "a.safetensors", tensors, header)
    error = raised(CheckpointError, lambda: checkpoint.load(tmp_path / "a.safetensors"))
    assert "lr must be in (0, 1], not 7" in str(error)
    assert "lr 값은 (0, 1]" in said_in_korean(error)


def test_a_choice_that_cannot_be_has_korean():
    error = raised(RunError, lambda: checked_recipe(Recipe("digits").to_json() | {"lr": 1}))
    assert "lr must lie between" in str(error) and "lr 값은" in said_in_korean(error)


@pytest.mark.parametrize("name", DATASETS)
def test_missing_images_have_korean(name, tmp_path):
    missing = available(name, tmp_path)
    if missing:
        assert missing["values"]["command"] in str(missing) and HANGUL.search(
            say(missing["key"], "ko", **missing["values"])
        )
        assert raised(DataError, lambda: load(name, "test", tmp_path, fetch=False)).key == missing["key"]


def test_devices_have_korean():
    name = device_name(torch.device("cpu"))
    assert "CPU core" in str(name) and "CPU 코어" in say(name["key"], "ko", **name["values"])


def test_what_a_foreign_file_holds_is_not_repeated_at_length():
    error = CheckpointError("checkpoint.lacks", file="a", entry="x" * 10**6)
    outer = CheckpointError("checkpoint.not_valid", file="a\nb", entry="config", reason=error)
    kept = UserError("error.checkpoint", reason=outer)
    assert len(str(kept)) < 600 and len(json.dumps(kept.values)) < 1000 and "\n" not in str(kept)


def test_the_page_says_what_python_says(tmp_path, need):
    need(shutil.which("node"), "no Node.js")
    within = Sentence("pictures.few_skipped", name="a", n=3, least=16, skipped=[Sentence("skipped.huge", n="2")])
    cases = [
        ("run.refused", {"reason": within}),
        ("finding.spread", {"factors": [["scale", "z1, z2"], "flux"]}),
        ("data.other_shape", {"data": "Room"}),
        ("error.index", {"index": 7}),
    ]
    for language in LANGUAGES:
        (tmp_path / "words.js").write_text(made_modules(language)["kit/js/words"])
        shutil.copy(UI / "kit/js/strings.js", tmp_path)
        (tmp_path / "package.json").write_text('{"type": "module"}')
        ask = f"import {{t}} from './strings.js'; console.log(JSON.stringify({json.dumps(cases)}.map(c => t(...c))))"
        told = subprocess.check_output(["node", "--input-type=module", "-e", ask], cwd=tmp_path)
        assert json.loads(told) == [say(key, language, **values) for key, values in cases]


def storage_or_load(path: Path) -> None:
    checkpoint.load(path) if path.suffix else safetensors_file.read(path)


QUOTED = re.compile(r"'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`")
PROSE = re.compile(r"[A-Za-z]{2,}[,.:;]? [A-Za-z]{2,}|\b[A-Z][a-z]{2,}")
SHOWN = re.compile(
    r"""(?:textContent|title|alt|placeholder|label|'aria-label')\s*[:=]\s*['`]([^'`$]*[A-Za-z]{2}[^'`$]*)"""
)
# Selectors, styles, classes, and what the browser itself calls a key or a kind of dragged things.
MACHINE = re.compile(
    r"\.?lse-.*|\.tabs .*|button, select(, input)?|(translate|linear-gradient)\(.*|\(prefers-.*|Files"
    r"|Escape|Enter|Tab|Shift|Control|Alt|Meta|Page(Down|Up)"
)


@pytest.mark.parametrize("path", module_files(UI).values(), ids=module_files(UI))
def test_no_module_of_the_page_holds_words_of_its_own(path):
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        code = re.sub(r"(^|\s)//.*", "", line)
        if code.lstrip().startswith(("*", "/*")) or "console." in code:
            continue
        texts = [re.sub(r"\$\{[^}]*\}", "", "".join(both)) for both in QUOTED.findall(code)]
        found += [text for text in texts if PROSE.search(text) and not MACHINE.fullmatch(text)]
        found += SHOWN.findall(code)
    assert found == []


@pytest.mark.parametrize("module", ["vae.ui.header.tab", *(tab.module for tab in TABS)])
def test_no_template_holds_words_of_its_own(module):
    template = re.sub(r"<math.*?</math>", "", import_module(module).TEMPLATE, flags=re.DOTALL)
    assert re.findall(r">[^<]*[A-Za-z]{2}[^<]*<", template) == []
    said = r"""(?<!data-)(?:title|alt|placeholder|label|aria-[a-z]+text)=["'][^"']*[A-Za-z]{2}"""
    assert re.findall(said, template) == []


def test_no_component_of_gradio_holds_words_of_its_own():
    said = {"label", "info", "placeholder", "value"}
    for path in sorted(UI.rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        made = [call for call in calls if ast.unparse(call.func).startswith("gr.")]
        given = [word.value for call in made for word in call.keywords if word.arg in said]
        assert [ast.unparse(value) for value in given if isinstance(value, ast.Constant) and value.value] == [], path
