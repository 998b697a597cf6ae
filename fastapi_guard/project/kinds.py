"""What values are made of, whoever asks: of what a client sends, of what a dependency gives, of constants."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from functools import lru_cache, partial

from fastapi_guard.knowledge.authentication import is_verifier
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.credentials import is_request
from fastapi_guard.project.parts import PartReader
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Choice,
    Class,
    Conditional,
    Coroutine,
    EnumMember,
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
PLAIN_KINDS: dict[type[Value], Kinds] = {
    Literal: frozenset({CONSTANT}),
    EnumMember: frozenset({CONSTANT}),
    Setting: frozenset({CONSTANT}),
    External: frozenset({CONSTANT}),
    Class: frozenset({COLUMN}),
}
"""Values that are something by themselves, by their type."""
IDENTITY_IN_REQUEST = frozenset({"state", "user", "session", "auth", "scope"})
NOTHING: Kinds = frozenset()


def kind_reader(loads: Table[Value, str] | None = None) -> PartReader[Kind]:
    """Says what values are made of; `loads` are something whatever they are made of: what queries gave."""
    return PartReader(partial(_own, loads or {}), (Instance, Sequence, Mapping), frozenset({UNKNOWN}))


def _own(loads: Table[Value, str], part: Value, pending: list[Value]) -> Kinds:
    """What a value is by itself; nothing where that depends on its parts, which are then pending."""
    plain = PLAIN_KINDS.get(type(part))
    if plain is not None:
        return plain
    kind = loads.get(part) or _kind(part, pending)
    return frozenset({kind}) if kind is not None else NOTHING


def _kind(part: Value, pending: list[Value]) -> Kind | None:
    """What a value is by itself; None where that depends on its parts, which are then pending."""
    if isinstance(part, (Argument, Instance, Result)) and part.origin is not None:
        return origin_key(part.origin)
    if isinstance(part, Member):
        if part.name in IDENTITY_IN_REQUEST and is_request(part.receiver):
            return PRINCIPAL
        pending.append(part.receiver)
    elif isinstance(part, Result):
        if is_identity(dotted_name(part.callee)):
            return PRINCIPAL
        if not isinstance(part.callee, External):
            pending.append(part.callee)
        pending += part.arguments
        pending += part.keywords.values()
    elif isinstance(part, Argument):
        if part.holder is None:
            return CLIENT
        pending.append(part.holder)
    elif isinstance(part, Instance):
        if part.holder is not None:
            pending.append(part.holder)
        elif part.is_abstract:
            return CLIENT
        else:
            pending += part.attributes.values()
    elif isinstance(part, (Mapping, Sequence)):
        if not part.items and not part.is_complete:
            return UNKNOWN  # what a loop or another request has put in
        pending += part.items.values() if isinstance(part, Mapping) else part.items
    elif isinstance(part, Item):
        pending.append(part.receiver)
    elif isinstance(part, Operation):
        pending += part.operands
    elif isinstance(part, Choice):
        pending += part.options
    elif isinstance(part, Coroutine):
        pending.append(part.result)
    elif isinstance(part, Conditional):
        pending.append(part.value)
    else:
        return UNKNOWN
    return None


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
