"""The rules of the house: imports run downward and in no circle, and few modules know Gradio or Plotly."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

VAE = Path(__file__).resolve().parent.parent / "vae"
MODULES = {
    ".".join(path.relative_to(VAE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(VAE.rglob("*.py"))
}
# A room may import from its own level and from those before it.
LEVELS = (
    ("system", "config", "images"),
    ("data",),
    ("models",),
    ("training",),
    ("latent", "evaluation", "inference", "metrics"),
    ("checkpoints",),
    ("importers", "live", "sweep"),
    ("cli", "ui", "explorer"),
)
LEVEL = {room: number for number, level in enumerate(LEVELS) for room in level}
TABS = ("header", "explore", "compare", "train", "learn")
# Within ui: what each room may import beside itself.
WITHIN_UI = {"kit": (), "models": ("kit",), "server": ("kit", "models")} | dict.fromkeys(TABS, ("kit", "models"))
WITHIN_UI |= {"page": ("kit", "models", "explore", "compare")}  # tabs as a file
ALSO = {("vae.ui.train.tab", "vae.ui.server.zerogpu")}  # a lent device trains in queued events, which are the server's
# Package -> the modules that may import it.
DRAWS = {
    "gradio": r"vae\.ui\.(kit\.part|(server|header)\.\w+|\w+\.tab)",
    "plotly": r"vae\.ui\.(kit\.figure|(\w+\.)+payload)",
    "spaces": r"vae\.ui\.server\.\w+",
}


def imports(path: Path, inside: bool = True) -> Iterator[str]:
    """What a module imports, for types alone left out: "vae.data", or "vae.data.own.cache.gathered" for a name in it.

    Args:
        inside: also within functions?
    """
    nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not inside:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        nodes += ast.iter_child_nodes(node)


@cache
def needs(path: Path) -> set[str]:
    """The modules of this project that a module imports."""
    names = {name for name in imports(path) if name.partition(".")[0] == "vae"}
    return {name if name in MODULES else name.rpartition(".")[0] for name in names}


def room(name: str) -> str | None:
    """The first part of a module's name below vae; None for the faces of the package itself."""
    return name.split(".")[1] if name.count(".") and not name.endswith("__main__") else None


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_downward(name):
    if room(name) is None:
        return
    assert room(name) in LEVEL, f"{name} stands in no room"
    for needed in needs(MODULES[name]):
        assert room(needed) is not None, f"{name} imports the package's face"
        assert LEVEL[room(needed)] <= LEVEL[room(name)], f"{name} imports {needed}"
        assert "cli" not in (room(needed), room(name)) or room(name) == "cli", f"{name} imports {needed}"


def test_files_of_other_programs_are_read_by_the_command_line_alone():
    """And nothing in them is run."""
    for name, path in MODULES.items():
        if room(name) not in ("importers", "cli"):
            assert not {needed for needed in needs(path) if room(needed) == "importers"}, name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                safe = {word.arg: ast.unparse(word.value) for word in node.keywords}.get("weights_only") == "True"
                assert room(name) == "importers" and safe, f"{name}:{node.lineno}"


@pytest.mark.parametrize("name", [name for name in MODULES if name.count(".") > 1 and room(name) == "ui"])
def test_no_tab_imports_another(name):
    for needed in needs(MODULES[name]):
        assert not is_foreign(name, needed), f"{name} imports {needed}"


def is_foreign(name: str, needed: str) -> bool:
    """Does a module of a room of ui import from a room that it may not, or the app's face, which leads to all tabs?"""
    if needed == "vae.ui":
        return True
    own = name.split(".")[2]
    other = needed.split(".")[2] if needed.startswith("vae.ui.") else own
    return other not in (own, *WITHIN_UI[own]) and (name, needed) not in ALSO


@pytest.mark.parametrize(
    ("name", "needed", "foreign"),
    [
        ("vae.ui.explore.tab", "vae.ui", True),
        ("vae.ui.kit.part", "vae.ui", True),
        ("vae.ui.explore.tab", "vae.ui.compare.payload", True),
        ("vae.ui.train.endpoints", "vae.ui.server.api", True),
        ("vae.ui.train.tab", "vae.ui.server.zerogpu", False),
        ("vae.ui.explore.tab", "vae.ui.models.payload", False),
        ("vae.ui.explore.tab", "vae.latent.lattice", False),
    ],
)
def test_what_is_foreign_to_a_tab(name, needed, foreign):
    assert is_foreign(name, needed) is foreign


def test_there_is_no_circle():
    graph = {name: needs(path) - {name} for name, path in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("package", DRAWS)
def test_few_modules_import_what_draws_the_page(package):
    for name, path in MODULES.items():
        if not re.fullmatch(DRAWS[package], name):  # the app's face imports Gradio when it is asked for a page
            found = {needed.partition(".")[0] for needed in imports(path, inside=name != "vae.ui")}
            assert package not in found, f"{name} imports {package}"


def test_a_threshold_is_defined_once():
    """The numbers by which page, doctor and tables decide."""
    once = {
        target.id
        for node in ast.parse(MODULES["vae.evaluation.latent_use"].read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
    }
    assert once >= {"ACTIVE_NATS", "FOLLOWED"}
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in once:
                assert name == "vae.evaluation.latent_use", f"{name} defines {node.id} again"


def test_pictures_are_opened_by_chosen_readers_alone():
    """Pillow would try all of its readers, of which some start programs or open other formats by themselves."""
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Image.open":
                assert "formats" in {word.arg for word in node.keywords}, f"{name}:{node.lineno}"
