"""What is true of a value because it is true of something that the value is made of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from fastapi_guard.project.values import Value

Mark = TypeVar("Mark", bound=Hashable)
Read = Callable[[Value, list[Value]], frozenset[Mark]]
"""Gives the marks of a value itself, and adds the values that it has others of to the list."""

MOST_PARTS = 400
MOST_NESTED = 40


class PartReader(Generic[Mark]):
    """Gathers marks from the parts of values; a class because the same values are parts of many others."""

    def __init__(
        self,
        read: Read[Mark],
        changeable: tuple[type[Value], ...],
        otherwise: frozenset[Mark] = frozenset(),
        known: Mapping[Value, frozenset[Mark]] | None = None,
    ) -> None:
        """`changeable` are values that can hold themselves; of those with too many parts the rest is `otherwise`.

        What is `known` is so whatever the parts are.
        """
        self._read = read
        self._changeable = changeable
        self._otherwise = otherwise
        self._known = dict(known or {})

    def of(self, value: Value, depth: int = 0) -> frozenset[Mark]:
        """The marks of a value and of all that it is made of."""
        known = self._known.get(value)
        if known is not None:
            return known
        chain: list[tuple[Value, frozenset[Mark]]] = []
        while known is None:
            parts: list[Value] = []
            own = self._read(value, parts)
            if not parts:
                known = self._known[value] = own
                break
            chain.append((value, own))
            if isinstance(value, self._changeable) or depth > MOST_NESTED:
                known = self._of_any(parts)
            elif len(parts) > 1:
                known = frozenset[Mark]().union(*[self.of(part, depth + 1) for part in parts])
            else:
                value = parts[0]
                known = self._known.get(value)
        for above, own in reversed(chain):
            known = known | own if known and own else known or own
            self._known[above] = known
        return known

    def _of_any(self, values: list[Value]) -> frozenset[Mark]:
        """The same of values that may hold what holds them."""
        pending = list(values)
        seen: set[Value] = set()
        found: set[Mark] = set()
        for _ in range(MOST_PARTS):
            if not pending:
                return frozenset(found)
            part = pending.pop()
            if part in seen:
                continue
            seen.add(part)
            known = self._known.get(part)
            found |= self._read(part, pending) if known is None else known
        return frozenset(found) | self._otherwise
