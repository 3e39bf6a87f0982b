"""The first lines of the README, by which a Hugging Face Space builds and lists the app."""

import ast
import sys
from importlib.metadata import distributions, packages_distributions, version
from pathlib import Path

import gradio
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}  # that the Hub knows


@pytest.fixture(scope="module")
def card():
    before, head, _ = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    assert before == ""
    return yaml.safe_load(head)


@pytest.fixture(scope="module")
def required():
    lines = (ROOT / "requirements.txt").read_text().split()
    return {found.name: found.specifier for found in map(Requirement, lines)}


def test_the_space_is_built_with_the_gradio_that_this_is_tested_with(card, required):
    wanted = Version(card["sdk_version"])
    assert card["sdk"] == "gradio" and wanted in required["gradio"]
    assert Version(gradio.__version__).release[0] == wanted.release[0] and Version(gradio.__version__) >= wanted
    assert isinstance(card["python_version"], str)  # unquoted, 3.10 would be the number 3.1
    assert (3, 10) <= tuple(map(int, card["python_version"].split("."))) <= (3, 13)


def test_everything_that_is_required_is_what_runs_here(required):
    for name, specifier in required.items():
        assert specifier.contains(version(name), prereleases=True), name


OPTIONAL = {"spaces", "pillow_heif", "IPython"}  # a Space, photos in HEIC, and notebooks bring them


def imported():
    """The packages that the program itself names, all functions included."""
    for path in [ROOT / "app.py", *(ROOT / "vae").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (name.name.partition(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module.partition(".")[0]


def projects() -> dict[str, list[str]]:
    """The projects that bring each package."""
    if sys.version_info >= (3, 11):
        return packages_distributions()
    found: dict[str, list[str]] = {}  # Python 3.10 passes over wheels that do not list their packages
    for project in distributions():
        for name in {file.parts[0].removesuffix(".py") for file in project.files or ()}:
            found.setdefault(name, []).append(project.metadata["Name"])
    return found


def test_every_package_that_is_imported_is_required(required):
    others = set(imported()) - set(sys.stdlib_module_names) - {"vae"} - OPTIONAL
    known = projects()
    needed = {name: {project.lower() for project in known.get(name, [])} for name in others}
    assert [name for name, offered in needed.items() if not offered & set(required)] == []


def test_the_space_starts_what_is_here_and_is_listed_as_it_should(card):
    assert (ROOT / card["app_file"]).is_file() and card["license"] == "mit"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert 0 < len(card["short_description"]) <= 60 and card["title"] == "Latent Space Explorer"
    assert {card["colorFrom"], card["colorTo"]} <= COLOURS and not card["emoji"].isascii()
    assert card["tags"] and all(tag == tag.lower() and " " not in tag for tag in card["tags"])


def test_this_python_is_one_that_is_promised():
    assert (3, 10) <= sys.version_info[:2] <= (3, 13)
