"""Which arms of conditions a registration stands in: of two in different arms of one condition only one is made."""

from __future__ import annotations

import ast

from fastapi_guard.project.model import PathOperation
from fastapi_guard.project.values import Place

Arm = tuple[str, int, int]
"""The file and line of an `if`, `try` or `match`, and the number of the arm."""


def arms_around(place: Place) -> tuple[Arm, ...]:
    """The arms that a statement stands in, outermost first."""
    line = int(getattr(place.node, "lineno", 0))
    found: list[Arm] = []
    pending: list[ast.AST] = [place.module.tree]
    while pending:
        node = pending.pop()
        for number, arm in enumerate(_arms(node)):
            if arm and _first_line(arm[0]) <= line <= (arm[-1].end_lineno or line):
                found.append((place.module.path, getattr(node, "lineno", 0), number))
        pending.extend(
            child
            for child in ast.iter_child_nodes(node)
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)) and _spans(child, line)
        )
    return tuple(found)


def are_exclusive(first: PathOperation, second: PathOperation) -> bool:
    """Whether only one of two operations is registered, whichever way a condition turns out."""
    arm_by_condition = {(path, line): arm for path, line, arm in first.arms}
    return any(arm_by_condition.get((path, line), arm) != arm for path, line, arm in second.arms)


def _arms(node: ast.AST) -> list[list[ast.stmt]]:
    if isinstance(node, ast.If):
        return [node.body, node.orelse]
    if isinstance(node, (ast.Try, ast.TryStar)):
        return [[*node.body, *node.orelse], *(handler.body for handler in node.handlers)]
    return [case.body for case in node.cases] if isinstance(node, ast.Match) else []


def _spans(node: ast.AST, line: int) -> bool:
    if isinstance(node, ast.match_case):
        return True
    return _first_line(node) <= line <= int(getattr(node, "end_lineno", None) or line)


def _first_line(node: ast.AST) -> int:
    """The line of the first decorator, where there is one."""
    decorators = [int(each.lineno) for each in getattr(node, "decorator_list", ())]
    return min([int(getattr(node, "lineno", 1)), *decorators])
