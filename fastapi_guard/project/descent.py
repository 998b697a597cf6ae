"""Which values others were taken of: the row of `row.user_id`, of `str(row)`, of `[row]`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

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
        _add_holders(part, pending)
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
            _add_holders(part, pending)
    return frozenset(seen)


def _add_holders(part: Value, pending: list[Value]) -> None:
    """What a value was taken of, as far as one step goes."""
    if isinstance(part, (Member, Item)):
        pending.append(part.receiver)
    elif isinstance(part, Result):
        if isinstance(part.callee, External) or (
            isinstance(part.callee, Member) and isinstance(part.callee.receiver, Class)
        ):
            pending += part.arguments[:1]  # str(row.user_id), list(rows), TaskRead.model_validate(row)
        else:
            pending.append(part.callee)
    elif isinstance(part, Choice):
        pending += part.options
    elif isinstance(part, Argument):
        if part.holder is not None:
            pending.append(part.holder)
    elif isinstance(part, Instance):
        pending += [value for name, value in part.arguments.items() if name in ("0", "**")]
    elif isinstance(part, Coroutine):
        pending.append(part.result)
    elif isinstance(part, Sequence):
        pending += part.items
    elif isinstance(part, Operation):
        pending += part.operands
    elif isinstance(part, (Function, Partial)):
        pending += closed_over(part)


def closed_over(value: Value) -> list[Value]:
    """What a function that was made on the spot remembers: `Policy.of(task)` gives one that knows the task."""
    if isinstance(value, Partial):
        return [*value.arguments, *value.keywords.values()]
    if isinstance(value, Function) and value.scope.kind == "function":
        return list(value.scope.names.values())
    return []
