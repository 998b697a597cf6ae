"""Comprehensions: loops that make lists, sets and dicts."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi_guard.project.evaluator.assignments import bind
from fastapi_guard.project.evaluator.dispatch import evaluate
from fastapi_guard.project.evaluator.iteration import MOST_ITERATIONS, iterate
from fastapi_guard.project.evaluator.operators import key_of, truth
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    Item,
    Mapping,
    Sequence,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def comprehension(kind: str) -> Callable[[Interpreter, Any, Scope], Value]:
    def handler(interpreter: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Value:
        items: list[Value] = []
        inner = Scope(scope.module, {}, parent=_comprehension_parent(scope), function=scope.function)
        is_complete = _generate(
            interpreter, node.generators, inner, lambda: items.append(evaluate(interpreter, node.elt, inner)), scope
        )
        return Sequence(kind, items, is_complete)

    return handler


def _comprehension_parent(scope: Scope) -> Scope | None:
    return None if scope.kind == "module" else scope


def dict_comprehension(interpreter: Interpreter, node: ast.DictComp, scope: Scope) -> Value:
    mapping = Mapping({})
    inner = Scope(scope.module, {}, parent=_comprehension_parent(scope), function=scope.function)

    def add() -> None:
        key = key_of(evaluate(interpreter, node.key, inner))
        value = evaluate(interpreter, node.value, inner)
        if key is None:
            mapping.is_complete = False
        else:
            mapping.items[key[0]] = value

    mapping.is_complete = _generate(interpreter, node.generators, inner, add, scope) and mapping.is_complete
    return mapping


def _generate(
    interpreter: Interpreter, generators: list[ast.comprehension], inner: Scope, emit: Callable[[], None], outer: Scope
) -> bool:
    """Run the loops of a comprehension; False when what they give is not known completely."""
    if not generators:
        emit()
        return True
    first, rest = generators[0], generators[1:]
    iterable = evaluate(interpreter, first.iter, inner)
    items = iterate(interpreter, iterable)
    is_complete = items is not None and len(items) <= MOST_ITERATIONS
    for value in items if items is not None and is_complete else [Item(iterable, Unknown("an item of a loop"))]:
        bind(interpreter, first.target, value, inner)
        tests = [evaluate(interpreter, test, inner) for test in first.ifs]
        for test in tests:
            interpreter.note_test(test)
        decided = [truth(test) for test in tests]
        if False in decided:
            continue
        is_complete = is_complete and None not in decided
        is_complete = _generate(interpreter, rest, inner, emit, outer) and is_complete
    return is_complete
