"""Rows that may not be there: which loads give None, and whether the code uses what they give before it asks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property, lru_cache

from fastapi_guard.facts.statements_in import statements_in
from fastapi_guard.knowledge.database import GIVES_NONE_TO
from fastapi_guard.location import Location
from fastapi_guard.project.descent import sources
from fastapi_guard.project.model import Absence
from fastapi_guard.project.one_row import may_give_none
from fastapi_guard.project.scope import ModuleScope
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import (
    Choice,
    Coroutine,
    External,
    Member,
    Operation,
    Place,
    Result,
    Value,
)

LOGICAL = frozenset({"not", "and", "or", "bool", "is", "is not", "==", "!="})
NEEDS_A_ROW = frozenset({"delete", "refresh", "add", "expunge"})
"""Methods of sessions that fail when they are given None."""
VALIDATES = frozenset({"model_validate", "from_orm", "parse_obj"})
ASKS_NOTHING = NEEDS_A_ROW | VALIDATES
MOST_NESTED = 8
CATCHING = frozenset({"AttributeError", "TypeError", "Exception", "BaseException", "UnmappedInstanceError"})


class AbsenceReader:
    """What becomes of rows in one trace; a class because the trace is read once and asked for each load."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    @cached_property
    def _calls(self) -> list[Result]:
        return self._trace.calls()

    @cached_property
    def _ends(self) -> list[Result]:
        return [call for call in self._calls if may_give_none(call)]

    @cached_property
    def _loads(self) -> set[Value]:
        return {call for call in self._calls if isinstance(call.callee, Member)}

    @cached_property
    def _returned(self) -> list[Value]:
        return _options(self._trace.returned) if self._trace.returned is not None else []

    @cached_property
    def _asked(self) -> set[Value]:
        """What conditions depend on, and what is given to something that could not be followed and may ask."""
        tested = _parts_of_tests([*self._trace.tests, *self._trace.compares])
        return tested.union(option for call in self._calls for option in _given(call))

    def rows(self, load: Value) -> list[Result]:
        """What the query gave as one row or None: `session.get(...)` itself, `.first()` of what `execute` gave.

        `row.model_dump().get("author")` asks a mapping, and no database.
        """
        return [end for end in self._ends if end is load or (not _is_keyed(end) and load in _receivers(end))]

    def is_asked(self, row: Value) -> bool:
        """Whether a condition depends on whether the row is there, or something that could not be followed is given it."""
        return row in self._asked

    def is_of_row(self, value: Value) -> bool:
        """Whether a value was taken of what a query gave."""
        return not sources(value).isdisjoint(self._loads)

    def of(self, load: Value) -> Absence | None:
        """How the code uses a row that nobody has asked for."""
        for row in self.rows(load):
            if self.is_asked(row):
                continue
            for event in self._trace.events:
                text = _used(event, row)
                if text and event.place is not None:
                    return None if _is_caught(event) else Absence(_spelled(row), text, _location(event.place))
            if any(option is row for option in self._returned):
                return Absence(_spelled(row), "", None)
        return None


def _is_keyed(end: Result) -> bool:
    return isinstance(end.callee, Member) and end.callee.name in GIVES_NONE_TO


def _receivers(value: Value) -> Iterator[Value]:
    """The objects whose methods were called, one after the other."""
    while isinstance(value, Result) and isinstance(value.callee, Member):
        value = value.callee.receiver
        yield value


def _options(value: Value) -> list[Value]:
    """Everything that a value may be."""
    if isinstance(value, Coroutine):
        return _options(value.result)
    if isinstance(value, Choice):
        return [part for option in value.options for part in _options(option)]
    return [value]


def _parts_of_tests(tests: list[Value]) -> set[Value]:
    """The values whose being there tests ask for, level by level, each looked at once."""
    found: set[Value] = set()
    asked = tests
    for _ in range(MOST_NESTED + 1):
        inner: list[Value] = []
        for value in asked:
            for option in _options(value) if isinstance(value, (Choice, Coroutine)) else (value,):
                if option not in found:
                    found.add(option)
                    if isinstance(option, Operation) and option.operator in LOGICAL:
                        inner += option.operands
        asked = inner
    return found


def _given(call: Result) -> list[Value]:
    """What a call that could not be followed is given, other than to store, delete or show it."""
    if isinstance(call.callee, Member) and call.callee.name in ASKS_NOTHING:
        return []
    return [option for value in (*call.arguments, *call.keywords.values()) for option in _options(value)]


def _used(event: Event, row: Value) -> str:
    """What an event takes from the row, as written; empty when it takes nothing."""
    value = event.value
    if event.kind == "part" and isinstance(value, Member) and value.receiver is row:
        return _text(event.place, value.name)
    if event.kind == "set" and isinstance(value, Operation) and any(o is row for o in _options(value.operands[0])):
        return _text(event.place, value.operator)
    if event.kind == "call" and isinstance(value, Result) and isinstance(value.callee, Member):
        given = value.arguments[0] if value.arguments else None
        is_row = given is not None and any(option is row for option in _options(given))
        if is_row and value.callee.name in VALIDATES | {"delete", "refresh"}:
            return _text(event.place, value.callee.name)
    return ""


def _text(place: Place | None, name: str) -> str:
    node = place.node if place is not None else None
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        written = ast.unparse(node)
        return written if len(written) <= 60 else f"….{node.attr}"
    return name


def _spelled(row: Result) -> str:
    """`session.get`, `.first`: the method that gives None."""
    node = row.place.node if row.place is not None else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        receiver = node.func.value
        return f"{receiver.id}.{node.func.attr}" if isinstance(receiver, ast.Name) else f".{node.func.attr}"
    return row.callee.name if isinstance(row.callee, (Member, External)) else ""


def _location(place: Place) -> Location:
    return place.module.location(place.node)


def _is_caught(event: Event) -> bool:
    """Whether an `except` around the use, or around a call that leads to it, takes what fails."""
    return any(_catches(place) for place in (event.place, *event.sites) if place is not None)


def _catches(place: Place) -> bool:
    line = getattr(place.node, "lineno", 0)
    for node in _tries_in(place.module):
        if node.body[0].lineno <= line <= (node.body[-1].end_lineno or 0):
            for handler in node.handlers:
                names = {
                    name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
                    for name in _caught(handler)
                }
                if handler.type is None or names & CATCHING:
                    return True
    return False


@lru_cache(maxsize=1_024)
def _tries_in(module: ModuleScope) -> tuple[ast.Try, ...]:
    return tuple(statement for statement in statements_in(module.tree) if isinstance(statement, ast.Try))


def _caught(handler: ast.ExceptHandler) -> list[ast.expr]:
    if handler.type is None:
        return []
    return list(handler.type.elts) if isinstance(handler.type, ast.Tuple) else [handler.type]
