"""The ES modules of assets/js as one file: a page that asks for one thing is drawn sooner than one that asks for many.

Every module becomes a function scope in the order of its imports. The modules keep to a plain style, which is checked:
named imports at the top, `export` before a const, function or class, nothing exported that is assigned again.
"""

import re
import tempfile
from functools import lru_cache
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path

_IMPORT = re.compile(r"^import \{([^}]*)\} from '\./([\w-]+)\.js';$", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:const|function|class) (\w+))", re.MULTILINE)


def bundle(folder: Path, **made: str) -> str:
    """All modules of a folder as one module, which exports `modules`: name -> what that one exports.

    Args:
        made: the sources of modules that are no files: name -> text.

    Raises:
        ValueError: a module imports or exports in another style than the one above; it is named.
        graphlib.CycleError: modules import each other.
    """
    sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js"))} | made
    needs = {name: {needed for _, needed in _IMPORT.findall(source)} for name, source in sources.items()}
    scopes = [_scope(name, sources[name]) for name in TopologicalSorter(needs).static_order()]
    return "const modules = {};\n" + "".join(scopes) + "export {modules};\n"


@lru_cache(maxsize=16)
def written(folder: Path, **made: str) -> Path:
    """The bundle as a file of this process, whose name changes with its content; it goes when the process ends."""
    text = bundle(folder, **made)
    path = Path(_folder().name) / f"explorer-{sha256(text.encode()).hexdigest()[:12]}.js"
    path.write_text(text, encoding="utf-8")
    return path


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="latent-space-explorer-")


def _scope(name: str, source: str) -> str:
    exported = ", ".join(found for _, found in _EXPORT.findall(source))
    body = _IMPORT.sub(lambda found: f"const {{{found[1].replace(' as ', ': ')}}} = modules['{found[2]}'];", source)
    body = _EXPORT.sub(r"\1", body)
    if re.search(r"^(import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{name}.js imports or exports in a way that cannot be bundled")
    return f"modules['{name}'] = (() => {{\n{body}return {{{exported}}};\n}})();\n"
