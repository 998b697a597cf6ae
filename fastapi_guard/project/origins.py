"""Where values come from, in one operation: from its principal, from the client, from a row, or from nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from fastapi_guard.project.descent import closed_over, descent_reader
from fastapi_guard.project.kinds import CONSTANT, INJECTED, OWN, PRINCIPAL, Kind, Kinds, kind_reader, origin_key
from fastapi_guard.project.parts import MOST_PARTS, PartReader
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Coroutine,
    External,
    Function,
    Instance,
    Item,
    Literal,
    Member,
    Operation,
    Partial,
    Result,
    Setting,
    Value,
)


@dataclass(slots=True)
class Origins:
    """What is known of the values of one operation; it grows while its queries are read in order."""

    made_of: PartReader[Kind]
    """What values are made of, as far as that is the same in all operations."""
    principals: frozenset[tuple[int, int]]
    """Dependencies that say who calls."""
    givers: frozenset[tuple[int, int]] = frozenset()
    """Dependencies that give rows and know who calls: what they load is judged where they load it."""
    taken_of: PartReader[Value] = field(default_factory=partial(descent_reader, ()))
    """What queries gave, of which values were taken."""
    loads: dict[Value, str] = field(default_factory=dict)
    """What queries gave: `own` where the query is limited to the principal, `row` where it is not."""
    trusted: set[object] = field(default_factory=set)
    """Values of the client that were compared with the principal, or that a limited query has looked up."""

    _known: dict[Kinds, frozenset[str]] = field(default_factory=dict)

    def remember(self, load: Value, kind: str) -> None:
        """What a query gave, and how it is limited."""
        self.loads[load] = kind
        self.made_of = kind_reader(self.loads)

    def kinds(self, value: Value) -> frozenset[str]:
        """Everything that a value is made of."""
        kinds = self.made_of.of(value)
        known = self._known.get(kinds)
        if known is None:
            known = self._known[kinds] = frozenset(map(self._told, kinds))
        return known

    def comes_from(self, value: Value, load: Value) -> bool:
        """Whether a value is what a query gave, or was taken of it."""
        return value is load or load in self.taken_of.of(value)

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

    def _told(self, kind: Kind) -> str:
        """What a dependency gives is the principal's, or nobody's, in this operation."""
        if isinstance(kind, str):
            return kind
        return PRINCIPAL if kind in self.principals else OWN if kind in self.givers else INJECTED


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
