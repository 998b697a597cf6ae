"""Which queries an operation runs, on which tables, and what bounds them to its user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from fastapi_guard.knowledge.database import (
    PASSWORD_COLUMNS,
    TENANT_COLUMNS,
    is_named_after_a_check,
)
from fastapi_guard.location import Location
from fastapi_guard.project.absence import AbsenceReader
from fastapi_guard.project.aftermath import Aftermath
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.bounds import Bound, BoundReader, spelled
from fastapi_guard.project.caches import answered_before
from fastapi_guard.project.client_compares import ClientCompares
from fastapi_guard.project.comparisons import Comparisons
from fastapi_guard.project.descent import closed_over, descent_reader
from fastapi_guard.project.finding import Finder
from fastapi_guard.project.found import Found, load_of
from fastapi_guard.project.kinds import CLIENT, INJECTED, OWN, PRINCIPAL, ROW, kind_reader
from fastapi_guard.project.misread import misread_in
from fastapi_guard.project.model import Absence, ColumnWrite, DatabaseAccess, PasswordComparison
from fastapi_guard.project.origins import Origins, arguments_in, dependencies_in, keys_of
from fastapi_guard.project.passwords import in_statement, with_row
from fastapi_guard.project.proofs import asks_whether_public, is_proof, is_proven
from fastapi_guard.project.reach import followed, untied_tables
from fastapi_guard.project.rejections import last_name
from fastapi_guard.project.roles import function_around, role_around
from fastapi_guard.project.sites import located, outer_calls
from fastapi_guard.project.statements import Statement, StatementReader
from fastapi_guard.project.tables import Table, TableReader
from fastapi_guard.project.trace import Trace, distinct_values
from fastapi_guard.project.values import (
    Member,
    Operation,
    Result,
    Value,
    constant,
)
from fastapi_guard.project.writes import WriteReader, is_new


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an operation before its queries are read."""

    principals: frozenset[tuple[int, int]]
    """Dependencies that say who calls."""
    givers: frozenset[tuple[int, int]]
    """Dependencies that give rows of his."""
    role: str
    """The test of a role that stands before the handler."""


