"""The comparisons that an operation makes, found by what they compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from fastapi_guard.project.origins import sources
from fastapi_guard.project.values import Member, Operation, Result, Value


class Comparisons:
    """Comparisons by everything that their sides are made of; a class because it is looked up for each query."""

    def __init__(self, compares: Sequence[Value]) -> None:
        self._compares = compares

    def about(self, load: Value) -> Sequence[Value]:
        """The comparisons of which a side is what a query gave, or a part of it."""
        return self._by_source.get(id(load), ())

    @cached_property
    def _by_source(self) -> dict[int, list[Value]]:
        found: dict[int, list[Value]] = {}
        for compare in self._compares:
            for part in frozenset().union(*map(sources, _sides(compare))):
                found.setdefault(part, []).append(compare)
        return found


def _sides(compare: Value) -> Iterable[Value]:
    if isinstance(compare, Operation):
        return compare.operands
    if isinstance(compare, Result):
        receiver = (compare.callee.receiver,) if isinstance(compare.callee, Member) else ()
        return (*compare.arguments, *compare.keywords.values(), *receiver)
    return ()
