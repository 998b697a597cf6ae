"""Which values others were taken of: the row of `row.user_id`, of `str(row)`, of `[row]`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from fastapi_guard.project.evaluator.by_type import ByType
from fastapi_guard.project.parts import MOST_PARTS, PartReader
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Class,
    Coroutine,
    External,
    Function,
    Instance,
    Item,
    Member,
    Operation,
    Partial,
    Result,
    Sequence,
    Value,
)

CHANGEABLE = (Function, Instance, Partial, Sequence)
NOTHING: frozenset[Value] = frozenset()


def descent_reader(loads: Iterable[Value]) -> PartReader[Value]:
    """Says which of some values a value was taken of."""
    alone = {load: frozenset({load}) for load in loads}

    def read(part: Value, pending: list[Value]) -> frozenset[Value]:
        pending += HOLDERS[type(part)](part)
        return alone.get(part, NOTHING)

    return PartReader(read, CHANGEABLE)


@lru_cache(maxsize=4_096)
def sources(value: Value) -> frozenset[Value]:
    """Everything that a value was taken of, itself included."""
    pending: list[Value] = [value]
    seen: set[Value] = set()
    while pending and len(seen) < MOST_PARTS:
        part = pending.pop()
        if part not in seen:
            seen.add(part)
            pending += HOLDERS[type(part)](part)
    return frozenset(seen)


def closed_over(value: Value) -> list[Value]:
    """What a function that was made on the spot remembers: `Policy.of(task)` gives one that knows the task."""
    if isinstance(value, Partial):
        return [*value.arguments, *value.keywords.values()]
    if isinstance(value, Function) and value.scope.kind == "function":
        return list(value.scope.names.values())
    return []


def _none(part: Value) -> Iterable[Value]:
    return ()


def _of_member(part: Member | Item) -> Iterable[Value]:
    return (part.receiver,)


def _of_result(part: Result) -> Iterable[Value]:
    callee = part.callee
    if isinstance(callee, External) or (isinstance(callee, Member) and isinstance(callee.receiver, Class)):
        return part.arguments[:1]  # str(row.user_id), list(rows), TaskRead.model_validate(row)
    return (callee,)


def _of_choice(part: Choice) -> Iterable[Value]:
    return part.options


def _of_argument(part: Argument) -> Iterable[Value]:
    return (part.holder,) if part.holder is not None else ()


def _of_instance(part: Instance) -> Iterable[Value]:
    return [value for name, value in part.arguments.items() if name in ("0", "**")]


def _of_coroutine(part: Coroutine) -> Iterable[Value]:
    return (part.result,)


def _of_sequence(part: Sequence) -> Iterable[Value]:
    return part.items


def _of_operation(part: Operation) -> Iterable[Value]:
    return part.operands


HOLDERS: ByType[Callable[[Any], Iterable[Value]]] = ByType(
    {
        object: _none,
        Argument: _of_argument,
        Choice: _of_choice,
        Coroutine: _of_coroutine,
        Function: closed_over,
        Instance: _of_instance,
        Item: _of_member,
        Member: _of_member,
        Operation: _of_operation,
        Partial: closed_over,
        Result: _of_result,
        Sequence: _of_sequence,
    }
)
"""What a value was taken of, as far as one step goes."""
