"""The page's ES modules as one file: a page that asks for one thing is drawn sooner than one that asks for many.

Every module becomes a function scope in the order of its imports, under the name of its path below the folder, as
"kit/js/arrays". The modules keep to a plain style, which is checked: named imports at the top, `export` before a const,
function or class, nothing exported that is assigned again. A `*.test.js` beside a module is left out.
"""

import os
import posixpath
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from graphlib import TopologicalSorter
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from shutil import copy
from uuid import uuid4

UI = Path(__file__).resolve().parents[1]  # modules and style sheets lie beside the Python of their tab
MOST_FILES = 64  # of `page_file`: networks of some 0.5 MB
_IMPORT = re.compile(r"^import \{([^}]*)\} from '(\.{1,2}/[\w./-]+)\.js';$", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:const|function|class) (\w+))", re.MULTILINE)


def module_files(folder: Path) -> dict[str, Path]:
    """The modules below a folder: name -> file, in the order of their names."""
    files = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.js")}
    return {name: files[name] for name in sorted(files) if not name.endswith(".test")}


def imports(name: str, source: str) -> set[str]:
    """The names of the modules that the module `name` imports."""
    return {_target(name, path) for _, path in _IMPORT.findall(source)}


def bundle(folder: Path, made: Mapping[str, str] | None = None, entry: str | None = None) -> str:
    """All modules below a folder as one module, which exports `modules`: name -> what that one exports.

    Args:
        made: the sources of modules that are no files: name -> text.
        entry: the name of the module that is asked for; others come only where it needs them. None for all.

    Raises:
        ValueError: a module imports or exports in another style than the one above; it is named.
        graphlib.CycleError: modules import each other.
    """
    sources = {name: path.read_text(encoding="utf-8") for name, path in module_files(folder).items()} | dict(made or {})
    needs = {name: imports(name, source) for name, source in sources.items()}
    for name, targets in needs.items():
        if missing := sorted(targets - sources.keys()):
            raise ValueError(f"{name}.js imports {', '.join(missing)}, which there is not")
    taken = needs.keys() if entry is None else _reached(entry, needs)
    order = TopologicalSorter({name: needs[name] for name in needs if name in taken}).static_order()
    return "const modules = {};\n" + "".join(_scope(name, sources[name]) for name in order) + "export {modules};\n"


def script_of(folder: Path, made: Mapping[str, str] | None = None, entry: str | None = None) -> str:
    """The same as a script that exports nothing: what follows in it finds `modules`."""
    return bundle(folder, made, entry).removesuffix("export {modules};\n")


def written(folder: Path, made: Mapping[str, str] | None = None) -> Path:
    """The bundle as a file of this process, whose name changes with its content; it goes when the process ends."""
    text = bundle(folder, made)
    path = Path(_folder().name) / f"explorer-{sha256(text.encode()).hexdigest()[:12]}.js"
    path.write_text(text, encoding="utf-8")
    return path


def worker_source() -> str:
    """The modules of kit/js/decoder as one classic script that serves a worker: a module worker cannot be made of a
    blob where a page was opened from the disk.
    """
    return f"{script_of(UI / 'kit' / 'js' / 'decoder')}modules.worker.serve(self);\n"


def page_file(kind: str, content: bytes) -> Path:
    """A file beside the bundle, which the page fetches and browsers keep, for its name changes with its content. The
    newest `MOST_FILES` of a kind stay; who fetches one that has just gone finds none.

    Raises:
        OSError: the disk refuses.
    """
    folder = Path(_folder().name)
    path = folder / f"{kind}-{sha256(content).hexdigest()[:32]}"
    try:
        os.utime(path)
    except FileNotFoundError:
        coming = folder / f"coming-{uuid4().hex}"
        coming.write_bytes(content)
        coming.replace(path)
    ages = {}
    for each in folder.glob(f"{kind}-*"):
        with suppress(FileNotFoundError):  # another thread has taken it away
            ages[each] = each.stat().st_mtime_ns
    for old in sorted(ages, key=ages.get)[:-MOST_FILES]:
        old.unlink(missing_ok=True)
    return path


@lru_cache(maxsize=1)
def plotly_script() -> Path:
    """Plotly's script of the installed package, beside the bundle, under a name that changes with its version.

    Plotly itself is not imported: half a second that a first page would wait for.
    """
    package = Path(find_spec("plotly").submodule_search_locations[0])
    path = Path(_folder().name) / f"plotly-{version('plotly')}.js"
    return Path(copy(package / "package_data" / "plotly.min.js", path))


def style_sheets() -> list[Path]:
    """The style sheet of every folder: the kit's, the models', then those of the tabs, which build on both."""
    first = [UI / name / "style.css" for name in ("kit", "models")]
    return first + sorted(set(UI.glob("*/style.css")) - set(first))


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="latent-space-explorer-")


def _reached(entry: str, needs: Mapping[str, set[str]]) -> set[str]:
    """The modules that one needs, and itself."""
    reached, waiting = set(), [entry]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += needs[name]
    return reached


def _target(name: str, path: str) -> str:
    """The name of the module that `path` leads to from the module `name`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _scope(name: str, source: str) -> str:
    def taken(found: re.Match[str]) -> str:
        return f"const {{{found[1].replace(' as ', ': ')}}} = modules['{_target(name, found[2])}'];"

    exported = ", ".join(found for _, found in _EXPORT.findall(source))
    body = _EXPORT.sub(r"\1", _IMPORT.sub(taken, source))
    if re.search(r"^(import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{name}.js imports or exports in a way that cannot be bundled")
    return f"modules['{name}'] = (() => {{\n{body}return {{{exported}}};\n}})();\n"
