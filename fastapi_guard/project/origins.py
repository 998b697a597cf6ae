"""Where values come from, in one operation: from its principal, from the client, from a row, or from nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from fastapi_guard.knowledge.authentication import is_verifier
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.credentials import is_request
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
PLAIN_KINDS: dict[type[Value], str] = {
    Literal: CONSTANT,
    EnumMember: CONSTANT,
    Setting: CONSTANT,
    External: CONSTANT,
    Class: COLUMN,
}
"""Values that are something by themselves, by their type."""
IDENTITY_IN_REQUEST = frozenset({"state", "user", "session", "auth", "scope"})
MOST_PARTS = 400


@dataclass(slots=True)
class Origins:
    """What is known of the values of one operation; it grows while its queries are read in order."""

    principals: frozenset[tuple[int, int]]
    """Dependencies that say who calls."""
    givers: frozenset[tuple[int, int]] = frozenset()
    """Dependencies that give rows and know who calls: what they load is judged where they load it."""
    loads: dict[int, str] = field(default_factory=dict)
    """What queries gave, by identity: `own` where the query is limited to the principal, `row` where it is not."""
    kept: list[Value] = field(default_factory=list)
    """Values whose identity is remembered."""
    trusted: set[object] = field(default_factory=set)
    """Values of the client that were compared with the principal, or that a limited query has looked up."""

    _known_kinds: dict[int, frozenset[str]] = field(default_factory=dict)

    def remember(self, load: Value, kind: str) -> None:
        """What a query gave, and how it is limited."""
        self.loads[id(load)] = kind
        self._known_kinds.clear()
        self.kept.append(load)

    def kinds(self, value: Value) -> frozenset[str]:
        """Everything that a value is made of."""
        known = self._known_kinds.get(id(value))
        if known is None:
            known = self._known_kinds[id(value)] = frozenset(
                self._parts(value) if self.loads else map(self._told, _raw_kinds(value))
            )
            self.kept.append(value)
        return known

    def is_of_principal(self, value: Value) -> bool:
        """Whether the principal takes part in a value."""
        return PRINCIPAL in self.kinds(value)

    def is_trusted(self, value: Value) -> bool:
        """Whether a value is known to be the principal's own business."""
        if isinstance(value, Choice):
            return all(self.is_trusted(option) for option in value.options if not self.kinds(option) <= {CONSTANT})
        if isinstance(value, Operation) and value.operator == "text":
            parts = [part for part in value.operands if not self.kinds(part) <= {CONSTANT}]
            if parts and all(self.is_trusted(part) for part in parts):
                return True
        return any(key in self.trusted for key in keys_of(value)) or (OWN in self.kinds(value))

    def is_field_trusted(self, holder: Value, name: str) -> bool:
        """Whether a field of a body was compared with the principal."""
        return ("attribute", _key(holder, 0), name) in self.trusted

    def trust(self, value: Value) -> None:
        """A value was compared with the principal."""
        self.trusted.update(keys_of(value))

    def _parts(self, value: Value) -> Iterator[str]:
        pending: list[Value] = [value]
        seen: set[int] = set()
        for _ in range(MOST_PARTS):
            if not pending:
                return
            part = pending.pop()
            if id(part) in seen:
                continue
            seen.add(id(part))
            if id(part) in self.loads:
                yield self.loads[id(part)]
                continue
            kind = _kind(part)
            if kind is not None:
                yield self._told(kind)
            else:
                pending.extend(_inside(part))
        yield UNKNOWN

    def _told(self, kind: Kind) -> str:
        """What a dependency gives is the principal's, or nobody's, in this operation."""
        if isinstance(kind, str):
            return kind
        return PRINCIPAL if kind in self.principals else OWN if kind in self.givers else INJECTED


@lru_cache(maxsize=32_768)
def _raw_kinds(value: Value) -> frozenset[Kind]:
    """Everything that a value is made of, whoever asks; the same values are met in many operations."""
    pending: list[Value] = [value]
    seen: set[int] = set()
    found: set[Kind] = set()
    for _ in range(MOST_PARTS):
        if not pending:
            return frozenset(found)
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        kind = _kind(part)
        if kind is not None:
            found.add(kind)
        else:
            pending.extend(_inside(part))
    found.add(UNKNOWN)
    return frozenset(found)


def _kind(part: Value) -> Kind | None:
    """What a value is by itself; None where that depends on its parts."""
    plain = PLAIN_KINDS.get(type(part))
    if plain is not None:
        return plain
    if isinstance(part, (Argument, Instance, Result)) and part.origin is not None:
        return origin_key(part.origin)
    if isinstance(part, Member) and part.name in IDENTITY_IN_REQUEST and is_request(part.receiver):
        return PRINCIPAL
    if isinstance(part, Argument) and part.holder is None:
        return CLIENT
    if isinstance(part, Instance) and part.is_abstract and part.holder is None:
        return CLIENT
    if isinstance(part, (Mapping, Sequence)) and not part.items and not part.is_complete:
        return UNKNOWN  # what a loop or another request has put in
    if isinstance(part, Result) and is_identity(dotted_name(part.callee)):
        return PRINCIPAL
    if isinstance(part, (Member, Item, Result, Operation, Choice, Coroutine, Sequence, Mapping, Argument, Instance)):
        return None
    if isinstance(part, Conditional):
        return None
    return UNKNOWN


