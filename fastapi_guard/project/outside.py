"""Which calls of a handler leave the process for somebody else's service."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from fastapi_guard.knowledge.outside import ASKING, answered_by
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.model import OutsideCall, PathOperation
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import Argument, Choice, External, Instance, Item, Member, Result, Value

MOST_LINKS = 20


def outside_calls(judge: Judge, operation: PathOperation, endpoint: Value) -> tuple[OutsideCall, ...]:
    """The calls that stand in the handler itself, also in functions that it defines."""
    handler = operation.endpoint
    if handler is None:
        return ()
    definition = handler.definition
    first, last = definition.lineno, definition.end_lineno or definition.lineno
    trace = judge.behaviours.trace_of(without_wrappers(endpoint)).distinct()
    return tuple(
        dict.fromkeys(
            call
            for call in _calls(trace)
            if call.location.path == handler.location.path and first <= call.location.line <= last
        )
    )


def _calls(trace: Trace) -> Iterator[OutsideCall]:
    for event in trace.events:
        if event.kind != "call" or event.place is None or not isinstance(event.value, Result):
            continue
        callee = event.value.callee
        if isinstance(callee, Member) and callee.name not in ASKING:
            continue
        name = name_of(callee)
        answers = answered_by(name) if name else ""
        if answers:
            yield OutsideCall(name, answers, event.place.module.location(event.place.node))


@lru_cache(maxsize=32_768)
def name_of(value: Value) -> str:
    """`openai.AsyncOpenAI.chat.completions.create`, also where the client is a parameter of that type."""
    names: list[str] = []
    for _ in range(MOST_LINKS):
        if isinstance(value, Member):
            names.append(value.name)
            value = value.receiver
        elif isinstance(value, Result):
            value = value.callee
        elif isinstance(value, Item):
            value = value.receiver
        elif isinstance(value, Choice):
            value = next((option for option in value.options if name_of(option)), value.options[0])
        else:
            break
    base = ""
    if isinstance(value, Argument) and value.annotation is not None:
        kind = plain_type(value.annotation)
        base = kind.name if isinstance(kind, External) else ""
    elif isinstance(value, (External, Instance)):
        base = dotted_name(value)
    return ".".join([base, *reversed(names)]) if base else ""
