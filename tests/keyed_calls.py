"""Where a module names the key of a sentence: what the call gives for the places of its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

# Classes and functions that take a key and values -> the place of the key among their arguments.
TAKERS = dict.fromkeys(
    (
        "ConfigError",
        "DataError",
        "CheckpointError",
        "GraphError",
        "HubError",
        "_NoAnswer",
        "RunError",
        "Exceeded",
        "ForeignError",
        "ExploreError",
        "CallerError",
    ),
    0,
)
TAKERS |= {
    "UserError": 0,
    "Refused": 1,
    "Sentence": 0,
    "Warned": 0,
    "Failed": 0,
    "_require": 1,
    "require": 1,
    "GraphError": 0,
    "expect": 3,
}


class Keyed(NamedTuple):
    """A call that writes its key down, what is computed within it as "*".

    `given`: the names of its values, None where some of them show only when it runs.
    """

    where: str
    key: str
    given: frozenset[str] | None


def keyed_calls(path: Path) -> Iterator[Keyed]:
    """All of a module, in the order of its lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for scope in ast.walk(tree):
        if isinstance(scope, (ast.FunctionDef, ast.Module)):
            yield from _of_scope(scope, path)


def _of_scope(scope: ast.FunctionDef | ast.Module, path: Path) -> Iterator[Keyed]:
    nodes = list(_inside(scope))
    named = {}
    for call in sorted((node for node in nodes if isinstance(node, (ast.Assign, ast.Call))), key=lambda n: n.lineno):
        if isinstance(call, ast.Assign):
            named |= dict(_assigned(call))
            continue
        taker = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        place = TAKERS.get(taker)
        if place is None or len(call.args) <= place:
            continue
        given = _given(call, call.args[place + 1 :] if taker in ("Warned", "Failed") else [], named)
        given = given if given is None or taker != "expect" else given | {"file", "entry"}
        key = call.args[place]
        for option in (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,):
            if isinstance(option, (ast.Constant, ast.JoinedStr)):
                parts = option.values if isinstance(option, ast.JoinedStr) else [option]
                text = "".join(part.value if isinstance(part, ast.Constant) else "*" for part in parts)
                yield Keyed(f"{path.name}:{call.lineno}", text, given)


def with_places(texts: dict[str, str], key: str) -> dict[str, frozenset[str]]:
    """The keys of a catalogue that `key` with its "*" may become -> the places of their texts."""
    return {found: frozenset(re.findall(r"\{(\w+)\}", texts[found])) for found in texts if fnmatchcase(found, key)}


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module without those of the functions within it."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _inside(node)


def _assigned(node: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    target, value = node.targets[0], node.value
    several = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
    for name, part in zip(target.elts, value.elts, strict=True) if several else [(target, value)]:
        if isinstance(name, ast.Name):
            yield name.id, part


def _given(call: ast.Call, values: list[ast.expr], named: dict[str, ast.expr]) -> frozenset[str] | None:
    """Names of the keywords, and of dicts that are written down in the same function."""
    names = {word.arg for word in call.keywords if word.arg is not None}
    for held in [*values, *(word.value for word in call.keywords if word.arg is None)]:
        held = named.get(held.id) if isinstance(held, ast.Name) else held
        if not isinstance(held, ast.Dict) or not all(isinstance(key, ast.Constant) for key in held.keys):
            return None
        names |= {key.value for key in held.keys}
    return frozenset(names)
