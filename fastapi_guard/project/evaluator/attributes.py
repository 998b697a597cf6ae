"""What `value.name` is: modules, classes, instances, routers, library names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi_guard.project.evaluator.binding import abstract_value
from fastapi_guard.project.evaluator.by_type import ByType
from fastapi_guard.project.evaluator.enums import is_enumeration, member, member_attribute, members
from fastapi_guard.project.evaluator.externals import external_attribute
from fastapi_guard.project.evaluator.fields import is_column, is_data_field, is_defaulted, is_field, is_key, is_settings
from fastapi_guard.project.evaluator.files import FilePath, Record, path_attribute, record_field
from fastapi_guard.project.evaluator.reflection import attributes_of
from fastapi_guard.project.evaluator.route_objects import route_attribute, route_list
from fastapi_guard.project.evaluator.signatures import Parameter, Signature, signature_attribute
from fastapi_guard.project.one_row import may_give_none
from fastapi_guard.project.registration import Include, Mount, Overrides, Route, Router, RouterMethod
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Choice,
    Class,
    Descriptor,
    EnumMember,
    External,
    Function,
    Instance,
    Literal,
    Mapping,
    Member,
    Module,
    Partial,
    Place,
    Result,
    Sequence,
    Setting,
    Super,
    TypeForm,
    Unknown,
    Value,
    choice,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter

FACTORY_CALLS = frozenset({"attr.Factory", "attrs.Factory"})
READS = frozenset({"headers", "cookies", "session", "user", "auth", "credentials", "query_params", "state"})
"""Attributes of a request that can hold a credential or an identity; reading one is written down while watched."""


def attribute(interpreter: Interpreter, receiver: Value, name: str, place: Place | None) -> Value:
    """What `receiver.name` is."""
    if interpreter.trace is not None:
        if name in READS or (isinstance(receiver, Member) and receiver.name == "state"):
            interpreter.note("read", Member(receiver, name), place)
        if isinstance(receiver, Result) and may_give_none(receiver):
            interpreter.note("part", Member(receiver, name), place)
    return ATTRIBUTES[type(receiver)](interpreter, receiver, name, place)


def _member(interpreter: Interpreter, receiver: Value, name: str, place: Place | None) -> Value:
    """An attribute of something whose inside is not known."""
    return Member(receiver, name)


def _external_attribute(interpreter: Interpreter, receiver: External, name: str, place: Place | None) -> Value:
    return external_attribute(receiver, name)


def _module_attribute(interpreter: Interpreter, receiver: Module, name: str, place: Place | None) -> Value:
    return _held(interpreter, receiver, name) or interpreter.module_attribute(receiver.scope, name)


def _held(interpreter: Interpreter, receiver: Value, name: str) -> Value | None:
    """`receiver.__dict__`; None for other names."""
    return attributes_of(interpreter, receiver) if name == "__dict__" else None


def _choice_attribute(interpreter: Interpreter, receiver: Choice, name: str, place: Place | None) -> Value:
    return choice([attribute(interpreter, option, name, place) for option in receiver.options])


def _result_attribute(interpreter: Interpreter, receiver: Result, name: str, place: Place | None) -> Value:
    if name in receiver.attributes and name != "__dict__":
        return receiver.attributes[name]
    return _held(interpreter, receiver, name) or Member(receiver, name)


def _type_attribute(interpreter: Interpreter, receiver: TypeForm, name: str, place: Place | None) -> Value:
    if isinstance(receiver.origin, External):
        return Member(receiver, name)
    return attribute(interpreter, receiver.origin, name, place)


def _partial_attribute(interpreter: Interpreter, receiver: Partial, name: str, place: Place | None) -> Value:
    return receiver.function if name == "func" else Member(receiver, name)


def _enum_attribute(interpreter: Interpreter, receiver: EnumMember, name: str, place: Place | None) -> Value:
    found = member_attribute(interpreter, receiver, name)
    return found if found is not None else Member(receiver, name)


def _setting_attribute(interpreter: Interpreter, receiver: Setting, name: str, place: Place | None) -> Value:
    if isinstance(receiver.default, Instance):
        return attribute(interpreter, receiver.default, name, place)
    return _literal_attribute(interpreter, receiver, name, place)


def _literal_attribute(interpreter: Interpreter, receiver: Value, name: str, place: Place | None) -> Value:
    """A member of an enumeration of a library stands for its value."""
    return receiver if name == "value" else Member(receiver, name)


def _path_attribute(interpreter: Interpreter, receiver: FilePath, name: str, place: Place | None) -> Value:
    return path_attribute(receiver, name) or Member(receiver, name)


def _record_attribute(interpreter: Interpreter, receiver: Record, name: str, place: Place | None) -> Value:
    return record_field(receiver, name) or Member(receiver, name)


def _signature_attribute(
    interpreter: Interpreter, receiver: Signature | Parameter, name: str, place: Place | None
) -> Value:
    return signature_attribute(receiver, name)


def _unknown_attribute(interpreter: Interpreter, receiver: Unknown, name: str, place: Place | None) -> Value:
    return Unknown(receiver.reason, receiver.place)


def _function_attribute(
    interpreter: Interpreter, receiver: Function | BoundMethod, name: str, place: Place | None
) -> Value:
    function = receiver.function if isinstance(receiver, BoundMethod) else receiver
    if name in function.attributes:
        return function.attributes[name]
    if name in ("__name__", "__qualname__"):
        return Literal(function.name.rpartition(".")[2])
    if name == "__module__":
        return Literal(function.module.name)
    if name == "__wrapped__" and function.wraps is not None:
        return function.wraps
    if isinstance(receiver, BoundMethod) and name in ("__func__", "__self__"):
        return receiver.function if name == "__func__" else receiver.receiver
    if isinstance(function.wraps, Function) and name in function.wraps.attributes:
        return function.wraps.attributes[name]  # `functools.wraps` copies them
    return Member(receiver, name)


def _instance_attribute(interpreter: Interpreter, receiver: Instance, name: str, place: Place | None) -> Value:
    if name in receiver.attributes:
        return receiver.attributes[name]
    found = receiver.cls.lookup(name)
    if found is not None:
        value = found[0]
        if isinstance(value, Function):
            return BoundMethod(value, receiver)
        if is_column(value) or is_key(value) or (receiver.is_abstract and is_data_field(receiver, name, value)):
            return _field_of(interpreter, receiver, name, place)
        return _from_class(interpreter, interpreter.settle(value), receiver, name)
    if name == "__class__":
        return receiver.cls
    if receiver.is_abstract and not receiver.is_initialized:
        receiver.is_initialized = True
        _initialize(interpreter, receiver)
        if name in receiver.attributes:
            return receiver.attributes[name]
    maker = receiver.cls.lookup("__getattr__")
    if maker is not None and isinstance(maker[0], Function) and not name.startswith("__"):
        from fastapi_guard.project.evaluator.runs import call_function

        made = call_function(interpreter, maker[0], (receiver, Literal(name)), {})
        if not isinstance(made, Unknown):
            return made
    for base in receiver.cls.lineage.classes:
        if name in base.annotations:
            if is_settings(receiver.cls):
                label = f"{receiver.cls.name}.{name}"
                return Setting(Unknown(f"{label} has no default", place), label)
            return _field_of(interpreter, receiver, name, place)
    return Member(receiver, name)


def _field_of(interpreter: Interpreter, receiver: Instance, name: str, place: Place | None) -> Value:
    """A field of an object that nobody knows: some value of the annotated type that came with the object."""
    for base in receiver.cls.lineage.classes:
        if name in base.annotations:
            value = abstract_value(interpreter, name, base.annotations[name], base.scope, place)
            if isinstance(value, (Argument, Instance)) and value.origin is None:
                return replace(value, origin=receiver.origin, holder=receiver)
            return value
    return Member(receiver, name)


def _initialize(interpreter: Interpreter, receiver: Instance) -> None:
    """Run the `__init__` of an object whose maker is not known, on arguments that are not known."""
    from fastapi_guard.project.evaluator.runs import call_function

    found = receiver.cls.lookup("__init__")
    function = interpreter.settle(found[0]) if found else None
    if isinstance(function, Function):
        call_function(interpreter, function, (receiver,), {})


def _from_class(interpreter: Interpreter, value: Value, receiver: Instance | Router, name: str) -> Value:
    """An attribute that was found on the class of an object."""
    if isinstance(value, Function):
        return BoundMethod(value, receiver)
    if isinstance(value, Descriptor):
        return _described(interpreter, value, receiver, name)
    if is_field(value):
        value = field_default(interpreter, value, receiver)
        receiver.attributes[name] = value
    if isinstance(value, Instance) and isinstance(receiver, Instance) and not value.cls.lookup("__get__"):
        default = value.attributes.get("default") or value.arguments.get("default")
        if isinstance(default, (Literal, Setting)) and value.cls is not receiver.cls:
            return Setting(default, f"{receiver.cls.name}.{name}")  # a declared entry of a configuration
    if isinstance(receiver, Instance) and is_settings(receiver.cls) and not isinstance(value, Setting):
        value = Setting(value, f"{receiver.cls.name}.{name}")
        receiver.attributes[name] = value
    return value


def _described(interpreter: Interpreter, descriptor: Descriptor, receiver: Instance | Router, name: str) -> Value:
    """What a class looks up in its own way."""
    from fastapi_guard.project.evaluator.runs import call_function

    function = descriptor.function
    if descriptor.kind == "staticmethod":
        return function
    if not isinstance(function, Function):
        return Unknown(f"{name} could not be followed")
    if descriptor.kind == "classmethod":
        return BoundMethod(function, receiver.cls or receiver)
    made = call_function(interpreter, function, (receiver,), {})
    if isinstance(receiver, Instance) and is_settings(receiver.cls) and not isinstance(made, Setting):
        return Setting(made, f"{receiver.cls.name}.{name}")
    return made


def field_default(interpreter: Interpreter, value: Value, receiver: Value | None = None) -> Value:
    """The default that `Field(default=...)` declares for an object; other values unchanged."""
    if not is_field(value):
        return value
    assert isinstance(value, Result)
    from fastapi_guard.project.evaluator.calls import call

    factory = value.keywords.get("default_factory") or value.keywords.get("factory")
    if factory is not None:
        return call(interpreter, factory, (), {}, value.place, None)
    default = value.keywords.get("default") or (value.arguments[0] if value.arguments else None)
    if default is None or (isinstance(default, Literal) and default.value is Ellipsis):
        return Unknown("a required field")
    if (
        isinstance(default, Result)
        and isinstance(default.callee, External)
        and default.callee.name in FACTORY_CALLS
        and default.arguments
    ):
        takes_self = "takes_self" in default.keywords and receiver is not None
        return call(
            interpreter, default.arguments[0], (receiver,) if takes_self and receiver else (), {}, default.place, None
        )
    return default


def _class_attribute(interpreter: Interpreter, receiver: Class, name: str, place: Place | None) -> Value:
    held = _held(interpreter, receiver, name)
    if held is not None:
        return held
    found = receiver.lookup(name)
    if found is not None:
        value = interpreter.settle(found[0])
        if is_enumeration(found[1]):
            value = member(interpreter, found[1], name) or value
        if isinstance(value, Descriptor):
            if value.kind == "classmethod" and isinstance(value.function, Function):
                return BoundMethod(value.function, receiver)
            return value.function if value.kind == "staticmethod" else value
        return Member(receiver, name) if is_field(value) or is_column(value) or is_defaulted(receiver, name) else value
    if name in ("__name__", "__qualname__"):
        return Literal(receiver.name.rpartition(".")[2])
    if name == "__members__":
        return Mapping(dict(members(interpreter, receiver)))
    return Member(receiver, name)


OPTION_DEFAULTS: dict[str, str] = {
    "prefix": "",
    "title": "FastAPI",
    "version": "0.1.0",
    "openapi_url": "/openapi.json",
    "docs_url": "/docs",
    "redoc_url": "/redoc",
    "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
    "root_path": "",
}
"""Attributes of a router or application that its constructor takes, with FastAPI's defaults (fastapi/applications.py)."""
OPTION_LISTS = frozenset({"tags", "dependencies"})