class QueryReader:
    """Finds the database accesses in traces; a class because tables are read once."""

    def __init__(self, tables: TableReader) -> None:
        self.tables = tables
        self.statements = StatementReader(tables)
        self.bounds = BoundReader(tables)
        self.writes = WriteReader(self.statements)
        self.finder = Finder(self.statements)
        self._kinds = kind_reader()
        self._client_compares = ClientCompares(self._kinds)

    def origins(
        self,
        principals: frozenset[tuple[int, int]],
        givers: frozenset[tuple[int, int]] = frozenset(),
        loads: Iterable[Value] = (),
    ) -> Origins:
        """What is known of values to begin with: who calls, who gives his rows, and what queries give."""
        return Origins(self._kinds, principals, givers, descent_reader(loads))

    def accesses(
        self, loading: Sequence[tuple[tuple[int, int], Trace]], trace: Trace, guards: Sequence[Trace], known: Known
    ) -> tuple[DatabaseAccess, ...]:
        """Everything that an operation does to the database.

        `loading` are the dependencies that may load rows with their traces, `trace` that of the handler, `guards` those of
        all its dependencies.
        """
        keys = [*(key for key, _ in loading), None]
        own = [each.distinct() for each in (*(each for _, each in loading), trace)]
        if not any(map(self.finder.in_trace, own)):
            return ()
        watched = tuple(dict.fromkeys((*own, *(guard.distinct() for guard in guards))))
        read = {each for _, each in loading}
        deciding = [each for each in guards if each not in read]
        found = (access for each in (*own, *deciding) for access in self.finder.in_trace(each))
        loads = (load for access in found for load in (access.event.value, load_of(access), *access.others))
        origins = self.origins(known.principals, known.givers, loads)
        compares = list(distinct_values(value for each in watched for value in each.compares))
        self._trust_compared(origins, watched)
        near = Comparisons(compares, origins.taken_of)
        self._trust_looked_up(origins, near, deciding)
        role = known.role or self._asked_role(origins, watched)
        vouched = self._vouched(origins, compares, watched) if loading else frozenset()
        made: list[DatabaseAccess] = []
        asked_for: set[object] = set()
        gave: list[Value] = []
        for key, trace in zip(keys, own, strict=True):
            aftermath = Aftermath(trace, origins.taken_of)
            absences = AbsenceReader(trace)
            loaded_at: list[tuple[Value, Location]] = []
            for access in self.finder.in_trace(trace):
                checks = _checks(access, near, aftermath)
                bound = self.bounds.bound(access.statement, access.table, origins, load_of(access), checks)
                if key in vouched and bound.scope not in LIMITED and aftermath.exposes(load_of(access)):
                    bound = replace(bound, scope="check")  # the handler checks what the dependency gives
                if bound.scope in LIMITED and access.kind in ("select", "get"):
                    bound = self._unless_kept(bound, access, trace, aftermath, origins, compares)
                if (
                    bound.scope == "nothing"
                    and access.kind in ("select", "get")
                    and not aftermath.changes(load_of(access))
                ):
                    if asks_whether_public(bound, load_of(access), compares, origins):
                        bound = replace(bound, scope="public")
                self._remember(origins, access, bound)
                absence = self._absence(access, bound, absences, origins, asked_for)
                passwords = tuple(self._passwords(access, compares, origins))
                made.append(self._made(access, bound, aftermath, origins, role, loaded_at, absence, passwords))
                gave.append(load_of(access))
                if bound.scope in LIMITED:
                    made = [_through(bound, each, row, origins) for each, row in zip(made, gave, strict=True)]
                if made[-1].is_of_principals and any(
                    PASSWORD_COLUMNS.search(write.column) for write in made[-1].writes
                ):
                    made[-1] = replace(made[-1], is_proven=is_proven(load_of(access), origins, watched))
        return tuple(dict.fromkeys(made))

    def _unless_kept(
        self,
        bound: Bound,
        access: Found,
        trace: Trace,
        aftermath: Aftermath,
        origins: Origins,
        compares: Sequence[Value],
    ) -> Bound:
        """The limit of a query, unless what it gave is answered to the next who asks, whoever that is."""
        kept = answered_before(load_of(access), trace, aftermath, origins, compares)
        return bound if kept is None else replace(bound, scope="optional", kept_in=spelled(kept) or "a cache")

    def _vouched(self, origins: Origins, compares: list[Value], watched: Sequence[Trace]) -> frozenset[tuple[int, int]]:
        """Dependencies whose rows are compared with the principal, or asked about together with him."""
        found: set[tuple[int, int]] = set()
        pairs = [compare.operands for compare in compares if isinstance(compare, Operation)]
        pairs += [(*call.arguments, *call.keywords.values()) for call in _questions(watched)]
        for values in pairs:
            if any(origins.is_of_principal(value) for value in values):
                found |= {key for value in values for key in dependencies_in(value)}
        return frozenset(found - origins.principals)

    def _asked_role(self, origins: Origins, watched: Sequence[Trace]) -> str:
        """A question about access that is about the principal alone: what he may do, whatever the row."""
        for call in _questions(watched):
            values = [*call.arguments, *call.keywords.values()]
            rest = [
                inner
                for value in values
                if not origins.is_of_principal(value)
                for inner in (value, *closed_over(value))
            ]
            if len(rest) < len(values) and not any(
                origins.kinds(value) & {CLIENT, OWN, ROW, INJECTED} for value in rest
            ):
                return dotted_name(call.callee).rpartition(".")[2] or getattr(call.callee, "name", "")
        return ""

    def principal_tables(self, trace: Trace) -> Iterator[str]:
        """Names of tables whose rows an authenticating dependency gives."""
        table = self.statements.table_of_object(trace.returned) if trace.returned is not None else None
        if table is not None and not (table.is_owned and table.owner_column != table_tenant(table)):
            yield table.short_name

    # Judging

    def _trust_compared(self, origins: Origins, watched: Sequence[Trace]) -> None:
        """Values of the client that the code compares with the principal, or asks about it."""
        for side, against in (pair for trace in watched for pair in self._client_compares.of(trace)):
            others = origins.kinds(against)
            if PRINCIPAL in others and origins.kinds(side) <= TRUSTABLE:
                origins.trust(side)
            elif CLIENT in others and is_proof(side):
                for looked_up_by in arguments_in(against):
                    origins.trust(looked_up_by)  # invitations[org_id] == payload.invitation_code
        for call in _questions(watched):
            values = [*call.arguments, *call.keywords.values()]
            if any(origins.is_of_principal(value) for value in [*values, call.callee]):
                for given in [*values, *(inner for value in values for inner in closed_over(value))]:
                    if origins.kinds(given) <= TRUSTABLE:
                        origins.trust(given)

    def _trust_looked_up(self, origins: Origins, near: Comparisons, deciding: Sequence[Trace]) -> None:
        """Values of the client by which a guard has found a row of the principal: the clinic whose member he is."""
        for trace in deciding:
            owned = [
                (access, access.table)
                for access in self.finder.in_trace(trace)
                if access.kind in ("select", "get") and access.table is not None and access.table.is_owned
            ]
            if not owned:
                continue
            aftermath = Aftermath(trace, origins.taken_of)
            for access, table in owned:
                checks = _checks(access, near, aftermath)
                bound = self.bounds.bound(access.statement, table, origins, load_of(access), checks)
                for value in bound.values if bound.scope in LIMITED else ():
                    if origins.kinds(value) <= TRUSTABLE:
                        origins.trust(value)

    def _remember(self, origins: Origins, access: Found, bound: Bound) -> None:
        """What the query gives, for the values that are made of it."""
        if access.kind not in ("select", "get") or access.table is None:
            return
        if bound.scope in LIMITED:
            for load in (access.event.value, *access.others):
                origins.remember(load, OWN)
            for value in bound.values:
                if origins.kinds(value) <= TRUSTABLE:
                    origins.trust(value)
        elif access.table.is_owned and not access.table.is_principal:
            for load in (access.event.value, *access.others):
                origins.remember(load, ROW)

    def _absence(
        self, access: Found, bound: Bound, absences: AbsenceReader, origins: Origins, asked_for: set[object]
    ) -> Absence | None:
        """What becomes of a row that the client asks for, where nothing before has looked whether there is one."""
        if access.kind not in ("select", "get") or access.table is None or access.statement.is_aggregate:
            return None
        chosen = [value for value in bound.values if origins.kinds(value) <= TRUSTABLE and constant(value) is None]
        keys = {(access.table.name, key) for value in chosen for key in keys_of(value)}
        is_known = bool(keys & asked_for)
        asked_for |= keys
        if is_known or not keys or self._is_queried(chosen, absences):
            return None
        return absences.of(access.event.value)

    def _passwords(self, access: Found, compares: list[Value], origins: Origins) -> Iterator[PasswordComparison]:
        """The passwords that a query looks for, or that code compares with those of the rows that it gave."""
        table, statement = access.table, access.statement
        if table is None or not table.is_principal or access.kind not in ("select", "get"):
            return
        parts = [
            p for condition in statement.conditions for p in self.bounds.compared(condition.value, statement.tables)
        ]
        yield from in_statement(table, parts, origins)
        yield from with_row(compares, lambda holder: origins.comes_from(holder, access.event.value), origins)

    def _is_queried(self, values: list[Value], absences: AbsenceReader) -> bool:
        """Whether a value was taken of a row: what a row refers to exists."""
        return any(absences.is_of_row(value) for value in values)

    def _writes(self, access: Found, load: Value, aftermath: Aftermath, origins: Origins) -> tuple[ColumnWrite, ...]:
        """The columns that an access sets, or that are set on what it loads or makes."""
        if access.table is None:
            return ()
        written = list(self.writes.of(access.kind, access.statement, access.row, access.table, origins))
        if access.kind in ("select", "get") or is_new(access.row):
            written += self.writes.on_row(load, aftermath, origins, access.table)
        return tuple(dict.fromkeys(written))

    def _made(
        self,
        access: Found,
        bound: Bound,
        aftermath: Aftermath,
        origins: Origins,
        role: str,
        loaded_at: list[tuple[Value, Location]],
        absence: Absence | None,
        passwords: tuple[PasswordComparison, ...],
    ) -> DatabaseAccess:
        event, table, statement = access.event, access.table, access.statement
        assert event.place is not None
        location = event.place.module.location(event.place.node)
        begins = statement.place.module.location(statement.place.node) if statement.place is not None else location
        load = load_of(access)
        around = outer_calls(event)
        if access.row is not None:
            begins = next((place for value, place in loaded_at if origins.comes_from(access.row, value)), begins)
        elif access.kind in ("select", "get"):
            loaded_at.append((load, begins))
        is_read = access.kind in ("select", "get")
        return DatabaseAccess(
            kind=access.kind,
            table=table.name if table else "",
            owner_column=table.owner_column if table else "",
            parents=table.parents if table else (),
            scope=bound.scope
            if access.kind not in ("insert", "upsert", "save") or table is None or not table.is_owned
            else "write",
            location=location,
            sites=located(around),
            is_bounded=bool(statement.conditions),
            module=event.place.module.name,
            query=begins,
            compares=bound.columns,
            is_by_key=bound.is_by_key,
            is_aggregate=statement.is_aggregate,
            exposes=is_read and not statement.is_aggregate and any(map(aftermath.exposes, (load, *access.others))),
            changes=is_read and any(map(aftermath.changes, (load, *access.others))),
            role=role or role_around(event),
            client_value=bound.client_value,
            optional_test=bound.optional_test,
            kept_in=bound.kept_in,
            writes=self._writes(access, load, aftermath, origins),
            misread=tuple(
                each
                for condition in (*statement.conditions, *statement.optional)
                for each in misread_in(condition.value, lambda value: self.bounds.column(value) is not None)
            ),
            joined=tuple(each.name for each in statement.tables if each is not table),
            tenant_column=table_tenant(table) if table else "",
            is_of_principals=table is not None and table.is_principal,
            untied=tuple(
                (each.name, each.owner_column)
                for each in (untied_tables(statement, self.bounds, origins) if bound.scope == "statement" else ())
            ),
            follows=self._followed(table, load, statement, aftermath, origins)
            if table is not None and is_read and bound.scope == "unowned"
            else (),
            function=function_around(event.place) if around else None,
            absence=absence,
            passwords=passwords,
        )

    def _followed(
        self, table: Table, load: Value, statement: Statement, aftermath: Aftermath, origins: Origins
    ) -> tuple[tuple[str, str, str], ...]:
        related = self.tables.relationships(table)
        names = dict.fromkeys(followed(load, table, statement, self.bounds, aftermath, origins))
        found = [(name, related[name]) for name in names if name in related]
        return tuple(
            (name, each.name, each.owner_column) for name, each in found if each.owner_column and not each.is_principal
        )


