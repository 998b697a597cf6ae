"""Running functions of the project: how often, and what stands for a run that is not made."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.binding import bind_arguments
from fastapi_guard.project.evaluator.dispatch import annotation_value, evaluate, run_block
from fastapi_guard.project.evaluator.fields import is_settings
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.evaluator.ways import FALLS, RAISES
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.trace import Trace, Watched
from fastapi_guard.project.values import (
    NONE,
    Arguments,
    BoundMethod,
    Class,
    Coroutine,
    Function,
    Generator,
    Instance,
    Keywords,
    Result,
    Unknown,
    Value,
    choice,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter

MOST_NESTED_CALLS = 40


MOST_RECURSIONS = 2


MOST_RUNS, MOST_RUNS_ELSEWHERE = 400, 120
"""How often one root runs a function body of a module that registers something, and of any other module."""


MOST_WATCHED_RUNS = 2
"""While somebody watches, a function body is followed this often; after that its last result stands for it."""


MOST_WATCHED_NESTING = 9


def call_function(interpreter: Interpreter, function: Function, arguments: Arguments, keywords: Keywords) -> Value:
    """Run a function of the project on values and join what it can return."""
    if interpreter.trace is not None:
        return _watched(interpreter, interpreter.trace, function, arguments, keywords)
    body = id(function.definition)
    interpreter.runs[body] += 1
    registers = function.module.path in interpreter.seeds
    if interpreter.runs[body] > (MOST_RUNS if registers else MOST_RUNS_ELSEWHERE):
        return Unknown(f"{function.name} is called too often to be followed each time")
    return _run(interpreter, function, arguments, keywords)


def _watched(
    interpreter: Interpreter, trace: Trace, function: Function, arguments: Arguments, keywords: Keywords
) -> Value:
    """Run a function while somebody watches: not again on the very same values, and no body too often."""
    body = id(function.definition)
    key: tuple[object, ...] = (body, id(function.scope), *map(id, arguments))
    if keywords:
        key += (*keywords, *map(id, keywords.values()))
    known = interpreter.watched.get(key)
    if known is not None:
        trace.repeat(known, tuple(interpreter.call_sites))
        return known.result
    if trace.runs.get(body, 0) >= MOST_WATCHED_RUNS or len(interpreter.call_stack) >= MOST_WATCHED_NESTING:
        return _not_again(function, trace.results.get(body), arguments, keywords)
    first = trace.so_far()
    before, trace.bodies = trace.bodies, {body}
    result = _run(interpreter, function, arguments, keywords)
    trace.runs[body] = trace.runs.get(body, 0) + 1
    trace.results[body] = result
    bodies = frozenset(trace.bodies)
    trace.bodies |= before
    kept = (function, *arguments, *keywords.values())
    depth = len(interpreter.call_sites)
    interpreter.watched[key] = Watched(result, kept, depth, bodies, trace, first, trace.so_far())
    return result


def _not_again(function: Function, last: Value | None, arguments: Arguments, keywords: Keywords) -> Value:
    """What stands for a call that is not followed: the object that it gave the last time, else something made of its arguments."""
    given = last.result if isinstance(last, Coroutine) else last
    if given is not None and (
        isinstance(given, (Instance, Class, Function, BoundMethod, Generator)) or not (arguments or keywords)
    ):
        return last if last is not None else given
    made = Result(Unknown(f"{function.name} was not followed again"), arguments, keywords)
    return Coroutine(made) if isinstance(last, Coroutine) else made


def _run(interpreter: Interpreter, function: Function, arguments: Arguments, keywords: Keywords) -> Value:
    definition, stack = function.definition, interpreter.call_stack
    if len(stack) >= MOST_NESTED_CALLS:
        return Unknown("calls nested too deeply")
    if [running.definition for running in stack].count(definition) >= MOST_RECURSIONS:
        return Unknown(f"{function.name} calls itself")
    stack.append(function)
    interpreter.called.add(id(definition))
    try:
        names = bind_arguments(interpreter, function, arguments, keywords)
        scope = Scope(function.module, names, parent=function.scope, function=function)
        if isinstance(definition, ast.Lambda):
            return evaluate(interpreter, definition.body, scope)
        ways = _run_body(interpreter, definition, scope)
    finally:
        stack.pop()
    return _result(interpreter, function, scope, bool(ways & FALLS))


def _run_body(interpreter: Interpreter, definition: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> int:
    """Run a body; gives the ways in which it can end, and writes them down while somebody watches."""
    try:
        ways = run_block(interpreter, definition.body, scope)
    except AnalysedCodeRaises:
        ways = RAISES
    if interpreter.trace is not None:
        interpreter.trace.ways[id(definition)] = ways
        if interpreter.trace.is_bare and ways == RAISES and len(interpreter.call_stack) > interpreter.trace.depth + 1:
            raise AnalysedCodeRaises
    return ways


def _result(interpreter: Interpreter, function: Function, scope: Scope, falls: bool) -> Value:
    """What the caller gets of a body that was run."""
    if scope.yielded:
        return Generator(tuple(scope.yielded))
    values = list(scope.returned)
    if falls:
        values.append(NONE)
    result = choice(values) if values else Unknown(f"{function.name} never returns")
    if interpreter.trace is None and not isinstance(result, Instance):
        result = _declared_settings(interpreter, function) or result
    return Coroutine(result) if function.is_async else result


def _declared_settings(interpreter: Interpreter, function: Function) -> Instance | None:
    """Some object of the settings class that a function is declared to give: each field has its default."""
    node = getattr(function.definition, "returns", None)
    kind = annotation_value(interpreter, node, function.scope) if isinstance(node, (ast.Name, ast.Constant)) else None
    return Instance(kind, is_abstract=True) if isinstance(kind, Class) and is_settings(kind) else None
