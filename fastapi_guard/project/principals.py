"""Who the principal of an operation is, and which rows the operation touches on his behalf."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from fastapi_guard.knowledge.database import ADMIN_WORDS, ROLE_WORDS
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.dependencies import identify
from fastapi_guard.project.descent import closed_over
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.kinds import origin_key
from fastapi_guard.project.model import DatabaseAccess, Dependant, PathOperation, Verdict
from fastapi_guard.project.origins import Origins
from fastapi_guard.project.queries import Known, QueryReader
from fastapi_guard.project.roles import role_check
from fastapi_guard.project.session_values import is_session
from fastapi_guard.project.tables import TableReader, plain_name
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import Class, Operation, Result, Value


class OwnershipReader:
    """Reads the accesses of operations; a class because tables are read once."""

    def __init__(self, interpreter: Interpreter, judge: Judge) -> None:
        self.judge = judge
        self.queries = QueryReader(TableReader(interpreter, judge.known.owner_columns))
        self.identities: list[tuple[str, Trace]] = []
        """The tables that authenticating dependencies give rows of, and what they do; known when it has learned."""

    def learn(self, operations: Iterable[PathOperation]) -> None:
        """Find out whose rows are the principals of the application, before any other table is read."""
        found: set[str] = set()
        seen: set[tuple[int, int]] = set()
        for operation in operations:
            for node, target in self._identities(operation):
                if self.judge.of_dependant(node).verdict is Verdict.NONE:
                    continue  # it only passes on who calls, or gives something of his
                if origin_key(target) not in seen and node.location is not None:
                    seen.add(origin_key(target))
                    trace = self.judge.behaviours.trace_of(target)
                    given = tuple(self.queries.principal_tables(trace))
                    found.update(given)
                    self.identities += [(table, trace) for table in given]
        self.queries.tables.learn(plain_name(name) for name in found)

    def accesses(self, operation: PathOperation, endpoint: Value) -> tuple[tuple[DatabaseAccess, ...], bool]:
        """What an operation does to the database, and whether somebody's role is looked at on the way."""
        handler = without_wrappers(endpoint)
        trace = self.judge.behaviours.trace_of(handler)
        identities = list(self._identities(operation))
        giving = [(node, target) for node, target in identities if self._gives_rows(node, target)]
        givers = frozenset(origin_key(target) for _, target in giving)
        principals = frozenset(origin_key(target) for _, target in identities) - givers
        principals -= self._plain_sessions(identities, principals)
        targets = [
            target
            for node in operation.walk_dependencies()
            if (target := self.judge.reader.target_of(node)) is not None
        ]
        own = [target for target in targets if identify(target)[1] is not None]
        guards = [self.judge.behaviours.trace_of(target) for target in own]
        role = next((test for each in (*guards, trace) if (test := role_check(each))), "") or _named_role(operation)
        pairs = [(origin_key(target), guard) for guard, target in zip(guards, own, strict=True)]
        deciding = {
            origin_key(target)
            for node, target in identities
            if self.judge.of_dependant(node).verdict is not Verdict.NONE
        }
        loading = [(key, guard) for key, guard in pairs if key not in deciding]
        found = self.queries.accesses(loading, trace, guards, Known(principals, givers, role))
        return found, bool(role) or any(access.role for access in found)

    def returned_table(self, endpoint: Value) -> str:
        """The table whose rows the handler returns as they are; empty when it returns something else."""
        returned = self.judge.behaviours.trace_of(without_wrappers(endpoint)).returned
        return self.queries.statements.returned_table(returned) if returned is not None else ""

    def _plain_sessions(
        self, identities: list[tuple[Dependant, Value]], principals: frozenset[tuple[int, int]]
    ) -> frozenset[tuple[int, int]]:
        """Dependencies that know who calls and give a session which does not: nothing is told to it."""
        found = set()
        for node, target in identities:
            if self.judge.of_dependant(node).verdict is not Verdict.NONE or node.location is None:
                continue
            trace = self.judge.behaviours.trace_of(target)
            gives_session = trace.returned is not None and is_session(trace.returned)
            if (
                gives_session
                and not tells(trace, self.queries.origins(principals - {origin_key(target)}))
                and not _listens(node)
            ):
                found.add(origin_key(target))
        return frozenset(found)

    def _gives_rows(self, node: Dependant, target: Value) -> bool:
        """Whether a dependency gives rows that are not the principal himself."""
        if node.location is None or self.judge.of_dependant(node).verdict is not Verdict.NONE:
            return False
        returned = self.judge.behaviours.trace_of(target).returned
        table = self.queries.statements.table_of_object(returned) if returned is not None else None
        return table is not None and not table.is_principal

    def _identities(self, operation: PathOperation) -> Iterable[tuple[Dependant, Value]]:
        """The dependencies that say who calls."""
        for node in operation.walk_dependencies():
            target = self.judge.reader.target_of(node)
            if target is None:
                continue
            own = self.judge.of_dependant(node).verdict is not Verdict.NONE
            below = any(
                self.judge.of_dependant(child).verdict is not Verdict.NONE
                for root in node.children
                for child in root.walk()
            )
            if own or (below and not isinstance(target, Class)):
                yield node, target


def tells(trace: Trace, origins: Origins) -> bool:
    """Whether code hands who calls to something: a setting of the database's session, criteria of all its queries."""
    for event in trace.events:
        value = event.value
        if event.kind in ("call", "ask") and isinstance(value, Result):
            given = [*value.arguments, *value.keywords.values()]
        elif event.kind in ("set", "store") and isinstance(value, Operation):
            given = list(value.operands[1:])
        else:
            continue
        if any(origins.is_of_principal(part) for value in given for part in (value, *closed_over(value))):
            return True
    return False


def _listens(node: Dependant) -> bool:
    """Whether a dependency makes a function that remembers what it was given, such as a listener of its session."""
    given = {child.parameter for child in node.children if child.parameter}
    definition = node.function.definition if node.function is not None else None
    inner = [
        each
        for each in (ast.walk(definition) if definition is not None else ())
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and each is not definition
    ]
    return any(isinstance(name, ast.Name) and name.id in given for each in inner for name in ast.walk(each))


def _named_role(operation: PathOperation) -> str:
    """A dependency with scopes, or one that is called after a role: the rows it knows may all be administrators'."""
    for node in operation.walk_dependencies():
        if node.scopes:
            return f"scopes {', '.join(node.scopes)}"
        name = node.name.rpartition(".")[2]
        if (ROLE_WORDS if node.location is None else ADMIN_WORDS).search(name):
            return name
    return ""
