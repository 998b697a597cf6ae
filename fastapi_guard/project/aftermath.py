"""What becomes of rows after a query gave them: answered, changed, asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from fastapi_guard.knowledge.database import is_named_after_a_check
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.descent import sources
from fastapi_guard.project.parts import PartReader
from fastapi_guard.project.rejections import last_name
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Coroutine,
    Instance,
    Item,
    Mapping,
    Member,
    Operation,
    Result,
    Sequence,
    Value,
    constant,
)

CHANGING = frozenset({"sqlmodel_update", "update_from_dict", "set", "update", "save"})
"""Methods of a row that change it."""
QUESTIONS = frozenset({"len", "bool", "any", "isinstance"})
MOST_PARTS = 4000


class Aftermath:
    """What a trace does to the rows in it; a class because the trace is read once, and asked for each row."""

    def __init__(self, trace: Trace, taken_of: PartReader[Value]) -> None:
        self._trace = trace
        self._taken_of = taken_of

    @cached_property
    def checks(self) -> list[Value]:
        """Questions about access, and calls that are named after one."""
        return [
            event.value
            for event in self._trace.events
            if event.kind == "ask"
            or (
                event.kind == "call"
                and isinstance(event.value, Result)
                and is_named_after_a_check(last_name(event.value.callee))
            )
        ]

    @cached_property
    def _calls(self) -> list[tuple[Event, Result, Member]]:
        """Calls of methods that could not be followed."""
        return [
            (event, event.value, event.value.callee)
            for event in self._trace.events
            if event.kind == "call" and isinstance(event.value, Result) and isinstance(event.value.callee, Member)
        ]

    @cached_property
    def _touched(self) -> dict[Value, list[Event]]:
        """What is set on loads, and methods that change or delete them."""
        found: dict[Value, list[Event]] = defaultdict(list)
        for event in self._trace.events:
            if event.kind == "set" and isinstance(event.value, Operation):
                loads = self._set_on(event.value.operands[0])
            elif event.kind == "call" and isinstance(event.value, Result) and isinstance(event.value.callee, Member):
                loads = self._changed_by(event.value, event.value.callee)
            else:
                continue
            for load in loads:
                found[load].append(event)
        return found

    @cached_property
    def _asked(self) -> dict[Value, list[Value]]:
        """Calls of methods of loads, with arguments."""
        found: dict[Value, list[Value]] = defaultdict(list)
        for _, call, callee in self._calls:
            for load in self._taken_of.of(callee.receiver) if call.arguments else ():
                found[load].append(call)
        return found

    @cached_property
    def _popped(self) -> dict[Value, set[str]]:
        """The keys that are taken out of mappings."""
        found: dict[Value, set[str]] = defaultdict(set)
        for _, call, callee in self._calls:
            key = constant(call.arguments[0]) if callee.name == "pop" and call.arguments else None
            if isinstance(key, str):
                found[callee.receiver].add(key)
        return found

    @cached_property
    def _answered(self) -> dict[int, Value] | None:
        return _answered(self._trace.returned)

    def exposes(self, load: Value) -> bool:
        """Whether what a query gave is part of what the handler returns; unknown counts as yes."""
        return self._answered is None or id(load) in self._answered

    def answers(self, value: Value) -> bool:
        """Whether a value is certainly part of what the handler returns."""
        return self._answered is not None and id(value) in self._answered

    def answered(self) -> list[Value]:
        """Everything that is part of what the handler returns, as far as it is known."""
        return list((self._answered or {}).values())

    def changes(self, load: Value) -> bool:
        """Whether a row is changed or deleted after it was loaded; counting it up is no change."""
        return any(not _counts_up(event, load) and event.value is not load for event in self._touched.get(load, ()))

    def touches(self, row: Value) -> list[Event]:
        """What is set on a row, and methods that change it."""
        return self._touched.get(row, [])

    def asked(self, load: Value) -> list[Value]:
        """Calls that could not be followed and may ask whether somebody may touch a row."""
        return [*self.checks, *self._asked.get(load, ())]

    def left_out(self, value: Value) -> set[str]:
        """The keys that are taken out of a mapping, also of one that is looped over."""
        return {name for part in sources(value) for name in self._popped.get(part, ())}

    def _set_on(self, value: Value) -> Iterable[Value]:
        """The loads that are changed where something is set on a value."""
        made = value.options if isinstance(value, Choice) else (value,)
        if all(isinstance(each, Instance) for each in made):
            return made  # `self.token = token` of `Page(rows, token)` changes the page, and no row
        return self._taken_of.of(value)

    def _changed_by(self, call: Result, callee: Member) -> Iterable[Value]:
        """The loads that a call changes or deletes."""
        if callee.name == "delete":
            given = call.arguments or (callee.receiver,)
            return dict.fromkeys(load for each in given for load in self._taken_of.of(each))
        return self._taken_of.of(callee.receiver) if callee.name in CHANGING else ()


def _counts_up(event: Event, load: Value) -> bool:
    """`row.views += 1`: the new value is made of the row itself."""
    if event.kind != "set" or not isinstance(event.value, Operation):
        return False
    value = event.value.operands[1]
    if not isinstance(value, Operation):
        return False
    is_own = any(isinstance(part, Member) and part.name == event.value.operator for part in value.operands)
    return is_own or any(load in sources(part) for part in value.operands)


def _answered(returned: Value | None) -> dict[int, Value] | None:
    """Everything that is part of what a handler returns, by identity; None where that is not known."""
    if returned is None:
        return None
    pending: list[Value] = [returned]
    seen: dict[int, Value] = {}
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        if len(seen) > MOST_PARTS:
            return None
        seen[id(part)] = part
        if isinstance(part, Choice):
            pending.extend(part.options)
        elif isinstance(part, Member):
            if part.name not in ("id", "uuid", "pk"):
                pending.append(part.receiver)
        elif isinstance(part, Item):
            pending.append(part.receiver)
        elif isinstance(part, Result):
            if dotted_name(part.callee).rpartition(".")[2] not in QUESTIONS:
                pending.extend((part.callee, *part.arguments, *part.keywords.values(), *part.attributes.values()))
        elif isinstance(part, Coroutine):
            pending.append(part.result)
        elif isinstance(part, Sequence):
            pending.extend(part.items)
        elif isinstance(part, Mapping):
            pending.extend(part.items.values())
        elif isinstance(part, Instance):
            pending.extend((*part.attributes.values(), *part.arguments.values()))
        elif isinstance(part, Argument) and part.holder is not None:
            pending.append(part.holder)
        elif isinstance(part, Operation) and part.operator in ("text", "and", "or", "Add"):
            pending.extend(part.operands)
    return seen
