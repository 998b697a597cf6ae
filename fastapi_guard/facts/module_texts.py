"""What the top level of a module binds to texts, and what a module does with its names."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fastapi_guard.facts.unit import Unit
from fastapi_guard.location import Location

_MEMORY = re.compile(r"sqlite[+\w]*://(?:/?:memory:.*)?$|.*mode=memory")
_LOCAL = re.compile(
    r"[\w+]+://(?:[^:@/]+@)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|db|postgres|mysql|mongo|mongodb|database)?(?::\d+)?(?:[/?]|$)"
)


@dataclass(frozen=True, slots=True)
class ModuleText:
    """A text that a module binds to a name."""

    text: str
    location: Location


def module_text(name: str, unit: Unit) -> ModuleText | None:
    """The only text that the module of a unit ever binds to a name at its top level; None when there is none."""
    tree = unit.surroundings.tree
    return _texts(tree, unit.path).get(name) if tree is not None else None


def is_tested(name: str, unit: Unit) -> bool:
    """Whether anything in the module of a unit asks whether a name has a value."""
    tree = unit.surroundings.tree
    return tree is None or name in _tested(tree)


def is_needed(name: str, unit: Unit) -> bool:
    """Whether a function in the module of a unit uses what a name holds as if it had a value: passes it on, takes it apart."""
    tree = unit.surroundings.tree
    return tree is not None and name in _needed(tree)


def is_passing_address(text: str) -> bool:
    """Whether an address names a database that nobody has to protect: in memory, or here and without a password."""
    return _MEMORY.match(text) is not None or (not text.startswith("sqlite") and _LOCAL.match(text) is not None)


@lru_cache(maxsize=8)
def _texts(tree: ast.Module, path: str) -> dict[str, ModuleText]:
    found: dict[str, ModuleText] = {}
    bound: set[str] = set()
    for statement in tree.body:
        for name, value in _bound(statement):
            text = _text(value, found)
            if name in bound or text is None:
                found.pop(name, None)
            else:
                end = (value.end_lineno or value.lineno, (value.end_col_offset or value.col_offset) + 1)
                found[name] = ModuleText(text, Location(path, value.lineno, value.col_offset + 1, *end))
            bound.add(name)
    return found


def _bound(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement, or one within it, binds, and to what."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _text(value: ast.expr, known: dict[str, ModuleText]) -> str | None:
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else None
    if not isinstance(value, ast.JoinedStr):
        return None
    parts: list[str] = []
    for part in value.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        text = known[inner.id].text if isinstance(inner, ast.Name) and inner.id in known else _text(inner, {})
        if text is None:
            return None
        parts.append(text)
    return "".join(parts)


@lru_cache(maxsize=8)
def _tested(tree: ast.Module) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        tests: list[ast.expr] = []
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            tests = [node.test]
        elif isinstance(node, ast.BoolOp):
            tests = node.values
        elif isinstance(node, ast.Compare):
            tests = [node.left, *node.comparators]
        elif isinstance(node, ast.comprehension):
            tests = [*node.ifs, node.iter]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("all", "any", "bool"):
            tests = list(node.args)
        found.update(part.id for test in tests for part in ast.walk(test) if isinstance(part, ast.Name))
    return frozenset(found)


@lru_cache(maxsize=8)
def _needed(tree: ast.Module) -> frozenset[str]:
    found: set[str] = set()
    functions = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    for node in (inner for function in functions for inner in ast.walk(function)):
        used: list[ast.expr] = []
        if isinstance(node, ast.Attribute):
            used = [node.value]
        elif isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in ("print", "str")):
            used = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.BinOp):
            used = [node.left, node.right]
        elif isinstance(node, ast.FormattedValue):
            used = [node.value]
        found.update(each.id for each in used if isinstance(each, ast.Name))
    return frozenset(found)
