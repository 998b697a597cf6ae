"""Methods that are chosen by name: what `operator` makes of names, and routers whose method nobody can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.attributes import attribute
from fastapi_guard.project.registration import Router
from fastapi_guard.project.values import Arguments, External, Place, Result, Value, constant

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def call_by_name(interpreter: Interpreter, callee: Result, arguments: Arguments, place: Place | None) -> Value | None:
    """`methodcaller("get", "/x")(router)` and `attrgetter("get")(router)`; None for other calls."""
    from fastapi_guard.project.evaluator.calls import call

    made_by = callee.callee.name if isinstance(callee.callee, External) else ""
    if made_by not in ("operator.methodcaller", "operator.attrgetter") or not callee.arguments or not arguments:
        return None
    name = constant(callee.arguments[0])
    if not isinstance(name, str):
        report_unknown_method(interpreter, arguments[0], place)
        return None
    if made_by == "operator.methodcaller":
        method = attribute(interpreter, arguments[0], name, place)
        return call(interpreter, method, callee.arguments[1:], callee.keywords, place, None)
    if len(callee.arguments) > 1:
        return None
    found = arguments[0]
    for part in name.split("."):
        found = attribute(interpreter, found, part, place)
    return found


def report_unknown_method(interpreter: Interpreter, receiver: Value, place: Place | None) -> None:
    """A method of a router under a name that is not known may register anything."""
    if isinstance(receiver, Router) and place is not None and interpreter.trace is None:
        interpreter.report("route", place, "a method of a router is taken by a name that is not known")
