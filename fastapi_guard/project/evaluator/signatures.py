"""`inspect.signature` and what is made of it: signatures that a decorator gives to its wrapper or a view to a route."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.dispatch import annotation_value
from fastapi_guard.project.evaluator.iteration import iterate
from fastapi_guard.project.frozen import frozen
from fastapi_guard.project.values import (
    BoundMethod,
    Class,
    External,
    Function,
    Keywords,
    Literal,
    Mapping,
    Member,
    Place,
    Sequence,
    Value,
    constant,
)

if TYPE_CHECKING:
    from fastapi_guard.project.dependencies import SignatureParameter
    from fastapi_guard.project.evaluator.interpreter import Interpreter
    from fastapi_guard.project.scope import Scope
    from fastapi_guard.project.values import Arguments

EMPTY = External("inspect.Parameter.empty")
KINDS = {"POSITIONAL_ONLY": 0, "POSITIONAL_OR_KEYWORD": 1, "VAR_POSITIONAL": 2, "KEYWORD_ONLY": 3, "VAR_KEYWORD": 4}
PARAMETER_NAMES = ("name", "kind", "default", "annotation")


@frozen
class Parameter(Value):
    """An `inspect.Parameter`."""

    fields: dict[str, Value]
    place: Place
    node: ast.arg | None = None
    """The parameter of a `def` that it was read from."""


@frozen
class Signature(Value):
    """An `inspect.Signature`."""

    parameters: Sequence
    returns: Value = EMPTY


def signature_of(interpreter: Interpreter, target: Value) -> Signature | None:
    """`inspect.signature(target)`."""
    from fastapi_guard.project.dependencies import signature

    if isinstance(target, Member) and isinstance(target.receiver, Class) and target.name == "__init__":
        place = Place(target.receiver.module, target.receiver.definition)
        return Signature(Sequence("list", [Parameter({"name": Literal("self"), "kind": Literal(1)}, place)]))
    if not isinstance(target, (Function, BoundMethod, Class)):
        return None
    read = [_parameter(parameter) for parameter in signature(interpreter, target)]
    return Signature(Sequence("list", [*read, *_rest(target)]), _returned(interpreter, target))


def _returned(interpreter: Interpreter, target: Value) -> Value:
    function = target.function if isinstance(target, BoundMethod) else target
    node = getattr(function.definition, "returns", None) if isinstance(function, Function) else None
    return annotation_value(interpreter, node, function.scope) if isinstance(function, Function) and node else EMPTY


def _parameter(read: SignatureParameter) -> Parameter:
    arguments = read.module_place.node
    fields: dict[str, Value] = {"name": Literal(read.name), "kind": Literal(KINDS["POSITIONAL_OR_KEYWORD"])}
    if read.default is not None:
        fields["default"] = read.default
    if read.annotation is not None:
        fields["annotation"] = read.annotation
    return Parameter(fields, read.module_place, arguments if isinstance(arguments, ast.arg) else None)


def _rest(target: Value) -> Iterator[Parameter]:
    """`*args` and `**kwargs`."""
    function = target.function if isinstance(target, BoundMethod) else target
    while isinstance(function, Function) and isinstance(function.wraps, Function):
        function = function.wraps
    if not isinstance(function, Function) or "__signature__" in function.attributes:
        return
    spec = function.definition.args
    for node, kind in ((spec.vararg, "VAR_POSITIONAL"), (spec.kwarg, "VAR_KEYWORD")):
        if node is not None:
            place = Place(function.module, node)
            yield Parameter({"name": Literal(node.arg), "kind": Literal(KINDS[kind])}, place, node)


def parameters(interpreter: Interpreter, given: Value) -> Iterator[SignatureParameter]:
    """The parameters that FastAPI reads from `__signature__`."""
    from fastapi_guard.project.dependencies import SignatureParameter

    for item in given.parameters.items if isinstance(given, Signature) else ():
        if not isinstance(item, Parameter):
            continue
        name, kind = constant(item.fields.get("name", Literal(""))), constant(item.fields.get("kind", Literal(1)))
        if not isinstance(name, str) or kind in (KINDS["VAR_POSITIONAL"], KINDS["VAR_KEYWORD"]):
            continue
        node = item.node or ast.copy_location(ast.arg(name), item.place.node)
        annotation = item.fields.get("annotation")
        default = item.fields.get("default")
        yield SignatureParameter(
            name,
            None if annotation is not None and is_empty(annotation) else annotation,
            item.node.annotation if item.node is not None else None,
            None if default is not None and (is_empty(default) or _is_ellipsis(default)) else default,
            node,
            Place(item.place.module, node),
        )


def _is_ellipsis(value: Value) -> bool:
    return isinstance(value, Literal) and value.value is Ellipsis


def is_empty(value: Value) -> bool:
    """Whether a value is `inspect.Parameter.empty`."""
    return isinstance(value, External) and value.name in SENTINELS


SENTINELS = frozenset({"inspect.Parameter.empty", "inspect.Signature.empty", "inspect._empty"})


def signature_attribute(receiver: Signature | Parameter, name: str) -> Value:
    """What `signature.parameters` and `parameter.default` are."""
    if isinstance(receiver, Signature):
        if name == "parameters":
            named = [item for item in receiver.parameters.items if isinstance(item, Parameter)]
            return Mapping({constant(item.fields["name"]): item for item in named}, receiver.parameters.is_complete)
        return receiver.returns if name == "return_annotation" else Member(receiver, name)
    if name in PARAMETER_NAMES:
        return receiver.fields.get(name, EMPTY)
    if name in KINDS:
        return Literal(KINDS[name])
    return EMPTY if name == "empty" else Member(receiver, name)


def replaced(interpreter: Interpreter, receiver: Signature | Parameter, keywords: Keywords) -> Value:
    """`signature.replace(parameters=...)` and `parameter.replace(default=...)`."""
    if isinstance(receiver, Parameter):
        given = {name: value for name, value in keywords.items() if name in PARAMETER_NAMES}
        return replace(receiver, fields={**receiver.fields, **given})
    listed = keywords.get("parameters")
    return replace(
        receiver,
        parameters=_listed(interpreter, listed) if listed is not None else receiver.parameters,
        returns=keywords.get("return_annotation", receiver.returns),
    )


def _listed(interpreter: Interpreter, value: Value) -> Sequence:
    items = iterate(interpreter, value)
    return Sequence("list", items or [], items is not None)


def _signature(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return signature_of(interpreter, arguments[0]) if arguments else None


def _make_signature(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    listed = arguments[0] if arguments else keywords.get("parameters", Sequence("list", []))
    return Signature(_listed(interpreter, listed), keywords.get("return_annotation", EMPTY))


def _make_parameter(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if place is None:
        return None
    fields = dict(zip(PARAMETER_NAMES, arguments, strict=False))
    return Parameter({**fields, **{name: value for name, value in keywords.items() if name in PARAMETER_NAMES}}, place)


SIGNATURES: dict[str, Callable[..., Value | None]] = {
    "inspect.Parameter": _make_parameter,
    "inspect.Signature": _make_signature,
    "inspect.signature": _signature,
}
