"""Which sessions and connections an operation opens, where, and what becomes of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from fastapi_guard.facts.nodes import nodes_below, nodes_of
from fastapi_guard.knowledge.sessions import CLOSING, CONNECTORS, ENGINES, SESSION_CLASSES, SESSION_MAKERS
from fastapi_guard.location import Location
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.model import OpenedSession, PathOperation
from fastapi_guard.project.parents import AnyFunction, ParentReader
from fastapi_guard.project.sites import located, outer_calls
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import Choice, Coroutine, External, Generator, Item, Member, Place, Result, Value


class SessionReader:
    """Reads them from traces; a class because each trace is read once, and each call that opens one."""

    def __init__(self, judge: Judge, parents: ParentReader) -> None:
        self.judge = judge
        self._parents = parents
        self._known: dict[tuple[Trace, str], tuple[OpenedSession, ...]] = {}
        self._fates: dict[ast.AST, str] = {}

    def of(self, operation: PathOperation, endpoint: Value) -> tuple[OpenedSession, ...]:
        """The sessions that the handler and its dependencies open, each once, and those of modules that they use."""
        behaviours = self.judge.behaviours
        found = list(self._in_trace(behaviours.trace_of(without_wrappers(endpoint)), ""))
        for node in operation.walk_dependencies():
            target = self.judge.reader.target_of(node)
            if target is not None and node.location is not None:
                found += self._in_trace(behaviours.trace_of(target), node.name)
        return tuple(dict.fromkeys(found))

    def _in_trace(self, trace: Trace, dependency: str) -> tuple[OpenedSession, ...]:
        """Those of a trace, each once: many operations share a dependency."""
        known = self._known.get((trace, dependency))
        if known is None:
            known = self._known[trace, dependency] = tuple(dict.fromkeys(self._of_trace(trace, dependency)))
        return known

    def _of_trace(self, trace: Trace, dependency: str) -> Iterator[OpenedSession]:
        given = {id(option) for option in _given(trace.returned)} if trace.returned is not None else set()
        for event in trace.events:
            if event.kind != "call" or not isinstance(event.value, Result):
                continue
            made, before = _openings(event.value)
            if made and event.place is not None:
                fate = "returned" if id(event.value) in given and dependency else ""
                yield self._session(made, event.place, outer_calls(event), dependency, fate)
            for name, place in before:
                if self._function_around(place) is None:
                    yield self._session(name, place, (), dependency, "global")

    def _session(self, name: str, place: Place, sites: tuple[Place, ...], dependency: str, fate: str) -> OpenedSession:
        function = self._function_around(place)
        own = self._fate(place, function)
        return OpenedSession(
            name,
            place.module.location(place.node),
            located(sites),
            self._named(function, place),
            dependency,
            fate if fate and own != "yielded" else own,
            *self._taken(name, place, sites),
        )

    def _taken(self, name: str, place: Place, sites: tuple[Place, ...]) -> tuple[str, str, Location]:
        """Who takes it from those that only hand it out: the call, its function, and its place."""
        left = list(sites)
        while left and self._fate(place, self._function_around(place)) in HANDED_OUT:
            place = left.pop()
            name = _callee_text(place.node) if isinstance(place.node, ast.Call) else name
        return name, self._named(self._function_around(place), place), place.module.location(place.node)

    # What becomes of it

    def _fate(self, place: Place, function: AnyFunction | None) -> str:
        known = self._fates.get(place.node)
        if known is None:
            known = self._fates[place.node] = self._fate_of(place, function)
        return known

    def _fate_of(self, place: Place, function: AnyFunction | None) -> str:
        parents = self._parents.in_module(place.module)
        holder = parents.get(place.node)
        while isinstance(holder, (ast.Await, ast.IfExp, ast.BoolOp, ast.NamedExpr)):
            holder = parents.get(holder)
        if isinstance(holder, ast.withitem):
            return "yielded" if _hands_out(holder.optional_vars, function) else "closed"
        if isinstance(holder, ast.Return):
            return "returned"
        if isinstance(holder, (ast.Yield, ast.YieldFrom)):
            return "yielded"
        if isinstance(holder, ast.Attribute):
            after = parents.get(holder)
            return (
                self._fate(Place(place.module, after), function)
                if isinstance(after, ast.Call) and holder.attr in BEGINS
                else "leaked"
            )
        targets = (
            holder.targets
            if isinstance(holder, ast.Assign)
            else [holder.target]
            if isinstance(holder, ast.AnnAssign)
            else []
        )
        if targets and isinstance(targets[0], (ast.Attribute, ast.Subscript)):
            return "kept"
        if (
            len(targets) == 1
            and isinstance(targets[0], ast.Name)
            and function is not None
            and not isinstance(function, ast.Lambda)
        ):
            return fate_of_name(targets[0].id, function)
        return "given"

    def _named(self, function: AnyFunction | None, place: Place) -> str:
        """`UnitOfWork.open` for a method, `get_db` for a function, nothing for a module."""
        if function is None:
            return ""
        holder = self._parents.in_module(place.module).get(function)
        name = function.name if not isinstance(function, ast.Lambda) else "lambda"
        return f"{holder.name}.{name}" if isinstance(holder, ast.ClassDef) else name

    def _function_around(self, place: Place) -> AnyFunction | None:
        above = self._parents.above(place)
        return next((node for node in above if isinstance(node, AnyFunction)), None)


HANDED_OUT = frozenset({"returned", "yielded"})
BEGINS = frozenset({"begin", "__enter__", "__aenter__"})
ENTERED = frozenset({"__aenter__", "__aexit__", "__enter__", "__exit__"})
"""Methods by which code enters and leaves a context by hand."""


def fate_of_name(name: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """What a function does with a session in a variable: closed, kept, returned, yielded or leaked."""
    found: set[str] = set()
    for node in nodes_of(function):
        if isinstance(node, ast.withitem) and _mentions(node.context_expr, name):
            found.add("closed")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is(node.func.value, name):
            found.update({"closed"} if node.func.attr in CLOSING or node.func.attr in ENTERED else ())
        elif isinstance(node, ast.Call) and any(_is(value, name) for value in _arguments(node)):
            found.update({"closed"} if _is_closing(node) else {"kept"} if _makes_an_object(node) else ())
        elif isinstance(node, (ast.Return, ast.Yield)) and node.value is not None and _holds(node.value, name):
            found.add("yielded" if isinstance(node, ast.Yield) else "returned")
        elif _keeps(node, name):
            found.add("kept")
    for fate in ("yielded", "closed", "kept", "returned"):
        if fate in found:
            return fate
    return "leaked"


def _keeps(node: ast.AST, name: str) -> bool:
    """Whether a statement puts the session where it outlives the function: `self.db = db`, `global db`."""
    if isinstance(node, ast.Assign):
        return _holds(node.value, name) and not isinstance(node.targets[0], ast.Name)
    return isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names


def _hands_out(target: ast.expr | None, function: AnyFunction | None) -> bool:
    """Whether a function yields what its `with` binds."""
    if not isinstance(target, ast.Name) or function is None:
        return False
    return any(
        isinstance(node, ast.Yield) and node.value is not None and _holds(node.value, target.id)
        for node in nodes_of(function)
    )


def _is_closing(call: ast.Call) -> bool:
    """`closing(session)`, `stack.enter_context(session)`, `stack.callback(session.close)`."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return (
        name in ("closing", "aclosing", "enter_context", "enter_async_context", "push", "push_async_exit")
        or "close" in name
    )


