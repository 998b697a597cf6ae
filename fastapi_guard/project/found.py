"""A call that touches the database, as it stands in a trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fastapi_guard.project.statements import Condition, Statement, one_of, written_by
from fastapi_guard.project.tables import Table
from fastapi_guard.project.trace import Event
from fastapi_guard.project.values import (
    Literal,
    Operation,
    Place,
    Result,
    Value,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A call that touches the database, before it is known what becomes of what it gives."""

    event: Event
    kind: str
    statement: Statement
    row: Value | None = None
    """What a write is given: a row."""
    cursor: Value | None = None
    """What gives the rows of an SQL text: the object whose method ran it."""
    others: tuple[Value, ...] = ()
    """What the same call gives where another statement runs."""

    @property
    def table(self) -> Table | None:
        tables = self.statement.tables
        return next(
            (table for table in tables if table.is_owned and not table.is_principal), tables[0] if tables else None
        )


def merged(found: Iterator[Found]) -> Iterator[Found]:
    """One access for a call whose statement is one of several: what all have bounds it, the rest may."""
    by_call: dict[tuple[int, ...], list[Found]] = {}
    for access in found:
        sites = tuple(id(site.node) for site in access.event.sites)
        by_call.setdefault((id(access.event.place.node) if access.event.place else id(access), *sites), []).append(
            access
        )
    for same in by_call.values():
        statement = one_of([access.statement for access in same])
        is_one = len({access.kind for access in same}) == 1 and all(access.row is None for access in same)
        if statement is None or not is_one or len(same) == 1:
            yield from same
        else:
            yield replace(same[-1], statement=statement, others=tuple(access.event.value for access in same[:-1]))


def placed(statement: Statement, place: Place | None) -> Statement:
    return statement if statement.place is not None else replace(statement, place=place)


def ended(statement: Statement, name: str, result: Result) -> tuple[str, Statement]:
    """A `session.query(...)` chain with the method that runs it."""
    kind = name if name in ("delete", "update") else ("get" if name == "get" else "select")
    if name == "get" and result.arguments and statement.tables:
        key = Operation("keyword", (Literal(statement.tables[0].keys[0]), result.arguments[0]))
        statement = replace(statement, conditions=(*statement.conditions, Condition(key)))
    if name == "update":
        statement = replace(statement, written=written_by(result))
    return kind, replace(statement, kind=kind, is_aggregate=statement.is_aggregate or name in ("count", "exists"))


def load_of(access: Found) -> Value:
    return access.row or access.cursor or access.event.value