def _inside(part: Value) -> list[Value]:
    if isinstance(part, (Argument, Instance)):
        return (
            [part.holder]
            if part.holder is not None
            else list(part.attributes.values())
            if isinstance(part, Instance)
            else []
        )
    if isinstance(part, (Member, Item)):
        return [part.receiver]
    if isinstance(part, Conditional):
        return [part.value]
    if isinstance(part, Result):
        callee = [] if isinstance(part.callee, External) else [part.callee]
        return [*callee, *part.arguments, *part.keywords.values()]
    if isinstance(part, Operation):
        return list(part.operands)
    if isinstance(part, Choice):
        return list(part.options)
    if isinstance(part, Coroutine):
        return [part.result]
    if isinstance(part, Sequence):
        return list(part.items)
    return list(part.items.values()) if isinstance(part, Mapping) else []


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


def keys_of(value: Value) -> set[object]:
    """What the same value is known by when it is written again: `payload.user_id`, `UUID(user_id)` for `user_id`."""
    found: set[object] = set()
    key = _key(value, 0)
    if key is not None:
        found.add(key)
    if isinstance(value, Choice):
        for option in value.options:
            found |= keys_of(option)
    return found


def _key(value: Value, depth: int) -> object:
    if depth > 12 or isinstance(value, (Literal, Setting)):
        return None
    if isinstance(value, Result) and isinstance(value.callee, External) and len(value.arguments) == 1:
        return _key(value.arguments[0], depth + 1)  # UUID(x), int(x)
    if (
        isinstance(value, Result)
        and isinstance(value.callee, Member)
        and not value.arguments
        and value.callee.name in ("strip", "lower", "hex")
    ):
        return _key(value.callee.receiver, depth + 1)
    if isinstance(value, Operation) and value.operator == "text":  # f"shared-{task_id}"
        parts = [_key(part, depth + 1) if not isinstance(part, Literal) else part.value for part in value.operands]
        return ("text", *parts) if None not in parts else None
    if isinstance(value, Argument) and value.holder is not None:
        holder = _key(value.holder, depth + 1)
        return ("attribute", holder, value.name) if holder is not None else None
    if isinstance(value, Argument) and value.origin is None:
        return ("parameter", value.name)
    if isinstance(value, Member):
        receiver = _key(value.receiver, depth + 1)
        return ("attribute", receiver, value.name) if receiver is not None else None
    if isinstance(value, Item) and isinstance(value.key, Literal):
        receiver = _key(value.receiver, depth + 1)
        return ("attribute", receiver, value.key.value) if receiver is not None else None
    return ("value", id(value))


def dependencies_in(value: Value) -> set[tuple[int, int]]:
    """The dependencies that gave what a value is made of."""
    pending: list[Value] = [value]
    seen: set[int] = set()
    found: set[tuple[int, int]] = set()
    while pending and len(seen) < MOST_PARTS:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, (Argument, Instance, Result)) and part.origin is not None:
            found.add(origin_key(part.origin))
        if isinstance(part, (Member, Item)):
            pending.append(part.receiver)
        elif isinstance(part, (Argument, Instance)) and part.holder is not None:
            pending.append(part.holder)
        elif isinstance(part, Choice):
            pending.extend(part.options)
        elif isinstance(part, Result) and isinstance(part.callee, External):
            pending.extend(part.arguments)
        elif isinstance(part, (Function, Partial)):
            pending.extend(closed_over(part))
    return found


def arguments_in(value: Value) -> list[Argument]:
    """Every parameter, or field of one, that a value is made of: `user_id` in `cache.get(f"user:{user_id}")`."""
    pending: list[Value] = [value]
    seen: set[int] = set()
    found: list[Argument] = []
    while pending and len(seen) < MOST_PARTS:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Argument):
            found.append(part)
        elif isinstance(part, (Member, Item)):
            pending.append(part.receiver)
        elif isinstance(part, Result):
            pending.extend([part.callee, *part.arguments, *part.keywords.values()])
        elif isinstance(part, (Operation, Choice)):
            pending.extend(part.operands if isinstance(part, Operation) else part.options)
        elif isinstance(part, Coroutine):
            pending.append(part.result)
    return found


def closed_over(value: Value) -> list[Value]:
    """What a function that was made on the spot remembers: `Policy.of(task)` gives one that knows the task."""
    if isinstance(value, Partial):
        return [*value.arguments, *value.keywords.values()]
    if isinstance(value, Function) and value.scope.kind == "function":
        return list(value.scope.names.values())
    return []


def comes_from(value: Value, load: Value) -> bool:
    """Whether a value is what a query gave, or a part of it."""
    return value is load or id(load) in sources(value)


@lru_cache(maxsize=16_384)
def sources(value: Value) -> frozenset[int]:
    """Identities of everything that a value is made of; asked again and again while a trace is read.

    The cache keeps the values alive, so that an identity in it is theirs.
    """
    pending: list[Value] = [value]
    seen: dict[int, Value] = {}
    while pending and len(seen) < MOST_PARTS:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen[id(part)] = part
        if isinstance(part, Choice):
            pending.extend(part.options)
        elif isinstance(part, (Member, Item)):
            pending.append(part.receiver)
        elif isinstance(part, Result):
            if isinstance(part.callee, External) or (
                isinstance(part.callee, Member) and isinstance(part.callee.receiver, Class)
            ):
                pending.extend(part.arguments[:1])  # str(row.user_id), list(rows), TaskRead.model_validate(row)
            else:
                pending.append(part.callee)
        elif isinstance(part, Argument) and part.holder is not None:
            pending.append(part.holder)
        elif isinstance(part, Instance):
            pending.extend(value for name, value in part.arguments.items() if name in ("0", "**"))
        elif isinstance(part, Coroutine):
            pending.append(part.result)
        elif isinstance(part, Sequence):
            pending.extend(part.items)
        elif isinstance(part, Operation):
            pending.extend(part.operands)
        elif isinstance(part, (Function, Partial)):
            pending.extend(closed_over(part))
    return frozenset(seen)
