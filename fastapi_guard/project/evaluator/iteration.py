"""Items of values: what a loop sees, and what a subscript takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.enums import is_enumeration, members
from fastapi_guard.project.evaluator.operators import key_of
from fastapi_guard.project.values import (
    Choice,
    Class,
    External,
    Generator,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Module,
    Sequence,
    Setting,
    Unknown,
    Value,
    choice,
    constant,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def item(interpreter: Interpreter, receiver: Value, key: Value) -> Value:
    """`receiver[key]`."""
    if isinstance(receiver, Choice):
        return choice([item(interpreter, option, key) for option in receiver.options])
    if isinstance(receiver, External) and receiver.name == "os.environ":
        return Setting(Unknown(f"environment variable {constant(key)}"), f"environment variable {constant(key)}")
    if isinstance(receiver, External) and receiver.name == "sys.modules":
        return _loaded_module(interpreter, constant(key)) or Item(receiver, key)
    if isinstance(receiver, Mapping):
        hashable = key_of(key)
        if hashable is not None and hashable[0] in receiver.items:
            return receiver.items[hashable[0]]
        return looked_up(interpreter, receiver, key) if hashable is None else Item(receiver, key)
    index = constant(key)
    if (
        isinstance(receiver, Sequence)
        and isinstance(index, int)
        and -len(receiver.items) <= index < len(receiver.items)
    ):
        return receiver.items[index]
    if interpreter.trace is not None and isinstance(receiver, Member) and receiver.name in KEYED_READS:
        interpreter.note("read", Item(receiver, key), None)
    if isinstance(receiver, Instance) and isinstance(index, int) and is_named_tuple(receiver.cls):
        fields = iterate(interpreter, receiver) or []
        return fields[index] if -len(fields) <= index < len(fields) else Item(receiver, key)
    if isinstance(receiver, Instance) and receiver.cls.lookup("__getitem__"):
        from fastapi_guard.project.evaluator.calls import call_method

        return call_method(interpreter, receiver, "__getitem__", (key,), {}, receiver.place)
    return Item(receiver, key)


def looked_up(interpreter: Interpreter, receiver: Mapping, key: Value) -> Value:
    """Some item of a mapping: one that is known, or one that another request has put there."""
    found = Item(receiver, key)
    if interpreter.trace is None:
        return choice(list(receiver.items.values())) if receiver.items else found
    interpreter.note("lookup", found, None)
    return choice([*receiver.items.values(), found])


def _loaded_module(interpreter: Interpreter, name: object) -> Value | None:
    """`sys.modules[name]`."""
    return next((Module(found) for found in interpreter.modules.values() if found and found.name == name), None)


def is_named_tuple(cls: Class) -> bool:
    """Whether objects of a class can be unpacked into its fields."""
    return "typing.NamedTuple" in cls.external_bases()


HTTP_METHODS = ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
"""The members of `http.HTTPMethod` in their order."""


MOST_ITERATIONS = 400
"""How many items of a loop are followed one by one."""


KEYED_READS = frozenset({"headers", "cookies", "query_params"})
"""Mappings of a request whose keys tell what is read."""


def iterate(interpreter: Interpreter, value: Value) -> list[Value] | None:
    """The items of an iterable in order, or None when they are not all known."""
    if isinstance(value, Setting):
        value = value.default
    if isinstance(value, Sequence):
        return list(value.items) if value.is_complete else (list(value.items) or None)
    if isinstance(value, Mapping) and value.is_complete:
        return [from_key(key) for key in value.items]
    if isinstance(value, Generator):
        return list(value.items)
    if isinstance(value, Literal) and isinstance(value.value, (str, bytes)):
        return [Literal(part) for part in value.value]
    if isinstance(value, Choice):
        parts = [iterate(interpreter, option) for option in value.options]
        known = [part for part in parts if part is not None]
        return [member for part in known for member in part] if known else None
    if isinstance(value, Class) and is_enumeration(value):
        return [found for _, found in members(interpreter, value)]
    if isinstance(value, External) and value.name == "http.HTTPMethod":
        return [Literal(name) for name in HTTP_METHODS]
    if isinstance(value, Instance) and is_named_tuple(value.cls) and not value.is_abstract:
        from fastapi_guard.project.evaluator.attributes import attribute

        return [attribute(interpreter, value, name, value.place) for name in value.cls.annotations]
    if isinstance(value, Instance) and value.cls.lookup("__iter__"):
        from fastapi_guard.project.evaluator.calls import call_method

        made = call_method(interpreter, value, "__iter__", (), {}, value.place)
        return iterate(interpreter, made) if made is not value else None
    return None


def from_key(key: object) -> Value:
    if isinstance(key, Value):
        return key
    if isinstance(key, tuple):
        return Sequence("tuple", [from_key(part) for part in key])
    return Literal(key)
