"""The comparisons that an operation makes, found by what they compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from fastapi_guard.project.parts import PartReader
from fastapi_guard.project.values import Member, Operation, Result, Value


class Comparisons:
    """Comparisons by what their sides were taken of; a class because it is looked up for each query."""

    def __init__(self, compares: Sequence[Value], taken_of: PartReader[Value]) -> None:
        self._compares = compares
        self._taken_of = taken_of

    def about(self, load: Value) -> Sequence[Value]:
        """The comparisons of which a side is what a query gave, or was taken of it."""
        return self._by_load.get(load, ())

    @cached_property
    def _by_load(self) -> dict[Value, list[Value]]:
        found: dict[Value, list[Value]] = {}
        for compare in self._compares:
            for load in dict.fromkeys(load for side in _sides(compare) for load in self._taken_of.of(side)):
                found.setdefault(load, []).append(compare)
        return found


def _sides(compare: Value) -> Iterable[Value]:
    if isinstance(compare, Operation):
        return compare.operands
    if isinstance(compare, Result):
        receiver = (compare.callee.receiver,) if isinstance(compare.callee, Member) else ()
        return (*compare.arguments, *compare.keywords.values(), *receiver)
    return ()
