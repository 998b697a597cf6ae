"""What stands around the nodes of modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fastapi_guard.facts.nodes import children_of
from fastapi_guard.project.scope import ModuleScope
from fastapi_guard.project.values import Place

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

Parents = dict[ast.AST, ast.AST]
"""The node right above each node."""


class ParentReader:
    """Finds them; a class because each module is walked once, whoever asks."""

    def __init__(self) -> None:
        self._known: dict[str, Parents] = {}

    def in_module(self, module: ModuleScope) -> Parents:
        """The parents of all nodes of a module."""
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = parents_below(module.tree)
        return known

    def above(self, place: Place) -> Iterator[ast.AST]:
        """What a node stands in, innermost first."""
        parents = self.in_module(place.module)
        node = parents.get(place.node)
        while node is not None:
            yield node
            node = parents.get(node)


def parents_below(root: ast.AST) -> Parents:
    """The node right above each node below a node."""
    found: Parents = {}
    pending = [root]
    for node in pending:  # it grows meanwhile
        below = children_of(node)
        for child in below:
            found[child] = node
        pending += below
    return found