def _makes_an_object(call: ast.Call) -> bool:
    """Whether a call is that of a class, by its spelling: the object may close what it was given."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name[:1].isupper() or name in ("cls", "set", "append", "put", "partial")


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _holds(node: ast.expr, name: str) -> bool:
    """Whether a value is the variable, or a collection with it."""
    parts = (
        node.elts if isinstance(node, (ast.Tuple, ast.List)) else node.values if isinstance(node, ast.Dict) else [node]
    )
    return any(_is(part, name) for part in parts)


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(below, ast.Name) and below.id == name for below in nodes_below(node))


# What opens one

OPENERS = SESSION_CLASSES | CONNECTORS


def _opened(value: Result) -> str:
    """What a call is called that opens a session or a connection; empty for any other."""
    callee = value.callee
    if isinstance(callee, External) and callee.name in OPENERS:
        return _spelled(value, callee.name.rpartition(".")[2])
    if isinstance(callee, Result) and isinstance(callee.callee, External) and callee.callee.name in SESSION_MAKERS:
        return _spelled(value, "session")
    if isinstance(callee, Member) and callee.name in ("begin", "connect") and isinstance(callee.receiver, Result):
        made = callee.receiver.callee
        if isinstance(made, External) and made.name in ENGINES:
            return _spelled(value, "connect")
    return ""


@lru_cache(maxsize=32_768)
def _openings(value: Result) -> tuple[str, tuple[tuple[str, Place], ...]]:
    """What a call is called that opens one, and what was opened, where, to make the object whose method is called."""
    before: list[tuple[str, Place]] = []
    inner = value.callee
    while isinstance(inner, (Result, Member, Item)):
        if isinstance(inner, Result):
            name = _opened(inner)
            if name and inner.place is not None:
                before.append((name, inner.place))
            inner = inner.callee
        else:
            inner = inner.receiver
    return _opened(value), tuple(before)


def _spelled(value: Result, otherwise: str) -> str:
    node = value.place.node if value.place is not None else None
    return _callee_text(node) if isinstance(node, ast.Call) else otherwise


@lru_cache(maxsize=4_096)
def _callee_text(call: ast.Call) -> str:
    """What a call calls, as written."""
    return ast.unparse(call.func)


def _given(value: Value) -> Iterator[Value]:
    if isinstance(value, Choice):
        for option in value.options:
            yield from _given(option)
    elif isinstance(value, Coroutine):
        yield from _given(value.result)
    elif not isinstance(value, Generator):
        yield value
