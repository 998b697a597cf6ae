"""Running syntax: each node by what the tables of the interpreter say of its type."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.evaluator.ways import FALLS
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import Place, Unknown, Value

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def evaluate(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """What an expression is in a scope; never raises because of the analysed code."""
    interpreter.steps_left = left = interpreter.steps_left - 1  # `interpreter.step()`, without the cost of a call
    if left <= 0:
        raise OutOfSteps
    return interpreter.expressions[type(node)](interpreter, node, scope)


def annotation_value(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """What an annotation means; text is read as the expression that it spells."""
    while isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node not in interpreter.spelled:
            interpreter.spelled[node] = _spelled(node, node.value)
        spelled = interpreter.spelled[node]
        if spelled is None:
            return Unknown("an annotation that is not an expression", Place(scope.module, node))
        node = spelled
    return evaluate(interpreter, node, scope)


def _spelled(node: ast.Constant, text: str) -> ast.expr | None:
    """The expression that a text spells, as if it stood there; None where it is none."""
    try:
        parsed = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    for child in ast.walk(parsed):
        ast.copy_location(child, node)
    return parsed


def run_block(interpreter: Interpreter, statements: Sequence[ast.stmt], scope: Scope) -> int:
    """Evaluate statements in order; gives the ways in which the block can end."""
    ways = FALLS
    doubts = len(interpreter.doubts)
    try:
        for statement in statements:
            interpreter.step()
            way = interpreter.statements[type(statement)](interpreter, statement, scope)
            ways = (ways & ~FALLS) | way
            if not way & FALLS:
                break
            if way != FALLS and isinstance(statement, ast.If) and interpreter.trace is None:
                interpreter.doubts.append(statement.test)
    finally:
        del interpreter.doubts[doubts:]
    return ways
