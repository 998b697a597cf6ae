"""What `value.name` is: modules, classes, instances, routers, library names."""

from __future__ import annotations

import http
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.binding import abstract_value
from fastapi_guard.project.evaluator.enums import is_enumeration, member, member_attribute, members
from fastapi_guard.project.evaluator.files import FilePath, Record, path_attribute, record_field
from fastapi_guard.project.evaluator.reflection import attributes_of
from fastapi_guard.project.evaluator.route_objects import route_attribute, route_list
from fastapi_guard.project.evaluator.signatures import KINDS, Parameter, Signature, signature_attribute
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

SETTINGS_BASES = frozenset(
    {"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.env_settings.BaseSettings"}
)
FIELD_CALLS = frozenset(
    {
        "pydantic.Field",
        "pydantic.fields.Field",
        "sqlmodel.Field",
        "dataclasses.field",
        "attr.ib",
        "attr.field",
        "attrs.field",
    }
)
FACTORY_CALLS = frozenset({"attr.Factory", "attrs.Factory"})
STATUS_NAME = re.compile(r"(?:fastapi|starlette)\.status\.(?:HTTP|WS)_(\d{3,4})\w*")


READS = frozenset({"headers", "cookies", "session", "user", "auth", "credentials", "query_params", "state"})
"""Attributes of a request that can hold a credential or an identity; reading one is written down while watched."""


def attribute(interpreter: Interpreter, receiver: Value, name: str, place: Place | None) -> Value:
    """What `receiver.name` is."""
    if interpreter.trace is not None and (name in READS or (isinstance(receiver, Member) and receiver.name == "state")):
        interpreter.note("read", Member(receiver, name), place)
    if isinstance(receiver, Result) and interpreter.trace is not None and may_give_none(receiver):
        interpreter.note("part", Member(receiver, name), place)
    if isinstance(receiver, External):
        return external_attribute(receiver, name)
    if isinstance(receiver, Instance):
        return _instance_attribute(interpreter, receiver, name, place)
    if name == "__dict__" and (held := attributes_of(interpreter, receiver)) is not None:
        return held
    if isinstance(receiver, Module):
        return interpreter.module_attribute(receiver.scope, name)
    if isinstance(receiver, Router):
        return _router_attribute(interpreter, receiver, name, place)
    if isinstance(receiver, Class):
        return _class_attribute(interpreter, receiver, name)
    if isinstance(receiver, Choice):
        return choice([attribute(interpreter, option, name, place) for option in receiver.options])
    if isinstance(receiver, Super):
        return _super_attribute(interpreter, receiver, name)
    if isinstance(receiver, Result) and name in receiver.attributes:
        return receiver.attributes[name]
    if isinstance(receiver, TypeForm) and not isinstance(receiver.origin, External):
        return attribute(interpreter, receiver.origin, name, place)
    if isinstance(receiver, (Route, Include, Mount)):
        return route_attribute(interpreter, receiver, name, place)
    if isinstance(receiver, Partial) and name == "func":
        return receiver.function
    if isinstance(receiver, EnumMember):
        found = member_attribute(interpreter, receiver, name)
        return found if found is not None else Member(receiver, name)
    if isinstance(receiver, Setting) and isinstance(receiver.default, Instance):
        return attribute(interpreter, receiver.default, name, place)
    if isinstance(receiver, (Literal, Setting)) and name == "value":
        return receiver  # a member of an enumeration of a library stands for its value
    if isinstance(receiver, (Function, BoundMethod)):
        return _function_attribute(receiver, name)
    if isinstance(receiver, FilePath):
        return path_attribute(receiver, name) or Member(receiver, name)
    if isinstance(receiver, Record):
        return record_field(receiver, name) or Member(receiver, name)
    if isinstance(receiver, (Signature, Parameter)):
        return signature_attribute(receiver, name)
    if isinstance(receiver, Unknown):
        return Unknown(receiver.reason, receiver.place)
    return Member(receiver, name)


def _function_attribute(receiver: Function | BoundMethod, name: str) -> Value:
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


def external_attribute(receiver: External, name: str) -> Value:
    """An attribute of a library name: a constant where it is one that we know."""
    dotted = f"{receiver.name}.{name}"
    status = STATUS_NAME.fullmatch(dotted)
    if status:
        return Literal(int(status.group(1)))
    if receiver.name == "http.HTTPStatus" and name in http.HTTPStatus.__members__:
        return Literal(http.HTTPStatus[name].value)
    if receiver.name == "inspect.Parameter" and name in KINDS:
        return Literal(KINDS[name])
    if receiver.name == "http.HTTPMethod" and name.isupper():
        return Literal(name)
    if dotted == "sys.version_info":
        return Sequence("tuple", [Literal(part) for part in sys.version_info[:3]])
    return External(dotted)


def _instance_attribute(interpreter: Interpreter, receiver: Instance, name: str, place: Place | None) -> Value:
    if name in receiver.attributes:
        return receiver.attributes[name]
    found = receiver.cls.lookup(name)
    if found is not None and (
        is_column(found[0]) or _is_key(found[0]) or (receiver.is_abstract and _is_data_field(receiver, name, found[0]))
    ):
        return _field_of(interpreter, receiver, name, place)
    if found is not None:
        value, owner = found
        return _from_class(interpreter, interpreter.settle(value), owner, receiver, name)
    if name == "__class__":
        return receiver.cls
    if receiver.is_abstract and not receiver.is_initialized:
        receiver.is_initialized = True
        _initialize(interpreter, receiver)
        if name in receiver.attributes:
            return receiver.attributes[name]
    maker = receiver.cls.lookup("__getattr__")
    if maker is not None and isinstance(maker[0], Function) and not name.startswith("__"):
        from fastapi_guard.project.evaluator.calls import call_function

        made = call_function(interpreter, maker[0], (receiver, Literal(name)), {})
        if not isinstance(made, Unknown):
            return made
    for base in receiver.cls.linearized():
        if isinstance(base, Class) and name in base.annotations:
            if is_settings(receiver.cls):
                label = f"{receiver.cls.name}.{name}"
                return Setting(Unknown(f"{label} has no default", place), label)
            return _field_of(interpreter, receiver, name, place)
    return Member(receiver, name)


