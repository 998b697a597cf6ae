"""Rows that a query reaches beyond those it limits: tables that nothing ties to the limited one, and relationships."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_guard.project.aftermath import Aftermath
from fastapi_guard.project.bounds import BoundReader, is_opaque
from fastapi_guard.project.origins import Origins
from fastapi_guard.project.statements import Statement
from fastapi_guard.project.tables import Table
from fastapi_guard.project.values import (
    Choice,
    Class,
    Conditional,
    Member,
    Operation,
    Result,
    Sequence,
    Value,
)

MOST_NESTED = 8


def untied_tables(statement: Statement, bounds: BoundReader, origins: Origins) -> Iterator[Table]:
    """Owned tables whose rows a select gives, while the owner is compared on a table that nothing ties to them."""
    conditions = [condition.value for condition in statement.conditions]
    if (
        statement.kind != "select"
        or statement.is_joined
        or statement.optional
        or any(is_opaque(value, origins) for value in conditions)
    ):
        return
    compared = [part for value in conditions for part in bounds.compared(value, statement.tables)]
    limited = {
        part.table.name
        for part in compared
        if part.table is not None
        and bounds.is_owner(part.column, part.table)
        and (origins.is_of_principal(part.value) or origins.is_trusted(part.value))
    }
    if not limited:
        return
    ties = [tie for value in conditions for tie in _ties(value, bounds)]
    reached = set(limited)
    for _ in ties:
        reached |= {name for tie in ties if tie & reached for name in tie}
    for table in statement.tables:
        touches = [part for part in compared if part.table is not None and part.table.name == table.name]
        is_bounded = any(origins.is_of_principal(part.value) or origins.is_trusted(part.value) for part in touches)
        if table.is_owned and not table.is_principal and table.name not in reached and not is_bounded:
            yield table


def _ties(condition: Value, bounds: BoundReader, depth: int = 0) -> Iterator[frozenset[str]]:
    """The pairs of tables of which a condition compares columns with each other."""
    if depth > MOST_NESTED:
        return
    if isinstance(condition, Operation):
        columns = [found for side in condition.operands if (found := bounds.column(side)) is not None]
        names = frozenset(table.name for _, table in columns if table is not None)
        if len(names) == 2:
            yield names
        for side in condition.operands:
            yield from _ties(side, bounds, depth + 1)
    elif isinstance(condition, Result):
        column = bounds.column(condition.callee.receiver) if isinstance(condition.callee, Member) else None
        for inner in [*condition.arguments, *condition.keywords.values()]:
            if column is not None and column[1] is not None:
                yield from (frozenset({column[1].name, name}) for name in _spoken_of(inner, bounds))
            yield from _ties(inner, bounds, depth + 1)
    elif isinstance(condition, (Sequence, Choice)):
        for inner in condition.items if isinstance(condition, Sequence) else condition.options:
            yield from _ties(inner, bounds, depth + 1)
    elif isinstance(condition, Conditional):
        yield from _ties(condition.value, bounds, depth + 1)


def _spoken_of(value: Value, bounds: BoundReader, depth: int = 0) -> Iterator[str]:
    """Tables whose columns a value speaks of: of a subquery, a condition."""
    found = bounds.column(value)
    if found is not None and found[1] is not None:
        yield found[1].name
    elif isinstance(value, Result) and depth < MOST_NESTED:
        inner = [value.callee.receiver] if isinstance(value.callee, Member) else []
        for part in [*inner, *value.arguments]:
            yield from _spoken_of(part, bounds, depth + 1)
    elif isinstance(value, Operation):
        for part in value.operands:
            yield from _spoken_of(part, bounds, depth + 1)
    elif isinstance(value, Class):
        yield f"{value.module.name}.{value.name}"


def followed(
    row: Value, table: Table, statement: Statement, bounds: BoundReader, aftermath: Aftermath, origins: Origins
) -> Iterator[str]:
    """Relationships of the rows that a query gives, by which rows of other tables are answered: `project.tasks`."""
    yield from statement.loads
    names = set(bounds.tables.relationships(table))
    for part in aftermath.answered():
        if isinstance(part, Member) and part.name in names and origins.comes_from(part.receiver, row):
            yield part.name
