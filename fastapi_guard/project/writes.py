"""Which columns an operation sets on a row, and where the values come from."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_guard.location import Location
from fastapi_guard.project.bounds import spelled
from fastapi_guard.project.model import ColumnWrite
from fastapi_guard.project.origins import CLIENT, CONSTANT, OWN, PRINCIPAL, Origins
from fastapi_guard.project.statements import Statement, StatementReader
from fastapi_guard.project.tables import Table, columns_of
from fastapi_guard.project.values import Choice, Instance, Mapping, Member, Result, Value


class WriteReader:
    """Reads what is written; a class because it looks tables up."""

    def __init__(self, statements: StatementReader) -> None:
        self.statements = statements

    def of(
        self, kind: str, statement: Statement, row: Value | None, table: Table | None, origins: Origins
    ) -> Iterator[ColumnWrite]:
        """The columns that an access sets."""
        if table is None:
            return
        for column, value in statement.written:
            yield from self._write(column, value, origins, None)
        if isinstance(row, Instance) and not row.is_abstract:
            place = row.place.module.location(row.place.node) if row.place is not None else None
            for name, value in row.arguments.items():
                yield from self._write("*" if name == "**" or name.isdigit() else name, value, origins, place)
        elif kind in ("insert", "upsert") and row is not None:
            yield from self._validated(row, origins)

    def _validated(self, row: Value, origins: Origins) -> Iterator[ColumnWrite]:
        """`Task.model_validate(payload, update={...})`, or a body that is a row itself."""
        place = row.place if isinstance(row, (Instance, Result)) else None
        location = place.module.location(place.node) if place is not None else None
        if isinstance(row, Instance):
            yield from self._write("*", row, origins, location)
        elif isinstance(row, Result) and isinstance(row.callee, Member) and row.arguments:
            update = row.keywords.get("update")
            given = set(update.items) if isinstance(update, Mapping) else set()
            for write in self._write("*", row.arguments[0], origins, location):
                yield ColumnWrite(
                    write.column,
                    write.source,
                    write.text,
                    location,
                    tuple(name for name in write.fields if name not in given),
                )
            for name, value in update.items.items() if isinstance(update, Mapping) else ():
                yield from self._write(str(name), value, origins, location)

    def _write(self, column: str, value: Value, origins: Origins, location: Location | None) -> Iterator[ColumnWrite]:
        if column == "*" and isinstance(value, Mapping) and value.is_complete:
            for name, item in value.items.items():
                yield from self._write(str(name), item, origins, location)
            return
        kinds = origins.kinds(value)
        source = "unknown"
        if PRINCIPAL in kinds:
            source = "principal"
        elif OWN in kinds or origins.is_trusted(value):
            source = "own"
        elif CLIENT in kinds and kinds <= {CLIENT, CONSTANT}:
            source = "client"
        elif kinds <= {CONSTANT}:
            source = "constant"
        yield ColumnWrite(
            column, source, spelled(_dumped(value)), location, tuple(_fields(value)) if column == "*" else ()
        )


def _dumped(value: Value) -> Value:
    """What `payload.model_dump()` dumps."""
    if isinstance(value, Choice):
        return _dumped(value.options[0])
    if (
        isinstance(value, Result)
        and isinstance(value.callee, Member)
        and value.callee.name in ("model_dump", "dict", "items", "copy")
    ):
        return _dumped(value.callee.receiver)
    return value


def _fields(value: Value) -> list[str]:
    """Names of the fields of the model that is dumped, without those that are left out."""
    made = _dumped(value)
    if not isinstance(made, Instance):
        return []
    left_out: set[str] = set()
    if isinstance(value, Result):
        excluded = value.keywords.get("exclude")
        for item in getattr(excluded, "items", []) or []:
            left_out.add(str(getattr(item, "value", item)))
    return [name for name in columns_of(made.cls) if name not in left_out]
