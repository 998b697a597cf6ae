"""Queries that a library's helper runs for a table it was made for: FastCRUD, repositories of Advanced Alchemy, engines."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi_guard.knowledge.database import CRUD_HELPERS, CRUD_OPTIONS, CRUD_QUERIES, ENGINE_QUERIES
from fastapi_guard.project.statements import Condition, Statement
from fastapi_guard.project.tables import Table, TableReader
from fastapi_guard.project.values import Class, External, Instance, Literal, Member, Operation, Result, Value


def helper_statement(call: Result, tables: TableReader) -> Statement | None:
    """`trip_crud.get(db=db, id=trip_id)`, `engine.find_one(Trip, Trip.id == trip_id)`; None for anything else."""
    callee = call.callee
    if not isinstance(callee, Member):
        return None
    if callee.name in ENGINE_QUERIES and call.arguments:
        first = call.arguments[0]
        table = tables.of(first)
        if (
            table is not None
            and isinstance(first, Class)
            and any(b.startswith("odmantic.") for b in first.external_bases())
        ):
            conditions = tuple(Condition(value, call.place) for value in call.arguments[1:])
            return Statement(ENGINE_QUERIES[callee.name], (table,), conditions, (), call.place, callee.name == "count")
    if callee.name not in CRUD_QUERIES:
        return None
    table = next(_tables_of(callee.receiver, tables), None)
    if table is None:
        return None
    kind = CRUD_QUERIES[callee.name]
    values: list[Value] = [
        Operation("keyword", (Literal(key), value)) for key, value in call.keywords.items() if key not in CRUD_OPTIONS
    ]
    if not _takes_session(callee.receiver) and call.arguments and kind in ("get", "delete"):
        values.append(Operation("keyword", (Literal(table.keys[0]), call.arguments[0])))
    conditions = tuple(Condition(value, call.place) for value in values) if kind != "insert" else ()
    return Statement(kind, (table,), conditions, (), call.place, callee.name in ("count", "exists"))


def _tables_of(helper: Value, tables: TableReader) -> Iterator[Table]:
    """The table that a helper was made for."""
    given: list[Value] = []
    if isinstance(helper, Result) and isinstance(helper.callee, External) and helper.callee.name in CRUD_HELPERS:
        given = [*helper.arguments, *helper.keywords.values()]
    elif isinstance(helper, Instance) and any(base in CRUD_HELPERS for base in helper.cls.external_bases()):
        declared = helper.cls.lookup("model_type")
        given = [*helper.arguments.values(), *([declared[0]] if declared else [])]
    yield from (table for value in given if (table := tables.of(value)) is not None)


def _takes_session(helper: Value) -> bool:
    """Whether a helper is given the session at each call: FastCRUD's is, a repository holds its own."""
    names = (
        helper.cls.external_bases()
        if isinstance(helper, Instance)
        else [getattr(getattr(helper, "callee", None), "name", "")]
    )
    return any(name.startswith("fastcrud.") for name in names)