def _through(bound: Bound, access: DatabaseAccess, row: Value, origins: Origins) -> DatabaseAccess:
    """An access whose row is looked at through another: its parent was looked up by it, and is the principal's own."""
    asked_by_row = access.scope == "nothing" and any(
        isinstance(value, Member) and origins.comes_from(value, row) for value in bound.values
    )
    return replace(access, scope="check") if asked_by_row else access


def _checks(access: Found, near: Comparisons, aftermath: Aftermath) -> Iterator[Value]:
    """What may limit what an access gave: comparisons of it, and questions about it."""
    yield from near.about(load_of(access))
    yield from aftermath.asked(access.event.value) if access.kind in ("select", "get") else aftermath.checks


def _questions(watched: Sequence[Trace]) -> Iterator[Result]:
    """Calls that are named after a question about access."""
    for trace in watched:
        yield from _questions_in(trace)


@lru_cache(maxsize=512)
def _questions_in(trace: Trace) -> tuple[Result, ...]:
    return tuple(
        event.value
        for event in trace.events
        if event.kind in ("call", "ask") and isinstance(event.value, Result)
        if event.kind == "ask" or is_named_after_a_check(last_name(event.value.callee))
    )


def table_tenant(table: Table) -> str:
    """The column that says to which customer of the service a row belongs; empty when there is none."""
    return next((column for column in table.columns if column in TENANT_COLUMNS), "")


LIMITED = frozenset({"statement", "check"})


TRUSTABLE = frozenset({CLIENT, "constant"})
