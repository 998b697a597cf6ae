"""Rows that are kept for the next request under a key that does not say whose they are, and answered before anybody looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from fastapi_guard.project.aftermath import Aftermath
from fastapi_guard.project.descent import sources
from fastapi_guard.project.kinds import CLIENT
from fastapi_guard.project.origins import Origins
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import Item, Member, Operation, Result, Value

WRITES = frozenset({"set", "setex", "psetex", "set_json", "put", "hset", "aset"})
READS = frozenset({"get", "getex", "get_json", "hget", "aget", "pop"})


def answered_before(
    row: Value, trace: Trace, aftermath: Aftermath, origins: Origins, compares: Sequence[Value]
) -> Value | None:
    """What is answered instead of a row when it was kept before, and never compared with the principal."""
    for store, key, kept in _puts(trace):
        if not any(origins.comes_from(part, row) for part in kept):
            continue
        kinds = origins.kinds(key)
        if CLIENT not in kinds or origins.is_of_principal(key):
            continue
        for read in _read(store, trace, aftermath):
            if not any(_looks_at(compare, read, origins) for compare in compares):
                return read
    return None


@lru_cache(maxsize=16)
def _puts(trace: Trace) -> tuple[tuple[Value, Value, tuple[Value, ...]], ...]:
    """What is put where, under which key: `cache[task_id] = task`, `redis.set(key, task.json())`."""
    found: list[tuple[Value, Value, tuple[Value, ...]]] = []
    for event in trace.events:
        value = event.value
        if event.kind == "store" and isinstance(value, Operation):
            store, key, kept = value.operands
            found.append((store, key, (kept,)))
        elif event.kind == "call" and isinstance(value, Result) and isinstance(value.callee, Member):
            if value.callee.name in WRITES and value.arguments:
                given = (*value.arguments[1:], *value.keywords.values())
                found.append((value.callee.receiver, value.arguments[0], given))
    return tuple(found)


def _read(store: Value, trace: Trace, aftermath: Aftermath) -> Iterator[Value]:
    """What is taken out of a store and answered."""
    for event in trace.events:
        read, receiver = event.value, None
        if event.kind == "lookup" and isinstance(read, Item):
            receiver = read.receiver
        elif event.kind == "call" and isinstance(read, Result) and isinstance(read.callee, Member):
            receiver = read.callee.receiver if read.callee.name in READS else None
        is_same = receiver is store or (
            isinstance(receiver, Result) and isinstance(store, Result) and receiver.place == store.place is not None
        )
        if receiver is not None and is_same and aftermath.answers(read):
            yield read


def _looks_at(compare: Value, read: Value, origins: Origins) -> bool:
    sides = compare.operands if isinstance(compare, Operation) else ()
    return any(read in sources(side) for side in sides) and any(origins.is_of_principal(side) for side in sides)
