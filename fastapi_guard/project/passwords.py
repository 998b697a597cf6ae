"""Passwords of users that are stored, or compared, as the client sent them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from fastapi_guard.project.bounds import Compared, spelled
from fastapi_guard.project.hashing import hashes
from fastapi_guard.project.kinds import CLIENT, CONSTANT
from fastapi_guard.project.model import PasswordComparison
from fastapi_guard.project.origins import Origins
from fastapi_guard.project.tables import Table
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Coroutine,
    External,
    Instance,
    Item,
    Member,
    Operation,
    Result,
    Value,
)

PASSWORD = re.compile(
    r"(?:user_?|hashed_?|plain_?|new_?)*(?:password|passwd|passphrase|pwd|senha|contrasena|passwort)(?:_?(?:hash|hashed|digest))?",
    re.IGNORECASE,
)
"""Columns of users that hold their passwords, or what is made of them."""
PASSWORD_WORD = re.compile(r"password|passwd|passphrase|pwd|senha|contrasena|passwort")
"""One of them stands in each of those names, in lower case."""
UNCHANGING = frozenset({"get_secret_value", "strip"})
"""Methods that give a text as it is."""


def is_as_given(value: Value, origins: Origins, depth: int = 0) -> bool:
    """Whether a value is what the client sent, unchanged."""
    if depth > 8:
        return False
    if isinstance(value, Choice):
        return any(is_as_given(option, origins, depth + 1) for option in value.options)
    if isinstance(value, Coroutine):
        return is_as_given(value.result, origins, depth + 1)
    if isinstance(value, Result):
        if isinstance(value.callee, Member) and value.callee.name in UNCHANGING:
            return is_as_given(value.callee.receiver, origins, depth + 1)
        is_text = isinstance(value.callee, External) and value.callee.name == "builtins.str"
        return is_text and len(value.arguments) == 1 and is_as_given(value.arguments[0], origins, depth + 1)
    if not isinstance(value, (Argument, Member, Item)) or _is_of_a_call(value) or _holder_hashes(value):
        return False
    kinds = origins.kinds(value)
    return CLIENT in kinds and kinds <= {CLIENT, CONSTANT}


def in_statement(table: Table | None, parts: Iterable[Compared], origins: Origins) -> Iterator[PasswordComparison]:
    """The passwords that a statement looks for."""
    for part in parts:
        owner = part.table or table
        if owner is not None and owner.is_principal and PASSWORD.fullmatch(part.column):
            if is_as_given(part.value, origins):
                yield PasswordComparison(part.column, spelled(part.value), None)


def with_row(
    compares: Iterable[Value], is_of_row: Callable[[Value], bool], origins: Origins
) -> Iterator[PasswordComparison]:
    """`user.password == form.password`, for the rows that `is_of_row` knows."""
    for compare in compares:
        if not isinstance(compare, Operation) or compare.operator not in ("==", "!=") or len(compare.operands) != 2:
            continue
        for one, other in (compare.operands, compare.operands[::-1]):
            name, holder = _attribute(one)
            is_password = holder is not None and PASSWORD.fullmatch(name) is not None and is_of_row(holder)
            if is_password and compare.place is not None and is_as_given(other, origins):
                location = compare.place.module.location(compare.place.node)
                yield PasswordComparison(name, spelled(other), location)


def _attribute(value: Value) -> tuple[str, Value | None]:
    if isinstance(value, Member):
        return value.name, value.receiver
    if isinstance(value, Argument) and value.holder is not None:
        return value.name, value.holder
    return "", None


def _is_of_a_call(value: Value) -> bool:
    while isinstance(value, (Member, Item)):
        value = value.receiver
    return isinstance(value, Result)


def _holder_hashes(value: Value) -> bool:
    """Whether the model of the body hashes what it is given."""
    _, holder = _attribute(value)
    return isinstance(holder, Instance) and hashes(holder.cls)
