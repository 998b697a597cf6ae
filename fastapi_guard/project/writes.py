"""Which columns an operation sets on a row, and where the values come from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from fastapi_guard.facts.nodes import lines_of, nodes_on
from fastapi_guard.knowledge.database import ORDINARY_ROLES
from fastapi_guard.location import Location
from fastapi_guard.project.aftermath import Aftermath
from fastapi_guard.project.bounds import spelled
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.hashing import hashes
from fastapi_guard.project.kinds import CLIENT, CONSTANT, OWN, PRINCIPAL
from fastapi_guard.project.model import ColumnWrite
from fastapi_guard.project.origins import Origins
from fastapi_guard.project.passwords import PASSWORD, PASSWORD_WORD, is_as_given
from fastapi_guard.project.roles import role_before
from fastapi_guard.project.scope import ModuleScope
from fastapi_guard.project.statements import Statement, StatementReader
from fastapi_guard.project.tables import Table, columns_of
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Class,
    External,
    Instance,
    Item,
    Mapping,
    Member,
    Operation,
    Place,
    Result,
    Value,
    constant,
)

DUMPS = frozenset({"model_dump", "dict", "items", "copy", "jsonable_encoder"})
LISTED = re.compile(r"\^?\(?(?:\?:)?(\w+(?:\|\w+)*)\)?\$?")
"""Patterns that are lists of words."""
UPDATES = frozenset({"sqlmodel_update", "update_from_dict", "set"})
"""Methods of rows that take the new values."""


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
            yield from self._write(column, value, origins, None, table)
        if isinstance(row, Instance) and not row.is_abstract:
            for name, value in row.arguments.items():
                yield from self._write(
                    "*" if name == "**" or name.isdigit() else name, value, origins, _at(row.place), table
                )
        elif kind in ("insert", "upsert", "save") and row is not None:
            yield from self._validated(row, origins, table)

    def on_row(self, row: Value, aftermath: Aftermath, origins: Origins, table: Table) -> Iterator[ColumnWrite]:
        """The columns that are set on a row after it was loaded or made."""
        for event in aftermath.touches(row):
            value = event.value
            if event.kind == "set" and isinstance(value, Operation):
                written = [(value.operator, value.operands[1])]
            elif isinstance(value, Result) and isinstance(value.callee, Member) and value.callee.name in UPDATES:
                written = [("*", argument) for argument in value.arguments[:1]]  # task.sqlmodel_update(data)
            else:
                continue
            for column, item in written:
                left_out = aftermath.left_out(item)
                for write in self._write(column, item, origins, _at(event.place), table):
                    yield replace(_without(write, left_out), role=role_before(event, write.text))

    def _validated(self, row: Value, origins: Origins, table: Table) -> Iterator[ColumnWrite]:
        """`Task.model_validate(payload, update={...})`, or a body that is a row itself."""
        if isinstance(row, Instance):
            yield from self._write("*", row, origins, _at(row.place), table)
        elif (
            isinstance(row, Result)
            and isinstance(row.callee, Member)
            and isinstance(row.callee.receiver, Class)
            and row.arguments
        ):
            update = row.keywords.get("update")
            given = update.items if isinstance(update, Mapping) else {}
            for write in self._write("*", row.arguments[0], origins, _at(row.place), table):
                yield _without(write, {str(name) for name in given})
            for name, value in given.items():
                yield from self._write(str(name), value, origins, _at(row.place), table)

    def _write(
        self, column: str, value: Value, origins: Origins, location: Location | None, table: Table
    ) -> Iterator[ColumnWrite]:
        if column == "*" and isinstance(value, Mapping) and value.is_complete:
            for name, item in value.items.items():
                yield from self._write(str(name), item, origins, location, table)
            return
        found = self._fields(value) if column == "*" else ()
        fields = {name: at for name, at in found if not origins.is_field_trusted(_dumped(value), name)}
        source = "constant" if column != "*" and _is_decided(value) else source_of(value, origins)
        made = _dumped(value)
        taken = made.place if isinstance(made, (Argument, Instance)) and made.holder is None else None
        is_parameter = taken is not None and isinstance(taken.node, ast.arg)
        yield ColumnWrite(
            column,
            source,
            spelled(made),
            location,
            tuple(fields),
            _at(taken) if is_parameter else None,
            tuple(fields.values()),
            self._as_given(column, value, origins, tuple(fields), table),
        )

    def _as_given(
        self, column: str, value: Value, origins: Origins, fields: tuple[str, ...], table: Table
    ) -> tuple[str, ...]:
        """The columns that take what the client sent as it is."""
        if table.hashes:
            return ()
        if column != "*":
            return (column,) if is_as_given(value, origins) else ()
        made = _dumped(value)
        if source_of(value, origins) != "client" or _is_put_elsewhere(value):
            return ()
        if isinstance(made, Instance) and hashes(made.cls):
            return ()
        known = made.attributes if isinstance(made, Instance) else {}
        return tuple(name for name in fields if name in table.columns and name not in known)

    def _fields(self, value: Value) -> Iterator[tuple[str, Location]]:
        """The fields of the model that is dumped, and where they are declared, without those that are left out."""
        made = _dumped(value)
        left_out = set(_names(_dump_keyword(value, "exclude")))
        only = set(_names(_dump_keyword(value, "include")))
        cls: Class | None = made.cls if isinstance(made, Instance) and made.is_abstract else None
        if isinstance(made, Argument) and made.annotation is not None:
            kind = plain_type(made.annotation)
            if (
                isinstance(kind, Result)
                and isinstance(kind.callee, External)
                and kind.callee.name.endswith("pydantic_model_creator")
            ):
                cls = kind.arguments[0] if kind.arguments and isinstance(kind.arguments[0], Class) else None
                left_out.update(_names(kind.keywords.get("exclude")))
                only.update(_names(kind.keywords.get("include")))
        if cls is None:
            return
        for name in columns_of(cls):
            if name not in left_out and (not only or name in only) and not leaves_no_choice(cls, name):
                yield name, _declared(cls, name)


def is_new(row: Value | None) -> bool:
    """Whether a row is made on the spot: `Task(...)`, `Task.model_validate(payload)`."""
    if isinstance(row, Instance):
        return not row.is_abstract
    return isinstance(row, Result) and isinstance(row.callee, Member) and isinstance(row.callee.receiver, Class)


def source_of(value: Value, origins: Origins) -> str:
    """Where a written value comes from."""
    kinds = origins.kinds(value)
    if PRINCIPAL in kinds:
        return "principal"
    if OWN in kinds or origins.is_trusted(value):
        return "own"
    if CLIENT in kinds and kinds <= {CLIENT, CONSTANT}:
        return "client"
    return "constant" if kinds <= {CONSTANT} else "unknown"


def _is_decided(value: Value) -> bool:
    """A field of a body that may have harmless values only."""
    holder = value.holder if isinstance(value, Argument) else None
    return isinstance(value, Argument) and isinstance(holder, Instance) and leaves_no_choice(holder.cls, value.name)


def leaves_no_choice(cls: Class, name: str) -> bool:
    """Whether a model lets a field be one thing only, or only what everybody may be: `role: Literal["user"]`."""
    words = set(_allowed(cls, name))
    return len(words) == 1 or (bool(words) and {word.lower() for word in words} <= ORDINARY_ROLES)


def _allowed(cls: Class, name: str) -> Iterator[str]:
    """The texts that an annotation or a pattern of a field lists."""
    for base in cls.linearized():
        annotation = base.annotations.get(name) if isinstance(base, Class) else None
        if annotation is None:
            continue
        for node in ast.walk(annotation):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "Literal":
                yield from (
                    part.value
                    for part in ast.walk(node.slice)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
        break
    found = cls.lookup(name)
    declared = found[0] if found else None
    if isinstance(declared, Result):
        pattern = declared.keywords.get("pattern") or declared.keywords.get("regex")
        text = constant(pattern) if pattern is not None else None
        listed = LISTED.fullmatch(text) if isinstance(text, str) else None
        if listed is not None:
            yield from listed.group(1).split("|")


def _at(place: Place | None) -> Location | None:
    return place.module.location(place.node) if place is not None else None


def _is_put_elsewhere(value: Value) -> bool:
    """Whether the code around a dump changes it by its keys: `data["password"] = hash_of(...)`."""
    place = getattr(value, "place", None)
    return place is not None and _puts_passwords(place.module)


@lru_cache(maxsize=1_024)
def _puts_passwords(module: ModuleScope) -> bool:
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
        and PASSWORD.fullmatch(node.slice.value)
        for node in nodes_on(module.tree, lines_of(PASSWORD_WORD, "\n".join(module.lines).lower()))
    )


def _without(write: ColumnWrite, names: set[str]) -> ColumnWrite:
    kept = [(name, at) for name, at in zip(write.fields, write.field_locations, strict=True) if name not in names]
    given = tuple(name for name in write.as_given if name not in names)
    return replace(
        write, as_given=given, fields=tuple(name for name, _ in kept), field_locations=tuple(at for _, at in kept)
    )


def _dumped(value: Value) -> Value:
    """What `payload.model_dump()` dumps; the payload of a loop over its items."""
    for _ in range(8):
        if isinstance(value, Choice):
            value = value.options[0]
        elif isinstance(value, Item):
            value = value.receiver
        elif isinstance(value, Result) and isinstance(value.callee, Member) and value.callee.name in DUMPS:
            value = value.callee.receiver
        elif (
            isinstance(value, Result)
            and isinstance(value.callee, External)
            and value.arguments
            and value.callee.name.rpartition(".")[2] in DUMPS
        ):
            value = value.arguments[0]
        else:
            break
    return value


def _dump_keyword(value: Value, keyword: str) -> Value | None:
    """A keyword of the call that dumps, below loops over what it gives."""
    for _ in range(8):
        if isinstance(value, Result) and keyword in value.keywords:
            return value.keywords[keyword]
        if isinstance(value, Item):
            value = value.receiver
        elif isinstance(value, Choice):
            value = value.options[0]
        elif isinstance(value, Result) and isinstance(value.callee, Member):
            value = value.callee.receiver
        else:
            break
    return None


def _names(value: Value | None) -> Iterator[str]:
    """The names in `{"id", "role"}`."""
    items = getattr(value, "items", [])
    for item in list(items) if not callable(items) else []:
        known = constant(item) if isinstance(item, Value) else item
        if isinstance(known, str):
            yield known


def _declared(cls: Class, name: str) -> Location:
    """Where a class or a base of it declares a field."""
    for base in cls.linearized():
        if isinstance(base, Class):
            for statement in base.definition.body:
                targets = (
                    statement.targets
                    if isinstance(statement, ast.Assign)
                    else [statement.target]
                    if isinstance(statement, ast.AnnAssign)
                    else []
                )
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    return base.module.location(statement)
    return cls.module.location(cls.definition)
