"""Enumerations of the project: their members, by name, by value and in order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi_guard.project.values import (
    BoundMethod,
    Class,
    Descriptor,
    EnumMember,
    External,
    Function,
    Instance,
    Literal,
    Result,
    Sequence,
    Value,
    constant,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter

ENUM_MODULES = ("enum.", "strenum.", "aenum.")


def is_enumeration(cls: Class) -> bool:
    """Whether a class of the project is an enumeration."""
    return _are_of_enumeration(cls.external_bases())


@lru_cache(maxsize=1_024)
def _are_of_enumeration(bases: tuple[str, ...]) -> bool:
    return any(base.startswith(ENUM_MODULES) for base in bases)


def member(interpreter: Interpreter, cls: Class, name: str) -> Value | None:
    """The member of an enumeration; None where the name is none of a member's."""
    raw = cls.namespace.get(name)
    if raw is None or name.startswith("_"):
        return None
    value = interpreter.settle(raw)
    if isinstance(value, (Function, Descriptor, Class, BoundMethod, EnumMember)):
        return None
    if name not in cls.members:
        if isinstance(value, Result) and isinstance(value.callee, External) and value.callee.name == "enum.auto":
            value = _next_value(cls, name)
        if isinstance(value, Literal):
            cls.members[name] = EnumMember(value.value, cls, name)
        else:
            cls.members[name] = _made(interpreter, cls, name, value)
    return cls.members[name]


def members(interpreter: Interpreter, cls: Class) -> list[tuple[str, Value]]:
    """The members of an enumeration in the order of their definition."""
    found = [(name, member(interpreter, cls, name)) for name in cls.namespace]
    return [(name, value) for name, value in found if value is not None]


def member_of_value(interpreter: Interpreter, cls: Class, value: Value) -> Value | None:
    """`Enumeration("value")`."""
    wanted = constant(value)
    if wanted is None:
        return None
    return next((found for _, found in members(interpreter, cls) if constant(found) == wanted), None)


def member_attribute(interpreter: Interpreter, receiver: EnumMember, name: str) -> Value | None:
    """What `member.name` is; None where it is nothing of the enumeration's."""
    from fastapi_guard.project.evaluator.runs import call_function

    if name in ("value", "_value_"):
        return Literal(receiver.value)
    if name in ("name", "_name_"):
        return Literal(receiver.name)
    if name == "__class__":
        return receiver.cls
    found = receiver.cls.lookup(name)
    if found is None:
        return None
    value = interpreter.settle(found[0])
    if isinstance(value, Function):
        return BoundMethod(value, receiver)
    if isinstance(value, Descriptor) and isinstance(value.function, Function):
        if value.kind == "staticmethod":
            return value.function
        if value.kind == "classmethod":
            return BoundMethod(value.function, receiver.cls)
        return call_function(interpreter, value.function, (receiver,), {})
    return member(interpreter, found[1], name) or value


def _next_value(cls: Class, name: str) -> Value:
    """What `auto()` gives: the name in lower case for text, the number of the member otherwise."""
    if any(base.rpartition(".")[2] == "StrEnum" for base in cls.external_bases()):
        return Literal(name.lower())
    names = [other for other in cls.namespace if not other.startswith("_")]
    return Literal(names.index(name) + 1)


def _made(interpreter: Interpreter, cls: Class, name: str, value: Value) -> Instance:
    """A member whose value is no constant: an object with a name and a value, initialized with its parts."""
    from fastapi_guard.project.evaluator.runs import call_function

    made = Instance(cls, attributes={"name": Literal(name), "value": value, "_value_": value})
    initializer = cls.lookup("__init__")
    function = interpreter.settle(initializer[0]) if initializer else None
    if isinstance(function, Function):
        parts = tuple(value.items) if isinstance(value, Sequence) and value.kind == "tuple" else (value,)
        call_function(interpreter, function, (made, *parts), {})
    return made
