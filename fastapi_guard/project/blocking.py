"""Which calls of an operation stop the event loop: they wait, and an `async def` runs them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fastapi_guard.knowledge.blocking import DATABASE, QUERY_WAITS, SESSION_WAITS, SYNC_SESSIONS, waits_for
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.model import BlockingCall, PathOperation
from fastapi_guard.project.parents import AnyFunction, ParentReader
from fastapi_guard.project.sites import located, outer_calls
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import Argument, Choice, External, Instance, Item, Member, Place, Result, Value

ELSEWHERE = frozenset(
    {"run_in_threadpool", "run_sync", "to_thread", "run_in_executor", "submit", "sync_to_async", "asyncify", "add_task"}
)
"""Functions and methods that run what they are given in another thread, or after the answer."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a node."""

    function: AnyFunction | None
    is_awaited: bool


class BlockingReader:
    """Reads what operations wait for; a class because each trace is read once, and what stands around each call."""

    def __init__(self, judge: Judge, parents: ParentReader) -> None:
        self.judge = judge
        self._parents = parents
        self._known: dict[Trace, tuple[BlockingCall, ...]] = {}
        self._around_calls: dict[ast.AST, _Around] = {}

    def of(self, operation: PathOperation, endpoint: Value) -> tuple[BlockingCall, ...]:
        """The calls in the handler, in its dependencies and in what they call, each once."""
        targets = [endpoint, without_wrappers(endpoint)]
        targets += [
            target
            for node in operation.walk_dependencies()
            if (target := self.judge.reader.target_of(node)) is not None
        ]
        traces = dict.fromkeys(map(self.judge.behaviours.trace_of, targets))
        return tuple(dict.fromkeys(call for trace in traces for call in self._in_trace(trace)))

    def _in_trace(self, trace: Trace) -> tuple[BlockingCall, ...]:
        """Those of a trace, each once: many operations share a dependency."""
        known = self._known.get(trace)
        if known is None:
            known = self._known[trace] = tuple(dict.fromkeys(self._of_trace(trace)))
        return known

    def _of_trace(self, trace: Trace) -> Iterator[BlockingCall]:
        for event in trace.events:
            if event.kind == "call" and isinstance(event.value, Result) and event.place is not None:
                waiting = _waiting(event.value)
                if waiting[1] and not event.caught and not _runs_elsewhere(event.place):
                    yield from self._of_event(event, event.place, *waiting)

    def _of_event(self, event: Event, place: Place, name: str, kind: str, is_session: bool) -> Iterator[BlockingCall]:
        around = self._around(place)
        if is_session and around.is_awaited:
            return  # whatever its type is, it does not wait
        sites: list[Place] = []
        function = around.function
        for site in reversed(outer_calls(event)):
            if isinstance(function, ast.AsyncFunctionDef):
                break
            if _runs_elsewhere(site):
                return
            if _is_remembered(function):
                return
            sites.insert(0, site)
            function = self._around(site).function
        if not isinstance(function, ast.AsyncFunctionDef):
            return
        first = sites[0] if sites else place
        yield BlockingCall(
            name,
            kind,
            place.module.location(place.node),
            located(sites),
            f"{first.module.name}.{function.name}",
            is_session,
        )

    def _around(self, place: Place) -> _Around:
        known = self._around_calls.get(place.node)
        if known is None:
            known = self._around_calls[place.node] = self._found_around(place)
        return known

    def _found_around(self, place: Place) -> _Around:
        is_awaited = False
        for holder in self._parents.above(place):
            if isinstance(holder, AnyFunction):
                return _Around(holder, is_awaited)
            is_awaited |= isinstance(holder, ast.Await)
        return _Around(None, is_awaited)


@lru_cache(maxsize=4_096)
def _is_remembered(function: AnyFunction | None) -> bool:
    """A function that waits once: `@lru_cache`, or one that keeps what it made in a global variable."""
    if not isinstance(function, ast.FunctionDef):
        return False
    if any(isinstance(statement, ast.Global) for statement in function.body):
        return True
    return any("cache" in ast.unparse(decorator) for decorator in function.decorator_list)


def _runs_elsewhere(site: Place) -> bool:
    callee = site.node.func if isinstance(site.node, ast.Call) else None
    name = callee.attr if isinstance(callee, ast.Attribute) else callee.id if isinstance(callee, ast.Name) else ""
    return name in ELSEWHERE


@lru_cache(maxsize=32_768)
def _waiting(result: Result) -> tuple[str, str, bool]:
    """How the call is named, what it waits for (empty for nothing), and whether a session of SQLAlchemy waits."""
    callee = result.callee
    name = dotted_name(callee)
    if isinstance(callee, Member):
        session = _session_of(callee)
        if session:
            return session, DATABASE, True
    return name, waits_for(name), False


def _session_of(callee: Member) -> str:
    """`session.exec` where a method of a session that waits is called; empty otherwise."""
    receiver, method = callee.receiver, callee.name
    if method in SESSION_WAITS and is_sync_session(receiver):
        return f"session.{method}"
    if method in QUERY_WAITS:
        for _ in range(20):
            if isinstance(receiver, Result) and isinstance(receiver.callee, Member):
                if receiver.callee.name == "query" and is_sync_session(receiver.callee.receiver):
                    return f"session.query(...).{method}"
                receiver = receiver.callee.receiver
            else:
                break
    return ""


def is_sync_session(value: Value) -> bool:
    """A session or connection of SQLAlchemy whose methods wait, as far as its type is known."""
    if isinstance(value, Choice):
        return any(is_sync_session(option) for option in value.options)
    if isinstance(value, Item):
        return is_sync_session(value.receiver)
    if isinstance(value, Argument):
        plain = plain_type(value.annotation) if value.annotation is not None else None
        return isinstance(plain, External) and plain.name in SYNC_SESSIONS
    if isinstance(value, Instance):
        return any(base in SYNC_SESSIONS for base in value.cls.external_bases())
    if _is_asynchronous(value):
        return False
    name = dotted_name(value)
    return any(name == known or name.startswith(f"{known}.") for known in SYNC_SESSIONS)


def _is_asynchronous(value: Value) -> bool:
    """`sessionmaker(engine, class_=AsyncSession)`."""
    for _ in range(8):
        if isinstance(value, Result):
            for given in (*value.arguments, *value.keywords.values()):
                if isinstance(given, (External, Result)) and ("sync" in dotted_name(given).rpartition(".")[2].lower()):
                    return True
            value = value.callee
        elif isinstance(value, Member):
            value = value.receiver
        else:
            return False
    return False


__all__ = ["BlockingReader", "is_sync_session"]
