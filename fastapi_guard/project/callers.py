"""Factories that are called in several ways: which of their parameters depend on who calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fastapi_guard.facts.nodes import nodes_below
from fastapi_guard.project.evaluator.definitions import defaults_of
from fastapi_guard.project.evaluator.dispatch import run_block
from fastapi_guard.project.evaluator.expressions import evaluate
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.sources import Sources
from fastapi_guard.project.values import Argument, Function, Place, Value

NO_CONSTANT = object()


def undecided_arguments(interpreter: Interpreter, factory: Function, sources: Sources) -> dict[str, Value]:
    """Parameters that decide something and that callers fill differently, each as a value that nobody knows."""
    spec = factory.definition.args
    if isinstance(factory.definition, ast.Lambda) or not (spec.posonlyargs or spec.args or spec.kwonlyargs):
        return {}
    given = [_constants(factory.definition, call) for call in _calls(interpreter, factory, sources)]
    tested = _tested_names(factory.definition)
    found: dict[str, Value] = {}
    for parameter in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]:
        values = [constants[parameter.arg] for constants in given if parameter.arg in constants]
        known = [value for value in values if value is not NO_CONSTANT]
        differ = any((type(value), value) != (type(values[0]), values[0]) for value in values)
        if known and differ and (parameter.arg in tested or any(_is_switch(value) for value in known)):
            found[parameter.arg] = Argument(parameter.arg, None, Place(factory.module, parameter))
    return found


def _is_switch(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _tested_names(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names in the tests of a function's code."""
    tests = [node.test for node in ast.walk(definition) if isinstance(node, (ast.If, ast.IfExp))]
    return {name.id for test in tests for name in ast.walk(test) if isinstance(name, ast.Name)}


def _constants(definition: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call) -> dict[str, object]:
    """What a call gives to each parameter: a constant, also by default, or `NO_CONSTANT`."""
    spec = definition.args
    filled: dict[str, ast.expr] = {parameter.arg: default for parameter, default in defaults_of(spec)}
    for parameter, argument in zip([*spec.posonlyargs, *spec.args], call.args, strict=False):
        if isinstance(argument, ast.Starred):
            break
        filled[parameter.arg] = argument
    filled.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None})
    return {name: node.value if isinstance(node, ast.Constant) else NO_CONSTANT for name, node in filled.items()}


def _calls(interpreter: Interpreter, factory: Function, sources: Sources) -> Iterator[ast.Call]:
    """The calls of a factory in the project's code, tests aside, whether that code was run or not."""
    for path in sources.that_call(factory.name):
        module = interpreter.module(path)
        if module is None:
            continue
        scope = Scope(module, {}, kind="module")
        nodes = nodes_below(module.tree)
        run_block(interpreter, [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))], scope)
        for node in nodes:
            if isinstance(node, ast.Call) and _last_name(node.func) == factory.name:
                callee = evaluate(interpreter, node.func, scope)
                if isinstance(callee, Function) and callee.definition is factory.definition:
                    yield node


def _last_name(function: ast.expr) -> str:
    """`create` of `create` and of `module.create`."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
