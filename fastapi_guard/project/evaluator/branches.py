"""Tests that cannot be decided: both branches happen, each from the same names, and what they bind is joined."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.dispatch import evaluate, run_block
from fastapi_guard.project.evaluator.operators import default_truth, truth
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.evaluator.ways import FALLS, RAISES, RETURNS
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    External,
    Value,
    choice,
    is_same,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def run_if(interpreter: Interpreter, statement: ast.If, scope: Scope) -> int:
    is_start = _asks_how_it_is_started(statement.test)
    if is_start and statement.orelse and _is_equality(statement.test):  # a server imports the module
        return run_block(interpreter, statement.orelse, scope)
    test = evaluate(interpreter, statement.test, scope)
    interpreter.note_test(test)
    decided = None if is_start else truth(test)
    if isinstance(test, External) and test.name == "typing.TYPE_CHECKING":
        run_block(interpreter, statement.body, scope)
        return run_block(interpreter, statement.orelse, scope)
    if decided is True:
        return run_block(interpreter, statement.body, scope)
    if decided is False:
        return run_block(interpreter, statement.orelse, scope)
    by_default = default_truth(test)
    if by_default is not None:
        taken, other = (statement.body, statement.orelse) if by_default[0] else (statement.orelse, statement.body)
        return _by_default(interpreter, taken, other, by_default[1], scope)
    interpreter.undecided.append(statement.test if interpreter.trace is None else None)
    try:
        return alternatives(
            interpreter,
            scope,
            [
                lambda: run_block(interpreter, statement.body, scope),
                lambda: run_block(interpreter, statement.orelse, scope),
            ],
        )
    finally:
        interpreter.undecided.pop()


def shown_test(test: ast.expr | None) -> str:
    """A test as messages name it; empty for one that only asks how the program is started."""
    return "" if test is None or _asks_how_it_is_started(test) else ast.unparse(test)[:60]


def _is_equality(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq)


def _asks_how_it_is_started(test: ast.expr) -> bool:
    """`__name__ == "__main__"`: a module is imported or run."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _by_default(
    interpreter: Interpreter, taken: list[ast.stmt], other: list[ast.stmt], setting: str, scope: Scope
) -> int:
    """A test that a setting decides: what happens by default happens, and what else could is remembered as conditional."""
    before = dict(scope.names)
    interpreter.switches.append(setting)
    try:
        way = or_raises(lambda: run_block(interpreter, taken, scope))
    finally:
        interpreter.switches.pop()
    after = dict(scope.names)
    returned = len(scope.returned)
    _set_names(scope, before)
    interpreter.conditions.append(setting)
    try:
        other_way = or_raises(lambda: run_block(interpreter, other, scope))
    finally:
        interpreter.conditions.pop()
    ends = [after, dict(scope.names)] if other_way & FALLS else [after]
    if interpreter.trace is None:
        del scope.returned[returned:]
    else:  # whoever watches wants to know what can happen, not only what happens by default
        if (way | other_way) & RETURNS:
            interpreter.trace.leaving_settings.append(setting)
        if not way & FALLS and other_way & FALLS:
            ends = ends[1:]
        way |= other_way
    _set_names(scope, join(ends, setting))
    return way


def alternatives(interpreter: Interpreter, scope: Scope, branches: Iterable[Callable[[], int]]) -> int:
    """Evaluate branches of which one will happen, each from the same names, and join what those that go on have bound."""
    before = dict(scope.names)
    ways = 0
    ends: list[dict[str, Value]] = []
    for number, branch in enumerate(branches):
        if number:
            _set_names(scope, before)
        way = or_raises(branch)
        ways |= way
        if way & FALLS:
            ends.append(dict(scope.names))
    if ends:
        _set_names(scope, join(ends))
    return ways


def _set_names(scope: Scope, names: dict[str, Value]) -> None:
    """Let a scope hold these names; in place, as modules and classes have theirs in common with it."""
    scope.names.clear()
    scope.names.update(names)


def or_raises(branch: Callable[[], int]) -> int:
    """How a branch ends, also when the code in it certainly raises."""
    try:
        return branch()
    except AnalysedCodeRaises:
        return RAISES


def join(ends: list[dict[str, Value]], setting: str = "") -> dict[str, Value]:
    """One namespace for several that may each be the case."""
    joined = dict(ends[0])
    for end in ends[1:]:
        for name, value in end.items():
            known = joined.get(name)
            if known is value:
                continue
            if known is None:
                joined[name] = value
            elif not is_same(known, value):
                joined[name] = choice([known, value], setting)
    return joined
