"""Objects of library classes that nobody knows and that are used as routers: whether they are is proved by an inclusion.

What is registered on one is kept beside it and stays unresolved until `include_router` is given the object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.routers import VERBS, call_router_method, decorate
from fastapi_guard.project.registration import Include, Route, RouteDecorator, Router, RouterMethod
from fastapi_guard.project.values import Arguments, Class, External, Keywords, Member, Place, Result, Value, constant

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter

DECORATING = frozenset({*VERBS, "api_route", "websocket"})
REGISTERING = frozenset({"add_api_route", "add_api_websocket_route", "include_router"})


@dataclass(frozen=True, slots=True)
class Presumed:
    """An object that may be a router, and what the analysed code has registered on it."""

    made: Result
    router: Router


def register_by_decorator(interpreter: Interpreter, decorator: Value, endpoint: Value, place: Place) -> None:
    """`@made.get("/path")` on something that a library made."""
    if not (isinstance(decorator, Result) and isinstance(decorator.callee, Member)):
        return
    name, made = decorator.callee.name, decorator.callee.receiver
    given = (*decorator.arguments, *decorator.keywords.values())
    path = constant(decorator.keywords.get("path") or given[0]) if given else None
    if name in DECORATING and isinstance(path, str) and path[:1] in ("/", ""):
        router = _router_of(interpreter, made)
        if router is not None:
            method = RouterMethod(router, name)
            registered = _silently(interpreter, method, decorator.arguments, decorator.keywords, place)
            if isinstance(registered, RouteDecorator):
                decorate(interpreter, registered, endpoint)


def register_by_call(
    interpreter: Interpreter, callee: Member, arguments: Arguments, keywords: Keywords, place: Place
) -> None:
    """`made.add_api_route("/path", endpoint)` on something that a library made."""
    router = _router_of(interpreter, callee.receiver) if callee.name in REGISTERING else None
    if router is not None:
        _silently(interpreter, RouterMethod(router, callee.name), arguments, keywords, place)


def proved(interpreter: Interpreter, included: Value) -> Router | None:
    """The router that an object turns out to be because it is included; None where nothing is known to be on it."""
    presumed = interpreter.presumed.get(id(included))
    if presumed is None:
        return None
    for entry in presumed.router.entries:
        if isinstance(entry, (Route, Include)):
            interpreter.registering.add(entry.place.node)
    return presumed.router


def registers_by_itself(made: Value) -> bool:
    """`CrudRouter(schema=Item)`: what is given a class of the project makes routes for it."""
    return isinstance(made, Result) and any(
        isinstance(value, Class) for value in (*made.arguments, *made.keywords.values())
    )


def _router_of(interpreter: Interpreter, made: Value) -> Router | None:
    if interpreter.trace is not None or not isinstance(made, Result) or not isinstance(made.callee, External):
        return None
    if made.place is None:
        return None
    if id(made) not in interpreter.presumed:
        makers = interpreter.call_stack[-1:]
        made_in = "".join(f"{function.module.name}:{function.name}()" for function in makers)
        router = Router(made.callee.name, False, made.place, options=dict(made.keywords), made_in=made_in)
        interpreter.presumed[id(made)] = Presumed(made, router)
    return interpreter.presumed[id(made)].router


def _silently(
    interpreter: Interpreter, method: RouterMethod, arguments: Arguments, keywords: Keywords, place: Place
) -> Value:
    """Register without saying that this was resolved."""
    is_known = place.node in interpreter.registering
    made = call_router_method(interpreter, method, arguments, keywords, place)
    if not is_known:
        interpreter.registering.discard(place.node)
    return made