DATA_CLASSES = ("pydantic.", "sqlmodel.", "sqlalchemy.", "beanie.", "odmantic.")


def _is_key(value: Value) -> bool:
    """Whether a field is the primary key, which the database gives: its default says nothing."""
    return is_field(value) and isinstance(value, Result) and "primary_key" in value.keywords


def _is_data_field(receiver: Instance, name: str, value: Value) -> bool:
    """Whether an attribute of some object of a data class: what the class assigns is only a default."""
    if is_settings(receiver.cls) or not (isinstance(value, (Literal, Sequence)) or is_field(value)):
        return False
    is_annotated = any(isinstance(base, Class) and name in base.annotations for base in receiver.cls.linearized())
    return is_annotated and any(base.startswith(DATA_CLASSES) for base in receiver.cls.external_bases())


def _field_of(interpreter: Interpreter, receiver: Instance, name: str, place: Place | None) -> Value:
    """A field of an object that nobody knows: some value of the annotated type that came with the object."""
    for base in receiver.cls.linearized():
        if isinstance(base, Class) and name in base.annotations:
            value = abstract_value(interpreter, name, base.annotations[name], base.scope, place)
            if isinstance(value, (Argument, Instance)) and value.origin is None:
                return replace(value, origin=receiver.origin, holder=receiver)
            return value
    return Member(receiver, name)


def _initialize(interpreter: Interpreter, receiver: Instance) -> None:
    """Run the `__init__` of an object whose maker is not known, on arguments that are not known."""
    from fastapi_guard.project.evaluator.calls import call_function

    found = receiver.cls.lookup("__init__")
    function = interpreter.settle(found[0]) if found else None
    if isinstance(function, Function):
        call_function(interpreter, function, (receiver,), {})


def is_settings(cls: Class) -> bool:
    """Whether instances read their attributes from the environment."""
    return any(base in SETTINGS_BASES for base in cls.external_bases())


def _from_class(interpreter: Interpreter, value: Value, owner: Class, receiver: Instance | Router, name: str) -> Value:
    """An attribute that was found on the class of an object."""
    from fastapi_guard.project.evaluator.calls import call_function

    if isinstance(value, Function):
        return BoundMethod(value, receiver)
    if isinstance(value, Descriptor):
        if value.kind == "staticmethod":
            return value.function
        if not isinstance(value.function, Function):
            return Unknown(f"{name} could not be followed")
        if value.kind == "classmethod":
            return BoundMethod(value.function, receiver.cls or receiver)
        made = call_function(interpreter, value.function, (receiver,), {})
        if isinstance(receiver, Instance) and is_settings(receiver.cls) and not isinstance(made, Setting):
            return Setting(made, f"{receiver.cls.name}.{name}")
        return made
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


def is_column(value: Value) -> bool:
    """Whether a class attribute declares a column or a relationship of a table."""
    return (
        isinstance(value, Result)
        and isinstance(value.callee, External)
        and (value.callee.name.rpartition(".")[2] in COLUMN_CALLS or value.callee.name.startswith(COLUMN_MODULES))
    )


COLUMN_CALLS = frozenset(
    {
        "Column",
        "mapped_column",
        "relationship",
        "Relationship",
        "column_property",
        "synonym",
        "deferred",
        "association_proxy",
        "Indexed",
    }
)
COLUMN_MODULES = ("tortoise.fields.", "peewee.", "mongoengine.", "ormar.")


def is_field(value: Value) -> bool:
    """Whether a class attribute declares a field of a dataclass, an attrs class or a Pydantic model."""
    return isinstance(value, Result) and isinstance(value.callee, External) and value.callee.name in FIELD_CALLS


def _class_attribute(interpreter: Interpreter, receiver: Class, name: str) -> Value:
    found = receiver.lookup(name)
    if found is not None:
        value = interpreter.settle(found[0])
        if is_enumeration(found[1]):
            value = member(interpreter, found[1], name) or value
        if isinstance(value, Descriptor):
            if value.kind == "classmethod" and isinstance(value.function, Function):
                return BoundMethod(value.function, receiver)
            return value.function if value.kind == "staticmethod" else value
        return Member(receiver, name) if is_field(value) or is_column(value) or _is_defaulted(receiver, name) else value
    if name in ("__name__", "__qualname__"):
        return Literal(receiver.name.rpartition(".")[2])
    if name == "__members__":
        return Mapping(dict(members(interpreter, receiver)))
    return Member(receiver, name)


def _is_defaulted(cls: Class, name: str) -> bool:
    """Whether an attribute of a table's class is a column whose default is written as a plain value."""
    return "sqlmodel.SQLModel" in cls.external_bases() and any(
        isinstance(base, Class) and name in base.annotations for base in cls.linearized()
    )


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
            return _from_class(interpreter, interpreter.settle(found[0]), found[1], receiver, name)
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


def _super_attribute(interpreter: Interpreter, receiver: Super, name: str) -> Value:
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
