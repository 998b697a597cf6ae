"""What values are made of, whoever asks: of what a client sends, of what a dependency gives, of constants."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Table
from functools import lru_cache
from typing import Any

from fastapi_guard.knowledge.authentication import is_verifier
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.credentials import is_request
from fastapi_guard.project.evaluator.by_type import ByType
from fastapi_guard.project.parts import PartReader
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Choice,
    Class,
    Conditional,
    Coroutine,
    External,
    Function,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Operation,
    Partial,
    Result,
    Sequence,
    Setting,
    Value,
)

PRINCIPAL, CLIENT, OWN, ROW, CONSTANT, COLUMN, INJECTED, UNKNOWN = (
    "principal", "client", "own", "row", "constant", "column", "injected", "unknown"
)  # fmt: skip
"""`injected`: given by a dependency that says nothing about who calls, such as a session."""
Kind = str | tuple[int, int]
"""A kind, or the key of the dependency that gives a value: whose that is differs between operations."""
Kinds = frozenset[Kind]
NOTHING: Kinds = frozenset()
OF_PRINCIPAL: Kinds = frozenset({PRINCIPAL})
OF_CLIENT: Kinds = frozenset({CLIENT})
OF_CONSTANT: Kinds = frozenset({CONSTANT})
OF_COLUMN: Kinds = frozenset({COLUMN})
OF_UNKNOWN: Kinds = frozenset({UNKNOWN})
IDENTITY_IN_REQUEST = frozenset({"state", "user", "session", "auth", "scope"})


def kind_reader(loads: Table[Value, str] | None = None) -> PartReader[Kind]:
    """Says what values are made of; `loads` are something whatever they are made of: what queries gave."""
    known = {load: frozenset({kind}) for load, kind in (loads or {}).items()}
    return PartReader[Kind](_read, (Instance, Sequence, Mapping), OF_UNKNOWN, known)


def _read(part: Value, pending: list[Value]) -> Kinds:
    """What a value is by itself; nothing where that depends on its parts, which are then pending."""
    return KINDS[type(part)](part, pending)


def _unknown(part: Value, pending: list[Value]) -> Kinds:
    return OF_UNKNOWN


def _constant(part: Value, pending: list[Value]) -> Kinds:
    return OF_CONSTANT


def _column(part: Value, pending: list[Value]) -> Kinds:
    return OF_COLUMN


def _of_member(part: Member, pending: list[Value]) -> Kinds:
    if part.name in IDENTITY_IN_REQUEST and is_request(part.receiver):
        return OF_PRINCIPAL
    pending.append(part.receiver)
    return NOTHING


def _of_item(part: Item, pending: list[Value]) -> Kinds:
    pending.append(part.receiver)
    return NOTHING


def _of_result(part: Result, pending: list[Value]) -> Kinds:
    if part.origin is not None:
        return frozenset({origin_key(part.origin)})
    if is_identity(dotted_name(part.callee)):
        return OF_PRINCIPAL
    if not isinstance(part.callee, External):
        pending.append(part.callee)
    pending += part.arguments
    pending += part.keywords.values()
    return NOTHING


def _of_argument(part: Argument, pending: list[Value]) -> Kinds:
    if part.origin is not None:
        return frozenset({origin_key(part.origin)})
    if part.holder is None:
        return OF_CLIENT
    pending.append(part.holder)
    return NOTHING


def _of_instance(part: Instance, pending: list[Value]) -> Kinds:
    if part.origin is not None:
        return frozenset({origin_key(part.origin)})
    if part.holder is not None:
        pending.append(part.holder)
    elif part.is_abstract:
        return OF_CLIENT
    else:
        pending += part.attributes.values()
    return NOTHING


def _of_mapping(part: Mapping, pending: list[Value]) -> Kinds:
    if not part.items and not part.is_complete:
        return OF_UNKNOWN  # what a loop or another request has put in
    pending += part.items.values()
    return NOTHING


def _of_sequence(part: Sequence, pending: list[Value]) -> Kinds:
    if not part.items and not part.is_complete:
        return OF_UNKNOWN
    pending += part.items
    return NOTHING


def _of_operation(part: Operation, pending: list[Value]) -> Kinds:
    pending += part.operands
    return NOTHING


def _of_choice(part: Choice, pending: list[Value]) -> Kinds:
    pending += part.options
    return NOTHING


def _of_coroutine(part: Coroutine, pending: list[Value]) -> Kinds:
    pending.append(part.result)
    return NOTHING


def _of_conditional(part: Conditional, pending: list[Value]) -> Kinds:
    pending.append(part.value)
    return NOTHING


KINDS: ByType[Callable[[Any, list[Value]], Kinds]] = ByType(
    {
        object: _unknown,
        Argument: _of_argument,
        Choice: _of_choice,
        Class: _column,
        Conditional: _of_conditional,
        Coroutine: _of_coroutine,
        External: _constant,
        Instance: _of_instance,
        Item: _of_item,
        Literal: _constant,
        Mapping: _of_mapping,
        Member: _of_member,
        Operation: _of_operation,
        Result: _of_result,
        Sequence: _of_sequence,
        Setting: _constant,
    }
)


@lru_cache(maxsize=8_192)
def is_identity(name: str) -> bool:
    """Whether a library function gives what a credential says: not one that hashes a password."""
    return is_verifier(name) and not PASSWORDS.search(name)


PASSWORDS = re.compile(
    r"^(?:passlib|bcrypt|argon2|pwdlib|hashlib|hmac|secrets|werkzeug)\b|hash|password|compare_digest|checkpw"
)


def origin_key(target: Value) -> tuple[int, int]:
    """What a dependency is known by, however often the expression that makes it is evaluated."""
    if isinstance(target, BoundMethod):
        target = target.function
    if isinstance(target, Partial):
        return origin_key(target.function)
    if isinstance(target, Function):
        return id(target.definition), 0
    if isinstance(target, (Instance, Result)) and target.place is not None:
        return id(target.place.node), 1
    return id(target.definition) if isinstance(target, Class) else id(target), 2
