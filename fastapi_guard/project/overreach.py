"""Accesses that reach further than the rows they limit, and functions that leave the limiting to their callers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.location import Location
from fastapi_guard.project.grouping import SERVED
from fastapi_guard.project.model import DatabaseAccess, FunctionAround, PathOperation, Project, Verdict
from fastapi_guard.project.ownership import LIMITED, READS
from fastapi_guard.project.public import is_public

OWNERS = re.compile(
    r"(?:^|_)(?:user|owner|author|tenant|org|organi[sz]ation|account|customer|client|member|actor|principal|me|requester|caller"
    r"|creator|created|identity|scope|company|workspace|profile)(?:s|id|_|$)|^(?:filters?|conditions?|criteria|where|kwargs|query|statement|stmt)$"
)
"""Names of parameters that may say whose rows are asked for, or bound the query otherwise."""


@dataclass(frozen=True, slots=True)
class Overreach:
    """A query that gives rows of a table beside those it limits."""

    access: DatabaseAccess
    table: str
    message: str
    operations: tuple[PathOperation, ...]
    sibling: DatabaseAccess | None
    """A query on that table that is limited."""

    @property
    def location(self) -> Location:
        """Where the query begins."""
        return self.access.query or self.access.location


@dataclass(frozen=True, slots=True)
class Ownerless:
    """A function below the handlers that queries an owned table and takes no owner."""

    access: DatabaseAccess
    function: FunctionAround
    operations: tuple[PathOperation, ...]


def overreaches(project: Project) -> tuple[Overreach, ...]:
    """Queries that reach rows of others by a table that nothing ties, or by a relationship of rows that are for all."""
    siblings = _limited(project)
    groups: dict[tuple[Location, str, str], tuple[DatabaseAccess, str, list[PathOperation]]] = {}
    for operation in _guarded(project):
        for access in operation.accesses:
            if access.role or access.is_aggregate or not access.exposes:
                continue
            for table, message in _beyond(access, siblings):
                key = (access.query or access.location, table, message)
                groups.setdefault(key, (access, message, []))[2].append(operation)
    made = [
        Overreach(access, table, message, tuple(operations), siblings.get(table))
        for (_, table, _), (access, message, operations) in groups.items()
    ]
    return tuple(sorted(made, key=lambda each: (each.location, each.table)))


def _beyond(access: DatabaseAccess, siblings: dict[str, DatabaseAccess]) -> Iterator[tuple[str, str]]:
    for table, owner in access.untied:
        name = table.rpartition(".")[2]
        belongs = f"belongs to `{owner}`" if owner else "has an owner"
        compared = " and ".join(f"`{column}`" for column in access.compares)
        yield table, f"`{name}` {belongs}; this query compares {compared}, and nothing ties `{name}` to that"
    for name, table, owner in access.follows:
        if table in siblings:
            parent, child = access.table.rpartition(".")[2], table.rpartition(".")[2]
            yield (
                table,
                f"`{parent}.{name}` gives rows of `{child}`, which belongs to `{owner}`, and `{parent}` is nobody's",
            )


def ownerless_functions(project: Project) -> tuple[Ownerless, ...]:
    """Functions below the handlers that query an owned table by what does not say whose rows are meant."""
    groups: dict[Location, tuple[DatabaseAccess, FunctionAround, list[PathOperation]]] = {}
    for operation in _guarded(project):
        for access in operation.accesses:
            function = access.function
            if (
                function is None
                or access.role
                or access.is_of_principals
                or access.is_aggregate
                or not access.owner_column
            ):
                continue
            if access.scope not in ("nothing", "check") or access.kind not in (*READS, "update", "delete"):
                continue
            if access.kind in READS and not (access.exposes or access.changes):
                continue
            if access.kind not in READS and not access.is_bounded:
                continue  # a row that was given
            if any(map(OWNERS.search, function.parameters)) or access.table.rpartition(".")[2] not in function.words:
                continue
            reaching = groups.setdefault(function.location, (access, function, []))[2]
            if operation not in reaching:
                reaching.append(operation)
    made = [Ownerless(access, function, tuple(operations)) for access, function, operations in groups.values()]
    return tuple(sorted(made, key=lambda each: each.function.location))


def _guarded(project: Project) -> Iterator[PathOperation]:
    for operation in project.operations:
        if operation.kind in SERVED and operation.authentication.verdict is Verdict.REQUIRED:
            if not is_public(operation, "non-public"):
                yield operation


def _limited(project: Project) -> dict[str, DatabaseAccess]:
    """For each table a read of it that is limited to the user."""
    found: dict[str, DatabaseAccess] = {}
    for operation in _guarded(project):
        for access in operation.accesses:
            if access.scope in LIMITED and access.kind in READS and (access.exposes or access.changes):
                found.setdefault(access.table, access)
    return found
