"""Whether code that runs when an application starts can register something on it, read without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fastapi_guard.project.evaluator.expressions import evaluate
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.registration import Router
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.seeds import REGISTERING_METHODS, registers
from fastapi_guard.project.values import BoundMethod, External, Function, Result, Value

MOST_NESTED = 6
REGISTERING = REGISTERING_METHODS | {"add_route", "add_websocket_route", "route", "router", "routes"}


def may_register(interpreter: Interpreter, handler: Value) -> bool:
    """Whether a lifespan or start handler registers something, or gives its application to code that may.

    Functions that register on a router that they find by themselves are run anyway.
    """
    if isinstance(handler, BoundMethod):
        return True
    return not isinstance(handler, Function) or _registers_on(interpreter, handler, _first_parameter(handler), 0)


def _first_parameter(function: Function) -> set[str]:
    return {parameter.arg for parameter in function.definition.args.args[:1]}


def _registers_on(interpreter: Interpreter, function: Function, names: set[str], depth: int) -> bool:
    """Whether a function registers something on what the names stand for, or on an application of its module."""
    definition = function.definition
    if isinstance(definition, ast.Lambda) or depth > MOST_NESTED or registers(definition):
        return True
    known = {name for name, value in function.module.names.items() if isinstance(value, Router)}
    names = names | (known - {parameter.arg for parameter in definition.args.args})
    seen: set[ast.AST] = set()
    for statement in definition.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Attribute) and _is_one_of(node.value, names):
                seen.add(node.value)
                if node.attr in REGISTERING:
                    return True
            elif isinstance(node, ast.Call):
                given = list(_given(node, names))
                seen.update(value for _, value in given)
                if given and _passes_on(interpreter, function, node, [place for place, _ in given], depth):
                    return True
    rest = (node for statement in definition.body for node in ast.walk(statement) if node not in seen)
    return any(_is_one_of(node, names) for node in rest)


def _is_one_of(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _given(node: ast.Call, names: set[str]) -> Iterator[tuple[int | str, ast.expr]]:
    """The arguments of a call that are one of the names: position or keyword, and the argument."""
    for position, argument in enumerate(node.args):
        if _is_one_of(argument, names):
            yield position, argument
    for keyword in node.keywords:
        if keyword.arg is not None and _is_one_of(keyword.value, names):
            yield keyword.arg, keyword.value


def _passes_on(
    interpreter: Interpreter, function: Function, node: ast.Call, places: list[int | str], depth: int
) -> bool:
    """Whether what a call is given reaches code of the project that may register on it."""
    callee = evaluate(interpreter, node.func, Scope(function.module, {}, parent=function.scope))
    if isinstance(callee, (External, Result)):
        return False
    if not isinstance(callee, Function):
        return True
    parameters = [parameter.arg for parameter in callee.definition.args.args]
    bound = {place if isinstance(place, str) else parameters[place] for place in places if _fits(place, parameters)}
    return _registers_on(interpreter, callee, bound, depth + 1)


def _fits(place: int | str, parameters: list[str]) -> bool:
    return isinstance(place, str) or place < len(parameters)
