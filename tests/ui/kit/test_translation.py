"""English and Korean: every string in both, names of the data and sentences of the core among them."""

import ast
import re
import zipfile
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import CheckpointError
from vae.data import DATASETS, DataError, available
from vae.data.own.dataset import gather
from vae.live.devices import device_name
from vae.system import safetensors_file
from vae.ui import TABS
from vae.ui.kit.bundle import module_files
from vae.ui.kit.i18n import TEXTS, Sentence, UserError, named, recognised, say
from vae.ui.kit.part import UI

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
    within = Sentence("finding.other_shape", data="Room")
    assert "Room has images" in say("finding.missing_images", reason=within)
    assert "방 이미지" in say("finding.missing_images", "ko", reason=within)


def told(error: type[Exception], action) -> str:
    with pytest.raises(error) as caught:
        action()
    return str(caught.value)


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
    "core.not_zip": lambda folder: (folder / "a.txt").write_text("no") and folder / "a.txt",
    "core.no_image": lambda folder: packed(folder),
    "core.no_image_skipped": lambda folder: packed(folder, a=b"no picture", b=b"none"),
    "core.one_image": lambda folder: pictures(folder, 1),
    "core.few_images": lambda folder: pictures(folder, 3),
    "core.few_images_skipped": lambda folder: (folder / "a.txt").write_text("no") and pictures(folder, 3),
}


@pytest.mark.parametrize("key", OWN)
def test_what_is_said_of_ones_own_images_is_recognised(key, tmp_path):
    source = OWN[key](tmp_path)
    text = told(DataError, lambda: gather(source, 32, tmp_path / "out"))
    found = recognised(text)
    assert found["key"] == key and say(found["key"], **found["values"]) == text
    assert HANGUL.search(say(found["key"], "ko", **found["values"]))
    for part in found["values"].get("skipped", ()):
        assert part["key"].startswith("core.skipped_")


def test_what_is_said_of_a_file_is_recognised(tmp_path, trained):
    broken, foreign, poor = tmp_path / "a.safetensors", tmp_path / "b.safetensors", tmp_path / "c.safetensors"
    broken.write_bytes(b"no tensors")
    tensors, header = safetensors_file.read(trained.path)
    safetensors_file.save_file(tensors, foreign)
    safetensors_file.write(poor, tensors, {key: value for key, value in header.items() if key != "steps"})
    wanted = {broken: "not_safetensors", foreign: "foreign", poor: "header_lacks", tmp_path / "d": "no_file"}
    for path, key in wanted.items():
        text = told(CheckpointError, lambda path=path: storage_or_load(path))
        assert recognised(text)["key"] == f"core.{key}", text
        assert UserError("error.checkpoint", reason=text).values["reason"]["key"] == f"core.{key}"


def storage_or_load(path: Path) -> None:
    checkpoint.load(path) if path.suffix else safetensors_file.read(path)


@pytest.mark.parametrize("name", DATASETS)
def test_missing_images_are_recognised(name, tmp_path):
    missing = available(name, tmp_path)
    if missing:
        found = recognised(missing)
        assert found["key"].startswith("core.") and found["values"]["command"] in missing
        assert say(found["key"], **found["values"]) == missing


def test_devices_are_recognised():
    assert recognised(device_name(torch.device("cpu")))["key"] in ("core.cpu_core", "core.cpu_cores")


def test_other_text_stays_as_it_is():
    assert recognised("Nobody has written this.") == "Nobody has written this."
    assert recognised("x" * 10**6) == "x" * 10**6


@pytest.mark.parametrize("key", [key for key in TEXTS["en"] if key.startswith("core.")])
def test_a_sentence_of_the_core_is_told_from_the_others(key):
    places = dict.fromkeys(re.findall(r"\{(\w+)\}", TEXTS["en"][key]), "7")
    assert recognised(TEXTS["en"][key].format(**places))["key"] == key


QUOTED = re.compile(r"'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`")
PROSE = re.compile(r"[A-Za-z]{2,}[,.:;]? [A-Za-z]{2,}|\b[A-Z][a-z]{2,}")
SHOWN = re.compile(
    r"""(?:textContent|title|alt|placeholder|label|'aria-label')\s*[:=]\s*['`]([^'`$]*[A-Za-z]{2}[^'`$]*)"""
)
# Selectors, styles, classes, and what the browser itself calls a key or a kind of dragged things.
MACHINE = re.compile(
    r"\.?lse-.*|\.tabs .*|button, select(, input)?|(translate|linear-gradient)\(.*|\(prefers-.*|Files"
    r"|Escape|Enter|Tab|Shift|Control|Alt|Meta"
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
