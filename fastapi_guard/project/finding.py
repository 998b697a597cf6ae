"""Which calls of a trace touch the database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from fastapi_guard.knowledge.database import (
    CRUD_QUERIES,
    DOCUMENT_QUERIES,
    ENGINE_QUERIES,
    EXECUTES,
    GETS,
    QUERY_ENDS,
    ROW_METHODS,
    TRANSACTIONS,
    WRITES,
)
from fastapi_guard.project.documents import DocumentReader
from fastapi_guard.project.found import Found, ended, merged, placed
from fastapi_guard.project.helpers import helper_statement
from fastapi_guard.project.session_values import is_session
from fastapi_guard.project.statements import Condition, Statement, StatementReader, is_of_row
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import External, Literal, Member, Operation, Result, Value

ASKING = GETS | EXECUTES | QUERY_ENDS | DOCUMENT_QUERIES.keys() | ENGINE_QUERIES.keys() | CRUD_QUERIES.keys()
"""Methods of sessions, queries, collections and helpers that may ask the database."""


class Finder:
    """Finds them; a class because each trace is searched once: many operations share a dependency."""

    def __init__(self, statements: StatementReader) -> None:
        self.statements = statements
        self.tables = statements.tables
        self.documents = DocumentReader(statements.tables)
        self._known: dict[Trace, tuple[Found, ...]] = {}

    def in_trace(self, trace: Trace) -> tuple[Found, ...]:
        """The accesses of a trace, in order."""
        known = self._known.get(trace)
        if known is None:
            known = self._known[trace] = tuple(merged(self._of_trace(trace)))
        return known

    def _of_trace(self, trace: Trace) -> Iterator[Found]:
        for event in trace.events:
            if event.kind == "call" and isinstance(event.value, Result) and event.place is not None:
                found = self._of_call(event, event.value, trace)
                if found is not None:
                    yield found

    def _of_call(self, event: Event, result: Result, trace: Trace) -> Found | None:
        callee = result.callee
        if isinstance(callee, External):
            return self._paginated(event, callee, result)
        if not isinstance(callee, Member):
            return None
        first = result.arguments[0] if result.arguments else next(iter(result.keywords.values()), None)
        found = self._asked(event, result, callee, first) if callee.name in ASKING else None
        if found is not None:
            return found
        statement = self.statements.model_query(result)
        if statement is not None and result not in _continued(trace):
            return Found(event, statement.kind, statement)
        if callee.name in TRANSACTIONS and is_session(callee.receiver):
            return Found(event, callee.name, Statement(callee.name, ()))
        return self._written(event, callee, first)

    def _asked(self, event: Event, result: Result, callee: Member, first: Value | None) -> Found | None:
        """A call of a session, of a query, of a collection or of a library's helper."""
        receiver, name, arguments = callee.receiver, callee.name, result.arguments
        if name in GETS and (table := self.tables.of(first)):
            rest = [*arguments[1:], *(value for key, value in result.keywords.items() if key in ("ident", "id"))]
            key = Operation("keyword", (Literal(table.keys[0]), rest[0])) if rest else None
            conditions = (Condition(key),) if key is not None else ()
            return Found(event, "get", Statement("get", (table,), conditions, (), result.place))
        if name in EXECUTES and first is not None:
            statement = self.statements.statement(
                first, (*arguments[1:], *result.keywords.values()) if arguments else ()
            )
            if statement is not None:
                gives = name.startswith("fetch") or is_session(receiver)
                cursor = receiver if statement.place is None and not gives else None
                return Found(event, statement.kind, placed(statement, result.place), None, cursor)
        if name in QUERY_ENDS and (statement := self.statements.legacy_query(receiver)) is not None:
            return Found(event, *ended(statement, name, result))
        found = self.documents.statement(result) or helper_statement(result, self.tables)
        return Found(event, found.kind, found) if found is not None else None

    def _written(self, event: Event, callee: Member, first: Value | None) -> Found | None:
        name = callee.name
        if name not in WRITES and name != "update_from_dict":
            return None
        written = callee.receiver if name == "save" or first is None else first
        if name == "delete" and first is None and self.statements.table_of_object(callee.receiver) is None:
            return None
        table = self.statements.table_of_object(written)
        kind = WRITES.get(name, "save")
        if table is not None:
            return Found(event, kind, Statement(kind, (table,)), written)
        if name in ("add", "add_all", "merge", "delete") and is_session(callee.receiver):
            return Found(event, kind, Statement(kind, ()), written)
        return None

    def _paginated(self, event: Event, callee: External, result: Result) -> Found | None:
        """`paginate(session, select(...))` of fastapi-pagination and its like."""
        if not callee.name.endswith("paginate"):
            return None
        for argument in [*result.arguments, *result.keywords.values()]:
            statement = self.statements.statement(argument) or self.statements.legacy_query(argument)
            if statement is not None and statement.tables:
                return Found(event, statement.kind, statement)
        return None


@lru_cache(maxsize=4)
def _continued(trace: Trace) -> frozenset[Value]:
    """What another method is called on: a query that is not finished yet."""
    return frozenset(
        event.value.callee.receiver
        for event in trace.events
        if event.kind == "call" and isinstance(event.value, Result) and isinstance(event.value.callee, Member)
        if event.value.callee.name not in ROW_METHODS and not is_of_row(event.value)
    )
