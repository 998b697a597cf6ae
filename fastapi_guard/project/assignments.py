"""Which columns a client may set that are not his to set: owners, roles, what an administrator decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.finding import Confidence
from fastapi_guard.knowledge.database import DECISIONS, OWNER_COLUMNS, PRIVILEGED_COLUMNS
from fastapi_guard.location import Location
from fastapi_guard.project.grouping import SERVED
from fastapi_guard.project.model import ColumnWrite, DatabaseAccess, PathOperation, Project, Verdict


@dataclass(frozen=True, slots=True)
class Assignment:
    """Columns of a row that take what the client sends."""

    columns: tuple[str, ...]
    access: DatabaseAccess
    write: ColumnWrite
    operations: tuple[PathOperation, ...]
    confidence: Confidence

    @property
    def location(self) -> Location:
        """Where the row takes the values."""
        return self.write.location or self.access.query or self.access.location

    @property
    def declared(self) -> tuple[tuple[str, Location], ...]:
        """The parameter and the fields that let the columns in, and where they are declared."""
        places = zip(self.write.fields, self.write.field_locations, strict=True)
        taken = ((self.write.text, self.write.taken_at),) if self.write.taken_at is not None else ()
        return (*taken, *((name, at) for name, at in places if name in self.columns))


def owner_assignments(project: Project) -> tuple[Assignment, ...]:
    """Rows whose owner is whoever the client says, in operations that know who calls."""
    found = []
    for operation, access in _accesses(project):
        if (
            operation.authentication.verdict is not Verdict.REQUIRED
            or access.role
            or not access.owner_column
            or access.is_of_principals
        ):
            continue
        for write in access.writes:
            if write.source != "client":
                continue
            if write.column == access.owner_column or (
                write.column == "*" and access.owner_column in write.fields and not _is_overwritten(access, write)
            ):
                found.append(Assignment((access.owner_column,), access, write, (operation,), Confidence.MEDIUM))
    return _merged(found)


def mass_assignments(project: Project) -> tuple[Assignment, ...]:
    """Rows that take columns from the client which say what somebody may do, or which otherwise only a role sets."""
    decided = {
        (access.table, write.column)
        for operation, access in _accesses(project)
        if access.role
        for write in access.writes
        if write.source == "constant" and write.column in DECISIONS
    }
    found = []
    for operation, access in _accesses(project):
        if access.role:
            continue
        for write in access.writes:
            columns = tuple(_granted(access, write, decided))
            if write.source == "client" and columns and not write.role:
                found.append(Assignment(columns, access, write, (operation,), Confidence.MEDIUM))
    return _merged(found)


def trusted_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a table that say whose a row is, or what somebody may do: not for a client to choose."""
    return tuple(column for column in columns if column in PRIVILEGED_COLUMNS or column in OWNER_COLUMNS)


def _granted(access: DatabaseAccess, write: ColumnWrite, decided: set[tuple[str, str]]) -> Iterator[str]:
    """The columns of a write that are not the client's to set."""
    if write.column != "*" and not write.text:
        return  # what is made of the client's value, such as a hash, is not the client's
    names = write.fields if write.column == "*" else (write.column,)
    for name in names:
        is_granting = name in PRIVILEGED_COLUMNS and access.is_of_principals
        is_decided = (access.table, name) in decided and access.kind in ("insert", "save", "upsert")
        if (is_granting or is_decided) and not (write.column == "*" and _is_set_otherwise(access, write, name)):
            yield name


def _is_set_otherwise(access: DatabaseAccess, write: ColumnWrite, name: str) -> bool:
    """Whether the same column is set from elsewhere, too; `user` and `user_id` are the same."""
    stem = name.removesuffix("_id")
    return any(other.column.removesuffix("_id") == stem and other.source != "client" for other in access.writes)


def _is_overwritten(access: DatabaseAccess, write: ColumnWrite) -> bool:
    return _is_set_otherwise(access, write, access.owner_column)


def _accesses(project: Project) -> Iterator[tuple[PathOperation, DatabaseAccess]]:
    for operation in project.operations:
        if operation.kind in SERVED:
            for access in operation.accesses:
                if access.writes:
                    yield operation, access


def _merged(found: list[Assignment]) -> tuple[Assignment, ...]:
    """One for each place, with all operations that come there."""
    by_place: dict[tuple[Location, tuple[str, ...]], Assignment] = {}
    for each in found:
        key = (each.location, each.columns)
        known = by_place.get(key)
        operations = (*(known.operations if known else ()), *each.operations)
        by_place[key] = Assignment(
            each.columns, each.access, each.write, tuple({id(op): op for op in operations}.values()), each.confidence
        )
    return tuple(sorted(by_place.values(), key=lambda each: (each.location, each.columns)))
