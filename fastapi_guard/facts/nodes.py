"""The nodes of Python's own syntax trees that say something: not contexts and operators."""

from __future__ import annotations

import ast
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
