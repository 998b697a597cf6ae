"""The nodes of Python's own syntax trees that say something: not contexts and operators."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

SILENT = frozenset(
    {
        "arg",
        "asname",
        "attr",
        "conversion",
        "ctx",
        "id",
        "is_async",
        "kind",
        "level",
        "module",
        "op",
        "ops",
        "rest",
        "simple",
        "type_comment",
    }
)
"""Fields that hold names, numbers, contexts and operators, whatever the node is."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of nodes that hold nodes, by the type of the node."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        holding = () if kind is ast.Constant else tuple(name for name in kind._fields if name not in SILENT)
        self[kind] = holding
        return holding


_FIELDS = _Fields()


def nodes_below(root: ast.AST) -> list[ast.AST]:
    """A node and all below it, level by level as `ast.walk` gives them."""
    found = [root]
    for node in found:  # it grows meanwhile
        found += children_of(node)
    return found


@lru_cache(maxsize=512)
def nodes_of(definition: ast.AST) -> tuple[ast.AST, ...]:
    """The same, remembered: many ask about one function after the other."""
    return tuple(nodes_below(definition))


def children_of(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, in the order of its fields."""
    found: list[ast.AST] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif value.__class__ is list:
            for item in value:
                if isinstance(item, ast.AST):
                    found.append(item)
    return found


def nodes_on(root: ast.AST, lines: Sequence[int]) -> Iterator[ast.AST]:
    """The nodes below a module that stand on one of some lines, level by level."""
    pending = [root]
    for node in pending:  # it grows meanwhile
        yield node
        below = children_of(node)
        if not isinstance(node, ast.JoinedStr):  # what is inside knows no lines of its own before Python 3.12
            below = [child for child in below if _spans_any(child, lines)]
        pending += below


def _spans_any(node: ast.AST, lines: Sequence[int]) -> bool:
    """Whether a node stands on one of some lines; one that knows no line may."""
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if first is None or last is None:
        return True
    first = min((first, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))))
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last


def lines_of(pattern: re.Pattern[str], text: str) -> list[int]:
    """The numbers of the lines on which a pattern is found."""
    found: list[int] = []
    line, counted = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        found.append(line)
    return found
