"""Calls of Python that make and walk lists: `zip`, `sorted`, `map`, `next`, `itertools.chain`."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.iteration import iterate
from fastapi_guard.project.evaluator.operators import truth
from fastapi_guard.project.values import (
    FALSE,
    NONE,
    TRUE,
    Item,
    Literal,
    Mapping,
    Sequence,
    Unknown,
    Value,
    constant,
    is_none,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter
    from fastapi_guard.project.scope import Scope
    from fastapi_guard.project.values import Arguments, Keywords, Place

Known = Callable[["Interpreter", "Arguments", "Keywords", "Place | None", "Scope | None"], "Value | None"]
MOST_COMBINATIONS = 400


def _sequence(kind: str) -> Known:
    def make(
        interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
    ) -> Value | None:
        if not arguments:
            return Sequence(kind, [])
        items = iterate(interpreter, arguments[0])
        if items is None and interpreter.trace is not None:  # whoever watches wants to know what they are items of
            return Sequence(kind, [Item(arguments[0], Unknown("an item of what could not be followed"))], False)
        return Sequence(kind, items) if items is not None else Sequence(kind, [], False)

    return make


def _zip(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    columns = [iterate(interpreter, argument) for argument in arguments]
    if any(column is None for column in columns):
        return Sequence("list", [], False)
    rows = zip(*[column for column in columns if column is not None], strict=False)
    return Sequence("list", [Sequence("tuple", list(row)) for row in rows])


def _enumerate(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    items = iterate(interpreter, arguments[0]) if arguments else None
    if items is None:
        return Sequence("list", [], False)
    start = constant(arguments[1]) if len(arguments) > 1 else constant(keywords.get("start", Literal(0)))
    first = start if isinstance(start, int) else 0
    return Sequence("list", [Sequence("tuple", [Literal(index), item]) for index, item in enumerate(items, first)])


def _reversed(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    items = iterate(interpreter, arguments[0]) if arguments else None
    return Sequence("list", items[::-1]) if items is not None else Sequence("list", [], False)


def _chain(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    parts = [iterate(interpreter, argument) for argument in arguments]
    items = [item for part in parts if part is not None for item in part]
    return Sequence("list", items, all(part is not None for part in parts))


def _range(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    bounds = [bound for bound in (constant(argument) for argument in arguments) if isinstance(bound, int)]
    if bounds and len(bounds) == len(arguments) and len(range(*bounds)) <= 200:
        return Sequence("list", [Literal(number) for number in range(*bounds)])
    return Sequence("list", [], False)


def _length(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    first = arguments[0] if arguments else NONE
    if isinstance(first, (Sequence, Mapping)) and first.is_complete:
        return Literal(len(first.items))
    if isinstance(first, Literal) and isinstance(first.value, (str, bytes)):
        return Literal(len(first.value))
    return None


def _sorted(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """In order where each item, or what the key gives for it, is a constant; else as they come."""
    from fastapi_guard.project.evaluator.calls import call

    items = iterate(interpreter, arguments[0]) if arguments else None
    if items is None:
        return Sequence("list", [], False)
    key = keywords.get("key", NONE)
    keys = items if is_none(key) else [call(interpreter, key, (item,), {}, place, scope) for item in items]
    known = [constant(value) for value in keys]
    if all(isinstance(value, str) for value in known) or all(isinstance(value, (int, float)) for value in known):
        is_reversed = truth(keywords.get("reverse", FALSE)) is True
        order = sorted(range(len(items)), key=lambda index: known[index], reverse=is_reversed)  # type: ignore[arg-type,return-value]  # of one kind
        items = [items[index] for index in order]
    return Sequence("list", items)


def _map(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    from fastapi_guard.project.evaluator.calls import call

    columns = [iterate(interpreter, argument) for argument in arguments[1:]]
    if not columns or any(column is None for column in columns):
        return None
    rows = zip(*[column for column in columns if column is not None], strict=False)
    return Sequence("list", [call(interpreter, arguments[0], row, {}, place, scope) for row in rows])


def _filter(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    from fastapi_guard.project.evaluator.calls import call

    items = iterate(interpreter, arguments[1]) if len(arguments) == 2 else None
    if items is None:
        return None
    test = arguments[0]
    told = [truth(item if is_none(test) else call(interpreter, test, (item,), {}, place, scope)) for item in items]
    kept = [item for item, is_kept in zip(items, told, strict=True) if is_kept is not False]
    return Sequence("list", kept, None not in told)


def _iterator(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    items = iterate(interpreter, arguments[0]) if arguments else None
    return Sequence("iterator", items) if items is not None else (arguments[0] if arguments else None)


def _next(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """The first item that is left; an iterator is a list that is used up."""
    items = iterate(interpreter, arguments[0]) if arguments else None
    if items:
        if isinstance(arguments[0], Sequence) and arguments[0].kind == "iterator" and not interpreter.undecided:
            arguments[0].items.pop(0)
        return items[0]
    return arguments[1] if items == [] and len(arguments) > 1 else None


def _any(*, wanted: bool) -> Known:
    def ask(
        interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
    ) -> Value | None:
        items = iterate(interpreter, arguments[0]) if arguments else None
        if items is None or (isinstance(arguments[0], Sequence) and not arguments[0].is_complete):
            return None
        told = [truth(item) for item in items]
        if wanted in told:
            return TRUE if wanted else FALSE
        return None if None in told else (FALSE if wanted else TRUE)

    return ask


def _product(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    columns = [iterate(interpreter, argument) for argument in arguments]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns):
        return None
    rows = itertools.islice(itertools.product(*known), MOST_COMBINATIONS)
    return Sequence("list", [Sequence("tuple", list(row)) for row in rows])


def _flattened(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """`itertools.chain.from_iterable(lists)`."""
    outer = iterate(interpreter, arguments[0]) if arguments else None
    return _chain(interpreter, tuple(outer), {}, place, scope) if outer is not None else None


def _reduce(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    from fastapi_guard.project.evaluator.calls import call

    items = iterate(interpreter, arguments[1]) if len(arguments) > 1 else None
    if items is None or (not items and len(arguments) < 3):
        return None
    made, rest = (arguments[2], items) if len(arguments) > 2 else (items[0], items[1:])
    for item in rest:
        made = call(interpreter, arguments[0], (made, item), {}, place, scope)
    return made


SEQUENCES: dict[str, Known] = {
    "builtins.all": _any(wanted=False),
    "builtins.any": _any(wanted=True),
    "builtins.enumerate": _enumerate,
    "builtins.filter": _filter,
    "builtins.frozenset": _sequence("set"),
    "builtins.iter": _iterator,
    "builtins.len": _length,
    "builtins.list": _sequence("list"),
    "builtins.map": _map,
    "builtins.next": _next,
    "builtins.range": _range,
    "builtins.reversed": _reversed,
    "builtins.set": _sequence("set"),
    "builtins.sorted": _sorted,
    "builtins.tuple": _sequence("tuple"),
    "builtins.zip": _zip,
    "functools.reduce": _reduce,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _flattened,
    "itertools.product": _product,
}