def _router_attribute(interpreter: Interpreter, receiver: Router, name: str, place: Place | None) -> Value:
    if name in receiver.attributes:
        return receiver.attributes[name]
    if receiver.cls is not None:
        found = receiver.cls.lookup(name)
        if found is not None:
            return _from_class(interpreter, interpreter.settle(found[0]), receiver, name)
    if name == "router" and receiver.is_application:
        return receiver
    if name == "routes":
        return route_list(receiver)
    if name == "dependency_overrides" and receiver.is_application:
        return receiver.attributes.setdefault(name, Overrides({}))
    if name == "state":
        receiver.attributes[name] = Result(External("starlette.datastructures.State"), (), {})
        return receiver.attributes[name]
    if name in receiver.options and (name in OPTION_DEFAULTS or name in OPTION_LISTS):
        return receiver.options[name]
    if name in OPTION_DEFAULTS:
        return Literal(OPTION_DEFAULTS[name])
    if name in OPTION_LISTS:
        receiver.options[name] = Sequence("list", [])
        return receiver.options[name]
    return RouterMethod(receiver, name)


def _super_attribute(interpreter: Interpreter, receiver: Super, name: str, place: Place | None) -> Value:
    target = receiver.receiver
    cls = target if isinstance(target, Class) else getattr(target, "cls", None)
    if not isinstance(cls, Class):
        return Unknown("super() of an object whose class is not known")
    order = list(cls.linearized())
    start = next((index for index, base in enumerate(order) if base is receiver.owner), -1) + 1
    for base in order[start:]:
        if isinstance(base, Class) and name in base.namespace:
            value = interpreter.settle(base.namespace[name])
            if isinstance(value, Function):
                return BoundMethod(value, target)
            if isinstance(value, Descriptor) and isinstance(value.function, Function):
                return BoundMethod(value.function, cls) if value.kind == "classmethod" else value.function
            return value
    if isinstance(target, Router):
        return RouterMethod(target, name)
    return Member(receiver, name)


ATTRIBUTES: ByType[Callable[[Interpreter, Any, str, Place | None], Value]] = ByType(
    {
        object: _member,
        BoundMethod: _function_attribute,
        Choice: _choice_attribute,
        Class: _class_attribute,
        EnumMember: _enum_attribute,
        External: _external_attribute,
        FilePath: _path_attribute,
        Function: _function_attribute,
        Include: route_attribute,
        Instance: _instance_attribute,
        Literal: _literal_attribute,
        Module: _module_attribute,
        Mount: route_attribute,
        Parameter: _signature_attribute,
        Partial: _partial_attribute,
        Record: _record_attribute,
        Result: _result_attribute,
        Route: route_attribute,
        Router: _router_attribute,
        Setting: _setting_attribute,
        Signature: _signature_attribute,
        Super: _super_attribute,
        TypeForm: _type_attribute,
        Unknown: _unknown_attribute,
    }
)
