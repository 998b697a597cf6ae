"""The comparisons of what the client sends, in traces."""

from __future__ import annotations

from fastapi_guard.project.kinds import CLIENT, Kind
from fastapi_guard.project.parts import PartReader
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import Literal, Operation, Value


class ClientCompares:
    """Finds them; a class because each trace is read once: many operations share a dependency."""

    def __init__(self, made_of: PartReader[Kind]) -> None:
        self._made_of = made_of
        self._known: dict[Trace, tuple[tuple[Value, Value], ...]] = {}

    def of(self, trace: Trace) -> tuple[tuple[Value, Value], ...]:
        """What the client sends and what it is compared with; constants say nothing of who calls."""
        known = self._known.get(trace)
        if known is None:
            known = self._known[trace] = tuple(
                (side, against)
                for compare in trace.compares
                if isinstance(compare, Operation) and len(compare.operands) == 2
                if not any(isinstance(side, Literal) for side in compare.operands)
                for side, against in (compare.operands, compare.operands[::-1])
                if CLIENT in self._made_of.of(side)
            )
        return known
