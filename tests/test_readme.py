"""README.md and README.ko.md: every command in them is run (trainings for two steps on few images) or parsed, every
Python block is run, every link leads somewhere.
"""

import ast
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from gradio_client.exceptions import AppError
from PIL import Image

import app
from vae.checkpoints import checkpoint, hub
from vae.cli import train as train_command
from vae.cli.arguments import configured
from vae.cli.main import main, parser
from vae.data import Subset, load
from vae.evaluation.latent_use import FOLLOWED
from vae.evaluation.matching import SHARED
from vae.system import paths
from vae.training.refit import refitted
from vae.ui import Shared, build_demo, launch

ROOT = Path(__file__).parents[1]
README, KOREAN = (ROOT / name for name in ("README.md", "README.ko.md"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("cd", "git", "hf")  # commands of others: hosting
CLIENT = "gradio_client"  # in the block for other programs
FEW = 240  # images, evenly out of a split


def blocks(path, language):
    return [text for found, text in FENCE.findall(path.read_text(encoding="utf-8")) if found == language]


def commands_in(path):
    """Every command of the bash blocks as a list of words; loops and && are taken apart."""
    text = "\n".join(blocks(path, "bash")).replace("\\\n", " ")
    lines = [re.sub(r"(^|\s)#.*", "", line) for line in text.splitlines()]
    parts = [part.strip() for line in lines for part in re.split(r"&&|;|\bdo\b|\bdone\b", line)]
    return [shlex.split(part) for part in parts if part and not part.startswith("for ")]


def arguments(words):
    """What stands behind `python -m vae`, variables of a shell loop filled in; None for another command."""
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words = words[1:]
    if words[:3] != ["python", "-m", "vae"]:
        return None
    return [word.replace("$file", "mnist-2d") for word in words[3:]]


ALL = commands_in(README)
OURS = [found for found in map(arguments, ALL) if found]
TRAININGS = [each for each in OURS if each[0] == "train"]


def with_data(words):
    """The words of a training, marked with its data set; those of a folder of pictures are drawn.

    By default one of a folder and one of a preset are run: the others differ in what is looked up, not in what runs.
    """
    parsed = parser().parse_args(words)
    if parsed.dataset == "folder":
        return pytest.param(words)
    marks = [pytest.mark.data(configured(parsed, None).dataset)]
    return pytest.param(words, marks=marks if parsed.preset == "digits-beta" else [*marks, pytest.mark.slow])


@pytest.mark.parametrize("path", [README, KOREAN], ids=lambda path: path.name)
def test_every_command_is_one_that_exists(path, monkeypatch):
    monkeypatch.setattr(app, "find_spec", lambda name: True)  # of what is optional
    monkeypatch.setattr(app.socket, "create_server", lambda *where, **how: SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(hub, "folder_of", lambda name, refuse: name)
    for words in commands_in(path):
        plain = [word for word in words if not re.fullmatch(r"[A-Z_]+=\S*", word)]
        ours = arguments(words)
        if ours:
            assert parser().parse_args(ours).command == ours[0]
        elif plain[:2] == ["python", "app.py"]:
            assert 0 < app.parse(plain[2:]).port < 65536
        elif plain[:2] == ["bash", "tests/run"]:
            assert (ROOT / "tests" / "run").is_file()
        elif plain[0] == "pip":
            assert plain[1] == "install"
        elif plain[0] == "python":
            assert (ROOT / plain[1]).is_file(), plain
        else:
            assert plain[0] in ELSEWHERE, plain


def test_it_tells_what_joins_two_latents():
    text = " ".join(README.read_text(encoding="utf-8").split())
    assert f"a factor that at least one of them follows (a normalised mutual information of {FOLLOWED:g})" in text
    assert f"of which the other knows {SHARED:g} or more" in text


def test_the_two_commands_that_start_it():
    assert "pip install -r requirements.txt && python app.py" in blocks(README, "bash")[0]
    assert blocks(KOREAN, "bash")[0] == blocks(README, "bash")[0]


@pytest.mark.parametrize("words", map(with_data, TRAININGS), ids=lambda words: " ".join(words[1:3]))
def test_a_training_of_the_readme_trains(words, monkeypatch, tmp_path):
    """For two steps, which the budget gives way to. Of the digits a checkpoint is written too; to measure the others
    takes up to a minute each, and how is tested elsewhere.
    """

    def few(name, split, root):
        whole = load(name, split, root, fetch=False)
        return Subset(whole, np.unique(np.linspace(0, len(whole) - 1, FEW).astype(int)))

    parsed = parser().parse_args(words)
    states = []
    monkeypatch.setattr(train_command, "load", few)
    if parsed.dataset != "digits" and not (parsed.preset or "").startswith("digits"):
        monkeypatch.setattr(train_command, "export", lambda state, *others: states.append(state) or {})
        monkeypatch.setattr(train_command, "summary", str)
    monkeypatch.chdir(tmp_path)
    Path("checkpoints").mkdir()
    words = re.sub(r" --(seconds|epochs|steps) \S+", "", " ".join(words)).split()
    if parsed.dataset == "folder":
        draw_pictures(Path(parsed.images))
        words += ["--data", "data"]
    else:
        config = configured(parsed, None)
    assert main([*words, "--steps", "2"]) == 0
    trained = states[0].config if states else checkpoint.load(Path(parsed.out).resolve()).config
    assert trained.training.steps == 2 and (not states or states[0].step == 2)
    if parsed.dataset != "folder":
        assert trained.model == config.model and trained.objective == config.objective


def draw_pictures(folder):
    """Enough for a batch, each another colour."""
    folder.mkdir()
    for number in range(200):
        Image.new("RGB", (80, 72), (number, 255 - number, 128)).save(folder / f"{number}.png")


def test_what_the_readme_trains_is_what_is_shipped():
    """The commands that made the shipped models: their files' own configurations, budget and all. Where a decoder was
    fitted anew, a command of the README says that too.
    """
    made = {parser().parse_args(words).out: words for words in TRAININGS if "checkpoints/" in " ".join(words)}
    assert sorted(Path(out).name for out in made) == sorted(
        path.name for path in paths.CHECKPOINT_FOLDER.glob("*.safetensors")
    )
    for out, words in made.items():
        config = configured(parser().parse_args(words), None)
        model = checkpoint.load(ROOT / out)
        shipped = model.config
        if "refit" in model.header:
            assert any(each[0] == "refit" and "checkpoints/" in " ".join(each) for each in OURS), out
            config = replace(config, model=refitted(config.model))
        assert config.to_json() | {"training": None} == shipped.to_json() | {"training": None}, out


@pytest.mark.parametrize("words", [each for each in OURS if each[0] == "list"], ids=" ".join)
def test_the_list_of_the_readme(words, capsys):
    assert main(words) == 0
    assert "scene3d-beta" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("words", [each for each in OURS if each[0] in ("embed", "evaluate")], ids=" ".join)
def test_the_slow_commands_of_the_readme(words, trained, monkeypatch, tmp_path, capsys):
    shutil.copy(trained.path, tmp_path / "my.safetensors")
    shutil.copy(paths.CHECKPOINT_FOLDER / "mnist-2d.safetensors", tmp_path / "mnist-2d.safetensors")
    monkeypatch.chdir(tmp_path)
    words = [word if word != "mnist-2d" else "mnist-2d.safetensors" for word in words]
    assert main(words) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("code", [code for code in blocks(README, "python") if CLIENT not in code])
def test_the_python_of_the_readme_runs(code, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README", "exec"), {})


@pytest.fixture
def address(tmp_path):
    """The app with the shipped models."""
    shared = Shared.of(paths.CHECKPOINT_FOLDER, None, tmp_path / "runs")
    demo = build_demo(shared)
    _, url, _ = launch(demo, server_name="127.0.0.1", prevent_thread_lock=True)
    yield url
    demo.close()
    shared.training.close()


@pytest.mark.data("mnist")
def test_the_answers_of_the_readme_are_those_of_the_app(address, monkeypatch, tmp_path):
    """Each call of the block for other programs, against what the comment behind or below it says."""
    code = next(code for code in blocks(README, "python") if CLIENT in code)
    monkeypatch.chdir(tmp_path)
    Image.fromarray(load("mnist", "test", fetch=False).batch([0])[0, 0].numpy()).save("seven.png")
    known, checked = {}, 0
    for statement, said in answered(code):
        statement = statement.replace("http://localhost:7860", address)
        if said.startswith("AppError: "):
            with pytest.raises(AppError, match=re.escape(said.removeprefix("AppError: "))):
                eval(statement, known)
        elif not said:
            exec(statement, known)
        else:
            agree(eval(statement.partition(" = ")[2] or statement, known), said)
            exec(statement, known)
        checked += bool(said)
    assert checked >= 8


def answered(code):
    """Each statement of a block with the comment on the lines below it, or else behind it."""
    tree, lines = ast.parse(code), code.splitlines()
    ends = [node.lineno for node in tree.body[1:]] + [len(lines) + 1]
    for node, end in zip(tree.body, ends, strict=True):
        behind = lines[node.end_lineno - 1][node.end_col_offset :]
        below = [line for line in lines[node.end_lineno : end - 1] if line.startswith("#")]
        said = " ".join(line.strip().lstrip("# ") for line in below or [behind])
        yield ast.get_source_segment(code, node), said.strip()


def agree(found, said):
    """A value in a comment; "…, ...}" leaves out the rest, and a picture is told by its size."""
    size = re.search(r"(\d+)×(\d+)", said)
    if size:
        assert Image.open(found).size == tuple(map(int, size.groups()))
        return
    expected = ast.literal_eval(said.replace(", ...", ""))
    same(found, expected)


def same(found, expected):
    if isinstance(expected, dict):
        for key, value in expected.items():
            same(found[key], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for pair in zip(found, expected, strict=True):
            same(*pair)
    else:
        assert found == (pytest.approx(expected, abs=2e-3) if isinstance(expected, float) else expected)


@pytest.mark.parametrize("path", [README, KOREAN], ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif not target.startswith(("http://", "https://")):
            assert (ROOT / target.split("#")[0]).exists(), target


@pytest.mark.parametrize("path", [README, KOREAN], ids=lambda path: path.name)
def test_it_tells_how_to_install_without_cuda(path):
    build = "--index-url https://download.pytorch.org/whl/cpu"
    assert f"pip install torch torchvision {build}" in "\n".join(blocks(path, "bash")) and "5.4 GB" in path.read_text()


def skeleton(path):
    """What is the same in every language: code without its remarks, addresses, figures of the tables, their shapes."""
    text = ("\n" + path.read_text(encoding="utf-8")).partition("\n# ")[2]  # without the Space's card
    code = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    lines = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL).splitlines()
    return {
        "code": [re.sub(r"  .*", "", line) for block in code for line in block.splitlines()],
        "addresses": sorted(re.findall(r"\]\((?!README)([^)]+)\)", "\n".join(lines))),
        "figures": [sorted(re.findall(r"\d[\d,.]*\d|\d", line)) for line in lines if line.startswith("| `")],
        "tables": [line.count("|") for line in lines if line.startswith("|")],
        "headings": [line.split(" ")[0] for line in lines if line.startswith("#")],
    }


def test_the_korean_page_says_what_the_english_one_says():
    english, korean = skeleton(README), skeleton(KOREAN)
    for part in english:
        assert korean[part] == english[part], part
    assert len(KOREAN.read_text(encoding="utf-8")) > 0.5 * len(README.read_text(encoding="utf-8"))
