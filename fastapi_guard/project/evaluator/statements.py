"""What statements do: bind names, register routes, leave."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Statements
from typing import TYPE_CHECKING, Any

from fastapi_guard.knowledge.authentication import OTHER_FAILURES
from fastapi_guard.project.evaluator.assignments import annotated_assign, assign, augmented_assign, bind, set_name
from fastapi_guard.project.evaluator.branches import alternatives, join, or_raises, run_if
from fastapi_guard.project.evaluator.by_type import ByType
from fastapi_guard.project.evaluator.calls import call_method
from fastapi_guard.project.evaluator.definitions import define_class, define_function
from fastapi_guard.project.evaluator.dispatch import evaluate, run_block
from fastapi_guard.project.evaluator.imports import run_import, run_import_from
from fastapi_guard.project.evaluator.iteration import MOST_ITERATIONS, iterate
from fastapi_guard.project.evaluator.operators import truth
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.evaluator.ways import BREAKS, CONTINUES, FALLS, RAISES, RETURNS
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    NONE,
    Conditional,
    Coroutine,
    External,
    Generator,
    Instance,
    Item,
    Literal,
    Place,
    Result,
    Unknown,
    Value,
    constant,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


MOST_TURNS = 60
"""How often a `while` is followed whose test can be decided each time."""


def _expression(interpreter: Interpreter, statement: ast.Expr, scope: Scope) -> int:
    evaluate(interpreter, statement.value, scope)
    return FALLS


def _return(interpreter: Interpreter, statement: ast.Return, scope: Scope) -> int:
    value = NONE if statement.value is None else evaluate(interpreter, statement.value, scope)
    scope.returned.append(value)
    return RETURNS


def _raise(interpreter: Interpreter, statement: ast.Raise, scope: Scope) -> int:
    if statement.exc is not None:
        value = evaluate(interpreter, statement.exc, scope)
        if interpreter.trace is not None:
            interpreter.note("raise", value, Place(scope.module, statement))
    return RAISES


def _for(interpreter: Interpreter, statement: ast.For | ast.AsyncFor, scope: Scope) -> int:
    iterable = evaluate(interpreter, statement.iter, scope)
    return _loop(scope, lambda: _each(interpreter, statement, iterable, scope))


def _loop(scope: Scope, run: Callable[[], int]) -> int:
    """A loop, after which its names are those of its end and of every `break` and `continue`."""
    outside, scope.leaving = scope.leaving, []
    try:
        ways = run()
        if scope.leaving:
            scope.names.update(join([dict(scope.names), *scope.leaving]))
    finally:
        scope.leaving = outside
    return ways


def _each(interpreter: Interpreter, statement: ast.For | ast.AsyncFor, iterable: Value, scope: Scope) -> int:
    items = iterate(interpreter, iterable)
    ways = FALLS
    if items is None or len(items) > MOST_ITERATIONS:
        bind(
            interpreter,
            statement.target,
            Item(iterable, Unknown("an item of a loop that could not be followed")),
            scope,
        )
        ways |= or_raises(lambda: run_block(interpreter, statement.body, scope))
    else:
        for item in items:
            conditional = isinstance(item, Conditional) and not item.is_undecided
            if isinstance(item, Conditional):
                if conditional:
                    interpreter.conditions.append(item.setting)
                item = item.value
            try:
                bind(interpreter, statement.target, item, scope)
                way = run_block(interpreter, statement.body, scope)
            finally:
                if conditional:
                    interpreter.conditions.pop()
            ways |= way
            if not way & BREAKS:
                scope.leaving.clear()  # what a `continue` left behind is bound again by the next item
            if not way & (FALLS | CONTINUES):
                break
        else:
            ways |= run_block(interpreter, statement.orelse, scope)
    return (ways & (RETURNS | RAISES)) | FALLS


def _turns(interpreter: Interpreter, statement: ast.While, scope: Scope, decided: bool | None) -> int:
    """The body of a `while`, again as long as its test is known to hold."""
    ways = run_block(interpreter, statement.body, scope)
    turns = 1
    while (
        decided is True
        and not isinstance(statement.test, ast.Constant)
        and interpreter.trace is None
        and ways & (FALLS | CONTINUES)
        and turns < MOST_TURNS
        and truth(evaluate(interpreter, statement.test, scope)) is True
    ):
        ways |= run_block(interpreter, statement.body, scope)
        turns += 1
    return ways


def _while(interpreter: Interpreter, statement: ast.While, scope: Scope) -> int:
    test = evaluate(interpreter, statement.test, scope)
    interpreter.note_test(test)
    decided = truth(test)
    if decided is False:
        return run_block(interpreter, statement.orelse, scope)
    ways = _loop(scope, lambda: _turns(interpreter, statement, scope, decided))
    if decided is True and not ways & BREAKS:
        return (ways & (RETURNS | RAISES)) or FALLS
    return (ways & (RETURNS | RAISES)) | FALLS


def _try(interpreter: Interpreter, statement: ast.Try, scope: Scope) -> int:
    if _is_import_fallback(statement):
        ways = _import_fallback(interpreter, statement, scope)
    else:
        unverified: list[bool] = []
        catching = _catching(interpreter, statement, scope)
        branches: list[Callable[[], int]] = [lambda: _tried(interpreter, statement, scope, catching, unverified)]
        branches += [_handler(interpreter, handler, scope, catching, unverified) for handler in statement.handlers]
        ways = alternatives(interpreter, scope, branches)
    if statement.finalbody:
        way = run_block(interpreter, statement.finalbody, scope)
        if not way & FALLS:
            return way
    return ways


def _tried(
    interpreter: Interpreter,
    statement: ast.Try,
    scope: Scope,
    catching: ast.ExceptHandler | None,
    unverified: list[bool],
) -> int:
    """How the body of a `try` ends by itself; where verifying fails in it, the handler for that says what becomes."""
    try:
        return _body_and_else(interpreter, statement, scope)
    except AnalysedCodeRaises:
        unverified.append(True)
        return 0 if catching is not None else RAISES


def _catching(interpreter: Interpreter, statement: ast.Try, scope: Scope) -> ast.ExceptHandler | None:
    """The first handler that takes a credential that is missing or forged: not that for one that has expired."""
    if interpreter.trace is None or not interpreter.trace.is_bare:
        return None

    def takes(node: ast.expr | None) -> bool:
        if isinstance(node, ast.Tuple):
            return any(takes(element) for element in node.elts)
        kind = evaluate(interpreter, node, scope) if node is not None else None
        return not isinstance(kind, External) or kind.name.rpartition(".")[2] not in OTHER_FAILURES

    return next((handler for handler in statement.handlers if takes(handler.type)), None)


def _body_and_else(interpreter: Interpreter, statement: ast.Try, scope: Scope) -> int:
    ways = run_block(interpreter, statement.body, scope)
    if ways & FALLS and statement.orelse:
        ways = (ways & ~FALLS) | run_block(interpreter, statement.orelse, scope)
    return ways


def _handler(
    interpreter: Interpreter,
    handler: ast.ExceptHandler,
    scope: Scope,
    catching: ast.ExceptHandler | None = None,
    unverified: Statements[bool] = (),
) -> Callable[[], int]:
    def run() -> int:
        if unverified and handler is not catching:
            return 0
        if handler.name:
            caught = evaluate(interpreter, handler.type, scope) if handler.type else External("builtins.BaseException")
            scope.names[handler.name] = Result(caught, (), {}, Place(scope.module, handler))
        interpreter.caught.append(ast.unparse(handler.type) if handler.type else "")
        try:
            return run_block(interpreter, handler.body, scope)
        finally:
            interpreter.caught.pop()

    return run


def _is_import_fallback(statement: ast.Try) -> bool:
    names = {
        node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        for handler in statement.handlers
        for node in (handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])
        if node is not None
    }
    return bool(names) and names <= {"ImportError", "ModuleNotFoundError"}


def _import_fallback(interpreter: Interpreter, statement: ast.Try, scope: Scope) -> int:
    """`try: import x / except ImportError: ...`: what can be imported is."""
    ways = _body_and_else(interpreter, statement, scope)
    missing = [
        name
        for node in statement.body
        for name in bound_names(node)
        if isinstance(interpreter.settle(scope.names.get(name, NONE)), Unknown)
    ]
    if missing:
        for handler in statement.handlers:
            ways |= _handler(interpreter, handler, scope)()
    return ways


def _with(interpreter: Interpreter, statement: ast.With | ast.AsyncWith, scope: Scope) -> int:
    for item in statement.items:
        manager = evaluate(interpreter, item.context_expr, scope)
        if item.optional_vars is not None:
            bind(interpreter, item.optional_vars, entered(interpreter, manager, scope, item.context_expr), scope)
    return run_block(interpreter, statement.body, scope)


def entered(interpreter: Interpreter, manager: Value, scope: Scope, node: ast.expr) -> Value:
    """What `with manager as x` binds."""
    if isinstance(manager, Coroutine):
        manager = manager.result
    if isinstance(manager, Generator):
        return manager.items[0] if manager.items else Unknown("a context manager that yields nothing")
    if isinstance(manager, Instance):
        for name in ("__aenter__", "__enter__"):
            if manager.cls.lookup(name):
                value = call_method(interpreter, manager, name, (), {}, Place(scope.module, node))
                return value.result if isinstance(value, Coroutine) else value
    return manager


def _global(interpreter: Interpreter, statement: ast.Global | ast.Nonlocal, scope: Scope) -> int:
    if scope.kind != "module":
        scope.outer_names.update(statement.names)
    return FALLS


def _match(interpreter: Interpreter, statement: ast.Match, scope: Scope) -> int:
    subject = evaluate(interpreter, statement.subject, scope)
    interpreter.note_test(subject)

    def case_of(case: ast.match_case) -> Callable[[], int]:
        def run() -> int:
            for node in ast.walk(case.pattern):
                name = getattr(node, "name", None) or getattr(node, "rest", None)
                if isinstance(name, str):
                    scope.names[name] = Item(subject, Unknown("a part of a matched value"))
            return run_block(interpreter, case.body, scope)

        return run

    known = constant(subject) if isinstance(subject, Literal) else None
    if known is not None:
        told = [_matches(interpreter, case.pattern, known, scope) for case in statement.cases if case.guard is None]
        if len(told) == len(statement.cases) and None not in told[: told.index(True) + 1 if True in told else None]:
            return case_of(statement.cases[told.index(True)])() if True in told else FALLS
    return alternatives(interpreter, scope, [*(case_of(case) for case in statement.cases), lambda: FALLS])


def _matches(interpreter: Interpreter, pattern: ast.pattern, known: object, scope: Scope) -> bool | None:
    """Whether a constant matches a pattern; None when that cannot be told."""
    if isinstance(pattern, ast.MatchValue):
        value = constant(evaluate(interpreter, pattern.value, scope))
        return None if value is None else value == known
    if isinstance(pattern, ast.MatchOr):
        told = [_matches(interpreter, part, known, scope) for part in pattern.patterns]
        return True if True in told else (None if None in told else False)
    if isinstance(pattern, ast.MatchAs):
        return True if pattern.pattern is None else _matches(interpreter, pattern.pattern, known, scope)
    return False if isinstance(pattern, (ast.MatchSequence, ast.MatchMapping)) else None


def _type_alias(interpreter: Interpreter, statement: Any, scope: Scope) -> int:
    set_name(scope, statement.name.id, evaluate(interpreter, statement.value, scope))
    return FALLS


def _break(interpreter: Interpreter, statement: ast.Break, scope: Scope) -> int:
    scope.leaving.append(dict(scope.names))
    return BREAKS


def _continue(interpreter: Interpreter, statement: ast.Continue, scope: Scope) -> int:
    scope.leaving.append(dict(scope.names))
    return CONTINUES


def _assert(interpreter: Interpreter, statement: ast.Assert, scope: Scope) -> int:
    interpreter.note_test(evaluate(interpreter, statement.test, scope))
    return FALLS


def _falls(interpreter: Interpreter, statement: ast.stmt, scope: Scope) -> int:
    return FALLS


STATEMENTS: ByType[Callable[[Interpreter, Any, Scope], int]] = ByType(
    {
        object: _falls,
        ast.Expr: _expression,
        ast.Assign: assign,
        ast.AnnAssign: annotated_assign,
        ast.AugAssign: augmented_assign,
        ast.Return: _return,
        ast.Raise: _raise,
        ast.If: run_if,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.Try: _try,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.FunctionDef: define_function,
        ast.AsyncFunctionDef: define_function,
        ast.ClassDef: define_class,
        ast.Import: run_import,
        ast.ImportFrom: run_import_from,
        ast.Global: _global,
        ast.Nonlocal: _global,
        ast.Match: _match,
        ast.Break: _break,
        ast.Continue: _continue,
        ast.Assert: _assert,
    }
)


if hasattr(ast, "TryStar"):
    STATEMENTS[ast.TryStar] = _try


if hasattr(ast, "TypeAlias"):
    STATEMENTS[ast.TypeAlias] = _type_alias


def bound_names(statement: ast.stmt) -> Iterator[str]:
    """Names that a top-level statement binds, also inside `if`, `try` and `with`."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            for node in ast.walk(target):
                if isinstance(node, ast.Name):
                    yield node.id
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield alias.asname or alias.name.split(".", 1)[0]
    else:
        for field in ("body", "orelse", "finalbody"):
            for child in getattr(statement, field, []):
                yield from bound_names(child)
        for handler in getattr(statement, "handlers", []):
            for child in handler.body:
                yield from bound_names(child)
