"""Conditions that Python decides before the database sees them: `and`, `or`, `not`, `is` and `in` between columns."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from fastapi_guard.project.model import Misread
from fastapi_guard.project.values import Member, Operation, Result, Value

IsColumn = Callable[[Value], bool]

CONSTANTS = {"is": False, "in": False, "is not": True, "not in": True}
"""What Python makes of a column and one of these operators, whatever is in the database."""
TRUTHS = {"==": False, "!=": True}
"""The truth of a comparison of a column: SQLAlchemy compares the two sides as objects."""


def misread_in(condition: Value, is_column: IsColumn, depth: int = 0) -> Iterator[Misread]:
    """The parts of a condition that never reach the database."""
    if depth > 6:
        return
    if isinstance(condition, Operation) and condition.place is not None and _is_misread(condition, is_column):
        place = condition.place
        text = ast.unparse(place.node)
        yield Misread(text, _outcome(condition, is_column), place.module.location(place.node))
    elif isinstance(condition, Result):
        for argument in condition.arguments:
            yield from misread_in(argument, is_column, depth + 1)


def _is_misread(condition: Operation, is_column: IsColumn) -> bool:
    if condition.operator in CONSTANTS:
        return is_column(condition.operands[0])
    about_columns = [_is_clause(operand, is_column) for operand in condition.operands]
    if condition.operator == "not":
        return about_columns[0]
    return condition.operator in ("and", "or") and all(about_columns)


def _is_clause(value: Value, is_column: IsColumn) -> bool:
    """A column, or something that SQLAlchemy makes of one."""
    if is_column(value):
        return True
    if isinstance(value, Operation):
        return any(_is_clause(operand, is_column) for operand in value.operands)
    return isinstance(value, Result) and isinstance(value.callee, Member) and is_column(value.callee.receiver)


def _outcome(condition: Operation, is_column: IsColumn) -> str:
    """What is left of it, as a sentence says it."""
    if condition.operator in CONSTANTS:
        return f"the query compares with `{CONSTANTS[condition.operator]}`"
    if condition.operator == "not":
        truth = _truth(condition.operands[0], is_column)
        return FAILS if truth is None else f"the query compares with `{not truth}`"
    stops_at = condition.operator == "or"
    for operand in condition.operands[:-1]:
        truth = _truth(operand, is_column)
        if truth is None:
            return FAILS
        if truth is stops_at:
            return _only(operand)
    return _only(condition.operands[-1])


FAILS = "it raises `TypeError`"


def _only(operand: Value) -> str:
    place = getattr(operand, "place", None)
    return (
        f"only `{ast.unparse(place.node)}` reaches the query"
        if place is not None
        else "only a part of it reaches the query"
    )


def _truth(value: Value, is_column: IsColumn) -> bool | None:
    """What `bool` gives for a clause; None where it raises."""
    if is_column(value):
        return True
    if isinstance(value, Operation):
        return CONSTANTS.get(value.operator, TRUTHS.get(value.operator))
    return None
