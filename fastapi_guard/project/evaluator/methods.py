"""Methods of lists, dicts and text that the evaluator understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.branches import shown_test
from fastapi_guard.project.evaluator.files import FilePath, path_method
from fastapi_guard.project.evaluator.iteration import from_key, iterate, looked_up
from fastapi_guard.project.evaluator.operators import combine, key_of
from fastapi_guard.project.evaluator.reflection import subclasses_of
from fastapi_guard.project.evaluator.route_objects import adopt, remove_route
from fastapi_guard.project.evaluator.signatures import Parameter, Signature, replaced
from fastapi_guard.project.registration import RouteList
from fastapi_guard.project.values import (
    NONE,
    Arguments,
    Class,
    Conditional,
    External,
    Keywords,
    Literal,
    Mapping,
    Member,
    Place,
    Result,
    Sequence,
    Setting,
    Unknown,
    Value,
    choice,
    constant,
    is_same,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def environment(arguments: Arguments, keywords: Keywords) -> Setting:
    """A setting that is read by name, with its default."""
    name = f"environment variable {constant(arguments[0])}" if arguments else "the environment"
    default = arguments[1] if len(arguments) > 1 else keywords.get("default", NONE)
    return Setting(default, name)


CONFIGURATIONS = frozenset(
    {"environs.Env", "environs.FileAwareEnv", "environ.Env", "starlette.config.Config", "decouple.Config"}
)
"""Library objects whose methods read the environment: `env.str("KEY", default)`."""


TEXT_METHODS = frozenset({
    "capitalize", "format", "join", "lower", "lstrip", "removeprefix", "removesuffix", "replace", "rsplit", "rstrip", "split", "casefold", "count", "find", "index", "isdigit", "swapcase", "zfill",
    "strip", "title", "upper", "startswith", "endswith", "partition", "rpartition",
})  # fmt: skip


def call_member(
    interpreter: Interpreter, callee: Member, arguments: Arguments, keywords: Keywords, place: Place | None
) -> Value | None:
    """A method of a list, a dict or text; None when it is not understood."""
    receiver = callee.receiver
    if (
        isinstance(receiver, Result)
        and isinstance(receiver.callee, External)
        and receiver.callee.name in CONFIGURATIONS
    ):
        return environment(arguments, keywords)
    if callee.name == "run_in_executor" and len(arguments) > 1:
        from fastapi_guard.project.evaluator.builtins import run_elsewhere

        return run_elsewhere(1)(interpreter, arguments, keywords, place, None)
    if isinstance(receiver, RouteList) and callee.name == "remove" and arguments:
        remove_route(interpreter, receiver, arguments[0], place)
        return NONE
    if isinstance(receiver, Sequence):
        made = _sequence_method(interpreter, receiver, callee.name, arguments)
        if isinstance(receiver, RouteList):
            adopt(interpreter, receiver, place)
        return made
    if isinstance(receiver, Mapping):
        return _mapping_method(interpreter, receiver, callee.name, arguments, keywords)
    if isinstance(receiver, FilePath):
        return path_method(interpreter, receiver, callee.name, arguments)
    if isinstance(receiver, (Signature, Parameter)) and callee.name == "replace":
        return replaced(interpreter, receiver, keywords)
    if isinstance(receiver, Class) and callee.name == "__subclasses__":
        return subclasses_of(receiver)
    text = constant(receiver)
    if isinstance(text, str) and callee.name in TEXT_METHODS:
        return _text_method(interpreter, receiver, text, callee.name, arguments, keywords)
    return None


def _text_method(
    interpreter: Interpreter, receiver: Value, text: str, name: str, arguments: Arguments, keywords: Keywords
) -> Value | None:
    if name == "join" and arguments:
        items = iterate(interpreter, arguments[0])
        parts = [constant(item) for item in items or [Unknown("")]]
        return Literal(text.join(str(part) for part in parts)) if all(isinstance(part, str) for part in parts) else None
    plain = [constant(argument) for argument in arguments]
    named = {key: constant(value) for key, value in keywords.items()}
    if any(value is None for value in [*plain, *named.values()]):
        return None
    try:
        made = getattr(text, name)(*plain, **named)
    except (TypeError, ValueError, LookupError, AttributeError):
        return None
    if isinstance(made, (list, tuple)):
        return Sequence("list", [Literal(part) for part in made])
    return Setting(Literal(made), receiver.name) if isinstance(receiver, Setting) else Literal(made)


def _sequence_method(interpreter: Interpreter, receiver: Sequence, name: str, arguments: Arguments) -> Value | None:
    if interpreter.conditions and name in ("append", "add", "insert", "extend", "update") and arguments:
        added = [arguments[-1]] if name != "extend" else iterate(interpreter, arguments[0]) or []
        receiver.items.extend(Conditional(item, interpreter.conditions[-1]) for item in added)
        return NONE
    if name in ("append", "add") and arguments:
        added_item = arguments[0]
        if interpreter.undecided and isinstance(added_item, Result) and isinstance(added_item.callee, External):
            added_item = Conditional(added_item, shown_test(interpreter.undecided[-1]), is_undecided=True)
        receiver.items.append(added_item)
    elif name == "insert" and len(arguments) == 2:
        index = constant(arguments[0])
        receiver.items.insert(index if isinstance(index, int) else len(receiver.items), arguments[1])
    elif name in ("extend", "update") and arguments:
        items = iterate(interpreter, arguments[0])
        _extend(receiver, items or [])
        receiver.is_complete = receiver.is_complete and items is not None
    elif name == "copy":
        return Sequence(receiver.kind, list(receiver.items), receiver.is_complete)
    elif name == "pop":
        at = constant(arguments[0]) if arguments else -1
        is_certain = receiver.is_complete and not interpreter.undecided and not interpreter.conditions
        if is_certain and isinstance(at, int) and -len(receiver.items) <= at < len(receiver.items):
            return receiver.items.pop(at)
        receiver.is_complete = False
        return choice(list(receiver.items)) if receiver.items else None
    elif name in ("remove", "discard", "clear") and not interpreter.undecided and not interpreter.conditions:
        if name == "clear":
            receiver.items.clear()
        elif not _take_out(receiver, arguments):
            receiver.is_complete = False
    elif name in ("remove", "discard", "clear"):
        receiver.is_complete = False
    elif name in ("union", "difference", "intersection", "symmetric_difference"):
        made = receiver
        for argument in arguments:
            items = iterate(interpreter, argument)
            made = combine(name, made, Sequence("set", items or [], items is not None))
        return made
    elif name == "reverse":
        receiver.items.reverse()
    elif name == "sort":
        return NONE
    else:
        return None
    return NONE


def _take_out(receiver: Sequence, arguments: Arguments) -> bool:
    """Take the first item out that is the same; False when it is not known whether there is one."""
    for index, item in enumerate(receiver.items):
        if arguments and is_same(item, arguments[0]):
            del receiver.items[index]
            return True
    return (
        bool(arguments) and constant(arguments[0]) is not None and all(constant(x) is not None for x in receiver.items)
    )


MOST_ITEMS = 5_000
"""What a list may hold: code that adds a list to itself again and again would fill the memory."""


def _extend(receiver: Sequence, items: list[Value]) -> None:
    """Add items: a set does not hold the same one twice."""
    if receiver.kind == "set":
        known = set(map(id, receiver.items))
        items = [item for item in items if id(item) not in known]
    if len(receiver.items) + len(items) > MOST_ITEMS:
        receiver.is_complete = False
        return
    receiver.items.extend(items)


def _mapping_method(
    interpreter: Interpreter, receiver: Mapping, name: str, arguments: Arguments, keywords: Keywords
) -> Value | None:
    if name == "items":
        pairs = [Sequence("tuple", [from_key(key), value]) for key, value in receiver.items.items()]
        return Sequence("list", list(pairs), receiver.is_complete)
    if name == "values":
        return Sequence("list", list(receiver.items.values()), receiver.is_complete)
    if name == "keys":
        return Sequence("list", [from_key(key) for key in receiver.items], receiver.is_complete)
    if name == "copy":
        return Mapping(dict(receiver.items), receiver.is_complete)
    if name == "update":
        for argument in arguments:
            if isinstance(argument, Mapping):
                receiver.items.update(argument.items)
            receiver.is_complete = receiver.is_complete and isinstance(argument, Mapping) and argument.is_complete
        receiver.items.update({key: value for key, value in keywords.items() if key != "**"})
        return NONE
    if name in ("get", "pop", "setdefault") and arguments:
        key = key_of(arguments[0])
        default = arguments[1] if len(arguments) > 1 else NONE
        if key is not None and key[0] in receiver.items:
            found = receiver.items[key[0]]
            if name == "pop":
                del receiver.items[key[0]]
            return found
        if key is not None and name == "setdefault":
            receiver.items[key[0]] = default
        if key is not None and receiver.is_complete:
            return default
        if key is None and interpreter.trace is not None and not (receiver.items and receiver.is_complete):
            return choice([looked_up(interpreter, receiver, arguments[0]), default])
        return choice([*receiver.items.values(), default])
    if name == "popitem" and receiver.items and receiver.is_complete:
        last, value = receiver.items.popitem()
        return Sequence("tuple", [from_key(last), value])
    return None
