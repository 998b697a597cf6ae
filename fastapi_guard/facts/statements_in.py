"""Every statement of a tree, without a look into its expressions: most questions are about statements, most nodes are not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

BLOCKS = ("body", "orelse", "finalbody")


def statements_in(tree: ast.AST) -> Iterator[ast.stmt]:
    """The statements below a module, a function or a statement, in order, outer ones first; not the node itself."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt) and node is not tree:
            yield node
        below: list[ast.AST] = []
        for name in BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list):
                below += block
            if name == "body":
                below += getattr(node, "handlers", ())
                below += getattr(node, "cases", ())
        below.reverse()
        pending += below
