"""What parameters hold: arguments, defaults, what FastAPI injects, or some object of the annotated type."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi_guard.knowledge.database import DOCUMENT_CLIENTS
from fastapi_guard.project.evaluator.dispatch import annotation_value, evaluate
from fastapi_guard.project.evaluator.routers import router_class_of
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import (
    Argument,
    Arguments,
    BoundMethod,
    Class,
    Coroutine,
    External,
    Function,
    Generator,
    Instance,
    Item,
    Keywords,
    Literal,
    Mapping,
    Member,
    Partial,
    Place,
    Result,
    Sequence,
    TypeForm,
    Value,
    is_external,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def bind_arguments(
    interpreter: Interpreter, function: Function, arguments: Arguments, keywords: Keywords
) -> dict[str, Value]:
    """What each parameter holds; one that no argument fills is its default, or an `Argument` of its annotated type."""
    layout = interpreter.layout(function.definition)
    names: dict[str, Value] = dict(zip(layout.positional, arguments, strict=False))
    if layout.rest:
        names[layout.rest] = Sequence("tuple", list(arguments[len(layout.positional) :]))
    for key, value in keywords.items():
        if key in layout.names:
            names[key] = value
    if layout.keyword_rest:
        rest: dict[object, Value] = {key: value for key, value in keywords.items() if key not in layout.names}
        names[layout.keyword_rest] = Mapping(rest, rest.pop("**", None) is None)
    for parameter, default in layout.parameters:
        if parameter.arg not in names:
            names[parameter.arg] = _unfilled(interpreter, function, parameter, default)
    return names


def _unfilled(interpreter: Interpreter, function: Function, parameter: ast.arg, default: ast.expr | None) -> Value:
    """What a parameter holds that no argument fills."""
    if parameter.arg in function.defaults:
        return function.defaults[parameter.arg]
    if default is not None:
        value = evaluate(interpreter, default, function.scope)
        return _injected(interpreter, function, parameter, value) or value
    place = Place(function.module, parameter)
    if parameter.annotation is None:
        return Argument(parameter.arg, None, place)
    return abstract_value(interpreter, parameter.arg, parameter.annotation, function.scope, place)


def _injected(interpreter: Interpreter, function: Function, parameter: ast.arg, default: Value) -> Value | None:
    """What FastAPI will inject for `parameter = Depends(...)`, while somebody watches; None for other defaults."""
    if interpreter.trace is None or not (isinstance(default, Result) and isinstance(default.callee, External)):
        return None
    if default.callee.name.rpartition(".")[2] not in ("Depends", "Security") or not default.callee.name.startswith(
        "fastapi."
    ):
        return None
    target = default.arguments[0] if default.arguments else default.keywords.get("dependency")
    place = Place(function.module, parameter)
    annotation = annotation_value(interpreter, parameter.annotation, function.scope) if parameter.annotation else None
    return injected_value(interpreter, parameter.arg, annotation, target, place)


def injected_value(
    interpreter: Interpreter, name: str, annotation: Value | None, target: Value | None, place: Place
) -> Value:
    """Some result of a dependency: an object of the annotated type, else what running the dependency gives."""
    kind = plain_type(annotation) if annotation is not None else None
    if target is None:
        target = kind
    if isinstance(kind, Class) and not is_router_class(interpreter, kind):
        made = _made_by(interpreter, target, place) if _is_wired(interpreter, kind) else None
        if isinstance(made, Instance) and not made.is_abstract and kind in made.cls.linearized():
            return replace(made, origin=target)
        return Instance(kind, place=place, is_abstract=True, origin=target)
    if kind is not None and not (isinstance(kind, External) and kind.name == "typing.Any"):
        return Argument(name, annotation, place, origin=target)
    if isinstance(target, Class):
        return Instance(target, place=place, is_abstract=True, origin=target)
    made = _made_by(interpreter, target, place)
    if isinstance(made, (Instance, Result)):
        return replace(made, origin=target)
    if isinstance(made, (Member, Item)) and _is_of_documents(made):
        return made  # a database or collection says by itself what it is
    return Argument(name, annotation, place, origin=target)


def _is_of_documents(made: Value) -> bool:
    """Whether a value is a part of a client of a document database."""
    while isinstance(made, (Member, Item)):
        made = made.receiver
    return (
        isinstance(made, Result) and isinstance(made.callee, External) and made.callee.name.startswith(DOCUMENT_CLIENTS)
    )


def _is_wired(interpreter: Interpreter, cls: Class) -> bool:
    """Whether objects of a class are put together by their maker: an initializer of the project's own."""
    if interpreter.trace is not None and interpreter.trace.is_bare:
        return False
    found = cls.lookup("__init__")
    return found is not None and isinstance(interpreter.settle(found[0]), Function)


def _made_by(interpreter: Interpreter, target: Value | None, place: Place) -> Value | None:
    """What running a dependency gives."""
    from fastapi_guard.project.evaluator.calls import call

    if not isinstance(target, (Function, BoundMethod, Partial)):
        return None
    outer, interpreter.trace = interpreter.trace, Trace()
    try:
        made = call(interpreter, target, (), {}, place, None)
    finally:
        interpreter.trace = outer
    made = made.result if isinstance(made, Coroutine) else made
    return made.items[0] if isinstance(made, Generator) and made.items else made


def abstract_value(
    interpreter: Interpreter, name: str, annotation: ast.expr, scope: Scope, place: Place | None
) -> Value:
    """Some object of an annotated type: an instance of the project's class, whichever it is, or an `Argument`."""
    kind = annotation_value(interpreter, annotation, scope)
    if interpreter.trace is not None and place is not None:
        for metadata in _metadata(kind):
            if (
                isinstance(metadata, Result)
                and isinstance(metadata.callee, External)
                and metadata.callee.name.rpartition(".")[2] in ("Depends", "Security")
            ):
                target = metadata.arguments[0] if metadata.arguments else metadata.keywords.get("dependency")
                return injected_value(interpreter, name, kind, target, place)
    cls = plain_type(kind)
    if isinstance(cls, Class) and not is_router_class(interpreter, cls):
        return Instance(cls, place=place, is_abstract=True)
    return Argument(name, kind, place)


def _metadata(kind: Value) -> tuple[Value, ...]:
    """What stands behind the type in `Annotated[...]`."""
    if (
        isinstance(kind, TypeForm)
        and isinstance(kind.origin, External)
        and kind.origin.name.rpartition(".")[2] == "Annotated"
    ):
        return kind.arguments[1:]
    return ()


def is_router_class(interpreter: Interpreter, cls: Class) -> bool:
    return router_class_of(interpreter, cls) is not None


def plain_type(kind: Value) -> Value:
    """The type without `Annotated`, `Optional` and type arguments."""
    while isinstance(kind, TypeForm):
        origin = kind.origin
        if isinstance(origin, External) and origin.name.rpartition(".")[2] in ("Annotated", "Optional"):
            kind = kind.arguments[0] if kind.arguments else origin
        elif is_external(origin, "typing.Union", "types.UnionType"):
            real = [member for member in kind.arguments if not (isinstance(member, Literal) and member.value is None)]
            if len(real) != 1:
                return kind
            kind = real[0]
        else:
            return origin if isinstance(origin, Class) else kind
    return kind
